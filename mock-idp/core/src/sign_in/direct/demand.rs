//! What policies demand of a user who has proved something to a client.

use crate::ledger::Proof;
use crate::model::{App, SignInMethod, User};
use crate::moment::Moment;
use crate::org::Org;
use crate::policy::assurance::{self, Assurance, AssuranceRequest};
use crate::protocol::{ErrorId, GrantType, OAuthError};

/// What follows the proofs of a user.
#[derive(Clone, Debug)]
pub(crate) enum DirectDemand {
    /// They are enough.
    Met,
    /// A proof by one of these methods is next. Clients can collect all of them.
    Prove(Vec<SignInMethod>),
}

/// The grant that redeems a further proof. `None`: clients cannot collect it.
#[must_use]
pub(crate) fn grant_of(method: SignInMethod) -> Option<GrantType> {
    match method {
        _ if method.is_asked_for() => Some(GrantType::MfaOob),
        _ if method.is_shown() => Some(GrantType::MfaOtp),
        _ => None,
    }
}

/// Decides whether the proofs of a user are enough: the policies are those of every sign-in.
///
/// # Errors
/// A policy denies the sign-in, or the user has to enroll something first, or to prove what clients cannot collect.
pub(crate) fn demand(
    org: &Org,
    client: &App,
    user: &User,
    (proofs, began): (&[Proof], i64),
    moment: &mut Moment<'_>,
) -> Result<DirectDemand, OAuthError> {
    let request = AssuranceRequest {
        remembered: None,
        user,
        client: Some(client),
        acr_values: None,
        acr_is_voluntary: false,
        proofs,
        began,
        begins_session: true,
        idp: None,
        has_provider: false,
    };
    match assurance::decide(org, request, moment) {
        Assurance::Met { .. } => Ok(DirectDemand::Met),
        Assurance::Prove(next) => {
            let collected: Vec<_> = next.methods.into_iter().filter(|method| grant_of(*method).is_some()).collect();
            if collected.is_empty() {
                let reason = "the policies demand a proof that only pages ask for";
                return Err(OAuthError::new(ErrorId::DirectAuthPolicyDenied, reason));
            }
            Ok(DirectDemand::Prove(collected))
        }
        Assurance::Enroll(methods) => {
            let names: Vec<&str> = methods.iter().map(|method| method.row().display_name).collect();
            let reason = format!("{} has to enroll {}", user.profile.login, names.join(" or "));
            Err(OAuthError::new(ErrorId::DirectAuthFactorEnrollmentRequired, reason))
        }
        Assurance::Denied(reason) | Assurance::Unsatisfiable(reason) => {
            Err(OAuthError::new(ErrorId::DirectAuthPolicyDenied, reason))
        }
    }
}
