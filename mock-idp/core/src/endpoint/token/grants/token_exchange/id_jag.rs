//! Token exchange at the org server: an ID token or refresh token for an ID-JAG, by which the client gets an access token of
//! another authorization server. Okta: "Implement XAA token exchange for your requesting app", "Set up AI agent token exchange";
//! draft-ietf-oauth-identity-assertion-authz-grant 4.3.

use serde_json::{Value, json};

use super::super::super::entitlement::check_still_entitled;
use super::super::super::grant::GrantRequest;
use super::super::super::lookup::Lookup;
use super::super::super::redemption::{PassedOnToken, Redeemed};
use super::super::super::subject_token::{check_issuer, check_not_expired, client_of, expired, user_of};
use crate::ledger::TokenFamily;
use crate::model::{App, ApplicationType, AuthMethod, Connection, User};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::protocol::token_type::{ID_JAG, ID_TOKEN, REFRESH_TOKEN, SAML2};
use crate::protocol::{ErrorId, OAuthError, Scopes};
use crate::tokens::{IdJag, Verified};
use crate::trace::NoteStatus;

pub(super) fn lookup<'a>(request: &GrantRequest<'a>) -> Result<Lookup<'a>, OAuthError> {
    // Okta: only the org server issues ID-JAGs.
    if !request.server.is_org() {
        let reason = "only the org authorization server issues ID-JAGs";
        return Err(OAuthError::new(ErrorId::InvalidRequestedTokenType, reason));
    }
    // draft-ietf-oauth-identity-assertion-authz-grant 9.1: confidential clients only.
    if request.client.auth_method() == AuthMethod::None {
        let reason = format!("{} does not authenticate", request.client.client_id());
        return Err(OAuthError::new(ErrorId::ConfidentialClientRequired, reason));
    }
    let token = request.required("subject_token")?;
    match request.required("subject_token_type")? {
        ID_TOKEN => Ok(Lookup::IdToken(token)),
        REFRESH_TOKEN => Ok(Lookup::TokenFamily(token)),
        // Okta accepts the assertions of its SAML apps; this org has none.
        SAML2 => Err(OAuthError::new(ErrorId::InvalidSubjectTokenSamlApp, "the org has no SAML apps")),
        other => Err(OAuthError::new(ErrorId::InvalidSubjectTokenType, format!("subject_token_type `{other}`"))),
    }
}

pub(super) fn redeem_id_token(
    request: &GrantRequest<'_>,
    token: Option<(&CompiledServer, &Verified)>,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, OAuthError> {
    let GrantRequest { org, urls, client, .. } = *request;
    let (signed_by, claims) = token
        .ok_or_else(|| OAuthError::new(ErrorId::InvalidSubjectToken, "no server of the org has signed the ID token"))?;
    check_issuer(claims, signed_by, urls)?;
    check_not_expired(claims, moment.now)?;
    let first_client = client_of(org, claims.text("aud"))?;
    // Okta: an ID token of the app itself, or of the app that an agent is linked to.
    let linked = client.agent.as_ref().is_some_and(|agent| agent.app_id == first_client.id);
    if first_client.id != client.id && !linked {
        let reason = format!("{} is not linked to {}", client.client_id(), first_client.client_id());
        return Err(OAuthError::new(ErrorId::InvalidSubjectTokenClientNotRegistered, reason));
    }
    let user = user_of(org, first_client, claims.text("sub"))?;
    id_jag(request, user, first_client, moment)
}

pub(super) fn redeem_refresh_token(
    request: &GrantRequest<'_>,
    family: Option<&TokenFamily>,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, OAuthError> {
    let client = request.client;
    let invalid = |reason: &str| OAuthError::new(ErrorId::InvalidSubjectToken, reason);
    let family = family.ok_or_else(|| invalid("no such refresh token"))?;
    let authorization = &family.authorization;
    if authorization.client_id != client.client_id() || authorization.server != request.server.id {
        return Err(invalid("the refresh token was issued to another client, or by another server"));
    }
    if family.refresh_tokens(moment.now).is_none() || check_still_entitled(request, authorization).is_err() {
        return Err(expired("the refresh token is expired or revoked, or its user no longer entitled"));
    }
    let user_id = authorization.authentication.as_ref().map(|authentication| authentication.user_id.as_str());
    let user = user_of(request.org, client, user_id)?;
    id_jag(request, user, client, moment)
}

/// The ID-JAG about a user who has signed in to `first_client`.
fn id_jag(
    request: &GrantRequest<'_>,
    user: &User,
    first_client: &App,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, OAuthError> {
    let because = format!("{} has signed in to {}", user.profile.login, first_client.client_id());
    moment.trace.note(NoteStatus::Matched, "subject token", because);
    let audience = request.get("audience").unwrap_or_default();
    let connection = connection(request, audience, moment)?;
    let scopes = Scopes::parse(request.get("scope").unwrap_or_default());
    check_scopes(connection, request.org, &scopes)?;
    let contents = IdJag {
        issuer: &request.urls.issuer(request.server),
        audience,
        user,
        client_id: connection.client_id.as_deref().unwrap_or(request.client.client_id()),
        resource: request.get("resource"),
        scopes: &scopes,
        actor: actor(request.client, first_client),
    };
    Ok(Redeemed::PassedOn(Box::new(PassedOnToken {
        token: contents.unsigned(&format!("IDAAG.{}", moment.token()), moment.now),
        token_type: ID_JAG,
        lifetime: IdJag::LIFETIME,
        user_id: user.id.clone(),
        record: None,
    })))
}

/// Okta: the app's connection to that authorization server, and to the resource if the request names one.
fn connection<'a>(
    request: &GrantRequest<'a>,
    audience: &str,
    moment: &mut Moment<'_>,
) -> Result<&'a Connection, OAuthError> {
    let GrantRequest { org, urls, client, .. } = *request;
    let to_audience = |connection: &&Connection| {
        let server = connection.authorization_server_id.as_deref().and_then(|id| org.server(id));
        let issuer = server.map(|server| urls.issuer(server)).or_else(|| connection.issuer_url.clone());
        connection.status.is_active() && issuer.as_deref() == Some(audience)
    };
    let mut connections = client.connections.iter().filter(to_audience).peekable();
    if connections.peek().is_none() {
        let reason = format!("{} has no connection to `{audience}`", client.client_id());
        return Err(OAuthError::new(ErrorId::TokenExchangeInvalidAudience, reason));
    }
    let resource = request.get("resource");
    let found =
        connections.find(|connection| resource.is_none() || connection.resource_indicator.as_deref() == resource);
    let connection = found.ok_or_else(|| {
        let reason = format!("no connection to `{audience}` has the resource {resource:?}");
        OAuthError::new(ErrorId::TokenExchangeInvalidResource, reason)
    })?;
    moment.trace.note(NoteStatus::Matched, format!("connection {}", connection.id), format!("it leads to {audience}"));
    Ok(connection)
}

/// All requested scopes are granted, or none.
fn check_scopes(connection: &Connection, org: &Org, scopes: &Scopes) -> Result<(), OAuthError> {
    if let Some(server) = connection.authorization_server_id.as_deref().and_then(|id| org.server(id)) {
        let unknown: Scopes = scopes.iter().filter(|name| server.scope(name).is_none()).collect();
        if !unknown.is_empty() {
            let reason = format!("{} has no scope {}", server.name, unknown.listed());
            return Err(OAuthError::new(ErrorId::NoMatchingScope, reason));
        }
    }
    let denied: Scopes = scopes.iter().filter(|scope| !connection.allows(scope)).collect();
    if denied.is_empty() {
        Ok(())
    } else {
        let reason = format!("the connection {} does not allow them", connection.id);
        Err(OAuthError::with(ErrorId::ScopeDenied, denied.listed(), reason))
    }
}

/// Okta: an agent is an actor, through the app that the user has signed in to. Other apps have none.
fn actor(client: &App, first_client: &App) -> Option<Value> {
    client.agent.as_ref()?;
    let mut actor = json!({ "sub": client.client_id(), "sub_profile": "ai_agent" });
    if first_client.id != client.id {
        actor["act"] = json!({ "sub": first_client.client_id() });
        if first_client.oauth().application_type == ApplicationType::Web {
            actor["act"]["sub_profile"] = "web_app".into();
        }
    }
    Some(actor)
}
