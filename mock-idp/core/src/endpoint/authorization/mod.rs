//! The authorization endpoint. RFC 6749 4.1.1, OIDC Core 3.1.2; Okta: `/v1/authorize`.
//!
//! [`begin`] checks a request; [`decide`] says what comes next, and is asked again after every step of the sign-in;
//! [`prepare()`] decides the answer, and [`Prepared::respond`] makes it.

mod checks;
mod enrollment;
mod interclient;
mod pushed;
mod request_object;
mod respond;

pub use interclient::{handed_over, not_handed_over, take_over};
pub use pushed::{bound_to, may_redeem, pushed_parameters, request_uri};
pub use request_object::{Opened, Sealed, sealed};
pub use respond::{Answer, Prepared, Response, code_record, draft, prepare, refusal_answer};

use crate::ledger::{Authentication, Authorization, AuthorizationRequest, Consent, RedirectTarget};
use crate::model::{App, ConsentMethod, Scope, ScopeConsent};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org, Urls};
use crate::policy::{self, Ask};
use crate::protocol::acr::Acr;
use crate::protocol::{ErrorId, GrantType, OAuthError, Parameters, Scopes};
use crate::trace::{Agreement, NoteStatus, ScopeSource};

/// Why a request cannot begin.
#[derive(Clone, Debug)]
pub enum NotBegun {
    /// Shown: there is no checked redirect URI to send it to.
    Shown { refusal: OAuthError, client_id: Option<String>, redirect_uri: Option<String> },
    /// Sent back to the client.
    Redirected { refusal: OAuthError, target: RedirectTarget, client_id: String },
}

impl NotBegun {
    /// The refusal alone, for an endpoint that answers its client directly.
    #[must_use]
    pub fn into_refusal(self) -> OAuthError {
        match self {
            Self::Shown { refusal, .. } | Self::Redirected { refusal, .. } => refusal,
        }
    }
}

/// What comes next in a sign-in.
#[derive(Clone, Debug)]
pub enum Step {
    /// The user has to prove who they are.
    SignIn,
    /// The user has to allow these scopes.
    Consent(Vec<Scope>),
    /// The answer can be made.
    Respond(Box<Authorization>),
    /// The client gets an error.
    Fail(OAuthError),
}

/// Checks an authorization request.
///
/// # Errors
/// Okta's refusals, and where each goes: until client and redirect URI are known good, errors are shown.
pub fn begin(
    org: &Org,
    server: &CompiledServer,
    urls: &Urls,
    parameters: &Parameters,
) -> Result<AuthorizationRequest, NotBegun> {
    let client_id = parameters.get("client_id");
    let shown = |refusal: OAuthError| NotBegun::Shown {
        refusal,
        client_id: client_id.map(str::to_owned),
        redirect_uri: parameters.get("redirect_uri").map(str::to_owned),
    };
    checks::unambiguous(parameters).map_err(shown)?;
    let client = checks::client(org, client_id).map_err(shown)?;
    // RFC 9126 4: a request that was to be found under a name has no address of its own.
    if parameters.get("redirect_uri").is_none() {
        checks::no_unknown_name(server, parameters).map_err(shown)?;
    }
    let redirect_uri = checks::redirect_uri(client, parameters.get("redirect_uri"), urls).map_err(shown)?;
    // From here on there is a redirect target, and errors are redirected. Okta: only an invalid redirect URI suppresses that.
    let target = checks::target(client, redirect_uri, parameters);
    let redirected = |refusal: OAuthError| NotBegun::Redirected {
        refusal,
        target: target.clone(),
        client_id: client.client_id().to_owned(),
    };
    checks::request(org, server, client, &target, parameters).map_err(redirected)
}

/// Where a refusal goes that comes before a request can be read: to the client, if what is known of it so far names a
/// registered address.
#[must_use]
pub fn refused(org: &Org, urls: &Urls, parameters: &Parameters, refusal: OAuthError) -> NotBegun {
    let client = checks::unambiguous(parameters).and_then(|()| checks::client(org, parameters.get("client_id")));
    let redirect_uri =
        client.and_then(|client| Ok((client, checks::redirect_uri(client, parameters.get("redirect_uri"), urls)?)));
    match redirect_uri {
        Ok((client, redirect_uri)) => NotBegun::Redirected {
            refusal,
            target: checks::target(client, redirect_uri, parameters),
            client_id: client.client_id().to_owned(),
        },
        Err(_) => {
            NotBegun::Shown { refusal, client_id: parameters.get("client_id").map(str::to_owned), redirect_uri: None }
        }
    }
}

/// What comes next, from everything that is known now.
pub fn decide(
    org: &Org,
    server: &CompiledServer,
    request: &AuthorizationRequest,
    authentication: Option<&Authentication>,
    consent: &Consent,
    moment: &mut Moment<'_>,
) -> Step {
    next(org, server, request, authentication, consent, moment).unwrap_or_else(Step::Fail)
}

fn next(
    org: &Org,
    server: &CompiledServer,
    request: &AuthorizationRequest,
    authentication: Option<&Authentication>,
    consent: &Consent,
    moment: &mut Moment<'_>,
) -> Result<Step, OAuthError> {
    // An administrator may have changed either while the user signed in.
    let client = checks::client(org, Some(&request.client_id))?;
    let user_of = |authentication: &Authentication| {
        org.user(&authentication.user_id).filter(|user| user.status.may_hold_tokens())
    };
    let Some((authentication, user)) = authentication.and_then(|known| Some((known, user_of(known)?))) else {
        moment.trace.note(NoteStatus::Absent, "session", "the user is not signed in");
        return sign_in_unless_forbidden(request, ErrorId::LoginRequired, "prompt=none without a session");
    };
    if let Some(because) = stale(request, authentication, moment.now) {
        moment.trace.note(NoteStatus::PassedOver, "session", &because);
        return sign_in_unless_forbidden(request, ErrorId::ReauthenticationRequired, &because);
    }
    if org.assignment(client, user).is_none() {
        return Err(OAuthError::new(
            ErrorId::UserNotAssigned,
            format!(
                "{} is assigned to {} neither directly nor through a group",
                user.profile.login,
                client.client_id()
            ),
        ));
    }
    let acr = granted_acr(server, request)?;
    let grant_type = if request.response_type.code { GrantType::AuthorizationCode } else { GrantType::Implicit };
    let ask = Ask { client, user: Some(user), grant_type, scopes: &request.scopes };
    let granted = policy::grant(org, server, ask, moment)?;
    let missing = missing_consent(server, client, request, consent);
    let source = if request.scopes_by_default { ScopeSource::Default } else { ScopeSource::Asked };
    let agreement = |scope: &str| Some(agreement(server, client, &missing, scope));
    granted.tell(&request.scopes, source, agreement, moment);
    if !missing.is_empty() {
        let names: Scopes = missing.iter().map(|scope| &scope.name).collect();
        moment.trace.note(NoteStatus::Absent, "consent", names.listed());
        if request.prompt_none {
            return Err(OAuthError::with(
                ErrorId::ConsentRequired,
                names.listed(),
                "prompt=none and consent is missing",
            ));
        }
        return Ok(Step::Consent(missing));
    }
    Ok(Step::Respond(Box::new(Authorization {
        server: request.server.clone(),
        client_id: request.client_id.clone(),
        authentication: Some(authentication.clone()),
        scopes: request.scopes.clone(),
        acr,
        lifetimes: granted.lifetimes,
        claims: request.claims.clone(),
        device_secret_hash: None,
    })))
}

fn sign_in_unless_forbidden(request: &AuthorizationRequest, id: ErrorId, reason: &str) -> Result<Step, OAuthError> {
    if request.prompt_none { Err(OAuthError::new(id, reason)) } else { Ok(Step::SignIn) }
}

/// Why an earlier sign-in is not good enough for this request.
fn stale(request: &AuthorizationRequest, authentication: &Authentication, now: i64) -> Option<String> {
    if authentication.fresh {
        return None;
    }
    if request.prompt_login {
        return Some("prompt=login asks for a new sign-in".to_owned());
    }
    // OIDC Core 3.1.2.1: id_token_hint.
    if request.hinted_user.as_ref().is_some_and(|user_id| *user_id != authentication.user_id) {
        return Some("id_token_hint is about another user".to_owned());
    }
    // OIDC Core 3.1.2.1: max_age; 0 asks for a new sign-in whatever the clock says.
    let age = now - authentication.auth_time;
    request
        .max_age
        .filter(|max_age| age > *max_age || *max_age == 0)
        .map(|max_age| format!("signed in {age} s ago, max_age is {max_age} s"))
}

/// Okta: which scopes the user is asked about. `prompt=consent` asks again whatever the app's method; without it only an app
/// with `consent_method: REQUIRED` asks, and only for scopes not allowed before.
fn missing_consent(
    server: &CompiledServer,
    client: &App,
    request: &AuthorizationRequest,
    consent: &Consent,
) -> Vec<Scope> {
    let app_asks = client.oauth().consent_method == ConsentMethod::Required;
    request
        .scopes
        .iter()
        .filter_map(|name| server.scope(name))
        .filter(|scope| matches!(scope.consent, ScopeConsent::Required | ScopeConsent::Flexible))
        .filter(|scope| request.prompt_consent || (app_asks && !consent.scopes.contains(&scope.name)))
        .cloned()
        .collect()
}

/// The scopes that are left of a request once the user has said which of the optional ones they allow. Okta: only what the page
/// asks can be deselected there.
#[must_use]
pub fn agreed(
    org: &Org,
    server: &CompiledServer,
    request: &AuthorizationRequest,
    earlier: &Consent,
    opted: &Scopes,
) -> Scopes {
    let client = org.client(&request.client_id);
    let asked = client.map(|client| missing_consent(server, client, request, earlier)).unwrap_or_default();
    let declined = |name: &str| asked.iter().any(|scope| scope.name == name && scope.optional) && !opted.contains(name);
    request.scopes.iter().filter(|name| !declined(name)).collect()
}

/// What the user has had to say to a scope.
fn agreement(server: &CompiledServer, client: &App, missing: &[Scope], name: &str) -> Agreement {
    match server.scope(name).map_or(ScopeConsent::Implicit, |scope| scope.consent) {
        ScopeConsent::Implicit => Agreement::NotNeeded,
        _ if missing.iter().any(|scope| scope.name == name) => Agreement::Missing,
        _ if client.oauth().consent_method == ConsentMethod::Trusted => Agreement::TrustedApp,
        _ => Agreement::Allowed,
    }
}

/// Okta: `acr` is in tokens only when it was asked for; a password is one factor. OIDC Core 3.1.2.1: it is a voluntary claim.
fn granted_acr(server: &CompiledServer, request: &AuthorizationRequest) -> Result<Option<String>, OAuthError> {
    let asked = request.acr_values.as_deref();
    match Acr::of(asked) {
        Acr::Met(value) => Ok(Some(value)),
        Acr::Unmet if !server.behavior.acr_values_are_wishes() => Err(OAuthError::new(
            ErrorId::UnmetAuthenticationRequirements,
            format!("a password is one factor; acr_values asks for {}", asked.unwrap_or_default()),
        )),
        Acr::Unmet | Acr::Unasked => Ok(None),
    }
}
