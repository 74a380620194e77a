//! `/_mock/keys`: shows and rotates signing keys.

use std::collections::BTreeMap;

use axum::Json;
use bytes::Bytes;
use http::StatusCode;
use mock_idp_core::endpoint::keys::KeyStatus;
use mock_idp_core::org::CompiledServer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::control::ControlError;
use crate::control::error::parse_optional;
use crate::control::names::server as server_named;
use crate::engine::OrgInstance;
use crate::keys::Rotation;
use crate::routing::At;

const EXPECTED: &str = r#"{"server"?: "default", the id of another custom authorization server, or "org", "remove_previous"?: true, "unannounced"?: true}"#;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RotateRequest {
    /// `default`, `org`, or the id of an authorization server; `default` without it.
    server: Option<String>,
    /// The key that has signed until now is not published any more, and its tokens are not accepted. Okta keeps it until the next rotation.
    #[serde(default)]
    remove_previous: bool,
    /// The key that signs from now on has not been published before. Okta announces it.
    #[serde(default)]
    unannounced: bool,
}

/// The keys of servers, by the name or id of the server.
pub(super) type KeysOfServers = BTreeMap<String, Vec<ShownKey>>;

/// A published key.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename = "Key")]
pub(super) struct ShownKey {
    kid: String,
    /// `ACTIVE`, `NEXT` or `EXPIRED`.
    #[schemars(with = "String")]
    status: KeyStatus,
}

/// The keys of every server.
pub(super) async fn show(At(address): At) -> Result<Json<KeysOfServers>, ControlError> {
    let org = address.org.org();
    let mut servers = KeysOfServers::new();
    for server in org.servers() {
        servers.insert(name(server).to_owned(), listed(&address.org, server).await?);
    }
    Ok(Json(servers))
}

/// Rotates the keys of one server, and returns them.
pub(super) async fn rotate(At(address): At, body: Bytes) -> Result<Json<Vec<ShownKey>>, ControlError> {
    let RotateRequest { server, remove_previous, unannounced } = parse_optional(&body, EXPECTED)?;
    let org = address.org.org();
    let server = server_named(&org, server.as_deref().unwrap_or("default"), EXPECTED)?;
    address.org.rotate_keys(server, Rotation { remove_previous, unannounced }).await.map_err(failed)?;
    Ok(Json(listed(&address.org, server).await?))
}

fn name(server: &CompiledServer) -> &str {
    if server.is_org() { "org" } else { &server.path_name }
}

async fn listed(org: &OrgInstance, server: &CompiledServer) -> Result<Vec<ShownKey>, ControlError> {
    let keys = org.published_keys(server).await.map_err(failed)?;
    Ok(keys.iter().map(|known| ShownKey { kid: known.key.kid().to_owned(), status: known.status }).collect())
}

fn failed(error: impl ToString) -> ControlError {
    ControlError::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string(), EXPECTED)
}
