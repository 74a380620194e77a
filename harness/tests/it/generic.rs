//! Any OpenID provider: what discovery doesn't offer is skipped with a reason, and nothing is guessed.

use std::collections::BTreeMap;

use harness::embedded;
use harness::issuer_target::{Behavior, TargetError};
use harness::record::Entry;
use harness::record::run::{RunRecord, State};
use harness::run::{RunError, Runner};
use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::command::{harness, stdout};
use crate::support::{options, run};

/// An issuer with a discovery document, an empty key set and nothing else.
async fn small_issuer() -> MockServer {
    let server = MockServer::start().await;
    let issuer = server.uri();
    let document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid"],
    });
    let serve = |at: &'static str, body: serde_json::Value| {
        Mock::given(method("GET")).and(path(at)).respond_with(ResponseTemplate::new(200).set_body_json(body))
    };
    server.register(serve("/.well-known/openid-configuration", document)).await;
    server.register(serve("/keys", json!({ "keys": [] }))).await;
    server
}

#[tokio::test]
async fn without_a_client_scenarios_that_need_one_are_skipped() {
    let server = small_issuer().await;
    let run = run(&server.uri(), &["*"]).await;
    assert_eq!(run.target.kind, "generic");
    let mut states: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for scenario in &run.scenarios {
        states.entry(scenario.state.word()).or_default().push(&scenario.id);
    }
    assert_eq!(states["pass"], ["discovery.custom.openid"]);
    // An empty key set can verify nothing.
    assert_eq!(states["fail"], ["keys.custom", "config.oidcc-discovery-endpoint-verification"]);
    assert_eq!(states.len(), 3, "{states:?}");
    let red = crate::support::failed(&run, "config.oidcc-discovery-endpoint-verification");
    let expected = ["configuration.userinfo", "configuration.claims", "keys.not-empty"];
    assert_eq!(red, expected, "plain http on a loopback address needs a manual review");
    for scenario in run.scenarios.iter().filter(|scenario| scenario.state == State::Skip) {
        assert!(scenario.reason.as_ref().is_some_and(|reason| reason.starts_with("needs ")), "{}", scenario.id);
    }
}

#[tokio::test]
async fn an_issuer_with_another_name_is_rejected() {
    let server = small_issuer().await;
    let reports = tempfile::tempdir().expect("a folder");
    let other = server.uri().replace("127.0.0.1", "localhost");
    let opened = Runner::open(options(&other, &["keys.custom"], reports.path())).await;
    assert!(matches!(opened, Err(RunError::Target(TargetError::Issuer { .. }))), "{opened:?}");
}

/// Runs the program against a mock, as against any other issuer.
async fn run_as(target: &'static str, openid: bool) -> RunRecord {
    let mock = embedded::Mock::start_as(if openid { Behavior::OpenId } else { Behavior::Okta }).await.expect("a mock");
    let issuer = format!("{}oauth2/default", mock.base);
    let folder = tempfile::tempdir().expect("a folder");
    let reports = folder.path().to_owned();
    tokio::task::spawn_blocking(move || {
        let mut command = harness(&reports);
        command
            // Without a control interface the clock cannot be changed, so scenarios that need time to pass are left out.
            .args(["run", "--driver", "http", "--target", target, "--not", "form-post", "--not", "*-30seconds"])
            .env("OKTA_ISSUER", issuer)
            .env("OKTA_CLIENT_ID", "0oamarketweb000005d7")
            .env("OKTA_CLIENT_SECRET", "mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK")
            .env("OKTA_SECOND_CLIENT_ID", "0oamarketsecond005d7")
            .env("OKTA_SECOND_CLIENT_SECRET", "mock-secret-second-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH")
            .env("OKTA_USERNAME", "buyer@example.test")
            .env("OKTA_PASSWORD", "Passw0rd!");
        stdout(&mut command, 0);
    })
    .await
    .expect("a run");
    let json = std::fs::read_to_string(folder.path().join("last/run.json")).expect("a record");
    serde_json::from_str(&json).expect("a record")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generic_provider_is_checked_against_the_specifications_only() {
    let run = run_as("generic", true).await;
    assert_eq!((run.target.name.as_str(), run.totals.fail, run.totals.error), ("generic", 0, 0));
    for scenario in [
        "basic.oidcc-server",
        "code.web.custom",
        "code.reuse",
        "refresh.static.custom",
        "logout.redirect",
        "revoke.refresh-token",
    ] {
        let record = run.scenario(scenario).expect("a record");
        assert!(
            matches!(record.state, State::Pass | State::Warn),
            "{scenario}: {:?} {:?}",
            record.state,
            record.reason
        );
        let passed = record.entries.iter().filter_map(|entry| match entry {
            Entry::Passed { checks } => Some(checks.keys().map(String::as_str)),
            _ => None,
        });
        let mut checks = record.findings().map(|finding| finding.check.as_str()).chain(passed.flatten());
        assert!(!checks.any(|check| check.ends_with(".description")), "only Okta's descriptions are checked");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_okta_org_is_checked_against_okta_s_texts_too() {
    let run = run_as("okta", false).await;
    assert_eq!((run.target.name.as_str(), run.totals.fail, run.totals.error), ("okta", 0, 0));
    for scenario in ["code.web.org", "code.state.missing", "token.double-credentials", "discovery.org.oauth"] {
        assert_eq!(run.scenario(scenario).expect("a record").state, State::Pass, "{scenario}");
    }
    let needs_a_clock = run.scenario("prompt.login").expect("a record");
    assert_eq!(needs_a_clock.reason.as_deref(), Some("needs a clock that can be advanced, on an issuer of its own"));
}
