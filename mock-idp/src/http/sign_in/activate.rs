//! Okta's page for device codes.

use super::form::SignInForm;
use crate::engine::ActivationPage;
use crate::http::extract::Form;
use crate::http::respond::page;
use crate::routing::{Decided, Query};

pub(super) async fn get(form: SignInForm, Query(query): Query) -> Decided {
    let SignInForm { address, browser, names, frame } = form;
    page::response(
        ActivationPage::new(&address.org, address.urls()).show(query.get("user_code"), browser, frame),
        &names,
    )
}

pub(super) async fn post(form: SignInForm, Form(fields): Form) -> Decided {
    let SignInForm { address, browser, names, frame } = form;
    let user_code = fields.get("userCode").unwrap_or_default();
    page::response(ActivationPage::new(&address.org, address.urls()).submit(user_code, browser, frame).await, &names)
}
