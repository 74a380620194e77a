//! `urn:ietf:params:oauth:grant-type:jwt-bearer`. RFC 7523 2.1; Okta: with an ID-JAG of an issuer that the org trusts.

use super::Admitted;
use crate::protocol::{ErrorId, Refusal};

/// An org file names no issuers to trust, so no assertion can be by one of them.
pub(super) fn refusal(admitted: &Admitted<'_>) -> Refusal {
    admitted
        .request
        .required("assertion")
        .err()
        .unwrap_or_else(|| Refusal::new(ErrorId::JwtBearerGrantInvalidIssuer, "the org trusts no issuer of assertions"))
}
