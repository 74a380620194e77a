//! `/_mock/login`: the tokens of a complete sign-in, in one request.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::StatusCode;
use mock_idp_core::preview::{Question, Refused, Why};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::control::ControlError;
use crate::control::error::parse;
use crate::preview::{self, LOGIN_GRANTS, Login};
use crate::routing::At;

const EXPECTED: &str = r#"{"client": client id or label, "user"?: login or id, none for client_credentials, "scopes"?: [], "server"?: "default", "org" or an id, "grant"?: authorization_code, implicit, password or client_credentials, "nonce"?, "acr_values"?, "consent"?: false}"#;

/// Who signs in, where, and for what.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginRequest {
    /// Client id or label. It needs no secret here.
    client: String,
    /// Login or id; none for `client_credentials`.
    user: Option<String>,
    /// What is asked for; the server's default scopes without it.
    #[serde(default)]
    scopes: Vec<String>,
    /// `default`, `org`, or the id of an authorization server; `default` without it.
    server: Option<String>,
    /// `authorization_code`, `implicit`, `password` or `client_credentials`; what fits the user without it.
    grant: Option<String>,
    nonce: Option<String>,
    acr_values: Option<String>,
    /// Whether the user allows what they are asked; they do without it.
    consent: Option<bool>,
}

/// The tokens, as the client gets them.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct LoginResult {
    /// The answer of the token endpoint, and of the authorization endpoint if tokens come from there.
    tokens: Map<String, Value>,
}

pub(super) async fn post(At(address): At, body: Bytes) -> Result<Response, ControlError> {
    let request: LoginRequest = parse(&body, EXPECTED)?;
    let org = address.org.org();
    let scopes = request.scopes.join(" ");
    let consent = if request.consent == Some(false) { "missing" } else { "given" };
    let optional = [
        ("user", request.user.as_deref()),
        ("server", request.server.as_deref()),
        ("grant", request.grant.as_deref()),
        ("nonce", request.nonce.as_deref()),
        ("acr_values", request.acr_values.as_deref()),
    ];
    let given = optional.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let given =
        [("client", request.client.as_str()), ("scope", &scopes), ("consent", consent)].into_iter().chain(given);
    let question = Question::read(&org, given)
        .map_err(|bad| ControlError::bad_request(format!("{}: {}", bad.parameter, bad.error), bad.allowed))?;
    if !LOGIN_GRANTS.contains(&question.grant_type) {
        let error = format!("grant: {} is not possible here", question.grant_type.name());
        let known: Vec<&str> = LOGIN_GRANTS.iter().map(|grant| grant.name()).collect();
        return Err(ControlError::bad_request(error, known));
    }
    let Login { result, notes } = preview::login(&address.org, address.urls(), &question).await;
    Ok(match result {
        Ok(tokens) => Json(LoginResult { tokens }).into_response(),
        Err(refused) => refusal(&refused, &Why::of(&notes)),
    })
}

/// What the client would have got, and the decisions that led to it.
fn refusal(refused: &Refused, why: &Why) -> Response {
    let error = format!("{}: {}", refused.error, refused.reason);
    let expected =
        "a request that the org grants; GET /_mock/explain with the same parameters lists changes that would grant it";
    let body = json!({ "error": error, "expected": expected, "refused": refused, "why": why });
    (StatusCode::FORBIDDEN, Json(body)).into_response()
}
