//! What users read and change of their own accounts. Okta: the MyAccount API, `/idp/myaccount/…`.

use serde_json::{Map, Value, json};

mod app_authenticators;
mod authenticators;
mod emails;
mod passkeys;
mod phones;
mod push_challenges;

pub use app_authenticators::{enroll_app, remove_app, update_app};
pub use authenticators::{Expanded, authenticator, authenticators, enrollment, enrollments, okta_applications, rename};
pub use emails::{
    NewEmail, address_of, challenge, email, emails, new_email, notice, registered, set_email, show_challenge,
    unknown_challenge, verified_email, wrong_code,
};
pub use passkeys::{begin_passkey, passkey, passkeys, pending_passkey, remove_passkey};
pub use phones::{
    activate_phone, add_phone, factors_of_phone, no_phone_challenge, phone, phone_challenge, phones, remove_phone,
};
pub use push_challenges::{check_push_answer, pending_challenges, push_answer_refused};

use super::schemas::user_attributes;
use super::users::{self, UserUpdate, user_type_id};
use super::{ApiError, ApiErrorId, BodyMembers, ManagementCall, ManagementChange};
use crate::model::User;
use crate::moment::timestamp;
use crate::org::{Tables, derived_id};
use crate::policy::password_rules::PasswordRules;

const PROFILE: &str = "profile";
const PASSWORD: &str = "password";
const SCHEMA_PATH: &str = "profile/schema";
const REQUIREMENTS_PATH: &str = "password/complexity-requirements";

/// # Errors
/// The caller is not a user.
pub fn profile(org: &Tables, call: ManagementCall<'_>) -> Result<Value, ApiError> {
    let user = users::find(org, call, "me")?;
    let recorded = org.times(&user.id);
    let created = user.created.clone().or_else(|| recorded.map(|times| timestamp(times.created)));
    let modified = user.last_updated.clone().or_else(|| recorded.map(|times| timestamp(times.last_updated)));
    let attributes = user_attributes(org, user_type_id(org, user));
    let visible = attributes.iter().filter(|known| permission(known.definition) != "HIDE");
    let shown: Map<String, Value> = visible
        .filter_map(|known| Some((known.name.to_owned(), user.profile.attribute(known.name)?)))
        .filter(|(_, value)| !value.is_null())
        .collect();
    Ok(json!({
        "createdAt": created,
        "modifiedAt": modified,
        "profile": shown,
        "_links": { "self": { "href": href(call, PROFILE) }, "describedBy": { "href": href(call, SCHEMA_PATH) } },
    }))
}

/// The attributes that the user sees.
///
/// # Errors
/// The caller is not a user.
pub fn profile_schema(org: &Tables, call: ManagementCall<'_>) -> Result<Value, ApiError> {
    let user = users::find(org, call, "me")?;
    let attributes = user_attributes(org, user_type_id(org, user));
    let mut properties = Map::new();
    for known in attributes.iter().filter(|known| permission(known.definition) != "HIDE") {
        let mut property = Map::new();
        for name in ["title", "type", "minLength", "maxLength"] {
            let value = known.definition.get(name).filter(|value| !value.is_null());
            property.extend(value.map(|value| (name.to_owned(), value.clone())));
        }
        if known.required {
            property.insert("required".to_owned(), true.into());
        }
        property.insert("permissions".to_owned(), json!({ "SELF": permission(known.definition) }));
        properties.insert(known.name.to_owned(), Value::Object(property));
    }
    Ok(json!({
        "properties": properties,
        "_links": { "self": { "href": href(call, SCHEMA_PATH) }, "user": { "href": href(call, PROFILE) } },
    }))
}

/// Replaces the attributes that the user may write. Okta: the body has all attributes that the user sees; null removes one.
///
/// # Errors
/// The body lacks an attribute, changes one that the user may not write, or has an invalid value.
pub fn replace_profile(change: &mut ManagementChange<'_, '_>, body: &Map<String, Value>) -> Result<Value, ApiError> {
    let user = users::find(change.draft, change.call, "me")?.clone();
    let written = BodyMembers::of(body).object("profile")?.map(|profile| profile.all().clone()).unwrap_or_default();
    let attributes = user_attributes(change.draft, user_type_id(change.draft, &user));
    let mut members = Map::new();
    for known in &attributes {
        let own = user.profile.attribute(known.name).filter(|value| !value.is_null());
        let given = written.get(known.name);
        let new = given.cloned().filter(|value| !value.is_null());
        if given.is_some() || permission(known.definition) == "HIDE" {
            check_change(known.name, permission(known.definition), &own, given.map(|_| &new))?;
        } else if own.is_some() {
            let text = "needs a value passed.  To unset it, explicitly set it to null.";
            return Err(refused(format!("Property '{}' {text}", known.name)));
        }
        let value = if given.is_some() { new } else { own };
        members.extend(value.map(|value| (known.name.to_owned(), value)));
    }
    let undefined = written.into_iter().filter(|(name, _)| !attributes.iter().any(|known| known.name == name));
    members.extend(undefined);
    let body: Map<String, Value> = [("profile".to_owned(), Value::Object(members))].into_iter().collect();
    users::update(change, "me", &body, UserUpdate { replaces_profile: true, ..UserUpdate::default() })?;
    profile(change.draft, change.call)
}

/// Checks that a user may change an attribute, if the body changes it.
fn check_change(
    name: &str,
    permission: &str,
    own: &Option<Value>,
    given: Option<&Option<Value>>,
) -> Result<(), ApiError> {
    if given.is_none_or(|given| given == own) {
        return Ok(());
    }
    match name {
        // Okta: addresses are verified first.
        "email" | "secondEmail" => Err(refused(
            "You cannot update email attributes using the profile endpoint. Use the emails endpoint to make any required changes."
                .to_owned(),
        )),
        _ if permission == "READ_WRITE" && name != "login" => Ok(()),
        _ => Err(refused(format!(
            "Property '{name}' is read only.  The value supplied must exactly match the existing value."
        ))),
    }
}

fn refused(cause: String) -> ApiError {
    ApiError::validation("forUpdate", vec![cause])
}

/// # Errors
/// The caller is not a user, or has no password.
pub fn password(org: &Tables, call: ManagementCall<'_>) -> Result<Value, ApiError> {
    let user = users::find(org, call, "me")?;
    if user.credentials.password.is_none() {
        return Err(no_password(&user.id));
    }
    let created =
        user.created.clone().unwrap_or_else(|| timestamp(org.times(&user.id).map_or(0, |times| times.created)));
    let changed = user.password_changed.clone().unwrap_or_else(|| created.clone());
    Ok(json!({
        "id": derived_id("00T", &[&org.identity().id, &user.id]),
        "status": "ACTIVE",
        "created": created,
        "lastUpdated": changed,
        "_links": { "self": link(call, PASSWORD, &["GET", "DELETE", "PUT"]) },
    }))
}

/// Sets a password without the old one.
///
/// # Errors
/// It does not meet the requirements.
pub fn replace_password(change: &mut ManagementChange<'_, '_>, body: &Map<String, Value>) -> Result<Value, ApiError> {
    let body = BodyMembers::of(body);
    let given = body.object("profile")?.map(|profile| profile.text("password")).transpose()?.flatten();
    users::choose_own_password(change, given.unwrap_or_default())?;
    password(change.draft, change.call)
}

/// Gives a password to a user who has none.
///
/// # Errors
/// The user has one, or it does not meet the requirements.
pub fn create_password(change: &mut ManagementChange<'_, '_>, body: &Map<String, Value>) -> Result<Value, ApiError> {
    if users::find(change.draft, change.call, "me")?.credentials.password.is_some() {
        let text = "This account already has a password set as an authenticator.".to_owned();
        let error = ApiError::new(ApiErrorId::AuthenticatorActive, "the user has a password");
        return Err(ApiError { arguments: vec![text.clone()], causes: vec![text], ..error });
    }
    replace_password(change, body)
}

/// # Errors
/// The user has no password.
pub fn remove_password(change: &mut ManagementChange<'_, '_>) -> Result<(), ApiError> {
    let mut user = users::find(change.draft, change.call, "me")?.clone();
    if user.credentials.password.take().is_none() {
        return Err(no_password(&user.id));
    }
    change.draft.put_user(user);
    Ok(())
}

fn no_password(user_id: &str) -> ApiError {
    ApiError::not_found(user_id, "UserProfilePassword")
}

/// Changes the password of a user who knows the old one.
///
/// # Errors
/// The old one is wrong, or the new one does not meet the requirements.
pub fn change_password(change: &mut ManagementChange<'_, '_>, body: &Map<String, Value>) -> Result<(), ApiError> {
    let body = BodyMembers::of(body);
    let value = |name: &'static str| Ok::<_, ApiError>(json!({ "value": body.text(name)?.unwrap_or_default() }));
    let body: Map<String, Value> =
        [("oldPassword".to_owned(), value("oldPassword")?), ("newPassword".to_owned(), value("newPassword")?)]
            .into_iter()
            .collect();
    users::change_password(change, "me", &body, true).map(drop)
}

/// What a password has to be like.
///
/// # Errors
/// The caller is no user.
pub fn password_requirements(org: &Tables, call: ManagementCall<'_>) -> Result<Value, ApiError> {
    Ok(requirements(org, call, users::find(org, call, "me")?))
}

fn requirements(org: &Tables, call: ManagementCall<'_>, user: &User) -> Value {
    let rules = PasswordRules::of(org, user);
    json!({
        "description": rules.text(),
        "complexity": rules.complexity(),
        "_links": { "self": link(call, REQUIREMENTS_PATH, &["GET"]) },
    })
}

/// The org of the user.
#[must_use]
pub fn organization(org: &Tables, call: ManagementCall<'_>) -> Value {
    json!({
        "name": org.identity().name,
        "url": call.browser_base(),
        "_links": { "self": link(call, "organization", &["GET"]) },
    })
}

/// What the schema lets the user do with an attribute.
fn permission(definition: &Value) -> &str {
    let permissions = definition["permissions"].as_array().into_iter().flatten();
    let mut own = permissions.filter(|permission| permission["principal"] == "SELF");
    own.next().and_then(|permission| permission["action"].as_str()).unwrap_or("READ_ONLY")
}

fn href(call: ManagementCall<'_>, path: &str) -> String {
    format!("{}/idp/myaccount/{path}", call.base())
}

fn link(call: ManagementCall<'_>, path: &str, allowed: &[&str]) -> Value {
    json!({ "href": href(call, path), "hints": { "allow": allowed } })
}
