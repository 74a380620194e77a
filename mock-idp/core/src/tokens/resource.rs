//! What every resource of the org asks of access tokens: userinfo and the management API. RFC 6750, RFC 9449 7; Okta: what is
//! wrong with a token stands in a challenge, and the body is empty.

use super::Verified;
use super::dpop::{self, Proven};
use crate::ledger::SingleUse;
use crate::org::{CompiledServer, Urls};
use crate::protocol::{ErrorId, OAuthError};

/// How an access token is presented.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    Bearer,
    /// RFC 9449 7.1.
    Dpop,
}

impl Scheme {
    /// The scheme and token of an `Authorization` header. RFC 9110 11.1: schemes ignore case.
    #[must_use]
    pub fn read(header: &str) -> Option<(Self, &str)> {
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
) -> Result<Option<SingleUse>, OAuthError> {
    match (scheme, token.bound_to()) {
        (Scheme::Bearer, None) => Ok(None),
        (Scheme::Bearer, Some(_)) if headers.is_empty() => {
            Err(OAuthError::new(ErrorId::DpopProofRequiredForToken, "the token is bound to a key, and came as Bearer"))
        }
        (Scheme::Bearer, Some(_)) => {
            Err(OAuthError::new(ErrorId::DpopAuthenticationSchemeRequired, "a proof came with a Bearer token"))
        }
        (Scheme::Dpop, None) => Err(OAuthError::new(ErrorId::AccessTokenNotDpopBound, "the token is bound to no key")),
        (Scheme::Dpop, Some(bound_to)) => {
            let proof = dpop::check(headers, request, now)?
                .ok_or_else(|| OAuthError::new(ErrorId::DpopMissingHeader, "no DPoP header"))?;
            // RFC 9449 4.3 step 12b.
            if proof.thumbprint != bound_to {
                let reason = "the token is bound to another key than the proof's";
                return Err(OAuthError::new(ErrorId::InvalidAccessTokenDpopBinding, reason));
            }
            Ok(Some(proof.spends))
        }
    }
}

/// What was asked for with a token.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'a> {
    /// Whose tokens open it.
    pub server: &'a CompiledServer,
    /// The scope that opens it.
    pub scope: &'a str,
    /// Below the org's address.
    pub path: &'a str,
}

/// Okta's challenge, with the error if one is to be told: both URIs with `http`, whatever the scheme of the request.
#[must_use]
pub fn challenge(scheme: Scheme, error: Option<&OAuthError>, resource: Resource<'_>, urls: &Urls) -> String {
    let Resource { server, scope, path } = resource;
    // RFC 9110 5.6.4: nothing of the request's own may end the quotation.
    let path = path.replace('"', "%22").replace('\\', "%5C");
    let host = urls.host();
    let endpoints = if server.is_org() { "/oauth2".to_owned() } else { format!("/oauth2/{}", server.path_name) };
    let error = error.map_or_else(String::new, |refusal| {
        format!("error=\"{}\", error_description=\"{}\", ", refusal.error(), refusal.description())
    });
    let scheme = match scheme {
        Scheme::Bearer => "Bearer",
        Scheme::Dpop => "DPoP algs=\"RS256 RS384 RS512 ES256 ES384 ES512\",",
    };
    format!(
        "{scheme} authorization_uri=\"http://{host}{endpoints}/v1/authorize\", realm=\"http://{host}\", scope=\"{scope}\", \
         {error}resource=\"{path}\""
    )
}
