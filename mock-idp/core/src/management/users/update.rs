//! Changing users.

use aws_lc_rs::digest;
use serde_json::{Map, Value};

use super::user_type::{named_type, type_id};
use super::view::show;
use super::{credentials, find, profile};
use crate::management::{ApiError, ApiErrorId, BodyMembers, ManagementChange, group_rules};
use crate::model::User;

/// How a body changes a user.
#[derive(Clone, Copy, Debug, Default)]
pub struct UserUpdate<'a> {
    /// The profile is replaced: `PUT /users/{id}`. Otherwise what the body leaves out stays: `POST /users/{id}`. Okta: a body without a
    /// profile keeps it.
    pub replaces_profile: bool,
    /// A new password has to meet the rules for those that users choose.
    pub strict: bool,
    /// The entity tags of which the user must have one, as in `If-Match`. RFC 9110 13.1.1
    pub expected: Option<&'a str>,
}

/// The entity tag of a user. A sign-in does not change it.
///
/// # Errors
/// The user cannot be written as JSON.
pub fn entity_tag(user: &User) -> Result<String, ApiError> {
    let user = User { last_login: None, ..user.clone() };
    let json = serde_json::to_vec(&user).map_err(|error| ApiError::internal(error.to_string()))?;
    let digest = digest::digest(&digest::SHA256, &json);
    let hex: String = digest.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("W/\"{hex}\""))
}

/// Whether a user has one of these entity tags.
fn check_expected(user: &User, expected: &str) -> Result<(), ApiError> {
    let tag = entity_tag(user)?;
    if expected.split(',').map(str::trim).any(|expected| expected == "*" || expected == tag) {
        return Ok(());
    }
    Err(ApiError::new(ApiErrorId::EntityTagMismatch, format!("the user has the entity tag {tag}")))
}

/// Changes a user.
///
/// # Errors
/// There is no such user, it is in another state than expected, or the body is not valid.
pub fn update(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    body: &Map<String, Value>,
    how: UserUpdate<'_>,
) -> Result<Value, ApiError> {
    let mut user = find(change.draft, change.call, name)?.clone();
    if let Some(expected) = how.expected {
        check_expected(&user, expected)?;
    }
    let body = BodyMembers::of(body);
    let now = change.now();
    if body.contains("type") {
        user.user_type = named_type(change.draft, body)?;
    }
    if let Some(realm) = body.text("realmId")? {
        user.realm_id = Some(realm.to_owned());
    }
    if let Some(written) = body.object("profile")? {
        let mut members = if how.replaces_profile { Map::new() } else { profile::members(&user.profile) };
        members.extend(written.all().clone());
        user.profile = profile::checked(change.draft, type_id(change.draft, &user), members, Some(&user.id))?;
        user.last_updated = Some(now.clone());
    }
    let given = body.object("credentials")?;
    let strict_at = how.strict.then_some(change.moment.now);
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
