//! The mock's performance as ratios to a baseline measured in the same run on the same cores: a bare axum server that sends
//! cached bodies and signs with one key.
//!
//! `cargo bench -p mock-idp --profile dist --bench wire` prints the table. It needs `wrk` on the PATH and is made for a quiet
//! machine; nothing in it passes or fails. With `-- --stores` it measures only the stores, with `-- --start` only start, memory and
//! size, also of a program without stores, and with `-- --only flow` only the rates of the rows whose name has this text. To measure
//! the program as it is published, build it by itself (`ci/dist`), put a copy aside and name that in `MOCK_IDP_PROGRAM`.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a benchmark prints, and stops where it cannot go on"
)]

mod ceiling;
mod client;
mod dpop;
mod flow;
mod process;
mod store;
mod wrk;

use std::time::Instant;

use client::Connection;
use process::Program;
use wrk::Load;

const SERVICE: &str =
    "client_id=0oamarketreports05d7&client_secret=mock-secret-reports-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG";
const LEDGER: &str =
    "client_id=0oamarketledger005d7&client_secret=mock-secret-ledger-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH";
const ROUNDS: usize = 3;

fn main() {
    if std::env::args().nth(1).as_deref() == Some("--ceiling") {
        ceiling::serve();
        return;
    }
    println!("| what | mock | ceiling | ratio |\n|---|---|---|---|");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let form = format!("grant_type=client_credentials&scope=products:read&{SERVICE}");
    if std::env::args().any(|argument| argument == "--stores") {
        store::rows(&runtime, &form);
        return;
    }
    starts();
    let mock = Program::mock();
    println!("| resident memory at start | {} kB | | |", mock.resident_kb());
    if std::env::args().any(|argument| argument == "--start") {
        size();
        return;
    }
    let tokens = runtime.block_on(flow::tokens(mock.port));
    let ceiling = Program::ceiling(&runtime.block_on(sizes(mock.port)), &tokens.access);

    let bound = format!("grant_type=client_credentials&scope=products:read&{LEDGER}");
    let bearer = format!("Bearer {}", tokens.access);
    let refresh = runtime.block_on(flow::refresh(mock.port));
    let introspect = format!("token={}&{SERVICE}", tokens.access);
    let keys = Load::get("/oauth2/default/v1/keys");
    let cases = [
        ("discovery", Load::get("/oauth2/default/.well-known/openid-configuration"), Load::get("/discovery")),
        ("keys", keys, Load::get("/keys")),
        (
            "token, client credentials, RS256-2048",
            Load::post("/oauth2/default/v1/token", &form),
            Load::post("/token", &form),
        ),
        (
            "refresh, access and ID token, two signatures",
            Load::post("/oauth2/default/v1/token", &refresh),
            Load::post("/two-tokens", &refresh),
        ),
        (
            "introspect, against a cached body",
            Load::post("/oauth2/default/v1/introspect", &introspect),
            Load::post("/keys", &introspect),
        ),
        (
            "introspect, against verifying and a cached body",
            Load::post("/oauth2/default/v1/introspect", &introspect),
            Load::post("/verify", &introspect),
        ),
        (
            "userinfo, against a cached body",
            Load::get("/oauth2/default/v1/userinfo").bearer(&bearer),
            Load::get("/keys"),
        ),
        (
            "userinfo, against verifying and a cached body",
            Load::get("/oauth2/default/v1/userinfo").bearer(&bearer),
            Load::get("/verify").bearer(&bearer),
        ),
    ];
    for (name, ours, theirs) in cases {
        row(name, || ours.per_second(mock.port), || theirs.per_second(ceiling.port));
    }
    row(
        "token, DPoP-bound client credentials, one ES256 verification and one RS256 signature",
        || runtime.block_on(dpop::per_second(mock.port, &bound)),
        || runtime.block_on(dpop::ceiling_per_second(ceiling.port, &bound)),
    );
    row(
        "code + PKCE flow with sign-in form, two signatures",
        || runtime.block_on(flow::per_second(&[mock.port], flow::CONNECTIONS)),
        || runtime.block_on(flow::ceiling_per_second(ceiling.port)),
    );
    drop(mock);
    store::rows(&runtime, &form);
    memory(&runtime, &form);
    size();
}

/// Alternates both sides, and gives the medians and the median of the ratios.
fn row(name: &str, ours: impl Fn() -> f64, theirs: impl Fn() -> f64) {
    if std::env::args().skip_while(|argument| argument != "--only").nth(1).is_some_and(|part| !name.contains(&part)) {
        return;
    }
    let (mut mine, mut other, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (ours, theirs) = (ours(), theirs());
        mine.push(ours);
        other.push(theirs);
        ratios.push(ours / theirs);
    }
    println!("| {name} | {:.0}/s | {:.0}/s | {:.2} |", median(mine), median(other), median(ratios));
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// From spawn to the first discovery document, and the same for the ceiling.
fn starts() {
    let measure = |spawn: fn(u16) -> Program, path: &str| {
        let times = (0..20).map(|_| {
            let port = process::free_port();
            let begun = Instant::now();
            let program = spawn(port);
            client::first_answer(port, path);
            let took = begun.elapsed().as_secs_f64() * 1000.0;
            drop(program);
            took
        });
        median(times.collect())
    };
    let ours = measure(Program::mock_at, "/oauth2/default/.well-known/openid-configuration");
    let bare = measure(Program::ceiling_at, "/discovery");
    println!("| spawn → first discovery 200, median of 20 | {ours:.1} ms | {bare:.1} ms | {:.2} |", ours / bare);
}

/// Bytes of the bodies that the ceiling has to match: discovery, keys, sign-in page.
async fn sizes(port: u16) -> [usize; 3] {
    let mut connection = Connection::open(port).await;
    let mut sizes = [0; 3];
    let paths = [
        "/oauth2/default/.well-known/openid-configuration".to_owned(),
        "/oauth2/default/v1/keys".to_owned(),
        flow::authorize_path(),
    ];
    for (size, path) in sizes.iter_mut().zip(paths) {
        *size = connection.get(&path, "").await.body.len();
    }
    sizes
}

/// Resident memory after 50,000 token requests and 1,000 flows.
fn memory(runtime: &tokio::runtime::Runtime, form: &str) {
    let mock = Program::mock();
    runtime.block_on(async {
        let workers = (0..16).map(|_| {
            let (port, form) = (mock.port, form.to_owned());
            tokio::spawn(async move {
                let mut connection = Connection::open(port).await;
                for _ in 0..50_000 / 16 {
                    assert_eq!(connection.post("/oauth2/default/v1/token", "", &form).await.status, 200);
                }
            })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.unwrap();
        }
        flow::run(mock.port, 1_000).await;
    });
    println!("| resident memory after 50,000 requests and 1,000 flows | {} kB | | |", mock.resident_kb());
}

fn size() {
    let bytes = std::fs::metadata(process::mock_program()).unwrap().len();
    println!("| binary | {:.1} MB | | |", bytes as f64 / 1e6);
}
