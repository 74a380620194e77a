//! Letting a device in. RFC 8628 3.3; Okta: `/activate`.

use crate::ledger::{Activation, Authentication};
use crate::model::Scope;
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::protocol::{ErrorId, OAuthError};
use crate::trace::NoteStatus;

/// What comes next for the user who has typed the device's code.
#[derive(Clone, Debug)]
pub enum Step {
    SignIn,
    /// RFC 8628 5.4: the user sees what is let in, and with which code, before saying yes.
    Confirm(Vec<Scope>),
    Refuse(OAuthError),
}

/// What comes next. The access policy is asked when the device redeems its code.
pub fn decide(
    org: &Org,
    server: &CompiledServer,
    activation: &Activation,
    authentication: Option<&Authentication>,
    moment: &mut Moment<'_>,
) -> Step {
    let user = authentication.and_then(|known| org.user(&known.user_id)).filter(|user| user.status.may_hold_tokens());
    let Some(user) = user else {
        moment.trace.note(NoteStatus::Absent, "session", "the user is not signed in");
        return Step::SignIn;
    };
    let client = org.client(&activation.client_id).filter(|client| client.status.is_active());
    let Some(client) = client else {
        return Step::Refuse(OAuthError::new(ErrorId::InvalidClientId, "the client has been removed"));
    };
    if org.assignment(client, user).is_none() {
        let reason = format!("{} is not assigned to {}", user.profile.login, client.client_id());
        return Step::Refuse(OAuthError::new(ErrorId::UserNotAssigned, reason));
    }
    Step::Confirm(activation.scopes.iter().filter_map(|name| server.scope(name)).cloned().collect())
}
