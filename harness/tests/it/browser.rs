//! Scenarios with a browser, if there is one. With BROWSER_TESTS=required a missing browser is a failure.

use harness::driver::Chromedriver;
use harness::embedded;
use harness::record::run::State;
use harness::run::{Drivers, Options, Runner};

use crate::changed_responses::{ChangingProxy, ProxiedResponse};
use crate::support::{failed, options};

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_scenarios_pass_or_are_skipped_without_a_browser() {
    let missing = Chromedriver::start().await.err();
    if let Some(missing) = &missing {
        let required = std::env::var("BROWSER_TESTS").is_ok_and(|value| value == "required");
        assert!(!required, "{missing}");
        println!("every scenario is skipped: {missing}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options { drivers: Drivers::Auto, ..options("mock", &["browser"], folder.path()) };
    let run = Runner::open(options).await.expect("a mock").run(|_| {}).await;
    assert_eq!(run.totals.scenarios, 8);
    for record in &run.scenarios {
        let expected = if missing.is_none() { State::Pass } else { State::Skip };
        assert_eq!(record.state, expected, "{}: {:?}", record.id, record.reason);
        assert_eq!(record.driver, "browser");
    }
}

/// A port that is free now.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_https_target_with_a_private_authority_is_tested_over_http_and_with_a_browser() {
    let mock = embedded::Mock::start().await.expect("a mock");
    let base = mock.https_base.clone().expect("an https address");
    let origin = format!("http://localhost:{}", free_port());
    let uri = |path: &str| format!("{origin}{path}").parse().expect("an address");
    mock.register(&["0oamarketweb000005d7"], &uri("/callback"), &uri("/signed-out")).expect("the web client");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("ca.pem"), mock.ca_pem.as_deref().expect("an authority")).expect("a file");
    let target = |ca: &str| {
        format!(
            "name = \"secure\"\nkind = \"mock\"\nredirect_uri = \"{origin}/callback\"\n\
             signed_out_uri = \"{origin}/signed-out\"\nsign_in = [\"mock\"]\n{ca}\n\
             [servers.custom]\nissuer = \"{base}oauth2/default\"\naudience = \"api://default\"\nown_claims = [\"groups\"]\n\
             [clients.web]\nid = \"0oamarketweb000005d7\"\n\
             secret = \"mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK\"\n\
             auth = \"client_secret_basic\"\nscopes = [\"openid\", \"profile\", \"email\"]\n\
             [accounts.buyer]\nlogin = \"buyer@example.test\"\npassword = \"Passw0rd!\"\n"
        )
    };
    let file = folder.path().join("secure.toml");
    std::fs::write(&file, target("ca = \"ca.pem\"")).expect("a file");
    let missing = Chromedriver::start().await.err();
    let drivers = if missing.is_none() { Drivers::Both } else { Drivers::Http };
    let options = Options { drivers, ..options(file.to_str().expect("a path"), &["code.web.custom"], folder.path()) };
    let run = Runner::open(options.clone()).await.expect("a target").run(|_| {}).await;
    assert_eq!(run.totals.scenarios, if missing.is_none() { 2 } else { 1 });
    for record in &run.scenarios {
        assert_eq!(record.state, State::Pass, "{}: {:?}", record.driver, record.reason);
    }
    // The same with the option instead of the key of the file, and without either.
    std::fs::write(&file, target("")).expect("a file");
    let untrusted = Options { drivers: Drivers::Http, ..options };
    let trusted = Options { ca: Some(folder.path().join("ca.pem")), ..untrusted.clone() };
    assert!(Runner::open(trusted).await.is_ok());
    let error = Runner::open(untrusted).await.expect_err("an unknown authority");
    assert_eq!(error.exit().code(), 4, "{error}");
}

/// The module whose frame only a browser can ask.
const SESSION: &str = "session-management.oidcc-session-management-rp-initiated-logout";

/// The answer of the frame's script.
const ANSWER: &str = "await answer(event.data, event.origin)";

/// The checks that fail in the module with this change of the provider's responses.
async fn failed_with(change: fn(&mut ProxiedResponse)) -> Vec<String> {
    let proxy = ChangingProxy::start_as(true, change).await;
    let origin = format!("http://localhost:{}", free_port());
    let uri = |path: &str| format!("{origin}{path}").parse().expect("an address");
    proxy.mock.register(&["0oamarketweb000005d7"], &uri("/callback"), &uri("/signed-out")).expect("the web client");
    let folder = tempfile::tempdir().expect("a folder");
    let target = format!(
        "name = \"framed\"\nkind = \"generic\"\nredirect_uri = \"{origin}/callback\"\n\
         signed_out_uri = \"{origin}/signed-out\"\nsign_in = [\"mock\"]\n\
         [servers.custom]\nissuer = \"{}\"\nown_claims = [\"groups\"]\n\
         [clients.web]\nid = \"0oamarketweb000005d7\"\n\
         secret = \"mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK\"\n\
         auth = \"client_secret_basic\"\nscopes = [\"openid\", \"profile\", \"email\"]\n\
         [accounts.buyer]\nlogin = \"buyer@example.test\"\npassword = \"Passw0rd!\"\n",
        proxy.url
    );
    let file = folder.path().join("framed.toml");
    std::fs::write(&file, target).expect("a file");
    let options =
        Options { drivers: Drivers::Browser, ..options(file.to_str().expect("a path"), &[SESSION], folder.path()) };
    failed(&Runner::open(options).await.expect("a target").run(|_| {}).await, SESSION)
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_answers_of_the_session_frame_fail_their_checks() {
    if Chromedriver::start().await.is_err() {
        return;
    }
    assert_eq!(failed_with(|_| {}).await, [""; 0]);
    let without_state =
        failed_with(|response| response.relocate(|location| location.replace("session_state=", "x="))).await;
    assert!(without_state.contains(&"session-management.state".to_owned()), "{without_state:?}");
    let changed = failed_with(|response| response.body = response.body.replace(ANSWER, "\"changed\"")).await;
    assert_eq!(changed, ["session-management.unchanged"]);
    let unchanged = failed_with(|response| response.body = response.body.replace(ANSWER, "\"unchanged\"")).await;
    assert_eq!(unchanged, ["session-management.changed"]);
}
