//! Keys by which the clients of inline hooks authenticate. Okta: `/api/v1/hook-keys`.

use serde_json::{Map, Value, json};

use super::{ApiError, BodyMembers, Causes, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::moment::timestamp;
use crate::org::{CREATED, Tables};
use crate::tokens::{SignatureAlgorithm, SigningKey, public_jwk};

const KIND: DirectoryKind = DirectoryKind::HookKey;

/// All keys.
#[must_use]
pub fn list(org: &Tables) -> Vec<Value> {
    org.objects(KIND).map(|key| show(org, key)).collect()
}

/// One key, with its public half if `expand` asks for it.
///
/// # Errors
/// There is none with that id.
pub fn get(org: &Tables, id: &str, expand: Option<&str>) -> Result<Value, ApiError> {
    let key = find(org, id)?;
    Ok(if expand == Some("publickey") { show_expanded(org, key) } else { show(org, key) })
}

/// The public half of the key with that alias.
///
/// # Errors
/// There is none.
pub fn public_key(org: &Tables, key_id: &str) -> Result<Value, ApiError> {
    let key = org.objects(KIND).find(|key| key.text("keyId") == Some(key_id));
    key.map(jwk).ok_or_else(|| ApiError::not_found(key_id, "HookKey"))
}

/// Whether a key can be created with this body, before there is a private key.
///
/// # Errors
/// The body has no name, or that of another key.
pub fn check_name(org: &Tables, body: &Map<String, Value>) -> Result<(), ApiError> {
    name(org, body, None).map(drop)
}

/// Creates a key of a new private key, PEM.
///
/// # Errors
/// The body has no name, or that of another key.
pub fn create(change: &mut ManagementChange<'_, '_>, body: &Map<String, Value>, pem: &str) -> Result<Value, ApiError> {
    let name = name(change.draft, body, None)?;
    let signing = SigningKey::from_pem(pem, SignatureAlgorithm::Rs256);
    let public = public_jwk(&signing.map_err(|error| ApiError::internal(error.to_string()))?);
    let mut members = Map::new();
    let (key_id, created) = (change.moment.uuid(), change.now());
    for (name, text) in [("keyId", key_id.as_str()), ("name", &name), ("created", &created), ("privateKey", pem)] {
        members.insert(name.to_owned(), text.into());
    }
    for name in ["e", "n"] {
        members.insert(name.to_owned(), public[name].clone());
    }
    let key = DirectoryObject { id: change.moment.id(KIND.prefix()), owner: String::new(), members };
    Ok(put(change, key))
}

/// Renames a key.
///
/// # Errors
/// There is none with that id; the body has no name, or that of another key.
pub fn replace(change: &mut ManagementChange<'_, '_>, id: &str, body: &Map<String, Value>) -> Result<Value, ApiError> {
    let mut key = find(change.draft, id)?.clone();
    let name = name(change.draft, body, Some(id))?;
    key.members.insert("name".to_owned(), name.into());
    Ok(put(change, key))
}

/// Removes a key. Okta: only one that is not used.
///
/// # Errors
/// There is none with that id, or an inline hook uses it.
pub fn remove(change: &mut ManagementChange<'_, '_>, id: &str) -> Result<(), ApiError> {
    if is_used(change.draft, find(change.draft, id)?) {
        return Err(ApiError::access_denied(format!("an inline hook uses the key `{id}`")));
    }
    change.draft.remove_object(KIND, id);
    Ok(())
}

fn find<'t>(org: &'t Tables, id: &str) -> Result<&'t DirectoryObject, ApiError> {
    org.object(KIND, id).ok_or_else(|| ApiError::not_found(id, "HookKey"))
}

fn name(org: &Tables, body: &Map<String, Value>, known: Option<&str>) -> Result<String, ApiError> {
    let mut causes = Causes::default();
    let name = causes.required("name", BodyMembers::of(body).text("name")?).to_owned();
    causes.length("name", &name, 0..=255);
    if org.objects(KIND).any(|other| other.name() == name && known != Some(&other.id)) {
        causes.add("name", "An object with this field already exists in the current organization");
    }
    causes.into_result()?;
    Ok(name)
}

fn is_used(org: &Tables, key: &DirectoryObject) -> bool {
    let names = |hook: &DirectoryObject| {
        let named = hook.members.get("channel").and_then(|channel| channel.pointer("/config/hookKeyId"));
        named.and_then(Value::as_str) == Some(&key.id)
    };
    org.objects(DirectoryKind::InlineHook).any(names)
}

fn put(change: &mut ManagementChange<'_, '_>, mut key: DirectoryObject) -> Value {
    key.members.insert("lastUpdated".to_owned(), change.now().into());
    let shown = show_expanded(change.draft, &key);
    change.draft.put_object(KIND, key);
    shown
}

fn show(org: &Tables, key: &DirectoryObject) -> Value {
    let time = |name: &str| key.text(name).map_or_else(|| timestamp(CREATED), str::to_owned);
    json!({
        "id": key.id,
        "keyId": key.text("keyId"),
        "name": key.name(),
        "created": time("created"),
        "lastUpdated": time("lastUpdated"),
        "isUsed": is_used(org, key),
    })
}

fn show_expanded(org: &Tables, key: &DirectoryObject) -> Value {
    let mut shown = show(org, key);
    shown["_embedded"] = jwk(key);
    shown
}

/// Okta: `alg` is that of the key, not that of signatures.
fn jwk(key: &DirectoryObject) -> Value {
    let text = |name: &str| key.text(name);
    json!({ "kty": "RSA", "alg": "RSA", "kid": text("keyId"), "use": null, "e": text("e"), "n": text("n") })
}
