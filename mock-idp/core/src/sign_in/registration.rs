//! Registration: a user without an account creates one. Okta: self-service registration.

use serde_json::{Map, Value};

use super::answer::{RegistrationAnswer, SignInAnswer, SignInEffect, SignInFacts};
use super::password::{NextStage, check_new};
use super::problem::{SignInProblem, SignInProblemKind, other_step};
use crate::ledger::{
    MessageKind, MessageTemplate, OneTimeToken, OutgoingMessage, Purpose, RecoveryKind, Registration, SignedIn, Stage,
};
use crate::model::{Password, User, UserProfile, UserStatus, is_email_address};
use crate::moment::{Moment, timestamp};
use crate::org::Org;
use crate::policy::registration::{RegistrationAttribute, RegistrationRules};
use crate::trace::NoteStatus;

/// Seconds for which the code can be used. Okta: the `tokenLifetimeInMinutes` of a fresh org's email authenticator.
const CODE_LIFETIME: i64 = 300;

/// The longest name. Okta: 50 characters.
const MAX_NAME: usize = 50;

/// The longest address. Okta: 100 characters.
const MAX_EMAIL: usize = 100;

/// The registration rules of the client that the user signs in to.
#[must_use]
pub fn registration_rules(org: &Org, purpose: &Purpose) -> Option<RegistrationRules> {
    let client = purpose.client_id().and_then(|client_id| org.client(client_id));
    RegistrationRules::of(org, client)
}

/// Takes a step of a registration, or begins one.
pub(super) fn answer(
    org: &Org,
    purpose: &Purpose,
    stage: &Stage,
    answer: SignInAnswer<'_>,
    facts: &SignInFacts,
    moment: &mut Moment<'_>,
) -> NextStage {
    let Some(rules) = registration_rules(org, purpose) else {
        let reason = "the profile enrollment policy of the app does not allow registration";
        return Err((Stage::Identify, SignInProblem::new(SignInProblemKind::RegistrationUnavailable, reason)));
    };
    let again = |problem| (stage.clone(), problem);
    match (answer, stage) {
        (SignInAnswer::Register(RegistrationAnswer::Begin), _) => {
            Ok((Stage::Registration(Registration::Profile), Vec::new()))
        }
        (SignInAnswer::Register(RegistrationAnswer::Profile(given)), Stage::Registration(Registration::Profile)) => {
            let user = new_user(org, &rules, given, moment).map_err(again)?;
            Ok((Stage::Registration(Registration::Password { user: Box::new(user) }), Vec::new()))
        }
        (answer, Stage::Registration(Registration::Password { user })) => match answer.new_password() {
            Some(password) => choose_password(org, &rules, user, password, moment),
            None => Err(other_step()),
        }
        .map_err(again),
        (SignInAnswer::Passcode(code), Stage::Registration(Registration::Code { user, token })) => {
            check_code(user, code, token, facts, moment).map_err(again)
        }
        (SignInAnswer::Resend, Stage::Registration(Registration::Code { user, .. })) => {
            Ok(send_code(org, user, moment))
        }
        _ => Err(again(other_step())),
    }
}

/// The user with these attributes, if they are valid. Okta: the address is the user name.
fn new_user(
    org: &Org,
    rules: &RegistrationRules,
    given: &Map<String, Value>,
    moment: &mut Moment<'_>,
) -> Result<User, SignInProblem> {
    let mut profile = entered(&rules.attributes, given)?;
    let email = profile.get("email").cloned().unwrap_or_default();
    profile.entry("login").or_insert(email);
    for name in ["firstName", "lastName", "email"] {
        profile.entry(name).or_insert_with(|| "".into());
    }
    let profile: UserProfile = serde_json::from_value(Value::Object(profile))
        .map_err(|error| SignInProblem::new(SignInProblemKind::InvalidAttribute, error.to_string()))?;
    if org.user_by_login(&profile.login).is_some() {
        let label = rules.attributes.iter().find(|known| known.name == "email").map_or("Email", |known| &known.label);
        return Err(about(SignInProblemKind::NotUnique, "email", label));
    }
    let now = timestamp(moment.now);
    Ok(User {
        id: moment.id("00u"),
        status: UserStatus::Active,
        profile,
        group_ids: rules.group_ids.clone(),
        created: Some(now.clone()),
        activated: Some(now.clone()),
        status_changed: Some(now.clone()),
        password_changed: Some(now.clone()),
        last_updated: Some(now),
        ..User::default()
    })
}

/// The values of these attributes, if they are valid.
pub(super) fn entered(
    attributes: &[RegistrationAttribute],
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, SignInProblem> {
    let mut profile = Map::new();
    for attribute in attributes {
        let (name, label) = (&attribute.name, &attribute.label);
        let value = given.get(name).and_then(Value::as_str).map(str::trim).filter(|value| !value.is_empty());
        match value {
            // The address is the user name.
            None if attribute.required || name == "email" => {
                return Err(about(SignInProblemKind::MissingAttribute, name, label));
            }
            None => continue,
            Some(value) if name == "email" && !is_email_address(value) => {
                return Err(about(SignInProblemKind::InvalidEmail, name, label));
            }
            Some(value) if value.chars().count() > if name == "email" { MAX_EMAIL } else { MAX_NAME } => {
                return Err(about(SignInProblemKind::InvalidAttribute, name, label));
            }
            Some(value) => _ = profile.insert(name.clone(), value.into()),
        }
    }
    Ok(profile)
}

/// A problem of an attribute.
pub(super) fn about(kind: SignInProblemKind, name: &str, label: &str) -> SignInProblem {
    SignInProblem {
        field: Some(Box::new((name.to_owned(), label.to_owned()))),
        ..SignInProblem::new(kind, format!("{name}: {label}"))
    }
}

fn choose_password(
    org: &Org,
    rules: &RegistrationRules,
    user: &User,
    (password, repeated): (&str, bool),
    moment: &mut Moment<'_>,
) -> Result<(Stage, Vec<SignInEffect>), SignInProblem> {
    check_new(org, user, password, repeated)?;
    let mut user = user.clone();
    user.credentials.password = Some(Password::plain(password));
    if rules.verifies_email { Ok(send_code(org, &user, moment)) } else { Ok(created(&user, moment)) }
}

/// Sends the code to the address of the user.
fn send_code(org: &Org, user: &User, moment: &mut Moment<'_>) -> (Stage, Vec<SignInEffect>) {
    let code = org.one_time_code(moment);
    let key = OneTimeToken::hash(&moment.token());
    let token = OneTimeToken {
        user_id: user.id.clone(),
        kind: RecoveryKind::Activation,
        asks_question: false,
        code: Some(OneTimeToken::hash(&code)),
        wrong: 0,
        expires: moment.now + CODE_LIFETIME,
    };
    let message = OutgoingMessage {
        kind: MessageKind::Email,
        to: user.profile.email.clone(),
        user_id: None,
        template: Some(MessageTemplate::RegistrationEmailVerification),
        subject: Some("Confirm your email address".to_owned()),
        text: format!("Your verification code is {code}."),
        code: Some(code),
        link: None,
    };
    let stage = Registration::Code { user: Box::new(user.clone()), token: key.clone() };
    (Stage::Registration(stage), vec![SignInEffect::SendCode { key, token, message: Box::new(message) }])
}

fn check_code(
    user: &User,
    code: &str,
    key: &str,
    facts: &SignInFacts,
    moment: &mut Moment<'_>,
) -> Result<(Stage, Vec<SignInEffect>), SignInProblem> {
    if code.trim().is_empty() {
        return Err(SignInProblem::new(SignInProblemKind::MissingCode, "the code is empty"));
    }
    if !facts.token.as_ref().is_some_and(|token| token.has_code(code)) {
        return Err(SignInProblem::new(SignInProblemKind::WrongCode, "the code is not the one that was sent"));
    }
    let (stage, mut effects) = created(user, moment);
    effects.push(SignInEffect::UseToken { key: key.to_owned() });
    Ok((stage, effects))
}

/// The user exists, and has authenticated.
fn created(user: &User, moment: &mut Moment<'_>) -> (Stage, Vec<SignInEffect>) {
    moment.trace.note(NoteStatus::Matched, "registration", format!("{} is created", user.profile.login));
    moment.trace.event(super::events::registered(user));
    let proof = SignedIn::by_password(&user.id, moment.now);
    (Stage::SignedIn(proof), vec![SignInEffect::CreateUser { user: Box::new(user.clone()) }])
}
