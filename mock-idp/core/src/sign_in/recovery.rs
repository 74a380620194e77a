//! Recovery: new passwords without the old one, unlocking, activation.

use super::answer::{RecoveryAnswer, SentRecovery, SignInAnswer, SignInEffect, SignInFacts};
use super::password::{NextStage, choose};
use super::problem::{SignInProblem, SignInProblemKind, other_step};
use crate::ledger::{MessageKind, OneTimeToken, Recovery, RecoveryKind, RecoveryStep, Stage};
use crate::model::{User, UserStatus};
use crate::moment::Moment;
use crate::org::Org;
use crate::policy::password_rules::{PasswordRules, lockout};
use crate::policy::recovery::RecoveryRights;
use crate::trace::NoteStatus;

/// Seconds for which a code of a text message or a call can be used. Okta does not document it.
const CODE_LIFETIME: i64 = 300;

/// Begins a recovery. An identifier that was entered before is not asked for again.
pub(super) fn begin(
    org: &Org,
    stage: &Stage,
    kind: RecoveryKind,
    facts: &SignInFacts,
    moment: &mut Moment<'_>,
) -> NextStage {
    match stage {
        Stage::Challenge { identifier } => {
            identify(org, kind, identifier, is_locked(org, identifier, facts, moment.now), moment)
        }
        _ => Ok((at(kind, RecoveryStep::Identify), Vec::new())),
    }
}

/// Takes a step of a recovery.
pub(super) fn answer(
    org: &Org,
    recovery: &Recovery,
    answer: SignInAnswer<'_>,
    facts: &SignInFacts,
    moment: &mut Moment<'_>,
) -> NextStage {
    let kind = recovery.kind;
    let again = || at(kind, recovery.step.clone());
    match (answer, &recovery.step) {
        (SignInAnswer::Identifier(identifier) | SignInAnswer::Recover(RecoveryAnswer::Identifier(identifier)), _) => {
            identify(org, kind, identifier, is_locked(org, identifier, facts, moment.now), moment)
        }
        (SignInAnswer::Resend, RecoveryStep::Code { identifier, .. }) => {
            identify(org, kind, identifier, is_locked(org, identifier, facts, moment.now), moment)
        }
        (SignInAnswer::Passcode(code), RecoveryStep::Code { token, .. }) => {
            check_code(org, kind, code, token, facts, moment).map_err(|problem| (again(), problem))
        }
        (SignInAnswer::Recover(RecoveryAnswer::Answer(given)), RecoveryStep::Question { user_id, token }) => {
            check_answer(org, kind, given, (user_id, token), facts, moment).map_err(|problem| (again(), problem))
        }
        (SignInAnswer::Recover(RecoveryAnswer::Confirm), RecoveryStep::Confirm { user_id, token }) => {
            proved(org, kind, user_id, token, facts, moment).map_err(|problem| (again(), problem))
        }
        (answer, RecoveryStep::Password { user_id, token }) => match answer.new_password() {
            Some(password) => set_password(org, (user_id, token), password, facts, moment),
            None => Err(other_step()),
        }
        .map_err(|problem| (again(), problem)),
        _ => Err((again(), other_step())),
    }
}

/// Whether wrong passwords and codes have locked the account with this identifier.
fn is_locked(org: &Org, identifier: &str, facts: &SignInFacts, now: i64) -> bool {
    let user = org.user_by_identifier(identifier.trim());
    user.is_some_and(|user| facts.failed.lock(&lockout(org, user), now))
}

/// The step that a link leads to.
#[must_use]
pub fn opened(org: &Org, key: &str, token: &OneTimeToken) -> Option<Recovery> {
    let user = org.user(&token.user_id)?;
    Some(Recovery { kind: token.kind, step: after_link(user, key, token) })
}

fn after_link(user: &User, key: &str, token: &OneTimeToken) -> RecoveryStep {
    let (user_id, key) = (user.id.clone(), key.to_owned());
    match token.kind {
        _ if token.asks_question && has_question(user) => RecoveryStep::Question { user_id, token: key },
        RecoveryKind::Unlock => RecoveryStep::Confirm { user_id, token: key },
        RecoveryKind::Password | RecoveryKind::Activation => RecoveryStep::Password { user_id, token: key },
    }
}

/// A token for a user, who gets it in a link, and a code if it is asked for.
#[must_use]
pub fn new_token(
    user: &User,
    kind: RecoveryKind,
    lifetime: i64,
    code: Option<String>,
    moment: &mut Moment<'_>,
) -> SentRecovery {
    let secret: String = moment.token().chars().take(OneTimeToken::LENGTH).collect();
    let token = OneTimeToken {
        user_id: user.id.clone(),
        kind,
        asks_question: false,
        code: code.as_deref().map(OneTimeToken::hash),
        wrong: 0,
        expires: moment.now + lifetime,
    };
    SentRecovery { secret, code, token, channel: MessageKind::Email, by_administrator: false, was_locked: true }
}

fn at(kind: RecoveryKind, step: RecoveryStep) -> Stage {
    Stage::Recovery(Recovery { kind, step })
}

/// Sends a code, if there is such a user and the policy allows it. The next step is the same for all, so that accounts cannot be probed.
fn identify(org: &Org, kind: RecoveryKind, identifier: &str, is_locked: bool, moment: &mut Moment<'_>) -> NextStage {
    let identifier = identifier.trim();
    if identifier.is_empty() {
        let problem = SignInProblem::new(SignInProblemKind::MissingIdentifier, "identifier is empty");
        return Err((at(kind, RecoveryStep::Identify), problem));
    }
    let sent = match org.user_by_identifier(identifier) {
        Some(user) => send(org, user, kind, MessageKind::Email, is_locked, moment),
        None => {
            moment.trace.note(NoteStatus::Absent, "recovery", "no user has this identifier: nothing is sent");
            None
        }
    };
    let key = match &sent {
        Some(SignInEffect::SendRecovery(sent)) => OneTimeToken::hash(&sent.secret),
        // There is no such token.
        _ => OneTimeToken::hash(&moment.token()),
    };
    let step = RecoveryStep::Code { identifier: identifier.to_owned(), channel: MessageKind::Email, token: key };
    Ok((at(kind, step), sent.into_iter().collect()))
}

/// The message to a user who has forgotten the password, or whose account is locked. `is_locked`: by wrong passwords.
#[must_use]
pub fn send(
    org: &Org,
    user: &User,
    kind: RecoveryKind,
    channel: MessageKind,
    is_locked: bool,
    moment: &mut Moment<'_>,
) -> Option<SignInEffect> {
    let rights = RecoveryRights::of(org, user);
    let allowed = if kind == RecoveryKind::Unlock { rights.unlocks } else { rights.resets_password };
    let login = &user.profile.login;
    if !has_recoverable_status(user) {
        let reason = format!("{login} is {}: nothing is sent", user.status.name());
        moment.trace.note(NoteStatus::Refused, "recovery", reason);
        return None;
    }
    // Okta: a password that was changed too recently is not reset either.
    let is_too_new = kind == RecoveryKind::Password && PasswordRules::of(org, user).delay(user, moment.now);
    if !allowed || is_too_new || !rights.channels.contains(&channel) {
        let reason = match is_too_new {
            true => format!("the password of {login} is younger than its policy demands (minAgeMinutes)"),
            false => format!("the password policy of {login} does not allow it by {}", channel.name()),
        };
        moment.trace.note(NoteStatus::Refused, "recovery", reason);
        let denied = kind == RecoveryKind::Password && channel == MessageKind::Email;
        return denied.then(|| SignInEffect::DenyRecovery { user_id: user.id.clone() });
    }
    if channel != MessageKind::Email && user.profile.text("mobilePhone").is_none() {
        moment.trace.note(NoteStatus::Refused, "recovery", format!("{login} has no mobilePhone"));
        return None;
    }
    moment.trace.note(NoteStatus::Matched, "recovery", format!("{login} gets a message ({})", channel.name()));
    let code = org.one_time_code(moment);
    let lifetime = if channel == MessageKind::Email { rights.lifetime } else { CODE_LIFETIME };
    let mut sent = new_token(user, kind, lifetime, Some(code), moment);
    sent.token.asks_question = rights.asks_question;
    sent.was_locked = is_locked || user.status == UserStatus::LockedOut;
    Some(SignInEffect::SendRecovery(SentRecovery { channel, ..sent }))
}

/// Okta: the statuses in which users can reset their passwords themselves.
#[must_use]
pub fn has_recoverable_status(user: &User) -> bool {
    matches!(
        user.status,
        UserStatus::Active | UserStatus::PasswordExpired | UserStatus::LockedOut | UserStatus::Recovery
    )
}

fn check_code(
    org: &Org,
    kind: RecoveryKind,
    code: &str,
    key: &str,
    facts: &SignInFacts,
    moment: &mut Moment<'_>,
) -> Result<(Stage, Vec<SignInEffect>), SignInProblem> {
    if code.trim().is_empty() {
        return Err(SignInProblem::new(SignInProblemKind::MissingCode, "the code is empty"));
    }
    let wrong = |reason: &str| SignInProblem::new(SignInProblemKind::WrongCode, reason);
    let token = facts.token.as_ref().ok_or_else(|| wrong("no code was sent, or it cannot be used any more"))?;
    if !token.has_code(code) {
        let left = OneTimeToken::MAX_WRONG.saturating_sub(token.wrong + 1);
        return Err(wrong(&format!("the code is not the one that was sent; {left} more can be tried")));
    }
    let user = org.user(&token.user_id).ok_or_else(|| wrong("the user has been removed"))?;
    if token.asks_question && has_question(user) {
        let step = RecoveryStep::Question { user_id: user.id.clone(), token: key.to_owned() };
        return Ok((at(kind, step), Vec::new()));
    }
    proved(org, kind, &user.id, key, facts, moment)
}

fn check_answer(
    org: &Org,
    kind: RecoveryKind,
    given: &str,
    (user_id, key): (&str, &str),
    facts: &SignInFacts,
    moment: &mut Moment<'_>,
) -> Result<(Stage, Vec<SignInEffect>), SignInProblem> {
    let user = org.user(user_id).filter(|_| facts.token.is_some()).ok_or_else(gone)?;
    let known = user.credentials.recovery_question.as_ref();
    if !known.is_some_and(|known| known.is_answered_by(given)) {
        let reason = format!("wrong answer to the recovery question of {}", user.profile.login);
        return Err(SignInProblem::new(SignInProblemKind::WrongAnswer, reason));
    }
    proved(org, kind, user_id, key, facts, moment)
}

/// The user has proved what the policy demands.
fn proved(
    org: &Org,
    kind: RecoveryKind,
    user_id: &str,
    key: &str,
    facts: &SignInFacts,
    moment: &mut Moment<'_>,
) -> Result<(Stage, Vec<SignInEffect>), SignInProblem> {
    if facts.token.is_none() {
        return Err(gone());
    }
    let user = org.user(user_id).ok_or_else(gone)?;
    let (user_id, token) = (user_id.to_owned(), key.to_owned());
    if kind != RecoveryKind::Unlock {
        return Ok((at(kind, RecoveryStep::Password { user_id, token }), Vec::new()));
    }
    moment.trace.note(NoteStatus::Matched, "recovery", format!("{} is unlocked", user.profile.login));
    let effects = vec![SignInEffect::UseToken { key: token }, SignInEffect::Unlock { user_id: user_id.clone() }];
    Ok((at(kind, RecoveryStep::Unlocked { user_id }), effects))
}

fn set_password(
    org: &Org,
    (user_id, key): (&str, &str),
    password: (&str, bool),
    facts: &SignInFacts,
    moment: &mut Moment<'_>,
) -> Result<(Stage, Vec<SignInEffect>), SignInProblem> {
    // The link may have been sent before the user was suspended or deactivated.
    let may_set = |user: &&User| has_recoverable_status(user) || user.status == UserStatus::Provisioned;
    let user = org.user(user_id).filter(may_set).filter(|_| facts.token.is_some()).ok_or_else(gone)?;
    let (stage, mut effects) = choose(org, user, password, moment)?;
    effects.push(SignInEffect::UseToken { key: key.to_owned() });
    effects.push(SignInEffect::Unlock { user_id: user_id.to_owned() });
    Ok((stage, effects))
}

fn has_question(user: &User) -> bool {
    user.credentials.recovery_question.as_ref().is_some_and(|question| !question.answer.is_empty())
}

fn gone() -> SignInProblem {
    SignInProblem::new(SignInProblemKind::LinkUsed, "the link or code has been used, or is too old")
}
