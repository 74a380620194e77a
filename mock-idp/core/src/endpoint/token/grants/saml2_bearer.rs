//! `urn:ietf:params:oauth:grant-type:saml2-bearer`. RFC 7522 2.1; Okta: not in Identity Engine, whose sign-in this org has.

use super::super::grant::Grant;
use super::super::lookup::LoadedRecord;
use crate::protocol::{ErrorId, GrantType, OAuthError};

pub(super) const GRANT: Grant = Grant {
    grant_type: GrantType::Saml2Bearer,
    supported: false,
    lookup: |request| {
        request.required("assertion")?;
        Err(OAuthError::new(ErrorId::UnsupportedSamlAssertion, "Identity Engine does not accept SAML assertions"))
    },
    redeem: |_, _, _| Err(LoadedRecord::unexpected().into()),
};
