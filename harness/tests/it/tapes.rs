//! `harness record` and `harness replay`: a mock is recorded through the proxy and replayed at others.

use std::net::SocketAddr;
use std::path::Path;

use harness::embedded::Mock;
use harness::record::Recorder;
use harness::record::scrub::Scrubber;
use harness::tape::{
    DifferenceType, ExpectedDifferences, ORIGIN, Recording, ReplayTarget, TapeLine, TapeResult, read_har, read_tape,
    replay,
};
use harness::wire::Http;
use reqwest::Method;
use serde_json::{Value, json};

use crate::command::{harness, stderr, stdout};

const TOKEN: &str = "00mockMarketApiToken0123456789abcdefghijkl";
const PASSWORD: &str = "Sky-High-2026";

fn loopback() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

/// Sends requests through a proxy; returns the answers.
async fn session(base: &str) -> Vec<Value> {
    let client = reqwest::Client::new();
    let mut answers: Vec<Value> = Vec::new();
    let mut send = async |method: Method, path: &str, body: Value| {
        let request = client.request(method, format!("{base}{path}")).header("authorization", format!("SSWS {TOKEN}"));
        let request = if body.is_null() { request } else { request.json(&body) };
        let text = request.send().await.expect("an answer").text().await.expect("a text");
        let answer: Value = serde_json::from_str(&text).unwrap_or_default();
        answers.push(answer.clone());
        answer["id"].as_str().unwrap_or_default().to_owned()
    };
    let user = json!({
        "profile": { "login": "amy@example.test", "email": "amy@example.test", "firstName": "Amy", "lastName": "Pilot" },
        "credentials": { "password": { "value": PASSWORD } },
    });
    let id = send(Method::POST, "/api/v1/users?activate=true", user).await;
    send(Method::GET, &format!("/api/v1/users/{id}"), Value::Null).await;
    let group = send(Method::POST, "/api/v1/groups", json!({ "profile": { "name": "Pilots" } })).await;
    send(Method::PUT, &format!("/api/v1/groups/{group}/users/{id}"), Value::Null).await;
    send(Method::GET, &format!("/api/v1/groups/{group}/users"), Value::Null).await;
    let app = json!({
        "name": "oidc_client", "label": "Cockpit", "signOnMode": "OPENID_CONNECT",
        "credentials": { "oauthClient": { "token_endpoint_auth_method": "client_secret_basic" } },
        "settings": { "oauthClient": {
            "application_type": "web", "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
            "refresh_token": { "rotation_type": "ROTATE", "leeway": 20 },
            "redirect_uris": ["https://cockpit.example.test/callback"],
        } },
    });
    send(Method::POST, "/api/v1/apps", app).await;
    send(Method::GET, "/api/v1/users/00unobody0000000000", Value::Null).await;
    answers
}

async fn recorded(tape: &Path) -> (Vec<TapeLine>, String, Vec<Value>) {
    let mock = Mock::start().await.expect("a mock");
    let recording = Recording::start(&mock.base, tape, loopback(), None).await.expect("a proxy");
    let answers = session(&recording.base()).await;
    assert_eq!(recording.lines(), 7);
    let text = std::fs::read_to_string(tape).expect("a tape");
    (read_tape(&text).expect("lines"), text, answers)
}

async fn replayed(lines: &[TapeLine], extra: bool, expected: &mut ExpectedDifferences) -> TapeResult {
    let mock = Mock::start().await.expect("a mock");
    let http = Http::new(None, Recorder::new(Scrubber::default())).expect("a client");
    let target = ReplayTarget { http, base: mock.base.clone(), token: TOKEN.to_owned(), extra };
    replay("pilots", lines, &target, expected).await.expect("a replay")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tape_has_no_secrets_and_not_the_address_of_the_org() {
    let folder = tempfile::tempdir().expect("a folder");
    let (lines, text, answers) = recorded(&folder.path().join("pilots.jsonl")).await;
    let secret = answers[5]["credentials"]["oauthClient"]["client_secret"].as_str().expect("a secret");
    for secret in [TOKEN, PASSWORD, secret, "localhost", "127.0.0.1"] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
    assert!(lines[0].request.as_deref().is_some_and(|body| body.contains("‹password:")), "{:?}", lines[0]);
    // What only sounds like a secret stays.
    assert!(
        lines[5].request.as_deref().is_some_and(|body| body.contains(r#""rotation_type":"ROTATE""#)),
        "{:?}",
        lines[5]
    );
    assert!(lines[1].answer.as_deref().is_some_and(|body| body.contains(ORIGIN)), "{:?}", lines[1]);
    assert_eq!((lines[6].operation().as_str(), lines[6].status), ("GET /api/v1/users/00unobody0000000000", 404));
    // Clients stay with the proxy.
    let link = answers[0]["_links"]["self"]["href"].as_str().expect("a link");
    assert!(link.starts_with("http://127.0.0.1:"), "{link}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tape_of_the_mock_is_clean_at_another_mock() {
    let folder = tempfile::tempdir().expect("a folder");
    let (lines, ..) = recorded(&folder.path().join("pilots.jsonl")).await;
    let result = replayed(&lines, true, &mut ExpectedDifferences::default()).await;
    assert!(result.is_clean(), "{result:#?}");
    assert_eq!(result.lines.len(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn differences_in_status_keys_types_and_values_are_reported_unless_they_are_known() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut lines, ..) = recorded(&folder.path().join("pilots.jsonl")).await;
    let changed = |line: &mut TapeLine, change: &dyn Fn(&mut Value)| {
        let mut answer: Value = serde_json::from_str(line.answer.as_deref().expect("an answer")).expect("JSON");
        change(&mut answer);
        line.answer = Some(answer.to_string());
    };
    changed(&mut lines[0], &|answer| answer["status"] = "STAGED".into());
    changed(&mut lines[1], &|answer| answer["profile"]["callSign"] = "Falcon".into());
    changed(&mut lines[2], &|answer| answer["type"] = 7.into());
    lines[3].status = 200;
    let result = replayed(&lines, false, &mut ExpectedDifferences::default()).await;
    let found: Vec<(usize, DifferenceType, &str)> = result
        .lines
        .iter()
        .flat_map(|line| line.differences.iter().map(|found| (line.line, found.kind, found.path.as_str())))
        .collect();
    let expected = [
        (1, DifferenceType::Value, "status"),
        (2, DifferenceType::Missing, "profile.callSign"),
        (3, DifferenceType::Type, "type"),
        (4, DifferenceType::Status, ""),
    ];
    assert_eq!(found, expected);

    let mut known = ExpectedDifferences::parse(
        "[[difference]]\noperation = '* /api/v1/**'\nreason = 'the tape was changed'\n\
         [[difference]]\noperation = 'GET /api/v1/users/*'\npath = 'gone'\nreason = 'was fixed'",
    )
    .expect("a list");
    let result = replayed(&lines, false, &mut known).await;
    assert!(result.is_clean());
    let reasons =
        result.lines.iter().flat_map(|line| &line.expected).filter(|(_, reason)| reason == "the tape was changed");
    assert_eq!(reasons.count(), 4);
    assert_eq!(known.no_longer(), ["GET /api/v1/users/*: gone"]);
}

#[test]
fn a_har_file_becomes_a_tape_of_one_host() {
    let exchange = |url: &str, status: u16| {
        json!({
            "request": { "method": "POST", "url": url, "postData": { "mimeType": "application/json", "text": "{\"password\":\"hunter22\"}" } },
            "response": { "status": status, "headers": [{ "name": "Content-Type", "value": "application/json" }],
                "content": { "mimeType": "application/json", "encoding": "base64", "text": "eyJpZCI6IjEifQ==" } },
        })
    };
    let entries = [
        exchange("https://acme.okta.com/api/v1/users?activate=true", 200),
        exchange("https://cdn.example/x", 200),
        exchange("https://acme.okta.com/blocked", 0),
    ];
    let har = json!({ "log": { "version": "1.2", "entries": entries } }).to_string();
    let lines = read_har(&har, None).expect("a tape");
    assert_eq!(lines.len(), 1);
    assert_eq!(
        (lines[0].path.as_str(), lines[0].answer.as_deref()),
        ("/api/v1/users?activate=true", Some("{\"id\":\"1\"}"))
    );
    assert!(
        lines[0].request.as_deref().is_some_and(|body| body.starts_with("{\"password\":\"‹password:")),
        "{lines:?}"
    );
    let other = "https://other.example".parse().expect("a URL");
    assert_eq!(
        read_har(&har, Some(&other)).expect_err("none").to_string(),
        "it has no requests to https://other.example"
    );
    assert!(read_har("{}", None).is_err());
}

#[test]
fn the_command_reports_differences_and_ends_with_1() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = |path: &str, status: u16, answer: &str| {
        json!({ "method": "GET", "path": path, "status": status, "answer": answer }).to_string() + "\n"
    };
    let tape = folder.path().join("users.jsonl");
    let good = line("/api/v1/groups?q=Everyone", 200, "[{\"type\":\"BUILT_IN\",\"profile\":{\"name\":\"Everyone\"}}]");
    std::fs::write(&tape, &good).expect("a file");
    let output = stdout(harness(folder.path()).args(["replay", "users.jsonl"]), 0);
    assert_eq!(output, "1 of 1 tapes clean, 1 of 1 answers match\n");

    std::fs::write(&tape, good + &line("/api/v1/groups", 503, "{}")).expect("a file");
    let output = stdout(harness(folder.path()).args(["replay", "users.jsonl"]), 1);
    assert!(
        output.contains("✗ users\n    line 2: GET /api/v1/groups\n      status: recorded 503, live 200 "),
        "{output}"
    );
    assert!(output.ends_with("0 of 1 tapes clean, 1 of 2 answers match\n"), "{output}");
    let junit = std::fs::read_to_string(folder.path().join("last/replay.xml")).expect("a report");
    assert!(junit.contains("tests=\"2\" skipped=\"0\" failures=\"1\""), "{junit}");
    let json = std::fs::read_to_string(folder.path().join("last/replay.json")).expect("a report");
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["tapes"][0]["lines"][1]["differences"][0]["type"], "status");

    let list = "[[difference]]\noperation = 'GET /api/v1/groups'\ntype = 'status'\nreason = 'the org was down'\n";
    std::fs::write(folder.path().join("known.toml"), list).expect("a file");
    let output = stdout(harness(folder.path()).args(["replay", "users.jsonl", "--expected", "known.toml"]), 0);
    assert_eq!(output, "1 of 1 tapes clean, 2 of 2 answers match (1 with known differences)\n");

    std::fs::write(&tape, "{\"method\":\"GET\"}\n").expect("a file");
    let error = stderr(harness(folder.path()).args(["replay", "users.jsonl"]), 5);
    assert!(error.contains("users.jsonl: line 1, column "), "{error}");
    let error = stderr(harness(folder.path()).args(["replay", "users.jsonl", "--target", "http://localhost:9"]), 5);
    assert!(error.contains("users.jsonl"), "{error}");
    let error = stderr(harness(folder.path()).args(["record", "tape.jsonl"]), 2);
    assert!(error.contains("--target <URL>"), "{error}");
}

#[test]
fn the_command_makes_a_tape_of_a_har_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let exchange = |host: &str| {
        json!({
            "request": { "method": "POST", "url": format!("https://{host}/api/v1/groups"),
                "postData": { "mimeType": "application/json", "text": "{\"profile\":{\"name\":\"Pilots\"}}" } },
            "response": { "status": 200, "headers": [], "content": { "mimeType": "application/json", "text": "{\"id\":\"1\"}" } },
        })
    };
    let har = json!({ "log": { "version": "1.2", "entries": [exchange("acme.okta.com"), exchange("other.example")] } });
    std::fs::write(folder.path().join("session.har"), har.to_string()).expect("a file");
    let record = ["record", "--har", "session.har", "--target", "https://acme.okta.com", "groups.jsonl"];
    stdout(harness(folder.path()).args(record), 0);
    let tape = std::fs::read_to_string(folder.path().join("groups.jsonl")).expect("a tape");
    let lines = read_tape(&tape).expect("lines");
    assert_eq!(lines.len(), 1, "{tape}");
    assert_eq!((lines[0].path.as_str(), lines[0].answer.as_deref()), ("/api/v1/groups", Some("{\"id\":\"1\"}")));
    let error = stderr(harness(folder.path()).args(["record", "--har", "absent.har", "groups.jsonl"]), 5);
    assert!(error.contains("absent.har"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_replays_tapes_at_a_running_mock_and_resets_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let body = json!({ "profile": { "name": "Pilots" } }).to_string();
    let answer = json!({ "id": "00gpilots00000000000", "profile": { "name": "Pilots" } }).to_string();
    let line = json!({
        "method": "POST", "path": "/api/v1/groups", "request_type": "application/json", "request": body,
        "status": 200, "answer": answer,
    });
    std::fs::write(folder.path().join("pilots.jsonl"), line.to_string() + "\n").expect("a file");
    let mock = Mock::start().await.expect("a mock");
    let replays = |more: &[&str], status: i32| {
        let mut command = harness(folder.path());
        let target = ["replay", "pilots.jsonl", "--target", mock.base.as_str()];
        stdout(command.env("OKTA_API_TOKEN", TOKEN).args(target).args(more), status)
    };
    let clean = "1 of 1 tapes clean, 1 of 1 answers match\n";
    assert_eq!(replays(&[], 0), clean);
    let taken = replays(&[], 1);
    assert!(taken.contains("status: recorded 200, live 400"), "the group is still there: {taken}");
    assert_eq!(replays(&["--reset"], 0), clean);
}
