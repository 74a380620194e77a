//! What users have enrolled besides a password. Okta: `/api/v1/users/{id}/factors`.

use serde_json::{Map, Value, json};

use super::find;
use crate::ledger::{PushNotification, PushResult};
use crate::management::{ApiError, ApiErrorId, BodyMembers, Links, ManagementCall, ManagementChange};
use crate::model::{Factor, FactorProfile, FactorStatus, FactorType, MIN_ANSWER, PhoneNumber, SignInMethod, User};
use crate::moment::timestamp;
use crate::org::Tables;
use crate::policy::assurance::{can_enroll, enrollable_factors};
use crate::sign_in::{
    self, SECURITY_QUESTIONS, SecurityQuestion, SignInProblem, SignInProblemKind, activation, activation_data,
    enrollment_image, question_text,
};

/// The object in the causes of refused enrollments.
const ENROLL_REQUEST: &str = "factorEnrollRequest";

/// # Errors
/// There is no such user.
pub fn factors(org: &Tables, call: ManagementCall<'_>, name: &str) -> Result<Value, ApiError> {
    let user = find(org, call, name)?;
    Ok(user.factors.iter().map(|factor| show(org, call, user, factor)).collect())
}

/// The factors that a user can enroll.
///
/// # Errors
/// There is no such user.
pub fn factor_catalog(org: &Tables, call: ManagementCall<'_>, name: &str) -> Result<Value, ApiError> {
    let user = find(org, call, name)?;
    let own = format!("/api/v1/users/{}/factors", user.id);
    let offered = |method: &SignInMethod| {
        let (factor_type, provider) = Factor::kind_of(*method);
        let mut links = Links::at(call.base());
        if factor_type == FactorType::Question {
            links = links.allowing("questions", &format!("{own}/questions"), &["GET"]);
        }
        let mut shown = json!({
            "factorType": factor_type.name(), "provider": provider.name(), "vendorName": provider.vendor(),
            "_links": links.allowing("enroll", &own, &["POST"]).into_value(),
        });
        if let (true, Some(phone)) = (method.is_phone(), phone_of(user)) {
            let profile = json!({ "phoneNumber": phone.profile.phone_number });
            let phone = json!({ "id": phone.id, "profile": profile, "status": phone.status.name() });
            shown["_embedded"] = json!({ "phones": [phone] });
        }
        shown
    };
    Ok(enrollable_factors(org, user).iter().map(offered).collect())
}

/// The questions that a user can choose from.
///
/// # Errors
/// There is no such user.
pub fn factor_questions(org: &Tables, call: ManagementCall<'_>, name: &str) -> Result<Value, ApiError> {
    find(org, call, name)?;
    let shown = |question: &SecurityQuestion| json!({ "question": question.key, "questionText": question.text });
    Ok(SECURITY_QUESTIONS.iter().map(shown).collect())
}

/// # Errors
/// There is no such user, or no such factor.
pub fn factor(org: &Tables, call: ManagementCall<'_>, name: &str, id: &str) -> Result<Value, ApiError> {
    let user = find(org, call, name)?;
    Ok(show(org, call, user, factor_of(user, id)?))
}

/// The factor of a user with this id.
///
/// # Errors
/// The user has none.
pub fn factor_of<'u>(user: &'u User, id: &str) -> Result<&'u Factor, ApiError> {
    user.factor(id).ok_or_else(|| ApiError::not_found(id, "UserFactor"))
}

/// How a factor is enrolled.
#[derive(Clone, Copy, Debug, Default)]
pub struct FactorEnrollment {
    /// A phone is active at once, without a code.
    pub activate: bool,
    /// A phone may get another number.
    pub update_phone: bool,
}

/// Enrolls a factor. A question is active at once; others have to be proved.
///
/// # Errors
/// There is no such user, the org has no such authenticator, or the user has such a factor.
pub fn enroll_factor(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    body: &Map<String, Value>,
    enrollment: FactorEnrollment,
) -> Result<Value, ApiError> {
    let mut user = find(change.draft, change.call, name)?.clone();
    let body = BodyMembers::of(body);
    let (wanted, provider) = (body.text("factorType")?.unwrap_or_default(), body.text("provider")?.unwrap_or_default());
    let is_wanted = |method: &SignInMethod| {
        let (factor_type, by) = Factor::kind_of(*method);
        *method != SignInMethod::Password && factor_type.name() == wanted && by.name() == provider
    };
    let Some(method) = SignInMethod::ALL.into_iter().find(is_wanted) else {
        return Err(refused_enrollment("factorType: the mock has no factor of this type and provider"));
    };
    let profile =
        if method.is_phone() { read_phone(&user, body, method, enrollment)? } else { FactorProfile::default() };
    if method == SignInMethod::Email {
        check_email(&user, body)?;
    }
    let has = user.factors.iter().any(|factor| factor.is_active() && factor.method() == Some(method));
    if has && method != SignInMethod::WebAuthn {
        return Err(refused_enrollment("A factor of this type is already set up."));
    }
    if !can_enroll(change.draft, method) {
        return Err(ApiError::new(ApiErrorId::AccessDenied, format!("{} is not active", method.row().display_name)));
    }
    let (factor_type, provider) = Factor::kind_of(method);
    let mut factor = Factor::pending(factor_type, provider, change.moment);
    let now = change.now();
    (factor.created, factor.last_updated) = (Some(now.clone()), Some(now));
    factor.profile = profile;
    if factor_type == FactorType::Question {
        factor.profile = read_question(body)?;
        factor.status = FactorStatus::Active;
    }
    if method.is_phone() && enrollment.activate {
        factor.status = FactorStatus::Active;
    }
    let shown = show(change.draft, change.call, &user, &factor);
    user.enroll(factor);
    change.draft.put_user(user);
    Ok(shown)
}

/// Changes the question of a factor.
///
/// # Errors
/// There is no such factor, or it is not a question.
pub fn replace_factor(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    id: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let mut user = find(change.draft, change.call, name)?.clone();
    let mut factor = factor_of(&user, id)?.clone();
    if factor.factor_type != FactorType::Question {
        return Err(refused_enrollment("factorType: only questions can be changed"));
    }
    factor.profile = read_question(BodyMembers::of(body))?;
    factor.last_updated = Some(change.now());
    let shown = show(change.draft, change.call, &user, &factor);
    user.enroll(factor);
    change.draft.put_user(user);
    Ok(shown)
}

/// Makes a factor active whose code has been checked.
///
/// # Errors
/// There is no such factor.
pub fn activate_factor(change: &mut ManagementChange<'_, '_>, name: &str, id: &str) -> Result<Value, ApiError> {
    let mut user = find(change.draft, change.call, name)?.clone();
    let mut factor = factor_of(&user, id)?.clone();
    factor.status = FactorStatus::Active;
    factor.last_updated = Some(change.now());
    let shown = show(change.draft, change.call, &user, &factor);
    user.enroll(factor);
    change.draft.put_user(user);
    Ok(shown)
}

/// # Errors
/// There is no such factor.
pub fn remove_factor(change: &mut ManagementChange<'_, '_>, name: &str, id: &str) -> Result<(), ApiError> {
    let mut user = find(change.draft, change.call, name)?.clone();
    factor_of(&user, id)?;
    user.factors.retain(|factor| factor.id != id);
    change.draft.put_user(user);
    Ok(())
}

/// The error of a code or an answer that is refused. Okta: as recorded.
#[must_use]
pub fn refused_factor(problem: &SignInProblem) -> ApiError {
    let reason = problem.reason.as_str();
    let wrong =
        |cause: &str| ApiError { causes: vec![cause.to_owned()], ..ApiError::new(ApiErrorId::InvalidPasscode, reason) };
    match problem.kind {
        SignInProblemKind::WrongCode => wrong("Your token doesn't match our records. Please try again."),
        SignInProblemKind::WrongSentCode => wrong("Your passcode doesn't match our records. Please try again."),
        SignInProblemKind::WrongAnswer => wrong("Your answer doesn't match our records. Please try again."),
        SignInProblemKind::MissingPassword => wrong("Your passcode doesn't match our records. Please try again."),
        // Okta: its causes are not known.
        SignInProblemKind::RefusedPasskey => ApiError::new(ApiErrorId::InvalidPasscode, reason),
        SignInProblemKind::UsedCode => ApiError::new(ApiErrorId::UsedPasscode, reason),
        SignInProblemKind::ShortAnswer | SignInProblemKind::MissingIdentifier => refused_enrollment(SHORT_ANSWER),
        SignInProblemKind::InvalidPhoneNumber => refused_enrollment(INVALID_PHONE),
        SignInProblemKind::LockedOut => ApiError::authentication_failed(reason),
        SignInProblemKind::AccessDenied => ApiError::access_denied(reason),
        _ => ApiError::new(ApiErrorId::WrongState, reason),
    }
}

const INVALID_PHONE: &str = "Invalid Phone Number.";

const SHORT_ANSWER: &str = "The security question answer must be at least 4 characters in length";

fn refused_enrollment(cause: &str) -> ApiError {
    ApiError::validation(ENROLL_REQUEST, vec![cause.to_owned()])
}

fn read_question(body: BodyMembers<'_>) -> Result<FactorProfile, ApiError> {
    let Some(given) = body.object("profile")? else { return Err(refused_enrollment("profile: a question is missing")) };
    let (key, answer) = (given.text("question")?.unwrap_or_default(), given.text("answer")?.unwrap_or_default().trim());
    let text = question_text(key).or(given.text("questionText")?).filter(|text| !text.trim().is_empty());
    let Some(text) = text else { return Err(refused_enrollment("question: there is no such question")) };
    if answer.chars().count() < MIN_ANSWER {
        return Err(refused_enrollment(SHORT_ANSWER));
    }
    let key = if question_text(key).is_some() { key } else { "custom" };
    Ok(FactorProfile {
        question: Some(key.to_owned()),
        question_text: Some(text.to_owned()),
        answer: Some(answer.to_owned()),
        ..FactorProfile::default()
    })
}

/// Okta: only an address of the user can be enrolled. Here it is the primary one.
fn check_email(user: &User, body: BodyMembers<'_>) -> Result<(), ApiError> {
    let given = body.object("profile")?.map_or(Ok(None), |profile| profile.text("email"))?;
    if given.is_none_or(|given| given.eq_ignore_ascii_case(&user.profile.email)) {
        return Ok(());
    }
    Err(refused_enrollment("Only verified primary or secondary email can be enrolled."))
}

/// The phone that a user has. Okta: one.
fn phone_of(user: &User) -> Option<&Factor> {
    user.factors.iter().find(|factor| factor.method().is_some_and(SignInMethod::is_phone))
}

/// The number of a phone to enroll. Okta: without one, it is that of the user's phone.
fn read_phone(
    user: &User,
    body: BodyMembers<'_>,
    method: SignInMethod,
    enrollment: FactorEnrollment,
) -> Result<FactorProfile, ApiError> {
    let given = body.object("profile")?;
    let text = |name| given.map_or(Ok(None), |given| given.text(name));
    let known = phone_of(user).and_then(|phone| phone.profile.phone_number.as_deref());
    let number = text("phoneNumber")?.or(known).and_then(PhoneNumber::new);
    let number = number.ok_or_else(|| refused_enrollment(INVALID_PHONE))?.as_str().to_owned();
    let is_verified = phone_of(user).is_some_and(Factor::is_active);
    let is_other = is_verified && known.is_some_and(|known| known != number);
    if is_other && method == SignInMethod::Sms && !enrollment.update_phone {
        return Err(refused_enrollment("There is an existing verified phone number."));
    }
    let extension = text("phoneExtension")?.filter(|_| method == SignInMethod::Voice).map(str::to_owned);
    Ok(FactorProfile { phone_number: Some(number), phone_extension: extension, ..FactorProfile::default() })
}

/// What an answer shows of the profile of a factor: phones in full.
fn profile(user: &User, factor: &Factor) -> Value {
    let FactorProfile { phone_number, phone_extension, .. } = &factor.profile;
    match (phone_number, phone_extension) {
        (Some(number), Some(extension)) => json!({ "phoneNumber": number, "phoneExtension": extension }),
        (Some(number), None) => json!({ "phoneNumber": number }),
        _ if factor.factor_type == FactorType::Email => json!({ "email": user.profile.email }),
        _ => sign_in::profile(user, factor),
    }
}

/// Makes a factor active for which a phone has set the app Okta Verify up. The app has codes, too.
///
/// # Errors
/// There is no such factor.
pub fn activate_app(change: &mut ManagementChange<'_, '_>, name: &str, id: &str) -> Result<Value, ApiError> {
    let mut user = find(change.draft, change.call, name)?.clone();
    for factor in sign_in::of_app(change.draft, factor_of(&user, id)?, change.moment) {
        user.enroll(factor);
    }
    let shown = show(change.draft, change.call, &user, factor_of(&user, id)?);
    change.draft.put_user(user);
    Ok(shown)
}

/// How far a phone is that sets the app Okta Verify up. Okta: `poll` while it waits, and `activate` to begin again.
#[must_use]
pub fn app_activation(
    call: ManagementCall<'_>,
    user: &User,
    factor: &Factor,
    push: Option<&PushNotification>,
) -> Value {
    let path = format!("/api/v1/users/{}/factors/{}/lifecycle/activate", user.id, factor.id);
    let result = push.map_or(PushResult::TimedOut, |push| push.result(call.now));
    let links = Links::at(call.base());
    let mut shown = sign_in::app_activation(call.urls, push.map_or(call.now, |push| push.expires), result);
    let links = match result {
        PushResult::Waiting => links.allowing("poll", &format!("{path}/poll"), &["POST"]),
        _ => links.allowing("activate", &path, &["POST"]),
    };
    if let (Some(shown), Some(more)) = (shown["_links"].as_object_mut(), links.into_value().as_object()) {
        shown.extend(more.clone());
    }
    shown
}

/// The answer to a call that has sent a code. Okta: `CHALLENGE`.
#[must_use]
pub fn factor_challenge(call: ManagementCall<'_>, user: &User, factor: &Factor) -> Value {
    let path = format!("/api/v1/users/{}/factors/{}", user.id, factor.id);
    let links = Links::at(call.base()).allowing("verify", &format!("{path}/verify"), &["POST"]);
    let links = links.allowing("factor", &path, &["GET", "DELETE"]).in_order();
    json!({ "factorResult": "CHALLENGE", "profile": profile(user, factor), "_links": links })
}

/// How far a push notification is. Okta: a factor transaction.
#[must_use]
pub fn factor_transaction(call: ManagementCall<'_>, user: &User, factor: &Factor, push: &PushNotification) -> Value {
    let result = push.result(call.now);
    if result == PushResult::Approved {
        return json!({ "factorResult": result.name() });
    }
    let path = format!("/api/v1/users/{}/factors/{}", user.id, factor.id);
    let transaction = format!("{path}/transactions/{}", push.id);
    let profile = json!({ "credentialId": user.profile.login });
    let links = Links::at(call.base());
    if result != PushResult::Waiting {
        let links = links.allowing("verify", &format!("{path}/verify"), &["POST"]);
        let links = links.allowing("factor", &path, &["GET", "DELETE"]).in_order();
        return json!({ "factorResult": result.name(), "profile": profile, "_links": links });
    }
    let links = links.allowing("poll", &transaction, &["GET"]).allowing("cancel", &transaction, &["DELETE"]).in_order();
    let mut shown = json!({
        "expiresAt": timestamp(push.expires), "factorResult": result.name(), "profile": profile, "_links": links,
    });
    if let Some(challenge) = &push.challenge {
        shown["_embedded"] = json!({ "challenge": { "correctAnswer": challenge.correct } });
    }
    shown
}

/// A factor, members in Okta's order.
pub(super) fn show(org: &Tables, call: ManagementCall<'_>, user: &User, factor: &Factor) -> Value {
    let own = format!("/api/v1/users/{}", user.id);
    let path = format!("{own}/factors/{}", factor.id);
    let links = Links::at(call.base());
    let links = match (factor.factor_type, factor.is_active()) {
        (FactorType::Question, _) => links.allowing("questions", &format!("{own}/factors/questions"), &["GET"]),
        (_, true) => links.allowing("verify", &format!("{path}/verify"), &["POST"]),
        (FactorType::Push, false) => links.allowing("poll", &format!("{path}/lifecycle/activate/poll"), &["POST"]),
        (FactorType::Sms | FactorType::Call | FactorType::Email, false) => {
            let href = links.url(&format!("{path}/resend"));
            let resend = json!({ "name": factor.factor_type.name(), "href": href, "hints": { "allow": ["POST"] } });
            let activate = format!("{path}/lifecycle/activate");
            links.allowing("activate", &activate, &["POST"]).with("resend", json!([resend]))
        }
        (FactorType::Totp | FactorType::WebAuthn, false) => {
            links.allowing("activate", &format!("{path}/lifecycle/activate"), &["POST"])
        }
    };
    let methods: &[&str] = if factor.is_active() { &["GET", "DELETE"] } else { &["GET"] };
    let links = links.allowing("self", &path, methods).allowing("user", &own, &["GET"]);
    let times = org.times(&user.id);
    let created = factor.created.clone().or_else(|| times.map(|times| timestamp(times.created)));
    let mut shown = json!({
        "id": factor.id,
        "factorType": factor.factor_type.name(),
        "provider": factor.provider.name(),
        "vendorName": factor.provider.vendor(),
        "status": factor.status.name(),
        "created": created,
        "lastUpdated": factor.last_updated.clone().or(created.clone()),
        "profile": profile(user, factor),
    });
    if let (false, Some(secret)) = (factor.is_active(), &factor.shared_secret) {
        shown["_embedded"] = json!({ "activation": activation(secret, &enrollment_image(org, user, secret)) });
    }
    if !factor.is_active() && factor.factor_type == FactorType::WebAuthn {
        shown["_embedded"] = json!({ "activation": activation_data(org, call.urls, user, factor) });
    }
    shown["_links"] = links.into_value();
    shown
}
