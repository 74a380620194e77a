//! Servers whose access tokens may be exchanged at another one. Okta: `/api/v1/authorizationServers/{id}/associatedServers`.

use crate::management::{ApiError, BodyMembers, ManagementChange};
use crate::org::Tables;

/// The ids of the servers that a server trusts, or of those that trust it.
///
/// # Errors
/// There is no such server.
pub fn ids(org: &Tables, server_id: &str, trusted: bool) -> Result<Vec<String>, ApiError> {
    let server = super::find(org, server_id)?;
    if trusted {
        return Ok(server.associated_servers.clone());
    }
    let trusting = org.authorization_servers().filter(|other| other.associated_servers.contains(&server.id));
    Ok(trusting.map(|other| other.id.clone()).collect())
}

/// Adds servers. Returns their ids.
///
/// # Errors
/// There is no such server, or one of those that are named.
pub fn add(
    change: &mut ManagementChange<'_, '_>,
    server_id: &str,
    body: &serde_json::Map<String, serde_json::Value>,
) -> Result<Vec<String>, ApiError> {
    let mut server = super::find(change.draft, server_id)?.clone();
    let named = BodyMembers::of(body).texts("trusted")?.unwrap_or_default();
    let ids = named.iter().map(|id| super::find(change.draft, id).map(|server| server.id.clone()));
    let ids = ids.collect::<Result<Vec<_>, _>>()?;
    for id in &ids {
        if !server.associated_servers.contains(id) {
            server.associated_servers.push(id.clone());
        }
    }
    change.draft.put_server(server);
    Ok(ids)
}

/// Removes a server from those that another one trusts.
///
/// # Errors
/// There is no such server, or it is not trusted.
pub fn remove(change: &mut ManagementChange<'_, '_>, server_id: &str, id: &str) -> Result<(), ApiError> {
    let mut server = super::find(change.draft, server_id)?.clone();
    if !server.associated_servers.iter().any(|known| known == id) {
        return Err(ApiError::not_found(id, "AuthorizationServer"));
    }
    server.associated_servers.retain(|known| known != id);
    change.draft.put_server(server);
    Ok(())
}
