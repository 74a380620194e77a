//! The activation of a device. RFC 8628 3.3; Okta: `/activate`.

use crate::ledger::{Activation, Authentication};
use crate::model::Scope;
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::protocol::{ErrorId, OAuthError};
use crate::trace::NoteStatus;

/// The next step for a user who has entered the code of a device.
#[derive(Clone, Debug)]
pub enum ActivationDecision {
    SignIn,
    /// RFC 8628 5.4: the user has to confirm the device, its code and its scopes.
    Confirm(Vec<Scope>),
    Fail(OAuthError),
}

/// The next step. The access policy is evaluated when the device redeems its code.
pub fn decide(
    org: &Org,
    server: &CompiledServer,
    activation: &Activation,
    authentication: Option<&Authentication>,
    moment: &mut Moment<'_>,
) -> ActivationDecision {
    let user = authentication.and_then(|known| org.user(&known.user_id)).filter(|user| user.status.may_hold_tokens());
    let Some(user) = user else {
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
    ActivationDecision::Confirm(activation.scopes.iter().filter_map(|name| server.scope(name)).cloned().collect())
}
