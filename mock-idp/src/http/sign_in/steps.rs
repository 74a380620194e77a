//! One handler for each form of the sign-in.

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use mock_idp_core::protocol::{Parameters, Scopes};
use mock_idp_core::sign_in::Input;
use mock_idp_core::sign_in::view::Frame;

use crate::address::Address;
use crate::engine::SignInStep;
use crate::http::extract::{Body, FromBrowser, Query, frame, urls};
use crate::http::respond::api_error::ApiError;
use crate::http::respond::page;

/// What every step needs beside its form.
pub(super) struct Context {
    address: Address,
    from: FromBrowser,
    frame: Frame,
}

impl<S: Send + Sync> FromRequestParts<S> for Context {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let address = parts.extensions.get::<Address>().cloned();
        Ok(Self {
            address: address.ok_or_else(|| ApiError::internal().because("no address"))?,
            from: FromBrowser::from_request_parts(parts, state).await?,
            frame: frame(parts)?,
        })
    }
}

pub(super) async fn identify(context: Context, Body(form): Body) -> Response {
    let input = Input::Identifier(form.get("identifier").unwrap_or_default());
    take(context, &form, SignInStep::Give { input, remember: remember(&form) }).await
}

pub(super) async fn challenge(context: Context, Body(form): Body) -> Response {
    let input = Input::Password(form.get("credentials.passcode").unwrap_or_default());
    take(context, &form, SignInStep::Give { input, remember: remember(&form) }).await
}

pub(super) async fn both(context: Context, Body(form): Body) -> Response {
    let input = Input::Both {
        identifier: form.get("identifier").unwrap_or_default(),
        password: form.get("credentials.passcode").unwrap_or_default(),
    };
    take(context, &form, SignInStep::Give { input, remember: remember(&form) }).await
}

pub(super) async fn pick(context: Context, Body(form): Body) -> Response {
    if !context.address.org.org().document().settings.sign_in_page.picker {
        return ApiError::path_not_found().because("the development user picker is off");
    }
    let input = Input::Pick(form.get("user").unwrap_or_default());
    take(context, &form, SignInStep::Give { input, remember: false }).await
}

pub(super) async fn consent(context: Context, Body(form): Body) -> Response {
    let opted: Scopes = form.iter().filter(|(name, _)| *name == "scope").map(|(_, scope)| scope).collect();
    let allowed = form.get("consent") == Some("allow");
    take(context, &form, SignInStep::Consent { allowed, opted: &opted }).await
}

pub(super) async fn restart(context: Context, Query(query): Query) -> Response {
    take(context, &query, SignInStep::Restart).await
}

fn remember(form: &Parameters) -> bool {
    form.get("rememberMe").is_some()
}

async fn take(context: Context, form: &Parameters, step: SignInStep<'_>) -> Response {
    let Context { address, from, frame } = context;
    let handle = form.get("stateHandle").unwrap_or_default();
    let answer = address.org.sign_in(urls(&address), handle, step, from.browser, frame).await;
    page::outcome(answer, &from.jar)
}
