//! `/_mock/ciba`: pending backchannel authentication requests, and the user's decision on them.

use axum::Json;
use bytes::Bytes;
use http::StatusCode;
use mock_idp_core::ledger::BackchannelRequest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::address::Address;
use crate::control::ControlError;
use crate::control::error::parse;
use crate::engine::BackchannelDecisions;
use crate::routing::At;

const EXPECTED: &str = r#"{"decision": "approve" or "deny"}, and to leave others waiting {"user": a login} or {"id": one of GET /_mock/ciba}"#;

/// A decision on all requests that match.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DecideRequest {
    decision: CibaDecision,
    /// Only the request with this id.
    id: Option<String>,
    /// Only requests for the user with this login.
    user: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
enum CibaDecision {
    Approve,
    Deny,
}

/// A request that waits for a user. It has no `auth_req_id`, by which the client gets its tokens.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct WaitingRequest {
    id: String,
    client_id: String,
    /// The label of the client.
    client: Option<String>,
    /// The login of the user.
    user: Option<String>,
    scopes: Vec<String>,
    binding_message: Option<String>,
    /// Seconds.
    expires_in: i64,
}

/// The requests that were decided.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct DecidedRequests {
    decided: Vec<WaitingRequest>,
}

pub(super) async fn list(At(address): At) -> Result<Json<Vec<WaitingRequest>>, ControlError> {
    let waiting = BackchannelDecisions::new(&address.org).waiting().await?;
    Ok(Json(waiting.iter().map(|request| shown(&address, request)).collect()))
}

pub(super) async fn decide(At(address): At, body: Bytes) -> Result<Json<DecidedRequests>, ControlError> {
    let DecideRequest { decision, id, user } = parse(&body, EXPECTED)?;
    let org = address.org.org();
    let user = match user {
        None => None,
        Some(login) => match org.user_by_identifier(&login) {
            Some(user) => Some(user.id.clone()),
            None => {
                let logins: Vec<&str> = org.users().map(|user| user.profile.login.as_str()).collect();
                return Err(ControlError::bad_request(format!("no user has the login {login:?}"), logins));
            }
        },
    };
    let matches = |request: &BackchannelRequest| {
        id.as_ref().is_none_or(|id| *id == request.id) && user.as_ref().is_none_or(|user| *user == request.user_id)
    };
    let decided = BackchannelDecisions::new(&address.org).decide(decision == CibaDecision::Approve, matches).await?;
    if decided.is_empty() {
        let waiting = list(At(address)).await?.0;
        return Err(ControlError::new(StatusCode::NOT_FOUND, "no pending request matches", json!(waiting)));
    }
    Ok(Json(DecidedRequests { decided: decided.iter().map(|request| shown(&address, request)).collect() }))
}

fn shown(address: &Address, request: &BackchannelRequest) -> WaitingRequest {
    let org = address.org.org();
    WaitingRequest {
        id: request.id.clone(),
        client_id: request.client_id.clone(),
        client: org.client(&request.client_id).map(|client| client.label.clone()),
        user: org.user(&request.user_id).map(|user| user.profile.login.clone()),
        scopes: request.scopes.iter().map(str::to_owned).collect(),
        binding_message: request.binding_message.clone(),
        expires_in: request.expires - address.org.clock.now(),
    }
}
