//! The OAuth errors that requests name.

use mock_idp_core::protocol::{CATALOGUE, ErrorId, OAuthError};
use mock_idp_core::text::nearest;

use crate::control::ControlError;

/// The error of Okta's catalogue with this id, or the first with this public `error`; with another description, if one is given.
pub(super) fn named(name: &str, description: Option<&str>) -> Result<OAuthError, ControlError> {
    let by_id = || ErrorId::ALL.iter().find(|id| id.row().id == name);
    let by_code = || ErrorId::ALL.iter().find(|id| id.row().error == name);
    let Some(id) = by_id().or_else(by_code).copied() else { return Err(unknown(name)) };
    if description.is_none() && id.row().description.contains("{0}") {
        let error = format!("error_description: is needed for {name:?}, whose text has a gap");
        return Err(ControlError::bad_request(error, id.row().description));
    }
    let reason = "an error that was asked for at the control API";
    Ok(OAuthError { described_as: description.map(str::to_owned), ..OAuthError::new(id, reason) })
}

fn unknown(name: &str) -> ControlError {
    let mut codes: Vec<&str> = CATALOGUE.iter().map(|row| row.error).collect();
    codes.sort_unstable();
    codes.dedup();
    let ids = CATALOGUE.iter().map(|row| row.id);
    let hint = nearest(name, codes.iter().copied().chain(ids)).map(|known| format!("; did you mean {known:?}?"));
    let error = format!("error: no OAuth error of Okta is named {name:?}{}", hint.unwrap_or_default());
    ControlError::bad_request(error, codes)
}
