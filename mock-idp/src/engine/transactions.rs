//! Sign-ins in progress.

use std::sync::Arc;

use mock_idp_core::ledger::{CurrentUser, LedgerError, Purpose, Stage, Transaction};
use mock_idp_core::org::Urls;
use mock_idp_core::protocol::{ErrorId, OAuthError};

use super::browser::{BrowserRequest, SubmittedPage};
use super::{Context, OrgInstance};
use crate::ledger::{Batch, Versioned};

/// How long a page of a sign-in can be submitted, in seconds. Okta: a transaction lives at most an hour.
const LIFETIME: i64 = 3600;

/// A transaction of the browser that sends this request.
pub(super) fn new(context: &Context, purpose: Purpose, stage: Stage, request: &BrowserRequest) -> Transaction {
    let (browser, remember) = (Some(request.browser_id.clone()), request.remember);
    Transaction { purpose, stage, browser, remember, submitted: false, expires: context.now + LIFETIME }
}

/// The transaction with this handle, and the server that it is at.
pub(super) async fn find(
    instance: &Arc<OrgInstance>,
    urls: &Urls,
    handle: &str,
    request: &BrowserRequest,
) -> Result<Option<(Context, Versioned<Transaction>)>, LedgerError> {
    let Some(found) = instance.ledger.at(request.now).transactions().get_versioned(handle).await? else {
        return Ok(None);
    };
    let context = Context::of_browser(instance, urls, found.value.purpose.server(), request);
    Ok(context.map(|context| (context, found)))
}

/// Stores a transaction under a new handle: each page can be submitted once.
pub(super) async fn store(
    context: &Context,
    transaction: Transaction,
    request: &mut BrowserRequest,
) -> Result<String, OAuthError> {
    let handle = context.decide(&mut request.trace, |moment| format!("02.id.{}", moment.token()));
    let expires = transaction.expires;
    let mut batch = context.ledger().batch();
    use_up_page(context, &mut batch, request);
    batch.put(context.ledger().transactions(), &handle, transaction, expires);
    batch.commit().await.map_err(used_up)?;
    Ok(handle)
}

/// Lets a batch use up the page that was submitted. Of several requests with the page, one can commit such a batch.
pub(super) fn use_up_page<'c>(context: &'c Context, batch: &mut Batch<'c>, request: &mut BrowserRequest) {
    if let Some(SubmittedPage { handle, .. }) = request.page.take() {
        batch.require(context.ledger().transactions(), &handle, |_| true);
        batch.delete(context.ledger().transactions(), &handle);
    }
}

/// Lets a batch note that the session of the sign-in has begun.
pub(super) fn begin_session<'c>(
    context: &'c Context,
    batch: &mut Batch<'c>,
    user: CurrentUser,
    request: &BrowserRequest,
) {
    if let Some(SubmittedPage { handle, transaction }) = &request.page
        && let Stage::SignedIn(_) = transaction.stage
    {
        let begun = Transaction { stage: Stage::Consent { user }, submitted: true, ..transaction.clone() };
        let (transactions, expires) = (context.ledger().transactions(), begun.expires);
        batch.require(transactions, handle, |stored| matches!(stored.stage, Stage::SignedIn(_)));
        batch.put(transactions, handle, begun, expires);
    }
}

/// Uses up the page that was submitted, if nothing that followed from it has.
pub(super) async fn finish_page(context: &Context, request: &mut BrowserRequest) -> Result<(), OAuthError> {
    let mut batch = context.ledger().batch();
    use_up_page(context, &mut batch, request);
    batch.commit().await.map_err(used_up)
}

/// Why a batch with a page could not be committed.
pub(super) fn used_up(error: LedgerError) -> OAuthError {
    match error {
        LedgerError::Conflict { .. } => OAuthError::new(ErrorId::RequestExpired, "this page has been submitted before"),
        LedgerError::Unavailable(_) => error.into(),
    }
}
