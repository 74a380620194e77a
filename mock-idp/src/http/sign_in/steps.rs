//! One handler for each form of the sign-in.

use std::sync::Arc;

use axum::Extension;
use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use mock_idp_core::protocol::{Parameters, Scopes};
use mock_idp_core::sign_in::Input;

use super::backchannel;
use crate::address::Address;
use crate::engine::SignInStep;
use crate::http::extract::{Body, FromBrowser, PageFrame, Query, urls};
use crate::http::respond::api_error::ApiError;
use crate::http::respond::page;

/// What every step needs beside its form.
pub(super) struct Visit {
    address: Arc<Address>,
    from: FromBrowser,
    frame: PageFrame,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let address = Extension::<Arc<Address>>::from_request_parts(parts, state).await;
        let Extension(address) = address.map_err(|error| ApiError::internal().because(error.to_string()))?;
        let from = FromBrowser::from_request_parts(parts, state).await?;
        let frame = PageFrame::from_request_parts(parts, state).await?;
        Ok(Self { address, from, frame })
    }
}

impl Visit {
    async fn take(self, form: &Parameters, step: SignInStep<'_>) -> Response {
        let Self { address, from: FromBrowser { browser, jar }, frame: PageFrame(frame) } = self;
        let handle = form.get("stateHandle").unwrap_or_default();
        let answer = address.org.sign_in(urls(&address), handle, step, browser, frame).await;
        page::outcome(answer, &jar)
    }

    pub(super) fn ask_for_device(self, user_code: Option<&str>) -> Response {
        let Self { address, from: FromBrowser { browser, jar }, frame: PageFrame(frame) } = self;
        page::outcome(address.org.ask_for_device(user_code, browser, frame), &jar)
    }

    pub(super) async fn activate(self, user_code: &str) -> Response {
        let Self { address, from: FromBrowser { browser, jar }, frame: PageFrame(frame) } = self;
        let answer = address.org.activate(urls(&address), user_code, browser, frame).await;
        page::outcome(answer, &jar)
    }

    pub(super) async fn backchannel_page(self) -> Response {
        if !self.picker() {
            return no_shortcuts();
        }
        page::render(&self.address.org.backchannel_page(self.frame.0).await)
    }

    pub(super) async fn give_word(self, id: &str, allowed: bool) -> Response {
        if !self.picker() {
            return no_shortcuts();
        }
        self.address.org.give_word(allowed, |request| request.id == id).await;
        backchannel::back(&self.address.path_prefix)
    }

    fn picker(&self) -> bool {
        self.address.org.org().document().settings.sign_in_page.picker
    }

    async fn give(self, form: &Parameters, input: Input<'_>) -> Response {
        let remember = form.get("rememberMe").is_some();
        self.take(form, SignInStep::Give { input, remember }).await
    }
}

fn no_shortcuts() -> Response {
    ApiError::path_not_found().because("the development user picker is off")
}

pub(super) async fn identify(visit: Visit, Body(form): Body) -> Response {
    visit.give(&form, Input::Identifier(form.get("identifier").unwrap_or_default())).await
}

pub(super) async fn challenge(visit: Visit, Body(form): Body) -> Response {
    visit.give(&form, Input::Password(form.get("credentials.passcode").unwrap_or_default())).await
}

pub(super) async fn both(visit: Visit, Body(form): Body) -> Response {
    let input = Input::Both {
        identifier: form.get("identifier").unwrap_or_default(),
        password: form.get("credentials.passcode").unwrap_or_default(),
    };
    visit.give(&form, input).await
}

pub(super) async fn pick(visit: Visit, Body(form): Body) -> Response {
    if !visit.picker() {
        return no_shortcuts();
    }
    visit.give(&form, Input::Pick(form.get("user").unwrap_or_default())).await
}

pub(super) async fn consent(visit: Visit, Body(form): Body) -> Response {
    let opted: Scopes = form.iter().filter(|(name, _)| *name == "scope").map(|(_, scope)| scope).collect();
    let allowed = form.get("consent") == Some("allow");
    visit.take(&form, SignInStep::Consent { allowed, opted: &opted }).await
}

pub(super) async fn restart(visit: Visit, Query(query): Query) -> Response {
    visit.take(&query, SignInStep::Restart).await
}
