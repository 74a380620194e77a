//! Access tokens at the resources of the org: userinfo and the management API. RFC 6750, RFC 9449 7; Okta: errors are in the
//! challenge, and the body is empty.

use super::Verified;
use super::dpop::{self, ProvenRequest};
use crate::ledger::SingleUse;
use crate::org::{CompiledServer, Urls};
use crate::protocol::{ErrorId, OAuthError};

/// Seconds after which users have to authenticate again before they change their own accounts. Okta: as its clients document it.
pub const OWN_ACCOUNT_MAX_AGE: i64 = 900;

/// The scheme of an access token in a request.
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

    /// The scheme of the challenge for an `Authorization` header or its absence.
    #[must_use]
    pub fn of(authorization: Option<&str>) -> Self {
        authorization.and_then(Self::read).map_or(Self::Bearer, |(scheme, _)| scheme)
    }
}

/// Checks the proof of possession if the token is bound to a key. Returns the proof's `jti`, which has to be consumed.
///
/// # Errors
/// Okta's errors.
pub fn check_possession(
    scheme: Scheme,
    token: &Verified,
    headers: &[String],
    request: ProvenRequest<'_>,
    now: i64,
) -> Result<Option<SingleUse>, OAuthError> {
    match (scheme, token.bound_to()) {
        (Scheme::Bearer, None) => Ok(None),
        (Scheme::Bearer, Some(_)) if headers.is_empty() => Err(OAuthError::new(
            ErrorId::DpopProofRequiredForToken,
            "the token is bound to a key, but was sent as Bearer",
        )),
        (Scheme::Bearer, Some(_)) => {
            Err(OAuthError::new(ErrorId::DpopAuthenticationSchemeRequired, "a proof was sent with a Bearer token"))
        }
        (Scheme::Dpop, None) => {
            Err(OAuthError::new(ErrorId::AccessTokenNotDpopBound, "the token is not bound to a key"))
        }
        (Scheme::Dpop, Some(bound_to)) => {
            let proof = dpop::check(headers, request, now)?
                .ok_or_else(|| OAuthError::new(ErrorId::DpopMissingHeader, "no DPoP header"))?;
            // RFC 9449 4.3 step 12b.
            if proof.thumbprint != bound_to {
                let reason = "the token is bound to another key than that of the proof";
                return Err(OAuthError::new(ErrorId::InvalidAccessTokenDpopBinding, reason));
            }
            Ok(Some(proof.single_use))
        }
    }
}

/// The requested resource.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'a> {
    /// The server whose tokens it accepts.
    pub server: &'a CompiledServer,
    /// The scope that it requires.
    pub scope: &'a str,
    /// Below the org's address.
    pub path: &'a str,
}

/// Okta's challenge, with an error if there is one.
#[must_use]
pub fn challenge(scheme: Scheme, error: Option<&OAuthError>, resource: Resource<'_>, urls: &Urls) -> String {
    let Resource { server, scope, path } = resource;
    // RFC 9110 5.6.4: the path must not end the quoted string.
    let path = path.replace('"', "%22").replace('\\', "%5C");
    let base = urls.challenge_base();
    let endpoints = if server.is_org() { "/oauth2".to_owned() } else { format!("/oauth2/{}", server.path_name) };
    let error = error.map_or_else(String::new, |error| {
        let max_age = match error.id {
            ErrorId::InsufficientAuthenticationContext => format!("max_age={OWN_ACCOUNT_MAX_AGE}, "),
            _ => String::new(),
        };
        format!("error=\"{}\", error_description=\"{}\", {max_age}", error.error(), error.description())
    });
    let scheme = match scheme {
        Scheme::Bearer => "Bearer",
        Scheme::Dpop => "DPoP algs=\"RS256 RS384 RS512 ES256 ES384 ES512\",",
    };
    format!(
        "{scheme} authorization_uri=\"{base}{endpoints}/v1/authorize\", realm=\"{base}\", scope=\"{scope}\", \
         {error}resource=\"{path}\""
    )
}
