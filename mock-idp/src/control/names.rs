//! The users, clients and authorization servers that requests name.

use std::sync::Arc;

use mock_idp_core::model::{App, User};
use mock_idp_core::org::{CompiledServer, Org};
use mock_idp_core::text::nearest;

use crate::control::ControlError;

/// The user with this login or id.
pub(super) fn user<'o>(org: &'o Org, name: &str, expected: &'static str) -> Result<&'o User, ControlError> {
    let user = org.user(name).or_else(|| org.user_by_identifier(name));
    user.ok_or_else(|| {
        let hint = hint(name, org.users().map(|user| user.profile.login.as_str()));
        ControlError::bad_request(format!("no user has the login or id {name:?}{hint}"), expected)
    })
}

/// The client with this id or label.
pub(super) fn client<'o>(org: &'o Org, name: &str, expected: &'static str) -> Result<&'o App, ControlError> {
    let client = org.client(name).or_else(|| org.apps().find(|app| app.label == name));
    client.ok_or_else(|| {
        let hint = hint(name, org.apps().flat_map(|app| [app.client_id(), app.label.as_str()]));
        ControlError::bad_request(format!("no client has the id or label {name:?}{hint}"), expected)
    })
}

/// The authorization server with this name or id; `org` is the org authorization server.
pub(super) fn server<'o>(
    org: &'o Org,
    name_or_id: &str,
    expected: &'static str,
) -> Result<&'o Arc<CompiledServer>, ControlError> {
    let found = if name_or_id == "org" { Some(org.org_server()) } else { org.server(name_or_id) };
    found.ok_or_else(|| {
        ControlError::bad_request(format!("no authorization server has the name or id {name_or_id:?}"), expected)
    })
}

fn hint<'o>(name: &str, known: impl IntoIterator<Item = &'o str>) -> String {
    nearest(name, known).map(|known| format!("; did you mean {known:?}?")).unwrap_or_default()
}
