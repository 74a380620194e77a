//! The standard roles of users, groups and clients, with their targets.

use serde_json::Value;

use super::reading::Reading;
use crate::model::{AdminRole, AppTarget, RoleTargets, RoleType};

/// The roles of an object whose path is given.
pub(super) fn roles(reading: &mut Reading<'_>, object: &Value, path: &str) -> Vec<AdminRole> {
    let mut roles = Vec::new();
    for role in reading.answers.list(&format!("{path}/roles")) {
        let name = role["type"].as_str().unwrap_or_default();
        // Those of a group are read with the group.
        if role["assignmentType"] == "GROUP" && path.starts_with("/api/v1/users/") {
            continue;
        }
        match RoleType::named(name) {
            Some(kind) => {
                let targets = targets(reading, &format!("{path}/roles/{}", role["id"].as_str().unwrap_or_default()));
                let created = role["created"].as_str().map(str::to_owned);
                roles.push(AdminRole { created, targets, ..AdminRole::of(kind) });
            }
            // These are among the bindings of resource sets.
            None if name == "CUSTOM" => {}
            None => reading.leave_out("role", object, "roles", &format!("the mock has no role {name}")),
        }
    }
    roles
}

fn targets(reading: &Reading<'_>, path: &str) -> RoleTargets {
    let listed = |list: &str| reading.answers.list(&format!("{path}/targets/{list}")).iter();
    let text = |object: &Value, member: &str| object[member].as_str().map(str::to_owned);
    RoleTargets {
        groups: listed("groups").filter_map(|group| text(group, "id")).collect(),
        apps: listed("catalog/apps")
            .filter_map(|app| Some(AppTarget { name: text(app, "name")?, id: text(app, "id") }))
            .collect(),
    }
}
