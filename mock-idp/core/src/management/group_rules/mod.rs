//! Rules that assign users to groups. Okta: `/api/v1/groups/rules`.

mod evaluate;

use serde_json::{Map, Value, json};

use super::directory::{self, DirectoryLifecycle, DirectoryResource};
use super::{
    ApiError, BodyMembers, Causes, ListQuery, ListStyle, ListedPage, ManagementCall, ManagementChange, expands,
    java_ordered,
};
use crate::expression::Expression;
use crate::model::{DirectoryKind, DirectoryObject, User};
use crate::org::{CREATED, Draft, Org, Problems, Tables};
use crate::protocol::Parameters;
use crate::system_log::{EventEntity, EventType, LogEvent};

pub use evaluate::apply;

/// The resource.
pub const GROUP_RULES: DirectoryResource = DirectoryResource {
    kind: DirectoryKind::GroupRule,
    type_name: "GroupRule",
    members: &["type", "id", "status", "name", "created", "lastUpdated", "conditions", "actions", "allGroupsValid"],
    lifecycle: DirectoryLifecycle::ByOperations,
    list: ListStyle::paged(50, 200),
    path: |rule| format!("/api/v1/groups/rules/{}", rule.id),
    prepare,
    links: |_, _, _| Value::Null,
};

/// # Errors
/// A limit or cursor that is not valid.
pub fn list(org: &Tables, call: ManagementCall<'_>, query: &Parameters) -> Result<ListedPage, ApiError> {
    let paging = ListQuery::read(query, GROUP_RULES.list.without_self())?;
    let wanted = query.get("search").map(str::to_lowercase);
    let matching =
        |rule: &&DirectoryObject| wanted.as_ref().is_none_or(|wanted| rule.name().to_lowercase().contains(wanted));
    let (page, next) = paging.page(org.objects(DirectoryKind::GroupRule).filter(matching), |rule| &rule.id)?;
    let shown = page.into_iter().map(|rule| show(org, call, rule, query)).collect();
    let paging = paging.repeating_in_next(query, &["expand"]);
    Ok(paging.listed(call, "/api/v1/groups/rules", shown, next))
}

/// Answers a request for one rule.
///
/// # Errors
/// No rule has the id.
pub fn get(org: &Tables, call: ManagementCall<'_>, id: &str, query: &Parameters) -> Result<Value, ApiError> {
    directory::find(org, &GROUP_RULES, id).map(|rule| show(org, call, rule, query))
}

/// A rule with what `expand` asks for: the names of the groups that it mentions.
fn show(org: &Tables, call: ManagementCall<'_>, rule: &DirectoryObject, query: &Parameters) -> Value {
    let mut shown = directory::show(org, call, &GROUP_RULES, rule);
    if expands(query, "groupIdToGroupNameMap") {
        let text = [&shown["conditions"], &shown["actions"]].map(Value::to_string).concat();
        // In an expression, which is a string itself, the quotes around an id are escaped.
        let quoted = |id: &str| [format!("\"{id}\""), format!("\"{id}\\\"")];
        let mentioned = org.groups().filter(|group| quoted(&group.id).iter().any(|id| text.contains(id)));
        let names: Map<String, Value> =
            mentioned.map(|group| (group.id.clone(), group.profile.name.as_str().into())).collect();
        shown["_embedded"] = json!({ "groupIdToGroupNameMap": java_ordered(names) });
    }
    shown
}

/// Okta: a rule is created INACTIVE.
///
/// # Errors
/// A body that is not valid.
pub fn create(change: &mut ManagementChange<'_, '_>, body: Map<String, Value>) -> Result<Value, ApiError> {
    directory::create(change, &GROUP_RULES, "", body)
}

/// # Errors
/// No rule has the id, it is ACTIVE, or the body is not valid.
pub fn replace(change: &mut ManagementChange<'_, '_>, id: &str, body: Map<String, Value>) -> Result<Value, ApiError> {
    if directory::find(change.draft, &GROUP_RULES, id)?.is_active() {
        let cause = "Cannot update an active rule.".to_owned();
        return Err(ApiError::validation("status", vec![cause]));
    }
    directory::replace(change, &GROUP_RULES, id, body)
}

/// Activates or deactivates a rule. Okta: an active rule is evaluated for all users at once; members that a rule assigned stay when it
/// is deactivated.
///
/// # Errors
/// No rule has the id.
pub fn set_active(change: &mut ManagementChange<'_, '_>, id: &str, active: bool) -> Result<(), ApiError> {
    directory::set_status(change, &GROUP_RULES, id, active)?;
    if active {
        evaluate_all(change);
    }
    Ok(())
}

/// An org with the memberships that its active rules give, as after their activation.
///
/// # Errors
/// The org with these memberships is not valid.
pub fn applied(org: Org) -> Result<Org, Problems> {
    if !org.objects(DirectoryKind::GroupRule).any(DirectoryObject::is_active) {
        return Ok(org);
    }
    let mut draft = Draft::new(&org, CREATED);
    for user in org.users() {
        let mut member = user.clone();
        apply(&draft, &mut member, CREATED);
        if member.group_ids != user.group_ids {
            draft.put_members(member);
        }
    }
    draft.finish()
}

/// Okta: with `removeUsers=true` the users lose the memberships that the rule gave them, else they keep them.
///
/// # Errors
/// No rule has the id.
pub fn remove(change: &mut ManagementChange<'_, '_>, id: &str, remove_users: bool) -> Result<(), ApiError> {
    directory::remove(change, &GROUP_RULES, id)?;
    let users: Vec<User> =
        change.draft.users().filter(|user| user.rule_memberships.values().any(|rule| rule == id)).cloned().collect();
    for mut user in users {
        let by_rule: Vec<String> =
            user.rule_memberships.iter().filter(|(_, rule)| *rule == id).map(|(group, _)| group.clone()).collect();
        for group in by_rule {
            user.rule_memberships.shift_remove(&group);
            if remove_users {
                user.group_ids.retain(|known| *known != group);
            }
        }
        change.draft.put_user(user);
    }
    Ok(())
}

/// Excludes a user from a rule.
pub fn exclude(change: &mut ManagementChange<'_, '_>, rule: &str, user: &str) {
    let Some(mut rule) = change.draft.object(DirectoryKind::GroupRule, rule).cloned() else { return };
    if let Some(Value::Array(excluded)) =
        rule.members.get_mut("conditions").and_then(|all| all.pointer_mut("/people/users/exclude"))
    {
        excluded.push(user.into());
    }
    let event = LogEvent::new(EventType::GroupRuleExclude).on(EventEntity::new("GroupRule", &rule.id, rule.name()));
    let user = change.draft.user(user).map(User::event_entity);
    change.moment.trace.event(user.into_iter().fold(event, LogEvent::on));
    change.draft.put_object(DirectoryKind::GroupRule, rule);
}

/// A group is gone. Okta: active rules that assign it are invalid from then on.
pub fn invalidate(change: &mut ManagementChange<'_, '_>, group: &str) {
    let assigns = |rule: &&DirectoryObject| {
        let groups = rule.members.get("actions").and_then(|all| all.pointer("/assignUserToGroups/groupIds"));
        groups.and_then(Value::as_array).is_some_and(|groups| groups.iter().any(|id| id == group))
    };
    let rules: Vec<DirectoryObject> = change.draft.objects(DirectoryKind::GroupRule).filter(assigns).cloned().collect();
    for mut rule in rules {
        if rule.is_active() {
            rule.members.insert("status".to_owned(), "INVALID".into());
        }
        rule.members.insert("allGroupsValid".to_owned(), false.into());
        change.draft.put_object(DirectoryKind::GroupRule, rule);
    }
}

fn evaluate_all(change: &mut ManagementChange<'_, '_>) {
    let users: Vec<User> = change.draft.users().cloned().collect();
    for mut user in users {
        let before = user.group_ids.clone();
        apply(change.draft, &mut user, change.moment.now);
        if user.group_ids != before {
            change.draft.put_user(user);
        }
    }
}

fn prepare(
    change: &mut ManagementChange<'_, '_>,
    rule: &mut Map<String, Value>,
    known: Option<&DirectoryObject>,
) -> Result<(), ApiError> {
    if known.is_none() {
        rule.insert("status".to_owned(), "INACTIVE".into());
    }
    let body = BodyMembers::of(rule);
    let mut causes = Causes::default();
    let name = causes.required("name", body.text("name")?).to_owned();
    causes.length("name", &name, 0..=50);
    let same = |other: &DirectoryObject| other.name() == name && known.is_none_or(|known| known.id != other.id);
    if change.draft.objects(DirectoryKind::GroupRule).any(same) {
        causes.add("name", "An object with this field already exists in the current organization");
    }
    let conditions = body.object("conditions")?;
    let expression = conditions.map(|conditions| conditions.object("expression")).transpose()?.flatten();
    let source = expression.map(|expression| expression.text("value")).transpose()?.flatten().unwrap_or_default();
    causes.required("conditions.expression.value", Some(source));
    let groups = body.object("actions")?.map(|actions| actions.object("assignUserToGroups")).transpose()?.flatten();
    let groups = groups.map(|assign| assign.texts("groupIds")).transpose()?.flatten().unwrap_or_default();
    if groups.is_empty() {
        causes.add("actions.assignUserToGroups.groupIds", "The field cannot be left blank");
    }
    causes.into_result()?;
    if let Err(error) = Expression::parse(source) {
        return Err(ApiError::invalid("conditions.expression.value", &error.to_string()));
    }
    let excluded = |kind: &'static str| -> Result<Value, ApiError> {
        let people = conditions.map(|conditions| conditions.object("people")).transpose()?.flatten();
        let side = people.map(|people| people.object(kind)).transpose()?.flatten();
        let ids = side.map(|side| side.texts("exclude")).transpose()?.flatten().unwrap_or_default();
        Ok(json!({ "exclude": ids }))
    };
    let conditions = json!({
        "people": { "users": excluded("users")?, "groups": excluded("groups")? },
        "expression": { "value": source, "type": "urn:okta:expression:1.0" },
    });
    let actions = json!({ "assignUserToGroups": { "groupIds": groups } });
    for (name, value) in [
        ("type", "group_rule".into()),
        ("conditions", conditions),
        ("actions", actions),
        ("allGroupsValid", true.into()),
    ] {
        rule.insert(name.to_owned(), value);
    }
    Ok(())
}
