//! Codes and answers that prove factors.

use super::answer::{SignInEffect, SignInFacts};
use super::events;
use super::problem::{SignInProblem, SignInProblemKind};
use crate::ledger::{OneTimeToken, SentCode, UsedCode};
use crate::model::{Factor, FactorType, SharedSecret, SignInMethod, User, is_same_answer};
use crate::moment::Moment;
use crate::protocol::totp;

/// What the fields of a step hold.
#[derive(Clone, Copy, Default)]
pub(super) struct Entered<'a> {
    pub(super) passcode: &'a str,
    /// The key and the text of a question.
    pub(super) key: &'a str,
    pub(super) text: &'a str,
}

/// Checks what a user has entered for a factor.
pub(super) fn verify(
    user: &User,
    factor: &Factor,
    entered: Entered<'_>,
    sent: Option<&SentCode>,
    facts: &SignInFacts,
    moment: &mut Moment<'_>,
) -> Result<(SignInMethod, Vec<SignInEffect>), SignInProblem> {
    let (method, effects) = check(factor, entered.passcode, sent, facts, moment.now)?;
    moment.trace.event(events::verified(user, None));
    Ok((method, effects))
}

/// Checks what proves a factor that is enrolled, or is to be.
pub(super) fn check(
    factor: &Factor,
    entered: &str,
    sent: Option<&SentCode>,
    facts: &SignInFacts,
    now: i64,
) -> Result<(SignInMethod, Vec<SignInEffect>), SignInProblem> {
    let method = factor.method().ok_or_else(removed)?;
    let used = if method.is_sent() {
        check_sent(sent, entered, now)?;
        None
    } else {
        check_factor(factor, entered, facts.used_code, now)?
    };
    let used = used.map(|used| SignInEffect::UseCode { factor_id: factor.id.clone(), used });
    Ok((method, used.into_iter().collect()))
}

/// Checks a code that was sent.
///
/// # Errors
/// None was sent, it is too old, or it is another one.
pub fn check_sent(sent: Option<&SentCode>, entered: &str, now: i64) -> Result<(), SignInProblem> {
    let problem = |kind, reason: &str| Err(SignInProblem::new(kind, reason));
    match sent {
        _ if entered.is_empty() => problem(SignInProblemKind::MissingPassword, "nothing was entered"),
        Some(sent) if sent.hash != OneTimeToken::hash(entered.trim()) => {
            problem(SignInProblemKind::WrongSentCode, "another code was sent")
        }
        Some(sent) if now >= sent.expires => problem(SignInProblemKind::WrongSentCode, "the code is too old"),
        Some(_) => Ok(()),
        None => problem(SignInProblemKind::WrongSentCode, "no code has been sent"),
    }
}

/// Checks a passcode or an answer. Returns the one-time password that has been used by it.
///
/// # Errors
/// It is wrong, or was used before.
pub fn check_factor(
    factor: &Factor,
    entered: &str,
    used: Option<UsedCode>,
    now: i64,
) -> Result<Option<UsedCode>, SignInProblem> {
    let problem = |kind, reason: &str| Err(SignInProblem::new(kind, reason));
    if entered.is_empty() {
        return problem(SignInProblemKind::MissingPassword, "nothing was entered");
    }
    if factor.factor_type == FactorType::Question {
        let right = factor.profile.answer.as_deref().is_some_and(|answer| is_same_answer(answer, entered));
        if right {
            return Ok(None);
        }
        // Okta: that of a recovery question has another code.
        let problem = SignInProblem::new(SignInProblemKind::WrongAnswer, "the answer is another one");
        return Err(SignInProblem { okta_code: "E0000068".to_owned(), ..problem });
    }
    let has_codes = factor.method().is_some_and(SignInMethod::is_shown);
    let key = factor.shared_secret.as_ref().and_then(SharedSecret::bytes).filter(|key| has_codes && !key.is_empty());
    let Some(key) = key else { return problem(SignInProblemKind::WrongCode, "the factor has no codes to enter") };
    match totp::matching_step(&key, entered.trim(), now) {
        None => {
            problem(SignInProblemKind::WrongCode, "it is neither the code of this half minute nor of its neighbours")
        }
        Some(step) if used.is_some_and(|used| step <= used.step) => {
            problem(SignInProblemKind::UsedCode, "this code, or a later one, has been used before")
        }
        Some(step) => Ok(Some(UsedCode { step })),
    }
}

/// What the user of a factor would answer now: for development pages and previews.
#[must_use]
pub fn expected_answer(factor: &Factor, now: i64) -> Option<String> {
    match &factor.shared_secret {
        Some(secret) => secret.bytes().map(|key| totp::code(&key, totp::step_at(now))),
        None => factor.profile.answer.clone(),
    }
}

pub(super) fn removed() -> SignInProblem {
    SignInProblem::new(
        SignInProblemKind::AuthenticationFailed,
        "the user has been removed, or may not sign in any more",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(factor: Value, entered: &str) -> Result<Option<UsedCode>, SignInProblemKind> {
        let factor: Factor = serde_json::from_value(factor).unwrap();
        check_factor(&factor, entered, None, 0).map_err(|problem| problem.kind)
    }

    #[test]
    fn only_a_factor_with_codes_is_proved_by_one() {
        let key = b"12345678901234567890";
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        let code = totp::code(key, totp::step_at(0));
        let of = |factor_type: &str, secret: Option<&str>| {
            let mut factor = json!({ "factorType": factor_type, "provider": "OKTA" });
            if let Some(secret) = secret {
                factor["sharedSecret"] = secret.into();
            }
            factor
        };
        assert_eq!(
            check(of("token:software:totp", Some(secret)), &code),
            Ok(Some(UsedCode { step: totp::step_at(0) }))
        );
        assert_eq!(check(of("push", Some(secret)), &code), Err(SignInProblemKind::WrongCode));
        let code_of_no_key = totp::code(b"", totp::step_at(0));
        for factor_type in ["push", "token:software:totp"] {
            assert_eq!(
                check(of(factor_type, None), &code_of_no_key),
                Err(SignInProblemKind::WrongCode),
                "{factor_type}"
            );
        }
    }
}
