//! `interaction_code`. Okta: the last step of a sign-in by the IDX API, which this org does not serve.

use super::Admitted;
use crate::protocol::{ErrorId, OAuthError};

pub(super) fn refusal(admitted: &Admitted<'_>) -> OAuthError {
    admitted.request.required("interaction_code").err().unwrap_or_else(|| {
        OAuthError::new(ErrorId::InteractionCodeNotEnabled, "the org has no IDX API that could have given a code")
    })
}
