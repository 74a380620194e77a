//! Enrollments during a sign-in.

use super::answer::{SignInEffect, SignInFacts};
use super::events;
use super::factor_checks::{Entered, check};
use super::problem::{SignInProblem, SignInProblemKind};
use super::pushes::{app_enrollment_message, new_app_enrollment, phone_url};
use super::security_questions::question_text;
use super::sent_codes::new_code;
use crate::ledger::{AppChannel, AppEnrollment, MessageKind, ProofStep, SentCode, SentPush};
use crate::model::{Factor, FactorProfile, FactorStatus, FactorType, MIN_ANSWER, PhoneNumber, SignInMethod, User};
use crate::moment::{Moment, timestamp};
use crate::org::{Org, Tables, Urls};
use crate::policy::assurance::can_enroll;

/// The step in which a user enrolls a method.
pub(super) fn begin(method: SignInMethod, optional: bool, moment: &mut Moment<'_>) -> ProofStep {
    let (factor_type, provider) = Factor::kind_of(method);
    ProofStep::Enroll { factor: Box::new(Factor::pending(factor_type, provider, moment)), optional, sent: None }
}

/// The step in which a user sets the app Okta Verify up on a phone. `address`: where the link is sent to, if the channel needs one.
///
/// # Errors
/// The address is no email address or phone number.
pub(super) fn begin_app(
    (org, urls): (&Org, &Urls),
    user: &User,
    (channel, address): (AppChannel, Option<&str>),
    optional: bool,
    moment: &mut Moment<'_>,
) -> Result<(ProofStep, Vec<SignInEffect>), SignInProblem> {
    let (factor_type, provider) = Factor::kind_of(SignInMethod::OktaVerifyPush);
    let factor = Box::new(Factor::pending(factor_type, provider, moment));
    let kind = match channel {
        AppChannel::QrCode => None,
        AppChannel::Email => Some(MessageKind::Email),
        AppChannel::Sms => Some(MessageKind::Sms),
    };
    let Some(address) = address.filter(|_| kind.is_some()) else {
        let is_ready = kind.is_none();
        let push = is_ready.then(|| new_app_enrollment(org, user, &factor, moment));
        let app = AppEnrollment { channel, address: None, push: push.as_ref().map(SentPush::of) };
        let effects = push.map(|push| SignInEffect::SendPush(Box::new(push)));
        return Ok((ProofStep::EnrollApp { factor, optional, app }, effects.into_iter().collect()));
    };
    let address = match channel {
        AppChannel::Sms => PhoneNumber::new(address).map(|number| number.as_str().to_owned()),
        _ => address.contains('@').then(|| address.trim().to_owned()),
    };
    let Some(address) = address else {
        let reason =
            "the link cannot be sent there: it is not an email address, or not a phone number with its country code";
        return Err(SignInProblem::new(SignInProblemKind::InvalidPhoneNumber, reason));
    };
    let push = new_app_enrollment(org, user, &factor, moment);
    let message = app_enrollment_message(org, user, kind.unwrap_or(MessageKind::Email), &address, phone_url(urls));
    let app = AppEnrollment { channel, address: Some(address), push: Some(SentPush::of(&push)) };
    let effects = vec![SignInEffect::SendPush(Box::new(push)), SignInEffect::SendMessage(Box::new(message))];
    Ok((ProofStep::EnrollApp { factor, optional, app }, effects))
}

/// What a user has when the app is set up: its notifications, and its codes where the org has them.
#[must_use]
pub fn of_app(org: &Tables, factor: &Factor, moment: &mut Moment<'_>) -> Vec<Factor> {
    let now = timestamp(moment.now);
    let complete = |factor: Factor| Factor {
        status: FactorStatus::Active,
        created: Some(now.clone()),
        last_updated: Some(now.clone()),
        ..factor
    };
    let (factor_type, provider) = Factor::kind_of(SignInMethod::OktaVerifyTotp);
    let codes = can_enroll(org, SignInMethod::OktaVerifyTotp).then(|| Factor::pending(factor_type, provider, moment));
    std::iter::once(factor.clone()).chain(codes).map(complete).collect()
}

/// The step in which a user enters the code that is sent to a new phone.
///
/// # Errors
/// The text is not a phone number.
pub(super) fn begin_phone(
    org: &Org,
    user: &User,
    method: SignInMethod,
    number: &str,
    optional: bool,
    moment: &mut Moment<'_>,
) -> Result<(ProofStep, Vec<SignInEffect>), SignInProblem> {
    let Some(number) = PhoneNumber::new(number) else {
        let reason = "a phone number begins with + and the country code, and has at most 15 digits";
        return Err(SignInProblem::new(SignInProblemKind::InvalidPhoneNumber, reason));
    };
    let factor = Factor::pending_phone(method, number, moment);
    Ok(send_code(org, user, factor, optional, moment))
}

/// Sends a code, or another one, to the owner of a factor that is to be enrolled.
pub(super) fn send_code(
    org: &Org,
    user: &User,
    factor: Factor,
    optional: bool,
    moment: &mut Moment<'_>,
) -> (ProofStep, Vec<SignInEffect>) {
    let (sent, message) = new_code(org, user, &factor, moment);
    let step = ProofStep::Enroll { factor: Box::new(factor), optional, sent: Some(sent) };
    (step, vec![SignInEffect::SendMessage(Box::new(message))])
}

/// Completes an enrollment. Returns the factors that the user has by it.
pub(super) fn complete(
    org: &Org,
    user: &User,
    factor: &Factor,
    entered: Entered<'_>,
    sent: Option<&SentCode>,
    facts: &SignInFacts,
    moment: &mut Moment<'_>,
) -> Result<(SignInMethod, Vec<SignInEffect>, Vec<Factor>), SignInProblem> {
    let mut factor = factor.clone();
    let (method, effects) = if factor.factor_type == FactorType::Question {
        factor.profile = question(entered)?;
        (SignInMethod::SecurityQuestion, Vec::new())
    } else {
        check(&factor, entered.passcode, sent, facts, moment.now)?
    };
    factor.status = FactorStatus::Active;
    let now = timestamp(moment.now);
    (factor.created, factor.last_updated) = (Some(now.clone()), Some(now));
    moment.trace.event(events::enrolled(user));
    let mut factors = other_methods(org, &factor, method, moment);
    factors.insert(0, factor);
    Ok((method, effects, factors))
}

/// Okta: a phone can be used by all methods that the org has for it, whichever has enrolled it.
fn other_methods(org: &Org, factor: &Factor, method: SignInMethod, moment: &mut Moment<'_>) -> Vec<Factor> {
    let others = SignInMethod::ALL
        .into_iter()
        .filter(|other| method.is_phone() && other.is_phone() && *other != method && can_enroll(org, *other));
    let of_method = |other| {
        let (factor_type, provider) = Factor::kind_of(other);
        Factor { id: Factor::pending(factor_type, provider, moment).id, factor_type, provider, ..factor.clone() }
    };
    others.map(of_method).collect()
}

fn question(entered: Entered<'_>) -> Result<FactorProfile, SignInProblem> {
    let answer = entered.passcode.trim();
    let text = question_text(entered.key).unwrap_or(entered.text).trim();
    if text.is_empty() {
        return Err(SignInProblem::new(SignInProblemKind::MissingIdentifier, "no question was chosen"));
    }
    if answer.chars().count() < MIN_ANSWER {
        return Err(SignInProblem::new(SignInProblemKind::ShortAnswer, "the answer has too few characters"));
    }
    let key = if question_text(entered.key).is_some() { entered.key } else { "custom" };
    Ok(FactorProfile {
        question: Some(key.to_owned()),
        question_text: Some(text.to_owned()),
        answer: Some(answer.to_owned()),
        ..FactorProfile::default()
    })
}
