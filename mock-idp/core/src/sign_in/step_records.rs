//! What the caller of a step loads, because the step depends on it.

use super::answer::{RecoveryAnswer, SignInAnswer};
use super::{autofill, provider};
use crate::ledger::{AppEnrollment, ProofStep, Recovery, RecoveryStep, Stage};
use crate::model::User;
use crate::org::Org;

/// The user whose password a step checks, or whom it picks.
#[must_use]
pub fn user_of_step<'o>(org: &'o Org, stage: &Stage, answer: SignInAnswer<'_>, now: i64) -> Option<&'o User> {
    match (answer, stage) {
        (SignInAnswer::Both { identifier, .. } | SignInAnswer::Pick(identifier), _) => {
            org.user_by_identifier(identifier.trim())
        }
        (SignInAnswer::Identifier(identifier), Stage::Recovery(_))
        | (SignInAnswer::Recover(RecoveryAnswer::Identifier(identifier)), _) => {
            org.user_by_identifier(identifier.trim())
        }
        (SignInAnswer::Recover(_), Stage::Challenge { identifier })
        | (
            SignInAnswer::Recover(_) | SignInAnswer::Resend,
            Stage::Recovery(Recovery { step: RecoveryStep::Code { identifier, .. }, .. }),
        ) => org.user_by_identifier(identifier),
        (SignInAnswer::Passcode(_), Stage::Challenge { identifier }) => org.user_by_identifier(identifier),
        (SignInAnswer::AtProvider(found), _) => provider::found_user(org, found, now),
        (SignInAnswer::UsePasskey(assertion), Stage::Identify) => autofill::owner(org, assertion),
        (_, Stage::MoreProofs(partial)) => org.user(&partial.user_id),
        _ => None,
    }
}

/// The user who may have to enroll something when a step has been taken.
#[must_use]
pub fn enrolling_user<'o>(org: &'o Org, stage: &Stage, answer: SignInAnswer<'_>, now: i64) -> Option<&'o User> {
    // An answer that begins again may name another user than the stage.
    user_of_step(org, stage, answer, now).or_else(|| match stage {
        Stage::NewPassword { user_id } => org.user(user_id),
        Stage::PasswordWarning(warning) => org.user(&warning.partial.user_id),
        Stage::Recovery(recovery) => recovery.step.user_id().and_then(|user_id| org.user(user_id)),
        _ => None,
    })
}

/// The factor whose one-time passwords a step checks.
#[must_use]
pub fn factor_of_step(stage: &Stage) -> Option<&str> {
    match stage {
        Stage::MoreProofs(partial) => match &partial.step {
            ProofStep::Verify { factor_id, .. } => Some(factor_id),
            ProofStep::Enroll { factor, .. } => Some(&factor.id),
            ProofStep::Choose
            | ProofStep::EnterPassword
            | ProofStep::Wait { .. }
            | ProofStep::UsePasskey { .. }
            | ProofStep::ChooseEnrollment { .. }
            | ProofStep::EnrollApp { .. } => None,
        },
        _ => None,
    }
}

/// The push notification that a step waits for.
#[must_use]
pub fn push_of_step(stage: &Stage) -> Option<&str> {
    match stage {
        Stage::MoreProofs(partial) => match &partial.step {
            ProofStep::Wait { push, .. } => Some(&push.id),
            ProofStep::EnrollApp { app: AppEnrollment { push: Some(push), .. }, .. } => Some(&push.id),
            _ => None,
        },
        _ => None,
    }
}

/// The key of the link that a step waits for.
#[must_use]
pub fn link_of_step(stage: &Stage) -> Option<&str> {
    match stage {
        Stage::MoreProofs(partial) => partial.step.link(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::RecoveryKind;

    #[test]
    fn an_answer_that_begins_again_is_about_its_own_user() {
        let user = |id: &str| {
            let login = format!("{id}@example.test");
            serde_json::json!({ "id": id, "profile": { "login": login, "email": login, "firstName": "A", "lastName": "B" } })
        };
        let document = serde_json::json!({ "users": [user("00uann00000000000000"), user("00uben00000000000000")] });
        let org = Org::parse(&document.to_string()).unwrap();
        let user_id = "00uann00000000000000".to_owned();
        let step = RecoveryStep::Password { user_id: user_id.clone(), token: "key".to_owned() };
        let recovery = Recovery { kind: RecoveryKind::Password, step };
        for stage in [Stage::NewPassword { user_id }, Stage::Recovery(recovery)] {
            let of = |answer| enrolling_user(&org, &stage, answer, 0).map(|user| user.id.as_str());
            let new = SignInAnswer::NewPassword { password: "x", repeated: true, ends_sessions: false };
            assert_eq!(of(new), Some("00uann00000000000000"));
            assert_eq!(of(SignInAnswer::Pick("00uben00000000000000@example.test")), Some("00uben00000000000000"));
            let both = SignInAnswer::Both { identifier: "00uben00000000000000@example.test", password: "x" };
            assert_eq!(of(both), Some("00uben00000000000000"));
        }
    }
}
