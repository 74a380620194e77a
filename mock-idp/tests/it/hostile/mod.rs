//! Hostile requests to every endpoint: each response is a 2xx, 3xx or 4xx of bounded size, and the
//! server keeps running.
//!
//! `HOSTILE_REQUESTS` sets their number, `HOSTILE_SEED` the seed. A failure prints both, and the request.

mod request;
mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mock_idp::MockIdp;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::flow::{WEB, authorize, browser, code_request, parameter, redeem};
use request::{Attack, Facts};
use wire::Connection;

/// The number for a quick run; `ci/test` sends many more.
const USUALLY: usize = 4_000;
const WORKERS: usize = 8;

fn setting<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_requests_never_cause_a_server_error() {
    let requests = setting("HOSTILE_REQUESTS").unwrap_or(USUALLY);
    let seed: u64 = setting("HOSTILE_SEED").unwrap_or_else(|| rand::rng().random());
    let mock = MockIdp::builder().start().await.unwrap();
    let facts = Arc::new(facts(&mock).await);
    let next = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> =
        (0..WORKERS).map(|_| tokio::spawn(work(Arc::clone(&facts), Arc::clone(&next), requests, seed))).collect();
    let mut classes = [0_usize; 5];
    for worker in workers {
        for (class, count) in worker.await.unwrap().into_iter().enumerate() {
            classes[class] += count;
        }
    }
    let [_, success, redirect, refused, _] = classes;
    assert_eq!(success + redirect + refused, requests, "seed {seed}");
    // Requests must get past the first checks.
    assert!(success * 50 > requests && redirect * 500 > requests, "seed {seed}: {classes:?}");

    let health = browser().get(format!("{}/healthz", mock.url())).send().await.unwrap();
    assert_eq!(health.status(), 200, "seed {seed}");
    // Some requests have the API token and change users.
    mock.org().reset().await.unwrap();
    let arrived = authorize(&mock, &browser(), "buyer@example.test", &code_request(WEB, "openid")).await;
    assert_eq!(
        redeem(&mock, &parameter(&arrived, "code").unwrap_or_else(|| panic!("seed {seed}: {arrived}"))).await.status(),
        200,
        "seed {seed}"
    );
}

/// Sends a share of the requests, each generated from the seed and its number. Returns the number of responses by status class.
async fn work(facts: Arc<Facts>, next: Arc<AtomicUsize>, requests: usize, seed: u64) -> [usize; 5] {
    let mut classes = [0; 5];
    let mut connection = None;
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= requests {
            return classes;
        }
        let mut rng = StdRng::seed_from_u64(seed.wrapping_add(number as u64));
        let attack = Attack::make(&facts, &mut rng);
        let mut open = match connection.take() {
            Some(open) => open,
            None => Connection::open(facts.port).await,
        };
        let answer = match open.exchange(&attack).await {
            Ok(answer) => answer,
            // The server may have closed a connection that lay idle, or after the answer before.
            Err(_) => {
                open = Connection::open(facts.port).await;
                let exchanged = open.exchange(&attack).await;
                exchanged.unwrap_or_else(|error| panic!("HOSTILE_SEED={seed}, request {number}: {error}\n{attack}"))
            }
        };
        assert!(
            (200..500).contains(&answer.status),
            "HOSTILE_SEED={seed}, request {number}: status {}\n{attack}",
            answer.status
        );
        classes[usize::from(answer.status / 100) - 1] += 1;
        connection = answer.stays_open.then_some(open);
    }
}

/// Valid values, so that requests get past the first checks.
async fn facts(mock: &MockIdp) -> Facts {
    let session = browser();
    let request = code_request(WEB, "openid profile offline_access");
    let arrived = authorize(mock, &session, "buyer@example.test", &request).await;
    let code = parameter(&arrived, "code").unwrap();
    let tokens: serde_json::Value = redeem(mock, &code).await.json().await.unwrap();
    let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
    let page = browser().get(format!("{}/v1/authorize", mock.issuer())).query(&request).send().await.unwrap();
    Facts {
        port: mock.port(),
        tokens: vec![text("access_token"), text("id_token"), text("refresh_token"), code],
        state_handle: crate::flow::state_handle(&page.text().await.unwrap()),
    }
}
