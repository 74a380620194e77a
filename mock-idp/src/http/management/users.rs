//! Users. Okta: `/api/v1/users`.

use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use http::{HeaderValue, Method, header};
use mock_idp_core::management::users::{self, UserUpdate};
use mock_idp_core::management::{ApiError, ManagementChange, SentLink};
use mock_idp_core::protocol::Parameters;
use serde_json::{Map, Value, json};

use super::respond;
use super::rows::{row, row_of_browser};
use crate::engine::Management;
use crate::http::dispatch::admit;
use crate::http::extract::{AtServer, BrowserForm, JsonBody, RequestHead, header_text};
use crate::http::respond::api_error;
use crate::journal::Explained;
use crate::routing::{Decided, PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.users.read", "okta.users.manage"];
const MANAGE: &[&str] = &["okta.users.manage"];
const SESSIONS: &[&str] = &["okta.sessions.manage", "okta.users.manage"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, &["/api/v1/users"], READ, handler!(list)),
    row(Method::POST, &["/api/v1/users"], MANAGE, handler!(create)),
    row_of_browser(Method::GET, &["/api/v1/users/me"], handler!(get_me)),
    row(Method::GET, &["/api/v1/users/{id}"], READ, handler!(get)),
    row(Method::POST, &["/api/v1/users/{id}"], MANAGE, handler!(update)),
    row(Method::PUT, &["/api/v1/users/{id}"], MANAGE, handler!(replace)),
    row(Method::DELETE, &["/api/v1/users/{id}"], MANAGE, handler!(remove)),
    row(Method::POST, &["/api/v1/users/{id}/lifecycle/activate"], MANAGE, handler!(activate)),
    row(Method::POST, &["/api/v1/users/{id}/lifecycle/reactivate"], MANAGE, handler!(reactivate)),
    row(Method::POST, &["/api/v1/users/{id}/lifecycle/deactivate"], MANAGE, handler!(deactivate)),
    row(Method::POST, &["/api/v1/users/{id}/lifecycle/suspend"], MANAGE, handler!(suspend)),
    row(Method::POST, &["/api/v1/users/{id}/lifecycle/unsuspend"], MANAGE, handler!(unsuspend)),
    row(Method::POST, &["/api/v1/users/{id}/lifecycle/unlock"], MANAGE, handler!(unlock)),
    row(Method::POST, &["/api/v1/users/{id}/lifecycle/expire_password"], MANAGE, handler!(expire_password)),
    row(
        Method::POST,
        &["/api/v1/users/{id}/lifecycle/expire_password_with_temp_password"],
        MANAGE,
        handler!(expire_password_with_temporary_one),
    ),
    row(Method::POST, &["/api/v1/users/{id}/lifecycle/reset_password"], MANAGE, handler!(reset_password)),
    row(Method::POST, &["/api/v1/users/{id}/lifecycle/reset_factors"], MANAGE, handler!(reset_factors)),
    row(Method::POST, &["/api/v1/users/{id}/credentials/change_password"], MANAGE, handler!(change_password)),
    row(
        Method::POST,
        &["/api/v1/users/{id}/credentials/change_recovery_question"],
        MANAGE,
        handler!(change_recovery_question),
    ),
    row(
        Method::POST,
        &["/api/v1/users/{id}/credentials/forgot_password_recovery_question"],
        MANAGE,
        handler!(answer_recovery_question),
    ),
    row(Method::POST, &["/api/v1/users/{id}/credentials/forgot_password"], MANAGE, handler!(forgot_password)),
    row(Method::DELETE, &["/api/v1/users/{id}/sessions"], SESSIONS, handler!(end_sessions)),
    row(Method::GET, &["/api/v1/users/{id}/groups"], READ, handler!(groups)),
];

async fn list(call: Management, Query(query): Query, RequestHead(head): RequestHead) -> Result<Response, ApiError> {
    call.read(|org, call| users::list(org, call, &query, content_type(&head))).map(respond::list)
}

async fn create(call: Management, Query(query): Query, body: JsonBody) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    step(&call, |change| users::create(change, &query, &body)).await
}

async fn get(
    call: Management,
    path: PathParameters,
    Query(query): Query,
    RequestHead(head): RequestHead,
) -> Result<Response, ApiError> {
    let id = path.get("id");
    let (shown, tag) = call.read(|org, call| {
        let tag = users::entity_tag(users::find(org, call, &id)?)?;
        Ok((users::get_shaped(org, call, &id, &query, content_type(&head))?, tag))
    })?;
    let tag = HeaderValue::from_str(&tag).map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(([(header::ETAG, tag)], respond::ok(&shown)).into_response())
}

/// Okta: the content type of requests without a body can name what answers leave out.
fn content_type(head: &Parts) -> Option<&str> {
    head.headers.get(header::CONTENT_TYPE)?.to_str().ok()
}

/// The caller or, without credentials, the user of the browser's session. Okta: the only call of this API that a cookie admits.
async fn get_me(
    AtServer(context): AtServer,
    form: BrowserForm,
    Query(query): Query,
    RequestHead(head): RequestHead,
) -> Decided {
    let call = if head.headers.contains_key(header::AUTHORIZATION) {
        match admit(&head, READ, None, None).await {
            Ok((context, caller)) => Management::new(context, caller),
            Err(refused) => return refused,
        }
    } else {
        match Management::of_session(&context, form.browser.session.as_deref()).await {
            Ok(call) => call,
            Err(error) => return api_error::render(&error),
        }
    };
    match call.read(|org, call| users::get_shaped(org, call, "me", &query, content_type(&head))) {
        Ok(user) => Explained::undecided(respond::ok(&user)),
        Err(error) => api_error::render(&error),
    }
}

async fn update(
    call: Management,
    path: PathParameters,
    query: Query,
    RequestHead(head): RequestHead,
    body: JsonBody,
) -> Result<Response, ApiError> {
    change(&call, &path, (&query, &head), &body, false)
}

async fn replace(
    call: Management,
    path: PathParameters,
    query: Query,
    RequestHead(head): RequestHead,
    body: JsonBody,
) -> Result<Response, ApiError> {
    change(&call, &path, (&query, &head), &body, true)
}

fn change(
    call: &Management,
    path: &PathParameters,
    (Query(query), head): (&Query, &Parts),
    body: &JsonBody,
    replaces_profile: bool,
) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    let expected = header_text(&head.headers, header::IF_MATCH);
    let how = UserUpdate { replaces_profile, strict: is_strict(query), expected: expected.as_deref() };
    Ok(respond::ok(&call.change(|change| users::update(change, &path.get("id"), &body, how))?))
}

async fn remove(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change_with_effects(|change| users::remove(change, &path.get("id"))).await?;
    Ok(respond::no_content())
}

async fn activate(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    let link = SentLink::read(query.get("sendEmail"), true);
    step(&call, |change| users::activate(change, &path.get("id"), link)).await
}

async fn reactivate(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    // Okta: the link is not mailed unless that is asked for.
    let link = SentLink::read(query.get("sendEmail"), false);
    step(&call, |change| users::reactivate(change, &path.get("id"), link)).await
}

async fn deactivate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    step(&call, |change| users::deactivate(change, &path.get("id"))).await
}

async fn suspend(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    step(&call, |change| users::suspend(change, &path.get("id"))).await
}

async fn unsuspend(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    step(&call, |change| users::unsuspend(change, &path.get("id"))).await
}

async fn unlock(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.unlock(&path.get("id")).await?;
    Ok(respond::ok(&json!({})))
}

async fn expire_password(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    // Okta: the former way to ask for a temporary password.
    if query.get("tempPassword") == Some("true") {
        return expire_password_with_temporary_one(call, path, Query(query)).await;
    }
    step(&call, |change| users::expire_password(change, &path.get("id"))).await
}

async fn expire_password_with_temporary_one(
    call: Management,
    path: PathParameters,
    Query(query): Query,
) -> Result<Response, ApiError> {
    let revokes = revokes_sessions(&query);
    step(&call, |change| users::expire_password_with_temporary_one(change, &path.get("id"), revokes)).await
}

async fn reset_password(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    let link = SentLink::read(query.get("sendEmail"), true);
    let revokes = revokes_sessions(&query);
    step(&call, |change| users::reset_password(change, &path.get("id"), link, revokes)).await
}

async fn reset_factors(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    step(&call, |change| users::reset_factors(change, &path.get("id"))).await
}

async fn change_password(
    call: Management,
    path: PathParameters,
    Query(query): Query,
    body: JsonBody,
) -> Result<Response, ApiError> {
    let (body, strict): (Map<String, Value>, _) = (body.read()?, is_strict(&query));
    step(&call, |change| users::change_password(change, &path.get("id"), &body, strict)).await
}

async fn change_recovery_question(
    call: Management,
    path: PathParameters,
    body: JsonBody,
) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    step(&call, |change| users::change_recovery_question(change, &path.get("id"), &body)).await
}

async fn forgot_password(
    call: Management,
    path: PathParameters,
    Query(query): Query,
    body: JsonBody,
) -> Result<Response, ApiError> {
    let link = SentLink::read(query.get("sendEmail"), true);
    let body: Map<String, Value> = body.read_optional()?;
    step(&call, |change| users::forgot_password(change, &path.get("id"), link, &body)).await
}

async fn answer_recovery_question(
    call: Management,
    path: PathParameters,
    body: JsonBody,
) -> Result<Response, ApiError> {
    let body: Map<String, Value> = body.read()?;
    step(&call, |change| users::answer_recovery_question(change, &path.get("id"), &body)).await
}

fn is_strict(query: &Parameters) -> bool {
    query.get("strict") == Some("true")
}

fn revokes_sessions(query: &Parameters) -> bool {
    query.get("revokeSessions") == Some("true")
}

async fn end_sessions(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    let (user, is_classic) =
        call.read(|org, call| users::find(org, call, &path.get("id")).map(|user| (user.id.clone(), org.is_classic())))?;
    let with_tokens = query.get("oauthTokens") == Some("true");
    // Okta: Identity Engine forgets remembered devices unless the request keeps them, Classic Engine only on request.
    let with_devices = query.get("forgetDevices").map_or(!is_classic, |text| text == "true");
    call.clear_sessions(&user, with_tokens, with_devices).await?;
    Ok(respond::no_content())
}

async fn groups(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.read(|org, call| users::groups(org, call, &path.get("id"))).map(respond::list)
}

/// A step of a user's lifecycle.
async fn step(
    call: &Management,
    rule: impl FnOnce(&mut ManagementChange<'_, '_>) -> Result<Value, ApiError>,
) -> Result<Response, ApiError> {
    Ok(respond::ok(&call.change_with_effects(rule).await?))
}
