//! What users read and change of their own accounts. Okta: `/idp/myaccount/…`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::my_account::{self, Expanded};
use mock_idp_core::management::{ApiError, users};
use mock_idp_core::protocol::Parameters;
use mock_idp_core::sign_in::SignInAnswer;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::{JsonBody, PasskeyBody};
use crate::routing::{PathParameters, Query, Route, handler};

const READ_PROFILE: &[&str] = &["okta.myAccount.profile.read", "okta.myAccount.profile.manage"];
const MANAGE_PROFILE: &[&str] = &["okta.myAccount.profile.manage"];
const READ_PASSWORD: &[&str] = &["okta.myAccount.password.read", "okta.myAccount.password.manage"];
const MANAGE_PASSWORD: &[&str] = &["okta.myAccount.password.manage"];
const READ_EMAILS: &[&str] = &["okta.myAccount.email.read", "okta.myAccount.email.manage"];
const MANAGE_EMAILS: &[&str] = &["okta.myAccount.email.manage"];
const READ_PHONES: &[&str] = &["okta.myAccount.phone.read", "okta.myAccount.phone.manage"];
const MANAGE_PHONES: &[&str] = &["okta.myAccount.phone.manage"];
const READ_AUTHENTICATORS: &[&str] = &["okta.myAccount.authenticators.read", "okta.myAccount.authenticators.manage"];
const MANAGE_AUTHENTICATORS: &[&str] = &["okta.myAccount.authenticators.manage"];
const READ_PASSKEYS: &[&str] = &["okta.myAccount.webauthn.read", "okta.myAccount.webauthn.manage"];
const MANAGE_PASSKEYS: &[&str] = &["okta.myAccount.webauthn.manage"];
const READ_OKTA_APPS: &[&str] = &["okta.myAccount.oktaApplications.read"];
const READ_ORGANIZATION: &[&str] = &["okta.myAccount.organization.read"];
const MANAGE_SESSIONS: &[&str] = &["okta.myAccount.sessions.manage"];

const CHALLENGE: &[&str] = &["/idp/myaccount/emails/{id}/challenge/{challenge}"];
const VERIFY_EMAIL: &[&str] = &["/idp/myaccount/emails/{id}/challenge/{challenge}/verify"];
const AUTHENTICATOR: &[&str] = &["/idp/myaccount/authenticators/{id}"];
const ENROLLMENTS: &[&str] = &["/idp/myaccount/authenticators/{id}/enrollments"];
const ENROLLMENT: &[&str] = &["/idp/myaccount/authenticators/{id}/enrollments/{enrollment}"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, &["/idp/myaccount/profile"], READ_PROFILE, handler!(profile)),
    row(Method::PUT, &["/idp/myaccount/profile"], MANAGE_PROFILE, handler!(replace_profile)),
    row(Method::GET, &["/idp/myaccount/profile/schema"], READ_PROFILE, handler!(profile_schema)),
    row(Method::GET, &["/idp/myaccount/password"], READ_PASSWORD, handler!(password)),
    row(Method::POST, &["/idp/myaccount/password"], MANAGE_PASSWORD, handler!(create_password)),
    row(Method::DELETE, &["/idp/myaccount/password"], MANAGE_PASSWORD, handler!(remove_password)),
    row(Method::PUT, &["/idp/myaccount/password"], MANAGE_PASSWORD, handler!(replace_password)),
    row(Method::POST, &["/idp/myaccount/password/change-password"], MANAGE_PASSWORD, handler!(change_password)),
    row(Method::GET, &["/idp/myaccount/password/complexity-requirements"], READ_PASSWORD, handler!(requirements)),
    row(Method::GET, &["/idp/myaccount/emails"], READ_EMAILS, handler!(emails)),
    row(Method::POST, &["/idp/myaccount/emails"], MANAGE_EMAILS, handler!(add_email)),
    row(Method::GET, &["/idp/myaccount/emails/{id}"], READ_EMAILS, handler!(email)),
    row(Method::DELETE, &["/idp/myaccount/emails/{id}"], MANAGE_EMAILS, handler!(remove_email)),
    row(Method::POST, &["/idp/myaccount/emails/{id}/challenge"], MANAGE_EMAILS, handler!(challenge_email)),
    row(Method::GET, CHALLENGE, READ_EMAILS, handler!(email_challenge)),
    row(Method::POST, VERIFY_EMAIL, MANAGE_EMAILS, handler!(verify_email)),
    row(Method::GET, &["/idp/myaccount/phones"], READ_PHONES, handler!(phones)),
    row(Method::POST, &["/idp/myaccount/phones"], MANAGE_PHONES, handler!(add_phone)),
    row(Method::GET, &["/idp/myaccount/phones/{id}"], READ_PHONES, handler!(phone)),
    row(Method::DELETE, &["/idp/myaccount/phones/{id}"], MANAGE_PHONES, handler!(remove_phone)),
    row(Method::POST, &["/idp/myaccount/phones/{id}/challenge"], MANAGE_PHONES, handler!(challenge_phone)),
    row(Method::POST, &["/idp/myaccount/phones/{id}/verify"], MANAGE_PHONES, handler!(verify_phone)),
    row(Method::GET, &["/idp/myaccount/authenticators"], READ_AUTHENTICATORS, handler!(authenticators)),
    row(Method::GET, AUTHENTICATOR, READ_AUTHENTICATORS, handler!(authenticator)),
    row(Method::GET, ENROLLMENTS, READ_AUTHENTICATORS, handler!(enrollments)),
    row(Method::GET, ENROLLMENT, READ_AUTHENTICATORS, handler!(enrollment)),
    row(Method::PATCH, ENROLLMENT, MANAGE_AUTHENTICATORS, handler!(rename_enrollment)),
    row(Method::GET, &["/idp/myaccount/webauthn"], READ_PASSKEYS, handler!(passkeys)),
    row(Method::POST, &["/idp/myaccount/webauthn"], MANAGE_PASSKEYS, handler!(add_passkey)),
    row(Method::POST, &["/idp/myaccount/webauthn/registration"], MANAGE_PASSKEYS, handler!(begin_passkey)),
    row(Method::GET, &["/idp/myaccount/webauthn/{id}"], READ_PASSKEYS, handler!(passkey)),
    row(Method::DELETE, &["/idp/myaccount/webauthn/{id}"], MANAGE_PASSKEYS, handler!(remove_passkey)),
    row(Method::GET, &["/idp/myaccount/okta-applications"], READ_OKTA_APPS, handler!(okta_applications)),
    row(Method::GET, &["/idp/myaccount/organization"], READ_ORGANIZATION, handler!(organization)),
    row(Method::DELETE, &["/idp/myaccount/sessions"], MANAGE_SESSIONS, handler!(end_sessions)),
];

async fn profile(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| my_account::profile(org, call))?))
}

async fn replace_profile(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::ok(&call.change(|change| my_account::replace_profile(change, &body))?))
}

async fn password(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| my_account::password(org, call))?))
}

async fn replace_password(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::created(&call.change(|change| my_account::replace_password(change, &body))?))
}

async fn change_password(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    call.change(|change| my_account::change_password(change, &body))?;
    Ok(respond::no_content())
}

async fn requirements(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| my_account::password_requirements(org, call))?))
}

async fn profile_schema(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| my_account::profile_schema(org, call))?))
}

async fn create_password(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::created(&call.change(|change| my_account::create_password(change, &body))?))
}

async fn remove_password(call: Management) -> Result<Response, ApiError> {
    call.change(my_account::remove_password)?;
    Ok(respond::no_content())
}

async fn emails(call: Management) -> Result<Response, ApiError> {
    let own = call.own_emails().await?;
    Ok(respond::ok(&call.read(|org, call| my_account::emails(org, call, &own))?))
}

async fn email(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let own = call.own_emails().await?;
    Ok(respond::ok(&call.read(|org, call| my_account::email(org, call, &own, &path.get("id")))?))
}

async fn add_email(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::created(&call.add_email(&body).await?))
}

async fn remove_email(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.remove_email(&path.get("id")).await?;
    Ok(respond::no_content())
}

async fn challenge_email(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::created(&call.challenge_email(&path.get("id")).await?))
}

async fn email_challenge(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.email_challenge(&path.get("id"), &path.get("challenge")).await?))
}

async fn verify_email(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: VerificationBody = body.read()?;
    call.verify_email(&path.get("id"), &path.get("challenge"), &body.verification_code).await?;
    Ok(respond::ok(&Value::Object(Map::new())))
}

async fn phones(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| my_account::phones(org, call))?))
}

async fn phone(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| my_account::phone(org, call, &path.get("id")))?))
}

async fn add_phone(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    Ok(respond::created(&call.add_phone(&body).await?))
}

async fn remove_phone(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| my_account::remove_phone(change, &path.get("id")))?;
    Ok(respond::no_content())
}

async fn challenge_phone(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: VerificationBody = body.read()?;
    Ok(respond::ok(&call.challenge_phone(&path.get("id"), &body.method).await?))
}

async fn verify_phone(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: VerificationBody = body.read()?;
    call.verify_phone(&path.get("id"), &body.verification_code).await?;
    Ok(respond::no_content())
}

/// How a code is sent, or the code.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct VerificationBody {
    method: String,
    verification_code: String,
}

async fn authenticators(call: Management, Query(query): Query) -> Result<Response, ApiError> {
    let expands = expands(&query);
    Ok(respond::ok(&call.read(|org, call| my_account::authenticators(org, call, expands))?))
}

async fn authenticator(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    let expands = expands(&query);
    Ok(respond::ok(&call.read(|org, call| my_account::authenticator(org, call, &path.get("id"), expands))?))
}

fn expands(query: &Parameters) -> Option<Expanded> {
    match query.get("expand")? {
        "enrollments" => Some(Expanded::Enrollments),
        "requirements" => Some(Expanded::Requirements),
        _ => None,
    }
}

async fn enrollments(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| my_account::enrollments(org, call, &path.get("id")))?))
}

async fn enrollment(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (id, enrollment) = (path.get("id"), path.get("enrollment"));
    Ok(respond::ok(&call.read(|org, call| my_account::enrollment(org, call, &id, &enrollment))?))
}

async fn rename_enrollment(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    let (id, enrollment) = (path.get("id"), path.get("enrollment"));
    Ok(respond::ok(&call.change(|change| my_account::rename(change, &id, &enrollment, &body))?))
}

async fn passkeys(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| my_account::passkeys(org, call))?))
}

async fn passkey(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| my_account::passkey(org, call, &path.get("id")))?))
}

async fn begin_passkey(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.change(my_account::begin_passkey)?))
}

/// Completes a registration that was begun.
async fn add_passkey(call: Management, body: JsonBody) -> Result<Response, ApiError> {
    let body: PasskeyBody = body.read()?;
    let id = call.read(|org, call| my_account::pending_passkey(org, call))?;
    let Some(SignInAnswer::RegisterPasskey(registration)) = body.answer() else {
        return Err(ApiError::not_well_formed("the body has no attestation"));
    };
    call.register_passkey("me", &id, registration)?;
    Ok(respond::ok(&call.read_latest(|org, call| my_account::passkey(org, call, &id))?))
}

async fn remove_passkey(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| my_account::remove_passkey(change, &path.get("id")))?;
    Ok(respond::no_content())
}

async fn okta_applications(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| my_account::okta_applications(org, call))?))
}

async fn organization(call: Management) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| Ok(my_account::organization(org, call)))?))
}

/// Okta: tokens are revoked too, unless `oauthTokens=false`.
async fn end_sessions(call: Management, Query(query): Query) -> Result<Response, ApiError> {
    let user = call.read(|org, call| users::find(org, call, "me").map(|user| user.id.clone()))?;
    call.end_sessions(&user, query.get("oauthTokens") != Some("false")).await?;
    Ok(respond::no_content())
}
