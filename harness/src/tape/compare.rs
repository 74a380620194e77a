//! The differences between a recorded answer and a live one.

use serde::Serialize;
use serde_json::Value;

use super::ids::is_id;
use super::masked::is_masked;
use super::similar_elements::{name, pairs};

/// One difference.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Difference {
    #[serde(rename = "type")]
    pub kind: DifferenceType,
    /// Where, such as `profile.login` or `[].name`. Empty: the answer itself.
    pub path: String,
    pub recorded: String,
    pub live: String,
}

/// What differs.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DifferenceType {
    Status,
    /// The live answer lacks a key, or an element of a list.
    Missing,
    /// The live answer has a key that was not recorded.
    Extra,
    /// The JSON type of a value.
    Type,
    Value,
}

impl DifferenceType {
    /// Its name in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Type => "type",
            Self::Value => "value",
        }
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { kind, path, recorded, live } = self;
        let place = if path.is_empty() { String::new() } else { format!(" {path}") };
        write!(f, "{}{place}: recorded {recorded}, live {live}", kind.word())
    }
}

/// Members whose values are new in each org: times, keys, counts, addresses. Their type is compared.
const COMPUTED: &[&str] = &[
    "access_token",
    "activated",
    "activationToken",
    "activationUrl",
    "client_id",
    "client_id_issued_at",
    "client_secret",
    "count",
    "created",
    "createdBy",
    "e",
    "errorId",
    "expiresAt",
    "hash",
    "href",
    "id",
    "id_token",
    "issuer",
    "key",
    "kid",
    "lastLogin",
    "lastMembershipUpdated",
    "lastRotated",
    "lastSeen",
    "lastUpdated",
    "lastUpdatedBy",
    "logoUri",
    "n",
    "nextRotation",
    "orgId",
    "orn",
    "passwordChanged",
    "priority",
    "published",
    "realmId",
    "refresh_token",
    "resourceId",
    "secret",
    "secret_hash",
    "sessionToken",
    "stateToken",
    "statusChanged",
    "token",
    "url",
    "uuid",
    "x5c",
];

/// Members that are null until something happens.
const UNTIL_USED: [&str; 6] =
    ["activated", "lastLogin", "lastMembershipUpdated", "passwordChanged", "statusChanged", "lastSeen"];

/// What a comparison needs besides the answers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comparison<'a> {
    /// The body that was sent: values from it are always compared.
    pub(super) sent: &'a str,
    /// Whether keys that were not recorded are differences.
    pub(super) extra: bool,
}

impl Comparison<'_> {
    /// The differences of two answers. The ids of the recorded one have been translated.
    pub(super) fn differences(self, recorded: &Value, live: &Value) -> Vec<Difference> {
        let mut found = Vec::new();
        self.compare(recorded, live, "", &mut found);
        found
    }

    fn compare(self, recorded: &Value, live: &Value, path: &str, found: &mut Vec<Difference>) {
        let member = last_name(path);
        if type_name(recorded) != type_name(live) {
            let until_used = live.is_null() && UNTIL_USED.contains(&member);
            if !recorded.is_null() && !until_used {
                found.push(difference(DifferenceType::Type, path, type_name(recorded), type_name(live)));
            }
            return;
        }
        match (recorded, live) {
            (Value::Object(members), Value::Object(others)) => {
                for (name, value) in members {
                    let path = joined(path, name);
                    match others.get(name) {
                        Some(other) => self.compare(value, other, &path, found),
                        None => found.push(difference(DifferenceType::Missing, &path, &brief(value), "nothing")),
                    }
                }
                for (name, value) in others.iter().filter(|(name, _)| self.extra && !members.contains_key(*name)) {
                    found.push(difference(DifferenceType::Extra, &joined(path, name), "nothing", &brief(value)));
                }
            }
            (Value::Array(elements), Value::Array(others)) => self.compare_lists(elements, others, path, found),
            _ if recorded != live && self.is_compared(recorded, member) => {
                found.push(difference(DifferenceType::Value, path, &brief(recorded), &brief(live)));
            }
            _ => {}
        }
    }

    fn compare_lists(self, recorded: &[Value], live: &[Value], path: &str, found: &mut Vec<Difference>) {
        let path = format!("{path}[]");
        let are_plain = !recorded.iter().chain(live).any(|element| element.is_object() || element.is_array());
        if are_plain {
            // Plain values are a set.
            for element in recorded.iter().filter(|element| !live.contains(element)) {
                if self.is_compared(element, last_name(&path)) {
                    found.push(difference(DifferenceType::Missing, &path, &brief(element), "nothing"));
                }
            }
            return;
        }
        let pairs = pairs(recorded, live);
        for element in recorded.iter().filter(|element| !pairs.iter().any(|(known, _)| std::ptr::eq(*known, *element)))
        {
            let called = name(element).map_or_else(|| brief(element), |(member, name)| format!("{member} {name:?}"));
            found.push(difference(DifferenceType::Missing, &path, &called, "nothing"));
        }
        for (recorded, live) in pairs {
            self.compare(recorded, live, &path, found);
        }
    }

    /// Whether a value is the same in each org: it was sent, or is neither computed, nor an id, a URL or a masked secret.
    fn is_compared(self, recorded: &Value, member: &str) -> bool {
        let Value::String(text) = recorded else { return !COMPUTED.contains(&member) };
        if is_masked(text) {
            return false;
        }
        let was_sent = text.len() > 1 && self.sent.contains(text.as_str());
        was_sent || !COMPUTED.contains(&member) && !is_id(text) && !text.contains("://") && !is_time(text)
    }
}

fn is_time(text: &str) -> bool {
    time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).is_ok()
}

fn difference(kind: DifferenceType, path: &str, recorded: &str, live: &str) -> Difference {
    Difference { kind, path: path.to_owned(), recorded: recorded.to_owned(), live: live.to_owned() }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The name of the member at the end of a path.
fn last_name(path: &str) -> &str {
    path.trim_end_matches("[]").rsplit('.').next().unwrap_or_default()
}

const fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The beginning of a value on one line.
fn brief(value: &Value) -> String {
    const MAX: usize = 80;
    let text = value.to_string();
    match text.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(recorded: &Value, live: &Value, sent: &str, extra: bool) -> Vec<String> {
        Comparison { sent, extra }.differences(recorded, live).iter().map(Difference::to_string).collect()
    }

    #[test]
    fn keys_types_and_values_are_compared() {
        let recorded =
            json!({ "status": "ACTIVE", "system": false, "profile": { "name": "A" }, "tags": ["a", "b"], "n": 1 });
        let live = json!({ "status": "INACTIVE", "system": "no", "profile": {}, "tags": ["b"], "n": 2, "more": 1 });
        let expected = [
            "value status: recorded \"ACTIVE\", live \"INACTIVE\"",
            "type system: recorded boolean, live string",
            "missing profile.name: recorded \"A\", live nothing",
            "missing tags[]: recorded \"a\", live nothing",
        ];
        assert_eq!(found(&recorded, &live, "", false), expected);
        let extra = found(&recorded, &live, "", true);
        assert_eq!(extra.last().map(String::as_str), Some("extra more: recorded nothing, live 1"));
    }

    #[test]
    fn ids_times_urls_and_computed_values_may_differ_unless_they_were_sent() {
        let recorded = json!({
            "id": "00u1234567890", "created": "2026-01-01T00:00:00.000Z", "lastLogin": "2026-01-01T00:00:00.000Z",
            "_links": { "self": { "href": "https://org.okta.example/x" } }, "note": "00u1234567890", "at": "2026-01-01T00:00:00Z",
            "password": "‹password:abc123›",
        });
        let live = json!({
            "id": "00u0987654321", "created": "2027-01-01T00:00:00.000Z", "lastLogin": null,
            "_links": { "self": { "href": "http://localhost:1/x" } }, "note": "00u0987654321", "at": "2027-01-01T00:00:00Z",
            "password": "other",
        });
        assert_eq!(found(&recorded, &live, "", false), Vec::<String>::new());
        let sent = found(&recorded, &live, "{\"note\":\"00u1234567890\"}", false);
        assert_eq!(
            sent,
            [
                "value id: recorded \"00u1234567890\", live \"00u0987654321\"",
                "value note: recorded \"00u1234567890\", live \"00u0987654321\""
            ]
        );
    }

    #[test]
    fn elements_of_lists_are_compared_by_name() {
        let recorded = json!([{ "name": "b", "on": true }, { "name": "c" }]);
        let live = json!([{ "name": "a", "on": true }, { "name": "b", "on": false }]);
        let expected = ["missing []: recorded name \"c\", live nothing", "value [].on: recorded true, live false"];
        assert_eq!(found(&recorded, &live, "", false), expected);
    }
}
