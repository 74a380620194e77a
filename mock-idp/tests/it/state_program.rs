//! The program with a state on disk: its options, a damaged state, a full disk.

use std::path::Path;
#[cfg(target_os = "linux")]
use std::process::Command;
#[cfg(target_os = "linux")]
use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Value, json};

use crate::client::plain;
use crate::crash::API_TOKEN;
#[cfg(target_os = "linux")]
use crate::flow::{CALLBACK, WEB, WEB_SECRET};
use crate::program::{Running, output, program, stderr, stdout};
#[cfg(target_os = "linux")]
use crate::shared::until;

/// The program with a state in this directory.
fn start(dir: &Path, options: &[&str]) -> Running {
    let mut command = program(dir);
    command.args(["--port", "0", "--log", "off", "--state"]).arg(dir.join("state")).args(options);
    Running::start(&mut command)
}

fn base(running: &Running) -> String {
    running.value("control").strip_suffix("/_mock/info").unwrap().to_owned()
}

async fn ask(base: &str, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let request = plain().request(method, format!("{base}{path}")).header("authorization", API_TOKEN);
    let answer = request.json(body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

/// Adds a user with a long name, so that few fit on a page of the file.
async fn add_user(base: &str, number: usize) -> (u16, Value) {
    let login = format!("user{number:03}@example.test");
    let profile = json!({"firstName": "A".repeat(40), "lastName": "B", "email": login, "login": login});
    ask(base, Method::POST, "/api/v1/users", &json!({ "profile": profile })).await
}

async fn has_user(base: &str, number: usize) -> bool {
    let path = format!("/api/v1/users/user{number:03}@example.test");
    ask(base, Method::GET, &path, &Value::Null).await.0 == 200
}

#[tokio::test]
async fn without_sync_a_mock_that_ends_in_order_loses_nothing_and_a_reset_state_starts_over() {
    let dir = tempfile::tempdir().unwrap();
    let first = start(dir.path(), &["--sync", "off"]);
    assert_eq!(add_user(&base(&first), 1).await.0, 200);
    let (code, said) = first.end();
    assert_eq!(code, Some(0));
    assert!(said.contains("(--sync off)"), "{said}");
    let second = start(dir.path(), &[]);
    assert!(has_user(&base(&second), 1).await);
    assert!(!second.end().1.contains("--sync off"));
    let third = start(dir.path(), &["--reset-state"]);
    assert!(!has_user(&base(&third), 1).await);
    let (_, said) = third.end();
    assert!(said.contains("state.redb.old-1"), "{said}");
    assert!(dir.path().join("state/state.redb.old-1").exists());
    let alone = output(program(dir.path()).args(["--check", "--sync", "off"]));
    assert_eq!(alone.status.code(), Some(2), "the option needs --state");
}

#[tokio::test]
async fn a_damaged_state_is_recovered_from_what_is_left_of_it_or_from_the_last_start() {
    let dir = tempfile::tempdir().unwrap();
    let first = start(dir.path(), &[]);
    assert_eq!(add_user(&base(&first), 0).await.0, 200);
    first.end();
    let second = start(dir.path(), &[]);
    for number in 1..60 {
        assert_eq!(add_user(&base(&second), number).await.0, 200);
    }
    second.end();
    let path = dir.path().join("state/state.redb");
    let mut bytes = std::fs::read(&path).unwrap();
    let last = b"user059@example.test";
    for at in 0..bytes.len() - last.len() {
        if bytes[at..].starts_with(last) {
            bytes[at] ^= 1;
        }
    }
    std::fs::write(&path, &bytes).unwrap();
    let state = dir.path().join("state");
    let refused = output(program(dir.path()).args(["--port", "0", "--log", "off", "--state"]).arg(&state));
    let said = stderr(&refused);
    assert_eq!(refused.status.code(), Some(5), "{said}");
    assert!(
        said.contains("is damaged") && said.contains("--from damaged") && said.contains("at the start of"),
        "{said}"
    );

    let recover = |options: &[&str]| {
        let ended = output(program(dir.path()).args(["state", "recover", "--state"]).arg(&state).args(options));
        assert_eq!(ended.status.code(), Some(0), "{}", stderr(&ended));
        stdout(&ended)
    };
    let said = recover(&["--from", "damaged"]);
    assert!(said.starts_with("the state has ") && said.contains("(") && said.contains("state.redb.old-1"), "{said}");
    let third = start(dir.path(), &[]);
    let mut known = Vec::new();
    for number in 0..60 {
        known.push(has_user(&base(&third), number).await);
    }
    assert!(!known[59], "its page is damaged");
    assert!(known.iter().filter(|known| **known).count() >= 40, "{known:?}");
    third.end();

    std::fs::write(&path, &bytes).unwrap();
    let said = recover(&[]);
    assert!(said.starts_with("the state is that of the last start; the damaged file is "), "{said}");
    let fourth = start(dir.path(), &[]);
    assert!(!has_user(&base(&fourth), 59).await);
}

/// Limits the length of the files that a program writes. `None`: no limit.
#[cfg(target_os = "linux")]
fn limit_files(running: &Running, bytes: Option<u64>) {
    let limit = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
    let mut prlimit = Command::new("prlimit");
    prlimit.args(["--pid", &running.child.id().to_string(), &format!("--fsize={limit}:")]);
    assert!(prlimit.status().unwrap().success());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn on_a_full_disk_requests_are_refused_and_the_mock_is_not_ready_until_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    // The signal that comes with the error would end the program.
    let mut command = Command::new("sh");
    let same = program(dir.path());
    command.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]).arg(same.get_program());
    command.args(["--port", "0", "--log", "off", "--state"]).arg(dir.path().join("state"));
    command.envs(same.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let running = Running::start(&mut command);
    let base = base(&running);
    let ready = async || plain().get(format!("{base}/readyz")).send().await.unwrap().status().as_u16();
    assert_eq!(add_user(&base, 1).await.0, 200);
    let length = std::fs::metadata(dir.path().join("state/state.redb")).unwrap().len();
    limit_files(&running, Some(length));
    let large = "s".repeat(60_000);
    let push = async || {
        let fields = [("response_type", "code"), ("redirect_uri", CALLBACK), ("scope", "openid"), ("state", &large)];
        let request = plain().post(format!("{base}/oauth2/default/v1/par")).basic_auth(WEB, Some(WEB_SECRET));
        request.form(&fields).send().await.unwrap()
    };
    let mut stored: Vec<String> = Vec::new();
    let refused = loop {
        let answer = push().await;
        if answer.status() != 200 {
            break answer;
        }
        stored.push(answer.json::<Value>().await.unwrap()["request_uri"].as_str().unwrap().to_owned());
        assert!(stored.len() < 500, "the file does not grow");
    };
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    let began = Instant::now();
    // Meanwhile the mock tries again and again.
    while began.elapsed() < Duration::from_secs(1) {
        assert_eq!(ready().await, 503);
    }
    assert_eq!(add_user(&base, 2).await.0, 503);

    limit_files(&running, None);
    until("there is room", async || ready().await == 200).await;
    assert!(has_user(&base, 1).await && !has_user(&base, 2).await);
    let last = stored.last().unwrap();
    let page = plain().get(format!("{base}/oauth2/default/v1/authorize"));
    let page = page.query(&[("client_id", WEB), ("request_uri", last)]).send().await.unwrap();
    assert_eq!(page.status(), 200, "what was acknowledged is there");
    assert_eq!((push().await.status().as_u16(), add_user(&base, 2).await.0), (200, 200));
    running.end();
    let again = start(dir.path(), &[]);
    let base = self::base(&again);
    assert!(has_user(&base, 1).await && has_user(&base, 2).await);
}
