//! The targets of roles in answers.

use serde_json::{Value, json};

use crate::management::{ManagementCall, groups as all_groups};
use crate::model::{AdminRole, AppTarget};
use crate::org::Tables;

/// The groups that a role is about, in answers.
pub(super) fn show_groups(org: &Tables, call: ManagementCall<'_>, role: &AdminRole) -> Vec<Value> {
    let groups = role.targets.groups.iter().filter_map(|id| org.group(id));
    groups.map(|group| all_groups::show(org, call, group)).collect()
}

/// The apps that a role is about, in answers.
pub(super) fn show_apps(org: &Tables, call: ManagementCall<'_>, role: &AdminRole) -> Vec<Value> {
    // An app may have been removed since.
    let exists = |target: &&AppTarget| target.id.as_deref().is_none_or(|id| org.app(id).is_some());
    role.targets.apps.iter().filter(exists).map(|target| show_app(org, call, target)).collect()
}

fn show_app(org: &Tables, call: ManagementCall<'_>, target: &AppTarget) -> Value {
    let app = target.id.as_deref().and_then(|id| org.app(id));
    let mut shown = json!({
        "name": target.name, "displayName": app.map_or(target.name.as_str(), |app| app.label.as_str()), "status": "ACTIVE",
    });
    let path = match app {
        Some(app) => {
            shown["id"] = app.id.as_str().into();
            shown["status"] = json!(app.status);
            format!("/api/v1/apps/{}", app.id)
        }
        None => format!("/api/v1/catalog/apps/{}", target.name),
    };
    shown["_links"] = json!({ "self": { "href": format!("{}{path}", call.base()) } });
    shown
}
