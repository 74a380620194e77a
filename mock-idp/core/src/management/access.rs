//! Who may call the management API. Okta: an API token (`SSWS`), or an access token of the org authorization server with an
//! `okta.*` scope, which a key may have to be proved with.

use subtle::ConstantTimeEq;

use super::ApiError;
use crate::org::{Org, Urls};
use crate::protocol::{ErrorId, OAuthError};
use crate::tokens::Verified;
use crate::tokens::resource::{self, Resource, Scheme};

/// What a caller shows.
#[derive(Clone, Copy)]
pub enum Credential<'a> {
    Nothing,
    ApiToken(&'a str),
    AccessToken(Scheme, &'a str),
}

impl std::fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::ApiToken(_) => "ApiToken(…)",
            Self::AccessToken(..) => "AccessToken(…)",
        })
    }
}

impl<'a> Credential<'a> {
    /// Reads the `Authorization` header.
    #[must_use]
    pub fn read(authorization: Option<&'a str>) -> Self {
        let Some(header) = authorization else { return Self::Nothing };
        // Okta: SDKs leave out the blank behind SSWS, and are let in.
        match header.split_at_checked(4) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("ssws") && !token.trim().is_empty() => {
                Self::ApiToken(token.trim())
            }
            _ => Scheme::read(header).map_or(Self::Nothing, |(scheme, token)| Self::AccessToken(scheme, token)),
        }
    }
}

/// Why a caller is turned away.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AccessError {
    Refused(ApiError),
    /// The access token is not enough, or not presented as it has to be. Okta: told by a challenge with an empty body.
    Challenged(Challenged),
}

/// What a challenge says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Challenged {
    pub scheme: Scheme,
    pub refusal: OAuthError,
    /// The scope that would do.
    pub scope: &'static str,
}

impl Challenged {
    /// As it is sent; `path` is what was asked for.
    #[must_use]
    pub fn challenge(&self, org: &Org, path: &str, urls: &Urls) -> String {
        let resource = Resource { server: org.org_server(), scope: self.scope, path };
        resource::challenge(self.scheme, Some(&self.refusal), resource, urls)
    }
}

impl From<ApiError> for AccessError {
    fn from(refusal: ApiError) -> Self {
        Self::Refused(refusal)
    }
}

/// Checks a caller; any of the scopes will do. `verified` is the access token once its signature was found to be the org server's,
/// unless it was revoked; whether it is bound to a key has been looked at before.
///
/// # Errors
/// Okta's refusals.
pub fn check(
    org: &Org,
    urls: &Urls,
    credential: Credential<'_>,
    verified: Option<&Verified>,
    scopes: &[&'static str],
    now: i64,
) -> Result<(), AccessError> {
    match credential {
        Credential::Nothing => Err(ApiError::invalid_session().into()),
        Credential::ApiToken(token) => {
            let known = |known: &&String| bool::from(token.as_bytes().ct_eq(known.as_bytes()));
            let found = org.document().api_tokens.iter().find(known);
            found.map(|_| ()).ok_or_else(|| ApiError::invalid_token("no such API token").into())
        }
        Credential::AccessToken(scheme, _) => {
            let invalid = |reason: &str| AccessError::from(ApiError::invalid_token(reason));
            let token = verified.ok_or_else(|| invalid("not a living access token of the org authorization server"))?;
            if token.text("iss") != Some(urls.issuer(org.org_server()).as_str()) {
                return Err(invalid("the access token is from another issuer"));
            }
            if token.expired(now) {
                return Err(invalid("the access token has expired"));
            }
            let granted = |scope: &&&str| token.scopes().any(|granted| granted == **scope);
            if scopes.iter().find(granted).is_some() {
                return Ok(());
            }
            let scope = scopes.first().copied().unwrap_or_default();
            let refusal =
                OAuthError::new(ErrorId::AccessTokenInsufficientScopes, format!("the access token lacks {scope}"));
            Err(AccessError::Challenged(Challenged { scheme, refusal, scope }))
        }
    }
}
