//! Creating users.

use serde_json::{Map, Value};

use super::user_type::{default_type, named_type};
use super::view::show;
use super::{credentials, lifecycle, profile};
use crate::management::{ApiError, ApiErrorId, BodyMembers, ManagementChange, SentLink, group_rules, groups};
use crate::model::{User, UserStatus};
use crate::protocol::Parameters;

/// Creates a user. Okta: `activate` is true by default; with `nextLogin=changePassword` the password is expired at once; `provider=true`
/// says that the credentials have a provider.
///
/// # Errors
/// A body that is not valid.
pub fn create(
    change: &mut ManagementChange<'_, '_>,
    query: &Parameters,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let body = BodyMembers::of(body);
    let activate = query.get("activate") != Some("false");
    let user_type = named_type(change.draft, body)?;
    let type_id = match &user_type {
        Some(written) => written.id.clone(),
        None => default_type(change.draft).to_owned(),
    };
    let written = body.object("profile")?.map(|profile| profile.all().clone()).unwrap_or_default();
    let profile = profile::checked(change.draft, &type_id, written, None)?;
    let group_ids = group_ids(change, body)?;
    let mut user = User { profile, group_ids, user_type, ..User::default() };
    let given = body.object("credentials")?;
    user.credentials = credentials::read(change.draft, given, &user, None)?.unwrap_or_default();
    let credentials = &user.credentials;
    let has_password = credentials.password.is_some();
    let expires = query.get("nextLogin") == Some("changePassword");
    if expires && !has_password {
        return Err(ApiError::new(ApiErrorId::ExpiringWithoutPassword, "nextLogin without a password"));
    }
    if expires && !activate {
        return Err(ApiError::new(ApiErrorId::ExpiringInactive, "nextLogin with activate=false"));
    }
    // Okta: users of other providers need no password here.
    let federated =
        credentials.provider.as_ref().is_some_and(|provider| !["OKTA", "IMPORT"].contains(&provider.kind.as_str()));
    let status = match (activate, has_password || federated) {
        (false, _) => UserStatus::Staged,
        (true, false) => UserStatus::Provisioned,
        (true, true) if expires => UserStatus::PasswordExpired,
        (true, true) => UserStatus::Active,
    };
    // Okta: an administrator of some groups creates users in these groups.
    if !change.call.caller.reach.has_new_user(&user.group_ids) {
        return Err(ApiError::access_denied("the targets of the caller's roles do not include the groups of the user"));
    }
    let now = Some(change.now());
    user = User {
        id: change.moment.id("00u"),
        status,
        realm_id: body.text("realmId")?.map(str::to_owned),
        created: now.clone(),
        activated: now.clone().filter(|_| activate),
        status_changed: now.clone().filter(|_| activate || has_password),
        password_changed: now.clone().filter(|_| has_password),
        last_updated: now,
        ..user
    };
    group_rules::apply(change.draft, &mut user, change.moment.now);
    for group in user.group_ids.clone() {
        groups::touch_membership(change, &group);
    }
    let shown = show(change.draft, change.call, &user);
    if status == UserStatus::Provisioned {
        // Okta: a user without a password gets a link to choose one.
        lifecycle::activation_link(change, &user, SentLink::ByMail);
    }
    change.draft.put_user(user);
    Ok(shown)
}

fn group_ids(change: &ManagementChange<'_, '_>, body: BodyMembers<'_>) -> Result<Vec<String>, ApiError> {
    let ids = body.texts("groupIds")?.unwrap_or_default();
    for id in &ids {
        groups::changeable(change.draft, id)?;
    }
    let mut unique: Vec<String> = Vec::new();
    for id in ids {
        if !unique.contains(&id) {
            unique.push(id);
        }
    }
    Ok(unique)
}
