//! The authenticators of a user, and what the user has enrolled. Okta: `/idp/myaccount/authenticators`.

use serde_json::{Map, Value, json};

use super::{href, link, requirements};
use crate::management::roles::standard_roles;
use crate::management::users::find;
use crate::management::{ApiError, BodyMembers, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject, Factor, SignInMethod, User};
use crate::moment::timestamp;
use crate::org::{Tables, derived_id};
use crate::policy::assurance::enrollable_factors;

/// Okta: the apps of Okta that users have, with the same ids in each org.
const OKTA_APPS: [(&str, &str, &str); 3] = [
    ("okta.2b1959c8-bcc0-56eb-a589-cfcfb7422f26", "okta_enduser", "Okta Dashboard"),
    ("okta.b8003760-1ca5-51b8-9404-85bb7ef9bc8c", "okta_account_settings", "Okta End user Settings"),
    ("okta.ee074f99-1b5b-513e-8ea6-f8beeab8dbb9", "okta_browser_plugin", "Okta Browser Plugin"),
];

/// The app that administrators have besides.
const ADMIN_CONSOLE: (&str, &str, &str) =
    ("okta.b58d5b75-07d4-5f25-bf59-368a1261a405", "saasure", "Okta Admin Console");

/// The apps of Okta that the user has.
///
/// # Errors
/// The caller is not a user.
pub fn okta_applications(org: &Tables, call: ManagementCall<'_>) -> Result<Value, ApiError> {
    let is_administrator = standard_roles(org, find(org, call, "me")?).next().is_some();
    let apps = OKTA_APPS.into_iter().chain(is_administrator.then_some(ADMIN_CONSOLE));
    Ok(apps.map(|(id, name, label)| json!({ "id": id, "name": name, "displayName": label })).collect())
}

/// What an answer has of each authenticator besides. Okta: `expand`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Expanded {
    /// What the user has enrolled.
    Enrollments,
    /// What passwords have to be like.
    Requirements,
}

/// # Errors
/// The caller is not a user.
pub fn authenticators(org: &Tables, call: ManagementCall<'_>, expands: Option<Expanded>) -> Result<Value, ApiError> {
    let user = find(org, call, "me")?;
    Ok(active(org).map(|object| show(org, call, user, object, expands)).collect())
}

/// # Errors
/// There is no such authenticator.
pub fn authenticator(
    org: &Tables,
    call: ManagementCall<'_>,
    id: &str,
    expands: Option<Expanded>,
) -> Result<Value, ApiError> {
    Ok(show(org, call, find(org, call, "me")?, authenticator_of(org, id)?, expands))
}

/// # Errors
/// There is no such authenticator.
pub fn enrollments(org: &Tables, call: ManagementCall<'_>, id: &str) -> Result<Value, ApiError> {
    Ok(enrolled(org, call, find(org, call, "me")?, authenticator_of(org, id)?).into())
}

/// # Errors
/// There is no such enrollment.
pub fn enrollment(org: &Tables, call: ManagementCall<'_>, id: &str, enrollment: &str) -> Result<Value, ApiError> {
    let known = enrolled(org, call, find(org, call, "me")?, authenticator_of(org, id)?);
    let found = known.into_iter().find(|known| known["id"] == enrollment);
    found.ok_or_else(|| ApiError::not_found(enrollment, "AuthenticatorEnrollment"))
}

/// Gives what the user has enrolled another nickname, or none. Without the member it stays (RFC 7396 2).
///
/// # Errors
/// There is no such enrollment, or it is the password.
pub fn rename(
    change: &mut ManagementChange<'_, '_>,
    id: &str,
    enrollment: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let nickname = BodyMembers::of(body).text("nickname")?.filter(|nickname| !nickname.is_empty()).map(str::to_owned);
    let known = self::enrollment(change.draft, change.call, id, enrollment)?;
    if !body.contains_key("nickname") {
        return Ok(known);
    }
    let user_id = find(change.draft, change.call, "me")?.id.clone();
    let renamed = change.draft.change_user(&user_id, |user| {
        let factor = user.factors.iter_mut().find(|factor| factor.id == enrollment)?;
        factor.profile.nickname = nickname;
        Some(())
    });
    renamed.ok_or_else(|| ApiError::not_found(enrollment, "AuthenticatorEnrollment"))?;
    self::enrollment(change.draft, change.call, id, enrollment)
}

fn active(org: &Tables) -> impl Iterator<Item = &DirectoryObject> {
    org.objects(DirectoryKind::Authenticator).filter(|object| object.is_active())
}

fn authenticator_of<'o>(org: &'o Tables, id: &str) -> Result<&'o DirectoryObject, ApiError> {
    active(org).find(|object| object.id == id).ok_or_else(|| ApiError::not_found(id, "Authenticator"))
}

fn key(object: &DirectoryObject) -> &str {
    object.text("key").unwrap_or_default()
}

fn show(
    org: &Tables,
    call: ManagementCall<'_>,
    user: &User,
    object: &DirectoryObject,
    expands: Option<Expanded>,
) -> Value {
    let path = format!("authenticators/{}", object.id);
    let enrollable = enrollable_factors(org, user).iter().any(|method| method.row().authenticator == key(object));
    let mut shown = json!({
        "id": object.id,
        "key": key(object),
        "name": object.name(),
        "enrollable": enrollable,
        "_links": {
            "self": link(call, &path, &["GET"]),
            "enrollments": link(call, &format!("{path}/enrollments"), &["GET"]),
        },
    });
    match expands {
        Some(Expanded::Enrollments) => {
            shown["_embedded"] = json!({ "enrollments": enrolled(org, call, user, object) });
        }
        Some(Expanded::Requirements) if key(object) == SignInMethod::Password.row().authenticator => {
            shown["_embedded"] = json!({ "requirements": requirements(org, call, user) });
        }
        Some(Expanded::Requirements) | None => {}
    }
    shown
}

/// What the user has enrolled of an authenticator.
fn enrolled(org: &Tables, call: ManagementCall<'_>, user: &User, object: &DirectoryObject) -> Vec<Value> {
    let path = format!("authenticators/{}", object.id);
    let shown = |id: &str, created: Option<&str>, name: &str, profile: Value, allowed: &[&str]| {
        json!({
            "id": id,
            "name": name,
            "created": created,
            "profile": profile,
            "_links": {
                "self": link(call, &format!("{path}/enrollments/{id}"), allowed),
                "authenticator": { "href": href(call, &path) },
            },
        })
    };
    if key(object) == SignInMethod::Password.row().authenticator {
        let created = user.password_changed.as_deref().or(user.created.as_deref());
        let id = derived_id("lae", &[&org.identity().id, &user.id]);
        let has = user.credentials.password.is_some();
        return has.then(|| shown(&id, created, object.name(), json!({}), &["GET"])).into_iter().collect();
    }
    let times = org.times(&user.id).map(|times| timestamp(times.created));
    let is_own = |factor: &&Factor| factor.method().is_some_and(|method| method.row().authenticator == key(object));
    let own = user.factors.iter().filter(|factor| factor.is_active()).filter(is_own);
    own.map(|factor| {
        let created = factor.created.as_deref().or(times.as_deref());
        let name = factor.profile.authenticator_name.as_deref().unwrap_or(object.name());
        let profile = crate::sign_in::profile(user, factor);
        let mut shown = shown(&factor.id, created, name, profile, &["GET", "PATCH"]);
        if let Some(nickname) = &factor.profile.nickname {
            shown["nickname"] = nickname.as_str().into();
        }
        shown
    })
    .collect()
}
