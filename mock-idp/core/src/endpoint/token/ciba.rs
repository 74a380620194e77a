//! `urn:openid:params:grant-type:ciba`. OpenID CIBA Core 10.1, 11.

use super::polled::Words;
use crate::protocol::ErrorId;

/// Okta's words for each state of a request by the back channel; it has the same for one that is unknown and one that is over.
pub(super) const WORDS: Words = Words {
    pending: ErrorId::CibaAuthorizationPending,
    slow_down: ErrorId::CibaSlowDown,
    expired: ErrorId::CibaExpiredAuthReqId,
    invalid: ErrorId::CibaExpiredAuthReqId,
};
