//! `/_mock/ciba`: the requests that clients made by the back channel, and the word that a user would give on a phone.

use std::sync::Arc;

use axum::body::Bytes;
use axum::{Extension, Json};
use http::StatusCode;
use mock_idp_core::ledger::BackchannelRequest;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::address::Address;
use crate::control::ControlError;
use crate::control::error::parse;

const EXPECTED: &str = r#"{"decision": "approve" or "deny"}, and to leave others waiting {"user": a login} or {"id": one of GET /_mock/ciba}"#;

/// A word, and on which requests: all that match what is given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Word {
    decision: Decision,
    id: Option<String>,
    user: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Decision {
    Approve,
    Deny,
}

pub(super) async fn list(Extension(address): Extension<Arc<Address>>) -> Json<Value> {
    let waiting = address.org.waiting_requests().await;
    Json(waiting.iter().map(|request| shown(&address, request)).collect())
}

pub(super) async fn decide(
    Extension(address): Extension<Arc<Address>>,
    body: Bytes,
) -> Result<Json<Value>, ControlError> {
    let Word { decision, id, user } = parse(&body, EXPECTED)?;
    let org = address.org.org();
    let user = match user {
        None => None,
        Some(login) => match org.user_by_identifier(&login) {
            Some(user) => Some(user.id.clone()),
            None => {
                let logins: Vec<&str> = org.document().users.iter().map(|user| user.profile.login.as_str()).collect();
                return Err(ControlError::bad_request(format!("no user is called {login:?}"), logins));
            }
        },
    };
    let meant = |request: &BackchannelRequest| {
        id.as_ref().is_none_or(|id| *id == request.id) && user.as_ref().is_none_or(|user| *user == request.user_id)
    };
    let decided = address.org.give_word(decision == Decision::Approve, meant).await;
    if decided.is_empty() {
        let waiting = list(Extension(address)).await.0;
        return Err(ControlError::new(StatusCode::NOT_FOUND, "no such request waits for an answer", waiting));
    }
    Ok(Json(json!({ "decided": decided.iter().map(|request| shown(&address, request)).collect::<Vec<_>>() })))
}

/// What names the client's tokens (`auth_req_id`) is left out.
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
