//! Recorded ids, and what stands for them at the target.

use std::collections::HashMap;

use serde_json::Value;
use url::Url;

use super::similar_elements::pairs;

/// The shortest value that can be an id.
const SHORTEST: usize = 8;

/// Learned from answers: where two answers have different ids in the same place, one stands for the other.
#[derive(Clone, Debug, Default)]
pub(super) struct IdTranslation(HashMap<String, String>);

impl IdTranslation {
    /// Compares two answers to the same request.
    pub(super) fn learn(&mut self, recorded: &Value, live: &Value, sent: &str) {
        match (recorded, live) {
            (Value::Object(recorded), Value::Object(live)) => {
                for (name, value) in recorded {
                    if let Some(live) = live.get(name) {
                        self.learn(value, live, sent);
                    }
                }
            }
            (Value::Array(recorded), Value::Array(live)) => {
                for (recorded, live) in pairs(recorded, live) {
                    self.learn(recorded, live, sent);
                }
            }
            (Value::String(recorded), Value::String(live)) => self.learn_text(recorded, live, sent),
            _ => {}
        }
    }

    fn learn_text(&mut self, recorded: &str, live: &str, sent: &str) {
        match (Url::parse(recorded), Url::parse(live)) {
            (Ok(recorded), Ok(live)) if recorded.has_host() && live.has_host() => {
                let (recorded, live) = (recorded.path().split('/'), live.path().split('/'));
                if recorded.clone().count() == live.clone().count() {
                    recorded.zip(live).for_each(|(recorded, live)| self.learn_id(recorded, live, sent));
                }
            }
            _ => self.learn_id(recorded, live, sent),
        }
    }

    fn learn_id(&mut self, recorded: &str, live: &str, sent: &str) {
        if recorded != live && is_id(recorded) && is_id(live) && !sent.contains(recorded) {
            self.0.entry(recorded.to_owned()).or_insert_with(|| live.to_owned());
        }
    }

    /// A text with the ids of the target.
    pub(super) fn translate(&self, text: &str) -> String {
        let is_part_of_id = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
        let mut translated = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(|char| !is_part_of_id(char)).unwrap_or(rest.len());
            if end > 0 {
                let word = &rest[..end];
                translated.push_str(self.0.get(word).map_or(word, String::as_str));
                rest = &rest[end..];
            } else {
                let end = rest.find(is_part_of_id).unwrap_or(rest.len());
                translated.push_str(&rest[..end]);
                rest = &rest[end..];
            }
        }
        translated
    }
}

/// Whether a value looks like an id: letters, digits, `-` and `_`, among them a digit.
pub(super) fn is_id(text: &str) -> bool {
    text.len() >= SHORTEST
        && text.chars().any(|char| char.is_ascii_digit())
        && text.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_are_learned_from_members_links_and_lists_and_translated_as_whole_words() {
        let mut ids = IdTranslation::default();
        ids.learn(
            &json!({ "id": "00u1aaaaaaa", "_links": { "self": { "href": "https://a.example/api/v1/apps/0oa1aaaaaaa" } }, "name": "Ada" }),
            &json!({ "id": "00u9zzzzzzz", "_links": { "self": { "href": "http://b:1/api/v1/apps/0oa9zzzzzzz" } }, "name": "Bob" }),
            "",
        );
        ids.learn(
            &json!([{ "profile": { "name": "B" }, "id": "00g1bbbbbbb" }]),
            &json!([{ "profile": { "name": "A" }, "id": "00g8aaaaaaa" }, { "profile": { "name": "B" }, "id": "00g8bbbbbbb" }]),
            "",
        );
        let text = r#"{"u":"00u1aaaaaaa","x":"00u1aaaaaaaX","p":"/apps/0oa1aaaaaaa/groups/00g1bbbbbbb","n":"Ada"}"#;
        let expected = r#"{"u":"00u9zzzzzzz","x":"00u1aaaaaaaX","p":"/apps/0oa9zzzzzzz/groups/00g8bbbbbbb","n":"Ada"}"#;
        assert_eq!(ids.translate(text), expected);
    }

    #[test]
    fn a_value_that_was_sent_is_not_replaced_as_an_id() {
        let mut ids = IdTranslation::default();
        let (recorded, live) = (json!({ "label": "Cockpit2026" }), json!({ "label": "Cockpit2027" }));
        ids.learn(&recorded, &live, r#"{"label":"Cockpit2026"}"#);
        assert_eq!(ids.translate("Cockpit2026"), "Cockpit2026");
    }
}
