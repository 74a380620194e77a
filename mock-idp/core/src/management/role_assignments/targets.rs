//! The targets of roles. Okta: `…/roles/{id}/targets/groups`, `…/roles/{id}/targets/catalog/apps`. A role without targets is about
//! everything; its first target narrows it.

use serde_json::Value;

use super::assignee::{Assignee, AssigneeKind};
use super::position;
use super::shown_targets::{show_apps, show_groups};
use crate::management::{ApiError, ManagementCall, ManagementChange, apps as all_apps, groups as all_groups};
use crate::model::{AdminRole, AppTarget};
use crate::org::Tables;

/// The groups that a role is about.
///
/// # Errors
/// There is no such assignee, or no such role of it.
pub fn groups(
    org: &Tables,
    call: ManagementCall<'_>,
    kind: AssigneeKind,
    name: &str,
    role: &str,
) -> Result<Vec<Value>, ApiError> {
    find(org, call, kind, name, role).map(|role| show_groups(org, call, &role))
}

/// # Errors
/// There is no such assignee, role or group, or the role has no group targets.
pub fn add_group(
    change: &mut ManagementChange<'_, '_>,
    kind: AssigneeKind,
    name: &str,
    role: &str,
    group: &str,
) -> Result<(), ApiError> {
    let group = all_groups::find(change.draft, group)?.id.clone();
    edit(change, kind, name, role, |role| {
        if !role.kind.has_group_targets() {
            return Err(unsupported(role, "groups"));
        }
        if !role.targets.groups.contains(&group) {
            role.targets.groups.push(group);
        }
        Ok(())
    })
}

/// # Errors
/// There is no such assignee, role or target.
pub fn remove_group(
    change: &mut ManagementChange<'_, '_>,
    kind: AssigneeKind,
    name: &str,
    role: &str,
    group: &str,
) -> Result<(), ApiError> {
    edit(change, kind, name, role, |role| {
        let place = role.targets.groups.iter().position(|known| known == group);
        role.targets.groups.remove(place.ok_or_else(|| ApiError::not_found(group, "RoleTarget"))?);
        Ok(())
    })
}

/// The apps that a role is about. Okta: a target that is all apps of a name has no `id`.
///
/// # Errors
/// There is no such assignee, or no such role of it.
pub fn apps(
    org: &Tables,
    call: ManagementCall<'_>,
    kind: AssigneeKind,
    name: &str,
    role: &str,
) -> Result<Vec<Value>, ApiError> {
    find(org, call, kind, name, role).map(|role| show_apps(org, call, &role))
}

/// Adds an app by its id, or all apps of a name. Okta: these replace targets that are single apps of that name.
///
/// # Errors
/// There is no such assignee, role or app, or the role has no app targets.
pub fn add_app(
    change: &mut ManagementChange<'_, '_>,
    kind: AssigneeKind,
    name: &str,
    role: &str,
    target: AppTarget,
) -> Result<(), ApiError> {
    if let Some(id) = &target.id
        && all_apps::find(change.draft, id)?.name != target.name
    {
        return Err(ApiError::not_found(id, "AppInstance"));
    }
    edit(change, kind, name, role, |role| {
        if !role.kind.has_app_targets() {
            return Err(unsupported(role, "apps"));
        }
        let apps = &mut role.targets.apps;
        if target.id.is_none() {
            apps.retain(|known| known.name != target.name);
        }
        if !apps.contains(&target) {
            apps.push(target);
        }
        Ok(())
    })
}

/// Makes a role one for all apps again.
///
/// # Errors
/// There is no such assignee or role, or the role has no app targets.
pub fn add_all_apps(
    change: &mut ManagementChange<'_, '_>,
    kind: AssigneeKind,
    name: &str,
    role: &str,
) -> Result<(), ApiError> {
    edit(change, kind, name, role, |role| {
        if !role.kind.has_app_targets() {
            return Err(unsupported(role, "apps"));
        }
        role.targets.apps.clear();
        Ok(())
    })
}

/// # Errors
/// There is no such assignee, role or target.
pub fn remove_app(
    change: &mut ManagementChange<'_, '_>,
    kind: AssigneeKind,
    name: &str,
    role: &str,
    target: &AppTarget,
) -> Result<(), ApiError> {
    edit(change, kind, name, role, |role| {
        let place = role.targets.apps.iter().position(|known| known == target);
        let missing = || ApiError::not_found(target.id.as_deref().unwrap_or(&target.name), "RoleTarget");
        role.targets.apps.remove(place.ok_or_else(missing)?);
        Ok(())
    })
}

fn find(
    org: &Tables,
    call: ManagementCall<'_>,
    kind: AssigneeKind,
    name: &str,
    role: &str,
) -> Result<AdminRole, ApiError> {
    let mut assignee = Assignee::find(org, call, kind, name)?;
    let place = position(&assignee, role)?;
    Ok(assignee.roles.swap_remove(place))
}

fn edit(
    change: &mut ManagementChange<'_, '_>,
    kind: AssigneeKind,
    name: &str,
    role: &str,
    rule: impl FnOnce(&mut AdminRole) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    let mut assignee = Assignee::find(change.draft, change.call, kind, name)?;
    let place = position(&assignee, role)?;
    rule(&mut assignee.roles[place])?;
    assignee.store(change);
    Ok(())
}

fn unsupported(role: &AdminRole, targets: &str) -> ApiError {
    ApiError::not_well_formed(format!("{} has no {targets} as targets", role.kind.name()))
}
