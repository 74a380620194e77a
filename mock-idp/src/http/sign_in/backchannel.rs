//! The page where the tester allows or denies backchannel requests, as the user would on a phone. Like the picker, it needs no
//! password; where the picker is off, so is this page.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};

use super::form::{PickerForm, SignInForm};
use crate::http::extract::Form;
use crate::http::respond::page;
use crate::journal::Explained;
use crate::routing::Decided;

pub(super) async fn get(PickerForm(form): PickerForm) -> Decided {
    let SignInForm { address, frame, .. } = form;
    Explained::undecided(page::render(&address.org.backchannel_page(frame).await))
}

pub(super) async fn post(PickerForm(form): PickerForm, Form(fields): Form) -> Decided {
    let (id, allowed) = (fields.get("id").unwrap_or_default(), fields.get("consent") == Some("allow"));
    form.address.org.give_word(allowed, |request| request.id == id).await;
    Explained::undecided(list(&form.address.path_prefix))
}

/// Redirects to the list, so that a reload does not post again.
fn list(path_prefix: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(list) = HeaderValue::from_str(&format!("{path_prefix}/signin/backchannel")) {
        response.headers_mut().insert(header::LOCATION, list);
    }
    response
}
