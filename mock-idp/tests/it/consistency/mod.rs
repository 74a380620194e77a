//! Three mocks with one ledger in Redis, while mocks and the store are killed and stopped, connections to the store are cut and the
//! clock is moved. Clients record what is acknowledged; meanwhile and afterwards it is checked that each value has one winner, that
//! nothing acknowledged is lost, and that what has been acknowledged is read.
//!
//! `CONSISTENCY_SECONDS` sets how long it runs: up to hours.

mod history;
mod process;
mod scenarios;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use self::history::History;
use self::process::{Mock, Process, mock, redis};
use crate::client::plain;

const SECONDS: u64 = 6;
const MOCKS: usize = 3;
const CLIENTS: usize = 6;

async fn pause(millis: u64) {
    _ = tokio::time::timeout(Duration::from_millis(millis), std::future::pending::<()>()).await;
}

/// Causes failures until the time is over, and says how many.
#[expect(clippy::print_stdout, reason = "shown if the test fails, and with --nocapture")]
async fn disturb(mocks: Arc<Vec<Mock>>, redis: Arc<Process>, history: Arc<History>, seconds: u64) {
    let began = Instant::now();
    for number in 0.. {
        if began.elapsed() >= Duration::from_secs(seconds) {
            let count = |kind: usize| (number + 6 - kind) / 7;
            let (mocks, pauses, cuts, stores) = (count(0), count(1) + count(3), count(2) + count(5), count(4));
            println!("kills: {mocks} of mocks, {stores} of the store; {pauses} pauses, {cuts} cuts of connections");
            return;
        }
        pause(300).await;
        let (mocks, redis) = (Arc::clone(&mocks), Arc::clone(&redis));
        let at = number % MOCKS;
        match number % 7 {
            0 => tokio::task::spawn_blocking(move || mocks[at].process.restart()).await.unwrap(),
            1 => {
                redis.signal("STOP");
                pause(400).await;
                redis.signal("CONT");
            }
            2 | 5 => mocks[at].proxy.cut(),
            3 => {
                mocks[at].process.signal("STOP");
                pause(500).await;
                mocks[at].process.signal("CONT");
            }
            4 => tokio::task::spawn_blocking(move || redis.restart()).await.unwrap(),
            _ => {
                history.clock_moves.fetch_add(1, Ordering::AcqRel);
                let clock = format!("{}/_mock/clock", history.base(at));
                let moved = plain().post(clock).json(&json!({"advance": 1})).send().await;
                if moved.is_ok_and(|answer| answer.status() == 200) {
                    history.acknowledged_clock_moves.fetch_add(1, Ordering::AcqRel);
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_several_mocks_acknowledge_stays_true_while_mocks_store_and_connections_fail() {
    let dir = tempfile::tempdir().unwrap();
    let seconds = std::env::var("CONSISTENCY_SECONDS").map_or(SECONDS, |seconds| seconds.parse().unwrap());
    let Some(redis) = redis(dir.path().to_owned(), true) else { return };
    let mut mocks = Vec::new();
    for _ in 0..MOCKS {
        mocks.push(mock(dir.path(), redis.port).await);
    }
    let bases = mocks.iter().map(|mock| format!("http://localhost:{}", mock.process.port)).collect();
    let history = Arc::new(History::new(bases));
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        clients.spawn(Arc::clone(&history).run(client));
    }
    let (mocks, redis) = (Arc::new(mocks), Arc::new(redis));
    disturb(Arc::clone(&mocks), Arc::clone(&redis), Arc::clone(&history), seconds).await;
    history.end();
    clients.join_all().await;

    // Everything works again, and every mock agrees with everything that was acknowledged.
    for base in &history.bases {
        let began = Instant::now();
        while plain().get(format!("{base}/readyz")).send().await.map_or(503, |answer| answer.status().as_u16()) != 200 {
            assert!(began.elapsed() < Duration::from_secs(20), "{base} is not ready again");
            pause(20).await;
        }
    }
    history.check_all(CLIENTS, seconds >= 60).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_loses_what_it_has_acknowledged_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let Some(redis) = redis(dir.path().to_owned(), false) else { return };
    let mock = mock(dir.path(), redis.port).await;
    let history = Arc::new(History::new(vec![format!("http://localhost:{}", mock.process.port)]));
    // A user, a device code and an assertion.
    let begun = Arc::clone(&history);
    tokio::spawn(async move { begun.run_first(3).await }).await.unwrap();
    // A mock that starts again knows only what the store has.
    let _running = tokio::task::spawn_blocking(move || {
        redis.restart();
        mock.process.restart();
        (redis, mock)
    })
    .await
    .unwrap();
    let checked = tokio::spawn(async move { history.check_all(1, false).await }).await;
    let found = checked.unwrap_err().into_panic().downcast::<String>().unwrap();
    // A store that does not answer is another failure.
    assert!(found.contains("is lost: 404") || found.contains("is accepted again"), "{found}");
}
