//! `urn:ietf:params:oauth:grant-type:device_code`. RFC 8628 3.4, 3.5.

use super::polled::Words;
use crate::protocol::ErrorId;

/// Okta's words for each state of a device's request.
pub(super) const WORDS: Words = Words {
    pending: ErrorId::AuthorizationPending,
    slow_down: ErrorId::SlowDown,
    expired: ErrorId::ExpiredToken,
    invalid: ErrorId::InvalidDeviceCode,
};
