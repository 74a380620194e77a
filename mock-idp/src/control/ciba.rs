//! `/_mock/ciba`: pending backchannel authentication requests, and the user's decision on them.

use axum::Json;
use bytes::Bytes;
use http::StatusCode;
use mock_idp_core::ledger::BackchannelRequest;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::address::Address;
use crate::control::ControlError;
use crate::control::error::parse;
use crate::engine::BackchannelInbox;
use crate::routing::At;

const EXPECTED: &str = r#"{"decision": "approve" or "deny"}, and to leave others waiting {"user": a login} or {"id": one of GET /_mock/ciba}"#;

/// A decision on all requests that match.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DecideRequest {
    decision: CibaDecision,
    id: Option<String>,
    user: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
enum CibaDecision {
    Approve,
    Deny,
}

pub(super) async fn list(At(address): At) -> Result<Json<Value>, ControlError> {
    let waiting = BackchannelInbox::new(&address.org).waiting().await?;
    Ok(Json(waiting.iter().map(|request| shown(&address, request)).collect()))
}

pub(super) async fn decide(At(address): At, body: Bytes) -> Result<Json<Value>, ControlError> {
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
    let decided = BackchannelInbox::new(&address.org).decide(decision == CibaDecision::Approve, matches).await?;
    if decided.is_empty() {
        let waiting = list(At(address)).await?.0;
        return Err(ControlError::new(StatusCode::NOT_FOUND, "no pending request matches", waiting));
    }
    Ok(Json(json!({ "decided": decided.iter().map(|request| shown(&address, request)).collect::<Vec<_>>() })))
}

/// Without `auth_req_id`, by which the client gets its tokens.
fn shown(address: &Address, request: &BackchannelRequest) -> Value {
    let org = address.org.org();
    json!({
        "id": request.id,
        "client_id": request.client_id,
        "client": org.client(&request.client_id).map(|client| client.label.as_str()),
        "user": org.user(&request.user_id).map(|user| user.profile.login.as_str()),
        "scopes": request.scopes.as_slice(),
        "binding_message": request.binding_message,
        "expires_in": request.expires - address.org.clock.now(),
    })
}
