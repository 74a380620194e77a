//! The userinfo endpoint. OIDC Core 5.3, RFC 6750; Okta: challenges with an empty body.

use serde_json::{Map, Value};

use crate::claims::{self, Subject};
use crate::moment::Moment;
use crate::org::{Org, Server, Urls};
use crate::protocol::{ErrorId, Parameters, Refusal, Scopes};
use crate::tokens::Verified;

/// What arrives: the places where RFC 6750 2 allows, or forbids, the token to stand.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    pub authorization: Option<&'a str>,
    pub query: &'a Parameters,
    pub body: &'a Parameters,
}

/// The access token of a request.
///
/// # Errors
/// It is missing, doubled or in the query.
pub fn bearer_token<'a>(presented: Presented<'a>) -> Result<&'a str, Refusal> {
    if presented.query.get("access_token").is_some() {
        return Err(Refusal::new(ErrorId::AccessTokenInQuery, "access_token in the query"));
    }
    // RFC 9110 11.1: schemes ignore case.
    let in_header = presented
        .authorization
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    match (in_header, presented.body.get("access_token")) {
        (Some(_), Some(_)) => Err(Refusal::new(ErrorId::AccessTokenDuplicate, "access_token in header and body")),
        (Some(token), None) | (None, Some(token)) => Ok(token),
        (None, None) => Err(Refusal::new(ErrorId::AccessTokenMissing, "no Bearer token")),
    }
}

/// The claims about the token's user; `asked` are those that its authorization request named.
///
/// # Errors
/// The token is not good here, or lacks `openid`.
pub fn answer(
    org: &Org,
    server: &Server,
    urls: &Urls,
    token: Option<&Verified>,
    asked: &[String],
    revoked: bool,
    moment: &mut Moment<'_>,
) -> Result<Map<String, Value>, Refusal> {
    let invalid = |reason: &str| Refusal::new(ErrorId::AccessTokenInvalid, reason);
    let token = token.ok_or_else(|| invalid("the signature is not this server's"))?;
    if token.text("iss") != Some(urls.issuer(server).as_str()) {
        let reason = format!("iss is {:?}, this is {}", token.text("iss"), urls.issuer(server));
        return Err(Refusal::new(ErrorId::AccessTokenInvalidIssuer, reason));
    }
    if token.expired(moment.now) {
        return Err(invalid("the token has expired"));
    }
    if revoked {
        return Err(Refusal::new(ErrorId::AccessTokenRevoked, "the token has been revoked"));
    }
    let scopes: Scopes = token.scopes().collect();
    if !scopes.contains("openid") {
        return Err(Refusal::new(ErrorId::AccessTokenInsufficientScopes, "the token lacks openid"));
    }
    let client =
        token.text("cid").and_then(|id| org.client(id)).ok_or_else(|| invalid("the client has been removed"))?;
    let user = token
        .text("uid")
        .and_then(|id| org.user(id))
        .filter(|user| user.status.may_hold_tokens())
        .ok_or_else(|| invalid("the token has no active user"))?;
    let subject = Subject::new(org, client, Some(user), None, &scopes, moment.now).asked_for(asked);
    claims::for_userinfo(server, &subject, &scopes, moment)
}

/// Okta's challenge: both URIs with `http`, whatever the scheme of the request.
#[must_use]
pub fn challenge(refusal: &Refusal, server: &Server, urls: &Urls) -> String {
    let host = urls.host();
    let path = if server.is_org() { "/oauth2".to_owned() } else { format!("/oauth2/{}", server.path_name) };
    // RFC 6750 3.1: a request without any token is told no error.
    let error = if refusal.id == ErrorId::AccessTokenMissing && server.behavior.challenges_without_error() {
        String::new()
    } else {
        format!("error=\"{}\", error_description=\"{}\", ", refusal.error(), refusal.description())
    };
    format!(
        "Bearer authorization_uri=\"http://{host}{path}/v1/authorize\", realm=\"http://{host}\", scope=\"openid\", {error}\
         resource=\"{path}/v1/userinfo\"",
    )
}
