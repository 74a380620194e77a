//! The users that requests name.

use mock_idp_core::model::User;
use mock_idp_core::org::Org;

use crate::control::ControlError;

/// The user with this login or id.
pub(super) fn user<'o>(org: &'o Org, name: &str, expected: &'static str) -> Result<&'o User, ControlError> {
    let user = org.user(name).or_else(|| org.user_by_identifier(name));
    user.ok_or_else(|| ControlError::bad_request(format!("no user has the login or id {name:?}"), expected))
}
