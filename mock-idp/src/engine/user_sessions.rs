//! The sessions of a user, in all browsers.

use std::cmp::Reverse;

use mock_idp_core::ledger::{IssuedCredential, LedgerError, Session};

use super::{Context, issued_tokens};

/// The sessions that are not over, with their ids, the latest first.
pub(super) async fn of_user(context: &Context, user_id: &str) -> Result<Vec<(String, Session)>, LedgerError> {
    let ledger = context.ledger();
    let issued = issued_tokens::of_user(ledger, user_id).await?.into_iter();
    let session_id = |credential| if let IssuedCredential::Session(id) = credential { Some(id) } else { None };
    let ids: Vec<String> = issued.filter_map(session_id).collect();
    let sessions = ledger.sessions().get_all(&ids).await?;
    let mut found: Vec<(String, Session)> =
        ids.into_iter().zip(sessions).filter_map(|(id, session)| Some((id, session?))).collect();
    found.retain(|(_, session)| session.is_active_at(context.now));
    found.sort_by_key(|(_, session)| Reverse(session.auth_time));
    Ok(found)
}
