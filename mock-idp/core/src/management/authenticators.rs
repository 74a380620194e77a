//! Authenticators. Okta: `/api/v1/authenticators`.

use serde_json::{Map, Value};

use super::directory::{DirectoryLifecycle, DirectoryResource, find, show};
use super::{ApiError, ApiErrorId, BodyMembers, Links, ListStyle, ManagementCall, ManagementChange, policies};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;

pub static AUTHENTICATORS: DirectoryResource = DirectoryResource {
    kind: DirectoryKind::Authenticator,
    type_name: "Authenticator",
    members: &["type", "id", "key", "status", "name", "created", "lastUpdated", "settings", "provider"],
    lifecycle: DirectoryLifecycle::ByOperations,
    list: ListStyle::WHOLE,
    path: |authenticator| path(authenticator),
    prepare: |_, _, _| Ok(()),
    links,
};

/// The authenticators that can be added, with their types, and whether there may be several.
const ADDABLE: [(&str, &str, bool); 8] = [
    ("custom_app", "app", true),
    ("custom_otp", "security_key", true),
    ("external_idp", "federated", true),
    ("google_otp", "app", false),
    ("onprem_mfa", "security_key", false),
    ("phone_number", "phone", false),
    ("webauthn", "security_key", false),
    ("yubikey_token", "security_key", false),
];

/// Those that the default enrollment policy lists as soon as they are active.
const ENROLLED: [&str; 3] = ["custom_app", "custom_otp", "onprem_mfa"];

/// What the error says in addition.
const OKTA_VERIFY_IN_USE: &str = " Additionally, if disabling Okta Verify when Fastpass is active, the \"Device state\" must not be set to \"registered\" in app assurance policies.";

/// The settings that are shown of an authenticator, in their order.
const SETTINGS: [&str; 9] = [
    "allowedFor",
    "tokenLifetimeInMinutes",
    "compliance",
    "channelBinding",
    "userVerification",
    "enrollmentSecurityLevel",
    "userVerificationMethods",
    "appInstanceId",
    "oauthClientId",
];

pub(super) fn path(authenticator: &DirectoryObject) -> String {
    format!("/api/v1/authenticators/{}", authenticator.id)
}

fn links(org: &Tables, call: ManagementCall<'_>, authenticator: &DirectoryObject) -> Value {
    let own = path(authenticator);
    let operation = if authenticator.is_active() { "deactivate" } else { "activate" };
    let key = authenticator.text("key");
    let mut links = Links::at(call.base());
    if key == Some("webauthn") && org.settings().features.custom_aaguids {
        links = links.allowing("aaguids", &format!("{own}/aaguids"), &["GET", "POST"]);
    }
    links = links.allowing("self", &own, &["GET", "PUT"]);
    // Okta: passwords are always there.
    if key != Some("okta_password") {
        links = links.allowing(operation, &format!("{own}/lifecycle/{operation}"), &["POST"]);
    }
    links = links.allowing("methods", &format!("{own}/methods"), &["GET"]);
    if matches!(key, Some("okta_verify" | "custom_app")) {
        links = links.allowing("enroll", "/idp/authenticators", &["POST"]);
    }
    links.in_order()
}

/// Adds an authenticator.
///
/// # Errors
/// The body is not an authenticator, or none that can be added.
pub fn create(
    change: &mut ManagementChange<'_, '_>,
    body: &Map<String, Value>,
    activate: bool,
) -> Result<Value, ApiError> {
    let body = BodyMembers::of(body);
    let key = body.text("key")?.unwrap_or_default().to_owned();
    let known = change.draft.objects(DirectoryKind::Authenticator).any(|other| other.text("key") == Some(&key));
    let row = ADDABLE.iter().find(|(addable, _, several)| *addable == key && (*several || !known));
    let Some((_, kind, _)) = row else {
        let object = "com.okta.services.factors.iface.dto.AuthenticatorCatalog";
        return Err(ApiError::validation(object, vec!["The field has an invalid value".to_owned()]));
    };
    let name = body.text("name")?.filter(|name| !name.trim().is_empty());
    let name = name.ok_or_else(|| ApiError::invalid("name", "The field cannot be left blank"))?;
    let status = if activate { "ACTIVE" } else { "INACTIVE" };
    let now = change.now();
    let mut members = Map::new();
    for (member, value) in
        [("type", *kind), ("key", &key), ("status", status), ("name", name), ("created", &now), ("lastUpdated", &now)]
    {
        members.insert(member.to_owned(), value.into());
    }
    write(&mut members, body)?;
    let id = change.moment.id(DirectoryKind::Authenticator.prefix());
    let authenticator = DirectoryObject { id, owner: String::new(), members };
    let shown = show(change.draft, change.call, &AUTHENTICATORS, &authenticator);
    change.draft.put_object(DirectoryKind::Authenticator, authenticator.clone());
    if activate {
        enroll(change, &authenticator)?;
    }
    Ok(shown)
}

/// Replaces an authenticator. Okta: settings that are not sent stay.
///
/// # Errors
/// There is none with that id, or the body is not an authenticator.
pub fn replace(change: &mut ManagementChange<'_, '_>, id: &str, body: &Map<String, Value>) -> Result<Value, ApiError> {
    let mut authenticator = find(change.draft, &AUTHENTICATORS, id)?.clone();
    require_telephony(change.draft, &authenticator)?;
    let body = BodyMembers::of(body);
    for member in ["key", "name"] {
        if body.text(member)?.is_none_or(str::is_empty) {
            return Err(ApiError::invalid(member, "The field cannot be left blank"));
        }
    }
    authenticator.members.insert("name".to_owned(), body.text("name")?.into());
    write(&mut authenticator.members, body)?;
    put(change, authenticator)
}

fn write(members: &mut Map<String, Value>, body: BodyMembers<'_>) -> Result<(), ApiError> {
    if let Some(written) = body.object("settings")? {
        let known = members.get("settings").and_then(Value::as_object).cloned().unwrap_or_default();
        let named = |name: &&&str| written.value(name).or_else(|| known.get(**name)).is_some();
        let value = |name: &&str| written.value(name).or_else(|| known.get(*name)).cloned().unwrap_or_default();
        let mut settings: Map<String, Value> =
            SETTINGS.iter().filter(named).map(|name| ((*name).to_owned(), value(name))).collect();
        // Okta: the client of an app authenticator is the app.
        if members.get("key").is_some_and(|key| key == "custom_app") {
            let app = settings.get("appInstanceId").cloned().unwrap_or_default();
            settings.insert("oauthClientId".to_owned(), app);
        }
        members.insert("settings".to_owned(), Value::Object(settings));
    }
    if let Some(provider) = body.object("provider")? {
        let mut shown = Map::new();
        for name in ["type", "configuration"] {
            shown.insert(name.to_owned(), provider.value(name).cloned().unwrap_or_default());
        }
        members.insert("provider".to_owned(), Value::Object(shown));
    }
    Ok(())
}

fn put(change: &mut ManagementChange<'_, '_>, mut authenticator: DirectoryObject) -> Result<Value, ApiError> {
    authenticator.members.insert("lastUpdated".to_owned(), change.now().into());
    let shown = show(change.draft, change.call, &AUTHENTICATORS, &authenticator);
    change.draft.put_object(DirectoryKind::Authenticator, authenticator);
    Ok(shown)
}

/// Activates an authenticator.
///
/// # Errors
/// There is none with that id, or it is the phone and nothing can call.
pub fn activate(change: &mut ManagementChange<'_, '_>, id: &str) -> Result<Value, ApiError> {
    let mut authenticator = find(change.draft, &AUTHENTICATORS, id)?.clone();
    require_telephony(change.draft, &authenticator)?;
    authenticator.members.insert("status".to_owned(), "ACTIVE".into());
    enroll(change, &authenticator)?;
    put(change, authenticator)
}

/// Deactivates an authenticator. Okta: no enrollment policy may list it.
///
/// # Errors
/// There is none with that id, it is inactive, or a policy lists it.
pub fn deactivate(change: &mut ManagementChange<'_, '_>, id: &str) -> Result<Value, ApiError> {
    let mut authenticator = find(change.draft, &AUTHENTICATORS, id)?.clone();
    let key = authenticator.text("key").unwrap_or_default().to_owned();
    if !authenticator.is_active() || key == "okta_password" {
        let summary = "api.authenticator.error.unsupported.active.deactivate";
        return Err(ApiError::validation(summary, Vec::new()));
    }
    let listing = policies::enrolling(change.draft, id, &key);
    if !listing.is_empty() {
        let causes = listing.iter().map(|name| format!("Authenticator Enrollment Policies: {name}")).collect();
        let more = if key == "okta_verify" { OKTA_VERIFY_IN_USE } else { "" };
        let refused = ApiError::new(ApiErrorId::AuthenticatorInUse, format!("policies list {key}"));
        return Err(ApiError { arguments: vec![more.to_owned()], causes, ..refused });
    }
    authenticator.members.insert("status".to_owned(), "INACTIVE".into());
    put(change, authenticator)
}

/// Okta: messages and calls to phones are sent by an inline hook.
fn require_telephony(org: &Tables, authenticator: &DirectoryObject) -> Result<(), ApiError> {
    let calls = |hook: &DirectoryObject| hook.is_active() && hook.text("type") == Some("com.okta.telephony.provider");
    if authenticator.text("key") == Some("phone_number") && !org.objects(DirectoryKind::InlineHook).any(calls) {
        return Err(ApiError::new(ApiErrorId::NoTelephonyHook, "no active telephony inline hook"));
    }
    Ok(())
}

fn enroll(change: &mut ManagementChange<'_, '_>, authenticator: &DirectoryObject) -> Result<(), ApiError> {
    let key = authenticator.text("key").unwrap_or_default();
    if ENROLLED.contains(&key) { policies::enroll(change, &authenticator.id, key) } else { Ok(()) }
}
