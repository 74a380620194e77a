//! Changing users.

use serde_json::{Map, Value};

use super::user_type::{named_type, type_id};
use super::view::show;
use super::{credentials, find, profile};
use crate::management::{ApiError, BodyMembers, ManagementChange, group_rules};
use crate::model::User;

/// `POST /users/{id}`: what the body leaves out stays. `strict`: a new password has to meet the rules for those that users choose.
///
/// # Errors
/// There is no such user, or the body is not valid.
pub fn change(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    body: &Map<String, Value>,
    strict: bool,
) -> Result<Value, ApiError> {
    update(change, name, body, strict, |known, written| {
        let mut members = profile::members(&known.profile);
        members.extend(written);
        members
    })
}

/// `PUT /users/{id}`: the profile is replaced. Okta: a body without a profile keeps it.
///
/// # Errors
/// There is no such user, or the body is not valid.
pub fn replace(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    body: &Map<String, Value>,
    strict: bool,
) -> Result<Value, ApiError> {
    update(change, name, body, strict, |_, written| written)
}

fn update(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    body: &Map<String, Value>,
    strict: bool,
    merge: impl FnOnce(&User, Map<String, Value>) -> Map<String, Value>,
) -> Result<Value, ApiError> {
    let mut user = find(change.draft, change.call, name)?.clone();
    let body = BodyMembers::of(body);
    let now = change.now();
    if body.contains("type") {
        user.user_type = named_type(change.draft, body)?;
    }
    if let Some(realm) = body.text("realmId")? {
        user.realm_id = Some(realm.to_owned());
    }
    if let Some(written) = body.object("profile")? {
        let members = merge(&user, written.all().clone());
        user.profile = profile::checked(change.draft, type_id(change.draft, &user), members, Some(&user.id))?;
        user.last_updated = Some(now.clone());
    }
    let given = body.object("credentials")?;
    let strict_at = strict.then_some(change.moment.now);
    if let Some(credentials) = credentials::read(change.draft, given, &user, strict_at)? {
        if credentials.password != user.credentials.password {
            user.password_changed = Some(now);
        }
        user.credentials = credentials;
    }
    group_rules::apply(change.draft, &mut user, change.moment.now);
    let shown = show(change.draft, change.call, &user);
    change.draft.put_user(user);
    Ok(shown)
}
