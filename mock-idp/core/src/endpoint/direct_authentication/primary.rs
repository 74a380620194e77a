//! The endpoint that asks for a first proof. Okta: `/v1/primary-authenticate`, formerly `/v1/oob-authenticate`.

use super::body::{self, required};
use super::started::{StartedChallenge, decoy, method_of_channel, start};
use crate::ledger::FailedSignIns;
use crate::model::{App, User};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::policy::grant_rules;
use crate::protocol::{ErrorId, GrantType, OAuthError, Parameters};
use crate::sign_in::direct;
use crate::trace::NoteStatus;

/// The user whom a request names.
#[must_use]
pub fn user<'o>(org: &'o Org, body: &Parameters) -> Option<&'o User> {
    direct::hinted_user(org, body.get("login_hint")).ok()
}

/// Checks a request, and asks the user. `failed`: the wrong passwords and codes of the user.
///
/// # Errors
/// Okta's errors.
pub fn begin(
    org: &Org,
    server: &CompiledServer,
    client: &App,
    parameters: &Parameters,
    failed: &FailedSignIns,
    moment: &mut Moment<'_>,
) -> Result<StartedChallenge, OAuthError> {
    body::check(parameters)?;
    grant_rules::may_use(client, GrantType::Oob)?;
    let user = direct::hinted_user(org, parameters.get("login_hint"));
    if let Err(error) = &user
        && !(error.id == ErrorId::DirectAuthInvalidLoginHint && org.settings().prevents_user_enumeration)
    {
        return Err(error.clone());
    }
    let hint = required(parameters, "challenge_hint")?;
    if hint != GrantType::Oob.name() {
        let reason = format!("challenge_hint `{hint}`: only {} begins here", GrantType::Oob.name());
        return Err(OAuthError::with(ErrorId::DirectAuthInvalidChallengeHint, hint, reason));
    }
    let method = method_of_channel(required(parameters, "channel_hint")?)?;
    let started = user.and_then(|user| {
        direct::check_user(org, client, user)?;
        direct::require_unlocked(org, user, failed, moment)?;
        start(org, (server, client), (user, method), None, moment)
    });
    match started {
        Err(error) if org.settings().prevents_user_enumeration => {
            let because = format!("{}: the org prevents that the client learns it, and nothing is sent", error.reason);
            moment.trace.note(NoteStatus::Refused, "direct authentication", because);
            Ok(decoy(org, (server, client), method, moment))
        }
        other => other,
    }
}
