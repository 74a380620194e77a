//! What users read and change of their own accounts. Okta: the MyAccount API, `/idp/myaccount/…`.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Map, Value, json};

use super::schemas::user_attributes;
use super::users::{self, user_type_id};
use super::{ApiError, BodyMembers, ManagementCall, ManagementChange};
use crate::model::User;
use crate::moment::timestamp;
use crate::org::{Tables, derived_id};
use crate::policy::password_rules::PasswordRules;

const PROFILE: &str = "profile";
const PASSWORD: &str = "password";
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
        "_links": { "self": { "href": href(call, PROFILE) } },
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
    users::replace(change, "me", &body)?;
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
        return Err(ApiError::not_found("password", "UserProfilePassword"));
    }
    let created =
        user.created.clone().unwrap_or_else(|| timestamp(org.times(&user.id).map_or(0, |times| times.created)));
    let changed = user.password_changed.clone().unwrap_or_else(|| created.clone());
    Ok(json!({
        "id": derived_id("00T", &[&org.identity().id, &user.id]),
        "status": "ACTIVE",
        "created": created,
        "lastUpdated": changed,
        "_links": { "self": link(call, PASSWORD, &["GET", "PUT"]) },
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
    users::change_password(change, "me", &body).map(drop)
}

/// What a password has to be like.
///
/// # Errors
/// The caller is no user.
pub fn password_requirements(org: &Tables, call: ManagementCall<'_>) -> Result<Value, ApiError> {
    let rules = PasswordRules::of(org, users::find(org, call, "me")?);
    Ok(json!({
        "description": rules.text(),
        "complexity": rules.complexity(),
        "_links": { "self": link(call, REQUIREMENTS_PATH, &["GET"]) },
    }))
}

/// The addresses of the user.
///
/// # Errors
/// The caller is not a user.
pub fn emails(org: &Tables, call: ManagementCall<'_>) -> Result<Value, ApiError> {
    let user = users::find(org, call, "me")?;
    Ok(addresses(user).into_iter().map(|(role, email)| address(call, role, email)).collect())
}

/// # Errors
/// The user has no such address.
pub fn email(org: &Tables, call: ManagementCall<'_>, id: &str) -> Result<Value, ApiError> {
    let user = users::find(org, call, "me")?;
    let found = addresses(user).into_iter().find(|(_, email)| address_id(email) == id);
    found.map(|(role, email)| address(call, role, email)).ok_or_else(|| ApiError::not_found(id, "Email"))
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

fn addresses(user: &User) -> Vec<(&'static str, &str)> {
    let second = user.profile.text("secondEmail").map(|email| ("SECONDARY", email));
    [("PRIMARY", user.profile.email.as_str())].into_iter().chain(second).collect()
}

fn address(call: ManagementCall<'_>, role: &str, email: &str) -> Value {
    let id = address_id(email);
    json!({
        "id": id,
        "status": "VERIFIED",
        "roles": [role],
        "profile": { "email": email },
        "_links": { "self": link(call, &format!("emails/{id}"), &["GET"]) },
    })
}

/// Okta: 32 hexadecimal digits.
fn address_id(email: &str) -> String {
    digest(&SHA256, email.to_lowercase().as_bytes()).as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
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
