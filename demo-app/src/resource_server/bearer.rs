//! Middleware for bearer tokens (RFC 6750): extracts the token, verifies it and compares its scopes with the endpoint's.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde_json::Value;

use super::problem::Problem;
use super::state::ResourceServer;
use crate::endpoint::Endpoint;
use crate::token::Jwt;
use crate::token::check::first_failure;
use crate::token::verify::{self, AccessTokenRules};

/// The caller, from a verified token.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// Okta's user id; a service has none.
    pub(super) user_id: Option<String>,
    /// The subject, for orders: a user's login or a service's client id.
    pub(super) subject: String,
    /// Entries of the custom claim `feature_access`.
    pub(super) features: Vec<String>,
    /// How the user has authenticated.
    pub(super) acr: Option<String>,
}

/// Adds a [`Caller`] to a request with a sufficient token, and answers others with a [`Problem`].
pub(super) async fn require(
    State((server, endpoint)): State<(ResourceServer, &'static Endpoint)>,
    mut request: Request,
    next: Next,
) -> Response {
    match admit(&server, endpoint, request.headers(), request.uri().query()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn admit(
    server: &ResourceServer,
    endpoint: &Endpoint,
    headers: &HeaderMap,
    query: Option<&str>,
) -> Result<Caller, Problem> {
    let jwt = verify_token(server, bearer_token(headers, query)?).await?;
    let granted = jwt.scopes().unwrap_or_default();
    if !endpoint.admits(&granted) {
        return Err(Problem::insufficient_scope(endpoint, &granted));
    }
    Ok(Caller {
        user_id: jwt.claim_str("uid").map(str::to_owned),
        subject: jwt.claim_str("sub").or(jwt.claim_str("cid")).unwrap_or_default().to_owned(),
        features: features(&jwt),
        acr: jwt.claim_str("acr").map(str::to_owned),
    })
}

/// RFC 6750 2.1: the token must be in the header. The query string (2.3) is rejected, because it ends up in logs.
fn bearer_token<'a>(headers: &'a HeaderMap, query: Option<&str>) -> Result<&'a str, Problem> {
    let in_query =
        url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).any(|(name, _)| name == "access_token");
    if in_query {
        return Err(Problem::malformed(
            "The access token must be in the Authorization header, not in the query string.",
        ));
    }
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = sent.next() else { return Err(Problem::no_token()) };
    if sent.next().is_some() {
        return Err(Problem::malformed("There is more than one Authorization header."));
    }
    let Ok(text) = value.to_str() else {
        return Err(Problem::malformed("The Authorization header is not plain text."));
    };
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    // RFC 9110 11.1: the scheme's name is not case-sensitive. Another scheme counts as no token.
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Problem::no_token());
    }
    let token = token.trim_matches(' ');
    // RFC 6750 2.1: the characters of b64token.
    let well_formed = !token.is_empty()
        && token
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'='));
    if well_formed { Ok(token) } else { Err(Problem::malformed("The Authorization header must be: Bearer <token>.")) }
}

async fn verify_token(server: &ResourceServer, token: &str) -> Result<Jwt, Problem> {
    let jwt =
        Jwt::read(token).map_err(|invalid| Problem::invalid_token(format!("The token is not a JWT: it {invalid}.")))?;
    let keys = server
        .keys
        .keys_for(jwt.header_str("kid"))
        .await
        .map_err(|unavailable| Problem::keys_unavailable(unavailable.to_string()))?;
    let rules = AccessTokenRules { issuer: &server.settings.issuer, audience: &server.settings.audience, clients: &[] };
    let checks = verify::access_token(&jwt, &keys, rules, server.clock.now().await);
    match first_failure(&checks) {
        // RFC 9449 7.2: a token that is bound to a key must not be accepted as a bearer token.
        None if jwt.payload.contains_key("cnf") => {
            Err(Problem::invalid_token("The token is bound to a key, and this API takes bearer tokens only."))
        }
        None => Ok(jwt),
        Some(failure) => {
            tracing::info!(check = %failure.id, "access token rejected");
            Err(Problem::failed(&checks))
        }
    }
}

/// The custom claim is a string or an array of strings.
fn features(jwt: &Jwt) -> Vec<String> {
    match jwt.payload.get("feature_access") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}
