//! `urn:openid:params:grant-type:ciba`. OpenID CIBA Core 10.1, 11.

use super::super::grant::Grant;
use super::super::lookup::Lookup;
use super::polled::{self, PollingErrors};
use crate::protocol::{ErrorId, GrantType};

pub(super) const GRANT: Grant = Grant {
    grant_type: GrantType::Ciba,
    supported: true,
    lookup: |request| Ok(Lookup::AuthReqId(request.required("auth_req_id")?)),
    redeem: |request, record, moment| polled::redeem(request, record, &ERRORS, moment),
};

/// Okta: the same error for a request that is unknown and one that is over.
const ERRORS: PollingErrors = PollingErrors {
    pending: ErrorId::CibaAuthorizationPending,
    slow_down: ErrorId::CibaSlowDown,
    expired: ErrorId::CibaExpiredAuthReqId,
    invalid: ErrorId::CibaExpiredAuthReqId,
};
