//! Okta's page for device codes.

use crate::engine::ActivationPage;
use crate::http::extract::{BrowserForm, Form};
use crate::http::respond::page;
use crate::routing::{Decided, Query};

pub(super) async fn get(form: BrowserForm, Query(query): Query) -> Decided {
    let BrowserForm { address, browser, names, frame } = form;
    page::response(
        ActivationPage::new(&address.org, address.urls()).show(query.get("user_code"), browser, frame),
        &names,
    )
}

pub(super) async fn post(form: BrowserForm, Form(fields): Form) -> Decided {
    let BrowserForm { address, browser, names, frame } = form;
    let user_code = fields.get("userCode").unwrap_or_default();
    page::response(ActivationPage::new(&address.org, address.urls()).submit(user_code, browser, frame).await, &names)
}
