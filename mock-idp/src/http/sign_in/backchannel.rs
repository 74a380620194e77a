//! The page where whoever tests gives the word that a user would give on a phone. Like the picker, it stands for a password;
//! where that is off, so is this.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};

use super::steps::Visit;
use crate::http::extract::Body;

pub(super) async fn get(visit: Visit) -> Response {
    visit.backchannel_page().await
}

pub(super) async fn post(visit: Visit, Body(form): Body) -> Response {
    let (id, allowed) = (form.get("id").unwrap_or_default(), form.get("consent") == Some("allow"));
    visit.give_word(id, allowed).await
}

/// Back to the list, so that loading it again sends nothing again.
pub(super) fn back(path_prefix: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(list) = HeaderValue::from_str(&format!("{path_prefix}/signin/backchannel")) {
        response.headers_mut().insert(header::LOCATION, list);
    }
    response
}
