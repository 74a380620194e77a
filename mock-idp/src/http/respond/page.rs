//! Pages and redirects of the sign-in.

use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use mock_idp_core::sign_in::view::PageView;

use crate::engine::{Explained, Outcome, SignedOut};
use crate::http::extract::{Jar, set_cookies};
use crate::http::respond::api_error::ApiError;
use crate::pages;

/// What a browser gets from the authorization endpoint and the sign-in's forms.
pub(crate) fn outcome(answer: Explained<Outcome>, jar: &Jar) -> Response {
    let mut response = match answer.result {
        Outcome::Redirect { location, cookies } => {
            let mut response = redirect(&location);
            set_cookies(&mut response, jar, &cookies, false);
            response
        }
        Outcome::Page { view, cookies, remember } => {
            let mut response = render(&view);
            set_cookies(&mut response, jar, &cookies, remember);
            response
        }
    };
    response.extensions_mut().insert(answer.explanation);
    response
}

/// The same for a program that asks for JSON. Okta: errors that are shown come in the API's shape then.
pub(crate) fn outcome_as_json(answer: Explained<Outcome>, jar: &Jar) -> Response {
    if let Outcome::Page { view, .. } = &answer.result
        && let PageView::Error(error) = &**view
    {
        let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = ApiError::new(status, error.code.clone(), error.description.clone()).into_response();
        response.extensions_mut().insert(answer.explanation);
        return response;
    }
    outcome(answer, jar)
}

/// What a browser gets when it signs out.
pub(crate) fn signed_out(answer: Explained<SignedOut>) -> Response {
    let mut response = match answer.result {
        SignedOut::Redirect(location) => redirect(&location),
        SignedOut::Page(view) | SignedOut::Refused(view) => render(&view),
    };
    response.extensions_mut().insert(answer.explanation);
    response
}

/// Okta: 302. A form's POST becomes a GET with it too, in every browser; RFC 9700 2.1 only rules out 307.
fn redirect(location: &str) -> Response {
    let mut response = StatusCode::FOUND.into_response();
    // A registered URI and form-urlencoded fields: always a legal header.
    if let Ok(value) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

pub(crate) fn render(view: &PageView) -> Response {
    let status = match view {
        PageView::Error(error) => StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST),
        _ => StatusCode::OK,
    };
    let mut response = (status, Html(pages::render(view))).into_response();
    if let Ok(policy) = HeaderValue::from_str(&pages::content_security_policy(view, None)) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    // Hidden frames of the app itself wait for that page's message: its policy names who may embed it.
    if !matches!(view, PageView::PostMessage(_)) {
        response.headers_mut().insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    response
}
