//! Values that count once: `jti` of assertions, request objects and proofs.

use mock_idp_core::ledger::{ConsumedValue, LedgerError, SingleUse};
use mock_idp_core::protocol::{ErrorId, OAuthError};

use super::Context;
use crate::ledger::Batch;

/// Uses a value up.
///
/// # Errors
/// It has been used before.
pub(super) async fn consume(context: &Context, value: Option<SingleUse>) -> Result<(), OAuthError> {
    let Some(value) = value else { return Ok(()) };
    let first = context.ledger().consumed_values().put_if_absent(&value.key, ConsumedValue {}, value.ends).await?;
    if first { Ok(()) } else { Err(value.refusal()) }
}

/// Uses a value up when the batch is committed.
///
/// # Errors
/// It has been used before.
pub(super) async fn consume_with<'c>(
    context: &'c Context,
    batch: &mut Batch<'c>,
    value: &SingleUse,
) -> Result<(), OAuthError> {
    let consumed = context.ledger().consumed_values();
    if consumed.read(&value.key, |_| ()).await?.is_some() {
        return Err(value.refusal());
    }
    batch.put_new(consumed, &value.key, ConsumedValue {}, value.ends);
    Ok(())
}

/// Commits what a request writes, with the values that it uses up. One that is refused uses them up too, but not one for which the store
/// was unavailable. `None`: another request was faster, and this one has to be decided again.
pub(super) async fn commit_used<T>(batch: Batch<'_>, result: Result<T, OAuthError>) -> Result<Option<T>, OAuthError> {
    if result.as_ref().is_err_and(|error| error.id == ErrorId::TemporarilyUnavailable) {
        return result.map(Some);
    }
    match batch.commit().await {
        Err(LedgerError::Conflict { .. }) => Ok(None),
        committed => {
            committed?;
            result.map(Some)
        }
    }
}
