//! The page where the tester answers backchannel requests and push notifications, as the user would on a phone. Like the picker, it needs no
//! password; where the picker is off, so is this page.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use mock_idp_core::ledger::PushAnswer;

use super::passwordless::PickerForm;
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
    let number = fields.get("number").and_then(|number| number.parse().ok());
    let allowed = number.is_some() || fields.get("consent") == Some("allow");
    let id = fields.get("id").unwrap_or_default();
    match form.address.org.answer_pushes(allowed, number, |push| push.id == id).await {
        Ok(answered) if answered.is_empty() => {}
        Ok(answered) => {
            let approved = answered.iter().any(|push| push.answer == Some(PushAnswer::Approved));
            let decided = if approved { view::ShownDecision::Approved } else { view::ShownDecision::Denied };
            return Explained::undecided(list(&form.address.path_prefix, "phone", decided));
        }
        Err(error) => return api_error::render(&error.into()),
    }
    match BackchannelDecisions::new(&form.address.org).decide(allowed, |request| request.id == id).await {
        Ok(decided) => {
            let decided = match (decided.is_empty(), allowed) {
                (true, _) => view::ShownDecision::TooLate,
                (false, true) => view::ShownDecision::Approved,
                (false, false) => view::ShownDecision::Denied,
            };
            Explained::undecided(list(&form.address.path_prefix, "backchannel", decided))
        }
        Err(error) => api_error::render(&error.into()),
    }
}

/// Redirects to the list, which says what was decided, so that a reload does not post again.
fn list(path_prefix: &str, page: &str, decided: view::ShownDecision) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(list) = HeaderValue::from_str(&format!("{path_prefix}/signin/{page}?decided={}", decided.name())) {
        response.headers_mut().insert(header::LOCATION, list);
    }
    response
}
