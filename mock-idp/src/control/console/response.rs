//! What the pages of the console have in common.

use axum::response::{Html, IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use mock_idp_core::protocol::Language;

use crate::address::Address;
use crate::pages;
use crate::pages::view::{ConsoleView, Frame};

pub(in crate::control) fn frame(address: &Address) -> Frame {
    Frame {
        org_name: address.org.org().identity().name.clone(),
        path_prefix: address.path_prefix.to_string(),
        request_id: String::new(),
        warnings: address.warnings(),
        language: Language::English,
    }
}

pub(in crate::control) fn page(view: &ConsoleView) -> Response {
    let mut response = (StatusCode::OK, Html(pages::render_console(view))).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(pages::CONSOLE_POLICY));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
