//! One handler for each step.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use mock_idp_core::endpoint::idx::{self, ChosenAuthenticator, IdxError};
use mock_idp_core::ledger::{AppChannel, RecoveryKind};
use mock_idp_core::sign_in::{RecoveryAnswer, RegistrationAnswer, SignInAnswer};

use super::body::{IdxAuthenticator, IdxBody, IdxCredentials};
use crate::engine::{IdxAction, IdxEndpoint, IdxHandle, IdxResponse};
use crate::http::cookies::{CookieNames, set_cookies};
use crate::http::extract::BrowserForm;
use crate::http::respond::api_error;
use crate::journal::Explained;
use crate::routing::Decided;

pub(super) async fn introspect(form: BrowserForm, body: IdxBody) -> Decided {
    let IdxBody { state_handle, state_token, interaction_handle, .. } = &body;
    let state = state_handle.as_deref().or(state_token.as_deref()).map(IdxHandle::State);
    match state.or(interaction_handle.as_deref().map(IdxHandle::Interaction)) {
        Some(handle) => respond(form, IdxAction::Introspect(handle)).await,
        None => bad_request("the body names no transaction"),
    }
}

pub(super) async fn identify(form: BrowserForm, body: IdxBody) -> Decided {
    let identifier = body.identifier.as_deref().unwrap_or_default();
    let answer = match &body.credentials {
        Some(credentials) => SignInAnswer::Both { identifier, password: &credentials.passcode },
        None => SignInAnswer::Identifier(identifier),
    };
    step(form, &body, answer).await
}

pub(super) async fn answer(form: BrowserForm, body: IdxBody) -> Decided {
    let credentials = body.credentials.as_ref();
    if let Some(answer) = credentials.and_then(|credentials| credentials.passkey.answer()) {
        return step(form, &body, answer).await;
    }
    let answer = match credentials.and_then(|credentials| Some((credentials, credentials.answer.as_deref()?))) {
        Some((IdxCredentials { question_key: key, question: text, .. }, answer)) => {
            SignInAnswer::Question { key, text, answer }
        }
        None => match credentials {
            Some(credentials) if credentials.revoke_sessions => {
                SignInAnswer::NewPassword { password: credentials.code(), repeated: true, ends_sessions: true }
            }
            _ => SignInAnswer::Passcode(credentials.map_or("", IdxCredentials::code)),
        },
    };
    step(form, &body, answer).await
}

/// Goes on with an authenticator, to verify or to enroll it; or the user whose account is to be unlocked. Okta: the latter together with
/// the method, of which there is one.
pub(super) async fn challenge(form: BrowserForm, body: IdxBody) -> Decided {
    if let Some(identifier) = body.identifier.as_deref() {
        return step(form, &body, SignInAnswer::Recover(RecoveryAnswer::Identifier(identifier))).await;
    }
    match (body.state_handle.as_deref(), &body.authenticator) {
        (Some(state_handle), Some(IdxAuthenticator { id, method_type, phone_number, channel })) => {
            let phone_number = phone_number.as_deref().filter(|number| !number.is_empty());
            let (method, channel) = (method_type.as_deref(), channel.as_deref());
            let authenticator = ChosenAuthenticator { id, method, phone_number, channel };
            respond(form, IdxAction::Choose { state_handle, authenticator }).await
        }
        _ => bad_request("the body has no stateHandle, or neither an authenticator nor an identifier"),
    }
}

/// Asks whether a notification has been answered, or a link has been opened.
pub(super) async fn poll(form: BrowserForm, body: IdxBody) -> Decided {
    match body.state_handle.as_deref() {
        Some(state_handle) => respond(form, IdxAction::Poll { state_handle }).await,
        None => bad_request("the body has no stateHandle"),
    }
}

/// Sends the link that sets Okta Verify up.
pub(super) async fn send(form: BrowserForm, body: IdxBody) -> Decided {
    let (channel, address) = match (body.email.as_deref(), body.phone_number.as_deref()) {
        (Some(email), _) => (AppChannel::Email, email),
        (None, Some(number)) => (AppChannel::Sms, number),
        (None, None) => return bad_request("the body has neither an email nor a phoneNumber"),
    };
    step(form, &body, SignInAnswer::EnrollApp { channel, address: Some(address) }).await
}

/// Sends another code.
pub(super) async fn resend(form: BrowserForm, body: IdxBody) -> Decided {
    step(form, &body, SignInAnswer::Resend).await
}

pub(super) async fn skip(form: BrowserForm, body: IdxBody) -> Decided {
    step(form, &body, SignInAnswer::Skip).await
}

pub(super) async fn recover(form: BrowserForm, body: IdxBody) -> Decided {
    step(form, &body, SignInAnswer::Recover(RecoveryAnswer::Begin(RecoveryKind::Password))).await
}

pub(super) async fn unlock_account(form: BrowserForm, body: IdxBody) -> Decided {
    step(form, &body, SignInAnswer::Recover(RecoveryAnswer::Begin(RecoveryKind::Unlock))).await
}

pub(super) async fn select_identify(form: BrowserForm, body: IdxBody) -> Decided {
    step(form, &body, SignInAnswer::Restart).await
}

pub(super) async fn enroll(form: BrowserForm, body: IdxBody) -> Decided {
    step(form, &body, SignInAnswer::Register(RegistrationAnswer::Begin)).await
}

pub(super) async fn enroll_new(form: BrowserForm, body: IdxBody) -> Decided {
    step(form, &body, SignInAnswer::Register(RegistrationAnswer::Profile(&body.user_profile))).await
}

pub(super) async fn consent(form: BrowserForm, body: IdxBody) -> Decided {
    let selected = body.selected();
    match body.consent {
        Some(allowed) => step(form, &body, SignInAnswer::Consent { allowed, selected: &selected }).await,
        None => bad_request("the body has no consent"),
    }
}

pub(super) async fn keep_me_signed_in(form: BrowserForm, body: IdxBody) -> Decided {
    match body.keep_me_signed_in {
        Some(keeps) => step(form, &body, SignInAnswer::KeepMeSignedIn(keeps)).await,
        None => bad_request("the body has no keepMeSignedIn"),
    }
}

pub(super) async fn cancel(form: BrowserForm, body: IdxBody) -> Decided {
    match body.state_handle.as_deref() {
        Some(state_handle) => respond(form, IdxAction::Cancel { state_handle }).await,
        None => bad_request("the body has no stateHandle"),
    }
}

async fn step(form: BrowserForm, body: &IdxBody, answer: SignInAnswer<'_>) -> Decided {
    match body.state_handle.as_deref() {
        Some(state_handle) => {
            let action = IdxAction::Answer { state_handle, answer, remember: body.remember_me };
            respond(form, action).await
        }
        None => bad_request("the body has no stateHandle"),
    }
}

async fn respond(form: BrowserForm, action: IdxAction<'_>) -> Decided {
    let BrowserForm { address, browser, names, frame } = form;
    let decided = IdxEndpoint::new(&address.org, address.urls()).respond(action, browser, frame).await;
    decided.map(|result| match result {
        Ok(response) => render(&response, &names),
        Err(error) => api_error::render(&error).result,
    })
}

fn bad_request(reason: &str) -> Decided {
    let error = IdxError::BadRequest;
    Explained::refused(ion(error.status(), &idx::failed(&error)), reason)
}

fn render(answer: &IdxResponse, names: &CookieNames) -> Response {
    let mut response = ion(answer.status, &answer.document);
    set_cookies(&mut response, names, &answer.cookies, answer.session_age);
    response
}

fn ion(status: u16, document: &serde_json::Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = (status, document.to_string()).into_response();
    let media_type = HeaderValue::from_static("application/ion+json; okta-version=1.0.0");
    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    response
}
