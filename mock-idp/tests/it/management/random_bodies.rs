//! Random bodies for every operation that changes something: what an object has, with members that are replaced by any JSON, removed or
//! added. The answer is never a server error, and a request that is refused changes nothing.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::Api;
use crate::flow::WEB;

/// How many bodies each operation gets.
const BODIES: usize = 8;

/// The objects that paths are about.
const KNOWN: [(&str, &str); 4] = [
    ("/api/v1/users", "00ubuyer0000000005d7"),
    ("/api/v1/groups", "00gbuyers000000005d7"),
    ("/api/v1/apps", WEB),
    ("/api/v1/authorizationServers", "default"),
];

/// Words that bodies of this API have, and others.
fn word() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "ACTIVE",
        "INACTIVE",
        "PASSWORD",
        "USER",
        "GROUP",
        "EVERYONE",
        "ALL_CLIENTS",
        "DENY",
        "ALLOW",
        "GROUPS",
        "*",
        "EXPRESSION",
        "user.login",
        "((",
        "PT1H",
        "P1D",
        "https://a.example/b",
        "http://[",
        "00ubuyer0000000005d7",
        "00gbuyers000000005d7",
        "0oamarketweb000005d7",
        "2026-01-01T00:00:00.000Z",
        "10.0.0.0/8",
        "",
        " ",
    ]);
    prop_oneof![known.prop_map(str::to_owned), "\\PC{0,12}", Just("a".repeat(5_000))]
}

fn value() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<i64>().prop_map(|number| json!(number)),
        (-3_i64..20).prop_map(|number| json!(number)),
        any::<f64>().prop_map(|number| json!(number)),
    ];
    let leaf =
        prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::Bool), number, word().prop_map(Value::String)];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let member = (prop_oneof![word(), "[a-z]{1,8}"], inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::Array),
            prop::collection::vec(member, 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// What happens to a body: at one of its places, a value is replaced, removed or added.
#[derive(Clone, Debug)]
enum Mutation {
    Replace(usize, Value),
    Remove(usize),
    Add(usize, String, Value),
}

fn mutations() -> impl Strategy<Value = Vec<Mutation>> {
    let place = 0_usize..64;
    let mutation = prop_oneof![
        3 => (place.clone(), value()).prop_map(|(place, value)| Mutation::Replace(place, value)),
        1 => place.clone().prop_map(Mutation::Remove),
        1 => (place, word(), value()).prop_map(|(place, name, value)| Mutation::Add(place, name, value)),
    ];
    prop::collection::vec(mutation, 1..4)
}

/// The JSON pointers to all values in a body.
fn places(body: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(members) = body.as_object() {
        for (name, value) in members {
            let own = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
            found.push(own.clone());
            places(value, &own, found);
        }
    }
    for (index, value) in body.as_array().into_iter().flatten().enumerate() {
        let own = format!("{at}/{index}");
        found.push(own.clone());
        places(value, &own, found);
    }
}

fn mutated(body: &Map<String, Value>, mutations: Vec<Mutation>) -> Value {
    let mut body = Value::Object(body.clone());
    for mutation in mutations {
        let mut found = Vec::new();
        places(&body, "", &mut found);
        let pointer = |place: usize| found.get(place % found.len().max(1)).cloned().unwrap_or_default();
        match mutation {
            Mutation::Replace(place, value) => {
                if let Some(known) = body.pointer_mut(&pointer(place)) {
                    *known = value;
                }
            }
            Mutation::Remove(place) => {
                let pointer = pointer(place);
                let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
                match body.pointer_mut(parent) {
                    Some(Value::Object(members)) => _ = members.shift_remove(name),
                    Some(Value::Array(elements)) => _ = elements.pop(),
                    _ => {}
                }
            }
            Mutation::Add(place, name, value) => {
                let pointer = pointer(place);
                let (parent, _) = pointer.rsplit_once('/').unwrap_or_default();
                match body.pointer_mut(parent) {
                    Some(Value::Object(members)) => _ = members.insert(name, value),
                    Some(Value::Array(elements)) => elements.push(value),
                    _ => {}
                }
            }
        }
    }
    body
}

/// The first object of a list, which may be a member of the answer.
fn first(answer: &Value) -> Option<&Value> {
    answer.as_array().or_else(|| answer.as_object()?.values().find_map(Value::as_array))?.first()
}

/// The path with objects that exist, as far as there are some.
async fn resolved(api: &Api, template: &str) -> String {
    let mut path = String::new();
    for segment in template.split('/').skip(1) {
        let segment = if segment.starts_with('{') {
            let known = KNOWN.iter().find(|(list, _)| *list == path).map(|(_, id)| (*id).to_owned());
            match known {
                Some(id) => id,
                None => {
                    let query = if path == "/api/v1/policies" { "?type=ACCESS_POLICY" } else { "" };
                    let found = api.get(&format!("{path}{query}")).await.body;
                    first(&found).and_then(|object| object["id"].as_str()).unwrap_or("unknown").to_owned()
                }
            }
        } else {
            segment.to_owned()
        };
        path = format!("{path}/{segment}");
    }
    path
}

/// What a request to create or change an object at this path could have: what is shown there.
async fn shown(api: &Api, path: &str) -> Map<String, Value> {
    let query = if path == "/api/v1/policies" { "?type=PASSWORD" } else { "" };
    let shown = api.get(&format!("{path}{query}")).await.body;
    let object = first(&shown).filter(|_| shown.is_array()).unwrap_or(&shown);
    let mut object = object.as_object().cloned().unwrap_or_default();
    for computed in ["id", "_links", "_embedded", "created", "lastUpdated", "errorCode"] {
        object.shift_remove(computed);
    }
    object.insert("extra".to_owned(), json!({ "a": [1] }));
    object
}

/// A sweep over the operations, and what it has found.
struct Sweep {
    api: Api,
    failures: Vec<String>,
    accepted: usize,
    sent: usize,
}

impl Sweep {
    /// Sends a body. Returns whether it is refused.
    async fn is_refused(&mut self, method: &Method, path: &str, body: &Value) -> bool {
        let reply = self.api.send(method.clone(), path, Some(body.clone())).await;
        self.sent += 1;
        let status = reply.status.as_u16();
        let failure = match status {
            500.. => Some("a server error"),
            400.. if !reply.body["errorCode"].is_string() => Some("without Okta's error"),
            _ => None,
        };
        if let Some(failure) = failure {
            self.failures.push(format!("{failure}: {} {}: {}", reply.status, reply.body, request(method, path, body)));
        }
        self.accepted += usize::from(status < 400);
        status >= 400
    }

    async fn operation(&mut self, method: &Method, path: &str, bodies: Vec<Value>) {
        let mut refused = Vec::new();
        for body in bodies {
            if self.is_refused(method, path, &body).await {
                refused.push(body);
            }
        }
        // They are sent again together, because comparing documents takes longer than requests.
        let before = self.api.mock.document();
        let mut all_refused = true;
        for body in &refused {
            all_refused &= self.is_refused(method, path, body).await;
        }
        if all_refused && self.api.mock.document() != before {
            self.failures.push(format!("refused and changed: {method} {path} {refused:?}"));
        }
    }
}

fn request(method: &Method, path: &str, body: &Value) -> String {
    format!("{method} {path} {}", body.to_string().chars().take(400).collect::<String>())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_bodies_are_no_server_error_and_change_nothing_if_they_are_refused() {
    let api = Api::market().await;
    let coverage = api.get("/_mock/coverage").await.body;
    let mut sweep = Sweep { api, failures: Vec::new(), accepted: 0, sent: 0 };
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let strategy = mutations();
    for operation in coverage["operations"].as_array().unwrap() {
        let text = |name: &str| operation[name].as_str().unwrap();
        let method: Method = text("method").parse().unwrap();
        if operation["state"] == "absent" || [Method::GET, Method::DELETE].contains(&method) {
            continue;
        }
        let path = resolved(&sweep.api, text("path")).await;
        let body = shown(&sweep.api, &path).await;
        let bodies: Vec<Value> =
            (0..BODIES).map(|_| mutated(&body, strategy.new_tree(&mut runner).unwrap().current())).collect();
        sweep.operation(&method, &path, bodies).await;
    }
    let Sweep { failures, accepted, sent, .. } = sweep;
    assert!(failures.is_empty(), "{} of {sent}:\n{}", failures.len(), failures.join("\n"));
    assert!(sent > 1_500 && accepted > 150, "{sent} {accepted}");
}
