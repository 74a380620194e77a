//! The process: signals in every state, pipes that are not read, org files that change, health checks.

use std::fs::{self, File};
use std::future::poll_fn;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::pin::pin;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::task::Poll;
use std::time::{Duration, Instant};

use mock_idp::MockIdp;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::client;
use crate::client::TENANT_2;
use crate::program::{Running, output, program, stderr, stdout};

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Waits for the end of a program; it fails the test if there is none.
async fn ended(child: &mut Child) -> ExitStatus {
    let mut status = None;
    until("the program ends", async || {
        status = child.try_wait().unwrap();
        status.is_some()
    })
    .await;
    status.unwrap()
}

fn base(running: &Running) -> String {
    running.value("issuer").strip_suffix("/oauth2/default").unwrap().to_owned()
}

async fn info(base: &str) -> Value {
    client::plain().get(format!("{base}/_mock/info")).send().await.unwrap().json().await.unwrap()
}

/// Asks until the answer is as expected.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < Duration::from_secs(20), "{what}");
        let _ = tokio::time::timeout(Duration::from_millis(5), std::future::pending::<()>()).await;
    }
}

#[tokio::test]
async fn a_signal_ends_a_start_that_waits_for_its_org_file() {
    let dir = tempfile::tempdir().unwrap();
    let fifo = dir.path().join("org.yaml");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    for name in ["INT", "TERM"] {
        let mut child =
            program(dir.path()).arg("--org").arg(&fifo).stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        // Opening the FIFO for writing waits until the program reads it.
        let path = fifo.clone();
        let _writer =
            tokio::task::spawn_blocking(move || File::options().write(true).open(path).unwrap()).await.unwrap();
        signal(&child, name);
        assert_eq!(ended(&mut child).await.code(), Some(0), "{name}");
    }
}

#[tokio::test]
async fn idle_and_half_open_connections_do_not_delay_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let mut running = Running::start(program(dir.path()).args(["--port", "0"]));
    let port = base(&running).rsplit_once(':').unwrap().1.parse::<u16>().unwrap();
    let mut half = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut half, b"GET / HTTP/1.1\r\nhost: local").await.unwrap();
    let _silent = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let keeping = client::direct().build().unwrap();
    assert_eq!(keeping.get(format!("{}/healthz", base(&running))).send().await.unwrap().status(), 200);
    let mut stderr = running.child.stderr.take().unwrap();
    signal(&running.child, "INT");
    assert_eq!(ended(&mut running.child).await.code(), Some(0));
    let mut rest = Vec::new();
    half.read_to_end(&mut rest).await.unwrap();
    assert!(rest.is_empty());
    let mut said = String::new();
    stderr.read_to_string(&mut said).unwrap();
    assert!(!said.contains("waits"), "there is nothing to wait for: {said}");
}

/// Polls a future while the runtime has something to do. `None` if it waits: for a time, or for something outside.
async fn without_waiting<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..200 {
        if let Poll::Ready(done) = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await {
            return Some(done);
        }
        tokio::task::yield_now().await;
    }
    None
}

#[tokio::test]
async fn the_end_waits_for_no_idle_or_half_open_connection() {
    let mock = MockIdp::builder().start().await.unwrap();
    let port = mock.url().rsplit_once(':').unwrap().1.parse::<u16>().unwrap();
    let mut half = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut half, b"GET / HTTP/1.1\r\nhost: local").await.unwrap();
    let _silent = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let keeping = client::direct().build().unwrap();
    for _ in 0..3 {
        assert_eq!(keeping.get(format!("{}/healthz", mock.url())).send().await.unwrap().status(), 200);
    }
    assert_eq!(mock.running_requests(), 0);
    assert!(without_waiting(mock.stop()).await.is_some());
}

#[tokio::test]
async fn a_running_request_is_named_and_the_second_signal_ends_the_process() {
    let dir = tempfile::tempdir().unwrap();
    let mut running = Running::start(program(dir.path()).args(["--port", "0"]));
    let base = base(&running);
    let fault = json!({ "name": "http.slow", "delay_ms": 60_000 });
    client::plain().post(format!("{base}/_mock/faults")).json(&fault).send().await.unwrap();
    let slow = tokio::spawn(client::plain().get(format!("{base}/oauth2/v1/keys")).send());
    let journal = async || {
        let faults: Value =
            client::plain().get(format!("{base}/_mock/faults")).send().await.unwrap().json().await.unwrap();
        !faults.as_array().unwrap().is_empty()
    };
    until("the fault is on", journal).await;
    let mut said = BufReader::new(running.child.stderr.take().unwrap());
    // A request that has arrived is answered with the fault; give it the chance to arrive.
    for _ in 0..50 {
        client::plain().get(format!("{base}/healthz")).send().await.unwrap();
    }
    signal(&running.child, "INT");
    let text = tokio::task::spawn_blocking(move || {
        let mut text = String::new();
        while !text.contains("stopping") && said.read_line(&mut text).unwrap() > 0 {}
        text
    });
    let text = text.await.unwrap();
    assert!(text.contains("waits up to 0.5 s for 1 request"), "{text}");
    assert_eq!(ended(&mut running.child).await.code(), Some(0));
    assert!(slow.await.unwrap().is_err());
}

#[tokio::test]
async fn the_end_waits_for_no_search_for_changes() {
    let dir = tempfile::tempdir().unwrap();
    let mut running = Running::start(program(dir.path()).args(["--port", "0"]));
    let base = base(&running);
    let scopes: Vec<String> = (0..400).map(|number| format!("unknown:{number}")).collect();
    let question = [("client", "0oamarketweb000005d7"), ("user", "buyer"), ("scope", &scopes.join(" "))];
    let explained = tokio::spawn(client::plain().get(format!("{base}/_mock/explain")).query(&question).send());
    // Give it the chance to arrive; the search takes longer.
    for _ in 0..50 {
        client::plain().get(format!("{base}/healthz")).send().await.unwrap();
    }
    signal(&running.child, "TERM");
    assert_eq!(ended(&mut running.child).await.code(), Some(0));
    let answer = explained.await.unwrap();
    assert!(answer.is_err() || answer.unwrap().status() == 200);
}

#[tokio::test]
async fn requests_that_stay_half_sent_do_not_keep_others_out() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(program(dir.path()).args(["--port", "0", "--max-connections", "16"]));
    let port = base(&running).rsplit_once(':').unwrap().1.parse::<u16>().unwrap();
    let mut half = Vec::new();
    for _ in 0..40 {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"GET / HTTP/1.1\r\nhost: local").await.unwrap();
        half.push(stream);
    }
    assert!(healthy(port).await);
    // The first of them were closed without an answer.
    let mut rest = Vec::new();
    let ended = half[0].read_to_end(&mut rest).await;
    assert!(rest.is_empty() && ended.err().is_none_or(|error| error.kind() == std::io::ErrorKind::ConnectionReset));
}

/// A full pipe that is not read: a program holds its reading end.
fn full_pipe() -> (Child, Stdio) {
    let mut holder = Command::new("sleep").arg("600").stdin(Stdio::piped()).spawn().unwrap();
    let mut pipe = holder.stdin.take().unwrap();
    // The capacity of a pipe on Linux.
    pipe.write_all(&[b'x'; 65_536]).unwrap();
    (holder, Stdio::from(pipe))
}

async fn healthy(port: u16) -> bool {
    let answer = client::plain().get(format!("http://localhost:{port}/healthz")).send().await;
    answer.is_ok_and(|answer| answer.status() == 200)
}

#[tokio::test]
async fn an_unread_pipe_stops_neither_start_nor_answers_nor_end() {
    let dir = tempfile::tempdir().unwrap();
    let ready = dir.path().join("ready");
    let (mut out_holder, out) = full_pipe();
    let (mut err_holder, err) = full_pipe();
    let mut command = program(dir.path());
    command.args(["--port", "0", "--log", "json", "--ready-file"]).arg(&ready).stdout(out).stderr(err);
    let mut child = command.spawn().unwrap();
    drop(command);
    until("the mock is ready", async || ready.exists()).await;
    let line = fs::read_to_string(&ready).unwrap();
    let base = line.split_whitespace().find_map(|word| word.strip_prefix("issuer=")).unwrap().to_owned();
    let base = base.strip_suffix("/oauth2/default").unwrap().to_owned();
    let port = base.rsplit_once(':').unwrap().1.parse().unwrap();
    // More than the pipe and the buffer hold.
    let kept = client::direct().build().unwrap();
    let long = "x".repeat(8_000);
    for _ in 0..300 {
        kept.get(format!("{base}/{long}")).send().await.unwrap();
    }
    assert!(healthy(port).await);
    signal(&child, "TERM");
    assert_eq!(ended(&mut child).await.code(), Some(0));
    assert!(!ready.exists());
    for holder in [&mut out_holder, &mut err_holder] {
        holder.kill().unwrap();
        holder.wait().unwrap();
    }
}

#[tokio::test]
async fn dropped_lines_are_counted_when_stderr_is_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut running = Running::start(program(dir.path()).args(["--port", "0", "--log", "json"]));
    let base = base(&running);
    let kept = client::direct().build().unwrap();
    let long = "x".repeat(8_000);
    for _ in 0..300 {
        kept.get(format!("{base}/{long}")).send().await.unwrap();
    }
    let mut stderr = running.child.stderr.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut said = String::new();
        stderr.read_to_string(&mut said).unwrap();
        said
    });
    let mut logged = 0;
    until("the lines are read", async || {
        logged += 1;
        kept.get(format!("{base}/again")).send().await.unwrap();
        logged > 200
    })
    .await;
    signal(&running.child, "TERM");
    ended(&mut running.child).await;
    let said = reader.join().unwrap();
    let lines: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let dropped: u64 = lines.iter().filter_map(|line| line["dropped"].as_u64()).sum();
    let written = lines.iter().filter(|line| line["path"].as_str().is_some_and(|path| path.len() > 8_000)).count();
    assert_eq!(dropped + written as u64, 300, "{} lines", lines.len());
    assert!(dropped > 50, "{dropped}");
}

fn tenant(scope: &str) -> String {
    let server = format!(
        "authorizationServers: [{{ id: austenanttwo00000000, name: default, default: true, audiences: [api://default], \
         scopes: [{{ id: scptenanttwo00000000, name: '{scope}', metadataPublish: ALL_CLIENTS }}] }}]\n"
    );
    format!("{TENANT_2}apiTokens: [00tokenOfTenantTwo000000000000000000000000]\n{TENANT_USER}{server}")
}

const TENANT_USER: &str = "users: [{ profile: { login: ada@example.test, email: ada@example.test, firstName: Ada, lastName: Two }, \
     credentials: { password: { value: Passw0rd! } } }]
apps: [{ label: Web, settings: { oauthClient: { application_type: web, grant_types: [authorization_code, refresh_token], \
     redirect_uris: ['http://localhost:1/cb'] } }, assignments: { groups: [{ id: Everyone }] } }]
";

/// A session of a browser and a refresh token, which an edit must not end.
struct SignedIn {
    base: String,
    browser: reqwest::Client,
    form: [(&'static str, String); 4],
}

impl SignedIn {
    async fn at(base: &str) -> Self {
        let browser = client::direct().cookie_store(true).build().unwrap();
        let post = async |path: &str, body: Value| -> Value {
            let answer = browser.post(format!("{base}{path}")).json(&body).send().await.unwrap();
            let status = answer.status();
            let body = answer.text().await.unwrap();
            assert_eq!(status, 200, "{path}: {body}");
            serde_json::from_str(&body).unwrap()
        };
        let done = post("/api/v1/authn", json!({ "username": "ada@example.test", "password": "Passw0rd!" })).await;
        post("/api/v1/sessions", json!({ "sessionToken": done["sessionToken"] })).await;
        let settings: Value =
            client::plain().get(format!("{base}/_mock/env")).send().await.unwrap().json().await.unwrap();
        let setting = |name: &str| settings[name].as_str().unwrap_or_else(|| panic!("{settings}")).to_owned();
        let scopes = ["openid", "offline_access"];
        let login =
            post("/_mock/login", json!({ "client": "Web", "user": "ada", "server": "org", "scopes": scopes })).await;
        let refresh_token = login["tokens"]["refresh_token"].as_str().unwrap_or_else(|| panic!("{login}")).to_owned();
        let form = [
            ("grant_type", "refresh_token".to_owned()),
            ("refresh_token", refresh_token),
            ("client_id", setting("OKTA_CLIENT_ID")),
            ("client_secret", setting("OKTA_CLIENT_SECRET")),
        ];
        Self { base: base.to_owned(), browser, form }
    }

    async fn assert_unchanged(&self) {
        let me = self.browser.get(format!("{}/api/v1/sessions/me", self.base)).send().await.unwrap();
        assert_eq!(me.status(), 200, "the session has ended");
        let refreshed = client::plain().post(format!("{}/oauth2/v1/token", self.base)).form(&self.form);
        let refreshed = refreshed.send().await.unwrap();
        assert_eq!(refreshed.status(), 200, "{}", refreshed.text().await.unwrap());
    }
}

async fn scopes(base: &str) -> String {
    let url = format!("{base}/oauth2/default/.well-known/oauth-authorization-server");
    let document: Value = client::plain().get(url).send().await.unwrap().json().await.unwrap();
    document["scopes_supported"].to_string()
}

/// The next line of the log that contains a text.
fn line_with(said: &mut impl std::io::BufRead, wanted: &str) -> String {
    let mut line = String::new();
    while said.read_line(&mut line).unwrap() > 0 {
        if line.contains(wanted) {
            return line;
        }
        line.clear();
    }
    panic!("no line contains {wanted:?}");
}

async fn reloads(args: &[&str], nudge: impl Fn(&Child)) {
    let dir = tempfile::tempdir().unwrap();
    let org = dir.path().join("org.yaml");
    fs::write(&org, tenant("first")).unwrap();
    let mut running = Running::start(program(dir.path()).args(["--port", "0", "--org"]).arg(&org).args(args));
    let mut said = BufReader::new(running.child.stderr.take().unwrap());
    let base = base(&running);
    assert!(scopes(&base).await.contains("first"));

    let registration = client::plain()
        .post(format!("{base}/oauth2/v1/clients"))
        .header("authorization", "SSWS 00tokenOfTenantTwo000000000000000000000000")
        .json(&json!({ "client_name": "Registered", "redirect_uris": ["http://localhost:1/cb"], "response_types": ["code"],
                       "grant_types": ["authorization_code"], "application_type": "web" }));
    let registered: Value = registration.send().await.unwrap().json().await.unwrap();
    let client_id = registered["client_id"].as_str().unwrap_or_else(|| panic!("{registered}")).to_owned();
    let is_registered = async || {
        let url = format!("{base}/oauth2/v1/clients/{client_id}");
        let get = client::plain().get(url).header("authorization", "SSWS 00tokenOfTenantTwo000000000000000000000000");
        get.send().await.unwrap().status() == 200
    };
    assert!(is_registered().await);
    let signed_in = SignedIn::at(&base).await;

    fs::write(&org, tenant("second")).unwrap();
    nudge(&running.child);
    until("the edit is live", async || scopes(&base).await.contains("second")).await;
    assert!(line_with(&mut said, "changed").contains("changed: tenant2"));
    assert!(is_registered().await);
    signed_in.assert_unchanged().await;

    let wrong = tenant("third") + "nonsense: 1\n";
    fs::write(&org, &wrong).unwrap();
    nudge(&running.child);
    line_with(&mut said, "nothing is changed");
    let place = line_with(&mut said, "unknown key `nonsense`");
    assert!(place.contains(&format!("{}:{}:1: ", org.display(), wrong.lines().count())), "{place}");
    assert!(scopes(&base).await.contains("second") && is_registered().await);
    signed_in.assert_unchanged().await;

    fs::write(&org, tenant("fourth")).unwrap();
    nudge(&running.child);
    until("the mended file is live", async || scopes(&base).await.contains("fourth")).await;
    signal(&running.child, "TERM");
    ended(&mut running.child).await;
}

#[tokio::test]
async fn a_changed_org_file_is_served_and_what_was_registered_stays() {
    reloads(&["--watch"], |_| {}).await;
}

#[tokio::test]
async fn a_hangup_reads_the_org_file_again() {
    reloads(&[], |child| signal(child, "HUP")).await;
}

#[tokio::test]
async fn warnings_of_the_org_document_are_shown_at_the_start_and_after_each_reload() {
    let dir = tempfile::tempdir().unwrap();
    let org = dir.path().join("org.yaml");
    let with = |attribute: &str| {
        let claims = format!("claims: [{{ name: one, claimType: RESOURCE, value: user.{attribute} }}], scopes");
        fs::write(&org, tenant("first").replace("scopes", &claims)).unwrap();
    };
    with("departmnt");
    let mut running = Running::start(program(dir.path()).args(["--port", "0", "--org"]).arg(&org));
    let mut said = BufReader::new(running.child.stderr.take().unwrap());
    line_with(&mut said, "Warning");
    let base = base(&running);
    let warnings = async || info(&base).await["warnings"].to_string();
    let place = format!("{}:", org.display());
    let first = warnings().await;
    assert!(first.contains(&place) && first.contains("`user.departmnt` is null"), "{first}");

    with("titel");
    signal(&running.child, "HUP");
    let warned = line_with(&mut said, "`user.titel` is null");
    assert!(warned.contains("WARN") && warned.contains(&place), "{warned}");
    let second = warnings().await;
    assert!(second.contains("did you mean `title`?") && !second.contains("departmnt"), "{second}");

    with("title");
    signal(&running.child, "HUP");
    until("the warning is gone", async || warnings().await == "[]").await;
    signal(&running.child, "TERM");
    ended(&mut running.child).await;
}

#[tokio::test]
async fn a_hangup_without_an_org_file_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut running = Running::start(program(dir.path()).args(["--port", "0"]));
    let mut said = BufReader::new(running.child.stderr.take().unwrap());
    signal(&running.child, "HUP");
    line_with(&mut said, "no org file was given");
    assert_eq!(info(&base(&running)).await["org"], "market");
    signal(&running.child, "TERM");
    assert_eq!(ended(&mut running.child).await.code(), Some(0));
}

#[test]
fn watching_needs_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let ended = output(program(dir.path()).args(["--watch", "--check"]));
    assert_eq!(ended.status.code(), Some(2));
    assert!(stderr(&ended).contains("--org"), "{}", stderr(&ended));
}

#[test]
fn health_is_0_for_a_mock_and_1_for_anything_else() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(program(dir.path()).args(["--host", "0.0.0.0", "--port", "0"]));
    let base = base(&running);
    let port = base.rsplit_once(':').unwrap().1.to_owned();
    let healthy = output(program(dir.path()).arg("health").env("MOCK_IDP_HOST", "0.0.0.0").env("MOCK_IDP_PORT", &port));
    assert_eq!(healthy.status.code(), Some(0), "{}", stderr(&healthy));
    assert_eq!(stdout(&healthy), format!("ok: mock-idp {} at http://localhost:{port}\n", env!("CARGO_PKG_VERSION")));
    // The control API is closed, and nothing says otherwise.
    assert!(!running.ready.contains("control="), "{}", running.ready);
    let (_, said) = running.end();
    assert!(said.contains("Control   closed"), "{said}");
    let down = output(program(dir.path()).args(["health", "--port", &port]));
    assert_eq!(down.status.code(), Some(1), "{}", stderr(&down));
    assert!(stderr(&down).contains(&format!("no mock is reachable at localhost:{port}")), "{}", stderr(&down));

    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", other.local_addr().unwrap());
    let serve = std::thread::spawn(move || {
        let (mut stream, _) = other.accept().unwrap();
        let _ = stream.read(&mut [0; 1_024]).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
    });
    let foreign = output(program(dir.path()).args(["health", "--url", &url]));
    serve.join().unwrap();
    assert_eq!(foreign.status.code(), Some(1));
    assert!(stderr(&foreign).contains("is not a mock-idp"), "{}", stderr(&foreign));
}

#[test]
fn the_banner_has_no_password_of_an_own_org() {
    let dir = tempfile::tempdir().unwrap();
    let org = dir.path().join("org.yaml");
    fs::write(&org, mock_idp::BUILT_IN_ORG).unwrap();
    let running = Running::start(program(dir.path()).args(["--port", "0", "--log", "off", "--org"]).arg(&org));
    let (_, said) = running.end();
    assert!(said.contains("Sign in   admin@example.test") && !said.contains("Passw0rd!"), "{said}");
}

#[test]
fn with_a_json_log_every_line_is_json() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(program(dir.path()).args(["--port", "0", "--log", "json", "--allow-host", "idp"]));
    let issuer = running.value("issuer").to_owned();
    let (_, said) = running.end();
    let lines: Vec<Value> =
        said.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    assert_eq!((&lines[0]["message"], &lines[0]["issuer"]), (&"ready".into(), &issuer.into()));
    assert_eq!(lines[0]["ca"], dir.path().join("ca.pem").to_str().unwrap());
    assert!(lines[1]["message"].as_str().unwrap().contains("foreign host names too: idp"), "{said}");
}

#[tokio::test]
async fn a_ready_file_that_is_a_fifo_gets_the_line_and_stays() {
    let dir = tempfile::tempdir().unwrap();
    let fifo = dir.path().join("ready");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let mut child = program(dir.path())
        .args(["--port", "0", "--ready-file"])
        .arg(&fifo)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let line = read_fifo(&fifo).await;
    assert!(line.starts_with("READY issuer=http://localhost:"), "{line}");
    signal(&child, "TERM");
    assert_eq!(ended(&mut child).await.code(), Some(0));
    assert!(fifo.exists());
}

async fn read_fifo(path: &Path) -> String {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || fs::read_to_string(path).unwrap()).await.unwrap()
}
