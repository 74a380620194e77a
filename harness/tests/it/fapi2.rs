//! The FAPI 2 plans as a whole: what comes of them, and that each of the many calls of userinfo can turn red.

use axum::http::StatusCode;
use harness::check::proof;
use harness::issuer_target::Behavior;
use harness::record::Verdict;
use harness::record::run::State;

use crate::stage::{failed, options, run};
use crate::tampering::Tampered;

const PROBES: &str = "fapi2.fapi2-security-profile-final-dpop-negative-tests";

/// The calls that must be answered; all the others must be refused.
const TAKEN: [&str; 6] =
    ["proof.right", "proof.extra", "proof.htu-query", "proof.htu-case", "proof.htu-port", "proof.first"];

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_that_takes_every_proof_turns_every_refusal_red() {
    let tampered = Tampered::start_as(true, |answer| {
        if answer.at("/userinfo") {
            answer.succeed("{\"sub\":\"me\"}");
        }
    })
    .await;
    let failed = failed(&run(&tampered.url, &[PROBES]).await, PROBES);
    for check in proof::ALL {
        assert_eq!(failed.iter().any(|id| id == check.id), !TAKEN.contains(&check.id), "{}", check.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_that_takes_no_proof_turns_every_right_one_red() {
    let tampered = Tampered::start_as(true, |answer| {
        if answer.at("/userinfo") {
            answer.status = StatusCode::UNAUTHORIZED;
        }
    })
    .await;
    let failed = failed(&run(&tampered.url, &[PROBES]).await, PROBES);
    for check in proof::ALL {
        assert_eq!(failed.iter().any(|id| id == check.id), TAKEN.contains(&check.id), "{}", check.id);
    }
}

/// The profile asks for more than OpenID Connect does: this is all that a provider of the latter lacks.
#[tokio::test(flavor = "multi_thread")]
async fn as_openid_conformance_asks_little_of_the_profile_is_missing() {
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
            "ensure-request-object-without-nbf-fails: fapi.refused",
            "ensure-token-endpoint-fails-with-expired-auth-code: fapi.refused",
            "ensure-unsigned-authorization-request-without-using-par-fails: fapi.refused",
            "ensure-unsigned-request-at-par-endpoint-fails: fapi.refused",
            "par-ensure-pkce-required: fapi.refused",
            "par-ensure-reused-request-uri-prior-to-auth-completion-succeeds: fapi.revisited",
            "par-test-array-as-audience-fails: fapi.refused",
            "par-test-par-endpoint-url-as-audience-fails: fapi.refused",
        ]
    );
}
