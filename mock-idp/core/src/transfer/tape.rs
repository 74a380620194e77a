//! What a tape says about the org that it was made of, as that org was before: a mock that starts with it answers the recorded
//! requests like the org.

use std::collections::{BTreeMap, HashSet};

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::answers::id;

/// The key of objects that were read one by one, beside the queries of their list.
const ONE_BY_ONE: &str = "#";
const SERVERS: &str = "/api/v1/authorizationServers";
const USER_SCHEMAS: &str = "/api/v1/meta/schemas/user";
const USER_TYPES: &str = "/api/v1/meta/types/user";
const GROUPS: &str = "/api/v1/groups";
const POLICIES: &str = "/api/v1/policies";
/// Okta: the error of operations that an org is not licensed for.
const NOT_LICENSED: &str = "E0000015";

/// A request and its answer.
#[derive(Clone, Debug)]
pub struct TapeCall<'c> {
    pub method: &'c str,
    /// Path and query.
    pub target: &'c str,
    pub status: u64,
    pub request: Value,
    pub answer: Value,
}

/// The answers that describe an org as it was before it was recorded.
#[derive(Debug, Default)]
pub struct Tape {
    /// The first answer by path and query.
    answers: BTreeMap<String, IndexMap<String, Value>>,
    /// The ids of objects in answers so far.
    known: HashSet<String>,
    /// The ids of objects that the tape creates.
    created: HashSet<String>,
    not_licensed: Vec<String>,
}

impl Tape {
    /// Adds the next call of the tape.
    pub fn add(&mut self, call: TapeCall<'_>) {
        let (path, query) = call.target.split_once('?').unwrap_or((call.target, ""));
        let path = path.trim_end_matches('/');
        if call.status == 401 && call.answer["errorCode"] == NOT_LICENSED {
            self.not_licensed.push(path.to_owned());
        }
        if !(200..300).contains(&call.status) || path.split('/').any(|segment| self.created.contains(segment)) {
            return;
        }
        match call.method {
            "GET" => self.add_read(path, query, call.answer),
            "POST" | "PUT" => self.add_change(path, &call.request, call.answer),
            _ => {}
        }
    }

    /// The pages of each list. What the org is not licensed for has none.
    #[must_use]
    pub fn into_pages(mut self) -> (BTreeMap<String, Vec<Value>>, Vec<String>) {
        self.add_user_type();
        self.add_everyone();
        let pages = self.answers.into_iter().map(|(path, pages)| (path, pages.into_values().collect()));
        (pages.collect(), self.not_licensed)
    }

    fn add_read(&mut self, path: &str, query: &str, answer: Value) {
        let Some(answer) = self.without_created(answer) else { return };
        learn(&answer, &mut self.known);
        let own = id(&answer);
        // Okta: the default authorization server has another name beside its id.
        let is_own = |list: &str, last: &str| Some(last) == own || (list == SERVERS && last == "default");
        if let Some((list, _)) = path.rsplit_once('/').filter(|(list, last)| is_own(list, last)) {
            let pages = self.answers.entry(list.to_owned()).or_default();
            if let Value::Array(objects) = pages.entry(ONE_BY_ONE.to_owned()).or_insert_with(|| json!([])) {
                objects.push(answer.clone());
            }
        }
        self.answers.entry(path.to_owned()).or_default().entry(query.to_owned()).or_insert(answer);
    }

    fn add_change(&mut self, path: &str, sent: &Value, mut answer: Value) {
        let Some(id) = id(&answer).map(str::to_owned) else { return };
        if path.starts_with("/api/v1/meta/schemas/") {
            // Okta: the answer is the whole schema.
            remove_sent_attributes(&mut answer, sent);
            self.add_read(path, "", answer);
        } else if path.rsplit('/').next() == Some(&id) {
            // What is changed has been there.
            if !self.known.contains(&id) {
                self.add_read(path, "", answer);
            }
        } else if !path.split('/').any(|segment| segment == id) && self.known.insert(id.clone()) {
            self.created.insert(id);
        }
    }

    /// An answer without the objects that are about something that the tape creates, such as the mappings of a created app.
    fn without_created(&self, answer: Value) -> Option<Value> {
        match answer {
            Value::Array(objects) => {
                Some(objects.into_iter().filter(|object| !mentions(object, &self.created)).collect())
            }
            object if id(&object).is_some() => (!mentions(&object, &self.created)).then_some(object),
            Value::Object(members) => {
                let kept = members.into_iter().map(|(name, value)| match value {
                    Value::Array(_) => (name, self.without_created(value).unwrap_or_default()),
                    _ => (name, value),
                });
                Some(Value::Object(kept.collect()))
            }
            plain => Some(plain),
        }
    }

    /// Adds the default user type, if only its schema was read: schemas are those of types.
    fn add_user_type(&mut self) {
        let schema = self.answers.get(&format!("{USER_SCHEMAS}/default")).and_then(|pages| pages.values().next());
        let Some(schema) = schema.cloned() else { return };
        let of = |link: &str| schema["_links"][link]["href"].as_str()?.rsplit('/').next().map(str::to_owned);
        let (Some(schema_id), Some(type_id)) = (of("self"), of("type")) else { return };
        let href = format!("{USER_SCHEMAS}/{schema_id}");
        self.answers.entry(href.clone()).or_default().entry(String::new()).or_insert(schema.clone());
        let kind = json!({
            "id": type_id, "name": schema["name"], "displayName": schema["title"], "description": schema["description"],
            "default": true, "_links": { "schema": { "href": href } },
        });
        self.add_unread(USER_TYPES, kind);
    }

    /// Adds the group of all users, if only a policy names it. Okta: the policies of a fresh org are for this group.
    fn add_everyone(&mut self) {
        let policies = self.answers.get(POLICIES).into_iter().flat_map(IndexMap::values);
        let mut fresh = policies.filter_map(Value::as_array).flatten().filter(|policy| policy["system"] == true);
        let id = fresh.find_map(|policy| {
            match policy.pointer("/conditions/people/groups/include")?.as_array()?.as_slice() {
                [Value::String(id)] => Some(id.clone()),
                _ => None,
            }
        });
        if let Some(id) = id {
            self.add_unread(GROUPS, json!({ "id": id, "type": "BUILT_IN", "profile": { "name": "Everyone" } }));
        }
    }

    /// Adds an object that follows from others to a list, unless it was read.
    fn add_unread(&mut self, list: &str, object: Value) {
        let pages = self.answers.entry(list.to_owned()).or_default();
        let is_known = |page: &Value| page.as_array().into_iter().flatten().any(|known| known["id"] == object["id"]);
        if !pages.values().any(is_known) {
            pages.insert(format!("{ONE_BY_ONE}default"), json!([object]));
        }
    }
}

/// Collects the ids of objects.
fn learn(value: &Value, ids: &mut HashSet<String>) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| learn(element, ids)),
        Value::Object(members) => {
            ids.extend(members.get("id").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| learn(member, ids));
        }
        _ => {}
    }
}

/// Whether a text in the value has one of the ids.
fn mentions(value: &Value, ids: &HashSet<String>) -> bool {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    match value {
        Value::String(text) => text.split(|letter| !is_part(letter)).any(|word| ids.contains(word)),
        Value::Array(elements) => elements.iter().any(|element| mentions(element, ids)),
        Value::Object(members) => members.values().any(|member| mentions(member, ids)),
        _ => false,
    }
}

/// Removes from a schema what a request has added to it.
fn remove_sent_attributes(schema: &mut Value, sent: &Value) {
    let pointer = "/definitions/custom/properties";
    let names = sent.pointer(pointer).and_then(Value::as_object).into_iter().flat_map(Map::keys);
    if let Some(Value::Object(attributes)) = schema.pointer_mut(pointer) {
        names.for_each(|name| _ = attributes.shift_remove(name));
    }
}
