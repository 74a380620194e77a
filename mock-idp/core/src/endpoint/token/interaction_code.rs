//! `interaction_code`. Okta: the last step of a sign-in by the IDX API, which this org does not serve.

use super::Admitted;
use crate::protocol::{ErrorId, Refusal};

pub(super) fn refusal(admitted: &Admitted<'_>) -> Refusal {
    admitted.request.required("interaction_code").err().unwrap_or_else(|| {
        Refusal::new(ErrorId::InteractionCodeNotEnabled, "the org has no IDX API that could have given a code")
    })
}
