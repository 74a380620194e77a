//! The public keys of clients. Okta: `/api/v1/apps/{id}/credentials/jwks`.

use serde_json::{Value, json};

use crate::management::{ApiError, Links, tolerant};
use crate::model::{App, Status};
use crate::moment::{Moment, timestamp};
use crate::org::Times;
use crate::protocol::jose::{Jwk, JwkSet, UnusableJwk};

/// Gives each key of an app an id.
pub(super) fn complete(app: &mut App, moment: &mut Moment<'_>) {
    let keys = app.settings.oauth_client.jwks.iter_mut().flat_map(|set| &mut set.keys);
    for key in keys.filter(|key| key.id.is_none()) {
        key.id = Some(moment.id("pks"));
    }
}

/// The keys of a client.
#[must_use]
pub fn all(app: &App) -> &[Jwk] {
    app.oauth().jwks.as_ref().map_or(&[], |set| &set.keys)
}

/// One key.
///
/// # Errors
/// There is none with that id.
pub fn get<'a>(app: &'a App, id: &str) -> Result<&'a Jwk, ApiError> {
    let found = all(app).iter().find(|key| key.id.as_deref() == Some(id));
    found.ok_or_else(|| ApiError::not_found(id, "JsonWebKey"))
}

/// The app with another key, which is returned too. Okta: an active key for encryption deactivates the one before.
///
/// # Errors
/// The key is not usable, or there is one with that `kid`.
pub fn add(app: &App, body: Value, moment: &mut Moment<'_>) -> Result<(App, Jwk), ApiError> {
    let mut key: Jwk = tolerant::read(body)?;
    check(&key)?;
    if all(app).iter().any(|known| known.kid == key.kid) {
        return Err(refused("kid: An object with this field already exists in the current organization"));
    }
    key.id = Some(moment.id("pks"));
    let mut changed = app.clone();
    let set = changed.settings.oauth_client.jwks.get_or_insert_with(JwkSet::default);
    if key.is_for_encryption() && key.status.is_active() {
        deactivate_encryption(set);
    }
    set.keys.push(key.clone());
    Ok((changed, key))
}

/// The app with a key of another status.
///
/// # Errors
/// There is no such key.
pub fn set_status(app: &App, id: &str, status: Status) -> Result<(App, Jwk), ApiError> {
    let encrypts = get(app, id)?.is_for_encryption();
    let mut changed = app.clone();
    let set = changed.settings.oauth_client.jwks.get_or_insert_with(JwkSet::default);
    if encrypts && status.is_active() {
        deactivate_encryption(set);
    }
    let found = set.keys.iter_mut().find(|key| key.id.as_deref() == Some(id));
    let key = found.ok_or_else(|| ApiError::not_found(id, "JsonWebKey"))?;
    key.status = status;
    let key = key.clone();
    Ok((changed, key))
}

/// The app without a key. Okta: which has to be inactive.
///
/// # Errors
/// There is no such key, or it is active.
pub fn remove(app: &App, id: &str) -> Result<App, ApiError> {
    if get(app, id)?.status.is_active() {
        return Err(ApiError::validation("JsonWebKey", Vec::new()));
    }
    let mut changed = app.clone();
    if let Some(set) = &mut changed.settings.oauth_client.jwks {
        set.keys.retain(|key| key.id.as_deref() != Some(id));
    }
    changed.settings.oauth_client.jwks = changed.settings.oauth_client.jwks.take().filter(|set| !set.keys.is_empty());
    Ok(changed)
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

fn refused(cause: &str) -> ApiError {
    ApiError::validation("JsonWebKey", vec![cause.to_owned()])
}

/// A key in answers. It was created with the app, as far as answers say.
#[must_use]
pub fn view(base: &str, app: &App, key: &Jwk, times: Times) -> Value {
    let id = key.id.as_deref().unwrap_or_default();
    let own = format!("/api/v1/apps/{}/credentials/jwks/{id}", app.id);
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
