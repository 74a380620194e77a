//! The backchannel authentication endpoint. OpenID CIBA Core 7; Okta: `/v1/bc/authorize`, poll mode only.

use serde_json::{Map, Value};

use crate::ledger::{BackchannelRequest, MessageKind, OutgoingMessage, PolledRequest};
use crate::model::{App, ApplicationType, AuthMethod, RequestObjectAlgorithm, User};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::policy::scope_rules;
use crate::protocol::{ErrorId, GrantType, OAuthError, Parameters, Scopes};

/// Seconds that a user has for a decision, unless the client requests fewer. Okta: 300.
pub const LIFETIME: i64 = 300;

/// How a user authenticates on a phone. RFC 8176: proof of a software key; Okta: by its own authenticator.
pub const AMR: [&str; 2] = ["swk", "okta_verify"];

/// A valid request, which waits for its user's decision.
#[derive(Clone, Debug)]
pub struct StartedRequest {
    pub polled: PolledRequest,
    pub request: BackchannelRequest,
}

/// Checks a request. `hinted` is the subject of its `id_token_hint`, if that is an ID token of this server.
///
/// # Errors
/// Okta's errors.
pub fn begin(
    org: &Org,
    server: &CompiledServer,
    client: &App,
    body: &Parameters,
    hinted: Option<&str>,
    moment: &mut Moment<'_>,
) -> Result<StartedRequest, OAuthError> {
    check_client(client, body)?;
    let scopes = scopes(org, server, client, body)?;
    let user = user(org, client, body, hinted)?;
    let expires = moment.now + lifetime(body)?;
    let auth_req_id: String = format!("ft{}", moment.token()).chars().take(34).collect();
    let polled = PolledRequest::pending(&server.id, client.client_id(), scopes.clone(), expires);
    let request = BackchannelRequest {
        id: moment.token(),
        auth_req_id,
        client_id: client.client_id().to_owned(),
        user_id: user.id.clone(),
        scopes,
        binding_message: body.get("binding_message").map(str::to_owned),
        created: moment.now,
        expires,
    };
    Ok(StartedRequest { polled, request })
}

/// Okta: only confidential web apps with the grant type; signed requests need an algorithm set on the app.
///
/// # Errors
/// The client is not such an app.
pub fn check_client(client: &App, body: &Parameters) -> Result<(), OAuthError> {
    if !body.duplicates().is_empty() {
        return Err(OAuthError::new(ErrorId::DuplicateOauthParameters, body.duplicates().join(", ")));
    }
    if client.auth_method() == AuthMethod::None {
        return Err(OAuthError::new(ErrorId::ConfidentialClientRequired, "a public client cannot authenticate"));
    }
    if client.oauth().application_type != ApplicationType::Web {
        return Err(OAuthError::new(ErrorId::CibaFeatureNotSupported, "the client is not a web application"));
    }
    if !client.oauth().grant_types.contains(&GrantType::Ciba) {
        return Err(OAuthError::new(ErrorId::CibaGrantTypeNotConfigured, "the app lacks the grant type"));
    }
    let signs = matches!(client.oauth().request_object_signing_alg, Some(RequestObjectAlgorithm::Signed(_)));
    if body.get("request").is_some() && !signs {
        return Err(OAuthError::new(ErrorId::CibaSignedAlgorithmNotConfigured, "the app has no signing algorithm"));
    }
    Ok(())
}

fn scopes(org: &Org, server: &CompiledServer, client: &App, body: &Parameters) -> Result<Scopes, OAuthError> {
    let requested = Scopes::parse(body.get("scope").unwrap_or_default());
    if requested.is_empty() {
        return Err(OAuthError::new(ErrorId::CibaMissingScope, "no scope was requested"));
    }
    // CIBA Core 7.1: scope must contain openid.
    if !requested.contains("openid") {
        return Err(OAuthError::new(ErrorId::CibaInvalidScope, format!("{} lacks openid", requested.listed())));
    }
    scope_rules::resolve(org, server, client, &requested)
}

/// CIBA Core 7.1: exactly one hint. Okta: the same error for every problem with it.
fn user<'a>(org: &'a Org, client: &App, body: &Parameters, hinted: Option<&str>) -> Result<&'a User, OAuthError> {
    let unknown = |reason: String| OAuthError::new(ErrorId::CibaUnknownUser, reason);
    let user = match (body.get("login_hint"), body.get("id_token_hint")) {
        (Some(login), None) => {
            org.user_by_identifier(login).ok_or_else(|| unknown(format!("no user has the login `{login}`")))?
        }
        (None, Some(_)) => hinted
            .and_then(|id| org.user(id))
            .ok_or_else(|| unknown("id_token_hint was not issued by this server".to_owned()))?,
        (Some(_), Some(_)) => return Err(OAuthError::new(ErrorId::CibaInvalidHint, "two hints")),
        (None, None) => return Err(OAuthError::new(ErrorId::CibaInvalidHint, "no hint")),
    };
    if !user.status.may_hold_tokens() {
        return Err(unknown(format!("{} is {}", user.profile.login, user.status.name())));
    }
    if !org.is_assigned(client, user) {
        return Err(unknown(format!("{} is not assigned to {}", user.profile.login, client.client_id())));
    }
    Ok(user)
}

/// `requested_expiry` in CIBA Core 7.1, `request_expiry` in Okta's reference. Okta: at most 300 seconds.
fn lifetime(body: &Parameters) -> Result<i64, OAuthError> {
    let Some(text) = body.get("requested_expiry").or_else(|| body.get("request_expiry")) else { return Ok(LIFETIME) };
    match text.parse::<i64>() {
        Ok(seconds) if (0..=i64::from(i32::MAX)).contains(&seconds) => Ok(seconds.clamp(1, LIFETIME)),
        _ => Err(OAuthError::new(ErrorId::InvalidRequestedExpiry, format!("`{text}` seconds"))),
    }
}

/// The push notification by which the user is asked.
#[must_use]
pub fn push(org: &Org, client: &App, request: &BackchannelRequest) -> OutgoingMessage {
    let login = org.user(&request.user_id).map_or(&request.user_id, |user| &user.profile.login);
    let message = request.binding_message.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
    OutgoingMessage {
        kind: MessageKind::Push,
        to: login.clone(),
        user_id: Some(request.user_id.clone()),
        template: None,
        subject: None,
        text: format!("{} asks for your approval{message}", client.label),
        code: None,
        link: None,
    }
}

/// The answer. Okta: in this order.
#[must_use]
pub fn answer(started: &StartedRequest, now: i64) -> Map<String, Value> {
    let members: [(&str, Value); 3] = [
        ("auth_req_id", started.request.auth_req_id.as_str().into()),
        ("expires_in", (started.request.expires - now).into()),
        ("interval", PolledRequest::INTERVAL.into()),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
