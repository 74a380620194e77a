//! Standard roles of users, groups and clients. Okta: `/api/v1/users/{id}/roles`, `/api/v1/groups/{id}/roles`,
//! `/oauth2/v1/clients/{id}/roles`.

mod assignee;
mod role_id;
mod shown_targets;
mod targets;
mod user_targets;

use serde_json::{Map, Value, json};

use super::{ApiError, ApiErrorId, BodyMembers, ManagementCall, ManagementChange, expands};
use crate::model::{AdminRole, RoleType};
use crate::org::Tables;
use crate::protocol::Parameters;
use role_id::role_id;

pub use assignee::AssigneeKind;
pub use targets::{add_all_apps, add_app, add_group, apps, groups, remove_app, remove_group};

pub use user_targets::user_targets;

use assignee::Assignee;

/// The roles, with their targets where `expand` asks for them.
///
/// # Errors
/// There is no such user, group or client.
pub fn list(
    org: &Tables,
    call: ManagementCall<'_>,
    kind: AssigneeKind,
    name: &str,
    query: &Parameters,
) -> Result<Vec<Value>, ApiError> {
    let assignee = Assignee::find(org, call, kind, name)?;
    let shown = assignee.roles.iter().map(|role| {
        let mut shown = show(call, &assignee, role);
        if expands(query, "targets/groups") {
            shown["_embedded"]["targets"]["groups"] = shown_targets::show_groups(org, call, role).into();
        }
        if expands(query, "targets/catalog/apps") {
            shown["_embedded"]["targets"]["catalog"]["apps"] = shown_targets::show_apps(org, call, role).into();
        }
        shown
    });
    Ok(shown.collect())
}

/// # Errors
/// There is no such user, group or client, or no such role of it.
pub fn get(
    org: &Tables,
    call: ManagementCall<'_>,
    kind: AssigneeKind,
    name: &str,
    role: &str,
) -> Result<Value, ApiError> {
    let assignee = Assignee::find(org, call, kind, name)?;
    Ok(show(call, &assignee, &assignee.roles[position(&assignee, role)?]))
}

/// # Errors
/// There is no such user, group or client; no such role; or it is assigned already.
pub fn assign(
    change: &mut ManagementChange<'_, '_>,
    kind: AssigneeKind,
    name: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let mut assignee = Assignee::find(change.draft, change.call, kind, name)?;
    let written = BodyMembers::of(body).text("type")?.unwrap_or_default();
    let Some(role) = RoleType::named(written) else {
        return Err(ApiError::not_well_formed(format!("`{written}` is not a standard role")));
    };
    if assignee.roles.iter().any(|known| known.kind == role) {
        return Err(ApiError::new(ApiErrorId::RoleAssigned, format!("{} has {}", assignee.id, role.name())));
    }
    let role = AdminRole { created: Some(change.now()), ..AdminRole::of(role) };
    let shown = show(change.call, &assignee, &role);
    assignee.roles.push(role);
    assignee.store(change);
    Ok(shown)
}

/// # Errors
/// There is no such user, group or client, or no such role of it.
pub fn unassign(
    change: &mut ManagementChange<'_, '_>,
    kind: AssigneeKind,
    name: &str,
    role: &str,
) -> Result<(), ApiError> {
    let mut assignee = Assignee::find(change.draft, change.call, kind, name)?;
    assignee.roles.remove(position(&assignee, role)?);
    assignee.store(change);
    Ok(())
}

/// Where a role is, by its id.
fn position(assignee: &Assignee, role: &str) -> Result<usize, ApiError> {
    let found = assignee.roles.iter().position(|known| role_id(&assignee.id, known.kind) == role);
    found.ok_or_else(|| ApiError::not_found(role, "RoleAssignment"))
}

fn show(call: ManagementCall<'_>, assignee: &Assignee, role: &AdminRole) -> Value {
    let created = role.created.as_ref().or(assignee.created.as_ref());
    json!({
        "id": role_id(&assignee.id, role.kind),
        "label": role.kind.label(),
        "type": role.kind.name(),
        "status": "ACTIVE",
        "created": created,
        "lastUpdated": created,
        "assignmentType": assignee.kind.name(),
        "_links": { "assignee": { "href": format!("{}{}", call.base(), assignee.path()) } },
    })
}
