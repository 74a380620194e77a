//! Who may call the management API. Okta: an API token (`SSWS`), or an access token of the org authorization server with an
//! `okta.*` scope.

use subtle::ConstantTimeEq;

use super::ApiRefusal;
use crate::org::{Org, Urls};
use crate::tokens::Verified;

/// What a caller shows.
#[derive(Clone, Copy)]
pub enum Credential<'a> {
    Nothing,
    ApiToken(&'a str),
    Bearer(&'a str),
}

impl std::fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::ApiToken(_) => "ApiToken(…)",
            Self::Bearer(_) => "Bearer(…)",
        })
    }
}

impl<'a> Credential<'a> {
    /// Reads the `Authorization` header.
    #[must_use]
    pub fn read(authorization: Option<&'a str>) -> Self {
        match authorization.and_then(|header| header.split_once(' ')) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("ssws") => Self::ApiToken(token.trim()),
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Self::Bearer(token.trim()),
            _ => Self::Nothing,
        }
    }
}

/// Why a caller is turned away.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Denied {
    Refused(ApiRefusal),
    /// The access token lacks the scope. Okta: told by a challenge with an empty body.
    LacksScope(&'static str),
}

impl From<ApiRefusal> for Denied {
    fn from(refusal: ApiRefusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Checks a caller; any of the scopes will do. `bearer` is the access token once its signature was found to be the org server's,
/// unless it was revoked.
///
/// # Errors
/// Okta's refusals.
pub fn check(
    org: &Org,
    urls: &Urls,
    credential: Credential<'_>,
    bearer: Option<&Verified>,
    scopes: &[&'static str],
    now: i64,
) -> Result<(), Denied> {
    match credential {
        Credential::Nothing => Err(ApiRefusal::invalid_session().into()),
        Credential::ApiToken(token) => {
            let known = |known: &&String| bool::from(token.as_bytes().ct_eq(known.as_bytes()));
            let found = org.document().api_tokens.iter().find(known);
            found.map(|_| ()).ok_or_else(|| ApiRefusal::invalid_token("no such API token").into())
        }
        Credential::Bearer(_) => {
            let invalid = |reason: &str| Denied::from(ApiRefusal::invalid_token(reason));
            let token = bearer.ok_or_else(|| invalid("not a living access token of the org authorization server"))?;
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
            Err(Denied::LacksScope(scopes.first().copied().unwrap_or_default()))
        }
    }
}
