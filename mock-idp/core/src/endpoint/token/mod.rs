//! The token endpoint. RFC 6749 3.2; Okta: `/v1/token`.
//!
//! Its phases are the same for every grant:
//!
//! 1. [`grant_type`]: the grant type is known.
//! 2. The client authenticates: [`client_authentication`](super::client_authentication).
//! 3. [`admit`]: the client may use the grant; requests of browsers follow their additional rules.
//! 4. [`lookup()`]: the grant names the record or token that it redeems, and the caller loads it.
//! 5. [`redeem`]: the grant checks the record and the access policy, and decides what the client gets.
//! 6. [`unsigned_tokens`]: the contents of the tokens; the caller signs them by [`tokens`](crate::tokens).
//! 7. [`body`]: the answer.
//!
//! A grant is a file and a row in `grants`.

mod admission;
mod browser;
mod direct_records;
mod entitlement;
pub mod events;
mod grant;
mod grants;
mod lookup;
mod redemption;
mod request;
mod response;
mod subject_token;

pub use admission::{admit, grant_type};
pub use direct_records::{DirectNames, DirectRecords};
pub use grant::GrantRequest;
pub use lookup::{
    IdJagIssuer, LoadedRecord, Lookup, PresentedDeviceSecret, PresentedOwnTokens, check_issuer_signature,
    issuer_key_source,
};
pub use redemption::{Extra, NewRefreshToken, PassedOnToken, Redeemed, Redemption, RedemptionError, RevokedTokens};
pub use request::TokenRequest;
pub use response::{body, unsigned_tokens};

use crate::moment::Moment;
use crate::protocol::OAuthError;

/// What has to be loaded before the grant can be redeemed.
///
/// # Errors
/// A parameter of the grant that is missing or invalid, a grant that Okta knows and this org does not offer.
pub fn lookup<'a>(request: &GrantRequest<'a>) -> Result<Lookup<'a>, OAuthError> {
    (request.grant.lookup)(request)
}

/// Decides what the client gets. The record has to be stored afterwards, even if the grant is not redeemed.
///
/// # Errors
/// Okta's errors of the grant.
pub fn redeem(
    request: &GrantRequest<'_>,
    record: LoadedRecord<'_>,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, RedemptionError> {
    (request.grant.redeem)(request, record, moment)
}
