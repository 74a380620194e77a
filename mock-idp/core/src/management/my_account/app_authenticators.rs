//! Apps that are authenticators of their users. Okta: `/idp/myaccount/app-authenticators`; the app uses Okta's Devices SDK.

use serde_json::{Map, Value, json};

use super::href;
use crate::management::users::find;
use crate::management::{ApiError, BodyMembers, Causes, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;
use crate::protocol::jose::Jwk;

const KIND: DirectoryKind = DirectoryKind::AppAuthenticator;

/// The scope that a change of the key for user verification needs.
const MANAGE: &str = "okta.myAccount.appAuthenticator.manage";

const BLANK: &str = "The field cannot be left blank";
const INVALID: &str = "The field has an invalid value";

/// What a device has to say of itself, in Okta's order.
const DEVICE: [&str; 6] = [
    "clientInstanceBundleId",
    "clientInstanceVersion",
    "clientInstanceDeviceSdkVersion",
    "osVersion",
    "platform",
    "displayName",
];

/// What challenges can be about.
const TRANSACTION_TYPES: [&str; 2] = ["LOGIN", "CIBA"];

/// Makes an app an authenticator of the user. One of the same instance of the app is replaced.
///
/// # Errors
/// The body is not valid, or the org has no such authenticator.
pub fn enroll_app(change: &mut ManagementChange<'_, '_>, body: &Map<String, Value>) -> Result<Value, ApiError> {
    let user = find(change.draft, change.call, "me")?.id.clone();
    let body = BodyMembers::of(body);
    let mut causes = Causes::default();
    let authenticator = causes.required("authenticatorId", body.text("authenticatorId")?);
    let instance = device(body, &mut causes)?;
    let push = body.object("methods")?.map_or(Ok(None), |methods| methods.object("push"))?;
    let mut method = push.map(|push| new_method(push, &mut causes)).transpose()?.unwrap_or_default();
    if push.is_none() {
        causes.add("methods.push", BLANK);
    }
    let is_ios = body.object("device")?.map_or(Ok(None), |device| device.text("platform"))? == Some("IOS");
    let environment = push.map_or(Ok(None), |push| push.text("apsEnvironment"))?;
    if environment.map_or(is_ios, |name| !["PRODUCTION", "DEVELOPMENT"].contains(&name)) {
        causes.add("apsEnvironment", if environment.is_some() { INVALID } else { BLANK });
    }
    causes.into_result()?;
    custom_app(change.draft, authenticator)?;
    let known = change.draft.objects_of(KIND, &user).filter(|known| is_instance(known, authenticator, &instance));
    let known: Vec<String> = known.map(|known| known.id.clone()).collect();
    known.iter().for_each(|id| change.draft.remove_object(KIND, id));
    let now = change.now();
    method.insert("id".to_owned(), change.moment.id("opf").into());
    let members = json!({
        "authenticatorId": authenticator,
        "createdDate": now,
        "lastUpdated": now,
        "device": {
            "id": change.moment.id("guo"), "status": "ACTIVE", "createdDate": now, "lastUpdated": now,
            "clientInstanceId": instance,
        },
        "push": method,
    });
    let members = members.as_object().cloned().unwrap_or_default();
    let id = change.moment.id(KIND.prefix());
    Ok(put(change, DirectoryObject { id, owner: user, members }))
}

/// Changes what an app has said of itself. Members that are not sent stay (RFC 7396 2).
///
/// # Errors
/// The user has no such app, the body is not valid, or the token may not change the key for user verification.
pub fn update_app(
    change: &mut ManagementChange<'_, '_>,
    id: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let mut app = app_of(change.draft, change.call, id)?.clone();
    let methods = BodyMembers::of(body).object("methods")?;
    let Some(push) = methods.map_or(Ok(None), |methods| methods.object("push"))? else {
        return Ok(show(change.draft, change.call, &app));
    };
    let mut causes = Causes::default();
    let mut written = Map::new();
    if let Some(token) = push.text("pushToken")? {
        written.insert("pushToken".to_owned(), causes.required("pushToken", Some(token)).into());
    }
    if let Some(types) = transaction_types(push, &mut causes)? {
        written.insert("transactionTypes".to_owned(), types);
    }
    // Okta: null removes the key, and either needs the stronger scope.
    let keys = push.object("keys")?.map(BodyMembers::all);
    if let Some(given) = keys.and_then(|keys| keys.get("userVerification")) {
        require_stronger_scope(change.call)?;
        let key = if given.is_null() { Value::Null } else { key("userVerification", given, &mut causes) };
        written.insert("userVerification".to_owned(), key);
    }
    causes.into_result()?;
    let now = change.now();
    if let Some(method) = app.members.get_mut("push").and_then(Value::as_object_mut) {
        method.extend(written);
        method.insert("lastUpdated".to_owned(), now.as_str().into());
    }
    app.members.insert("lastUpdated".to_owned(), now.into());
    Ok(put(change, app))
}

/// # Errors
/// The user has no such app.
pub fn remove_app(change: &mut ManagementChange<'_, '_>, id: &str) -> Result<(), ApiError> {
    app_of(change.draft, change.call, id)?;
    change.draft.remove_object(KIND, id);
    Ok(())
}

/// An app of the user.
pub(super) fn app_of<'o>(org: &'o Tables, call: ManagementCall<'_>, id: &str) -> Result<&'o DirectoryObject, ApiError> {
    let user = &find(org, call, "me")?.id;
    let own = org.object(KIND, id).filter(|app| app.owner == *user);
    own.ok_or_else(|| ApiError::not_found(id, "AppAuthenticatorEnrollment"))
}

/// The active authenticator of an org that apps can be.
pub(super) fn custom_app<'o>(org: &'o Tables, id: &str) -> Result<&'o DirectoryObject, ApiError> {
    let object = org.object(DirectoryKind::Authenticator, id);
    let known = object.filter(|object| object.is_active() && object.text("key") == Some("custom_app"));
    known.ok_or_else(|| ApiError::not_found(id, "Authenticator"))
}

fn is_instance(app: &DirectoryObject, authenticator: &str, instance: &str) -> bool {
    app.text("authenticatorId") == Some(authenticator)
        && app.members.get("device").is_some_and(|device| device["clientInstanceId"] == instance)
}

/// Okta: the key for user verification changes only with the scope for which the account management policy is asked.
fn require_stronger_scope(call: ManagementCall<'_>) -> Result<(), ApiError> {
    let scopes = call.caller.scopes.as_deref().unwrap_or_default();
    if scopes.iter().any(|scope| scope == MANAGE) {
        return Ok(());
    }
    Err(ApiError::access_denied(format!("the access token lacks {MANAGE}")))
}

/// Checks what a device says of itself. Returns the id of its key.
fn device(body: BodyMembers<'_>, causes: &mut Causes) -> Result<String, ApiError> {
    let Some(device) = body.object("device")? else {
        causes.add("device", BLANK);
        return Ok(String::new());
    };
    for name in DEVICE {
        causes.required(name, device.text(name)?);
    }
    if device.text("platform")?.is_some_and(|platform| !["ANDROID", "IOS"].contains(&platform)) {
        causes.add("platform", INVALID);
    }
    let key = required_key("clientInstanceKey", device.value("clientInstanceKey"), causes);
    Ok(key["kid"].as_str().unwrap_or_default().to_owned())
}

fn new_method(push: BodyMembers<'_>, causes: &mut Causes) -> Result<Map<String, Value>, ApiError> {
    let mut method = Map::new();
    method.insert("pushToken".to_owned(), causes.required("pushToken", push.text("pushToken")?).into());
    let keys = push.object("keys")?;
    let proof = keys.and_then(|keys| keys.value("proofOfPossession"));
    method.insert("proofOfPossession".to_owned(), required_key("proofOfPossession", proof, causes));
    if let Some(given) = keys.and_then(|keys| keys.value("userVerification")) {
        method.insert("userVerification".to_owned(), key("userVerification", given, causes));
    }
    // Okta's description has it beside the keys here, and one level above for changes.
    let types = match keys {
        Some(keys) if keys.contains("capabilities") => transaction_types(keys, causes)?,
        _ => transaction_types(push, causes)?,
    };
    method.insert("transactionTypes".to_owned(), types.unwrap_or_else(|| json!(["LOGIN"])));
    Ok(method)
}

fn transaction_types(members: BodyMembers<'_>, causes: &mut Causes) -> Result<Option<Value>, ApiError> {
    let capabilities = members.object("capabilities")?;
    let Some(types) = capabilities.map_or(Ok(None), |given| given.texts("transactionTypes"))? else { return Ok(None) };
    if types.iter().any(|name| !TRANSACTION_TYPES.contains(&name.as_str())) {
        causes.add("transactionTypes", INVALID);
    }
    Ok(Some(json!(types)))
}

fn required_key(name: &str, given: Option<&Value>, causes: &mut Causes) -> Value {
    let Some(given) = given else {
        causes.add(name, BLANK);
        return Value::Null;
    };
    key(name, given, causes)
}

/// Checks a key: EC keys are of the curve P-256, and each has an id and says how it is protected.
fn key(name: &str, given: &Value, causes: &mut Causes) -> Value {
    let read = serde_json::from_value::<Jwk>(given.clone()).ok().filter(|key| key.key().is_ok());
    let is_known = |key: &Jwk| key.kty == "RSA" || key.crv.as_deref() == Some("P-256");
    let has_id = |key: &Jwk| key.kid.as_deref().is_some_and(|kid| !kid.is_empty());
    let is_protected = matches!(given["okta:kpr"].as_str(), Some("HARDWARE" | "SOFTWARE"));
    if !read.as_ref().is_some_and(|key| is_known(key) && has_id(key) && is_protected) {
        causes.add(name, INVALID);
    }
    given.clone()
}

fn put(change: &mut ManagementChange<'_, '_>, app: DirectoryObject) -> Value {
    let shown = show(change.draft, change.call, &app);
    change.draft.put_object(KIND, app);
    shown
}

fn show(org: &Tables, call: ManagementCall<'_>, app: &DirectoryObject) -> Value {
    let path = format!("app-authenticators/{}", app.id);
    let created = app.members.get("createdDate");
    let push = app.members.get("push");
    let updated = push.and_then(|push| push.get("lastUpdated")).or(created);
    let login = org.user(&app.owner).map(|user| &user.profile.login);
    json!({
        "id": app.id,
        "authenticatorId": app.members.get("authenticatorId"),
        "createdDate": created,
        "lastUpdated": app.members.get("lastUpdated"),
        "device": app.members.get("device"),
        "user": { "id": app.owner, "username": login },
        "methods": { "push": {
            "id": push.and_then(|push| push.get("id")),
            "createdDate": created,
            "lastUpdated": updated,
            "links": { "pending": {
                "href": href(call, &format!("{path}/push/notifications")), "hints": { "allow": ["GET"] },
            } },
        } },
        "links": { "self": { "href": href(call, &path), "hints": { "allow": ["PATCH", "DELETE"] } } },
    })
}
