//! The backchannel authentication endpoint. OpenID CIBA Core 7; Okta: `/v1/bc/authorize`, poll mode only.

use serde_json::{Map, Value};

use crate::ledger::{BackchannelRequest, Decision, Polled};
use crate::model::{App, ApplicationType, AuthMethod, User};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::policy::scope_rules;
use crate::protocol::{ErrorId, GrantType, OAuthError, Parameters, Scopes};

/// Seconds that a user has for an answer, unless the client asks for fewer. Okta: 300.
pub const LIFETIME: i64 = 300;

/// How a user says yes on a phone. RFC 8176: proof of a software key; Okta: by its own authenticator.
pub const AMR: [&str; 2] = ["swk", "okta_verify"];

/// A request that may be put to its user.
#[derive(Clone, Debug)]
pub struct Begun {
    pub polled: Polled,
    pub request: BackchannelRequest,
}

/// Checks a request. `hinted` is the subject of its `id_token_hint`, if that is an ID token of this server.
///
/// # Errors
/// Okta's refusals.
pub fn begin(
    org: &Org,
    server: &CompiledServer,
    client: &App,
    body: &Parameters,
    hinted: Option<&str>,
    moment: &mut Moment<'_>,
) -> Result<Begun, OAuthError> {
    may_ask(client, body)?;
    let scopes = scopes(org, server, client, body)?;
    let user = user(org, client, body, hinted)?;
    let expires = moment.now + lifetime(body)?;
    let auth_req_id: String = format!("ft{}", moment.token()).chars().take(34).collect();
    let polled = Polled {
        server: server.id.clone(),
        client_id: client.client_id().to_owned(),
        scopes: scopes.clone(),
        expires,
        polled: None,
        decision: Decision::Pending,
    };
    let request = BackchannelRequest {
        id: moment.token(),
        auth_req_id,
        client_id: client.client_id().to_owned(),
        user_id: user.id.clone(),
        scopes,
        binding_message: body.get("binding_message").map(str::to_owned),
        expires,
    };
    Ok(Begun { polled, request })
}

/// Okta: confidential web apps that are set up for it; signed requests need an algorithm set on the app.
///
/// # Errors
/// The client is none of these.
pub fn may_ask(client: &App, body: &Parameters) -> Result<(), OAuthError> {
    if !body.duplicates().is_empty() {
        return Err(OAuthError::new(ErrorId::DuplicateOauthParameters, body.duplicates().join(", ")));
    }
    if client.auth_method() == AuthMethod::None {
        return Err(OAuthError::new(
            ErrorId::ConfidentialClientRequired,
            "a public client cannot keep the answer to itself",
        ));
    }
    if client.oauth().application_type != ApplicationType::Web {
        return Err(OAuthError::new(ErrorId::CibaFeatureNotSupported, "the client is no web application"));
    }
    if !client.oauth().grant_types.contains(&GrantType::Ciba) {
        return Err(OAuthError::new(ErrorId::CibaGrantTypeNotConfigured, "the app lacks the grant type"));
    }
    if body.get("request").is_some() && client.oauth().request_object_signing_alg.is_none() {
        return Err(OAuthError::new(ErrorId::CibaSignedAlgorithmNotConfigured, "the app names no signing algorithm"));
    }
    Ok(())
}

fn scopes(org: &Org, server: &CompiledServer, client: &App, body: &Parameters) -> Result<Scopes, OAuthError> {
    let asked = Scopes::parse(body.get("scope").unwrap_or_default());
    if asked.is_empty() {
        return Err(OAuthError::new(ErrorId::CibaMissingScope, "no scope was asked for"));
    }
    // CIBA Core 7.1: scope must hold openid.
    if !asked.contains("openid") {
        return Err(OAuthError::new(ErrorId::CibaInvalidScope, format!("{} lacks openid", asked.listed())));
    }
    scope_rules::resolve(org, server, client, &asked)
}

/// CIBA Core 7.1: exactly one hint. Okta: whatever is wrong with it, the words are the same.
fn user<'a>(org: &'a Org, client: &App, body: &Parameters, hinted: Option<&str>) -> Result<&'a User, OAuthError> {
    let unknown = |reason: String| OAuthError::new(ErrorId::CibaUnknownUser, reason);
    let user = match (body.get("login_hint"), body.get("id_token_hint")) {
        (Some(login), None) => {
            org.user_by_identifier(login).ok_or_else(|| unknown(format!("no user is called `{login}`")))?
        }
        (None, Some(_)) => hinted
            .and_then(|id| org.user(id))
            .ok_or_else(|| unknown("id_token_hint is no ID token of ours".to_owned()))?,
        (Some(_), Some(_)) => return Err(OAuthError::new(ErrorId::CibaInvalidHint, "two hints")),
        (None, None) => return Err(OAuthError::new(ErrorId::CibaInvalidHint, "no hint")),
    };
    if !user.status.may_hold_tokens() {
        return Err(unknown(format!("{} is {}", user.profile.login, user.status.name())));
    }
    if org.assignment(client, user).is_none() {
        return Err(unknown(format!("{} is not assigned to {}", user.profile.login, client.client_id())));
    }
    Ok(user)
}

/// CIBA Core 7.1 calls it `requested_expiry`, Okta's reference `request_expiry`. Okta: at most 300 seconds.
fn lifetime(body: &Parameters) -> Result<i64, OAuthError> {
    let Some(text) = body.get("requested_expiry").or_else(|| body.get("request_expiry")) else { return Ok(LIFETIME) };
    match text.parse::<i64>() {
        Ok(seconds) if (0..=i64::from(i32::MAX)).contains(&seconds) => Ok(seconds.clamp(1, LIFETIME)),
        _ => Err(OAuthError::new(ErrorId::InvalidRequestedExpiry, format!("`{text}` seconds"))),
    }
}

/// The answer. Okta: in this order.
#[must_use]
pub fn answer(begun: &Begun, now: i64) -> Map<String, Value> {
    let members: [(&str, Value); 3] = [
        ("auth_req_id", begun.request.auth_req_id.as_str().into()),
        ("expires_in", (begun.request.expires - now).into()),
        ("interval", Polled::INTERVAL.into()),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
