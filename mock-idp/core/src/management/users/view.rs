//! Users in answers.

use serde_json::{Map, Value, json};

use super::find;
use super::links::links;
use super::shape::UserShape;
use super::user_type::type_id;
use crate::management::{ApiError, Links, ManagementCall, java_ordered};
use crate::model::{User, UserCredentials, UserProfile};
use crate::moment::timestamp;
use crate::org::Tables;
use crate::protocol::Parameters;

/// Answers a request for one user.
///
/// # Errors
/// There is no such user.
pub fn get(org: &Tables, call: ManagementCall<'_>, name: &str) -> Result<Value, ApiError> {
    find(org, call, name).map(|user| show(org, call, user))
}

/// Answers a request for one user, in the shape that it asks for.
///
/// # Errors
/// There is no such user.
pub fn get_shaped(
    org: &Tables,
    call: ManagementCall<'_>,
    name: &str,
    query: &Parameters,
    content_type: Option<&str>,
) -> Result<Value, ApiError> {
    let shape = UserShape::of_one(query, content_type);
    find(org, call, name).map(|user| shape.apply(org, user, show(org, call, user)))
}

/// A user with all links.
pub(super) fn show(org: &Tables, call: ManagementCall<'_>, user: &User) -> Value {
    object(org, user, links(org, call, user))
}

/// A user in a list. Okta: with a link to itself only.
#[must_use]
pub fn show_listed(org: &Tables, call: ManagementCall<'_>, user: &User) -> Value {
    object(org, user, Links::at(call.base()).bare("self", &format!("/api/v1/users/{}", user.id)).into_value())
}

fn object(org: &Tables, user: &User, links: Value) -> Value {
    let recorded = org.times(&user.id);
    let created = user.created.clone().or_else(|| recorded.map(|times| timestamp(times.created)));
    let updated = user.last_updated.clone().or_else(|| recorded.map(|times| timestamp(times.last_updated)));
    // A document need not say when a password was set: when the user was created.
    let has_password = user.credentials.password.is_some();
    let password_changed = user.password_changed.clone().or_else(|| created.clone().filter(|_| has_password));
    // Okta: the default realm of the org.
    let realm =
        user.realm_id.clone().unwrap_or_else(|| format!("guo{}", org.identity().id.get(3..).unwrap_or_default()));
    json!({
        "id": user.id,
        "status": user.status.name(),
        "created": created,
        "activated": user.activated,
        "statusChanged": user.status_changed,
        "lastLogin": user.last_login,
        "lastUpdated": updated,
        "passwordChanged": password_changed,
        "realmId": realm,
        "type": { "id": type_id(org, user) },
        "profile": profile(&user.profile),
        "credentials": credentials(&user.credentials, Some(&user.profile.email)),
        "_links": links,
    })
}

/// Okta: attributes without a value are left out, but for these two.
fn profile(profile: &UserProfile) -> Value {
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| _ = shown.insert(name.to_owned(), value);
    put("firstName", profile.first_name.as_str().into());
    put("lastName", profile.last_name.as_str().into());
    put("mobilePhone", Value::Null);
    put("secondEmail", Value::Null);
    put("login", profile.login.as_str().into());
    put("email", profile.email.as_str().into());
    for (name, value) in profile.others.iter().filter(|(_, value)| !value.is_null()) {
        put(name, value.clone());
    }
    Value::Object(java_ordered(shown))
}

/// Credentials without their secrets. `email`: the primary address, which answers about users show.
pub(super) fn credentials(credentials: &UserCredentials, email: Option<&str>) -> Value {
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| _ = shown.insert(name.to_owned(), value);
    if credentials.password.is_some() {
        put("password", json!({}));
    }
    if let Some(question) = &credentials.recovery_question {
        put("recovery_question", json!({ "question": question.question }));
    }
    if let Some(email) = email.filter(|_| credentials.password.is_some()) {
        put("emails", json!([{ "value": email, "status": "VERIFIED", "type": "PRIMARY" }]));
    }
    let provider = credentials.provider.clone().unwrap_or_default();
    put("provider", json!({ "type": provider.kind, "name": provider.name }));
    Value::Object(shown)
}
