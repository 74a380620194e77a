//! The page where the tester allows or denies backchannel requests, as the user would on a phone. Like the picker, it needs no
//! password; where the picker is off, so is this page.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};

use super::form::PickerForm;
use crate::engine::BackchannelDecisions;
use crate::http::extract::{BrowserForm, Form};
use crate::http::respond::{api_error, page};
use crate::journal::Explained;
use crate::pages::view;
use crate::routing::{Decided, Query};

pub(super) async fn get(PickerForm(form): PickerForm, Query(query): Query) -> Decided {
    let BrowserForm { address, frame, .. } = form;
    let decided = query.get("decided").and_then(view::ShownDecision::named);
    match BackchannelDecisions::new(&address.org).page(decided, frame).await {
        Ok(view) => Explained::undecided(page::render(&view)),
        Err(error) => api_error::render(&error.into()),
    }
}

pub(super) async fn post(PickerForm(form): PickerForm, Form(fields): Form) -> Decided {
    let (id, allowed) = (fields.get("id").unwrap_or_default(), fields.get("consent") == Some("allow"));
    match BackchannelDecisions::new(&form.address.org).decide(allowed, |request| request.id == id).await {
        Ok(decided) => {
            let decided = match (decided.is_empty(), allowed) {
                (true, _) => view::ShownDecision::TooLate,
                (false, true) => view::ShownDecision::Approved,
                (false, false) => view::ShownDecision::Denied,
            };
            Explained::undecided(list(&form.address.path_prefix, decided))
        }
        Err(error) => api_error::render(&error.into()),
    }
}

/// Redirects to the list, which says what was decided, so that a reload does not post again.
fn list(path_prefix: &str, decided: view::ShownDecision) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(list) = HeaderValue::from_str(&format!("{path_prefix}/signin/backchannel?decided={}", decided.name())) {
        response.headers_mut().insert(header::LOCATION, list);
    }
    response
}
