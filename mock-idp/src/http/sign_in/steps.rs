//! One handler for each form of the sign-in.

use mock_idp_core::model::SignInMethod;
use mock_idp_core::protocol::{Parameters, Scopes};
use mock_idp_core::sign_in::{PasskeyAssertion, PasskeyRegistration, SignInAnswer};
use serde_json::json;

use super::passwordless::PickerForm;
use crate::engine::{SessionRedirect, SignInEndpoint};
use crate::http::extract::{AtServer, BrowserForm, Form};
use crate::http::respond::{self, page};
use crate::journal::Explained;
use crate::routing::{Decided, Query};

pub(super) async fn identify(form: BrowserForm, Form(fields): Form) -> Decided {
    submit(form, &fields, SignInAnswer::Identifier(fields.get("identifier").unwrap_or_default())).await
}

pub(super) async fn challenge(form: BrowserForm, Form(fields): Form) -> Decided {
    if let Some(answer) = passkey_answer(&fields) {
        return submit(form, &fields, answer).await;
    }
    // The last is that of the button that uses the right answer.
    let entered = ["credentials.passcode", "credentials.totp", "credentials.answer", "expectedAnswer"]
        .into_iter()
        .find_map(|name| fields.get(name));
    submit(form, &fields, SignInAnswer::Passcode(entered.unwrap_or_default())).await
}

/// What a browser has filled in for a passkey.
fn passkey_answer(fields: &Parameters) -> Option<SignInAnswer<'_>> {
    let client_data = fields.get("credentials.clientData")?;
    let field = |name| fields.get(name).unwrap_or_default();
    Some(match fields.get("credentials.attestation") {
        Some(attestation) => {
            let transports = field("credentials.transports");
            SignInAnswer::RegisterPasskey(PasskeyRegistration { attestation, client_data, transports })
        }
        None => SignInAnswer::UsePasskey(PasskeyAssertion {
            authenticator_data: field("credentials.authenticatorData"),
            client_data,
            signature: field("credentials.signatureData"),
            user_handle: fields.get("credentials.userHandle"),
        }),
    })
}

/// A link of a list of methods, or the link to the list.
pub(super) async fn choose(form: BrowserForm, Query(query): Query) -> Decided {
    let (authenticator, method) = (query.get("authenticator"), query.get("method"));
    let is_named = |known: &SignInMethod| {
        authenticator == Some(known.row().authenticator) && method.is_none_or(|method| method == known.row().method)
    };
    let answer = match (SignInMethod::ALL.into_iter().find(is_named), method) {
        (Some(named), Some(_)) => SignInAnswer::Choose(named),
        (Some(named), None) => SignInAnswer::ChooseAuthenticator(named),
        (None, _) => SignInAnswer::ShowChoices,
    };
    step(form, &query, answer, false).await
}

/// A question or a phone to enroll.
pub(super) async fn enroll(form: BrowserForm, Form(fields): Form) -> Decided {
    let field = |name| fields.get(name).unwrap_or_default();
    if let Some(method) = phone_method(&fields) {
        let answer = SignInAnswer::EnrollPhone { method, number: field("authenticator.phoneNumber") };
        return step(form, &fields, answer, false).await;
    }
    let (key, text) = (field("credentials.questionKey"), field("credentials.question"));
    let answer = SignInAnswer::Question { key, text, answer: field("credentials.answer") };
    step(form, &fields, answer, false).await
}

/// Sends another code, or the first one.
pub(super) async fn resend(form: BrowserForm, Form(fields): Form) -> Decided {
    let answer = phone_method(&fields).map_or(SignInAnswer::Resend, SignInAnswer::Choose);
    step(form, &fields, answer, false).await
}

/// Asks whether a notification has been answered.
pub(super) async fn poll(form: BrowserForm, Form(fields): Form) -> Decided {
    step(form, &fields, SignInAnswer::Poll, false).await
}

/// The script of a page that waits for an answer of the phone asks whether it still has to. The page itself is not used up.
pub(super) async fn is_waiting(form: BrowserForm, Query(query): Query) -> Decided {
    let BrowserForm { address, browser, frame, .. } = form;
    let handle = query.get("stateHandle").unwrap_or_default();
    let waits = SignInEndpoint::new(&address.org, address.urls()).waits_for_phone(handle, browser, frame).await;
    // Without a transaction there is nothing to wait for: the page's form says so.
    let body = json!({ "waiting": waits.unwrap_or(false) });
    Explained::undecided(respond::json::text(body.to_string().into()))
}

/// How a code is sent to a phone. The pressed button decides.
fn phone_method(fields: &Parameters) -> Option<SignInMethod> {
    let (_, named) = fields.iter().filter(|(name, _)| *name == "authenticator.methodType").last()?;
    SignInMethod::ALL.into_iter().find(|method| method.is_phone() && method.row().method == named)
}

pub(super) async fn skip(form: BrowserForm, Form(fields): Form) -> Decided {
    step(form, &fields, SignInAnswer::Skip, false).await
}

pub(super) async fn new_password(form: BrowserForm, Form(fields): Form) -> Decided {
    let password = fields.get("credentials.passcode").unwrap_or_default();
    let repeated = fields.get("confirmPassword") == Some(password);
    let ends_sessions = fields.get("credentials.revokeSessions") == Some("true");
    submit(form, &fields, SignInAnswer::NewPassword { password, repeated, ends_sessions }).await
}

pub(super) async fn both(form: BrowserForm, Form(fields): Form) -> Decided {
    // The names of both engines.
    let either = |names: [&str; 2]| names.into_iter().find_map(|name| fields.get(name)).unwrap_or_default();
    let answer = SignInAnswer::Both {
        identifier: either(["username", "identifier"]),
        password: either(["password", "credentials.passcode"]),
    };
    submit(form, &fields, answer).await
}

pub(super) async fn pick(PickerForm(form): PickerForm, Form(fields): Form) -> Decided {
    submit(form, &fields, SignInAnswer::Pick(fields.get("user").unwrap_or_default())).await
}

/// The links of the picker.
pub(super) async fn pick_by_link(PickerForm(form): PickerForm, Query(query): Query) -> Decided {
    submit(form, &query, SignInAnswer::Pick(query.get("user").unwrap_or_default())).await
}

pub(super) async fn consent(form: BrowserForm, Form(fields): Form) -> Decided {
    let opted: Scopes = fields.iter().filter(|(name, _)| *name == "scope").map(|(_, scope)| scope).collect();
    let allowed = fields.get("consent") == Some("allow");
    step(form, &fields, SignInAnswer::Consent { allowed, selected: &opted }, false).await
}

pub(super) async fn keep_me_signed_in(form: BrowserForm, Form(fields): Form) -> Decided {
    let keeps = fields.get("keepMeSignedIn") == Some("true");
    step(form, &fields, SignInAnswer::KeepMeSignedIn(keeps), false).await
}

pub(super) async fn restart(form: BrowserForm, Query(query): Query) -> Decided {
    step(form, &query, SignInAnswer::Restart, false).await
}

/// The end of a sign-in by the IDX API. Okta: `/login/token/redirect`.
pub(super) async fn finish(form: BrowserForm, Query(query): Query) -> Decided {
    let BrowserForm { address, browser, names, frame } = form;
    let handle = query.get("stateToken").unwrap_or_default();
    page::response(SignInEndpoint::new(&address.org, address.urls()).finish(handle, browser, frame).await, &names)
}

/// Okta: `/login/sessionCookieRedirect`.
pub(super) async fn session_cookie(AtServer(call): AtServer, form: BrowserForm, Query(query): Query) -> Decided {
    let BrowserForm { browser, names, frame, .. } = form;
    let (token, redirect_url) = (query.get("token").unwrap_or_default(), query.get("redirectUrl").unwrap_or_default());
    page::response(SessionRedirect::new(&call).respond(token, redirect_url, browser, frame).await, &names)
}

async fn submit(form: BrowserForm, fields: &Parameters, answer: SignInAnswer<'_>) -> Decided {
    let remember = fields.get("rememberMe").or_else(|| fields.get("remember")).is_some();
    step(form, fields, answer, remember).await
}

pub(super) async fn step(form: BrowserForm, fields: &Parameters, answer: SignInAnswer<'_>, remember: bool) -> Decided {
    let BrowserForm { address, browser, names, frame } = form;
    let handle = fields.get("stateHandle").unwrap_or_default();
    let endpoint = SignInEndpoint::new(&address.org, address.urls());
    page::response(endpoint.respond(handle, answer, remember, browser, frame).await, &names)
}
