//! The elements of two lists that mean the same.

use serde_json::Value;

/// The members that name an object, the most specific first.
const NAMES: [&str; 7] = ["login", "name", "label", "title", "key", "scopeId", "type"];

/// Pairs of a recorded and a live element. Objects belong together by name, in order among equal names; lists of other values of
/// the same length by place.
pub(super) fn pairs<'v>(recorded: &'v [Value], live: &'v [Value]) -> Vec<(&'v Value, &'v Value)> {
    if recorded.iter().all(Value::is_object) {
        let mut left: Vec<&Value> = live.iter().collect();
        let mut found = Vec::new();
        for element in recorded {
            let Some(name) = name(element) else { continue };
            if let Some(at) = left.iter().position(|other| self::name(other) == Some(name)) {
                found.push((element, left.remove(at)));
            }
        }
        if !found.is_empty() {
            return found;
        }
    }
    if recorded.len() == live.len() { recorded.iter().zip(live).collect() } else { Vec::new() }
}

/// What people call an object: a member of its profile, or of itself.
pub(super) fn name(element: &Value) -> Option<(&'static str, &str)> {
    let holders = [element.get("profile").unwrap_or(&Value::Null), element];
    NAMES.iter().find_map(|name| {
        let value = holders.iter().find_map(|holder| holder.get(*name)?.as_str())?;
        Some((*name, value))
    })
}
