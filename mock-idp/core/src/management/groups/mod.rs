//! Groups, their members and owners. Okta: `/api/v1/groups`.

mod members;
mod owners;
mod profile;

use serde_json::{Map, Value, json};

use super::filter::{AttributeValue, Filter, read_json, sort};
use super::{
    ApiError, ApiErrorId, BodyMembers, Links, ListQuery, ListStyle, ListedPage, ManagementCall, ManagementChange,
    expands, group_rules,
};
use crate::model::{Group, GroupType};
use crate::moment::timestamp;
use crate::org::Tables;
use crate::protocol::Parameters;

pub use members::{add_member, members, remove_member};
pub use owners::{add_owner, owners, remove_owner};

/// # Errors
/// No group has the id.
pub fn find<'t>(org: &'t Tables, id: &str) -> Result<&'t Group, ApiError> {
    org.group(id).ok_or_else(|| ApiError::not_found(id, "UserGroup"))
}

/// A group that is not a group of Okta or an app, so that it may be changed.
///
/// # Errors
/// No group has the id, or it may not be changed.
pub fn changeable<'t>(org: &'t Tables, id: &str) -> Result<&'t Group, ApiError> {
    let group = find(org, id)?;
    if group.kind != GroupType::OktaGroup {
        let reason = format!("{} is a {}", group.profile.name, group.kind.name());
        return Err(ApiError {
            arguments: vec!["UserGroup".to_owned()],
            ..ApiError::new(ApiErrorId::ReadOnlyObject, reason)
        });
    }
    Ok(group)
}

/// # Errors
/// No group has the id.
pub fn get(org: &Tables, call: ManagementCall<'_>, id: &str) -> Result<Value, ApiError> {
    find(org, id).map(|group| show(org, call, group))
}

/// Okta: `q` is the beginning of a name, and has no link to itself; only searches are sorted.
///
/// # Errors
/// A filter that does not parse, a limit or cursor that is not valid.
pub fn list(org: &Tables, call: ManagementCall<'_>, query: &Parameters) -> Result<ListedPage, ApiError> {
    let style = ListStyle::paged(10_000, 10_000);
    let paging = ListQuery::read(query, if query.contains("q") { style.without_self() } else { style })?;
    let condition = query.get("search").or(query.get("filter")).map(Filter::parse).transpose()?;
    let beginning = query.get("q").map(str::to_lowercase);
    let accepted = |group: &&Group| {
        call.caller.reach.has_group(group)
            && beginning.as_ref().is_none_or(|beginning| group.profile.name.to_lowercase().starts_with(beginning))
            && condition.as_ref().is_none_or(|filter| {
                let shown = show(org, call, group);
                filter.accepts(&|path, visit| read_json(&shown, path, visit))
            })
    };
    let mut groups: Vec<&Group> = org.groups().filter(accepted).collect();
    if let Some(attribute) = query.get("sortBy").filter(|_| query.contains("search")) {
        let read = |group: &Group, visit: &mut dyn FnMut(AttributeValue<'_>)| {
            read_json(&show(org, call, group), attribute, visit);
        };
        sort(&mut groups, query.get("sortOrder"), |group| &group.id, read);
    }
    let (page, next) = paging.page(groups, |group| &group.id)?;
    let shown = page.into_iter().map(|group| show_expanded(org, call, group, query)).collect();
    let paging = paging.repeating_in_next(query, &["sortBy", "sortOrder", "expand"]);
    Ok(paging.listed(call, "/api/v1/groups", shown, next))
}

/// A group with what `expand` asks for.
fn show_expanded(org: &Tables, call: ManagementCall<'_>, group: &Group, query: &Parameters) -> Value {
    let mut shown = show(org, call, group);
    if expands(query, "stats") {
        let apps = org.apps().filter(|app| org.assigned_groups(app).any(|assigned| assigned.id == group.id));
        shown["_embedded"]["stats"] = json!({
            "usersCount": org.members(group).count(),
            "appsCount": apps.count(),
            "groupPushMappingsCount": 0,
            "hasAdminPrivilege": !group.roles.is_empty(),
        });
    }
    let source = group.source.as_ref().and_then(|source| org.app(&source.id));
    if let Some(app) = source.filter(|_| expands(query, "app")) {
        shown["_embedded"]["app"] =
            json!({ "id": app.id, "name": app.name, "label": app.label, "signOnMode": app.sign_on_mode });
    }
    shown
}

/// # Errors
/// A body that is not valid.
pub fn create(change: &mut ManagementChange<'_, '_>, body: &Map<String, Value>) -> Result<Value, ApiError> {
    if !change.call.caller.reach.has_new_group() {
        return Err(ApiError::access_denied("the targets of the caller's roles are some groups"));
    }
    let profile = profile::checked(change.draft, BodyMembers::of(body), None)?;
    let now = Some(change.now());
    let group = Group {
        id: change.moment.id("00g"),
        kind: GroupType::OktaGroup,
        profile,
        source: None,
        roles: Vec::new(),
        created: now.clone(),
        last_updated: now.clone(),
        last_membership_updated: now,
    };
    let shown = show(change.draft, change.call, &group);
    change.draft.put_group(group);
    Ok(shown)
}

/// # Errors
/// No group has the id, it may not be changed, or the body is not valid.
pub fn replace(change: &mut ManagementChange<'_, '_>, id: &str, body: &Map<String, Value>) -> Result<Value, ApiError> {
    let known = changeable(change.draft, id)?.clone();
    let profile = profile::checked(change.draft, BodyMembers::of(body), Some(&known))?;
    let group = Group { profile, last_updated: Some(change.now()), ..known };
    let shown = show(change.draft, change.call, &group);
    change.draft.put_group(group);
    Ok(shown)
}

/// Okta: members, owners, rules and assignments do not keep a group from being removed.
///
/// # Errors
/// No group has the id, or it may not be removed.
pub fn remove(change: &mut ManagementChange<'_, '_>, id: &str) -> Result<(), ApiError> {
    changeable(change.draft, id)?;
    change.draft.remove_objects_of(id);
    change.draft.forget_group(id);
    group_rules::invalidate(change, id);
    Ok(())
}

/// Records that the members of a group have changed.
pub fn touch_membership(change: &mut ManagementChange<'_, '_>, id: &str) {
    let now = change.now();
    if let Some(group) = change.draft.group(id).cloned() {
        change.draft.put_group(Group { last_membership_updated: Some(now), ..group });
    }
}

/// A group as answers show it.
#[must_use]
pub fn show(org: &Tables, call: ManagementCall<'_>, group: &Group) -> Value {
    let created = || org.times(&group.id).map(|times| timestamp(times.created));
    let created = group.created.clone().or_else(created);
    let path = format!("/api/v1/groups/{}", group.id);
    let logo = |size: &str| json!({ "name": size, "href": format!("{}/assets/img/logos/groups/odyssey/okta-{size}.png", call.browser_base()), "type": "image/png" });
    let links = Links::at(call.base())
        .with("logo", json!([logo("medium"), logo("large")]))
        .bare("owners", &format!("{path}/owners"))
        .bare("users", &format!("{path}/users"))
        .bare("apps", &format!("{path}/apps"));
    json!({
        "id": group.id,
        "created": created,
        "lastUpdated": group.last_updated.as_ref().or(created.as_ref()),
        "lastMembershipUpdated": group.last_membership_updated.as_ref().or(created.as_ref()),
        "objectClass": ["okta:user_group"],
        "type": group.kind.name(),
        "profile": profile::show(&group.profile),
        "_links": links.into_value(),
    })
}
