//! The FAPI 2 plans: their results, and that each check of a proof can fail.

use std::time::Duration;

use axum::http::StatusCode;
use harness::check::proof;
use harness::issuer_target::Behavior;
use harness::record::Verdict;
use harness::record::run::State;

use crate::changed_responses::ChangingProxy;
use crate::support::{failed, options, run};

const PROBES: &str = "fapi2.fapi2-security-profile-final-dpop-negative-tests";

/// The proofs that must be accepted. All others must be rejected.
const ACCEPTED: [&str; 6] =
    ["proof.right", "proof.extra", "proof.htu-query", "proof.htu-case", "proof.htu-port", "proof.first"];

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_that_accepts_every_proof_fails_the_checks_of_rejection() {
    let proxy = ChangingProxy::start_as(true, |response| {
        if response.at("/userinfo") {
            response.succeed("{\"sub\":\"me\"}");
        }
    })
    .await;
    let failed = failed(&run(&proxy.url, &[PROBES]).await, PROBES);
    for check in proof::ALL {
        assert_eq!(failed.iter().any(|id| id == check.id), !ACCEPTED.contains(&check.id), "{}", check.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_that_rejects_every_proof_fails_the_checks_of_acceptance() {
    let proxy = ChangingProxy::start_as(true, |response| {
        if response.at("/userinfo") {
            response.status = StatusCode::UNAUTHORIZED;
        }
    })
    .await;
    let failed = failed(&run(&proxy.url, &[PROBES]).await, PROBES);
    for check in proof::ALL {
        assert_eq!(failed.iter().any(|id| id == check.id), ACCEPTED.contains(&check.id), "{}", check.id);
    }
}

const EXPIRED_NAME: &str = "fapi2.fapi2-security-profile-final-par-attempt-to-use-expired-request-uri";

/// Without a control API the scenario waits, as the suite does: for 30 minutes at most.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_uri_that_lives_for_more_than_30_minutes_is_not_waited_for() {
    let proxy = ChangingProxy::start_as(true, |response| {
        if response.at("/par") {
            response.body = response.body.replace("\"expires_in\":3600", "\"expires_in\":1801");
        }
    })
    .await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("own.toml");
    let target = format!(
        r#"name = "own"
kind = "generic"
redirect_uri = "http://localhost:7803/callback"
signed_out_uri = "http://localhost:7803/signed-out"
sign_in = ["mock"]
api_token = "00mockMarketApiToken0123456789abcdefghijkl"
[servers.custom]
issuer = "{}"
own_claims = ["groups"]
[clients.web]
id = "0oamarketweb000005d7"
secret = "mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK"
auth = "client_secret_basic"
scopes = ["openid", "profile", "email"]
[accounts.buyer]
login = "buyer@example.test"
password = "Passw0rd!"
"#,
        proxy.url
    );
    std::fs::write(&file, target).expect("a file");
    let run = run(file.to_str().expect("a path"), &[EXPIRED_NAME]);
    let run = tokio::time::timeout(Duration::from_secs(60), run).await.expect("the run does not wait");
    let record = run.scenario(EXPIRED_NAME).expect("a record");
    let reason = "a request_uri lives for 1801 seconds: too long to wait";
    assert_eq!((record.state, record.reason.as_deref()), (State::Skip, Some(reason)));
}

/// The known divergences of an OpenID provider from the FAPI 2 profiles.
#[tokio::test(flavor = "multi_thread")]
async fn with_openid_behavior_only_known_divergences_from_fapi_2_remain() {
    let reports = tempfile::tempdir().expect("a folder");
    let mut options = options("mock", &["fapi2", "fapi2-message-signing"], reports.path());
    options.behavior = Some(Behavior::OpenId);
    let run = harness::run::Runner::open(options).await.expect("a mock").run(|_| {}).await;
    let plans: Vec<(&str, usize, usize)> =
        run.plans.iter().map(|plan| (plan.plan.as_str(), plan.totals.scenarios, plan.totals.skip)).collect();
    // Objects and assertions that are signed with RS256 are for clients with RSA keys.
    assert_eq!(plans, [("fapi2", 56, 1), ("fapi2-message-signing", 70, 2)]);
    let mut known: Vec<String> = Vec::new();
    for scenario in &run.scenarios {
        let expected = matches!(scenario.state, State::Pass | State::Skip | State::ExpectedFail);
        assert!(expected, "{} {:?}", scenario.id, scenario.state);
        let missing = scenario.findings().filter(|finding| finding.verdict == Verdict::ExpectedFail);
        let module = scenario.module.as_deref().unwrap_or_default().replace("fapi2-security-profile-final-", "");
        // RS256, in every module that gets an ID token.
        let missing = missing.filter(|finding| finding.check != "fapi.id-token-alg");
        known.extend(missing.map(|finding| format!("{module}: {}", finding.check)));
    }
    known.sort();
    known.dedup();
    assert_eq!(
        known,
        [
            "discovery-end-point-verification: fapi.metadata-id-token-algs",
            "ensure-pkce-code-verifier-required: token-error.error",
            "ensure-request-object-signature-algorithm-is-not-none: token-error.error",
            "ensure-request-object-with-nbf-over-60-fails: fapi.refused",
            "ensure-request-object-without-exp-fails: fapi.refused",
            "ensure-request-object-without-nbf-fails: fapi.refused",
            "ensure-token-endpoint-fails-with-expired-auth-code: fapi.refused",
            "ensure-unsigned-authorization-request-without-using-par-fails: fapi.refused",
            "par-ensure-pkce-required: fapi.refused",
            "par-ensure-reused-request-uri-prior-to-auth-completion-succeeds: fapi.revisited",
            "par-test-array-as-audience-fails: fapi.refused",
            "par-test-par-endpoint-url-as-audience-fails: fapi.refused",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn with_fapi2_behavior_both_plans_pass_without_divergences() {
    let reports = tempfile::tempdir().expect("a folder");
    let mut options = options("mock", &["fapi2", "fapi2-message-signing"], reports.path());
    options.behavior = Some(Behavior::Fapi2);
    let run = harness::run::Runner::open(options).await.expect("a mock").run(|_| {}).await;
    for scenario in &run.scenarios {
        let reason = (&scenario.reason, failed(&run, &scenario.id));
        assert!(matches!(scenario.state, State::Pass | State::Skip), "{} {:?} {reason:?}", scenario.id, scenario.state);
    }
    let plans = run.plans.iter().map(|plan| (plan.plan.as_str(), plan.totals.pass, plan.totals.skip));
    // Assertions and objects that are signed with RS256 are for clients with RSA keys; the client with a scope that needs
    // consent has a secret.
    assert_eq!(plans.collect::<Vec<_>>(), [("fapi2", 54, 2), ("fapi2-message-signing", 67, 3)]);
}
