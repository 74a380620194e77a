//! `urn:ietf:params:oauth:grant-type:device_code`. RFC 8628 3.4, 3.5.

use super::super::grant::Grant;
use super::super::lookup::Lookup;
use super::polled::{self, PollingErrors};
use crate::protocol::{ErrorId, GrantType};

pub(super) const GRANT: Grant = Grant {
    grant_type: GrantType::DeviceCode,
    supported: true,
    lookup: |request| Ok(Lookup::DeviceCode(request.required("device_code")?)),
    redeem: |request, record, moment| polled::redeem(request, record, &ERRORS, moment),
};

const ERRORS: PollingErrors = PollingErrors {
    pending: ErrorId::AuthorizationPending,
    slow_down: ErrorId::SlowDown,
    expired: ErrorId::ExpiredToken,
    invalid: ErrorId::InvalidDeviceCode,
};
