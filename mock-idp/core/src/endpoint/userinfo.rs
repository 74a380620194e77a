//! The userinfo endpoint. OIDC Core 5.3, RFC 6750, RFC 9449 7; Okta: challenges with an empty body.

use serde_json::{Map, Value};

use crate::claims::{self, Subject};
use crate::ledger::SingleUse;
use crate::moment::Moment;
use crate::org::{Org, Server, Urls};
use crate::protocol::{ErrorId, Parameters, Refusal, Scopes};
use crate::tokens::Verified;
use crate::tokens::dpop::{self, Proven};

/// What arrives: the places where RFC 6750 2 allows, or forbids, the token to stand.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    pub authorization: Option<&'a str>,
    pub query: &'a Parameters,
    pub body: &'a Parameters,
}

/// How an access token is presented.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    Bearer,
    /// RFC 9449 7.1.
    Dpop,
}

impl Scheme {
    /// The scheme and token of an `Authorization` header. RFC 9110 11.1: schemes ignore case.
    fn read(header: &str) -> Option<(Self, &str)> {
        let (name, token) = header.split_once(' ')?;
        let known = [("bearer", Self::Bearer), ("dpop", Self::Dpop)];
        let scheme = known.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known))?.1;
        Some((scheme, token.trim()))
    }

    /// The scheme that an `Authorization` header, or its absence, is answered in.
    #[must_use]
    pub fn of(authorization: Option<&str>) -> Self {
        authorization.and_then(Self::read).map_or(Self::Bearer, |(scheme, _)| scheme)
    }
}

/// The access token of a request.
///
/// # Errors
/// It is missing, doubled or in the query.
pub fn access_token<'a>(presented: Presented<'a>) -> Result<(Scheme, &'a str), Refusal> {
    if presented.query.get("access_token").is_some() {
        return Err(Refusal::new(ErrorId::AccessTokenInQuery, "access_token in the query"));
    }
    // RFC 6750 3.1: a request that repeats a parameter is malformed.
    if !presented.body.duplicates().is_empty() {
        return Err(Refusal::new(ErrorId::DuplicateOauthParameters, "a parameter stands more than once in the body"));
    }
    let in_header = presented.authorization.and_then(Scheme::read);
    match (in_header, presented.body.get("access_token")) {
        (Some(_), Some(_)) => Err(Refusal::new(ErrorId::AccessTokenDuplicate, "access_token in header and body")),
        (Some(found), None) => Ok(found),
        (None, Some(token)) => Ok((Scheme::Bearer, token)),
        (None, None) => Err(Refusal::new(ErrorId::AccessTokenMissing, "no Bearer or DPoP token")),
    }
}

/// Whether a token is presented as it has to be: with a proof if it is bound to a key. What the proof spends comes back.
///
/// # Errors
/// Okta's literal refusals.
pub fn prove(
    scheme: Scheme,
    token: &Verified,
    headers: &[String],
    request: Proven<'_>,
    now: i64,
) -> Result<Option<SingleUse>, Refusal> {
    match (scheme, token.bound_to()) {
        (Scheme::Bearer, None) => Ok(None),
        (Scheme::Bearer, Some(_)) if headers.is_empty() => {
            Err(Refusal::new(ErrorId::DpopProofRequiredForToken, "the token is bound to a key, and came as Bearer"))
        }
        (Scheme::Bearer, Some(_)) => {
            Err(Refusal::new(ErrorId::DpopAuthenticationSchemeRequired, "a proof came with a Bearer token"))
        }
        (Scheme::Dpop, None) => Err(Refusal::new(ErrorId::AccessTokenNotDpopBound, "the token is bound to no key")),
        (Scheme::Dpop, Some(bound_to)) => {
            let proof = dpop::check(headers, request, now)?
                .ok_or_else(|| Refusal::new(ErrorId::DpopMissingHeader, "no DPoP header"))?;
            // RFC 9449 4.3 step 12b.
            if proof.thumbprint != bound_to {
                let reason = "the token is bound to another key than the proof's";
                return Err(Refusal::new(ErrorId::InvalidAccessTokenDpopBinding, reason));
            }
            Ok(Some(proof.spends))
        }
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
pub fn challenge(scheme: Scheme, refusal: &Refusal, server: &Server, urls: &Urls) -> String {
    let host = urls.host();
    let path = if server.is_org() { "/oauth2".to_owned() } else { format!("/oauth2/{}", server.path_name) };
    // RFC 6750 3.1: a request without any token is told no error.
    let error = if refusal.id == ErrorId::AccessTokenMissing && server.behavior.challenges_without_error() {
        String::new()
    } else {
        format!("error=\"{}\", error_description=\"{}\", ", refusal.error(), refusal.description())
    };
    let scheme = match scheme {
        Scheme::Bearer => "Bearer",
        Scheme::Dpop => "DPoP algs=\"RS256 RS384 RS512 ES256 ES384 ES512\",",
    };
    format!(
        "{scheme} authorization_uri=\"http://{host}{path}/v1/authorize\", realm=\"http://{host}\", scope=\"openid\", {error}\
         resource=\"{path}/v1/userinfo\"",
    )
}
