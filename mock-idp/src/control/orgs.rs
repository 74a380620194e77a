//! `/_mock/orgs`: the orgs of this server, and sandboxes that tests add and remove.

use std::time::Duration;

use axum::Json;
use bytes::Bytes;
use http::StatusCode;
use mock_idp_core::management::group_rules;
use mock_idp_core::org::Org;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::address::{Address, OrgUrls};
use crate::clock::rfc3339;
use crate::control::ControlError;
use crate::control::error::parse_optional;
use crate::engine::{OrgInstance, Sandbox, SandboxError, SandboxRequest, SandboxSource};
use crate::routing::{At, PathParameters};

const EXPECTED: &str = r#"{"from"?: name of an org, or an org document as an object, "name"?: a host label, "lifetime"?: seconds, "seed"?: number}"#;

/// A sandbox to add.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SandboxBody {
    /// The name of an org, or an org document as an object. Default: the org that is asked.
    from: Option<Value>,
    /// Lower-case letters, digits and inner hyphens. Default: one that is free.
    name: Option<String>,
    /// Seconds until it is removed by itself, at most 86,400. Default: 3,600.
    lifetime: Option<u64>,
    /// As `--seed`, for this org. Default: that of the mock.
    seed: Option<u64>,
}

/// An org of this mock.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct ListedOrg {
    name: String,
    /// Whether it was added since the start, and can be removed.
    sandbox: bool,
    /// The base of all its addresses.
    url: String,
    /// The issuer of its authorization server `default`.
    issuer: String,
    /// The same base under a host name of its own.
    host_url: String,
    /// When a sandbox is removed by itself, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
}

#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct RemovedOrg {
    /// The name of the sandbox.
    removed: String,
}

/// All orgs, the default one first.
pub(super) async fn list(At(address): At) -> Json<Vec<ListedOrg>> {
    let loaded = address.orgs.loaded().map(|org| listed(&address, org, None));
    let sandboxes = address.orgs.sandboxes().list();
    Json(loaded.chain(sandboxes.iter().map(|sandbox| listed_sandbox(&address, sandbox))).collect())
}

/// Adds a sandbox.
pub(super) async fn add(At(address): At, body: Bytes) -> Result<Json<ListedOrg>, ControlError> {
    let SandboxBody { from, name, lifetime, seed } = parse_optional(&body, EXPECTED)?;
    let lifetime = lifetime.map_or(Sandbox::LIFETIME, Duration::from_secs);
    if lifetime.is_zero() || lifetime > Sandbox::MAX_LIFETIME {
        let longest = Sandbox::MAX_LIFETIME.as_secs();
        return Err(ControlError::bad_request(format!("lifetime is from 1 to {longest} seconds"), EXPECTED));
    }
    let from = match from {
        None => SandboxSource::Org(address.org.name.clone()),
        Some(Value::String(name)) => SandboxSource::Org(name),
        Some(document) => SandboxSource::Document(Box::new(read(document).await?)),
    };
    let sandbox = address.orgs.add_sandbox(SandboxRequest { from, name, lifetime, seed })?;
    Ok(Json(listed_sandbox(&address, &sandbox)))
}

/// The org of a document, which is read like a file. Reading a large one takes long.
async fn read(document: Value) -> Result<Org, ControlError> {
    let read = move || {
        let org = Org::parse_json(&document).and_then(group_rules::applied);
        org.map_err(|problems| ControlError::bad_request(format!("the org document is invalid: {problems}"), EXPECTED))
    };
    let failed = |error: tokio::task::JoinError| {
        ControlError::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string(), Value::Null)
    };
    tokio::task::spawn_blocking(read).await.map_err(failed)?
}

/// Removes a sandbox.
pub(super) async fn remove(At(address): At, path: PathParameters) -> Result<Json<RemovedOrg>, ControlError> {
    let removed = path.get("org");
    address.orgs.remove_sandbox(&removed)?;
    Ok(Json(RemovedOrg { removed }))
}

fn listed_sandbox(address: &Address, sandbox: &Sandbox) -> ListedOrg {
    listed(address, &sandbox.instance, Some(sandbox.expires))
}

/// `expires`: of a sandbox.
fn listed(address: &Address, org: &OrgInstance, expires: Option<i64>) -> ListedOrg {
    let OrgUrls { url, issuer, host_url } = address.org_urls(&org.name);
    let expires = expires.map(rfc3339);
    ListedOrg { name: org.name.clone(), sandbox: expires.is_some(), url, issuer, host_url, expires }
}

impl From<SandboxError> for ControlError {
    fn from(error: SandboxError) -> Self {
        let (status, expected) = match &error {
            SandboxError::UnknownOrg(_) => (StatusCode::NOT_FOUND, "a name that GET /_mock/orgs lists"),
            SandboxError::NameTaken(_) => (StatusCode::CONFLICT, "another name, or none"),
            SandboxError::NotASandbox(_) => (StatusCode::CONFLICT, "the name of a sandbox"),
            SandboxError::Full(_) => {
                (StatusCode::TOO_MANY_REQUESTS, "DELETE /_mock/orgs/{name} for one, or a start with --max-sandboxes N")
            }
            SandboxError::Problems(_) => (StatusCode::BAD_REQUEST, EXPECTED),
        };
        Self::new(status, error.to_string(), expected)
    }
}
