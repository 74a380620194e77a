//! Signing in by a program. Okta: `/api/v1/authn`.

use axum::response::IntoResponse as _;
use http::header;
use http::request::Parts;
use mock_idp_core::ledger::{MessageKind, RecoveryKind};
use mock_idp_core::management::ApiError;
use serde::Deserialize;

use crate::engine::{
    Authn, AuthnAction, AuthnRecovery, FactorAction, ManagementAccess, ManagementCredentials, SignInProgram,
};
use crate::http::extract::{AtServer, JsonBody, PasskeyBody, RequestHead, header_text};
use crate::http::respond::api_error;
use crate::routing::{Decided, PathParameters, Query};

/// The members of the bodies that matter here; others change nothing.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AuthnBody {
    username: String,
    password: String,
    state_token: String,
    old_password: String,
    new_password: String,
    factor_type: Option<String>,
    relay_state: Option<String>,
    recovery_token: String,
    /// The token of an activation link.
    token: String,
    answer: String,
    pass_code: String,
    provider: String,
    profile: FactorProfileBody,
    options: AuthnOptions,
    context: Option<AuthnContext>,
    #[serde(flatten)]
    passkey: PasskeyBody,
    /// From the path.
    #[serde(skip)]
    factor_id: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AuthnOptions {
    warn_before_password_expired: bool,
}

/// What a program says about the user's device.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AuthnContext {
    device_token: Option<String>,
}

/// A question or a phone to enroll.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct FactorProfileBody {
    question: String,
    question_text: String,
    answer: String,
    phone_number: String,
}

pub(super) async fn post(at: AtServer, RequestHead(head): RequestHead, body: JsonBody) -> Decided {
    // Okta: only a trusted program may bring an activation token or name the device.
    let trusted = is_trusted(&at, &head).await;
    respond(at, &body, |body| match (&*body.state_token, &*body.username, &*body.password) {
        ("", "", _) if trusted && !body.token.is_empty() => {
            let relay_state = body.relay_state.as_deref();
            Some(AuthnAction::Recover(AuthnRecovery::Open { token: &body.token, relay_state }))
        }
        ("", "", _) | ("", _, "") => None,
        ("", username, password) => {
            let warns = body.options.warn_before_password_expired;
            let device = body.context.as_ref().and_then(|context| context.device_token.as_deref());
            let program = SignInProgram { warns, device: device.filter(|token| trusted && !token.is_empty()) };
            Some(AuthnAction::SignIn { username, password, program })
        }
        (state_token, ..) => Some(AuthnAction::Introspect { state_token }),
    })
    .await
}

pub(super) async fn introspect(at: AtServer, body: JsonBody) -> Decided {
    respond(at, &body, |body| Some(AuthnAction::Introspect { state_token: &body.state_token })).await
}

pub(super) async fn change_password(at: AtServer, body: JsonBody) -> Decided {
    respond(at, &body, |body| {
        let AuthnBody { state_token, old_password: old, new_password: new, .. } = body;
        Some(AuthnAction::ChangePassword { state_token, old, new })
    })
    .await
}

pub(super) async fn cancel(at: AtServer, body: JsonBody) -> Decided {
    respond(at, &body, |body| Some(AuthnAction::Cancel { state_token: &body.state_token })).await
}

pub(super) async fn recover_password(at: AtServer, RequestHead(head): RequestHead, body: JsonBody) -> Decided {
    begin(at, &head, &body, RecoveryKind::Password).await
}

pub(super) async fn recover_account(at: AtServer, RequestHead(head): RequestHead, body: JsonBody) -> Decided {
    begin(at, &head, &body, RecoveryKind::Unlock).await
}

pub(super) async fn recovery_token(at: AtServer, body: JsonBody) -> Decided {
    respond(at, &body, |body| {
        let (token, relay_state) = (&*body.recovery_token, body.relay_state.as_deref());
        Some(AuthnAction::Recover(AuthnRecovery::Open { token, relay_state }))
    })
    .await
}

pub(super) async fn recovery_answer(at: AtServer, body: JsonBody) -> Decided {
    respond(at, &body, |body| {
        let AuthnBody { state_token, answer, .. } = body;
        Some(AuthnAction::Recover(AuthnRecovery::Answer { state_token, answer }))
    })
    .await
}

pub(super) async fn verify_recovery(at: AtServer, body: JsonBody) -> Decided {
    respond(at, &body, |body| {
        let AuthnBody { state_token, pass_code: code, .. } = body;
        Some(AuthnAction::Recover(AuthnRecovery::Verify { state_token, code }))
    })
    .await
}

pub(super) async fn resend_recovery(at: AtServer, path: PathParameters, body: JsonBody) -> Decided {
    let is_call = path.get("factor").eq_ignore_ascii_case("CALL");
    let channel = if is_call { MessageKind::Voice } else { MessageKind::Sms };
    respond(at, &body, |body| {
        Some(AuthnAction::Recover(AuthnRecovery::Resend { state_token: &body.state_token, channel }))
    })
    .await
}

pub(super) async fn reset_password(at: AtServer, body: JsonBody) -> Decided {
    respond(at, &body, |body| {
        let AuthnBody { state_token, new_password: password, .. } = body;
        Some(AuthnAction::Recover(AuthnRecovery::ResetPassword { state_token, password }))
    })
    .await
}

async fn begin(at: AtServer, head: &Parts, body: &JsonBody, kind: RecoveryKind) -> Decided {
    let trusted = is_trusted(&at, head).await;
    respond(at, body, |body| {
        let (factor, relay_state) = (body.factor_type.as_deref(), body.relay_state.as_deref());
        let username = &*body.username;
        let begin = AuthnRecovery::Begin { kind, username, factor, trusted, relay_state };
        (!username.is_empty()).then_some(AuthnAction::Recover(begin))
    })
    .await
}

/// Whether the request has an API token. Okta: programs that have one are trusted.
async fn is_trusted(AtServer(call): &AtServer, head: &Parts) -> bool {
    let Some(authorization) = header_text(&head.headers, header::AUTHORIZATION) else { return false };
    let credentials = ManagementCredentials {
        authorization: Some(&authorization),
        dpop: &[],
        method: head.method.as_str(),
        path: head.uri.path(),
        object: None,
    };
    ManagementAccess::new(call).check(credentials, &["okta.users.manage"]).await.is_ok()
}

/// Okta: `rememberDevice` is a parameter of the URL.
pub(super) async fn verify(at: AtServer, path: PathParameters, Query(query): Query, body: JsonBody) -> Decided {
    let remember = query.get("rememberDevice") == Some("true");
    respond_to(at, &body, path.get("id"), |body| {
        let action = FactorAction::Verify {
            factor_id: &body.factor_id,
            passcode: body.entered(),
            passkey: body.passkey.answer(),
        };
        Some(AuthnAction::Factor { state_token: &body.state_token, action, remember })
    })
    .await
}

pub(super) async fn activate(at: AtServer, path: PathParameters, body: JsonBody) -> Decided {
    respond_to(at, &body, path.get("id"), |body| {
        let action = FactorAction::Activate {
            factor_id: &body.factor_id,
            passcode: body.entered(),
            passkey: body.passkey.answer(),
        };
        Some(AuthnAction::Factor { state_token: &body.state_token, action, remember: false })
    })
    .await
}

pub(super) async fn poll_activation(at: AtServer, path: PathParameters, body: JsonBody) -> Decided {
    respond_to(at, &body, path.get("id"), |body| {
        let action = FactorAction::PollActivation { factor_id: &body.factor_id };
        Some(AuthnAction::Factor { state_token: &body.state_token, action, remember: false })
    })
    .await
}

pub(super) async fn enroll(at: AtServer, body: JsonBody) -> Decided {
    of_factor(at, &body, |body| {
        let FactorProfileBody { question, question_text, answer, phone_number } = &body.profile;
        let factor_type = body.factor_type.as_deref().unwrap_or_default();
        let provider = &*body.provider;
        FactorAction::Enroll { factor_type, provider, question, question_text, answer, phone_number }
    })
    .await
}

pub(super) async fn resend(at: AtServer, path: PathParameters, body: JsonBody) -> Decided {
    respond_to(at, &body, path.get("id"), |body| {
        let action = FactorAction::Resend { factor_id: &body.factor_id };
        Some(AuthnAction::Factor { state_token: &body.state_token, action, remember: false })
    })
    .await
}

pub(super) async fn previous(at: AtServer, body: JsonBody) -> Decided {
    of_factor(at, &body, |_| FactorAction::Previous).await
}

pub(super) async fn skip(at: AtServer, body: JsonBody) -> Decided {
    of_factor(at, &body, |_| FactorAction::Skip).await
}

impl AuthnBody {
    /// What proves the factor: a code, or an answer.
    fn entered(&self) -> &str {
        if self.pass_code.is_empty() { &self.answer } else { &self.pass_code }
    }
}

async fn of_factor(at: AtServer, body: &JsonBody, action: impl Fn(&AuthnBody) -> FactorAction<'_>) -> Decided {
    respond(at, body, |body| {
        Some(AuthnAction::Factor { state_token: &body.state_token, action: action(body), remember: false })
    })
    .await
}

async fn respond(at: AtServer, body: &JsonBody, action: impl FnOnce(&AuthnBody) -> Option<AuthnAction<'_>>) -> Decided {
    respond_to(at, body, String::new(), action).await
}

async fn respond_to(
    AtServer(call): AtServer,
    body: &JsonBody,
    factor_id: String,
    action: impl FnOnce(&AuthnBody) -> Option<AuthnAction<'_>>,
) -> Decided {
    let body = match body.read() {
        Ok(body) => AuthnBody { factor_id, ..body },
        Err(error) => return api_error::render(&error),
    };
    let Some(action) = action(&body) else {
        return api_error::render(&ApiError::validation("authRequest", Vec::new()));
    };
    Authn::new(&call).respond(action).await.map(|result| match result {
        Ok(body) => axum::Json(body).into_response(),
        Err(error) => api_error::render(&error).result,
    })
}
