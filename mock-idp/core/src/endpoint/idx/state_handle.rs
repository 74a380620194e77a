//! State handles and their lifetimes. They are recorded; Okta does not document them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

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

/// The start of the `request_uri` of a transaction whose user goes to an external identity provider. Okta: as of pushed requests.
const REQUEST_URI: &str = "urn:okta:";

/// The `request_uri` by which a client that asks the user itself sends the browser to a provider.
pub(super) fn provider_request_uri(state_handle: &str, provider: &str) -> String {
    format!("{REQUEST_URI}{}", URL_SAFE_NO_PAD.encode(format!("{state_handle}:{provider}")))
}

/// The state handle and the id of the provider in such a `request_uri`.
#[must_use]
pub fn provider_of_request_uri(request_uri: &str) -> Option<(String, String)> {
    let decoded = URL_SAFE_NO_PAD.decode(request_uri.strip_prefix(REQUEST_URI)?).ok()?;
    let (handle, provider) = String::from_utf8(decoded)
        .ok()?
        .split_once(':')
        .map(|(handle, provider)| (handle.to_owned(), provider.to_owned()))?;
    (!provider.is_empty()).then_some((handle, provider))
}

/// When a transaction expires whose stage has been reached at `now`.
#[must_use]
pub fn expires(transaction: &Transaction, now: i64) -> i64 {
    now + match (&transaction.stage, &transaction.browser) {
        (
            Stage::Identify
            | Stage::ProviderFailed
            | Stage::Recovery(Recovery { step: RecoveryStep::Identify, .. })
            | Stage::Registration(Registration::Profile),
            _,
        ) => BEFORE_IDENTIFICATION,
        (Stage::SignedIn(_) | Stage::Decided { .. }, Some(_)) => RESULT_LIFETIME,
        _ => BETWEEN_STEPS,
    }
}
