//! The methods of authenticators. Okta: `/api/v1/authenticators/{id}/methods`.

use serde_json::{Map, Value, json};

use super::authenticators::{AUTHENTICATORS, path};
use super::directory::find;
use super::{ApiError, BodyMembers, Links, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;

/// A method with its status and settings.
#[derive(Debug)]
struct AuthenticatorMethod {
    kind: &'static str,
    active: bool,
    /// Null for a method without settings.
    settings: Value,
}

/// The member of an authenticator that has what is known about its methods, by their types. It is not shown.
const STORED: &str = "methods";

/// The methods of an authenticator.
///
/// # Errors
/// There is no authenticator with that id.
pub fn list(org: &Tables, call: ManagementCall<'_>, id: &str) -> Result<Vec<Value>, ApiError> {
    let authenticator = find(org, &AUTHENTICATORS, id)?;
    Ok(methods(authenticator).iter().map(|method| show(call, authenticator, method)).collect())
}

/// One method of an authenticator.
///
/// # Errors
/// There is no such authenticator or method.
pub fn get(org: &Tables, call: ManagementCall<'_>, id: &str, kind: &str) -> Result<Value, ApiError> {
    let authenticator = find(org, &AUTHENTICATORS, id)?;
    Ok(show(call, authenticator, &named(authenticator, kind)?))
}

/// Replaces status and settings of a method. Okta: settings that are not sent stay.
///
/// # Errors
/// There is no such authenticator or method, or the body is not valid.
pub fn replace(
    change: &mut ManagementChange<'_, '_>,
    id: &str,
    kind: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let authenticator = find(change.draft, &AUTHENTICATORS, id)?.clone();
    let mut method = named(&authenticator, kind)?;
    let body = BodyMembers::of(body);
    method.active = match body.text("status")? {
        None => method.active,
        Some("ACTIVE") => true,
        Some("INACTIVE") => false,
        Some(other) => return Err(ApiError::not_well_formed(format!("`{other}` is not a status of a method"))),
    };
    if let Some(written) = body.object("settings")? {
        for (name, value) in written.all() {
            method.settings[name] = value.clone();
        }
    }
    Ok(store(change, authenticator, &method))
}

/// Activates or deactivates a method.
///
/// # Errors
/// There is no such authenticator or method.
pub fn set_status(
    change: &mut ManagementChange<'_, '_>,
    id: &str,
    kind: &str,
    active: bool,
) -> Result<Value, ApiError> {
    let authenticator = find(change.draft, &AUTHENTICATORS, id)?.clone();
    let method = AuthenticatorMethod { active, ..named(&authenticator, kind)? };
    Ok(store(change, authenticator, &method))
}

fn store(
    change: &mut ManagementChange<'_, '_>,
    mut authenticator: DirectoryObject,
    method: &AuthenticatorMethod,
) -> Value {
    let mut stored = authenticator.members.get(STORED).cloned().unwrap_or_else(|| json!({}));
    stored[method.kind] = json!({ "status": status(method.active), "settings": method.settings });
    authenticator.members.insert(STORED.to_owned(), stored);
    let shown = show(change.call, &authenticator, method);
    change.draft.put_object(DirectoryKind::Authenticator, authenticator);
    shown
}

fn named(authenticator: &DirectoryObject, kind: &str) -> Result<AuthenticatorMethod, ApiError> {
    let found = methods(authenticator).into_iter().find(|method| method.kind == kind);
    found.ok_or_else(|| ApiError::not_found(kind, "AuthenticatorMethod"))
}

fn status(active: bool) -> &'static str {
    if active { "ACTIVE" } else { "INACTIVE" }
}

/// What is stored of the methods, else what Okta gives to a new authenticator.
fn methods(authenticator: &DirectoryObject) -> Vec<AuthenticatorMethod> {
    let mut methods = defaults(authenticator);
    let stored = authenticator.members.get(STORED);
    for method in &mut methods {
        let Some(known) = stored.and_then(|stored| stored.get(method.kind)) else { continue };
        method.active = known["status"] == "ACTIVE";
        method.settings = known["settings"].clone();
    }
    methods
}

// Okta: as recorded.
fn defaults(authenticator: &DirectoryObject) -> Vec<AuthenticatorMethod> {
    let active = authenticator.is_active();
    let method = |kind, active, settings| AuthenticatorMethod { kind, active, settings };
    let plain = |kind| method(kind, active, Value::Null);
    match authenticator.text("key").unwrap_or_default() {
        "okta_email" => vec![plain("email")],
        "okta_password" => vec![plain("password")],
        "security_question" => vec![plain("security_question")],
        "google_otp" => vec![plain("otp")],
        "phone_number" => vec![plain("sms"), plain("voice")],
        // Okta: the method is active even if the authenticator is not.
        "webauthn" => {
            vec![method("webauthn", true, json!({ "userVerification": "DISCOURAGED", "attachment": "ANY" }))]
        }
        "okta_verify" => {
            let algorithms = json!(["ES256", "RS256"]);
            let totp = json!({
                "timeIntervalInSeconds": 30, "encoding": "Base32", "algorithm": "HMACSHA1", "passCodeLength": 6,
            });
            let push = json!({ "algorithms": algorithms, "keyProtection": "ANY", "transactionTypes": ["LOGIN"] });
            let nonce = json!({ "algorithms": algorithms, "keyProtection": "ANY", "showSignInWithOV": "NEVER" });
            vec![method("totp", active, totp), method("push", false, push), method("signed_nonce", false, nonce)]
        }
        _ => Vec::new(),
    }
}

fn show(call: ManagementCall<'_>, authenticator: &DirectoryObject, method: &AuthenticatorMethod) -> Value {
    let own = format!("{}/methods/{}", path(authenticator), method.kind);
    let mut links = Links::at(call.base()).allowing("self", &own, &["GET", "PUT"]);
    if !method.active {
        links = links.allowing("activate", &format!("{own}/lifecycle/activate"), &["POST"]);
    }
    let mut shown = json!({ "type": method.kind, "status": status(method.active) });
    if !method.settings.is_null() {
        shown["settings"] = method.settings.clone();
    }
    shown["_links"] = links.in_order();
    shown
}
