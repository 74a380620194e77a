//! Sign-ins in progress.

use mock_idp_core::ledger::{LedgerError, Purpose, Stage, Transaction};

use super::Context;
use super::browser::BrowserRequest;

/// How long a sign-in may take, in seconds. Okta: a transaction lives at most an hour.
const LIFETIME: i64 = 3600;

/// Stores a transaction under a new handle: each page can be submitted once.
pub(super) async fn store(
    context: &Context,
    purpose: Purpose,
    stage: Stage,
    request: &mut BrowserRequest,
) -> Result<String, LedgerError> {
    let handle = context.decide(&mut request.trace, |moment| format!("02.id.{}", moment.token()));
    let (browser, remember) = (request.browser_id.clone(), request.remember);
    let transaction = Transaction { purpose, stage, browser, remember };
    context.ledger().transactions().put(&handle, transaction, context.now + LIFETIME).await?;
    Ok(handle)
}
