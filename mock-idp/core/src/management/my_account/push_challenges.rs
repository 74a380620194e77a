//! What an app that is an authenticator asks its user, and what the user answers. Okta: the app gets it by push notification or by
//! asking for it, and signs the answer. Requests over the back channel (OpenID CIBA) are what it is asked here.

use serde_json::{Map, Value, json};

use super::app_authenticators::{app_of, custom_app};
use super::href;
use crate::ledger::BackchannelRequest;
use crate::management::{ApiError, ManagementCall};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::moment::timestamp;
use crate::org::{Org, Tables, derived_id};
use crate::protocol::jose::{Jwk, Jws};
use crate::tokens::PUSH_TYPE;

/// The claims of the challenges that wait for an answer of an app of the user.
///
/// # Errors
/// The user has no such app.
pub fn pending_challenges(
    org: &Org,
    call: ManagementCall<'_>,
    id: &str,
    waiting: &[BackchannelRequest],
) -> Result<Vec<Map<String, Value>>, ApiError> {
    let app = app_of(org, call, id)?;
    Ok(waiting.iter().filter(|request| asks(org, app, request)).map(|it| claims(org, call, app, it)).collect())
}

/// Whether a request is one that an app asks its user about.
fn asks(org: &Tables, app: &DirectoryObject, request: &BackchannelRequest) -> bool {
    let types = app.members.get("push").and_then(|push| push["transactionTypes"].as_array());
    let is_capable = types.is_some_and(|types| types.iter().any(|name| name == "CIBA"));
    let authenticator = app.text("authenticatorId").unwrap_or_default();
    app.owner == request.user_id && is_capable && custom_app(org, authenticator).is_ok()
}

fn claims(
    org: &Org,
    call: ManagementCall<'_>,
    app: &DirectoryObject,
    request: &BackchannelRequest,
) -> Map<String, Value> {
    let client = org.client(&request.client_id);
    let claims = json!({
        "iss": call.base(),
        "aud": setting(org, app, "appInstanceId"),
        "iat": request.created,
        "exp": request.expires,
        "jti": request.id,
        "nonce": nonce(app, request),
        "transactionId": request.id,
        "orgId": org.identity().id,
        "userId": app.owner,
        "authenticatorEnrollmentId": app.id,
        "authorizationServerId": org.org_server().id,
        "method": "push",
        "methodEnrollmentId": method_id(app),
        "verificationUri": href(call, &format!("app-authenticators/challenge/{}/verify", request.id)),
        "userVerification": setting(org, app, "userVerification").unwrap_or("PREFERRED"),
        "userMediation": "REQUIRED",
        "appInstanceName": client.map_or(request.client_id.as_str(), |client| &client.label),
        "signals": [],
        "challengeContext": {
            "transactionType": "CIBA",
            "transactionTime": timestamp(request.created),
            "bindingMessage": request.binding_message,
        },
        "ver": 0,
    });
    claims.as_object().cloned().unwrap_or_default()
}

fn setting<'o>(org: &'o Tables, app: &DirectoryObject, name: &str) -> Option<&'o str> {
    let authenticator = custom_app(org, app.text("authenticatorId")?).ok()?;
    authenticator.members.get("settings")?.get(name)?.as_str()
}

fn method_id(app: &DirectoryObject) -> &str {
    app.members.get("push").and_then(|push| push["id"].as_str()).unwrap_or_default()
}

/// Binds an answer to one challenge of one app. The id of the request is random.
fn nonce(app: &DirectoryObject, request: &BackchannelRequest) -> String {
    derived_id("", &[&app.id, &request.id])
}

/// Checks the answer to a challenge: whether the user approves.
///
/// # Errors
/// The challenge does not wait, or the answer is not that of an app of its user.
pub fn check_push_answer(
    org: &Tables,
    call: ManagementCall<'_>,
    request: Option<&BackchannelRequest>,
    body: &Map<String, Value>,
) -> Result<bool, ApiError> {
    let request = request.ok_or_else(|| push_answer_refused("no challenge with this id waits for an answer"))?;
    if body.get("method").and_then(Value::as_str) != Some("push") {
        return Err(push_answer_refused("the method is not push"));
    }
    let jws = body.get("challengeResponse").and_then(Value::as_str).and_then(Jws::parse);
    let jws = jws.ok_or_else(|| push_answer_refused("the answer is not a JWT"))?;
    if jws.header_text("typ") != Some(PUSH_TYPE) {
        return Err(push_answer_refused("the answer has another type"));
    }
    let app = org.object(DirectoryKind::AppAuthenticator, jws.text("iss").unwrap_or_default());
    let app = app.filter(|app| asks(org, app, request));
    let app = app.ok_or_else(|| push_answer_refused("the issuer is no app that was asked"))?;
    let verifies_user = check_signature(app, &jws)?;
    check_claims(call, app, request, &jws)?;
    decision(&jws, verifies_user, setting(org, app, "userVerification") == Some("REQUIRED"))
}

/// Checks that the app has signed an answer, with the key that it names. Returns whether that is the key for user verification.
fn check_signature(app: &DirectoryObject, jws: &Jws) -> Result<bool, ApiError> {
    let name = match jws.text("keyType") {
        Some(name @ ("proofOfPossession" | "userVerification")) => name,
        _ => return Err(push_answer_refused("the type of the key is unknown")),
    };
    let key = app.members.get("push").and_then(|push| push.get(name)).cloned().unwrap_or_default();
    let key = serde_json::from_value::<Jwk>(key).ok().filter(|key| key.kid.as_deref() == jws.kid());
    let public = key.and_then(|key| key.key().ok());
    let is_signed = jws.algorithm().zip(public).is_some_and(|(algorithm, key)| jws.is_signed_by(algorithm, &key));
    if !is_signed {
        return Err(push_answer_refused(&format!("the answer is not signed with the key {name} of {}", app.id)));
    }
    Ok(name == "userVerification")
}

fn check_claims(
    call: ManagementCall<'_>,
    app: &DirectoryObject,
    request: &BackchannelRequest,
    jws: &Jws,
) -> Result<(), ApiError> {
    let is_org = |audience: &str| [call.base(), call.browser_base()].contains(&audience);
    let expected = [
        ("sub", app.owner.as_str()),
        ("tx", &request.id),
        ("nonce", &nonce(app, request)),
        ("methodEnrollmentId", method_id(app)),
    ];
    if let Some((name, _)) = expected.into_iter().find(|(name, value)| jws.text(name) != Some(value)) {
        return Err(push_answer_refused(&format!("`{name}` is not that of the challenge")));
    }
    if !jws.audiences().any(is_org) {
        return Err(push_answer_refused("`aud` is not the org"));
    }
    if jws.text("jti").is_none_or(str::is_empty) {
        return Err(push_answer_refused("`jti` is missing"));
    }
    // RFC 7519 4.1.4 to 4.1.6.
    let is_in_time = jws.time("exp").is_some_and(|exp| call.now < exp)
        && ["nbf", "iat"].iter().all(|name| jws.time(name).is_some_and(|time| time <= call.now));
    if is_in_time { Ok(()) } else { Err(push_answer_refused("the answer has expired or is not valid yet")) }
}

/// What the user has decided. Okta: `userConsent`; where the key for user verification cannot be used the app may prove its
/// possession instead, unless the authenticator demands user verification.
fn decision(jws: &Jws, verifies_user: bool, demands_verification: bool) -> Result<bool, ApiError> {
    let context = jws.claims().get("challengeResponseContext");
    let consent = context.and_then(|context| context["userConsent"].as_str()).unwrap_or_default();
    match consent {
        "CANCELLED_USER_VERIFICATION" | "DENIED_CONSENT_PROMPT" | "USER_ABANDONED" => Ok(false),
        _ if demands_verification && !verifies_user => {
            Err(push_answer_refused("the authenticator demands user verification"))
        }
        "APPROVED_USER_VERIFICATION" if verifies_user => Ok(true),
        "APPROVED_CONSENT_PROMPT" | "UV_TEMPORARILY_UNAVAILABLE" | "UV_PERMANENTLY_UNAVAILABLE" => Ok(true),
        other => Err(push_answer_refused(&format!("`{other}` is no consent of the user"))),
    }
}

/// An answer that changes nothing.
#[must_use]
pub fn push_answer_refused(reason: &str) -> ApiError {
    let cause = "challengeResponse: The field has an invalid value".to_owned();
    ApiError { reason: reason.to_owned(), ..ApiError::validation("challengeResponse", vec![cause]) }
}
