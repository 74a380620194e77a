//! Sessions of browsers. Okta: `/api/v1/sessions`; `me` is the session of the browser that asks.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, Method, StatusCode};
use mock_idp_core::management::ApiError;
use serde::Deserialize;

use super::respond;
use crate::engine::{SessionApi, SessionName};
use crate::http::cookies::{clear_session, set_cookies};
use crate::http::dispatch::Admitted;
use crate::http::extract::{AtServer, BrowserForm, JsonBody};
use crate::routing::{Access, Handler, PathParameters, RateClass, Readers, Route, handler};

const READ: &[&str] = &["okta.sessions.read", "okta.sessions.manage"];
const MANAGE: &[&str] = &["okta.sessions.manage"];

const ONE: &[&str] = &["/api/v1/sessions/{id}"];
const ME: &[&str] = &["/api/v1/sessions/me"];

/// An id stands for its session.
const SECRETS: &[&str] = &["id", "sessionToken"];

pub(in crate::http) static ROUTES: &[Route] = &[
    of_browser(Method::POST, &["/api/v1/sessions"], handler!(create)),
    of_browser(Method::GET, ME, handler!(get_mine)),
    of_browser(Method::DELETE, ME, handler!(close_mine)),
    of_browser(Method::POST, &["/api/v1/sessions/me/lifecycle/refresh"], handler!(refresh_mine)),
    by_id(Method::GET, ONE, READ, handler!(get)),
    by_id(Method::DELETE, ONE, MANAGE, handler!(close)),
    by_id(Method::POST, &["/api/v1/sessions/{id}/lifecycle/refresh"], MANAGE, handler!(refresh)),
];

const fn of_browser(method: Method, paths: &'static [&'static str], handler: Handler) -> Route {
    route(method, paths, Access::Session, handler)
}

const fn by_id(
    method: Method,
    paths: &'static [&'static str],
    scopes: &'static [&'static str],
    handler: Handler,
) -> Route {
    route(method, paths, Access::Management(scopes), handler)
}

const fn route(method: Method, paths: &'static [&'static str], access: Access, handler: Handler) -> Route {
    Route {
        method,
        paths,
        access,
        rate: RateClass::Management,
        readers: Readers::TrustedOriginsOfApi,
        secrets: SECRETS,
        handler,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewSession {
    #[serde(default)]
    session_token: String,
}

async fn create(AtServer(context): AtServer, form: BrowserForm, body: JsonBody) -> Result<Response, ApiError> {
    let NewSession { session_token } = body.read()?;
    let begun = SessionApi::new(&context).create(&session_token, form.browser, form.frame).await?;
    let mut response = respond::ok(&begun.shown);
    set_cookies(&mut response, &form.names, &begun.cookies, begun.session_age);
    Ok(response)
}

async fn get_mine(AtServer(context): AtServer, form: BrowserForm, head: HeaderMap) -> Result<Response, ApiError> {
    let name = SessionName::Me(form.browser.session.as_deref());
    let session = SessionApi::new(&context).get(name).await?;
    Ok(if prefers_minimal(&head) { StatusCode::NO_CONTENT.into_response() } else { respond::ok(&session) })
}

async fn refresh_mine(AtServer(context): AtServer, form: BrowserForm, head: HeaderMap) -> Result<Response, ApiError> {
    let name = SessionName::Me(form.browser.session.as_deref());
    let session = SessionApi::new(&context).refresh(name).await?;
    Ok(if prefers_minimal(&head) { StatusCode::NO_CONTENT.into_response() } else { respond::ok(&session) })
}

async fn close_mine(AtServer(context): AtServer, form: BrowserForm) -> Result<Response, ApiError> {
    SessionApi::new(&context).close(SessionName::Me(form.browser.session.as_deref())).await?;
    let mut response = respond::no_content();
    clear_session(&mut response, &form.names, &form.browser);
    Ok(response)
}

async fn get(Admitted(context): Admitted, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&SessionApi::new(&context).get(SessionName::Id(&path.get("id"))).await?))
}

async fn refresh(Admitted(context): Admitted, path: PathParameters) -> Result<Response, ApiError> {
    Ok(respond::ok(&SessionApi::new(&context).refresh(SessionName::Id(&path.get("id"))).await?))
}

async fn close(Admitted(context): Admitted, path: PathParameters) -> Result<Response, ApiError> {
    SessionApi::new(&context).close(SessionName::Id(&path.get("id"))).await?;
    Ok(respond::no_content())
}

/// RFC 7240 4.2.
fn prefers_minimal(head: &HeaderMap) -> bool {
    head.get_all("prefer").iter().any(|value| value.to_str().is_ok_and(|text| text.contains("return=minimal")))
}
