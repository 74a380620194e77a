//! Sign-ins in progress.

use std::sync::Arc;

use mock_idp_core::ledger::{LedgerError, Purpose, Stage, Transaction};
use mock_idp_core::org::Urls;

use super::browser::BrowserRequest;
use super::{Context, OrgInstance};
use crate::ledger::Versioned;

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
pub(super) fn store(context: &Context, transaction: Transaction, request: &mut BrowserRequest) -> String {
    let handle = context.decide(&mut request.trace, |moment| format!("02.id.{}", moment.token()));
    let expires = transaction.expires;
    use_up_page(context, request);
    let mut batch = context.ledger().batch();
    batch.put(context.ledger().transactions(), &handle, transaction, expires);
    request.write(batch);
    handle
}

/// Uses up the page that was submitted, together with what follows from it. Of several requests with the page, one can do that.
pub(super) fn use_up_page(context: &Context, request: &mut BrowserRequest) {
    if let Some(handle) = request.page.take() {
        let transactions = context.ledger().transactions();
        let mut batch = context.ledger().batch();
        batch.require(transactions, &handle, |_| true);
        batch.delete(transactions, &handle);
        request.write(batch);
    }
}
