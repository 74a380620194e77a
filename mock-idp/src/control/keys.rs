//! `/_mock/keys`: shows and rotates signing keys.

use std::sync::Arc;

use axum::Json;
use bytes::Bytes;
use http::StatusCode;
use mock_idp_core::org::{CompiledServer, Org};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::control::ControlError;
use crate::control::error::parse;
use crate::engine::OrgInstance;
use crate::routing::At;

const EXPECTED: &str = r#"{"server"?: "default", the id of another custom authorization server, or "org"}"#;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RotateRequest {
    server: Option<String>,
}

/// The keys of every server.
pub(super) async fn show(At(address): At) -> Result<Json<Value>, ControlError> {
    let org = address.org.org();
    let mut servers = serde_json::Map::new();
    for server in org.servers() {
        servers.insert(name(server).to_owned(), listed(&address.org, server).await?);
    }
    Ok(Json(servers.into()))
}

/// Rotates the keys of one server, and returns them.
pub(super) async fn rotate(At(address): At, body: Bytes) -> Result<Json<Value>, ControlError> {
    let RotateRequest { server } = if body.is_empty() { RotateRequest::default() } else { parse(&body, EXPECTED)? };
    let org = address.org.org();
    let server = find(&org, server.as_deref().unwrap_or("default"))?;
    address.org.rotate_keys(server).await.map_err(failed)?;
    Ok(Json(listed(&address.org, server).await?))
}

fn find<'a>(org: &'a Org, name_or_id: &str) -> Result<&'a Arc<CompiledServer>, ControlError> {
    let found = if name_or_id == "org" { Some(org.org_server()) } else { org.server(name_or_id) };
    found.ok_or_else(|| {
        ControlError::bad_request(format!("no authorization server has the name or id {name_or_id:?}"), EXPECTED)
    })
}

fn name(server: &CompiledServer) -> &str {
    if server.is_org() { "org" } else { &server.path_name }
}

async fn listed(org: &OrgInstance, server: &CompiledServer) -> Result<Value, ControlError> {
    let keys = org.published_keys(server).await.map_err(failed)?;
    Ok(keys.iter().map(|published| json!({ "kid": published.key.kid(), "status": published.status })).collect())
}

fn failed(error: impl ToString) -> ControlError {
    ControlError::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string(), EXPECTED)
}
