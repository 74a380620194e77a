//! A state on disk and a ledger in Redis, as ratios to the store in memory; several mocks on one Redis; a start with a large state.

use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::process::{Program, cpu_seconds, free_port};
use crate::wrk::Load;
use crate::{client, flow, median, row};

/// A Redis server; killed when dropped.
struct Redis {
    child: Child,
    url: String,
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Redis {
    /// `None` if `redis-server` is not installed.
    fn start() -> Option<Self> {
        let port = free_port();
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--appendonly", "no"]);
        let child = command.stdout(Stdio::null()).spawn().ok()?;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::yield_now();
        }
        Some(Self { child, url: format!("redis://127.0.0.1:{port}") })
    }
}

/// Tokens and flows with each store; the column of the ceiling has the mock in memory.
pub(crate) fn rows(runtime: &Runtime, token_form: &str) {
    let memory = Program::mock();
    let dir = tempfile::tempdir().unwrap();
    println!("| a synced write of 4 kB to the disk, median of 50 | {:.1} ms | | |", synced_write_ms(dir.path()));
    let on_disk = Program::mock_with(&["--state", dir.path().to_str().unwrap()]);
    compare(runtime, token_form, "disk", &on_disk, &memory);
    drop(on_disk);
    match Redis::start() {
        Some(redis) => {
            compare(runtime, token_form, "Redis", &Program::mock_with(&["--ledger", &redis.url]), &memory);
            drop(memory);
            (1..=3).for_each(|count| several(runtime, &redis, count));
        }
        None => println!("| Redis: redis-server is not installed | | | |"),
    }
    start_with_state(runtime);
}

/// What a durable change costs at least on this disk.
fn synced_write_ms(dir: &Path) -> f64 {
    let mut file = std::fs::File::create(dir.join("synced")).unwrap();
    let times = (0..50).map(|_| {
        let began = Instant::now();
        file.write_all(&[b'x'; 4096]).unwrap();
        file.sync_data().unwrap();
        began.elapsed().as_secs_f64() * 1000.0
    });
    median(times.collect())
}

fn compare(runtime: &Runtime, token_form: &str, store: &str, stored: &Program, memory: &Program) {
    let token = Load::post("/oauth2/default/v1/token", token_form);
    row(
        &format!("token, client credentials: {store} against memory"),
        || token.per_second(stored.port),
        || token.per_second(memory.port),
    );
    // With a store on disk each flow waits three times until its records are written. Flows that wait together share a write.
    for connections in [flow::CONNECTIONS, MANY_CONNECTIONS] {
        row(
            &format!("code + PKCE flow, {connections} at the same time: {store} against memory"),
            || runtime.block_on(flow::per_second(&[stored.port], connections)),
            || runtime.block_on(flow::per_second(&[memory.port], connections)),
        );
    }
}

/// Flows through several mocks on one Redis, and what a flow costs in the mocks and in the store. The store has one thread: with so
/// much processor time for a flow it serves at most one second of flows in a second, however many machines there are.
fn several(runtime: &Runtime, redis: &Redis, count: usize) {
    let mocks: Vec<_> = (0..count).map(|_| Program::mock_with(&["--ledger", &redis.url])).collect();
    let ports: Vec<u16> = mocks.iter().map(|mock| mock.port).collect();
    let used_by_mocks = || mocks.iter().map(|mock| cpu_seconds(mock.id())).sum::<f64>();
    let used_by_redis = || cpu_seconds(redis.child.id());
    let (began, mocks_before, redis_before) = (Instant::now(), used_by_mocks(), used_by_redis());
    let per_second = runtime.block_on(flow::per_second(&ports, flow::CONNECTIONS));
    let flows = per_second * began.elapsed().as_secs_f64();
    let in_mocks = (used_by_mocks() - mocks_before) / flows;
    let in_redis = (used_by_redis() - redis_before) / flows;
    println!(
        "| code + PKCE flow, {count} mocks on one Redis | {per_second:.0}/s | {:.2} ms of a core in mocks, {:.2} ms in Redis | |",
        in_mocks * 1e3,
        in_redis * 1e3
    );
    let (most_of_redis, most_of_a_machine) = (1.0 / in_redis, 2.0 / in_mocks);
    println!(
        "| projection: Redis is busy with | {:.1} machines of two cores | {most_of_redis:.0}/s | |",
        most_of_redis / most_of_a_machine
    );
}

const MANY_CONNECTIONS: usize = 128;
const SESSIONS: usize = 10_000;
const USERS: usize = 1_000;

/// From spawn to the first discovery document, with a state of many sessions and users.
fn start_with_state(runtime: &Runtime) {
    let dir = tempfile::tempdir().unwrap();
    let arguments = ["--state", dir.path().to_str().unwrap()];
    let mock = Program::mock_with(&arguments);
    runtime.block_on(flow::tokens(mock.port));
    runtime.block_on(fill(mock.port));
    drop(mock);
    let times = (0..9).map(|_| {
        let port = free_port();
        let began = Instant::now();
        let _program = Program::mock_with_at(&arguments, port);
        client::first_answer(port, "/oauth2/default/.well-known/openid-configuration");
        began.elapsed().as_secs_f64() * 1000.0
    });
    let took = median(times.collect());
    println!("| start with {SESSIONS} sessions and {USERS} users on disk, median of 9 | {took:.1} ms | | |");
}

/// Multiplies the first user and the only session.
async fn fill(port: u16) {
    let url = format!("http://localhost:{port}/_mock/state");
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut state: Value = client.get(&url).send().await.unwrap().json().await.unwrap();
    let sessions = state["ledger"]["sessions"].as_array_mut().unwrap();
    let session = sessions[0].clone();
    sessions.extend((0..SESSIONS).map(|number| {
        let mut next = session.clone();
        next["key"] = json!(format!("session{number}"));
        next
    }));
    let users = state["org"]["users"].as_array_mut().unwrap();
    users.extend((0..USERS).map(|number| {
        let login = format!("user{number}@example.test");
        json!({ "id": format!("00ubench{number:012}"), "profile": {
            "login": login, "email": login, "firstName": "Many", "lastName": "Users",
        } })
    }));
    let answer = client.put(&url).json(&state).send().await.unwrap();
    let status = answer.status();
    assert!(status.is_success(), "{status}: {}", answer.text().await.unwrap());
}
