//! Whether what the user of a session has proved is enough for a client.

use super::after_proofs::{enrollment, more_proofs};
use crate::ledger::{CurrentUser, PartialSignIn, Stage};
use crate::model::{App, SignInMethod, User};
use crate::moment::Moment;
use crate::org::Org;
use crate::policy::assurance::{self, Assurance, AssuranceRequest};
use crate::policy::routing;
use crate::protocol::acr::AcrValue;
use crate::protocol::{ErrorId, OAuthError};

/// What a request asks of the authentication.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestedAcr<'a> {
    pub(crate) values: Option<&'a str>,
    /// Whether a request is granted that no value is met for. OIDC Core 3.1.2.1.
    pub(crate) is_voluntary: bool,
}

/// What follows for the user.
#[derive(Debug)]
pub(crate) enum StepUp {
    /// It is enough, and meets this requested value.
    Enough(Option<AcrValue>),
    /// The user proves more, or enrolls something, from this stage on.
    Prove(Box<Stage>),
    /// The user, who has no password, authenticates again at the external identity provider with this id.
    AtProvider(String),
}

/// What a user of a session proves for a client.
///
/// # Errors
/// A policy denies access, or nothing that the user has or can enroll is enough.
pub(crate) fn step_up(
    org: &Org,
    client: &App,
    (current_user, user): (&CurrentUser, &User),
    acr: RequestedAcr<'_>,
    moment: &mut Moment<'_>,
) -> Result<StepUp, OAuthError> {
    let known = current_user.authentication();
    let provider = known.idp.as_deref().filter(|_| user.credentials.password.is_none());
    let provider = provider.filter(|id| routing::provider(org, id).is_some());
    let request = AssuranceRequest {
        user,
        client: Some(client),
        acr_values: acr.values,
        acr_is_voluntary: acr.is_voluntary,
        proofs: &known.proofs,
        began: match current_user {
            CurrentUser::SignedIn(_) => i64::MIN,
            CurrentUser::HasSession(_) => i64::MAX,
        },
        begins_session: false,
        idp: known.idp.as_deref(),
        remembered: None,
        has_provider: provider.is_some(),
    };
    let decided = assurance::decide(org, request, moment);
    let partial = PartialSignIn::in_session(known, moment.now);
    match decided {
        Assurance::Met { acr } => Ok(StepUp::Enough(acr)),
        Assurance::Prove(next) => match provider.filter(|_| next.methods.contains(&SignInMethod::Password)) {
            Some(provider) => Ok(StepUp::AtProvider(provider.to_owned())),
            None => Ok(StepUp::Prove(Box::new(more_proofs(user, partial, next, moment)))),
        },
        Assurance::Enroll(choices) => Ok(StepUp::Prove(Box::new(enrollment(partial, choices, false)))),
        Assurance::Denied(reason) => Err(OAuthError::new(ErrorId::AccessDenied, reason)),
        Assurance::Unsatisfiable(reason) => Err(OAuthError::new(ErrorId::UnmetAuthenticationRequirements, reason)),
    }
}
