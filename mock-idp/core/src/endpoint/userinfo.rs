//! The userinfo endpoint. OIDC Core 5.3, RFC 6750, RFC 9449 7; Okta: challenges with an empty body.

use serde_json::{Map, Value};

use crate::claims::{self, ClaimSubject};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::{ErrorId, OAuthError, Parameters, Scopes};
use crate::tokens::resource::{self, Resource, Scheme};
use crate::tokens::{TokenKind, UnsignedToken, Verified};

/// Where the access token of a request may be. RFC 6750 2.
#[derive(Clone, Copy, Debug)]
pub struct TokenSources<'a> {
    pub authorization: Option<&'a str>,
    pub query: &'a Parameters,
    pub body: &'a Parameters,
}

/// The access token of a request.
///
/// # Errors
/// It is missing, given twice, or in the query.
pub fn access_token<'a>(sources: TokenSources<'a>) -> Result<(Scheme, &'a str), OAuthError> {
    if sources.query.get("access_token").is_some() {
        return Err(OAuthError::new(ErrorId::AccessTokenInQuery, "access_token in the query"));
    }
    // RFC 6750 3.1: a request that repeats a parameter is malformed.
    if !sources.body.duplicates().is_empty() {
        return Err(OAuthError::new(ErrorId::DuplicateOauthParameters, "a parameter of the body is repeated"));
    }
    let in_header = sources.authorization.and_then(Scheme::read);
    match (in_header, sources.body.get("access_token")) {
        (Some(_), Some(_)) => Err(OAuthError::new(ErrorId::AccessTokenDuplicate, "access_token in header and body")),
        (Some(found), None) => Ok(found),
        (None, Some(token)) => Ok((Scheme::Bearer, token)),
        (None, None) => Err(OAuthError::new(ErrorId::AccessTokenMissing, "no Bearer or DPoP token")),
    }
}

/// The claims about the token's user; `requested` are those that the authorization request named.
///
/// # Errors
/// The token is invalid here, or lacks `openid`.
pub fn answer(
    org: &Org,
    server: &CompiledServer,
    urls: &Urls,
    token: Option<&Verified>,
    requested: &[String],
    revoked: bool,
    moment: &mut Moment<'_>,
) -> Result<Map<String, Value>, OAuthError> {
    let invalid = |reason: &str| OAuthError::new(ErrorId::AccessTokenInvalid, reason);
    let token = token.ok_or_else(|| invalid("this server has not signed the token"))?;
    if token.text("iss") != Some(urls.issuer(server).as_str()) {
        let reason = format!("iss is {:?}, expected {}", token.text("iss"), urls.issuer(server));
        return Err(OAuthError::new(ErrorId::AccessTokenInvalidIssuer, reason));
    }
    if token.expired(moment.now) {
        return Err(invalid("the token has expired"));
    }
    if revoked {
        return Err(OAuthError::new(ErrorId::AccessTokenRevoked, "the token has been revoked"));
    }
    let scopes: Scopes = token.scopes().collect();
    if !scopes.contains("openid") {
        return Err(OAuthError::new(ErrorId::AccessTokenInsufficientScopes, "the token lacks openid"));
    }
    let client =
        token.text("cid").and_then(|id| org.client(id)).ok_or_else(|| invalid("the client has been removed"))?;
    let user = token
        .text("uid")
        .and_then(|id| org.user(id))
        .filter(|user| user.status.may_hold_tokens())
        .ok_or_else(|| invalid("the token has no active user"))?;
    let subject =
        ClaimSubject::new(org, client, Some(user), None, &scopes, moment.now).with_requested_claims(requested);
    claims::for_userinfo(server, &subject, &scopes, moment)
}

/// The claims as a token for the client that asks for signed userinfo. OIDC Core 5.3.2: `iss` and `aud` are there, and the
/// signature is the server's.
#[must_use]
pub fn signed(
    org: &Org,
    server: &CompiledServer,
    urls: &Urls,
    client_id: &str,
    claims: &Map<String, Value>,
) -> Option<UnsignedToken> {
    let signs = server.behavior.signs_userinfo() && !server.behavior.restricts_algorithms();
    let algorithm = org.client(client_id)?.oauth().userinfo_signed_response_alg.filter(|_| signs)?;
    let mut header = Map::new();
    header.insert("kid".to_owned(), Value::Null);
    header.insert("alg".to_owned(), algorithm.name().into());
    let mut payload = claims.clone();
    payload.insert("iss".to_owned(), urls.issuer(server).as_str().into());
    payload.insert("aud".to_owned(), client_id.into());
    Some(UnsignedToken { kind: TokenKind::Userinfo, header, payload, recipient: None })
}

/// Whether an error is about the access token, so that another one may help. RFC 6750 3.1; the others are the server's own.
#[must_use]
pub fn is_about_token(error: &OAuthError) -> bool {
    !matches!(error.error(), "server_error" | "temporarily_unavailable")
}

/// The challenge for an error.
#[must_use]
pub fn challenge(scheme: Scheme, error: &OAuthError, server: &CompiledServer, urls: &Urls) -> String {
    // RFC 6750 3.1: no error code for a request without a token.
    let silent = error.id == ErrorId::AccessTokenMissing && server.behavior.challenges_without_error();
    let endpoints = if server.is_org() { "/oauth2".to_owned() } else { format!("/oauth2/{}", server.path_name) };
    let path = format!("{endpoints}/v1/userinfo");
    resource::challenge(
        scheme,
        Some(error).filter(|_| !silent),
        Resource { server, scope: "openid", path: &path },
        urls,
    )
}
