//! `/_mock/tokens`: a signed token with the claims that the test wants.

use std::sync::Arc;

use axum::Json;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::StatusCode;
use mock_idp_core::protocol::Scopes;
use mock_idp_core::text::nearest;
use mock_idp_core::tokens::fault::{TokenFault, TokenFaults};
use mock_idp_core::tokens::{TokenChange, TokenKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::control::ControlError;
use crate::control::error::parse;
use crate::control::names::{client, server, user};
use crate::engine::{Context, MintedToken, mint};
use crate::routing::At;

const EXPECTED: &str = r#"{"kind": "access_token", "id_token", "id_jag", "interclient_token" or "logout_token", "client": client id or label, "user"?: login or id, "server"?: "default", "org" or an id, "scopes"?: [], "nonce"?, "claims"?: {}, "drop"?: [], "lifetime"?: seconds, "faults"?: []}"#;

/// A token that is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MintRequest {
    kind: TokenKind,
    /// The client that it is for: its id or label.
    client: String,
    /// The user that it is about: login or id. Only access tokens can do without.
    user: Option<String>,
    /// `default`, `org`, or the id of an authorization server; `default` without it. For an ID-JAG the server that it is for.
    server: Option<String>,
    /// The scopes; no policy is asked.
    #[serde(default)]
    scopes: Vec<String>,
    /// Only in ID tokens.
    nonce: Option<String>,
    /// Claims that are added, or get another value.
    #[serde(default)]
    claims: Map<String, Value>,
    /// Claims that are removed.
    #[serde(default)]
    drop: Vec<String>,
    /// Seconds from `iat` to `exp`.
    lifetime: Option<i64>,
    /// Faults of tokens, without the kind: `bad-signature`, `wrong-issuer`, …
    #[serde(default)]
    faults: Vec<String>,
}

/// A token, and what is in it.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct MintedTokenResult {
    token: String,
    /// Without it the token is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<Value>,
}

pub(super) async fn post(At(address): At, body: Bytes) -> Result<Json<MintedTokenResult>, ControlError> {
    let request: MintRequest = parse(&body, EXPECTED)?;
    let org = address.org.org();
    let about = request.user.as_deref().map(|name| user(&org, name, EXPECTED)).transpose()?;
    let of = Arc::clone(server(&org, request.server.as_deref().unwrap_or("default"), EXPECTED)?);
    let context = Context::new(Arc::clone(&address.org), Arc::clone(&org), of, address.urls());
    let scopes: Scopes = request.scopes.iter().collect();
    let faults = TokenFaults { named: named_faults(request.kind, &request.faults)?, changes: Vec::new() };
    let change =
        TokenChange { kinds: Vec::new(), lifetime: request.lifetime, drop: request.drop, claims: request.claims };
    let wanted = MintedToken {
        kind: request.kind,
        client: client(&org, &request.client, EXPECTED)?,
        user: about,
        scopes: &scopes,
        nonce: request.nonce.as_deref(),
        faults: &TokenFaults { changes: vec![Arc::new(change)], ..faults },
    };
    let minted = mint(&context, wanted).await.map_err(|error| {
        ControlError::new(StatusCode::INTERNAL_SERVER_ERROR, format!("{}: {}", error.error(), error.reason), EXPECTED)
    })?;
    match minted {
        Some(token) => Ok(Json(shown(token))),
        None if request.kind == TokenKind::RefreshToken => Err(ControlError::bad_request(
            "kind: a refresh token is a record of a sign-in, not a signed token",
            "POST /_mock/login with the scope offline_access returns one",
        )),
        None if request.kind == TokenKind::Userinfo => Err(ControlError::bad_request(
            "kind: signed claims about a user are the answer of the userinfo endpoint",
            "GET /oauth2/default/v1/userinfo of a client with userinfo_signed_response_alg returns them",
        )),
        None => Err(ControlError::bad_request("user: is missing; a token of this kind is about a user", EXPECTED)),
    }
}

/// The faults of tokens of this kind.
fn named_faults(kind: TokenKind, names: &[String]) -> Result<Vec<TokenFault>, ControlError> {
    let known: Vec<(&str, TokenFault)> = TokenFault::ALL
        .iter()
        .filter(|(_, fault)| fault.token == kind)
        .map(|(name, fault)| (name.split_once('.').map_or(*name, |(_, short)| short), *fault))
        .collect();
    let find = |name: &String| {
        let found = known.iter().find(|(short, _)| short == name).map(|(_, fault)| *fault);
        found.ok_or_else(|| {
            let shorts: Vec<&str> = known.iter().map(|(short, _)| *short).collect();
            let hint = nearest(name, shorts.iter().copied()).map(|near| format!("; did you mean {near:?}?"));
            let error = format!("faults: no fault of such tokens is named {name:?}{}", hint.unwrap_or_default());
            ControlError::bad_request(error, shorts)
        })
    };
    names.iter().map(find).collect()
}

fn shown(token: String) -> MintedTokenResult {
    let parts: Vec<&str> = token.split('.').collect();
    let read = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
    let (header, claims) = match parts[..] {
        [header, claims, _] => (read(header), read(claims)),
        _ => (None, None),
    };
    MintedTokenResult { token, header, claims }
}
