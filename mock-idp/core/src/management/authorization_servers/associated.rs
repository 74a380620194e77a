//! Servers whose access tokens may be exchanged at another one. Okta: `/api/v1/authorizationServers/{id}/associatedServers`.

use crate::management::{ApiError, BodyMembers, ListQuery, ListStyle, ManagementChange};
use crate::model::AuthorizationServer;
use crate::org::Tables;
use crate::protocol::Parameters;

/// Okta: all servers, unless the request has a limit.
const LIST: ListStyle = ListStyle { max_limit: 200, ..ListStyle::WHOLE };

/// The ids of the servers that a server trusts, or of those that trust it, and the limit of the request. Okta: `q` is in a name or an
/// audience.
///
/// # Errors
/// There is no such server; an invalid limit or cursor.
pub fn ids(org: &Tables, server_id: &str, query: &Parameters) -> Result<(Vec<String>, Option<usize>), ApiError> {
    let server = super::find(org, server_id)?;
    let trusted = query.get("trusted") == Some("true");
    let is_associated = |other: &&AuthorizationServer| match trusted {
        true => server.associated_servers.contains(&other.id),
        false => other.associated_servers.contains(&server.id),
    };
    let wanted = query.get("q").map(str::to_lowercase).unwrap_or_default();
    let mentions = |text: &str| text.to_lowercase().contains(&wanted);
    let found = org
        .authorization_servers()
        .filter(is_associated)
        .filter(|other| mentions(&other.name) || mentions(other.audience()));
    let paging = ListQuery::read(query, LIST)?;
    let (page, _) = paging.page(found, |server| &server.id)?;
    Ok((page.into_iter().map(|server| server.id.clone()).collect(), paging.limit))
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
