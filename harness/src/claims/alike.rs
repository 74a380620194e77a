//! Two results of the same request at two targets: what has to be another value there counts as equal.

use serde_json::{Map, Value, json};

/// What a result has of its own target.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TargetIds<'a> {
    pub(super) client: &'a str,
    pub(super) user: Option<&'a str>,
}

/// A result with placeholders for the ids of its target, and without what is not on the wire.
pub(super) fn comparable(result: &Map<String, Value>, ids: TargetIds<'_>, okta_texts: bool) -> Map<String, Value> {
    let mut comparable = Map::new();
    for (name, member) in result {
        let member = match (name.as_str(), member) {
            ("refusal", Value::Object(refusal)) => {
                let mut refusal = refusal.clone();
                refusal.shift_remove("reason");
                if !okta_texts {
                    refusal.shift_remove("error_description");
                }
                refusal.into()
            }
            (_, member) => value(member, ids),
        };
        comparable.insert(name.clone(), member);
    }
    comparable
}

fn value(found: &Value, ids: TargetIds<'_>) -> Value {
    match found {
        Value::Object(members) => {
            let alike = |(name, found): (&String, &Value)| (name.clone(), member(name, found, ids));
            Value::Object(members.iter().map(alike).collect())
        }
        Value::Array(items) => items.iter().map(|item| value(item, ids)).collect(),
        Value::String(text) if text == ids.client => json!("[client id]"),
        Value::String(text) if Some(text.as_str()) == ids.user => json!("[user id]"),
        other => other.clone(),
    }
}

fn member(name: &str, found: &Value, ids: TargetIds<'_>) -> Value {
    match (name, found) {
        // Okta: the id of an org or of an identity provider.
        ("idp", Value::String(idp)) if idp.starts_with("00o") || idp.starts_with("0oa") => json!("[idp]"),
        // Its lifetimes are not on the wire.
        ("refresh_token", _) => json!("[refresh token]"),
        _ => value(found, ids),
    }
}

/// The new result, with the stored values where they are alike: only what is different changes in the file.
pub(super) fn adopted(
    stored: &Map<String, Value>,
    stored_comparable: &Map<String, Value>,
    found: &Map<String, Value>,
    found_comparable: &Map<String, Value>,
) -> Map<String, Value> {
    let mut result = Map::new();
    for (name, value) in found {
        let pair = [stored_comparable.get(name), found_comparable.get(name)];
        let kept = match (stored.get(name), value, pair) {
            (Some(stored), _, [Some(one), Some(other)]) if one == other => stored.clone(),
            (
                Some(Value::Object(stored)),
                Value::Object(value),
                [Some(Value::Object(one)), Some(Value::Object(other))],
            ) => Value::Object(adopted(stored, one, value, other)),
            _ => value.clone(),
        };
        result.insert(name.clone(), kept);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(value: Value) -> Map<String, Value> {
        let Value::Object(members) = value else { panic!("an object") };
        members
    }

    #[test]
    fn ids_of_the_targets_are_alike_and_other_values_are_not() {
        let one = result(json!({"outcome": "granted", "token": {"refresh_token": {"idle": 1},
            "access_token": {"payload": {"cid": "0oa1", "uid": "00u1", "role": "a", "idp": "00o1"}}}}));
        let other = result(json!({"outcome": "granted", "token": {"refresh_token": {},
            "access_token": {"payload": {"cid": "0oa2", "uid": "00u2", "role": "b", "idp": "0oa9"}}}}));
        let first = comparable(&one, TargetIds { client: "0oa1", user: Some("00u1") }, true);
        let second = comparable(&other, TargetIds { client: "0oa2", user: Some("00u2") }, true);
        assert_ne!(first, second);
        let adopted = adopted(&one, &first, &other, &second);
        assert_eq!(
            Value::Object(adopted),
            json!({"outcome": "granted", "token": {"refresh_token": {"idle": 1},
                "access_token": {"payload": {"cid": "0oa1", "uid": "00u1", "role": "b", "idp": "00o1"}}}})
        );
        let wrong = comparable(&other, TargetIds { client: "0oa3", user: None }, true);
        assert_eq!(
            wrong["token"]["access_token"]["payload"]["cid"], "0oa2",
            "another client's id is not a placeholder"
        );
    }

    #[test]
    fn the_reason_of_a_refusal_is_not_compared_and_its_text_only_at_okta() {
        let refused = |text: &str, reason: &str| {
            result(
                json!({"outcome": "refused", "refusal": {"error": "e", "error_description": text, "reason": reason}}),
            )
        };
        let ids = TargetIds::default();
        assert_eq!(comparable(&refused("t", "a"), ids, true), comparable(&refused("t", "b"), ids, true));
        assert_ne!(comparable(&refused("t", "a"), ids, true), comparable(&refused("u", "a"), ids, true));
        assert_eq!(comparable(&refused("t", "a"), ids, false), comparable(&refused("u", "a"), ids, false));
    }
}
