//! Values that count once: `jti` of assertions, request objects and proofs.

use mock_idp_core::ledger::{ConsumedValue, SingleUse};
use mock_idp_core::protocol::OAuthError;

use super::Context;

/// Uses a value up.
///
/// # Errors
/// It has been used before.
pub(super) async fn consume(context: &Context, value: Option<SingleUse>) -> Result<(), OAuthError> {
    let Some(value) = value else { return Ok(()) };
    let first = context.ledger().consumed_values().put_if_absent(&value.key, ConsumedValue {}, value.ends).await?;
    if first { Ok(()) } else { Err(value.refusal()) }
}
