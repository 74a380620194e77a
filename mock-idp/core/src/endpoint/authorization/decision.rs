//! What an authorization request needs next: sign-in, consent, or an answer.

use super::redirect;
use crate::ledger::{Authentication, Authorization, AuthorizationRequest, Consent, CurrentUser, Stage};
use crate::model::{App, ConsentMethod, Scope, ScopeConsent, TokenActions};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::policy::{self, PolicyRequest};
use crate::protocol::{ErrorId, GrantType, OAuthError, Scopes};
use crate::sign_in::{RequestedAcr, StepUp, missing_consent, step_up};
use crate::trace::{ConsentNote, NoteStatus, ScopeSource};

/// The next step of an authorization request.
#[derive(Clone, Debug)]
pub enum Step {
    /// The user has to authenticate.
    SignIn,
    /// The user has to authenticate at the external identity provider with this id.
    SignInAtProvider(String),
    /// The user has to prove more, or to enroll something, from this stage on.
    Prove(Box<Stage>),
    /// The user has to allow these scopes.
    Consent(Vec<Scope>),
    /// The client gets a code or tokens.
    Respond(Box<Authorization>),
    /// The client gets an error.
    Fail(OAuthError),
}

/// The next step. This is called again after every step of the sign-in.
pub fn decide(
    org: &Org,
    server: &CompiledServer,
    request: &AuthorizationRequest,
    current_user: Option<&CurrentUser>,
    consent: &Consent,
    moment: &mut Moment<'_>,
) -> Step {
    next(org, server, request, current_user, consent, moment).unwrap_or_else(Step::Fail)
}

fn next(
    org: &Org,
    server: &CompiledServer,
    request: &AuthorizationRequest,
    current_user: Option<&CurrentUser>,
    consent: &Consent,
    moment: &mut Moment<'_>,
) -> Result<Step, OAuthError> {
    // An administrator may have changed the client while the user signed in.
    let client = redirect::client(org, Some(&request.client_id))?;
    let user_of = |authentication: &Authentication| {
        org.user(&authentication.user_id).filter(|user| user.status.may_hold_tokens())
    };
    let active = current_user.and_then(|current| Some((current, user_of(current.authentication())?)));
    let Some((current_user, user)) = active else {
        moment.trace.note(NoteStatus::Absent, "session", "the user is not signed in");
        return sign_in_unless_prompt_none(request, ErrorId::LoginRequired, "prompt=none without a session");
    };
    if let Some(because) = reauthentication_reason(request, current_user, moment.now) {
        moment.trace.note(NoteStatus::PassedOver, "session", &because);
        return sign_in_unless_prompt_none(request, ErrorId::ReauthenticationRequired, &because);
    }
    if !org.is_assigned(client, user) {
        return Err(OAuthError::new(
            ErrorId::UserNotAssigned,
            format!(
                "{} is assigned to {} neither directly nor through a group",
                user.profile.login,
                client.client_id()
            ),
        ));
    }
    let requested = RequestedAcr {
        values: request.acr_values.as_deref(),
        is_voluntary: server.behavior.acr_values_are_voluntary(),
    };
    // Okta: `acr` is in tokens only when it was requested.
    let acr = match step_up(org, client, (current_user, user), requested, moment)? {
        StepUp::Enough(acr) => acr.map(|value| value.name().to_owned()),
        StepUp::Prove(_) | StepUp::AtProvider(_) if request.prompt_none => {
            let reason = "prompt=none, and the policies demand more than the user has proved";
            return Err(OAuthError::new(ErrorId::LoginRequired, reason));
        }
        StepUp::Prove(stage) => return Ok(Step::Prove(stage)),
        StepUp::AtProvider(provider) => {
            moment.trace.note(NoteStatus::Absent, "session", format!("a new sign-in at {provider} is needed"));
            return Ok(Step::SignInAtProvider(provider));
        }
    };
    let missing = missing_consent(server, client, request, consent);
    // Okta: for an interaction code the access policy is evaluated at the token endpoint.
    let (lifetimes, rule_id, keep_request) = match request.interaction {
        true => (TokenActions::default().lifetimes(), None, true),
        false => {
            let grant_type =
                if request.response_type.code { GrantType::AuthorizationCode } else { GrantType::Implicit };
            let policy_request = PolicyRequest { client, user: Some(user), grant_type, scopes: &request.scopes };
            let decision = policy::decide(org, server, policy_request, moment)?;
            let source = if request.scopes_by_default { ScopeSource::Default } else { ScopeSource::Requested };
            let consent_of = |scope: &str| Some(consent_note(server, client, &missing, scope));
            decision.note_scopes(&request.scopes, source, consent_of, moment);
            (decision.lifetimes, decision.rule_id().map(str::to_owned), decision.has_hook())
        }
    };
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
        authentication: Some(current_user.authentication().clone()),
        scopes: request.scopes.clone(),
        acr,
        lifetimes,
        rule_id,
        request: keep_request.then(|| Box::new(request.for_hooks())),
        claims: request.claims.clone(),
        device_secret_hash: None,
    })))
}

fn sign_in_unless_prompt_none(request: &AuthorizationRequest, id: ErrorId, reason: &str) -> Result<Step, OAuthError> {
    if request.prompt_none { Err(OAuthError::new(id, reason)) } else { Ok(Step::SignIn) }
}

/// Why the user has to authenticate again, if they have to.
fn reauthentication_reason(request: &AuthorizationRequest, current_user: &CurrentUser, now: i64) -> Option<String> {
    let CurrentUser::HasSession(authentication) = current_user else { return None };
    if request.prompt_login {
        return Some("prompt=login requires a new sign-in".to_owned());
    }
    // OIDC Core 3.1.2.1: id_token_hint.
    if request.hinted_user.as_ref().is_some_and(|user_id| *user_id != authentication.user_id) {
        return Some("id_token_hint is about another user".to_owned());
    }
    // OIDC Core 3.1.2.1: max_age; 0 always requires a new sign-in.
    let age = now - authentication.auth_time;
    request
        .max_age
        .filter(|max_age| age > *max_age || *max_age == 0)
        .map(|max_age| format!("signed in {age} s ago, max_age is {max_age} s"))
}

/// Whether the user has consented to a scope, for the trace.
fn consent_note(server: &CompiledServer, client: &App, missing: &[Scope], name: &str) -> ConsentNote {
    match server.scope(name).map_or(ScopeConsent::Implicit, |scope| scope.consent) {
        ScopeConsent::Implicit => ConsentNote::NotNeeded,
        _ if missing.iter().any(|scope| scope.name == name) => ConsentNote::Missing,
        _ if client.oauth().consent_method == ConsentMethod::Trusted => ConsentNote::TrustedApp,
        _ => ConsentNote::Allowed,
    }
}
