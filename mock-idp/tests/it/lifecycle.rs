//! Starting, serving HTTP and HTTPS on one port, stopping.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use mock_idp::{MockIdp, StartError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client;

#[tokio::test]
async fn one_port_serves_http_and_https_with_the_mocks_ca() {
    let mock = MockIdp::builder().start().await.unwrap();
    let trusting = client::trusting(mock.ca_pem());
    for host in ["localhost", "127.0.0.1", "market.localhost"] {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:{}/_mock/info", mock.port());
            let info: serde_json::Value = trusting.get(url).send().await.unwrap().json().await.unwrap();
            assert_eq!(info["issuer"], format!("{scheme}://{host}:{}/oauth2/default", mock.port()));
        }
    }
    let error = client::plain().get(format!("{}/healthz", mock.https_url())).send().await.unwrap_err();
    assert!(format!("{error:?}").contains("UnknownIssuer"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_mocks_run_in_one_process() {
    let one = MockIdp::builder().start().await.unwrap();
    let two = MockIdp::builder().start().await.unwrap();
    assert_ne!(one.url(), two.url());
    assert_ne!(one.ca_pem(), two.ca_pem());
    one.stop().await;
    assert_eq!(client::plain().get(format!("{}/healthz", two.url())).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_stopped_mock_refuses_connections() {
    let mock = MockIdp::builder().start().await.unwrap();
    let port = mock.port();
    // A connection that never says anything does not hold the stop up.
    let _silent = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    mock.stop().await;
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}

#[tokio::test]
async fn a_stop_finishes_open_requests_and_ends_all_tasks() {
    let runtime = tokio::runtime::Handle::current();
    let before = runtime.metrics().num_alive_tasks();
    let mock = MockIdp::builder().start().await.unwrap();
    let faults = format!("{}/_mock/faults", mock.url());
    let slow = serde_json::json!({ "name": "http.slow", "delay_ms": 100, "times": 1 });
    assert_eq!(client::plain().post(faults).json(&slow).send().await.unwrap().status(), 200);
    // Two idle connections: one whose request has been answered, one in the middle of a TLS handshake.
    let mut idle = TcpStream::connect(("127.0.0.1", mock.port())).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    idle.read_u8().await.unwrap();
    let mut handshaking = TcpStream::connect(("127.0.0.1", mock.port())).await.unwrap();
    handshaking.write_all(&[0x16, 0x03, 0x01]).await.unwrap();

    let mut asking = TcpStream::connect(("127.0.0.1", mock.port())).await.unwrap();
    asking.write_all(b"GET /nothing HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    // Wait until the slow request has begun: the fault is removed when it is applied.
    let list = format!("{}/_mock/faults", mock.url());
    while client::plain().get(&list).send().await.unwrap().text().await.unwrap() != "[]" {}
    mock.stop().await;
    let mut answer = String::new();
    asking.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    drop((idle, handshaking));
    // The tests' own clients may still be closing; the mock's tasks have ended.
    let all_ended = async {
        while runtime.metrics().num_alive_tasks() > before {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), all_ended).await.unwrap();
}

#[tokio::test]
async fn a_dropped_mock_refuses_connections_and_frees_its_port() {
    let mock = MockIdp::builder().start().await.unwrap();
    let port = mock.port();
    drop(mock);
    while TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let again = MockIdp::builder().port(port).start().await.unwrap();
    assert_eq!(again.port(), port);
}

#[test]
fn a_mock_stops_with_its_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mock = runtime.block_on(MockIdp::builder().start()).unwrap();
    let port = mock.port();
    drop(runtime);
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    drop(mock);
}

#[tokio::test]
async fn a_port_in_use_is_an_error_with_three_solutions() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = MockIdp::builder().port(port).start().await.unwrap_err();
    assert!(matches!(&error, StartError::PortTaken { port: named, .. } if *named == port));
    let text = error.to_string();
    assert!(text.contains("another program") && text.contains("--port 0"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_mock_on_the_port_is_recognised_and_keeps_a_preferred_port() {
    let first = MockIdp::builder().start().await.unwrap();
    let second = MockIdp::builder().prefer_port(first.port()).start().await.unwrap();
    assert_ne!(first.port(), second.port());
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        second.warnings(),
        [format!("Port {} is taken by another mock-idp ({version}); using {} instead.", first.port(), second.port())]
    );
}

#[tokio::test]
async fn the_ca_is_stored_in_the_state_directory_and_reused() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("deep/state");
    let first = MockIdp::builder().state_dir(&state).start().await.unwrap();
    let pem = first.ca_pem().to_owned();
    let path = first.ca_path().unwrap().to_owned();
    first.stop().await;
    assert_eq!(std::fs::read_to_string(&path).unwrap(), pem);
    let key = std::fs::metadata(state.join("ca.key.pem")).unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600);

    let second = MockIdp::builder().state_dir(&state).start().await.unwrap();
    assert_eq!(second.ca_pem(), pem);
    let answer = client::trusting(&pem).get(format!("{}/healthz", second.https_url())).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn a_state_directory_that_cannot_be_created_is_a_warning() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let mock = MockIdp::builder().state_dir(file.join("state")).start().await.unwrap();
    assert_eq!(mock.ca_path(), None);
    assert_eq!(mock.warnings().len(), 1);
    assert!(mock.warnings()[0].starts_with("The certificate authority is not saved"), "{:?}", mock.warnings());
    let answer = client::trusting(mock.ca_pem()).get(format!("{}/healthz", mock.https_url())).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn two_orgs_with_one_name_are_a_start_error() {
    let error = MockIdp::builder().org_yaml(client::TENANT_2).org_yaml(client::TENANT_2).start().await.unwrap_err();
    assert!(matches!(error, StartError::SameName { name } if name == "tenant2"));
}

#[tokio::test]
async fn a_missing_org_file_is_an_error_with_its_path() {
    let error = MockIdp::builder().org_file("/nowhere/org.yaml").unwrap_err();
    assert!(error.to_string().starts_with("cannot read the org file /nowhere/org.yaml"), "{error}");
}
