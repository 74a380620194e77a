//! The topology of `ci/shared/compose.yaml` as plain processes: three mocks, a store that writes what it acknowledges, and a load balancer
//! that asks who is ready.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::client::{direct, plain};
use crate::flow::{CALLBACK, WEB, WEB_SECRET, code_request, location, parameter, state_handle};
use crate::program::{Running, program};
use crate::redis_server::Redis;
use crate::shared::until;

const MOCKS: usize = 3;
const CLIENTS: usize = 3;
/// No client goes there: they know the balancer only.
const ISSUER: &str = "http://idp.test";
/// For so many seconds a mock that is stopping still answers.
const DRAIN: &str = "3";

async fn pause(millis: u64) {
    _ = tokio::time::timeout(Duration::from_millis(millis), std::future::pending::<()>()).await;
}

/// A mock as the balancer knows it. Each start of a mock has a port of its own; 0 between two of them.
#[derive(Default)]
struct Backend {
    port: AtomicU16,
    is_ready: AtomicBool,
}

/// Passes each connection on to the next mock that is ready; its address.
async fn balancer(backends: Arc<Vec<Backend>>) -> String {
    for at in 0..backends.len() {
        let backends = Arc::clone(&backends);
        tokio::spawn(async move {
            let Backend { port, is_ready } = &backends[at];
            loop {
                let port = port.load(Ordering::Acquire);
                let answer = plain().get(format!("http://127.0.0.1:{port}/readyz")).send().await;
                is_ready.store(answer.is_ok_and(|answer| answer.status() == 200), Ordering::Release);
                pause(100).await;
            }
        });
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        for number in 0.. {
            let (mut client, _) = listener.accept().await.unwrap();
            let backends = Arc::clone(&backends);
            tokio::spawn(async move {
                for at in number.. {
                    let Backend { port, is_ready } = &backends[at % backends.len()];
                    if is_ready.load(Ordering::Acquire)
                        && let Ok(mut mock) = TcpStream::connect(("127.0.0.1", port.load(Ordering::Acquire))).await
                    {
                        // An error means that one side has closed the connection.
                        let _ = tokio::io::copy_bidirectional(&mut client, &mut mock).await;
                        return;
                    }
                    pause(1).await;
                }
            });
        }
    });
    base
}

fn start(dir: &Path, store: &str) -> Running {
    let mut command = program(dir);
    command.args(["--port", "0", "--log", "off", "--issuer-url", ISSUER]);
    Running::start(command.args(["--ledger", store, "--drain", DRAIN]))
}

/// A sign-in, its code and a refresh token, each request by a connection of its own.
async fn flow(base: &str) {
    let browser = direct().cookie_store(true).pool_max_idle_per_host(0);
    let browser = browser.redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let authorize = browser.get(format!("{base}/oauth2/default/v1/authorize"));
    let page = authorize.query(&code_request(WEB, "openid offline_access")).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let form = [("stateHandle", state_handle(&page.text().await.unwrap())), ("user", "buyer@example.test".to_owned())];
    let done = browser.post(format!("{base}/signin/pick")).form(&form).send().await.unwrap();
    assert_eq!(done.status(), 302);
    let code = parameter(&location(&done), "code").unwrap();
    let token = async |form: &[(&str, &str)]| -> Value {
        let request = browser.post(format!("{base}/oauth2/default/v1/token")).basic_auth(WEB, Some(WEB_SECRET));
        let answer = request.form(form).send().await.unwrap();
        let (status, tokens) = (answer.status(), answer.json().await.unwrap());
        assert_eq!(status, 200, "{tokens}");
        tokens
    };
    let tokens = token(&[("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)]).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    token(&[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_mock_is_stopped_and_started_again_under_load_and_no_request_fails() {
    let Some(redis) = Redis::durable() else { return };
    let dir = tempfile::tempdir().unwrap();
    let backends: Arc<Vec<Backend>> = Arc::new((0..MOCKS).map(|_| Backend::default()).collect());
    let start_at = async |at: usize| {
        let (dir, store) = (dir.path().to_owned(), redis.url.clone());
        let started = tokio::task::spawn_blocking(move || start(&dir, &store)).await.unwrap();
        backends[at].port.store(started.port(), Ordering::Release);
        started
    };
    let mut running = Vec::new();
    for at in 0..MOCKS {
        running.push(start_at(at).await);
    }
    let base = balancer(Arc::clone(&backends)).await;
    let is_ready = async |at: usize| backends[at].is_ready.load(Ordering::Acquire);
    for at in 0..MOCKS {
        until("all mocks are ready", async || is_ready(at).await).await;
    }
    let (ended, flows) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (base, ended, flows) = (base.clone(), Arc::clone(&ended), Arc::clone(&flows));
        clients.spawn(async move {
            while !ended.load(Ordering::Acquire) {
                flow(&base).await;
                flows.fetch_add(1, Ordering::AcqRel);
            }
        });
    }
    for at in 0..MOCKS {
        let before = flows.load(Ordering::Acquire);
        let stopped = running.remove(at);
        // SIGTERM.
        let (code, said) = tokio::task::spawn_blocking(move || stopped.end()).await.unwrap();
        assert_eq!(code, Some(0), "{said}");
        assert!(!is_ready(at).await, "the balancer has noticed");
        // Another program can get the port now.
        backends[at].port.store(0, Ordering::Release);
        running.insert(at, start_at(at).await);
        until("the mock is ready again", async || is_ready(at).await).await;
        assert!(flows.load(Ordering::Acquire) > before, "meanwhile the others answer");
        assert_eq!(clients.len(), CLIENTS);
        assert!(clients.try_join_next().is_none(), "a client has failed");
    }
    ended.store(true, Ordering::Release);
    clients.join_all().await;
}
