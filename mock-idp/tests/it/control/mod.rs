//! The control API.

mod coverage;
mod description;
mod directory;
mod journal;
mod key_faults;
mod next_tokens;
mod tokens;

use http::Method;
use mock_idp::MockIdp;
use serde_json::{Value, json};

use crate::client;

/// Status and body.
pub(crate) async fn ask(mock: &MockIdp, method: Method, path: &str, body: Value) -> (u16, Value) {
    let request = client::plain().request(method.clone(), format!("{}{path}", mock.url()));
    let request = if method == Method::GET { request } else { request.json(&body) };
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn info_describes_the_org_and_settings() {
    let mock = MockIdp::builder().start().await.unwrap();
    let (status, health) = ask(&mock, Method::GET, "/healthz", Value::Null).await;
    assert_eq!(status, 200);
    assert_eq!((&health["status"], &health["product"]), (&json!("ok"), &json!("mock-idp")));
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn the_clock_is_set_moved_stopped_and_reset() {
    let mock = MockIdp::builder().start().await.unwrap();
    let set = json!({ "set": "2030-01-31T12:00:00Z", "freeze": true });
    let turned = ask(&mock, Method::POST, "/_mock/clock", set).await;
    assert_eq!((turned.0, &turned.1["now"], &turned.1["frozen"]), (200, &json!("2030-01-31T12:00:00Z"), &json!(true)));
    let turned = ask(&mock, Method::POST, "/_mock/clock", json!({ "advance": 90 })).await;
    assert_eq!(turned.1["now"], "2030-01-31T12:01:30Z");
    assert_eq!(ask(&mock, Method::GET, "/_mock/clock", Value::Null).await.1["now"], turned.1["now"]);
    let reset = ask(&mock, Method::POST, "/_mock/clock", json!({ "reset": true })).await.1;
    assert_eq!((&reset["offset"], &reset["frozen"]), (&json!(0), &json!(false)));
}

#[tokio::test]
async fn a_clock_with_a_step_is_moved_by_each_request_before_it_is_answered() {
    let mock = MockIdp::builder().start().await.unwrap();
    let set = json!({ "set": "2030-01-31T12:00:00Z", "freeze": true, "step": 60 });
    let (_, state) = ask(&mock, Method::POST, "/_mock/clock", set).await;
    assert_eq!((&state["now"], &state["step"]), (&json!("2030-01-31T12:00:00Z"), &json!(60)));
    let date = async |path: &str| {
        let answer = client::plain().get(format!("{}{path}", mock.url())).send().await.unwrap();
        answer.headers()["date"].to_str().unwrap().to_owned()
    };
    assert_eq!(date("/oauth2/default/v1/keys").await, "Thu, 31 Jan 2030 12:01:00 GMT");
    assert_eq!(date("/oauth2/default/v1/keys").await, "Thu, 31 Jan 2030 12:02:00 GMT");
    assert_eq!(ask(&mock, Method::GET, "/_mock/clock", Value::Null).await.1["now"], "2030-01-31T12:02:00Z");
    let (_, state) = ask(&mock, Method::POST, "/_mock/clock", json!({ "step": 0 })).await;
    assert_eq!(state, json!({ "now": "2030-01-31T12:02:00Z", "offset": state["offset"], "frozen": true }));
    assert_eq!(date("/oauth2/default/v1/keys").await, "Thu, 31 Jan 2030 12:02:00 GMT");
    let (status, refusal) = ask(&mock, Method::POST, "/_mock/clock", json!({ "step": -1 })).await;
    assert_eq!((status, refusal["error"].as_str().unwrap().starts_with("step: is 0 to")), (400, true));
}

#[tokio::test]
async fn an_invalid_clock_change_is_refused_with_the_expected_body() {
    let mock = MockIdp::builder().start().await.unwrap();
    for body in [json!({}), json!({ "set": "tomorrow" }), json!({ "forward": 3 }), json!({ "advance": "3" })] {
        let (status, refusal) = ask(&mock, Method::POST, "/_mock/clock", body.clone()).await;
        assert_eq!(status, 400, "{body}");
        assert!(refusal["expected"].as_str().unwrap().contains("\"advance\": seconds"), "{refusal}");
    }
    assert_eq!(ask(&mock, Method::GET, "/_mock/clock", Value::Null).await.1["offset"], 0);
}

#[tokio::test]
async fn faults_are_switched_on_listed_and_cleared() {
    let mock = MockIdp::builder().start().await.unwrap();
    let token = json!({ "name": "id_token.wrong-nonce", "times": 1, "client_id": "0oamarketweb000005d7" });
    let (status, list) = ask(&mock, Method::POST, "/_mock/faults", token.clone()).await;
    assert_eq!((status, list), (200, json!([token])));
    let slow = json!({ "name": "http.slow" });
    ask(&mock, Method::POST, "/_mock/faults", slow).await;
    let list = ask(&mock, Method::GET, "/_mock/faults", Value::Null).await.1;
    assert_eq!(list, json!([token, { "name": "http.slow", "delay_ms": 3_000 }]));
    let info = ask(&mock, Method::GET, "/_mock/info", Value::Null).await.1;
    assert_eq!(info["warnings"], json!(["Faults are on: id_token.wrong-nonce, http.slow."]));
    assert_eq!(ask(&mock, Method::DELETE, "/_mock/faults", Value::Null).await, (200, json!([])));
}

#[tokio::test]
async fn an_unknown_fault_is_refused_with_the_nearest_name() {
    let mock = MockIdp::builder().start().await.unwrap();
    let (status, refusal) = ask(&mock, Method::POST, "/_mock/faults", json!({ "name": "id_token.wrong-nonse" })).await;
    assert_eq!(status, 400);
    assert_eq!(refusal["error"], "no fault is named \"id_token.wrong-nonse\"; did you mean \"id_token.wrong-nonce\"?");
    assert!(refusal["expected"].as_array().unwrap().len() > 80);
    for (body, word) in [
        (json!({ "name": "http.reset", "client_id": "a" }), "client_id"),
        (json!({ "name": "id_token.expired", "path": "/" }), "path"),
        (json!({ "name": "http.reset", "times": 0 }), "times is at least 1"),
        (json!({ "name": "http.reset", "delay_ms": 5 }), "http.slow"),
        (json!({ "name": "http.reset", "count": 1 }), "unknown field"),
    ] {
        let (status, refusal) = ask(&mock, Method::POST, "/_mock/faults", body).await;
        assert_eq!(status, 400);
        assert!(refusal["error"].as_str().unwrap().contains(word), "{refusal}");
    }
    assert_eq!(ask(&mock, Method::GET, "/_mock/faults", Value::Null).await.1, json!([]));
}

#[tokio::test]
async fn the_journal_has_no_queries_or_credentials() {
    let mock = MockIdp::builder().start().await.unwrap();
    for path in
        ["/oauth2/v1/authorize?state=canary-state&id_token_hint=canary-hint", "/api/v1/sessions/102canary-session"]
    {
        let basic = client::plain().get(format!("{}{path}", mock.url())).basic_auth("canary-id", Some("canary-secret"));
        basic.send().await.unwrap();
    }
    let (_, journal) = ask(&mock, Method::GET, "/_mock/requests", Value::Null).await;
    let paths: Vec<_> = journal.as_array().unwrap().iter().map(|entry| entry["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["/api/v1/sessions/…", "/oauth2/v1/authorize"]);
    assert!(!journal.to_string().contains("canary"), "{journal}");
    let entry = &journal[1];
    assert_eq!((&entry["method"], &entry["status"]), (&json!("GET"), &json!(400)));
    let by_id = format!("/_mock/requests/{}", entry["request_id"].as_str().unwrap());
    assert_eq!(ask(&mock, Method::GET, &by_id, Value::Null).await.1["path"], "/oauth2/v1/authorize");

    assert_eq!(ask(&mock, Method::GET, "/_mock/requests/none", Value::Null).await.0, 404);
    assert_eq!(ask(&mock, Method::GET, "/_mock/requests?limit=many", Value::Null).await.0, 400);
    assert_eq!(ask(&mock, Method::GET, "/_mock/requests?limit=1", Value::Null).await.1.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn reset_forgets_everything() {
    let mock = MockIdp::builder().start().await.unwrap();
    ask(&mock, Method::POST, "/_mock/clock", json!({ "advance": 5 })).await;
    ask(&mock, Method::POST, "/_mock/faults", json!({ "name": "http.status-500" })).await;
    client::plain().get(format!("{}/x", mock.url())).send().await.unwrap();
    assert_eq!(ask(&mock, Method::POST, "/_mock/reset", json!({})).await.0, 200);
    assert_eq!(ask(&mock, Method::GET, "/_mock/clock", Value::Null).await.1["offset"], 0);
    assert_eq!(ask(&mock, Method::GET, "/_mock/faults", Value::Null).await.1, json!([]));
    assert_eq!(ask(&mock, Method::GET, "/_mock/requests", Value::Null).await.1, json!([]));
}

#[tokio::test]
async fn an_access_token_without_a_family_stays_revoked_after_a_reset() {
    let mock = MockIdp::builder().start().await.unwrap();
    let post = async |endpoint: &str, form: &[(&str, &str)]| {
        let secret = "mock-secret-service-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG";
        let request = client::plain().post(format!("{}/v1/{endpoint}", mock.issuer()));
        request.basic_auth("0oamarketservice05d7", Some(secret)).form(form).send().await.unwrap()
    };
    let form = [("grant_type", "client_credentials"), ("scope", "orders:read")];
    let tokens: Value = post("token", &form).await.json().await.unwrap();
    let token = [("token", tokens["access_token"].as_str().unwrap())];
    let active = async || post("introspect", &token).await.json::<Value>().await.unwrap()["active"].clone();
    assert_eq!(active().await, true);
    assert_eq!(post("revoke", &token).await.status(), 200);
    assert_eq!(active().await, false);
    assert_eq!(ask(&mock, Method::POST, "/_mock/reset", json!({})).await.0, 200);
    assert_eq!(active().await, false);
}

#[tokio::test]
async fn a_cross_site_form_is_refused() {
    let mock = MockIdp::builder().start().await.unwrap();
    let form = client::plain().post(format!("{}/_mock/reset", mock.url())).form(&[("a", "b")]).send().await.unwrap();
    assert_eq!(form.status(), 415);
    let (status, refusal) = ask(&mock, Method::PUT, "/_mock/faults", json!({})).await;
    assert_eq!(
        (status, &refusal["expected"]),
        (405, &json!(["GET /_mock/faults", "POST /_mock/faults", "DELETE /_mock/faults"]))
    );
}

#[tokio::test]
async fn unknown_paths_and_methods_are_answered_with_those_of_the_table() {
    let mock = MockIdp::builder().start().await.unwrap();
    let (status, refusal) = ask(&mock, Method::GET, "/_mock/fault", Value::Null).await;
    assert_eq!((status, &refusal["error"]), (404, &json!("nothing is at /_mock/fault")));
    let expected: Vec<&str> =
        refusal["expected"].as_array().unwrap().iter().map(|operation| operation.as_str().unwrap()).collect();
    for operation in [
        "GET /_mock/info",
        "POST /_mock/faults",
        "DELETE /_mock/faults",
        "POST /_mock/keys/rotate",
        "GET /_mock/requests/{request_id}",
    ] {
        assert!(expected.contains(&operation), "{operation}: {expected:?}");
    }
    for (path, methods) in [
        ("/_mock/consents", json!(["GET /_mock/consents", "DELETE /_mock/consents"])),
        ("/_mock/keys/rotate", json!(["POST /_mock/keys/rotate"])),
        ("/_mock/info", json!(["GET /_mock/info"])),
    ] {
        let (status, refusal) = ask(&mock, Method::PUT, path, json!({})).await;
        assert_eq!((status, &refusal["expected"]), (405, &methods), "{path}");
    }
}

#[tokio::test]
async fn a_control_token_is_required_when_one_is_set() {
    let mock = MockIdp::builder().control_token("opensesame").start().await.unwrap();
    let url = format!("{}/_mock/info", mock.url());
    let status =
        async |token: &str| client::plain().get(&url).bearer_auth(token).send().await.unwrap().status().as_u16();
    assert_eq!(status("opensesame").await, 200);
    assert_eq!(status("opensesamf").await, 401);
    assert_eq!(ask(&mock, Method::GET, "/_mock/info", Value::Null).await.0, 401);
    assert_eq!(ask(&mock, Method::GET, "/healthz", Value::Null).await.0, 200);
}

#[tokio::test]
async fn the_control_api_is_closed_when_other_machines_can_connect() {
    let mock = MockIdp::builder().host("0.0.0.0").start().await.unwrap();
    assert!(mock.warnings()[0].starts_with("Other machines can reach this mock"), "{:?}", mock.warnings());
    let (status, refusal) = ask(&mock, Method::GET, "/_mock/info", Value::Null).await;
    assert_eq!(status, 403);
    assert!(refusal["expected"].as_str().unwrap().contains("--control-token"), "{refusal}");
}
