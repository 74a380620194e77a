//! The sessions of a user, in all browsers.

use std::cmp::Reverse;

use mock_idp_core::ledger::{IssuedCredential, LedgerError, Session};

use super::{Context, issued_tokens};

/// The sessions that are not over, with their ids, the latest first.
pub(super) async fn of_user(context: &Context, user_id: &str) -> Result<Vec<(String, Session)>, LedgerError> {
    let ledger = context.ledger();
    let mut found: Vec<(String, Session)> = Vec::new();
    for credential in issued_tokens::of_user(ledger, user_id).await? {
        let IssuedCredential::Session(id) = credential else { continue };
        let session = ledger.sessions().get(&id).await?;
        found.extend(session.filter(|session| session.is_active_at(context.now)).map(|session| (id, session)));
    }
    found.sort_by_key(|(_, session)| Reverse(session.auth_time));
    Ok(found)
}
