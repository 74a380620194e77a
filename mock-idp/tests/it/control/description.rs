//! The OpenAPI description of the control API, and its index page: what they say is what the API does.

use http::Method;
use mock_idp::MockIdp;
use reqwest::Response;
use scraper::{Html, Selector};
use serde_json::{Value, json};

use super::ask;
use crate::client;

/// A sign-in at the kiosk that waits for the user `buyer`, for the operation that decides about it.
async fn begin_backchannel_request(mock: &MockIdp) {
    let form = [("scope", "openid"), ("login_hint", "buyer@example.test")];
    let request = client::plain().post(format!("{}/v1/bc/authorize", mock.issuer())).form(&form);
    let credentials = (crate::ciba::KIOSK, Some(crate::ciba::SECRET));
    assert_eq!(request.basic_auth(credentials.0, credentials.1).send().await.unwrap().status(), 200);
}

/// A push notification to the market's user `push`.
async fn begin_push(mock: &MockIdp) {
    let api = format!("{}/api/v1/users/push@example.test/factors", mock.url());
    let token = "SSWS 00mockMarketApiToken0123456789abcdefghijkl";
    let factors = client::plain().get(&api).header("authorization", token).send().await.unwrap();
    let factors: Value = factors.json().await.unwrap();
    let verify = factors[0]["_links"]["verify"]["href"].as_str().unwrap();
    let begun = client::plain().post(verify).header("authorization", token).json(&json!({})).send().await.unwrap();
    assert_eq!(begun.status(), 201);
}

async fn description(mock: &MockIdp) -> Value {
    ask(mock, Method::GET, "/_mock/openapi.json", Value::Null).await.1
}

/// What does not fit its schema, as `place: problem`. Of the keywords only those that the description uses.
fn problems(document: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#')).unwrap();
        return problems(document, target, value, place);
    }
    for choices in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[choices].as_array() {
            let fits = choices.iter().any(|choice| problems(document, choice, value, place).is_empty());
            return if fits { Vec::new() } else { vec![format!("{place}: {value} fits none of {}", json!(choices))] };
        }
    }
    let types: Vec<&Value> = match &schema["type"] {
        Value::Array(types) => types.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    };
    let is = |name: &str| match name {
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        other => panic!("unknown type {other}"),
    };
    if !types.is_empty() && !types.iter().any(|name| is(name.as_str().unwrap())) {
        return vec![format!("{place}: {value} is not {}", schema["type"])];
    }
    let mut found = Vec::new();
    if schema["enum"].as_array().is_some_and(|values| !values.contains(value)) {
        found.push(format!("{place}: {value} is not in {}", schema["enum"]));
    }
    if schema.get("const").is_some_and(|only| only != value) {
        found.push(format!("{place}: {value} is not {}", schema["const"]));
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.get(name).is_none() {
            found.push(format!("{place}: no {name}"));
        }
    }
    for (name, member) in value.as_object().into_iter().flatten() {
        let place = format!("{place}.{name}");
        match (schema["properties"].get(name), &schema["additionalProperties"]) {
            (Some(property), _) => found.extend(problems(document, property, member, &place)),
            (None, Value::Object(_)) => {
                found.extend(problems(document, &schema["additionalProperties"], member, &place));
            }
            (None, Value::Bool(true)) => {}
            (None, _) if schema.get("properties").is_none() => {}
            (None, _) => found.push(format!("{place}: not described")),
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(problems(document, &schema["items"], item, &format!("{place}[{index}]")));
    }
    found
}

/// Path and query with the examples of the parameters, or values that this mock has.
fn address(path: &str, operation: &Value, known: &[(&str, String)]) -> String {
    let (mut address, mut query) = (path.to_owned(), url::form_urlencoded::Serializer::new(String::new()));
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap();
        let example =
            parameter.get("example").map(|example| example.as_str().map_or_else(|| example.to_string(), str::to_owned));
        let value = known.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()).or(example);
        let Some(value) = value else { continue };
        match parameter["in"].as_str().unwrap() {
            "path" => address = address.replace(&format!("{{{name}}}"), &value),
            _ => _ = query.append_pair(name, &value),
        }
    }
    let query = query.finish();
    if query.is_empty() { address } else { format!("{address}?{query}") }
}

async fn send(mock: &MockIdp, method: &str, address: &str, body: Option<&Value>) -> Response {
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
    let request = client::plain().request(method, format!("{}{address}", mock.url()));
    let request = request.header("content-type", "application/json");
    body.map_or(request.try_clone().unwrap(), |body| request.json(body)).send().await.unwrap()
}

#[tokio::test]
async fn every_described_example_is_accepted_and_answered_as_described() {
    let mock = MockIdp::builder().start().await.unwrap();
    let document = description(&mock).await;
    let page = client::plain().get(format!("{}/console", mock.url())).send().await.unwrap().text().await.unwrap();
    let asset = crate::flow::after(&page, "/_mock/assets/").to_owned();
    let mut requests = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let media = &operation["requestBody"]["content"]["application/json"];
            let examples = media["examples"].as_object().map(|examples| examples.values().collect::<Vec<_>>());
            let bodies: Vec<Option<&Value>> = examples
                .map_or(vec![None], |examples| examples.iter().map(|example| Some(&example["value"])).collect());
            for body in bodies {
                begin_backchannel_request(&mock).await;
                begin_push(&mock).await;
                let journal = ask(&mock, Method::GET, "/_mock/requests?limit=1", Value::Null).await.1;
                let request_id = journal[0]["request_id"].as_str().unwrap().to_owned();
                let next = ask(&mock, Method::POST, "/_mock/next-tokens", json!({ "lifetime": 60 })).await.1;
                let id = next["id"].as_str().unwrap().to_owned();
                // The request that is waited for has been made already.
                let known = [("request_id", request_id), ("name", asset.clone()), ("id", id)];
                let address = address(path, operation, &known);
                let name = format!("{method} {address} {body:?}");
                if let Some(body) = body {
                    assert_eq!(problems(&document, &media["schema"], body, "body"), [""; 0], "{name}");
                }
                let answer = send(&mock, method, &address, body).await;
                let status = answer.status().as_u16();
                let text = answer.text().await.unwrap();
                assert_eq!(status, 200, "{name}: {text}");
                let described = &operation["responses"]["200"]["content"]["application/json"];
                if described.is_object() {
                    let value: Value = serde_json::from_str(&text).unwrap();
                    assert_eq!(problems(&document, &described["schema"], &value, "answer"), [""; 0], "{name}");
                }
                requests += 1;
                // What one example changes must not matter to the next.
                ask(&mock, Method::POST, "/_mock/reset", json!({})).await;
            }
        }
    }
    assert!(requests > 30, "{requests}");
}

#[tokio::test]
async fn an_unknown_member_is_refused_at_every_operation_with_a_body() {
    let mock = MockIdp::builder().start().await.unwrap();
    let document = description(&mock).await;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let Some(examples) = operation["requestBody"]["content"]["application/json"]["examples"].as_object() else {
                continue;
            };
            let mut body = examples["example1"]["value"].clone();
            body["surprise"] = json!(true);
            let answer = send(&mock, method, &address(path, operation, &[]), Some(&body)).await;
            assert_eq!(answer.status(), 400, "{method} {path}");
            let refusal: Value = answer.json().await.unwrap();
            assert!(refusal["error"].as_str().unwrap().contains("surprise"), "{method} {path}: {refusal}");
            assert!(!refusal["expected"].is_null(), "{method} {path}: {refusal}");
        }
    }
}

#[tokio::test]
async fn a_wrong_value_is_refused_with_its_key() {
    let mock = MockIdp::builder().start().await.unwrap();
    let (_, refusal) = ask(&mock, Method::POST, "/_mock/clock", json!({ "advance": "3" })).await;
    let expected = "the body is invalid: advance: invalid type: string \"3\", expected i64 at line 1 column 14";
    assert_eq!(refusal["error"], expected);
    let (status, refusal) = ask(&mock, Method::GET, "/_mock/requests?limt=3", Value::Null).await;
    assert_eq!(status, 400);
    assert_eq!(refusal["error"], "the query has no parameter \"limt\"; did you mean \"limit\"?");
}

#[tokio::test]
async fn the_description_has_the_address_of_the_org() {
    let mock = MockIdp::builder().org_yaml(mock_idp::BUILT_IN_ORG).org_yaml(client::TENANT_2).start().await.unwrap();
    assert_eq!(description(&mock).await["servers"][0]["url"], mock.url());
    let (_, other) = ask(&mock, Method::GET, "/_org/tenant2/_mock/openapi.json", Value::Null).await;
    assert_eq!(other["servers"][0]["url"], format!("{}/_org/tenant2", mock.url()));
    assert_eq!(other["openapi"], "3.1.1");
}

#[tokio::test]
async fn the_index_page_lists_every_operation_with_a_command() {
    let mock = MockIdp::builder().start().await.unwrap();
    let document = description(&mock).await;
    let response = client::plain().get(format!("{}/_mock", mock.url())).send().await.unwrap();
    assert!(response.headers().contains_key("content-security-policy"));
    let html = Html::parse_document(&response.text().await.unwrap());
    let texts = |selector: &str| -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        html.select(&selector).map(|element| element.text().collect::<String>()).collect()
    };
    let listed = texts("[data-se=operation] .row-title");
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            assert!(listed.contains(&format!("{} {path}", method.to_uppercase())), "{method} {path}: {listed:?}");
        }
    }
    let commands = texts("[data-se=operation] pre code");
    let advance = format!("curl -fsS --json '{{\"advance\": 3600}}' {}/_mock/clock", mock.url());
    assert!(commands.contains(&advance), "{commands:?}");
    let with_token = MockIdp::builder().control_token("opensesame").start().await.unwrap();
    let page = client::plain().get(format!("{}/_mock", with_token.url())).bearer_auth("opensesame");
    let page = page.send().await.unwrap().text().await.unwrap();
    assert!(page.contains("$MOCK_IDP_CONTROL_TOKEN") && !page.contains("opensesame"));
}
