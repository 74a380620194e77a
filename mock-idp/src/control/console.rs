//! `/_mock/console`: the explain API and the journal as pages.

use std::sync::Arc;

use crate::pages::view::{
    ConsoleView, FormView, Frame, PreviewView, RequestRow, RequestView, RequestsView, ResultView,
};
use axum::response::{Html, IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use mock_idp_core::org::Org;
use mock_idp_core::preview::{Preview, Question, Remedies, Why};

use super::explain::urls;
use super::requests::unknown;
use crate::address::Address;
use crate::clock::rfc3339;
use crate::journal::Entry;
use crate::pages;
use crate::preview;
use crate::routing::{At, PathParameters, Query};

/// The largest number of requests on the page.
const MAX_ROWS: usize = 200;

pub(super) async fn preview_page(At(address): At, Query(parameters): Query) -> Response {
    let org = address.org.org();
    let given: Vec<(String, String)> =
        parameters.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let mut view =
        PreviewView { frame: frame(&address), form: FormView::new(&org, &given), problem: None, result: None };
    if !given.is_empty() {
        match Question::read(&org, parameters.iter()) {
            Err(bad) => view.problem = Some(bad.error),
            Ok(question) => {
                let base = Arc::clone(&address.base);
                let result = move |org: &Org, question: &Question, preview: Preview, remedies: Remedies| {
                    ResultView::new(org, &base, question, &preview, &remedies)
                };
                view.result = Some(preview::explain(&address.org, urls(&address), question, result).await);
            }
        }
    }
    page(&ConsoleView::Preview(Box::new(view)))
}

pub(super) async fn requests(At(address): At) -> Response {
    let requests = address.org.journal.latest(MAX_ROWS).iter().map(row).collect();
    page(&ConsoleView::Requests(RequestsView { frame: frame(&address), requests }))
}

pub(super) async fn request(At(address): At, path: PathParameters) -> Response {
    let request_id = path.get("request_id");
    let Some(entry) = address.org.journal.find(&request_id) else {
        return unknown(&address, &request_id).into_response();
    };
    let view = RequestView { frame: frame(&address), row: row(&entry), why: Why::of(&entry.notes) };
    page(&ConsoleView::Request(Box::new(view)))
}

fn row(entry: &Entry) -> RequestRow {
    RequestRow {
        request_id: entry.request_id.to_string(),
        time: rfc3339(entry.time),
        method: entry.method.to_string(),
        path: entry.path.clone(),
        status: entry.status,
        client: entry.client.clone(),
        user: entry.user.clone(),
        reason: entry.reason.clone(),
    }
}

fn frame(address: &Address) -> Frame {
    Frame {
        org_name: address.org.org().identity().name.clone(),
        path_prefix: address.path_prefix.to_string(),
        request_id: String::new(),
        warnings: address.warnings(),
    }
}

fn page(view: &ConsoleView) -> Response {
    let mut response = (StatusCode::OK, Html(pages::render_console(view))).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(pages::CONSOLE_POLICY));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
