//! The events of token requests.

use std::borrow::Cow;

use serde_json::Value;

use super::grant::GrantRequest;
use super::redemption::Redeemed;
use crate::model::{App, User};
use crate::moment::timestamp;
use crate::org::CompiledServer;
use crate::protocol::{GrantType, OAuthError};
use crate::system_log::{EventEntity, EventType, LogEvent, TokenDetail};
use crate::tokens::{TokenKind, UnsignedToken, UnsignedTokens, family_of};

/// The events of the tokens that an answer has: one for each.
#[must_use]
pub fn granted(request: &GrantRequest<'_>, redeemed: &Redeemed, tokens: &UnsignedTokens) -> Vec<LogEvent> {
    let user_id = redeemed.user_id();
    let event = |kind: EventType, token: EventEntity| {
        let event = LogEvent::new(kind).by(request.client.client_entity());
        let user = user_id.and_then(|id| request.org.user(id)).map(User::event_entity);
        let event = user.into_iter().fold(event, LogEvent::on).on(token);
        event
            .with_debug("clientAuthType", request.client.auth_method().name())
            .with_debug("grantedScopes", granted_scopes(redeemed))
            .with_debug("requestedScopes", request.get("scope").unwrap_or_default().replace(' ', ", "))
            .with_debug("grantType", request.grant_type().name())
    };
    let mut events = Vec::new();
    for token in [&tokens.access_token, &tokens.id_token].into_iter().flatten() {
        if let Some((kind, entity)) = of_token(request.server, token, user_id) {
            events.push(event(kind, entity));
        }
    }
    if tokens.refresh_token.is_some() {
        let kind = request.server.event_type(EventType::OrgGrantRefreshToken, EventType::GrantRefreshToken);
        let family = tokens.access_token_id().and_then(family_of).unwrap_or_default();
        events.push(event(kind, token_entity("refresh_token", "Refresh Token", family.to_owned(), None)));
    }
    events
}

fn granted_scopes(redeemed: &Redeemed) -> String {
    match redeemed {
        Redeemed::Tokens(redemption) => redemption.scopes.listed(),
        Redeemed::PassedOn(_) => String::new(),
    }
}

/// Okta: an event has the id and the end of a token, and whom it is about.
fn of_token(server: &CompiledServer, token: &UnsignedToken, user_id: Option<&str>) -> Option<(EventType, EventEntity)> {
    use EventType as E;
    let (org, custom, type_name, title) = match token.kind {
        TokenKind::AccessToken => (E::OrgGrantAccessToken, E::GrantAccessToken, "access_token", "Access Token"),
        TokenKind::IdToken => (E::OrgGrantIdToken, E::GrantIdToken, "id_token", "ID Token"),
        TokenKind::IdJag => (E::OrgGrantIdJag, E::OrgGrantIdJag, "id_jag", "ID-JAG"),
        TokenKind::InterclientToken => {
            (E::OrgGrantInterclientToken, E::GrantInterclientToken, "interclient_token", "Interclient Token")
        }
        TokenKind::RefreshToken | TokenKind::LogoutToken | TokenKind::Userinfo => return None,
    };
    // Okta: an interclient token signs a user in, once. Its id stays out of logs.
    let jti = token.payload.get("jti").and_then(Value::as_str).filter(|_| token.kind != TokenKind::InterclientToken);
    let jti = jti.unwrap_or("unknown").to_owned();
    let expires = token.payload.get("exp").and_then(Value::as_i64).unwrap_or_default();
    let subject = user_id.or_else(|| token.payload.get("sub").and_then(Value::as_str)).unwrap_or_default();
    let detail = TokenDetail { expires: timestamp(expires), subject: subject.to_owned() };
    Some((server.event_type(org, custom), token_entity(type_name, title, jti, Some(detail))))
}

fn token_entity(kind: &'static str, title: &str, id: String, detail: Option<TokenDetail>) -> EventEntity {
    let detail = detail.map(Box::new);
    EventEntity { id, kind: Cow::Borrowed(kind), alternate_id: None, display_name: Some(title.to_owned()), detail }
}

/// The event of a request that is refused.
#[must_use]
pub fn refused(
    server: &CompiledServer,
    client: Option<&App>,
    grant_type: Option<GrantType>,
    error: &OAuthError,
) -> LogEvent {
    let kind = server.event_type(EventType::OrgTokenGrant, EventType::TokenGrant);
    let actor = client.map_or_else(|| EventEntity::new("PublicClientApp", "unknown", "unknown"), App::client_entity);
    let event = LogEvent::new(kind).by(actor).failed(error.id.row().id).on(server.event_entity());
    match grant_type {
        Some(grant_type) => event.with_debug("grantType", grant_type.name()),
        None => event,
    }
}
