//! Starting and stopping, as a library and as the program.

use std::future::poll_fn;
use std::io::{self, BufRead as _, BufReader};
use std::pin::pin;
use std::process::{Child, Command, Stdio};
use std::task::Poll;

use demo_app::{DemoApp, StartError};
use serde_json::{Value, json};

fn client() -> reqwest::Client {
    // Fails if the app of another test has installed it already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

#[tokio::test]
async fn each_invalid_setting_is_a_specific_start_error() {
    let without_client = DemoApp::builder().issuer("http://localhost:1/oauth2/default").start().await;
    assert!(matches!(without_client, Err(StartError::ClientId)));

    let no_url = DemoApp::builder().issuer("dev-123.okta.com").client_id("x").start().await;
    assert!(matches!(no_url, Err(StartError::Issuer(given)) if given == "dev-123.okta.com"));

    let no_pem = DemoApp::builder()
        .issuer("https://localhost:1")
        .client_id("x")
        .ca_pem("-----BEGIN CERTIFICATE-----")
        .start()
        .await;
    assert!(no_pem.is_err());

    let first = DemoApp::builder().issuer("http://localhost:1").client_id("x").start().await.unwrap();
    let taken: u16 = first.url().rsplit(':').next().unwrap().parse().unwrap();
    let second = DemoApp::builder().issuer("http://localhost:1").client_id("x").port(taken).start().await;
    assert!(matches!(second, Err(StartError::Listen { port, .. }) if port == taken));

    let unknown = DemoApp::builder().client_id("0oaunknown").start().await;
    assert!(matches!(unknown, Err(StartError::Mock(words)) if words.contains("0oaunknown")));
}

#[tokio::test]
async fn another_client_of_the_mock_gets_the_apps_redirect_uri() {
    let demo = DemoApp::builder().client_id("0oamarketspa000005d7").start().await.unwrap();
    let browser = crate::browser::Browser::at(&demo);
    assert_eq!(browser.json("/data.json").await["confidential"], false);
    let sent_to = browser.start("/login").await;
    let answer = browser.http.get(sent_to).send().await.unwrap();
    assert_eq!(answer.status(), 200, "the mock accepts client and redirect URI, and shows its sign-in page");
}

/// The program with free ports and no settings in the environment.
fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_demo-app"));
    program.args(["--port", "0"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["OKTA_ISSUER", "OKTA_CLIENT_ID", "OKTA_CLIENT_SECRET"] {
        // An empty value means not set.
        program.env(name, "");
    }
    program
}

/// What a program prints up to its READY line, and that line.
fn printed(child: &mut Child) -> (String, String) {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let banner: Vec<String> = lines.by_ref().take_while(|line| !line.starts_with("  Stop: ")).collect();
    (banner.join("\n"), lines.find(|line| line.starts_with("READY ")).unwrap())
}

/// A value of the READY line.
fn address(ready: &str, name: &str) -> String {
    ready.split(' ').find_map(|word| word.strip_prefix(name)).unwrap().to_owned()
}

fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[cfg(unix)]
#[tokio::test]
async fn the_program_prints_its_urls_and_stops_on_sigint() {
    let mut child = program().spawn().unwrap();
    let (banner, ready) = printed(&mut child);
    let (issuer, app) = (address(&ready, "issuer="), address(&ready, "app="));
    let mock = issuer.strip_suffix("/oauth2/default").unwrap();
    assert!(banner.contains(&format!("\n  Console   {mock}/console   (what the mock has")), "{banner}");
    let http = client();
    for url in [format!("{app}/healthz"), format!("{issuer}/.well-known/openid-configuration")] {
        assert_eq!(http.get(&url).send().await.unwrap().status(), 200, "{url}");
    }
    assert_eq!(http.get(format!("{mock}/console")).send().await.unwrap().status(), 200);
    interrupt(&child);
    assert!(child.wait().unwrap().success(), "Ctrl-C ends the program with success");
    let said = io::read_to_string(child.stderr.take().unwrap()).unwrap();
    assert!(!said.contains("waits"), "there is nothing to wait for: {said}");
}

#[cfg(unix)]
#[tokio::test]
async fn running_requests_are_named_when_the_program_stops() {
    let mut child = program().spawn().unwrap();
    let (_, ready) = printed(&mut child);
    let (issuer, app) = (address(&ready, "issuer="), address(&ready, "app="));
    let mock = issuer.strip_suffix("/oauth2/default").unwrap();
    let http = client();
    let fault = json!({ "name": "http.slow", "delay_ms": 60_000, "path": "/oauth2/default/.well-known", "times": 1 });
    assert_eq!(http.post(format!("{mock}/_mock/faults")).json(&fault).send().await.unwrap().status(), 200);
    // The app asks the mock for its metadata, which does not come.
    let slow = tokio::spawn(http.get(format!("{app}/login")).send());
    // The fault is used up when the request has arrived.
    let faults = async || http.get(format!("{mock}/_mock/faults")).send().await.unwrap().json::<Value>().await.unwrap();
    let mut tries = 0;
    while faults().await != json!([]) {
        tries += 1;
        assert!(tries < 10_000, "no request arrives");
    }
    interrupt(&child);
    let said = tokio::task::spawn_blocking(move || {
        let said = io::read_to_string(child.stderr.take().unwrap()).unwrap();
        assert!(child.wait().unwrap().success());
        said
    });
    let said = said.await.unwrap();
    assert!(said.contains("stopping; waits a moment for 2 requests"), "{said}");
    // The connection ends, or the app has answered that the issuer has.
    assert!(slow.await.unwrap().map_or(true, |answer| answer.status().is_server_error()));
}

#[test]
fn the_banner_of_another_issuer_names_no_console() {
    let mut child = program()
        .args(["--issuer", "http://localhost:1/oauth2/default", "--client-id", "x", "--client-secret", "y"])
        .spawn()
        .unwrap();
    let (banner, _) = printed(&mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(banner.contains("  Issuer    http://localhost:1/oauth2/default   (configured)"), "{banner}");
    assert!(!banner.contains("Console"), "{banner}");
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
async fn the_end_waits_for_no_idle_connection() {
    let demo = DemoApp::builder().start().await.unwrap();
    let http = client();
    let silent = tokio::net::TcpStream::connect(demo.url().trim_start_matches("http://")).await.unwrap();
    for url in [demo.url(), demo.mock().unwrap().url()] {
        assert_eq!(http.get(format!("{url}/healthz")).send().await.unwrap().status(), 200);
    }
    assert_eq!(demo.running_requests(), 0);
    assert!(without_waiting(demo.stop()).await.is_some());
    drop(silent);
}

#[test]
fn the_program_exits_with_4_for_invalid_settings() {
    let answer = program().args(["--issuer", "http://localhost:1/oauth2/default"]).output().unwrap();
    assert_eq!(answer.status.code(), Some(4));
    let words = String::from_utf8(answer.stderr).unwrap();
    assert!(words.contains("--client-id"), "{words}");
    let answer = program()
        .args(["--issuer", "http://localhost:1", "--client-id", "x", "--ca-file", "/nowhere/ca.pem"])
        .output()
        .unwrap();
    assert!(String::from_utf8(answer.stderr).unwrap().contains("/nowhere/ca.pem"));
}
