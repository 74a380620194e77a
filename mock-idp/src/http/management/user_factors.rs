//! What users have enrolled besides a password. Okta: `/api/v1/users/{id}/factors`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::users::{self, FactorEnrollment};
use mock_idp_core::management::{ApiError, ApiErrorId};
use mock_idp_core::protocol::Parameters;
use mock_idp_core::sign_in::SignInAnswer;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::{JsonBody, PasskeyBody};
use crate::routing::{PathParameters, Query, Route, handler};

const TRANSACTION: &[&str] = &["/api/v1/users/{id}/factors/{factor}/transactions/{transaction}"];

const POLL_ACTIVATION: &[&str] = &["/api/v1/users/{id}/factors/{factor}/lifecycle/activate/poll"];

const READ: &[&str] = &["okta.users.read", "okta.users.manage"];
const MANAGE: &[&str] = &["okta.users.manage"];

const ALL: &[&str] = &["/api/v1/users/{id}/factors"];
const ONE: &[&str] = &["/api/v1/users/{id}/factors/{factor}"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, ALL, READ, handler!(list)),
    row(Method::POST, ALL, MANAGE, handler!(enroll)),
    row(Method::GET, &["/api/v1/users/{id}/factors/catalog"], READ, handler!(catalog)),
    row(Method::GET, &["/api/v1/users/{id}/factors/questions"], READ, handler!(questions)),
    row(Method::GET, ONE, READ, handler!(get)),
    row(Method::PUT, ONE, MANAGE, handler!(replace)),
    row(Method::DELETE, ONE, MANAGE, handler!(remove)),
    row(Method::POST, &["/api/v1/users/{id}/factors/{factor}/lifecycle/activate"], MANAGE, handler!(activate)),
    row(Method::POST, POLL_ACTIVATION, MANAGE, handler!(poll_activation)),
    row(Method::POST, &["/api/v1/users/{id}/factors/{factor}/resend"], MANAGE, handler!(resend)),
    row(Method::POST, &["/api/v1/users/{id}/factors/{factor}/verify"], MANAGE, handler!(verify)),
    row(Method::GET, TRANSACTION, READ, handler!(transaction)),
    row(Method::DELETE, TRANSACTION, MANAGE, handler!(cancel_transaction)),
];

/// What proves a factor.
#[derive(Default, Deserialize)]
#[serde(default)]
struct FactorAnswer {
    #[serde(rename = "passCode")]
    passcode: String,
    answer: String,
    #[serde(rename = "useNumberMatchingChallenge")]
    use_number_matching_challenge: bool,
    #[serde(flatten)]
    passkey: PasskeyBody,
}

impl FactorAnswer {
    fn entered(&self) -> &str {
        if self.passcode.is_empty() { &self.answer } else { &self.passcode }
    }
}

async fn list(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| users::factors(org, call, &path.get("id")))?))
}

async fn catalog(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| users::factor_catalog(org, call, &path.get("id")))?))
}

async fn questions(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| users::factor_questions(org, call, &path.get("id")))?))
}

async fn enroll(
    call: Management,
    path: PathParameters,
    Query(query): Query,
    body: JsonBody,
) -> Result<Response, ApiError> {
    let (id, body): (_, Map<String, Value>) = (path.get("id"), body.read()?);
    let is_set = |name| query.get(name) == Some("true");
    let enrollment = FactorEnrollment { activate: is_set("activate"), update_phone: is_set("updatePhone") };
    let lifetime = lifetime(&query)?;
    let mut shown = call.change(|change| users::enroll_factor(change, &id, &body, enrollment))?;
    let factor = shown["id"].as_str().unwrap_or_default().to_owned();
    if shown["factorType"] == "push" {
        let activation = call.begin_app(&id, &factor).await?;
        shown["_embedded"] = json!({ "activation": activation });
    }
    call.send_activation_code(&id, &factor, lifetime).await?;
    Ok(respond::ok(&shown))
}

async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.read(|org, call| users::factor(org, call, &path.get("id"), &path.get("factor")))?))
}

async fn replace(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    let (id, factor) = (path.get("id"), path.get("factor"));
    Ok(respond::ok(&call.change(|change| users::replace_factor(change, &id, &factor, &body))?))
}

async fn remove(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| users::remove_factor(change, &path.get("id"), &path.get("factor")))?;
    Ok(respond::no_content())
}

async fn activate(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let (id, factor): (_, FactorAnswer) = (path.get("id"), body.read_optional()?);
    if let Some(SignInAnswer::RegisterPasskey(registration)) = factor.passkey.answer() {
        return Ok(respond::ok(&call.register_passkey(&id, &path.get("factor"), registration)?));
    }
    if call.is_app(&id, &path.get("factor"))? {
        return Ok(respond::ok(&call.begin_app(&id, &path.get("factor")).await?));
    }
    call.check_factor(&id, &path.get("factor"), factor.entered(), false).await?;
    Ok(respond::ok(&call.change(|change| users::activate_factor(change, &id, &path.get("factor")))?))
}

/// Asks whether a phone has set the app up.
async fn poll_activation(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.poll_app(&path.get("id"), &path.get("factor")).await?))
}

/// Sends another code to activate a phone. What the body says is known already.
async fn resend(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (id, factor) = (path.get("id"), path.get("factor"));
    if !call.send_activation_code(&id, &factor, None).await? {
        return Err(ApiError::new(ApiErrorId::WrongState, "the factor has no code to activate it"));
    }
    Ok(respond::ok(&call.read(|org, call| users::factor(org, call, &id, &factor))?))
}

async fn verify(
    call: Management,
    path: PathParameters,
    Query(query): Query,
    body: JsonBody,
) -> Result<Response, ApiError> {
    let (id, factor, answer): (_, _, FactorAnswer) = (path.get("id"), path.get("factor"), body.read_optional()?);
    if let Some(SignInAnswer::UsePasskey(assertion)) = answer.passkey.answer() {
        call.use_passkey(&id, &factor, assertion).await?;
        return Ok(respond::ok(&json!({ "factorResult": "SUCCESS" })));
    }
    if answer.entered().is_empty()
        && let numbers = answer.use_number_matching_challenge
        && let Some(challenge) = call.challenge_factor(&id, &factor, lifetime(&query)?, numbers).await?
    {
        // Okta: 201 for a notification.
        let is_push = challenge["factorResult"] == "WAITING";
        return Ok(if is_push { respond::created(&challenge) } else { respond::ok(&challenge) });
    }
    call.check_factor(&id, &factor, answer.entered(), true).await?;
    Ok(respond::ok(&json!({ "factorResult": "SUCCESS" })))
}

async fn transaction(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (id, factor, transaction) = (path.get("id"), path.get("factor"), path.get("transaction"));
    Ok(respond::ok(&call.factor_transaction(&id, &factor, &transaction).await?.1))
}

async fn cancel_transaction(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (id, factor, transaction) = (path.get("id"), path.get("factor"), path.get("transaction"));
    call.cancel_factor_transaction(&id, &factor, &transaction).await?;
    Ok(respond::no_content())
}

/// How long a code is accepted, in seconds. Okta: up to a day.
fn lifetime(query: &Parameters) -> Result<Option<i64>, ApiError> {
    let Some(text) = query.get("tokenLifetimeSeconds") else { return Ok(None) };
    let seconds = text.parse().ok().filter(|seconds| (1..=86_400).contains(seconds));
    seconds.map(Some).ok_or_else(|| ApiError::invalid("tokenLifetimeSeconds", "it is not 1 to 86400"))
}
