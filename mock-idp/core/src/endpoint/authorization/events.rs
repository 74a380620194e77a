//! The events of authorization requests.

use crate::ledger::{Authentication, Authorization, AuthorizationRequest};
use crate::model::{App, User};
use crate::org::{CompiledServer, Org};
use crate::protocol::OAuthError;
use crate::system_log::{EventEntity, EventType, LogEvent};

/// The events of a response: one for each thing that the client gets, and the sign-on to the app.
#[must_use]
pub fn responded(
    org: &Org,
    server: &CompiledServer,
    request: &AuthorizationRequest,
    authorization: &Authorization,
) -> Vec<LogEvent> {
    let authentication = authorization.authentication.as_ref();
    let user = authentication.and_then(|known| org.user(&known.user_id));
    let session = authentication.map(Authentication::sid);
    let client = org.client(&request.client_id);
    let event = |kind: EventType| {
        let event = LogEvent::new(kind).in_session(session.clone());
        let event = user.map(User::event_entity).into_iter().fold(event, LogEvent::by);
        client.map(App::event_entity).into_iter().fold(event, LogEvent::on)
    };
    let wanted = [
        (request.response_type.code, EventType::OrgAuthorizeCode, EventType::AuthorizeCode),
        (request.response_type.token, EventType::OrgAuthorizeAccessToken, EventType::AuthorizeAccessToken),
        (request.response_type.id_token, EventType::OrgAuthorizeIdToken, EventType::AuthorizeIdToken),
    ];
    let granted = wanted.into_iter().filter(|(is_wanted, ..)| *is_wanted).map(|(_, org, custom)| {
        event(server.event_type(org, custom))
            .with_debug("grantedScopes", authorization.scopes.listed())
            .with_debug("redirectUri", request.target.redirect_uri())
            .with_debug("responseMode", request.target.mode().name())
    });
    let mut events: Vec<LogEvent> = granted.collect();
    if let Some(user) = user {
        events.push(event(EventType::SingleSignOn).on(user.app_user_entity(&user.profile.login)));
    }
    events
}

/// The event of a request that is refused.
#[must_use]
pub fn refused(server: &CompiledServer, client: Option<&App>, user: Option<&User>, error: &OAuthError) -> LogEvent {
    let kind = server.event_type(EventType::OrgAuthorize, EventType::Authorize);
    let actor = user.map_or_else(|| EventEntity::unknown_user("unknown"), User::event_entity);
    let event = LogEvent::new(kind).by(actor).failed(error.id.row().id);
    client.map(App::event_entity).into_iter().fold(event, LogEvent::on)
}
