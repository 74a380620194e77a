//! Passwords, recovery questions and providers.

use serde_json::{Map, Value, json};

use super::find;
use super::lifecycle::{allow_status, sign_out};
use super::view::credentials as show_credentials;
use crate::management::{ApiError, ApiErrorId, BodyMembers, Causes, ManagementChange, SentLink};
use crate::model::{CredentialProvider, Password, PasswordHash, RecoveryQuestion, User, UserCredentials, UserStatus};
use crate::org::Tables;
use crate::policy::password::{is_current, is_former};
use crate::policy::password_rules::PasswordRules;

/// The credentials that a body gives a user; what it leaves out stays. `None` if it has none. `strict_at`: the time, if the least age of a
/// password and the former ones count. Okta: an administrator may set any password.
pub(super) fn read(
    org: &Tables,
    given: Option<BodyMembers<'_>>,
    user: &User,
    strict_at: Option<i64>,
) -> Result<Option<UserCredentials>, ApiError> {
    let Some(given) = given else { return Ok(None) };
    let mut credentials = user.credentials.clone();
    let rules = PasswordRules::of(org, user);
    if let Some(provider) = given.object("provider")? {
        let text = |name| Ok::<_, ApiError>(provider.text(name)?.unwrap_or("OKTA").to_owned());
        credentials.provider = Some(CredentialProvider { kind: text("type")?, name: text("name")? });
    }
    if let Some(password) = given.object("password")? {
        if let Some(value) = password.text("value")? {
            check_password(value, &rules, user)?;
            if let Some(now) = strict_at {
                check_age(&rules, user, now)?;
                check_former(value, &rules, user)?;
            }
            credentials.password = Some(Password::plain(value));
        } else if let Some(hash) = password.object("hash")? {
            credentials.password = Some(Password::hashed(imported(hash)?));
            credentials.provider = Some(CredentialProvider { kind: "IMPORT".to_owned(), name: "IMPORT".to_owned() });
        } else if let Some(hook) = password.object("hook")? {
            hook.text("type")?;
            // Okta asks the hook at the first sign-in. Hooks of this type are not called here, so that no password is right.
            credentials.password = Some(Password::unknown());
            credentials.provider = Some(CredentialProvider { kind: "IMPORT".to_owned(), name: "IMPORT".to_owned() });
        }
    }
    if let Some(question) = given.object("recovery_question")? {
        credentials.recovery_question = read_question(question, &rules)?.or(credentials.recovery_question);
    }
    Ok(Some(credentials))
}

fn imported(hash: BodyMembers<'_>) -> Result<PasswordHash, ApiError> {
    let hash: PasswordHash = serde_json::from_value(Value::Object(hash.all().clone()))
        .map_err(|error| ApiError::not_well_formed(format!("credentials.password.hash: {error}")))?;
    match hash.problem() {
        Some((member, message)) => Err(ApiError::invalid(member, &message)),
        None => Ok(hash),
    }
}

/// A question with its answer; `None` if nothing is given.
fn read_question(question: BodyMembers<'_>, rules: &PasswordRules) -> Result<Option<RecoveryQuestion>, ApiError> {
    let (text, answer) = (question.text("question")?, question.text("answer")?);
    if (text, answer) == (None, None) {
        return Ok(None);
    }
    let mut causes = Causes::default();
    let text = causes.required("question", text).to_owned();
    let answer = answer.map(str::to_owned);
    causes.into_result()?;
    if answer.as_ref().is_some_and(|answer| answer.chars().count() < rules.min_answer) {
        let cause = format!("The security question answer must be at least {} characters in length", rules.min_answer);
        return Err(ApiError::validation("recovery_question", vec![cause]));
    }
    Ok(Some(RecoveryQuestion { question: text, answer: answer.unwrap_or_default() }))
}

fn check_password(password: &str, rules: &PasswordRules, user: &User) -> Result<(), ApiError> {
    if rules.accept(password, &user.profile) {
        return Ok(());
    }
    Err(ApiError::invalid("password", &rules.refusal()))
}

/// `POST …/credentials/change_password`: the user gives the old password. Okta: the least age of a password counts only with `strict`.
///
/// # Errors
/// A status that does not allow it, a wrong old password, or a weak new one.
pub fn change_password(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    body: &Map<String, Value>,
    strict: bool,
) -> Result<Value, ApiError> {
    let mut user = find(change.draft, change.call, name)?.clone();
    let body = BodyMembers::of(body);
    let allowed = [UserStatus::Active, UserStatus::PasswordExpired, UserStatus::Staged, UserStatus::Recovery];
    allow_status(&user, &allowed, ApiErrorId::ChangePasswordNotAllowed)?;
    let value = |name: &'static str| -> Result<String, ApiError> {
        let value = body.object(name)?.map(|password| password.text("value")).transpose()?.flatten();
        Ok(value.unwrap_or_default().to_owned())
    };
    let (old, new) = (value("oldPassword")?, value("newPassword")?);
    let ends_sessions = body.boolean("revokeSessions")? == Some(true);
    verify(&user, &old, "oldPassword: The credentials provided were incorrect.")?;
    choose_password(change, &mut user, &new, strict)?;
    if ends_sessions {
        sign_out(change, name)?;
    }
    Ok(put(change, user))
}

/// `POST …/credentials/change_recovery_question`: the user gives the password.
///
/// # Errors
/// A status that does not allow it, a wrong password, or no question.
pub fn change_recovery_question(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let mut user = find(change.draft, change.call, name)?.clone();
    let body = BodyMembers::of(body);
    let allowed = [UserStatus::Active, UserStatus::PasswordExpired, UserStatus::Staged, UserStatus::Recovery];
    allow_status(&user, &allowed, ApiErrorId::ChangeQuestionNotAllowed)?;
    let password = body.object("password")?.map(|password| password.text("value")).transpose()?.flatten();
    verify(&user, password.unwrap_or_default(), "password: The credentials provided were incorrect.")?;
    let rules = PasswordRules::of(change.draft, &user);
    let question = body.object("recovery_question")?.map(|question| read_question(question, &rules));
    let question = question.transpose()?.flatten();
    let question = question.ok_or_else(|| ApiError::invalid("question", "The field cannot be left blank"))?;
    user.credentials.recovery_question = Some(question);
    Ok(put(change, user))
}

/// `POST …/credentials/forgot_password`: a link to reset the password or, if the body answers the recovery question, the new password.
///
/// # Errors
/// A status that does not allow it, or a wrong answer.
pub fn forgot_password(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    link: SentLink,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let mut user = find(change.draft, change.call, name)?.clone();
    allow_status(
        &user,
        &[UserStatus::Active, UserStatus::PasswordExpired, UserStatus::LockedOut],
        ApiErrorId::ForgotPasswordNotAllowed,
    )?;
    let body = BodyMembers::of(body);
    let password = body.object("password")?.map(|password| password.text("value")).transpose()?.flatten();
    let Some(password) = password else { return Ok(super::lifecycle::reset_link(change, &user, false, link)) };
    let answer = body.object("recovery_question")?.map(|question| question.text("answer")).transpose()?.flatten();
    let known = user.credentials.recovery_question.as_ref();
    if !known.zip(answer).is_some_and(|(known, given)| known.is_answered_by(given)) {
        return Err(ApiError::new(ApiErrorId::RecoveryAnswerWrong, "the answer is not that of the recovery question"));
    }
    choose_password(change, &mut user, password, true)?;
    Ok(put(change, user))
}

/// `POST …/credentials/forgot_password_recovery_question`: the new password of a user who answers the recovery question.
///
/// # Errors
/// The body lacks one of them, a status that does not allow it, or a wrong answer.
pub fn answer_recovery_question(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    find(change.draft, change.call, name)?;
    let read = BodyMembers::of(body);
    let text = |object, member| read.object(object)?.map(|object| object.text(member)).transpose().map(Option::flatten);
    let mut causes = Causes::default();
    causes.required("password", text("password", "value")?);
    causes.required("recovery_question", text("recovery_question", "answer")?);
    causes.into_result()?;
    forgot_password(change, name, SentLink::InAnswer, body)
}

/// Gives the caller a new password. Okta: a user who is signed in need not know the old one.
pub(in crate::management) fn choose_own_password(
    change: &mut ManagementChange<'_, '_>,
    password: &str,
) -> Result<(), ApiError> {
    let mut user = find(change.draft, change.call, "me")?.clone();
    allow_status(&user, &[UserStatus::Active], ApiErrorId::ChangePasswordNotAllowed)?;
    choose_password(change, &mut user, password, true)?;
    change.draft.put_user(user);
    Ok(())
}

/// Sets a password that the user has chosen. Okta: one that an administrator sets may have been used before.
fn choose_password(
    change: &ManagementChange<'_, '_>,
    user: &mut User,
    password: &str,
    with_age: bool,
) -> Result<(), ApiError> {
    let rules = PasswordRules::of(change.draft, user);
    check_password(password, &rules, user)?;
    if with_age {
        check_age(&rules, user, change.moment.now)?;
    }
    check_former(password, &rules, user)?;
    user.set_password(Password::plain(password), change.now(), rules.history_count);
    Ok(())
}

fn check_age(rules: &PasswordRules, user: &User, now: i64) -> Result<(), ApiError> {
    if rules.delay(user, now) { Err(ApiError::invalid("password", &rules.refusal())) } else { Ok(()) }
}

fn check_former(password: &str, rules: &PasswordRules, user: &User) -> Result<(), ApiError> {
    let remembered = rules.history_count;
    if remembered > 0 && is_current(password, user) {
        return Err(refused("Password cannot be your current password"));
    }
    if is_former(password, user, remembered) {
        return Err(refused("Password has been used too recently"));
    }
    Ok(())
}

fn refused(cause: &str) -> ApiError {
    let error = ApiError::new(ApiErrorId::CredentialUpdateFailed, cause);
    ApiError { causes: vec![cause.to_owned()], ..error }
}

fn verify(user: &User, password: &str, cause: &str) -> Result<(), ApiError> {
    if user.credentials.password.as_ref().is_some_and(|known| known.is(password)) {
        return Ok(());
    }
    let error = ApiError::new(ApiErrorId::CredentialUpdateFailed, format!("wrong password of {}", user.profile.login));
    Err(ApiError { causes: vec![cause.to_owned()], ..error })
}

fn put(change: &mut ManagementChange<'_, '_>, user: User) -> Value {
    let shown = show_credentials(&user.credentials, None);
    change.draft.put_user(user);
    json!(shown)
}
