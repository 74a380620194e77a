//! Transactions of sign-ins by programs, which name them by state tokens. Okta: `stateToken` of `/api/v1/authn`.

use mock_idp_core::ledger::{LedgerError, Purpose, Stage, Transaction};
use mock_idp_core::management::{ApiError, ApiErrorId};
use mock_idp_core::sign_in::primary;
use mock_idp_core::trace::Trace;

use super::Context;
use crate::ledger::Batch;

/// A transaction that begins, and is not stored. `warns`: the program can show that the password expires soon.
pub(super) fn transaction(context: &Context, stage: Stage, warns: bool) -> Transaction {
    Transaction {
        purpose: Purpose::Authn { server: context.server.id.clone(), warns, device: None },
        stage,
        browser: None,
        remember: false,
        submitted: false,
        expires: context.now + primary::STATE_TOKEN_LIFETIME,
    }
}

/// Stores a transaction. Returns its state token.
pub(super) async fn store(
    context: &Context,
    transaction: Transaction,
    trace: &mut Trace,
) -> Result<String, LedgerError> {
    let mut batch = context.ledger().batch();
    let state_token = add(context, &mut batch, transaction, trace);
    batch.commit().await?;
    Ok(state_token)
}

/// Adds a transaction to a batch. Returns its state token.
pub(super) fn add<'c>(
    context: &'c Context,
    batch: &mut Batch<'c>,
    transaction: Transaction,
    trace: &mut Trace,
) -> String {
    let token: String = context.decide(trace, |moment| moment.token().chars().take(40).collect());
    let state_token = format!("00{token}");
    let expires = transaction.expires;
    batch.put(context.ledger().transactions(), &state_token, transaction, expires);
    state_token
}

/// A session token, which is not stored yet.
pub(super) fn new_session_token(context: &Context, trace: &mut Trace) -> String {
    let token: String = context.decide(trace, |moment| (moment.token() + &moment.token()).chars().take(50).collect());
    format!("20111{token}")
}

/// The transaction that a program names.
pub(super) async fn find(context: &Context, state_token: &str) -> Result<Transaction, ApiError> {
    let found = context.ledger().transactions().get(state_token).await?;
    found.filter(|transaction| matches!(transaction.purpose, Purpose::Authn { .. })).ok_or_else(unknown)
}

pub(super) fn unknown() -> ApiError {
    ApiError::invalid_token("no transaction has this state token")
}

pub(super) fn wrong_state() -> ApiError {
    ApiError::new(ApiErrorId::WrongState, "the transaction is at another step")
}
