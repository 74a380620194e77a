//! State handles and their lifetimes. They are recorded; Okta does not document them.

use crate::ledger::{Recovery, RecoveryStep, Registration, Stage, Transaction};
use crate::moment::Moment;

/// Seconds until a transaction expires before its user is known.
const BEFORE_IDENTIFICATION: i64 = 2 * 3600;

/// Seconds from each successful step to the next, once the user is known.
const BETWEEN_STEPS: i64 = 300;

/// Seconds for which the result of a sign-in can be fetched.
pub(super) const RESULT_LIFETIME: i64 = 60;

/// The handle of a new transaction. One whose client asks the user itself has a shorter one.
pub fn new_state_handle(hosted: bool, moment: &mut Moment<'_>) -> String {
    let token = moment.token();
    if hosted { format!("02.id.{token}") } else { format!("02{}", &token[..40]) }
}

/// When a transaction expires whose stage has been reached at `now`.
#[must_use]
pub fn expires(transaction: &Transaction, now: i64) -> i64 {
    now + match (&transaction.stage, &transaction.browser) {
        (
            Stage::Identify
            | Stage::Recovery(Recovery { step: RecoveryStep::Identify, .. })
            | Stage::Registration(Registration::Profile),
            _,
        ) => BEFORE_IDENTIFICATION,
        (Stage::SignedIn(_) | Stage::Decided { .. }, Some(_)) => RESULT_LIFETIME,
        _ => BETWEEN_STEPS,
    }
}
