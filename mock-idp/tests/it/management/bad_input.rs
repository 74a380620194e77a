//! Bad input for every operation that Okta publishes and the mock serves: wrong types, texts that are too long, malformed JSON, other
//! media types, unknown ids, queries that do not parse. The answer is never a server error, a refusal has Okta's envelope, and a request
//! that is refused changes nothing.

use std::collections::HashMap;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::Api;
use crate::flow::WEB;

const QUERIES: [&str; 11] = [
    "limit=x",
    "limit=-1",
    "limit=99999999999999999999",
    "after=unknown",
    "filter=((",
    "search=((",
    "q=%00",
    "expand=nothing",
    "since=yesterday",
    "sortBy=nothing",
    "type=NONE",
];

/// Objects that the requests may be about. Others are the first of their lists.
const KNOWN: [(&str, &str); 4] = [
    ("/api/v1/users", "00ubuyer0000000005d7"),
    ("/api/v1/groups", "00gbuyers000000005d7"),
    ("/api/v1/apps", WEB),
    ("/api/v1/authorizationServers", "default"),
];

/// The values that replace a member.
fn wrong_values() -> Vec<Value> {
    vec![
        json!(7),
        json!("a".repeat(300)),
        json!([]),
        json!({}),
        json!(true),
        json!(""),
        json!([7]),
        json!({ "a": 1 }),
        Value::Null,
        json!(-1.5e300),
        json!("\u{0}\u{202e}"),
    ]
}

/// A request, and what is known of its answer.
struct Sweep {
    api: Api,
    /// The ids that stand for the parameters of paths, by list.
    ids: HashMap<String, String>,
    sent: usize,
    failures: Vec<String>,
}

impl Sweep {
    /// Sends a request, and notes an answer that must not be. Returns the status.
    async fn send(&self, method: &Method, path: &str, media_type: &str, body: Option<&str>) -> (u16, Option<String>) {
        let request = self.api.client.request(method.clone(), format!("{}{path}", self.api.base()));
        let request = request.header("authorization", format!("SSWS {}", self.api.token));
        let request = match body {
            Some(body) => request.header("content-type", media_type).body(body.to_owned()),
            None if *method == Method::GET => request,
            None => request.header("content-length", "0"),
        };
        let response = request.send().await.unwrap();
        let (status, text) = (response.status().as_u16(), response.text().await.unwrap());
        let shown = || format!("{method} {path} {}", body.unwrap_or_default().chars().take(300).collect::<String>());
        let failure = match status {
            500.. => Some(format!("{status} {text}: {}", shown())),
            400.. if !is_envelope(&text) => Some(format!("{status} without Okta's error: {text}: {}", shown())),
            _ => None,
        };
        (status, failure)
    }

    async fn sends(&mut self, requests: &[(Method, String, String)]) -> Vec<u16> {
        let mut statuses = Vec::new();
        for part in requests.chunks(8) {
            let answers = join_all(
                part.iter().map(|(method, path, body)| self.send(method, path, "application/json", Some(body))),
            )
            .await;
            for (status, failure) in answers {
                statuses.push(status);
                self.failures.extend(failure);
            }
        }
        self.sent += requests.len();
        statuses
    }

    /// The path with objects that exist, as far as there are some.
    async fn resolved(&mut self, template: &str) -> String {
        let mut path = String::new();
        for segment in template.split('/').skip(1) {
            let segment = if segment.starts_with('{') { self.id(&path).await } else { segment.to_owned() };
            path = format!("{path}/{segment}");
        }
        path
    }

    async fn id(&mut self, list: &str) -> String {
        if let Some(id) = self.ids.get(list) {
            return id.clone();
        }
        let query = if list == "/api/v1/policies" { "?type=PASSWORD" } else { "" };
        let found = self.api.client.get(format!("{}{list}{query}", self.api.base()));
        let found = found.header("authorization", format!("SSWS {}", self.api.token)).send().await.unwrap();
        let found: Value = serde_json::from_str(&found.text().await.unwrap()).unwrap_or_default();
        let id = first(&found).and_then(|object| object["id"].as_str()).unwrap_or("unknown").to_owned();
        self.ids.insert(list.to_owned(), id.clone());
        id
    }
}

/// The first object of a list, which may be a member of the answer.
fn first(answer: &Value) -> Option<&Value> {
    answer.as_array().or_else(|| answer.as_object()?.values().find_map(Value::as_array))?.first()
}

fn is_envelope(text: &str) -> bool {
    let body: Value = serde_json::from_str(text).unwrap_or_default();
    body["errorCode"].as_str().is_some_and(|code| code.starts_with('E')) && body["errorCauses"].is_array()
}

/// The object, with one member at a time replaced by a wrong value; the members of its objects too.
fn mutations(object: &Map<String, Value>, turn: &mut usize) -> Vec<Value> {
    let values = wrong_values();
    let nested = |name: &String, value: &Value| -> Vec<String> {
        let members = value.as_object().into_iter().flatten().map(|(inner, _)| format!("/{name}/{inner}"));
        members.collect()
    };
    let pointers: Vec<String> = object
        .iter()
        .flat_map(|(name, value)| std::iter::once(format!("/{name}")).chain(nested(name, value)))
        .collect();
    let mut mutated = Vec::new();
    for pointer in pointers {
        for _ in 0..2 {
            let mut body = Value::Object(object.clone());
            if let Some(member) = body.pointer_mut(&pointer) {
                *member = values[*turn % values.len()].clone();
            }
            *turn += 1;
            mutated.push(body);
        }
    }
    mutated
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_bad_input_is_a_server_error_or_half_a_change() {
    let api = Api::market().await;
    let coverage = api.get("/_mock/coverage").await.body;
    let served = coverage["operations"].as_array().unwrap().iter().filter(|operation| operation["state"] != "absent");
    let served: Vec<(Method, String)> = served
        .map(|operation| {
            let text = |name: &str| operation[name].as_str().unwrap();
            (text("method").parse().unwrap(), text("path").to_owned())
        })
        .collect();
    assert!(served.len() > 400, "{}", served.len());
    let ids = KNOWN.map(|(list, id)| (list.to_owned(), id.to_owned())).into_iter().collect();
    let mut sweep = Sweep { api, ids, sent: 0, failures: Vec::new() };
    let mut turn = 0;
    for (method, template) in &served {
        let unknown: String = template
            .split('/')
            .map(|segment| if segment.starts_with('{') { "unknown" } else { segment })
            .collect::<Vec<_>>()
            .join("/");
        let is_about_one = template.contains('{');
        if *method == Method::GET {
            let mut requests = vec![(Method::GET, unknown, String::new())];
            let path = sweep.resolved(template).await;
            requests.extend(QUERIES.iter().map(|query| (Method::GET, format!("{path}?{query}"), String::new())));
            sweep.sends(&requests).await;
            continue;
        }
        let before = sweep.api.mock.document();
        if is_about_one {
            let statuses = sweep.sends(&[(method.clone(), unknown, "{}".to_owned())]).await;
            if statuses[0] < 400 {
                sweep.failures.push(format!("{} for unknown ids: {method} {template}", statuses[0]));
            }
        }
        if *method == Method::DELETE {
            continue;
        }
        let path = sweep.resolved(template).await;
        let malformed = ["{", "[1]", "\"x\"", "\u{feff}{}", "{\"a\":1}garbage"];
        let requests: Vec<_> = malformed.map(|body| (method.clone(), path.clone(), body.to_owned())).into();
        let mut statuses = sweep.sends(&requests).await;
        let (status, failure) = sweep.send(method, &path, "text/plain", Some("{}")).await;
        statuses.push(status);
        sweep.failures.extend(failure);
        // Operations without a body do not read one.
        if statuses.iter().all(|status| *status >= 400) && sweep.api.mock.document() != before {
            sweep.failures.push(format!("refused and changed: {method} {path}"));
        }
        let shown = sweep.api.get(&path).await.body;
        let object = first(&shown).filter(|_| shown.is_array()).unwrap_or(&shown);
        let mut object = object.as_object().cloned().unwrap_or_default();
        for computed in ["id", "_links", "_embedded", "created", "lastUpdated"] {
            object.remove(computed);
        }
        object.insert("unknown".to_owned(), json!(1));
        let bodies = mutations(&object, &mut turn);
        let requests: Vec<_> = bodies.iter().map(|body| (method.clone(), path.clone(), body.to_string())).collect();
        sweep.sends(&requests).await;
    }
    assert!(sweep.failures.is_empty(), "{} of {}:\n{}", sweep.failures.len(), sweep.sent, sweep.failures.join("\n"));
    assert!(sweep.sent > 4_000, "{}", sweep.sent);
}
