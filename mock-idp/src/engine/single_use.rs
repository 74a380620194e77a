//! Values that count once: `jti` of assertions, request objects and proofs.

use mock_idp_core::ledger::{ConsumedValue, SingleUse};
use mock_idp_core::protocol::OAuthError;

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
