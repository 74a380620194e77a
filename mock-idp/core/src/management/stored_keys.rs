//! Public keys that are listed one by one: those of clients, and those that authorization servers encrypt for.

use serde_json::{Value, json};

use super::{ApiError, Links, tolerant};
use crate::model::Status;
use crate::moment::{Moment, timestamp};
use crate::org::{Times, derived_id};
use crate::protocol::jose::{Jwk, JwkSet, UnusableJwk};

/// The keys of a set.
#[must_use]
pub fn all(set: Option<&JwkSet>) -> &[Jwk] {
    set.map_or(&[], |set| &set.keys)
}

/// The id of a key. One that a document gives without an id has the same each time.
#[must_use]
pub fn id(key: &Jwk) -> String {
    let material = [&key.kid, &key.n, &key.x].into_iter().flatten().next().map_or("", String::as_str);
    key.id.clone().unwrap_or_else(|| derived_id("pks", &[material]))
}

/// One key.
///
/// # Errors
/// There is none with that id.
pub fn get<'s>(set: Option<&'s JwkSet>, wanted: &str) -> Result<&'s Jwk, ApiError> {
    all(set).iter().find(|key| id(key) == wanted).ok_or_else(|| ApiError::not_found(wanted, "JsonWebKey"))
}

/// Adds a key. Okta: an active key for encryption deactivates the one before.
///
/// # Errors
/// The key is not usable, or there is one with that `kid`.
pub fn add(set: &mut Option<JwkSet>, body: Value, moment: &mut Moment<'_>) -> Result<Jwk, ApiError> {
    let mut key: Jwk = tolerant::read(body)?;
    check(&key)?;
    if all(set.as_ref()).iter().any(|known| known.kid == key.kid) {
        return Err(refused("kid: An object with this field already exists in the current organization"));
    }
    key.id = Some(moment.id("pks"));
    let set = set.get_or_insert_with(JwkSet::default);
    if key.is_for_encryption() && key.status.is_active() {
        deactivate_encryption(set);
    }
    set.keys.push(key.clone());
    Ok(key)
}

/// Changes the status of a key.
///
/// # Errors
/// There is no such key.
pub fn set_status(set: &mut Option<JwkSet>, wanted: &str, status: Status) -> Result<Jwk, ApiError> {
    let encrypts = get(set.as_ref(), wanted)?.is_for_encryption();
    let set = set.get_or_insert_with(JwkSet::default);
    if encrypts && status.is_active() {
        deactivate_encryption(set);
    }
    let found = set.keys.iter_mut().find(|key| id(key) == wanted);
    let key = found.ok_or_else(|| ApiError::not_found(wanted, "JsonWebKey"))?;
    key.status = status;
    Ok(key.clone())
}

/// Removes a key. Okta: which has to be inactive.
///
/// # Errors
/// There is no such key, or it is active.
pub fn remove(set: &mut Option<JwkSet>, wanted: &str) -> Result<(), ApiError> {
    if get(set.as_ref(), wanted)?.status.is_active() {
        return Err(ApiError::validation("JsonWebKey", Vec::new()));
    }
    if let Some(set) = set {
        set.keys.retain(|key| id(key) != wanted);
    }
    *set = set.take().filter(|set| !set.keys.is_empty());
    Ok(())
}

fn deactivate_encryption(set: &mut JwkSet) {
    for key in set.keys.iter_mut().filter(|key| key.is_for_encryption()) {
        key.status = Status::Inactive;
    }
}

/// Okta: a key without modulus counts as a short one.
pub(super) fn check(key: &Jwk) -> Result<(), ApiError> {
    match key.key() {
        Ok(_) => Ok(()),
        Err(UnusableJwk::Weak | UnusableJwk::Member("n")) => {
            Err(refused("RSA key length in the 'jwks' is less than '2,048' bits for the given key."))
        }
        // Okta: a key without its curve is stored, and no signature fits it.
        Err(UnusableJwk::Curve) if key.crv.is_none() => Ok(()),
        Err(other) => Err(refused(&other.to_string())),
    }
}

pub(super) fn refused(cause: &str) -> ApiError {
    ApiError::validation("JsonWebKey", vec![cause.to_owned()])
}

/// A key in answers. `list` is the path of the keys, `times` those of what has them: answers say no other.
#[must_use]
pub fn view(base: &str, list: &str, key: &Jwk, times: Times) -> Value {
    let id = id(key);
    let own = format!("{list}/{id}");
    let links = Links::at(base);
    let links = match key.status {
        Status::Active => links.allowing("deactivate", &format!("{own}/lifecycle/deactivate"), &["POST"]),
        Status::Inactive => links.allowing("activate", &format!("{own}/lifecycle/activate"), &["POST"]).allowing(
            "delete",
            &own,
            &["DELETE"],
        ),
    };
    let mut view = json!({
        "id": id, "created": timestamp(times.created), "lastUpdated": timestamp(times.last_updated),
        "status": key.status, "kid": key.kid, "kty": key.kty, "alg": key.alg, "use": key.key_use, "_links": links.in_order(),
    });
    let members = match key.kty.as_str() {
        "EC" => [("x", &key.x), ("y", &key.y), ("crv", &key.crv)].to_vec(),
        _ => [("e", &key.e), ("n", &key.n)].to_vec(),
    };
    for (name, value) in members {
        view[name] = json!(value);
    }
    view
}
