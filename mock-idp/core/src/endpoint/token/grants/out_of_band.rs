//! Answers to codes and notifications that a client has requested. Okta: `oob_code`, with `binding_code` where the user types a code.

use super::super::direct_records::DirectRecords;
use super::super::grant::GrantRequest;
use super::direct::active_user;
use crate::ledger::{FailedSignIns, OobChallenge, OobQuestion, PushResult};
use crate::model::{SignInMethod, User};
use crate::moment::Moment;
use crate::protocol::{ErrorId, OAuthError};
use crate::sign_in::direct;
use crate::trace::NoteStatus;

/// Checks the answer, which uses the challenge up. The user, and what is proved.
pub(super) fn prove<'o>(
    request: &GrantRequest<'o>,
    records: &mut DirectRecords,
    mfa_token: Option<&str>,
    moment: &mut Moment<'_>,
) -> Result<(&'o User, SignInMethod), OAuthError> {
    let GrantRequest { org, server, client, .. } = *request;
    let oob_code = request.required("oob_code")?;
    let known = (oob_code, records.challenge.as_ref());
    let mut challenge = direct::open_challenge((server, client), known, mfa_token, moment.now)?.clone();
    if challenge.is_decoy {
        let result = decoy(&mut challenge, moment.now);
        records.challenge = Some(challenge);
        return Err(result);
    }
    let user = match usable_account(request, &challenge, &records.failed, moment) {
        Err(error) if org.settings().prevents_user_enumeration => {
            let because = format!("{}: the org prevents that the client learns it", error.reason);
            moment.trace.note(NoteStatus::Refused, "direct authentication", because);
            let result = decoy(&mut challenge, moment.now);
            records.challenge = Some(challenge);
            return Err(result);
        }
        user => user?,
    };
    let result = match &challenge.asked {
        OobQuestion::Code(sent) => {
            let entered = request.get("binding_code").unwrap_or_default();
            let verified = direct::verify_sent(org, user, (sent, entered), &mut records.failed, moment);
            challenge.used = verified.is_ok();
            verified.map_err(|problem| OAuthError::new(ErrorId::DirectAuthInvalidOtp, problem.reason))
        }
        OobQuestion::Push { .. } => {
            // Okta: a notification that is gone has timed out.
            let push = records.push.as_ref().map_or(PushResult::TimedOut, |push| push.result(moment.now));
            answered(&mut challenge, push, (user, oob_code), moment)
        }
    };
    let method = challenge.method;
    records.challenge = Some(challenge);
    result.map(|()| (user, method))
}

/// The user of a challenge. Since it began, the account may have been suspended or locked. A code of a locked account is a wrong one.
fn usable_account<'o>(
    request: &GrantRequest<'o>,
    challenge: &OobChallenge,
    failed: &FailedSignIns,
    moment: &mut Moment<'_>,
) -> Result<&'o User, OAuthError> {
    let user = active_user(request, &challenge.user_id)?;
    if matches!(challenge.asked, OobQuestion::Push { .. }) {
        direct::require_unlocked(request.org, user, failed, moment)?;
    }
    Ok(user)
}

/// The error of a challenge that no user has got: that of a wrong code, or of a notification that is not answered.
fn decoy(challenge: &mut OobChallenge, now: i64) -> OAuthError {
    match &challenge.asked {
        OobQuestion::Code(_) => OAuthError::new(ErrorId::DirectAuthInvalidOtp, "no code was sent"),
        OobQuestion::Push { .. } => waiting(challenge.polled.replace(now), now),
    }
}

/// The error of a notification that is not answered. `earlier`: when the client has polled before.
fn waiting(earlier: Option<i64>, now: i64) -> OAuthError {
    match earlier {
        // As with the other grants that are polled: an answer is returned however often the client polls.
        Some(earlier) if now - earlier < OobChallenge::INTERVAL => {
            let reason = format!("polled again after less than {} s", OobChallenge::INTERVAL);
            OAuthError::new(ErrorId::SlowDown, reason)
        }
        _ => OAuthError::new(ErrorId::DirectAuthAuthorizationPending, "the user has not answered yet"),
    }
}

/// Whether the user has approved a notification.
fn answered(
    challenge: &mut OobChallenge,
    push: PushResult,
    (user, oob_code): (&User, &str),
    moment: &mut Moment<'_>,
) -> Result<(), OAuthError> {
    let earlier = challenge.polled.replace(moment.now);
    match push {
        PushResult::Waiting => Err(waiting(earlier, moment.now)),
        PushResult::Approved => {
            challenge.used = true;
            direct::push_answered(user, true, moment);
            Ok(())
        }
        PushResult::Rejected => {
            challenge.used = true;
            direct::push_answered(user, false, moment);
            Err(OAuthError::new(ErrorId::DirectAuthOobReject, "the user has rejected the notification"))
        }
        PushResult::TimedOut => Err(direct::expired("oob_code", oob_code, "the notification has timed out")),
    }
}
