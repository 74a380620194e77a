//! The end of a session.

use mock_idp_core::endpoint::logout::{self, LogoutNotices};
use mock_idp_core::ledger::{Authentication, LedgerError, SessionClient};
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::system_log::{EventType, LogEvent};

use super::{Context, logout_notices};
use crate::ledger::Batch;

/// A session that a batch ends.
#[derive(Debug)]
#[must_use = "the clients of the session have to be notified when the batch is committed"]
pub(super) struct EndedSession {
    authentication: Authentication,
    clients: Vec<SessionClient>,
}

/// Ends a session and sends the back-channel logout notices. Returns the front-channel ones: frames that a browser has to load.
pub(super) async fn end(context: &Context, session_id: &str) -> Result<Vec<String>, OAuthError> {
    loop {
        let mut batch = context.ledger().batch();
        let Some(ended) = add(context, &mut batch, session_id).await? else { return Ok(Vec::new()) };
        match batch.commit().await {
            // The session has been used in the meantime, or another request has ended it.
            Err(LedgerError::Conflict { .. }) => {}
            committed => {
                committed?;
                return ended.notify(context).await;
            }
        }
    }
}

/// Adds the end of a session to a batch. `None`: there is no such session.
pub(super) async fn add<'c>(
    context: &'c Context,
    batch: &mut Batch<'c>,
    session_id: &str,
) -> Result<Option<EndedSession>, LedgerError> {
    let (sessions, clients) = (context.ledger().sessions(), context.ledger().session_clients());
    let Some(session) = sessions.get_versioned(session_id).await? else { return Ok(None) };
    // The request that removes the session sends the notices, so that they are sent once.
    batch.require_version(sessions, session_id, session.version);
    batch.delete(sessions, session_id);
    let signed_in = clients.get_versioned(session_id).await?;
    if let Some(signed_in) = &signed_in {
        batch.require_version(clients, session_id, signed_in.version);
        batch.delete(clients, session_id);
    }
    Ok(Some(EndedSession {
        authentication: session.value.authentication(session_id),
        clients: signed_in.map(|signed_in| signed_in.value).unwrap_or_default(),
    }))
}

impl EndedSession {
    /// Logs the end and sends the back-channel logout notices. Returns the front-channel ones.
    pub(super) async fn notify(self, context: &Context) -> Result<Vec<String>, OAuthError> {
        let Self { authentication: ended, clients } = self;
        if let Some(user) = context.org.user(&ended.user_id) {
            let event = LogEvent::new(EventType::SessionEnd).by(user.event_entity());
            context.log([event.in_session(Some(ended.sid()))]);
        }
        let LogoutNotices { frames, back_channel } =
            logout::logout_notices(&context.org, &context.urls, &ended, &clients);
        logout_notices::send(context, back_channel).await?;
        Ok(frames)
    }
}
