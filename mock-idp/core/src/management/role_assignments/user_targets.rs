//! What the roles of a user are about, those of the user's groups too. Okta: `/api/v1/users/{id}/roles/{role}/targets`.

use serde_json::{Value, json};

use super::role_id::role_id;
use crate::management::{ApiError, ListQuery, ListStyle, ListedPage, ManagementCall, users};
use crate::model::AdminRole;
use crate::org::Tables;
use crate::protocol::Parameters;

/// Okta: 20 targets on a page, at most 200.
const LIST: ListStyle = ListStyle::paged(20, 200);

/// The targets of a role, each with how the user has the role.
///
/// # Errors
/// There is no such user, or no such role of it; an invalid limit or cursor.
pub fn user_targets(
    org: &Tables,
    call: ManagementCall<'_>,
    name: &str,
    role: &str,
    query: &Parameters,
) -> Result<ListedPage, ApiError> {
    let user = users::find(org, call, name)?;
    let paging = ListQuery::read(query, LIST)?;
    let groups = org.group_ids(user).filter_map(|id| org.group(id));
    let by_groups = groups.flat_map(|group| group.roles.iter().map(|role| ("GROUP", group.id.as_str(), role)));
    let own = user.roles.iter().map(|role| ("USER", user.id.as_str(), role));
    let assigned: Vec<(&str, &str, &AdminRole)> =
        own.chain(by_groups).filter(|(_, assignee, assigned)| role_id(assignee, assigned.kind) == role).collect();
    if assigned.is_empty() {
        return Err(ApiError::not_found(role, "RoleAssignment"));
    }
    let wanted = query.get("assignmentType");
    // The same target can be one of the user and of groups, so a cursor also says whose it is.
    let targets: Vec<(String, Value)> = assigned
        .into_iter()
        .filter(|(kind, ..)| wanted.is_none_or(|wanted| wanted == *kind))
        .flat_map(|(kind, assignee, role)| {
            let cursor =
                move |target: &Value| format!("{kind}:{assignee}:{}", target["orn"].as_str().unwrap_or_default());
            targets(org, call, kind, role).into_iter().map(move |target| (cursor(&target), target))
        })
        .collect();
    let (page, next) = paging.page(&targets, |(cursor, _)| cursor)?;
    let path = format!("/api/v1/users/{}/roles/{role}/targets", user.id);
    let paging = paging.repeating_in_next(query, &["assignmentType"]);
    Ok(paging.listed(call, &path, page.into_iter().map(|(_, target)| target.clone()).collect(), next))
}

fn targets(org: &Tables, call: ManagementCall<'_>, kind: &str, role: &AdminRole) -> Vec<Value> {
    let org_id = &org.identity().id;
    let target = |orn: String, path: String| {
        let links = json!({ "self": { "href": format!("{}{path}", call.base()) } });
        json!({ "assignmentType": kind, "orn": orn, "_links": links })
    };
    let groups = role.targets.groups.iter().filter(|id| org.group(id).is_some());
    let groups =
        groups.map(|id| target(format!("orn:okta:directory:{org_id}:groups:{id}"), format!("/api/v1/groups/{id}")));
    let apps = role.targets.apps.iter().filter(|app| app.id.as_deref().is_none_or(|id| org.app(id).is_some()));
    let apps = apps.map(|app| match &app.id {
        Some(id) => target(format!("orn:okta:idp:{org_id}:apps:{}:{id}", app.name), format!("/api/v1/apps/{id}")),
        None => {
            target(format!("orn:okta:idp:{org_id}:apps:{}", app.name), format!("/api/v1/catalog/apps/{}", app.name))
        }
    });
    groups.chain(apps).collect()
}
