//! The end of a session.

use mock_idp_core::endpoint::logout::{self, LogoutNotices};
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::system_log::{EventType, LogEvent};

use super::{Context, logout_notices};

/// Ends a session and sends the back-channel logout notices. Returns the front-channel ones: frames that a browser has to load.
pub(super) async fn end(context: &Context, session_id: &str) -> Result<Vec<String>, OAuthError> {
    let ledger = context.ledger();
    // The request that removes the session sends the notices, so that they are sent once.
    let Some(session) = ledger.sessions().take(session_id).await? else { return Ok(Vec::new()) };
    let clients = ledger.session_clients().take(session_id).await?.unwrap_or_default();
    let ended = session.authentication(session_id);
    if let Some(user) = context.org.user(&ended.user_id) {
        let event = LogEvent::new(EventType::SessionEnd).by(user.event_entity());
        context.log([event.in_session(Some(ended.sid()))]);
    }
    let LogoutNotices { frames, back_channel } = logout::logout_notices(&context.org, &context.urls, &ended, &clients);
    logout_notices::send(context, back_channel).await?;
    Ok(frames)
}
