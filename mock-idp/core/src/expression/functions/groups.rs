//! Functions about the groups of the subject.

use indexmap::IndexMap;

use crate::expression::function::{Arity, Failure, Function, FunctionCall, FunctionResult};
use crate::expression::roots::GroupView;
use crate::expression::value::Value;
use crate::java_regex::JavaRegex;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "Groups.startsWith",
        arity: Arity::exactly(3),
        evaluate: |call| named(call, |name, pattern| name.starts_with(pattern)),
        doc: "Groups.startsWith(app, pattern, limit): names of groups from the app that begin with the pattern",
    },
    Function {
        name: "Groups.endsWith",
        arity: Arity::exactly(3),
        evaluate: |call| named(call, |name, pattern| name.ends_with(pattern)),
        doc: "Groups.endsWith(app, pattern, limit): names of groups from the app that end with the pattern",
    },
    Function {
        name: "Groups.contains",
        arity: Arity::exactly(3),
        evaluate: |call| named(call, |name, pattern| name.contains(pattern)),
        doc: "Groups.contains(app, pattern, limit): names of groups from the app that contain the pattern",
    },
    Function {
        name: "getFilteredGroups",
        arity: Arity::exactly(3),
        evaluate: filtered,
        doc: "getFilteredGroups(allowlist, groupExpression, limit): the user's groups of the allowlist, each in the format",
    },
    Function {
        name: "isMemberOfGroup",
        arity: Arity::exactly(1),
        evaluate: member_of_any,
        doc: "isMemberOfGroup(groupId): whether the user is in this group",
    },
    Function {
        name: "isMemberOfAnyGroup",
        arity: Arity::at_least(1),
        evaluate: member_of_any,
        doc: "isMemberOfAnyGroup(groupId, …): whether the user is in one of these groups",
    },
    Function {
        name: "isMemberOfGroupName",
        arity: Arity::exactly(1),
        evaluate: |call| member_by_name(call, |name, wanted| name == wanted),
        doc: "isMemberOfGroupName(name): whether the user is in a group of this name",
    },
    Function {
        name: "isMemberOfGroupNameStartsWith",
        arity: Arity::exactly(1),
        evaluate: |call| member_by_name(call, |name, start| name.starts_with(start)),
        doc: "isMemberOfGroupNameStartsWith(start): whether the user is in a group whose name begins so",
    },
    Function {
        name: "isMemberOfGroupNameContains",
        arity: Arity::exactly(1),
        evaluate: |call| member_by_name(call, |name, part| name.contains(part)),
        doc: "isMemberOfGroupNameContains(part): whether the user is in a group whose name contains it",
    },
    Function {
        name: "isMemberOfGroupNameRegex",
        arity: Arity::exactly(1),
        evaluate: member_by_regex,
        doc: "isMemberOfGroupNameRegex(regex): whether the user is in a group whose whole name matches",
    },
    Function {
        name: "user.getGroups",
        arity: Arity::at_least(1),
        evaluate: |call| {
            let criteria = criteria(call)?;
            let groups = call.evaluation.roots().groups().iter();
            Ok(Value::List(groups.filter(|group| admits(&criteria, group)).map(|group| object(group)).collect()))
        },
        doc: "user.getGroups({key: values}, …): the user's groups that meet every criterion",
    },
    Function {
        name: "user.isMemberOf",
        arity: Arity::at_least(1),
        evaluate: |call| {
            let criteria = criteria(call)?;
            Ok(Value::Bool(call.evaluation.roots().groups().iter().any(|group| admits(&criteria, group))))
        },
        doc: "user.isMemberOf({key: values}, …): whether the user is in a group that meets every criterion",
    },
];

fn named(call: &mut FunctionCall<'_>, matches: fn(&str, &str) -> bool) -> FunctionResult {
    let (app, pattern) = (call.required_text(0)?, call.required_text(1)?.to_lowercase());
    let limit = limit(call, 2, 100)?;
    let found: Vec<Value> = (call.evaluation.roots().groups().iter())
        .filter(|group| comes_from(group, &app) && matches(&group.name.to_lowercase(), &pattern))
        .take(limit)
        .map(|group| Value::from(group.name.as_str()))
        .collect();
    // Okta: the reference guards `Groups.startsWith(…)` with `?: {}`, as no match evaluates to null.
    Ok(if found.is_empty() { Value::Null } else { Value::List(found) })
}

/// Okta: `app` is an app type or an app instance; `OKTA` means the groups of Okta itself.
fn comes_from(group: &GroupView, app: &str) -> bool {
    if app.eq_ignore_ascii_case("OKTA") {
        return group.kind != "APP_GROUP";
    }
    group.source_id.as_deref() == Some(app) || group.source_name.as_deref() == Some(app)
}

/// A number of groups. Okta: with more than 100 as the limit of a `Groups` function the claim cannot be evaluated ("Limitations of
/// Group Functions"); `getFilteredGroups` takes up to the largest `int` of Java ("How to Exceed the 100 Groups Limitation").
fn limit(call: &FunctionCall<'_>, index: usize, most: i64) -> Result<usize, Failure> {
    let limit = call.integer(index)?;
    let within = Some(limit).filter(|limit| (1..=most).contains(limit));
    within
        .and_then(|limit| usize::try_from(limit).ok())
        .ok_or_else(|| format!("the limit must be 1 to {most}, not {limit}").into())
}

fn filtered(call: &mut FunctionCall<'_>) -> FunctionResult {
    let limit = limit(call, 2, i64::from(i32::MAX))?;
    let format = call.required_text(1)?.into_owned();
    let allowed = call.list(0);
    let groups = call.evaluation.roots().groups().iter();
    let groups = groups.filter(|group| allowed.iter().any(|id| id.equals(&group.id.as_str().into())));
    let groups = groups.take(limit).map(|group| object(group)).collect();
    call.evaluation.format_groups(&format, groups).map(Value::List)
}

fn member_of_any(call: &mut FunctionCall<'_>) -> FunctionResult {
    let wanted: Vec<Value> = (0..call.count()).flat_map(|index| call.list(index)).collect();
    let mut groups = call.evaluation.roots().groups().iter();
    Ok(Value::Bool(groups.any(|group| wanted.iter().any(|id| id.equals(&group.id.as_str().into())))))
}

fn member_by_name(call: &mut FunctionCall<'_>, matches: fn(&str, &str) -> bool) -> FunctionResult {
    let Some(wanted) = call.text(0)? else { return Ok(Value::Bool(false)) };
    Ok(Value::Bool(call.evaluation.roots().groups().iter().any(|group| matches(&group.name, &wanted))))
}

fn member_by_regex(call: &mut FunctionCall<'_>) -> FunctionResult {
    let regex = JavaRegex::new(&call.required_text(0)?)?;
    for group in call.evaluation.roots().groups() {
        if regex.matches(&group.name)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

/// One search criterion: a key of the group and the values it may have.
struct Criterion {
    key: Key,
    values: Vec<String>,
    exact: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Id,
    Source,
    Kind,
    Name,
}

fn criteria(call: &mut FunctionCall<'_>) -> Result<Vec<Criterion>, Failure> {
    (0..call.count()).map(|index| call.take(index)).map(criterion).collect()
}

fn criterion(value: Value) -> Result<Criterion, Failure> {
    let Value::Map(entries) = value else {
        return Err(
            format!("a search criterion must be an object like {{'group.id': '00g…'}}, not {}", value.kind()).into()
        );
    };
    let mut found = None;
    let mut operator = None;
    for (name, value) in entries {
        let key = match name.as_str() {
            "operator" => {
                operator = Some(value);
                continue;
            }
            "group.id" => Key::Id,
            "group.source.id" => Key::Source,
            "group.type" => Key::Kind,
            "group.profile.name" => Key::Name,
            _ => {
                return Err(format!(
                    "{name:?} is not a search key: group.id, group.source.id, group.type or group.profile.name"
                )
                .into());
            }
        };
        if found.replace((key, value)).is_some() {
            return Err("a search criterion has one key; write several criteria instead".into());
        }
    }
    let (key, value) = found.ok_or("a search criterion needs a key")?;
    let exact = match (key, &operator) {
        // Okta: a name without an operator is compared from its start.
        (Key::Name, None) => false,
        (Key::Name, Some(Value::String(operator))) if operator == "STARTS_WITH" => false,
        (Key::Name, Some(Value::String(operator))) if operator == "EXACT" => true,
        (Key::Name, Some(other)) => return Err(format!("the operator is EXACT or STARTS_WITH, not {other}").into()),
        (_, None) => true,
        (_, Some(_)) => return Err("only group.profile.name takes an operator".into()),
    };
    let values = match value {
        Value::List(items) => items,
        single => vec![single],
    };
    Ok(Criterion { key, values: values.iter().map(Value::to_string).collect(), exact })
}

/// Okta: several values mean any of them, several criteria mean all of them.
fn admits(criteria: &[Criterion], group: &GroupView) -> bool {
    criteria.iter().all(|criterion| {
        let actual = match criterion.key {
            Key::Id => Some(group.id.as_str()),
            Key::Source => group.source_id.as_deref(),
            Key::Kind => Some(group.kind.as_str()),
            Key::Name => Some(group.name.as_str()),
        };
        let matches = |wanted: &String| match actual {
            Some(actual) if criterion.exact => actual == wanted,
            // Okta: the examples end a start in `.*` or `*`, which changes nothing.
            Some(actual) => actual.starts_with(
                wanted.strip_suffix('*').map_or(&**wanted, |start| start.strip_suffix('.').unwrap_or(start)),
            ),
            None => false,
        };
        criterion.values.iter().any(matches)
    })
}

/// The group as expressions see it: the group resource, with the name and description also at its top.
fn object(group: &GroupView) -> Value {
    let mut object = IndexMap::from([
        ("id".to_owned(), Value::from(group.id.as_str())),
        ("name".to_owned(), Value::from(group.name.as_str())),
        ("type".to_owned(), Value::from(group.kind.as_str())),
    ]);
    object.extend(group.attributes.iter().map(|(name, value)| (name.clone(), value.clone())));
    if let Some(source) = &group.source_id {
        object
            .insert("source".to_owned(), Value::Map(IndexMap::from([("id".to_owned(), Value::from(source.as_str()))])));
    }
    let profile = object.entry("profile".to_owned()).or_insert_with(|| Value::Map(IndexMap::new()));
    if let Value::Map(profile) = profile {
        profile.entry("name".to_owned()).or_insert_with(|| Value::from(group.name.as_str()));
        if let Some(description) = group.attributes.get("description") {
            profile.entry("description".to_owned()).or_insert_with(|| description.clone());
        }
    }
    Value::Map(object)
}
