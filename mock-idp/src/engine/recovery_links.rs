//! The links in messages, and what they lead to.

use mock_idp_core::ledger::{LedgerError, OneTimeToken, Recovery};
use mock_idp_core::sign_in::{self, SentRecovery};

use super::Context;
use crate::ledger::Batch;

/// What the token of a link leads to. `None`: it cannot be used, or its user has been removed.
pub(super) async fn find(context: &Context, secret: &str) -> Result<Option<Recovery>, LedgerError> {
    let key = OneTimeToken::hash(secret);
    let token = context.ledger().one_time_tokens().get(&key).await?;
    Ok(token.and_then(|token| sign_in::opened(&context.org, &key, &token)))
}

/// Adds what has to be stored of a link to a batch.
pub(super) fn store<'c>(context: &'c Context, batch: &mut Batch<'c>, sent: &SentRecovery) {
    let tokens = context.ledger().one_time_tokens();
    batch.put(tokens, &OneTimeToken::hash(&sent.secret), sent.token.clone(), sent.token.expires);
}

/// Sends the message with a link that has been stored.
pub(super) async fn send(context: &Context, sent: &SentRecovery) -> Result<(), LedgerError> {
    // The change that has caused it may have created the user.
    match sent.message(&context.instance.org(), &context.urls.issuer_base) {
        Some(message) => context.instance.send(message).await,
        None => Ok(()),
    }
}
