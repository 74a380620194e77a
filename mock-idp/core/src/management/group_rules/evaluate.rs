//! Which groups rules assign a user to.

use serde_json::Value as Json;

use crate::claims::UserRoots;
use crate::expression::{Expression, Value};
use crate::model::{DirectoryKind, DirectoryObject, GroupType, User};
use crate::org::Tables;

/// Rules can depend on memberships that others give: they are evaluated again until nothing changes, at most this often.
const MAX_ROUNDS: usize = 5;

/// Adds and removes the memberships of a user that active rules give.
pub fn apply(org: &Tables, user: &mut User, now: i64) {
    let rules: Vec<(&DirectoryObject, Expression)> = org
        .objects(DirectoryKind::GroupRule)
        .filter(|rule| rule.is_active())
        .filter_map(|rule| Some((rule, Expression::parse(text(rule, "/conditions/expression/value")?).ok()?)))
        .collect();
    if rules.is_empty() {
        return;
    }
    for _ in 0..MAX_ROUNDS {
        let before = user.group_ids.clone();
        for (rule, expression) in &rules {
            apply_rule(org, rule, expression, user, now);
        }
        if user.group_ids == before {
            return;
        }
    }
}

fn apply_rule(org: &Tables, rule: &DirectoryObject, expression: &Expression, user: &mut User, now: i64) {
    let excluded = list(rule, "/conditions/people/users/exclude").any(|id| id == user.id);
    let matches = !excluded && matches!(expression.evaluate(&UserRoots::of(org, user, now)), Ok(Value::Bool(true)));
    let groups: Vec<String> = list(rule, "/actions/assignUserToGroups/groupIds").map(str::to_owned).collect();
    for group in groups {
        let is_member = user.group_ids.contains(&group);
        let by_rule = user.rule_memberships.get(&group) == Some(&rule.id);
        // Okta: a rule whose group is gone stays.
        let exists = org.group(&group).is_some_and(|group| group.kind == GroupType::OktaGroup);
        if matches && exists && !is_member {
            user.rule_memberships.insert(group.clone(), rule.id.clone());
            user.group_ids.push(group);
        } else if !matches && by_rule {
            user.rule_memberships.shift_remove(&group);
            user.group_ids.retain(|known| *known != group);
        }
    }
}

fn text<'a>(rule: &'a DirectoryObject, pointer: &str) -> Option<&'a str> {
    let (first, rest) = pointer.trim_start_matches('/').split_once('/')?;
    rule.members.get(first)?.pointer(&format!("/{rest}"))?.as_str()
}

fn list<'a>(rule: &'a DirectoryObject, pointer: &str) -> impl Iterator<Item = &'a str> {
    let (first, rest) = pointer.trim_start_matches('/').split_once('/').unwrap_or_default();
    let found = rule.members.get(first).and_then(|value| value.pointer(&format!("/{rest}")));
    found.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str)
}
