//! The page where the tester allows or denies backchannel requests, as the user would on a phone. Like the picker, it needs no
//! password; where the picker is off, so is this page.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};

use super::form::{PickerForm, SignInForm};
use crate::engine::BackchannelInbox;
use crate::http::extract::Form;
use crate::http::respond::{api_error, page};
use crate::journal::Explained;
use crate::routing::Decided;

pub(super) async fn get(PickerForm(form): PickerForm) -> Decided {
    let SignInForm { address, frame, .. } = form;
    match BackchannelInbox::new(&address.org).page(frame).await {
        Ok(view) => Explained::undecided(page::render(&view)),
        Err(error) => api_error::render(&error.into()),
    }
}

pub(super) async fn post(PickerForm(form): PickerForm, Form(fields): Form) -> Decided {
    let (id, allowed) = (fields.get("id").unwrap_or_default(), fields.get("consent") == Some("allow"));
    match BackchannelInbox::new(&form.address.org).decide(allowed, |request| request.id == id).await {
        Ok(_) => Explained::undecided(list(&form.address.path_prefix)),
        Err(error) => api_error::render(&error.into()),
    }
}

/// Redirects to the list, so that a reload does not post again.
fn list(path_prefix: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(list) = HeaderValue::from_str(&format!("{path_prefix}/signin/backchannel")) {
        response.headers_mut().insert(header::LOCATION, list);
    }
    response
}
