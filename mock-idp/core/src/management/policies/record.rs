//! A policy as it is kept, whatever its type. Those of the type `OKTA_SIGN_ON` decide about sessions and have a table of their own;
//! the others are directory objects.

use serde_json::{Map, Value, json};

use super::types::{OKTA_SIGN_ON, PolicyType};
use crate::management::{ApiError, tolerant};
use crate::model::{DirectoryKind, DirectoryObject, GlobalSessionPolicy};
use crate::moment::timestamp;
use crate::org::{CREATED, Draft, Tables, default_session_policy};

/// A policy with its rules.
#[derive(Clone, Debug)]
pub(super) struct PolicyRecord {
    pub(super) id: String,
    pub(super) kind: &'static PolicyType,
    /// All members but the id, the type and the rules.
    pub(super) members: Map<String, Value>,
    pub(super) rules: Vec<Map<String, Value>>,
}

impl PolicyRecord {
    pub(super) fn priority(&self) -> u64 {
        priority(&self.members)
    }

    pub(super) fn is_system(&self) -> bool {
        is_system(&self.members)
    }

    pub(super) fn name(&self) -> &str {
        self.members.get("name").and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn rule(&self, id: &str) -> Result<&Map<String, Value>, ApiError> {
        let found = self.rules.iter().find(|rule| rule.get("id").and_then(Value::as_str) == Some(id));
        found.ok_or_else(|| ApiError::not_found(id, "PolicyRule"))
    }
}

pub(super) fn priority(members: &Map<String, Value>) -> u64 {
    members.get("priority").and_then(Value::as_u64).unwrap_or_default()
}

pub(super) fn is_system(members: &Map<String, Value>) -> bool {
    members.get("system").and_then(Value::as_bool).unwrap_or_default()
}

/// The policies of a type by priority, the one of the system last.
pub(super) fn all(org: &Tables, kind: &'static PolicyType) -> Vec<PolicyRecord> {
    let mut found: Vec<PolicyRecord> = if kind.name == OKTA_SIGN_ON.name {
        let mut found: Vec<_> = org.session_policies().map(|policy| of_session_policy(org, policy)).collect();
        if !found.iter().any(PolicyRecord::is_system) {
            // It is kept when it is changed.
            found.push(of_session_policy(org, &default_session_policy(org)));
        }
        found
    } else {
        let objects = org.objects(DirectoryKind::Policy);
        objects.filter(|object| object.text("type") == Some(kind.name)).map(|object| of_object(kind, object)).collect()
    };
    if kind.is_ordered {
        found.sort_by_key(|policy| (policy.is_system(), policy.priority()));
    }
    found
}

/// The policy with an id.
pub(super) fn find(org: &Tables, id: &str) -> Result<PolicyRecord, ApiError> {
    if let Some(object) = org.object(DirectoryKind::Policy, id)
        && let Some(kind) = object.text("type").and_then(PolicyType::named)
    {
        return Ok(of_object(kind, object));
    }
    let found = all(org, &OKTA_SIGN_ON).into_iter().find(|policy| policy.id == id);
    found.ok_or_else(|| ApiError::not_found(id, "Policy"))
}

/// Keeps a policy.
pub(super) fn put(draft: &mut Draft, policy: PolicyRecord) -> Result<(), ApiError> {
    let PolicyRecord { id, kind, mut members, rules } = policy;
    if kind.name == OKTA_SIGN_ON.name {
        members.insert("id".to_owned(), id.into());
        members.insert("rules".to_owned(), json!(rules));
        draft.put_session_policy(tolerant::read(Value::Object(members))?);
        return Ok(());
    }
    members.insert("type".to_owned(), kind.name.into());
    members.insert("rules".to_owned(), json!(rules));
    draft.put_object(DirectoryKind::Policy, DirectoryObject { id, owner: String::new(), members });
    Ok(())
}

pub(super) fn remove(draft: &mut Draft, policy: &PolicyRecord) {
    if policy.kind.name == OKTA_SIGN_ON.name {
        draft.remove_session_policy(&policy.id);
    } else {
        draft.remove_object(DirectoryKind::Policy, &policy.id);
    }
}

fn of_object(kind: &'static PolicyType, object: &DirectoryObject) -> PolicyRecord {
    let mut members = object.members.clone();
    members.remove("type");
    let rules = match members.remove("rules") {
        Some(Value::Array(rules)) => rules,
        _ => Vec::new(),
    };
    let rules = rules.into_iter().filter_map(|rule| match rule {
        Value::Object(rule) => Some(rule),
        _ => None,
    });
    PolicyRecord { id: object.id.clone(), kind, members, rules: rules.collect() }
}

fn of_session_policy(org: &Tables, policy: &GlobalSessionPolicy) -> PolicyRecord {
    let mut members = match json!(policy) {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    members.remove("id");
    let rules = members.remove("rules").unwrap_or_default();
    let times = org.times(&policy.id);
    for (name, time) in [
        ("created", times.map_or(CREATED, |times| times.created)),
        ("lastUpdated", times.map_or(CREATED, |times| times.last_updated)),
    ] {
        members.entry(name).or_insert_with(|| timestamp(time).into());
    }
    let rules = rules.as_array().into_iter().flatten().filter_map(Value::as_object).cloned().map(|mut rule| {
        for name in ["created", "lastUpdated"] {
            let time = members.get(name).cloned().unwrap_or_default();
            rule.entry(name).or_insert(time);
        }
        rule
    });
    PolicyRecord { id: policy.id.clone(), kind: &OKTA_SIGN_ON, rules: rules.collect(), members: members.clone() }
}
