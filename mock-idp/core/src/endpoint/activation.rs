//! The activation of a device. RFC 8628 3.3; Okta: `/activate`.

use crate::ledger::{Activation, CurrentUser, Stage};
use crate::model::Scope;
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::protocol::{ErrorId, OAuthError};
use crate::sign_in::{RequestedAcr, StepUp, step_up};
use crate::trace::NoteStatus;

/// The next step for a user who has entered the code of a device.
#[derive(Clone, Debug)]
pub enum ActivationDecision {
    SignIn,
    /// The user has to prove more, or to enroll something, from this stage on.
    Prove(Box<Stage>),
    /// RFC 8628 5.4: the user has to confirm the device, its code and its scopes.
    Confirm(Vec<Scope>),
    Fail(OAuthError),
}

/// The next step. The access policy is evaluated when the device redeems its code.
pub fn decide(
    org: &Org,
    server: &CompiledServer,
    activation: &Activation,
    current_user: Option<&CurrentUser>,
    moment: &mut Moment<'_>,
) -> ActivationDecision {
    let active = current_user.and_then(|current| Some((current, org.user(&current.authentication().user_id)?)));
    let Some((current_user, user)) = active.filter(|(_, user)| user.status.may_hold_tokens()) else {
        moment.trace.note(NoteStatus::Absent, "session", "the user is not signed in");
        return ActivationDecision::SignIn;
    };
    let client = org.client(&activation.client_id).filter(|client| client.status.is_active());
    let Some(client) = client else {
        return ActivationDecision::Fail(OAuthError::new(ErrorId::InvalidClientId, "the client has been removed"));
    };
    if !org.is_assigned(client, user) {
        let reason = format!("{} is not assigned to {}", user.profile.login, client.client_id());
        return ActivationDecision::Fail(OAuthError::new(ErrorId::UserNotAssigned, reason));
    }
    let acr = RequestedAcr { values: None, is_voluntary: true };
    match step_up(org, client, (current_user, user), acr, moment) {
        Ok(StepUp::Enough(_)) => {}
        Ok(StepUp::Prove(stage)) => return ActivationDecision::Prove(stage),
        // The page offers the provider, if a routing rule does.
        Ok(StepUp::AtProvider(_)) => return ActivationDecision::SignIn,
        Err(error) => return ActivationDecision::Fail(error),
    }
    ActivationDecision::Confirm(activation.scopes.iter().filter_map(|name| server.scope(name)).cloned().collect())
}
