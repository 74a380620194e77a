//! The methods of a mock in the process of the test.

use std::sync::LazyLock;
use std::time::Duration;

use mock_idp::{FaultSpec, MockIdp, SandboxSpec, SpawnedMockIdp};

use crate::client::plain;
use crate::flow::{CALLBACK, WEB, authorize, browser, code_request, parameter, redeem};

static SHARED: LazyLock<SpawnedMockIdp> = LazyLock::new(|| MockIdp::builder().spawn().unwrap());

/// The status that a blocking client gets for a path below a base URL.
fn blocking_status(base: &str, path: &str) -> u16 {
    use std::io::{Read as _, Write as _};
    let rest = base.strip_prefix("http://").unwrap();
    let (authority, prefix) =
        rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
    let mut stream = std::net::TcpStream::connect(authority).unwrap();
    let request = format!("GET {prefix}{path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer[9..12].parse().unwrap()
}

const KEYS: &str = "/oauth2/default/v1/keys";

#[test]
fn a_spawned_mock_answers_blocking_clients_and_waits_for_operations() {
    let mock = &*SHARED;
    let sandbox = mock.wait(mock.sandbox()).unwrap();
    assert_eq!(blocking_status(sandbox.url(), KEYS), 200);
    mock.wait(sandbox.add_fault(&FaultSpec::named("http.status-503").path(KEYS).times(1))).unwrap();
    assert_eq!(blocking_status(sandbox.url(), KEYS), 503);
    assert_eq!(blocking_status(sandbox.url(), KEYS), 200);
    let requests = mock.wait(sandbox.requests()).unwrap();
    assert_eq!(requests.iter().map(|request| request.status).collect::<Vec<_>>(), [200, 503, 200]);
    assert!(requests.iter().all(|request| request.path == KEYS));
}

#[tokio::test]
async fn a_spawned_mock_can_be_used_and_dropped_on_the_only_thread_of_a_runtime() {
    let mock = MockIdp::builder().spawn().unwrap();
    assert_eq!(blocking_status(mock.url(), KEYS), 200);
    let clock = mock.org().advance_clock(Duration::from_secs(90)).await.unwrap();
    assert_eq!((clock.offset, clock.frozen), (90, false));
    assert_eq!(mock.wait(mock.org().clock()).unwrap().offset, 90);
    let url = mock.url().to_owned();
    drop(mock);
    let refused = plain().get(format!("{url}/healthz")).send().await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn a_dropped_sandbox_is_removed() {
    let mock = MockIdp::builder().start().await.unwrap();
    let sandbox = mock.sandbox_with(&SandboxSpec::default().name("dropped").from_org("market")).await.unwrap();
    assert_eq!(sandbox.issuer(), format!("{}/_org/dropped/oauth2/default", mock.url()));
    let keys = format!("{}{KEYS}", sandbox.url());
    assert_eq!(plain().get(&keys).send().await.unwrap().status(), 200);
    drop(sandbox);
    assert_eq!(plain().get(&keys).send().await.unwrap().status(), 404);
    assert!(mock.org_named("dropped").is_none());
}

#[tokio::test]
async fn clock_keys_consents_and_state_have_methods() {
    let mock = MockIdp::builder().control_token("control-secret").start().await.unwrap();
    let org = mock.org();
    assert_eq!((org.name(), org.url(), org.issuer()), ("market", mock.url(), mock.issuer()));
    org.set_clock("2030-01-31T12:00:00Z").await.unwrap();
    assert_eq!(org.freeze_clock(true).await.unwrap().now[..16].to_owned(), "2030-01-31T12:00");
    let before = org.rotate_keys("default").await.unwrap();
    assert_eq!(before[0].status, "ACTIVE");
    let saved = org.save_state().await.unwrap();
    assert_ne!(org.rotate_keys("default").await.unwrap()[0].kid, before[0].kid);
    org.load_state(&saved).await.unwrap();
    assert_eq!(org.save_state().await.unwrap(), saved);
    assert!(!org.reset_clock().await.unwrap().frozen);
    org.add_redirect_uri(WEB, "http://localhost:9999/new").await.unwrap();
    org.unlock("buyer@example.test").await.unwrap();
    assert_eq!(org.consents("buyer@example.test").await.unwrap(), []);
    assert_eq!(org.revoke_consents("buyer@example.test").await.unwrap(), []);
    org.reset().await.unwrap();
    let error = org.unlock("nobody").await.unwrap_err();
    assert_eq!((error.status, error.error.as_str()), (400, "no user has the login or id \"nobody\""));
}

#[tokio::test]
async fn a_fault_for_one_client_spoils_its_next_token() {
    let mock = MockIdp::builder().start().await.unwrap();
    let org = mock.org();
    org.add_fault(&FaultSpec::named("id_token.missing-sub").client(WEB).times(1)).await.unwrap();
    let arrived = authorize(&mock, &browser(), "buyer@example.test", &code_request(WEB, "openid")).await;
    assert!(arrived.starts_with(CALLBACK));
    let issued: serde_json::Value = redeem(&mock, &parameter(&arrived, "code").unwrap()).await.json().await.unwrap();
    let (_, claims) = crate::flow::decode(issued["id_token"].as_str().unwrap());
    assert_eq!(claims.get("sub"), None);
    org.clear_faults().await.unwrap();
    assert!(org.add_fault(&FaultSpec::named("no.such-fault")).await.is_err());
}
