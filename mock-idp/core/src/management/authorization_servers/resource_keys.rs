//! The public keys that an authorization server encrypts access tokens for. Okta:
//! `/api/v1/authorizationServers/{id}/resourceservercredentials/keys`.

use serde_json::Value;

use super::servers;
use crate::management::{ApiError, ManagementCall, ManagementChange, stored_keys};
use crate::model::{AuthorizationServer, Status};
use crate::org::{Tables, Times};
use crate::protocol::jose::Jwk;

/// # Errors
/// There is no such server.
pub fn list(org: &Tables, call: ManagementCall<'_>, server: &str) -> Result<Vec<Value>, ApiError> {
    let server = servers::find(org, server)?;
    Ok(stored_keys::all(server.jwks.as_ref()).iter().map(|key| show(org, call, server, key)).collect())
}

/// # Errors
/// There is no such server or key.
pub fn get(org: &Tables, call: ManagementCall<'_>, server: &str, id: &str) -> Result<Value, ApiError> {
    let server = servers::find(org, server)?;
    Ok(show(org, call, server, stored_keys::get(server.jwks.as_ref(), id)?))
}

/// Adds a key. Okta: an inactive one, which is activated afterwards.
///
/// # Errors
/// There is no such server; the key is not usable; or there is one with that `kid`.
pub fn add(change: &mut ManagementChange<'_, '_>, server: &str, mut body: Value) -> Result<Value, ApiError> {
    if let Some(members) = body.as_object_mut() {
        members.entry("status").or_insert_with(|| "INACTIVE".into());
        if members["status"] == "ACTIVE" {
            return Err(stored_keys::refused("status: The field has an invalid value"));
        }
    }
    let mut server = servers::find(change.draft, server)?.clone();
    let key = stored_keys::add(&mut server.jwks, body, change.moment)?;
    Ok(put(change, server, &key))
}

/// Activates or deactivates a key.
///
/// # Errors
/// There is no such server or key.
pub fn set_status(
    change: &mut ManagementChange<'_, '_>,
    server: &str,
    id: &str,
    status: Status,
) -> Result<Value, ApiError> {
    let mut server = servers::find(change.draft, server)?.clone();
    let key = stored_keys::set_status(&mut server.jwks, id, status)?;
    Ok(put(change, server, &key))
}

/// Removes an inactive key.
///
/// # Errors
/// There is no such server or key, or the key is active.
pub fn remove(change: &mut ManagementChange<'_, '_>, server: &str, id: &str) -> Result<(), ApiError> {
    let mut server = servers::find(change.draft, server)?.clone();
    stored_keys::remove(&mut server.jwks, id)?;
    change.draft.put_server(server);
    Ok(())
}

fn put(change: &mut ManagementChange<'_, '_>, server: AuthorizationServer, key: &Jwk) -> Value {
    let shown = show(change.draft, change.call, &server, key);
    change.draft.put_server(server);
    shown
}

fn show(org: &Tables, call: ManagementCall<'_>, server: &AuthorizationServer, key: &Jwk) -> Value {
    let times = org.times(&server.id).unwrap_or(Times { created: call.now, last_updated: call.now });
    let list = format!("/api/v1/authorizationServers/{}/resourceservercredentials/keys", server.path_name());
    stored_keys::view(call.base(), &list, key, times)
}
