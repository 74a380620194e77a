//! Pages and redirects of the sign-in.

use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::api_error::{self, with_retry_after};
use crate::engine::{BrowserResponse, LogoutResponse};
use crate::http::cookies::{CookieNames, set_cookies};
use crate::journal::{Explained, SecretParameters};
use crate::pages;
use crate::pages::view::PageView;
use crate::routing::Decided;

/// The answer of the authorization endpoint and of the sign-in's forms.
pub(crate) fn response(decided: Explained<BrowserResponse>, names: &CookieNames) -> Decided {
    decided.map(|response| match response {
        BrowserResponse::Redirect { location, cookies, secrets, session_age } => {
            let mut response = redirect(&location);
            if !secrets.is_empty() {
                response.extensions_mut().insert(SecretParameters(secrets));
            }
            set_cookies(&mut response, names, &cookies, session_age);
            response
        }
        BrowserResponse::Page { view, cookies, session_age } => {
            let mut response = render(&view);
            set_cookies(&mut response, names, &cookies, session_age);
            response
        }
    })
}

/// The same for a request that prefers JSON. Okta: errors that would be pages have the shape of its APIs then.
pub(crate) fn response_as_json(decided: Explained<BrowserResponse>, names: &CookieNames) -> Decided {
    if let BrowserResponse::Page { view, .. } = &decided.result
        && let PageView::Error(error) = &**view
    {
        let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
        let envelope = with_retry_after(api_error::envelope(status, &error.code, &error.description, &[]));
        return decided.map(|_| envelope);
    }
    response(decided, names)
}

/// The answer to a sign-out.
pub(crate) fn signed_out(decided: Explained<LogoutResponse>) -> Decided {
    decided.map(|result| match result {
        LogoutResponse::Redirect(location) => redirect(&location),
        LogoutResponse::Page(view) | LogoutResponse::Question(view) | LogoutResponse::Refused(view) => render(&view),
        // Okta: 400, as for pages, and JSON whatever the browser prefers.
        LogoutResponse::RefusedAsJson(error) => {
            api_error::envelope(StatusCode::BAD_REQUEST, error.error(), &error.description(), &[])
        }
    })
}

/// Okta: 302. A form's POST becomes a GET with it too, in every browser; RFC 9700 2.1 only rules out 307.
fn redirect(location: &str) -> Response {
    let mut response = StatusCode::FOUND.into_response();
    // A registered URI and form-urlencoded fields: always a valid header.
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
    if let Ok(policy) = HeaderValue::from_str(&pages::content_security_policy(view)) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    // Apps load these pages in hidden frames: the content security policy has the allowed embedders.
    if !matches!(view, PageView::PostMessage(_) | PageView::CheckSession(_)) {
        response.headers_mut().insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    with_retry_after(response)
}
