//! `urn:ietf:params:oauth:grant-type:saml2-bearer`. RFC 7522 2.1; Okta: not in Identity Engine, whose sign-in this org has.

use super::Admitted;
use crate::protocol::{ErrorId, OAuthError};

pub(super) fn refusal(admitted: &Admitted<'_>) -> OAuthError {
    admitted.request.required("assertion").err().unwrap_or_else(|| {
        OAuthError::new(ErrorId::UnsupportedSamlAssertion, "Identity Engine takes no SAML assertions")
    })
}
