//! Sign-ins at external identity providers.

use mock_idp_core::protocol::Parameters;

use crate::engine::ProviderEndpoint;
use crate::http::extract::{BrowserForm, Form};
use crate::http::respond::page;
use crate::routing::{Decided, PathParameters, Query};

/// Sends the browser to a provider. Okta: `/sso/idps/{id}`.
pub(super) async fn go(form: BrowserForm, path: PathParameters, Query(query): Query) -> Decided {
    let BrowserForm { address, browser, names, frame } = form;
    let handle = query.get("stateToken").unwrap_or_default();
    let endpoint = ProviderEndpoint::new(&address.org, address.urls());
    page::response(endpoint.go(&path.get("id"), handle, browser, frame).await, &names)
}

/// The browser comes back.
pub(super) async fn return_by_query(form: BrowserForm, Query(query): Query) -> Decided {
    respond(form, &query).await
}

/// The browser comes back with `response_mode=form_post`.
pub(super) async fn return_by_form(form: BrowserForm, Form(fields): Form) -> Decided {
    respond(form, &fields).await
}

async fn respond(form: BrowserForm, parameters: &Parameters) -> Decided {
    let BrowserForm { address, browser, names, frame } = form;
    let endpoint = ProviderEndpoint::new(&address.org, address.urls());
    page::response(endpoint.respond(parameters, browser, frame).await, &names)
}
