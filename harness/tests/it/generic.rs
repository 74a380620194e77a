//! Any OpenID provider: what discovery doesn't offer is skipped with a reason, and nothing is guessed.

use std::collections::BTreeMap;

use harness::record::run::State;
use harness::run::{RunError, Runner};
use harness::target::TargetError;
use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::stage::{options, run};

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
async fn without_a_client_only_what_needs_none_is_judged() {
    let server = small_issuer().await;
    let run = run(&server.uri(), &["*"]).await;
    assert_eq!(run.target.kind, "generic");
    let mut states: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for scenario in &run.scenarios {
        states.entry(scenario.state.word()).or_default().push(&scenario.id);
    }
    assert_eq!(states["pass"], ["discovery.custom.openid"]);
    // An empty key set can verify nothing.
    assert_eq!(states["fail"], ["keys.custom"]);
    assert_eq!(states.len(), 3, "{states:?}");
    for scenario in run.scenarios.iter().filter(|scenario| scenario.state == State::Skip) {
        assert!(scenario.reason.as_ref().is_some_and(|reason| reason.starts_with("needs ")), "{}", scenario.id);
    }
}

#[tokio::test]
async fn an_issuer_that_calls_itself_something_else_is_refused() {
    let server = small_issuer().await;
    let reports = tempfile::tempdir().expect("a folder");
    let other = server.uri().replace("127.0.0.1", "localhost");
    let opened = Runner::open(options(&other, &["keys.custom"], reports.path())).await;
    assert!(matches!(opened, Err(RunError::Target(TargetError::Issuer { .. }))), "{opened:?}");
}
