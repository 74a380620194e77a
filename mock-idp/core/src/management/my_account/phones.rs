//! The phones of a user. Okta: `/idp/myaccount/phones`; a phone can get codes by text message and by call.

use serde_json::{Map, Value, json};

use super::link;
use crate::management::users::find;
use crate::management::{ApiError, ApiErrorId, BodyMembers, ManagementCall, ManagementChange};
use crate::model::{Factor, FactorType, PhoneNumber, SignInMethod, User};
use crate::org::Tables;
use crate::policy::assurance::can_enroll;

/// # Errors
/// The caller is not a user.
pub fn phones(org: &Tables, call: ManagementCall<'_>) -> Result<Value, ApiError> {
    let user = find(org, call, "me")?;
    let mut shown: Vec<&Factor> = Vec::new();
    for factor in phone_factors(user) {
        if !shown.iter().any(|known| number_of(known) == number_of(factor)) {
            shown.push(factor);
        }
    }
    Ok(shown.into_iter().map(|factor| show(call, factor)).collect())
}

/// # Errors
/// The user has no such phone.
pub fn phone(org: &Tables, call: ManagementCall<'_>, id: &str) -> Result<Value, ApiError> {
    Ok(show(call, phone_of(find(org, call, "me")?, id)?))
}

/// Adds a phone, with each method that the org has for it. Returns it, and the id of the factor that a code is sent for, if one is.
///
/// # Errors
/// The body is not valid, the org has no phones, or the user has one.
pub fn add_phone(
    change: &mut ManagementChange<'_, '_>,
    body: &Map<String, Value>,
) -> Result<(Value, Option<String>), ApiError> {
    let mut user = find(change.draft, change.call, "me")?.clone();
    let body = BodyMembers::of(body);
    let given = body.object("profile")?.map_or(Ok(None), |profile| profile.text("phoneNumber"))?.unwrap_or_default();
    let wanted = method_of(body.text("method")?.unwrap_or("SMS"))?;
    let sends = body.boolean("sendCode")?.unwrap_or(true);
    let Some(number) = PhoneNumber::new(given) else {
        let summary = "Error type: NOT_A_NUMBER. The string supplied did not seem to be a phone number.";
        return Err(ApiError::validation(summary, vec!["Invalid phone number.".to_owned()]));
    };
    let number = number.as_str();
    if phone_factors(&user).any(|factor| factor.is_active() && number_of(factor) == number) {
        return Err(ApiError {
            arguments: vec![format!("Another authenticator with key: {number} is already active.")],
            causes: vec!["This phone number is already assigned to the current user account.".to_owned()],
            ..ApiError::new(ApiErrorId::AuthenticatorActive, "the user has this phone")
        });
    }
    if phone_factors(&user).any(Factor::is_active) {
        let cause = "This user account has reached the maximum number of enrolled phone numbers.".to_owned();
        return Err(ApiError::validation("Exceeded cardinality max", vec![cause]));
    }
    let methods = methods_with(change.draft, wanted)?;
    // One that was not verified is replaced.
    user.factors.retain(|factor| !is_phone(factor) || factor.is_active());
    let now = change.now();
    let mut added = Vec::new();
    for method in methods {
        let factor = Factor::pending_phone(method, PhoneNumber::new(given).ok_or_else(unknown)?, change.moment);
        added.push(Factor { created: Some(now.clone()), last_updated: Some(now.clone()), ..factor });
    }
    let sent = added.iter().find(|factor| factor.method() == Some(wanted)).map(|factor| factor.id.clone());
    let shown = added.first().map(|factor| show(change.call, factor)).ok_or_else(unknown)?;
    user.factors.extend(added);
    change.draft.put_user(user);
    Ok((shown, sent.filter(|_| sends)))
}

/// # Errors
/// The user has no such phone.
pub fn remove_phone(change: &mut ManagementChange<'_, '_>, id: &str) -> Result<(), ApiError> {
    let mut user = find(change.draft, change.call, "me")?.clone();
    let number = number_of(phone_of(&user, id)?).to_owned();
    user.factors.retain(|factor| !is_phone(factor) || number_of(factor) != number);
    change.draft.put_user(user);
    Ok(())
}

/// The factors of a phone that a code can have been sent for, by this method if one is given.
///
/// # Errors
/// The user has no such phone, or the org or the phone does not use the method.
pub fn factors_of_phone(
    org: &Tables,
    call: ManagementCall<'_>,
    id: &str,
    method: Option<&str>,
) -> Result<Vec<Factor>, ApiError> {
    let user = find(org, call, "me")?;
    let number = number_of(phone_of(user, id)?);
    let wanted = method.map(method_of).transpose()?;
    if let Some(wanted) = wanted {
        methods_with(org, wanted)?;
    }
    let is_wanted =
        |factor: &&Factor| number_of(factor) == number && wanted.is_none_or(|wanted| factor.method() == Some(wanted));
    let found: Vec<Factor> = phone_factors(user).filter(is_wanted).cloned().collect();
    if found.is_empty() { Err(unknown()) } else { Ok(found) }
}

/// Makes a phone active whose code has been checked.
///
/// # Errors
/// The user has no such phone.
pub fn activate_phone(change: &mut ManagementChange<'_, '_>, id: &str) -> Result<(), ApiError> {
    let mut user = find(change.draft, change.call, "me")?.clone();
    let number = number_of(phone_of(&user, id)?).to_owned();
    let now = change.now();
    for factor in user.factors.iter_mut().filter(|factor| is_phone(factor) && number_of(factor) == number) {
        factor.status = crate::model::FactorStatus::Active;
        factor.last_updated = Some(now.clone());
    }
    change.draft.put_user(user);
    Ok(())
}

/// The answer to a request for a code.
#[must_use]
pub fn phone_challenge(call: ManagementCall<'_>, id: &str) -> Value {
    json!({ "_links": { "verify": link(call, &format!("phones/{id}/verify"), &["POST"]) } })
}

/// The error for a code when none was sent, or it was used.
#[must_use]
pub fn no_phone_challenge() -> ApiError {
    let cause = "Failed to find a transaction. Either the challenge was answered or the factor id is invalid.";
    ApiError {
        arguments: vec!["Another authenticator with key: transactionHandle is already active.".to_owned()],
        causes: vec![cause.to_owned()],
        ..ApiError::new(ApiErrorId::AuthenticatorActive, "no code waits to be entered")
    }
}

fn phone_factors(user: &User) -> impl Iterator<Item = &Factor> {
    user.factors.iter().filter(|factor| is_phone(factor))
}

fn is_phone(factor: &Factor) -> bool {
    matches!(factor.factor_type, FactorType::Sms | FactorType::Call)
}

fn number_of(factor: &Factor) -> &str {
    factor.profile.phone_number.as_deref().unwrap_or_default()
}

fn phone_of<'u>(user: &'u User, id: &str) -> Result<&'u Factor, ApiError> {
    phone_factors(user).find(|factor| factor.id == id).ok_or_else(|| ApiError::not_found(id, "UserFactor"))
}

/// The methods of phones that the org has.
///
/// # Errors
/// This one is not among them.
fn methods_with(org: &Tables, wanted: SignInMethod) -> Result<Vec<SignInMethod>, ApiError> {
    let known = SignInMethod::ALL.into_iter().filter(|method| method.is_phone() && can_enroll(org, *method));
    let methods: Vec<SignInMethod> = known.collect();
    if methods.contains(&wanted) {
        return Ok(methods);
    }
    let cause = match methods.is_empty() {
        true => "Phone authenticator is not enabled for your org.".to_owned(),
        false => format!("Method {} is not enabled for your org.", name_of(wanted)),
    };
    let error = ApiError::new(ApiErrorId::StatusNotAllowed, "the org does not offer it");
    Err(ApiError { causes: vec![cause], ..error })
}

fn method_of(name: &str) -> Result<SignInMethod, ApiError> {
    match name {
        "SMS" => Ok(SignInMethod::Sms),
        "CALL" => Ok(SignInMethod::Voice),
        other => Err(ApiError::validation("Method", vec![format!("Invalid method {other} in the request.")])),
    }
}

fn name_of(method: SignInMethod) -> &'static str {
    if method == SignInMethod::Voice { "CALL" } else { "SMS" }
}

fn unknown() -> ApiError {
    ApiError::validation("Transaction", vec!["Invalid transaction.".to_owned()])
}

fn show(call: ManagementCall<'_>, factor: &Factor) -> Value {
    let path = format!("phones/{}", factor.id);
    let mut links = json!({
        "self": link(call, &path, &["GET", "DELETE"]),
        "challenge": link(call, &format!("{path}/challenge"), &["POST"]),
    });
    if !factor.is_active() {
        links["verify"] = link(call, &format!("{path}/verify"), &["POST"]);
    }
    json!({
        "id": factor.id,
        "status": if factor.is_active() { "VERIFIED" } else { "UNVERIFIED" },
        "profile": { "phoneNumber": number_of(factor) },
        "_links": links,
    })
}
