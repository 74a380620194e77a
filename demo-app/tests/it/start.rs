//! Starting and stopping, as a library and as the program.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use demo_app::{DemoApp, StartError};

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

#[cfg(unix)]
#[tokio::test]
async fn the_program_prints_its_urls_and_stops_on_sigint() {
    let mut child = program().spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let ready = lines.find(|line| line.starts_with("READY ")).unwrap();
    let address = |name: &str| ready.split(' ').find_map(|word| word.strip_prefix(name)).unwrap().to_owned();
    let (issuer, app) = (address("issuer="), address("app="));
    assert!(issuer.ends_with("/oauth2/default"), "{ready}");
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for url in [format!("{app}/healthz"), format!("{issuer}/.well-known/openid-configuration")] {
        assert_eq!(http.get(&url).send().await.unwrap().status(), 200, "{url}");
    }
    let signalled = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(signalled.success());
    assert!(child.wait().unwrap().success(), "Ctrl-C ends the program with success");
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
