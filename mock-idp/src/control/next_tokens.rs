//! `/_mock/next-tokens`: other claims, another lifetime, or an error, in the next tokens that fit.

use std::sync::Arc;

use axum::Json;
use bytes::Bytes;
use http::StatusCode;
use mock_idp_core::org::Org;
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::tokens::{TokenChange, TokenKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::control::ControlError;
use crate::control::error::parse;
use crate::control::names::{client, user};
use crate::control::oauth_error;
use crate::faults::{Fault, FaultKind, Faults};
use crate::routing::{At, PathParameters};

const EXPECTED: &str = r#"{"client"?: client id or label, "user"?: login or id, "times"?: count, 1 without it, or "always"?: true, and either "error": OAuth error, or at least one of "claims": {}, "drop": [], "lifetime": seconds, and "tokens"?: kinds}"#;

/// The most seconds of a lifetime: a hundred years.
const MAX_LIFETIME: i64 = 100 * 366 * 86_400;

/// What is different about the next tokens.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NextToken {
    /// Only tokens for this client: its id or label.
    client: Option<String>,
    /// Only tokens of this user: login or id.
    user: Option<String>,
    /// For how many answers; 1 without it.
    times: Option<u32>,
    /// Until it is removed.
    #[serde(default)]
    always: bool,
    /// Only tokens of these kinds; all without it.
    #[serde(default)]
    tokens: Vec<TokenKind>,
    /// Claims that are added, or get another value.
    #[serde(default)]
    claims: Map<String, Value>,
    /// Claims that are removed.
    #[serde(default)]
    drop: Vec<String>,
    /// Seconds from `iat` to `exp`. Of an access token also `expires_in`.
    lifetime: Option<i64>,
    /// An error of Okta's catalogue in place of the tokens: the public error or the id.
    error: Option<String>,
    /// The public description, if not that of the catalogue.
    error_description: Option<String>,
}

/// What is different, as it is listed.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct ListedNextToken {
    id: String,
    client_id: Option<String>,
    /// Login.
    user: Option<String>,
    /// How many times more; without it, until it is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    tokens: Vec<TokenKind>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schemars(default)]
    claims: Map<String, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    drop: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifetime: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_description: Option<String>,
}

/// How many were removed.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct RemovedNextTokens {
    removed: usize,
}

pub(super) async fn list(At(address): At) -> Json<Vec<ListedNextToken>> {
    let (org, faults) = (address.org.org(), address.org.faults.list());
    Json(faults.into_iter().filter_map(|fault| listed(&org, fault)).collect())
}

/// Adds one, and returns it.
pub(super) async fn add(At(address): At, body: Bytes) -> Result<Json<ListedNextToken>, ControlError> {
    let body: NextToken = parse(&body, EXPECTED)?;
    let org = address.org.org();
    let fault = body.into_fault(&org)?;
    let id = address.org.faults.add(fault.clone()).ok_or_else(too_many)?;
    let listed = listed(&org, Fault { id, ..fault });
    listed.map(Json).ok_or_else(|| ControlError::bad_request("the body changes nothing", EXPECTED))
}

pub(super) async fn remove(At(address): At, path: PathParameters) -> Result<Json<RemovedNextTokens>, ControlError> {
    let id = path.get("id");
    match remove_from(&address.org.faults, |fault| fault.id == id) {
        0 => {
            let known = address.org.faults.list().into_iter().filter(is_next_token).map(|fault| fault.id);
            let known: Vec<String> = known.collect();
            Err(ControlError::new(StatusCode::NOT_FOUND, format!("no change has the id {id:?}"), known))
        }
        removed => Ok(Json(RemovedNextTokens { removed })),
    }
}

pub(super) async fn clear(At(address): At) -> Json<RemovedNextTokens> {
    Json(RemovedNextTokens { removed: remove_from(&address.org.faults, |_| true) })
}

fn remove_from(faults: &Faults, which: impl Fn(&Fault) -> bool) -> usize {
    faults.remove(|fault| is_next_token(fault) && which(fault))
}

/// Whether a fault was added here.
pub(super) fn is_next_token(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::TokenChange(_) | FaultKind::TokenError(_))
}

/// The error where one more fault would be too many.
pub(super) fn too_many() -> ControlError {
    let error = format!("{} faults and changes of tokens are on, which is the most", Faults::MAX);
    ControlError::new(
        StatusCode::TOO_MANY_REQUESTS,
        error,
        "DELETE /_mock/faults, DELETE /_mock/next-tokens, or a reset",
    )
}

impl NextToken {
    fn into_fault(self, org: &Org) -> Result<Fault, ControlError> {
        let refuse = |error: &str| Err(ControlError::bad_request(error, EXPECTED));
        let times = match (self.times, self.always) {
            (Some(0), _) => return refuse("times: is at least 1"),
            (Some(_), true) => return refuse("always: cannot be combined with times"),
            (None, true) => None,
            (times, false) => Some(times.unwrap_or(1)),
        };
        let client_id = self.client.as_deref().map(|name| client(org, name, EXPECTED)).transpose()?;
        let user_id = self.user.as_deref().map(|name| user(org, name, EXPECTED)).transpose()?;
        let change = TokenChange { kinds: self.tokens, lifetime: self.lifetime, drop: self.drop, claims: self.claims };
        let kind = match (self.error, changes(&change)) {
            (Some(_), true) => return refuse("error: cannot be combined with claims, drop or lifetime"),
            (Some(_), false) if !change.kinds.is_empty() => {
                return refuse("tokens: an error is returned in place of all");
            }
            (Some(name), false) => {
                FaultKind::TokenError(Box::new(oauth_error::named(&name, self.error_description.as_deref())?))
            }
            (None, _) if self.error_description.is_some() => return refuse("error_description: needs error"),
            (None, false) => return refuse("the body changes nothing"),
            (None, true) => FaultKind::TokenChange(Arc::new(checked(change)?)),
        };
        Ok(Fault {
            times,
            client_id: client_id.map(|app| app.client_id().to_owned()),
            user_id: user_id.map(|user| user.id.clone()),
            ..Fault::new(kind)
        })
    }
}

fn changes(change: &TokenChange) -> bool {
    !change.claims.is_empty() || !change.drop.is_empty() || change.lifetime.is_some()
}

fn checked(change: TokenChange) -> Result<TokenChange, ControlError> {
    let refuse = |error: String| Err(ControlError::bad_request(error, EXPECTED));
    if change.kinds.contains(&TokenKind::RefreshToken) {
        return refuse(
            "tokens: a refresh token has no claims; fault refresh_token.unknown changes its value".to_owned(),
        );
    }
    if let Some(name) = change.drop.iter().find(|name| change.claims.contains_key(*name)) {
        return refuse(format!("drop: {name:?} is set by claims too"));
    }
    if change.lifetime.is_some_and(|seconds| seconds.abs() > MAX_LIFETIME) {
        return refuse(format!("lifetime: is at most {MAX_LIFETIME} seconds"));
    }
    Ok(change)
}

fn listed(org: &Org, fault: Fault) -> Option<ListedNextToken> {
    let (change, error) = match &fault.kind {
        FaultKind::TokenChange(change) => (TokenChange::clone(change), None),
        FaultKind::TokenError(error) => (TokenChange::default(), Some(OAuthError::clone(error))),
        _ => return None,
    };
    let login = |id: &str| org.user(id).map_or_else(|| id.to_owned(), |user| user.profile.login.clone());
    Some(ListedNextToken {
        user: fault.user_id.as_deref().map(login),
        id: fault.id,
        client_id: fault.client_id,
        times: fault.times,
        tokens: change.kinds,
        claims: change.claims,
        drop: change.drop,
        lifetime: change.lifetime,
        error: error.as_ref().map(|error| error.error().to_owned()),
        error_description: error.as_ref().map(OAuthError::description),
    })
}
