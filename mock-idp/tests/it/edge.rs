//! What applies to all requests: host names, request ids, headers, limits, faults.

use mock_idp::MockIdp;
use reqwest::Response;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client;

async fn get(mock: &MockIdp, path: &str) -> Response {
    client::plain().get(format!("{}{path}", mock.url())).send().await.unwrap()
}

async fn fault(mock: &MockIdp, fault: Value) {
    let url = format!("{}/_mock/faults", mock.url());
    let answer = client::plain().post(url).json(&fault).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
}

#[tokio::test]
async fn a_foreign_host_name_is_refused_with_the_flag_that_allows_it() {
    let mock = MockIdp::builder().allow_host("idp.test").start().await.unwrap();
    let ask =
        |host: &'static str| client::plain().get(format!("{}/_mock/info", mock.url())).header("host", host).send();
    let refused = ask("evil.example").await.unwrap();
    assert_eq!(refused.status(), 421);
    assert_eq!(refused.headers()["content-type"], "text/plain; charset=utf-8");
    assert!(refused.text().await.unwrap().contains("--allow-host evil.example"));
    let allowed: Value = ask("idp.test").await.unwrap().json().await.unwrap();
    assert_eq!(allowed["issuer"], "http://idp.test/oauth2/default");
    assert_eq!(allowed["warnings"], json!(["Answers to foreign host names too: idp.test."]));
}

#[tokio::test]
async fn two_orgs_on_one_port_are_isolated() {
    let market = include_str!("../../../fixtures/orgs/market.yaml");
    let mock = MockIdp::builder().org_yaml(market).org_yaml(client::TENANT_2).start().await.unwrap();
    assert_eq!(mock.org_names().collect::<Vec<_>>(), ["market", "tenant2"]);
    let advance = format!("{}/_org/tenant2/_mock/clock", mock.url());
    client::plain().post(advance).json(&json!({ "advance": 3_600 })).send().await.unwrap();
    let offset = async |path: &str| get(&mock, path).await.json::<Value>().await.unwrap()["offset"].clone();
    assert_eq!(offset("/_org/tenant2/_mock/clock").await, 3_600);
    assert_eq!(offset("/_mock/clock").await, 0);
    let by_host = format!("http://tenant2.localhost:{}/_mock/info", mock.port());
    let by_host: Value = client::plain().get(by_host).send().await.unwrap().json().await.unwrap();
    assert_eq!(by_host["org"], "tenant2");
    assert_eq!(by_host["warnings"], json!(["The clock is moved by 3600 seconds."]));
    assert_eq!(get(&mock, "/_org/nobody/_mock/info").await.status(), 404);
}

#[tokio::test]
async fn an_unknown_path_is_an_api_error_or_a_page() {
    let mock = MockIdp::builder().start().await.unwrap();
    let answer = get(&mock, "/oauth2/nowhere/at/all").await;
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.headers()["x-okta-request-id"].len(), 32);
    assert_eq!(answer.headers()["cache-control"], "no-cache, no-store");
    assert!(!answer.headers().contains_key("strict-transport-security"));
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["errorCode"], "E0000008");

    let below_the_api = get(&mock, "/api/v1/nowhere").await;
    assert_eq!(below_the_api.status(), 404);
    let body: Value = below_the_api.json().await.unwrap();
    let text = "The requested path was not found";
    assert_eq!((&body["errorCode"], body["errorSummary"].as_str()), (&json!("E0000008"), Some(text)), "{body}");
    let other_method =
        client::plain().patch(format!("{}/api/v1/users", mock.url())).json(&json!({})).send().await.unwrap();
    assert_eq!(
        (other_method.status().as_u16(), &other_method.headers()["allow"]),
        (405, &"GET,HEAD,POST,OPTIONS".parse().unwrap())
    );
    let body: Value = other_method.json().await.unwrap();
    let text = "The endpoint does not support the provided HTTP method";
    assert_eq!((&body["errorCode"], body["errorSummary"].as_str()), (&json!("E0000022"), Some(text)), "{body}");

    let page = client::plain().get(format!("{}/nowhere", mock.url())).header("accept", "text/html").send();
    let page = page.await.unwrap();
    assert_eq!(
        (page.status().as_u16(), &page.headers()["content-type"]),
        (404, &"text/html; charset=utf-8".parse().unwrap())
    );
}

#[tokio::test]
async fn a_body_without_length_or_too_large_is_refused() {
    let mock = MockIdp::builder().start().await.unwrap();
    let url = format!("{}/oauth2/default/v1/token", mock.url());
    let too_long = client::plain().post(url).body("a".repeat(64 * 1024 + 1)).send().await.unwrap();
    assert_eq!(too_long.status(), 413);
    let answer =
        raw(&mock, "POST /oauth2/default/v1/token HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 411 "), "{answer}");

    let chunk = format!("10001\r\n{}\r\n0\r\n\r\n", "a".repeat(0x10001));
    let head = "POST /oauth2/default/v1/token HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
                content-type: application/x-www-form-urlencoded\r\ntransfer-encoding: chunked\r\n\r\n";
    let answer = raw(&mock, &format!("{head}{chunk}")).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

/// What a server sends before it closes the connection.
async fn raw(mock: &MockIdp, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", mock.port())).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn status_faults_are_api_errors_for_the_set_number_of_times() {
    let mock = MockIdp::builder().start().await.unwrap();
    for (name, status, code) in [
        ("http.status-500", 500, "E0000009"),
        ("http.status-503", 503, "E0000010"),
        ("http.status-429", 429, "E0000047"),
    ] {
        fault(&mock, json!({ "name": name, "times": 1, "path": "/oauth2/" })).await;
        assert_eq!(get(&mock, "/elsewhere").await.status(), 404);
        let struck = get(&mock, "/oauth2/default/v1/token").await;
        assert_eq!(struck.status(), status);
        let headers = struck.headers().clone();
        assert_eq!(struck.json::<Value>().await.unwrap()["errorCode"], code);
        if status == 429 {
            assert_eq!(headers["retry-after"], "1");
            assert_eq!(
                (&headers["x-rate-limit-limit"], &headers["x-rate-limit-remaining"]),
                (&"150".parse().unwrap(), &"0".parse().unwrap())
            );
        }
        assert_eq!(get(&mock, "/oauth2/default/v1/token").await.status(), 405);
    }
}

#[tokio::test]
async fn body_faults_change_the_response_and_are_in_the_journal() {
    let mock = MockIdp::builder().start().await.unwrap();
    fault(&mock, json!({ "name": "http.bad-json", "times": 1 })).await;
    let cut = get(&mock, "/nowhere").await;
    let id = cut.headers()["x-okta-request-id"].to_str().unwrap().to_owned();
    let text = cut.text().await.unwrap();
    assert!(text.starts_with("{\"errorCode\":") && serde_json::from_str::<Value>(&text).is_err(), "{text}");
    let entry: Value = get(&mock, &format!("/_mock/requests/{id}")).await.json().await.unwrap();
    assert_eq!((&entry["reason"], &entry["path"]), (&json!("fault http.bad-json"), &json!("/nowhere")));

    fault(&mock, json!({ "name": "http.wrong-content-type", "times": 1 })).await;
    assert_eq!(get(&mock, "/nowhere").await.headers()["content-type"], "text/plain");

    fault(&mock, json!({ "name": "http.slow", "times": 1, "delay_ms": 20 })).await;
    get(&mock, "/nowhere").await;
    let journal: Value = get(&mock, "/_mock/requests?limit=1").await.json().await.unwrap();
    assert_eq!(journal[0]["reason"], "fault http.slow");
    assert!(journal[0]["ms"].as_f64().unwrap() >= 20.0);
}

#[tokio::test]
async fn the_reset_fault_resets_the_connection() {
    let mock = MockIdp::builder().start().await.unwrap();
    fault(&mock, json!({ "name": "http.reset", "times": 2 })).await;
    let mut stream = TcpStream::connect(("127.0.0.1", mock.port())).await.unwrap();
    stream.write_all(b"GET /nowhere HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let error = stream.read_u8().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);

    let over_tls =
        client::trusting(mock.ca_pem()).get(format!("{}/nowhere", mock.https_url())).send().await.unwrap_err();
    assert!(format!("{over_tls:?}").contains("ConnectionReset"), "{over_tls:?}");
    let journal: Value = get(&mock, "/_mock/requests").await.json().await.unwrap();
    assert_eq!((&journal[0]["status"], &journal[0]["reason"]), (&json!(0), &json!("fault http.reset")));
    assert_eq!(get(&mock, "/nowhere").await.status(), 404);
}
