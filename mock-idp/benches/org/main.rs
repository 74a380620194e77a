//! What large orgs cost: start, memory, changes, reset, and token requests while the org changes.
//!
//! `cargo bench -p mock-idp --profile dist --bench org` prints the table. It is made for a quiet machine; nothing in it passes or
//! fails.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and stops where it cannot go on")]

#[path = "../wire/client.rs"]
mod client;
mod document;
mod program;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use client::{Answer, Connection};
use document::{API_TOKEN, GROUPS, SECRET, id};
use mock_idp::preview::{Question, SearchLimits, Selection, Urls, difference, preview, remedies};
use mock_idp_core::model::App;
use mock_idp_core::org::{Draft, Org};
use program::Program;

const SMALL: usize = 10_000;
const LARGE: usize = 100_000;
const NOW: i64 = 1_800_000_000;

fn main() {
    println!("| what | measured | goal |\n|---|---|---|");
    starts();
    changes();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(previews());
    changed_rule();
    runtime.block_on(over_http());
}

fn starts() {
    let (empty, _) = start(0);
    for (users, goal) in [(SMALL, "< 1 s"), (LARGE, "< 10 s, < 2,000 bytes per user")] {
        let (resident, seconds) = start(users);
        let bytes = (resident - empty) * 1024 / users as u64;
        println!(
            "| start to first answer, {users} users, {GROUPS} groups | {seconds:.2} s, {bytes} bytes per user | {goal} |"
        );
    }
}

/// Kilobytes after the start, and seconds from spawn to the first answer.
fn start(users: usize) -> (u64, f64) {
    let file = program::org_file(users);
    let started = Instant::now();
    let program = Program::start(Some(&file));
    client::first_answer(program.port, "/oauth2/default/.well-known/openid-configuration");
    let seconds = started.elapsed().as_secs_f64();
    (program.resident_kb(), seconds)
}

/// Changes of an org in this process, without HTTP.
fn changes() {
    let mut org = Org::parse(&document::large(SMALL)).unwrap();
    let client: App = serde_json::from_value(serde_json::json!({
        "id": id("0oa", 1), "label": "Registered", "credentials": {"oauthClient": {"client_secret": SECRET}},
        "settings": {"oauthClient": {"application_type": "service", "grant_types": ["client_credentials"]}},
    }))
    .unwrap();
    let attribute = |draft: &mut Draft, round: usize| {
        draft.change_user(&id("00u", round * 97 % SMALL), |user| {
            user.profile.others.insert("department".to_owned(), format!("Department {round}").into());
            Some(())
        })
    };
    let membership = |draft: &mut Draft, round: usize| {
        draft.change_user(&id("00u", round * 89 % SMALL), |user| {
            user.group_ids = vec![id("00g", 1 + round % GROUPS)];
            Some(())
        })
    };
    let registration = |draft: &mut Draft, round: usize| {
        draft.put_app(App { id: id("0oa", round + 1), ..client.clone() });
        Some(())
    };
    type Change<'a> = &'a dyn Fn(&mut Draft, usize) -> Option<()>;
    let kinds: [(&str, Change<'_>); 3] =
        [("user attribute", &attribute), ("membership", &membership), ("registered client", &registration)];
    for (name, change) in kinds {
        let mut times = Vec::new();
        for round in 0..1_000 {
            let started = Instant::now();
            let mut draft = Draft::new(&org, NOW);
            change(&mut draft, round).unwrap();
            org = draft.finish().unwrap();
            times.push(started.elapsed());
        }
        println!("| change: {name}, {SMALL} users | {} | < 5 ms |", median_and_worst(times));
    }
}

/// Previews in this process: one request, the changes that would grant a refused one, and the comparison of an org with itself.
async fn previews() {
    let org = Arc::new(Org::parse(mock_idp::BUILT_IN_ORG).unwrap());
    let urls = Urls::at("http://localhost:7801");
    let question = |user: &str, scope: &str| {
        Question::read(&org, [("client", "Market demo"), ("user", user), ("scope", scope)]).unwrap()
    };
    let (granted, refused) =
        (question("buyer", "openid products:read"), question("unassigned", "openid orders:update"));
    let (mut single, mut searches) = (Vec::new(), Vec::new());
    for _ in 0..1_000 {
        let started = Instant::now();
        assert!(!preview(&org, &urls, &granted, NOW).await.is_refused());
        single.push(started.elapsed());
    }
    for _ in 0..20 {
        let started = Instant::now();
        let refusal = preview(&org, &urls, &refused, NOW).await;
        assert!(!remedies(&org, &urls, &refused, &refusal, NOW, &SearchLimits::default()).await.found.is_empty());
        searches.push(started.elapsed());
    }
    println!("| preview of a token request | {} | < 1 ms |", median_and_worst(single));
    println!("| search for changes that grant a request | {} | < 100 ms |", median_and_worst(searches));
    let started = Instant::now();
    let compared = difference(&org, &org, &urls, &Selection::default(), NOW).await.unwrap();
    let each = started.elapsed() / u32::try_from(2 * compared.cases).unwrap();
    println!("| comparison of {} token requests in two orgs, per preview | {each:.1?} | < 1 ms |", compared.cases);
}

/// `mock-idp diff` as a program, from two files to the list of the tokens that a changed rule changes.
fn changed_rule() {
    let folder = std::env::temp_dir();
    let file = |name: &str, role: &str| {
        let path = folder.join(name);
        std::fs::write(&path, document::thousand_cases(role)).unwrap();
        path
    };
    let files = [file("mock-idp-bench-before.yaml", "\"a\""), file("mock-idp-bench-after.yaml", "\"b\"")];
    let mut times = Vec::new();
    let mut summary = String::new();
    for _ in 0..5 {
        let started = Instant::now();
        let output = program::command().arg("diff").args(&files).args(["--format", "markdown"]).output().unwrap();
        times.push(started.elapsed());
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        summary = String::from_utf8(output.stdout).unwrap().lines().next().unwrap().replace("### Tokens: ", "");
    }
    println!("| a changed claim rule: {summary} | {} | < 1 s |", median_and_worst(times));
}

async fn over_http() {
    for (name, file, goal) in
        [("the market", None, "< 1 ms"), ("10,000 users", Some(program::org_file(SMALL)), "< 50 ms")]
    {
        let program = Program::start(file.as_deref());
        let mut connection = Connection::open(program.port).await;
        assert_eq!(connection.get("/oauth2/v1/keys", "").await.status, 200);
        let mut times = Vec::new();
        for _ in 0..200 {
            let started = Instant::now();
            assert_eq!(json(&mut connection, "POST", "/_mock/reset", "{}").await.status, 200);
            times.push(started.elapsed());
        }
        println!("| reset over HTTP, {name} | {} | {goal} |", median_and_worst(times));
        let mut times = Vec::new();
        for _ in 0..200 {
            let started = Instant::now();
            assert_eq!(json(&mut connection, "POST", "/_mock/orgs", "{}").await.status, 200);
            times.push(started.elapsed());
        }
        println!("| one of 200 sandboxes added over HTTP, {name} | {} | < 5 ms |", median_and_worst(times));
    }
    sandboxes_at_once().await;
    let program = Program::start(Some(&program::org_file(SMALL)));
    users(program.port).await;
    tokens(program.port, Duration::from_secs(1)).await;
    let mut ratios = Vec::new();
    for _ in 0..5 {
        let idle = p99(tokens(program.port, Duration::from_secs(4)).await);
        let stop = Arc::new(AtomicBool::new(false));
        let changes = Arc::new(AtomicUsize::new(0));
        let changing = tokio::spawn(register_until(program.port, Arc::clone(&stop), Arc::clone(&changes)));
        let busy = p99(tokens(program.port, Duration::from_secs(4)).await);
        stop.store(true, Ordering::Relaxed);
        changing.await.unwrap();
        ratios.push((busy.as_secs_f64() / idle.as_secs_f64(), idle, busy, changes.load(Ordering::Relaxed) / 4));
    }
    ratios.sort_by(|left, right| left.0.total_cmp(&right.0));
    let (ratio, idle, busy, changes) = ratios[2];
    println!(
        "| p99 of token requests: idle, and during {changes} registrations and removals a second | {:.2} ms, {:.2} ms: {ratio:.2} | ≤ 1.20 |",
        idle.as_secs_f64() * 1e3,
        busy.as_secs_f64() * 1e3,
    );
}

/// Requests of the management API about users.
async fn users(port: u16) {
    let mut connection = Connection::open(port).await;
    for (name, path, goal) in [
        ("a list of 200", "/api/v1/users?limit=200", "< 5 ms"),
        ("one by login", "/api/v1/users/user4321@example.test", "< 0.3 ms"),
        ("a search by an attribute", "/api/v1/users?search=profile.employeeNumber%20eq%20%224321%22", "< 10 ms"),
    ] {
        let mut times = Vec::new();
        for _ in 0..200 {
            let started = Instant::now();
            let answer = json(&mut connection, "GET", path, "").await;
            times.push(started.elapsed());
            assert!(answer.status == 200 && answer.body.contains("example.test"), "{}", answer.body);
        }
        println!("| users, of {SMALL}: {name} | {} | {goal} |", median_and_worst(times));
    }
}

/// 200 sandboxes that live at the same time: each is added, signs a user in, and is removed.
async fn sandboxes_at_once() {
    let program = Program::start(None);
    let port = program.port;
    let started = Instant::now();
    let work = |number: usize| async move {
        let mut connection = Connection::open(port).await;
        let begun = Instant::now();
        let added = json(&mut connection, "POST", "/_mock/orgs", &format!("{{\"name\":\"bench-{number}\"}}")).await;
        let time = begun.elapsed();
        assert_eq!(added.status, 200, "{}", added.body);
        let login = r#"{"client":"Market demo","user":"buyer","scopes":["openid"]}"#;
        let tokens = json(&mut connection, "POST", &format!("/_org/bench-{number}/_mock/login"), login).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        let orgs = json(&mut connection, "GET", "/_mock/orgs", "").await;
        assert!(orgs.body.contains(&format!("bench-{number}\"")), "it is one of those that live");
        time
    };
    let tasks: Vec<_> = (0..200).map(|number| tokio::spawn(work(number))).collect();
    let mut times = Vec::new();
    for task in tasks {
        times.push(task.await.unwrap());
    }
    let (added, signed_in) = (median_and_worst(times), started.elapsed().as_secs_f64());
    let mut connection = Connection::open(port).await;
    let started = Instant::now();
    for number in 0..200 {
        let path = format!("/_mock/orgs/bench-{number}");
        assert_eq!(json(&mut connection, "DELETE", &path, "").await.status, 200);
    }
    let removed = started.elapsed() / 200;
    println!(
        "| 200 sandboxes at once: added; all signed a user in, each with a key of its own; removed | {added}; {signed_in:.1} s; {removed:.1?} each | < 5 ms to add |"
    );
}

/// A request with a JSON body and the org's API token.
async fn json(connection: &mut Connection, method: &str, path: &str, body: &str) -> Answer {
    let head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: SSWS {API_TOKEN}\r\n");
    let length = body.len();
    connection.send(&format!("{head}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")).await
}

/// Registers a client and removes it, again and again.
async fn register_until(port: u16, stop: Arc<AtomicBool>, changes: Arc<AtomicUsize>) {
    let mut connection = Connection::open(port).await;
    let metadata = r#"{"client_name":"Bench","redirect_uris":["https://app.example/callback"]}"#;
    while !stop.load(Ordering::Relaxed) {
        let registered = json(&mut connection, "POST", "/oauth2/v1/clients", metadata).await;
        assert_eq!(registered.status, 201, "{}", registered.body);
        let client: serde_json::Value = serde_json::from_str(&registered.body).unwrap();
        let path = format!("/oauth2/v1/clients/{}", client["client_id"].as_str().unwrap());
        assert_eq!(json(&mut connection, "DELETE", &path, "").await.status, 204);
        changes.fetch_add(2, Ordering::Relaxed);
    }
}

/// The times of token requests over one connection.
async fn tokens(port: u16, duration: Duration) -> Vec<Duration> {
    let mut connection = Connection::open(port).await;
    let form = format!("grant_type=client_credentials&scope=read&client_id={}&client_secret={SECRET}", id("0oa", 0));
    let (begun, mut times) = (Instant::now(), Vec::new());
    while begun.elapsed() < duration {
        let started = Instant::now();
        let answer = connection.post("/oauth2/default/v1/token", "", &form).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        times.push(started.elapsed());
    }
    times
}

fn p99(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() * 99 / 100]
}

fn median_and_worst(mut times: Vec<Duration>) -> String {
    times.sort();
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    format!("{:.3} ms, at most {:.3} ms", milliseconds(times[times.len() / 2]), milliseconds(times[times.len() - 1]))
}
