//! Access to the management API. Okta: an API token (`SSWS`), or an access token of the org authorization server with an
//! `okta.*` scope, with a DPoP proof if the token is bound to a key.

use std::net::IpAddr;

use serde_json::json;

use super::call::{Caller, ManagementCall};
use super::iam::Operation;
use super::role_scope::Reach;
use super::{ApiError, ApiErrorId, roles, users};
use crate::model::{ApiToken, UserStatus};
use crate::org::{Org, Tables, Urls};
use crate::policy::network_problem;
use crate::protocol::{ErrorId, OAuthError};
use crate::tokens::Verified;
use crate::tokens::resource::{self, OWN_ACCOUNT_MAX_AGE, Resource, Scheme};

/// The credential of a caller.
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
        // Okta: the blank behind SSWS is optional; SDKs leave it out.
        match header.split_at_checked(4) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("ssws") && !token.trim().is_empty() => {
                Self::ApiToken(token.trim())
            }
            _ => Scheme::read(header).map_or(Self::Nothing, |(scheme, token)| Self::AccessToken(scheme, token)),
        }
    }
}

/// Why access to the management API is refused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AccessError {
    Refused(ApiError),
    /// The access token is insufficient, or not presented as required. Okta: a challenge with an empty body.
    Challenged(Challenged),
}

/// The content of a challenge.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Challenged {
    pub scheme: Scheme,
    pub refusal: OAuthError,
    /// The needed scope.
    pub scope: &'static str,
}

impl Challenged {
    /// The header's value; `path` is the path of the request.
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

/// What a call demands of its caller.
#[derive(Clone, Copy, Debug)]
pub struct AccessNeeds<'a> {
    /// The operation, with the scopes of which one is needed.
    pub operation: Operation<'a>,
    /// The object that the call is about, if its path names one.
    pub object: Option<NamedObject<'a>>,
    /// Where the call comes from.
    pub address: Option<IpAddr>,
}

/// The first object that a path names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NamedObject<'a> {
    /// The segment before it: `users`, `groups`, `apps` …
    pub list: &'a str,
    pub name: &'a str,
}

/// Checks a caller. `verified` is the access token, if the org server signed it and it is not revoked; its binding to a key has been
/// checked before.
///
/// # Errors
/// The errors of Okta.
pub fn check(
    org: &Org,
    urls: &Urls,
    credential: Credential<'_>,
    verified: Option<&Verified>,
    needs: AccessNeeds<'_>,
    now: i64,
) -> Result<Caller, AccessError> {
    let AccessNeeds { operation, object, address } = needs;
    let scopes = operation.scopes;
    if matches!(credential, Credential::ApiToken(_)) && is_of_user(scopes) {
        return Err(ApiError::invalid_session().into());
    }
    let caller = authorize(org, urls, credential, verified, operation, address, now)?;
    if let Some(object) = object
        && !reaches(org, ManagementCall { urls, caller: &caller, now }, object, scopes)
    {
        let reason = format!("the targets of the roles of the caller do not include {}", object.name);
        return Err(ApiError::access_denied(reason).into());
    }
    check_feature(org, scopes)?;
    Ok(caller)
}

/// Checks an admitted caller for one more operation, which the parameters of a call ask for.
///
/// # Errors
/// The caller lacks a scope or a role for it, or the org a feature.
pub(super) fn check_also(org: &Tables, caller: &Caller, operation: Operation<'_>) -> Result<(), ApiError> {
    let scopes = operation.scopes;
    if let Some(granted) = &caller.scopes
        && !scopes.iter().any(|scope| granted.iter().any(|granted| granted == scope))
    {
        return Err(ApiError::access_denied(format!("the access token lacks {}", scopes.join(" or "))));
    }
    reach_of_roles(org, caller, operation)?;
    check_feature(org, scopes)
}

/// Okta: an org without API Access Management refuses whatever is about authorization servers.
fn check_feature(org: &Tables, scopes: &[&str]) -> Result<(), ApiError> {
    let about_servers = scopes.iter().any(|scope| scope.starts_with("okta.authorizationServers."));
    if about_servers && !org.settings().features.api_access_management {
        return Err(ApiError::new(ApiErrorId::FeatureDenied, "the org has no API Access Management"));
    }
    Ok(())
}

/// Whether the roles of the caller are about an object. Users may read themselves. Objects that do not exist are answered as such.
fn reaches(org: &Org, call: ManagementCall<'_>, object: NamedObject<'_>, scopes: &[&str]) -> bool {
    let reach = &call.caller.reach;
    match object.list {
        "users" => users::find(org, call, object.name).map_or(true, |user| {
            let reads_itself =
                call.caller.user_id.as_ref() == Some(&user.id) && scopes.iter().any(|scope| scope.ends_with(".read"));
            reads_itself || reach.has_user(org, user)
        }),
        "groups" => org.group(object.name).is_none_or(|group| reach.has_group(group)),
        "apps" => org.app(object.name).is_none_or(|app| reach.has_app(app)),
        "clients" => org.client(object.name).is_none_or(|app| reach.has_app(app)),
        _ => true,
    }
}

fn authorize(
    org: &Org,
    urls: &Urls,
    credential: Credential<'_>,
    verified: Option<&Verified>,
    operation: Operation<'_>,
    address: Option<IpAddr>,
    now: i64,
) -> Result<Caller, AccessError> {
    let scopes = operation.scopes;
    match credential {
        Credential::Nothing => Err(ApiError::invalid_session().into()),
        Credential::ApiToken(token) => {
            let found = org.api_tokens().iter().find(|known| known.is(token));
            let token = found.ok_or_else(|| ApiError::invalid_token("no such API token"))?;
            if let Some(reason) = network_problem(org, address, &json!(token.network)) {
                return Err(ApiError::access_denied(format!("the API token {}: {reason}", token.name)).into());
            }
            Ok(owner(org, token, operation)?)
        }
        Credential::AccessToken(scheme, _) => {
            let invalid = |reason: &str| AccessError::from(ApiError::invalid_token(reason));
            let token = verified.ok_or_else(|| invalid("not a valid access token of the org authorization server"))?;
            if token.text("iss") != Some(urls.issuer(org.org_server()).as_str()) {
                return Err(invalid("the access token is from another issuer"));
            }
            if token.expired(now) {
                return Err(invalid("the access token has expired"));
            }
            let granted = |scope: &&&str| token.scopes().any(|granted| granted == **scope);
            if scopes.iter().find(granted).is_some() {
                if changes_own_account(scopes) && !is_recent(token, now) {
                    let reason = format!("the user has authenticated more than {OWN_ACCOUNT_MAX_AGE} seconds ago");
                    let refusal = OAuthError::new(ErrorId::InsufficientAuthenticationContext, reason);
                    let scope = scopes.first().copied().unwrap_or_default();
                    return Err(AccessError::Challenged(Challenged { scheme, refusal, scope }));
                }
                let text = |name| token.text(name).map(str::to_owned);
                let caller = Caller {
                    user_id: text("uid"),
                    client_id: text("cid"),
                    scopes: Some(token.scopes().map(str::to_owned).collect()),
                    ..Caller::default()
                };
                let reach = reach_of_roles(org, &caller, operation)?;
                return Ok(Caller { reach, ..caller });
            }
            let scope = scopes.first().copied().unwrap_or_default();
            let refusal =
                OAuthError::new(ErrorId::AccessTokenInsufficientScopes, format!("the access token lacks {scope}"));
            Err(AccessError::Challenged(Challenged { scheme, refusal, scope }))
        }
    }
}

/// Whether the scopes are those of users for their own accounts.
fn is_of_user(scopes: &[&str]) -> bool {
    scopes.iter().any(|scope| scope.starts_with("okta.myAccount."))
}

/// Whether the scopes are those by which users change their own accounts. Okta: an app keeps its enrollment up to date without its user.
fn changes_own_account(scopes: &[&str]) -> bool {
    let demands_recent = |scope: &&str| scope.ends_with(".manage") && !scope.ends_with(".maintenance.manage");
    is_of_user(scopes) && scopes.iter().all(demands_recent)
}

/// Whether the user of a token has authenticated recently enough to change the account.
fn is_recent(token: &Verified, now: i64) -> bool {
    token.number("auth_time").is_none_or(|at| now - at <= OWN_ACCOUNT_MAX_AGE)
}

/// Okta: a scope allows nothing that the roles of the user, or of a client that acts for itself, do not allow.
fn reach_of_roles(org: &Tables, caller: &Caller, operation: Operation<'_>) -> Result<Reach, ApiError> {
    let scopes = operation.scopes;
    let user = caller.user_id.as_deref().and_then(|id| org.user(id));
    let client = caller.client_id.as_deref().and_then(|id| org.client(id));
    let reach = match (user, client) {
        (user, _) if is_of_user(scopes) => user.filter(|user| user.status.may_hold_tokens()).map(|_| Reach::EVERYTHING),
        (Some(_), _) if !roles::has_administrators(org) => Some(Reach::EVERYTHING),
        (Some(user), _) => roles::reach_of_user(org, user, operation),
        (None, Some(client)) => roles::reach_of_client(client, operation),
        (None, None) => Some(Reach::EVERYTHING),
    };
    reach.ok_or_else(|| ApiError::access_denied(format!("no role of the caller admits {}", scopes.join(" or "))))
}

/// The owner of an API token, who needs an administrator role for the call. Okta: a token has the permissions of the user that created
/// it. A token without an owner, of an org without a super administrator, has all permissions.
fn owner(org: &Org, token: &ApiToken, operation: Operation<'_>) -> Result<Caller, ApiError> {
    let caller = Caller { api_token_id: Some(token.id.clone()), ..Caller::default() };
    let Some(user) = org.owner_of(token) else { return Ok(caller) };
    if user.status != UserStatus::Active {
        return Err(ApiError::invalid_token(format!("the owner of the API token is {}", user.status.name())));
    }
    let reach = roles::reach_of_user(org, user, operation).ok_or_else(|| {
        let reason = format!("no role of {} admits {}", user.profile.login, operation.scopes.join(" or "));
        ApiError::new(ApiErrorId::AccessDenied, reason)
    })?;
    Ok(Caller { user_id: Some(user.id.clone()), reach, ..caller })
}
