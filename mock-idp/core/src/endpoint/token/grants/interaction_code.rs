//! `interaction_code`. Okta: the last step of a sign-in by the IDX API, which this org does not serve.

use super::super::grant::Grant;
use super::super::lookup::LoadedRecord;
use crate::protocol::{ErrorId, GrantType, OAuthError};

pub(super) const GRANT: Grant = Grant {
    grant_type: GrantType::InteractionCode,
    supported: false,
    lookup: |request| {
        request.required("interaction_code")?;
        Err(OAuthError::new(
            ErrorId::InteractionCodeNotEnabled,
            "the org does not serve the IDX API, which issues codes",
        ))
    },
    redeem: |_, _, _| Err(LoadedRecord::unexpected().into()),
};
