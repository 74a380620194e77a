//! `/_mock/directory`: changes of users, groups, memberships and assignments, all in one step or none.

mod change;
mod request;

use axum::Json;
use bytes::Bytes;
use mock_idp_core::model::UserStatus;
use mock_idp_core::org::Org;
use schemars::JsonSchema;
use serde::Serialize;

use self::request::EXPECTED;
use crate::control::ControlError;
use crate::control::error::parse;
use crate::routing::At;

pub(super) use request::DirectoryChange;

/// The changed objects as they are now, without those that were removed.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct ChangedDirectory {
    groups: Vec<ChangedGroup>,
    users: Vec<ChangedUser>,
}

#[derive(Debug, JsonSchema, Serialize)]
struct ChangedGroup {
    id: String,
    name: String,
}

#[derive(Debug, JsonSchema, Serialize)]
struct ChangedUser {
    id: String,
    login: String,
    #[schemars(with = "String")]
    status: UserStatus,
    /// Names, with `Everyone`.
    groups: Vec<String>,
}

/// Makes the changes until the next reset, and returns the changed objects.
pub(super) async fn post(At(address): At, body: Bytes) -> Result<Json<ChangedDirectory>, ControlError> {
    let body: DirectoryChange = parse(&body, EXPECTED)?;
    if body.groups.is_empty() && body.users.is_empty() && body.assignments.is_empty() {
        return Err(ControlError::bad_request("the body changes nothing", EXPECTED));
    }
    let changed = address.org.change(|draft| change::apply(draft, &body))?;
    Ok(Json(shown(&address.org.org(), &changed)))
}

fn shown(org: &Org, changed: &change::ChangedIds) -> ChangedDirectory {
    let groups = changed.groups.iter().filter_map(|id| org.group(id));
    let users = changed.users.iter().filter_map(|id| org.user(id));
    let names = |user| org.group_ids(user).filter_map(|id| Some(org.group(id)?.profile.name.clone())).collect();
    ChangedDirectory {
        groups: groups.map(|group| ChangedGroup { id: group.id.clone(), name: group.profile.name.clone() }).collect(),
        users: users
            .map(|user| ChangedUser {
                id: user.id.clone(),
                login: user.profile.login.clone(),
                status: user.status,
                groups: names(user),
            })
            .collect(),
    }
}
