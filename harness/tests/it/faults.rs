//! For every fault of the mock, the check that must fail.

use harness::record::run::State;

use crate::support::{assert_check_fails, assert_passes, run, run_with_fault};

const TOKEN: Option<&str> = Some("/oauth2/default/v1/token");
const KEYS: Option<&str> = Some("/oauth2/default/v1/keys");

/// Each line is a test: with this fault, this check of this scenario fails.
macro_rules! detects {
    ($($name:ident: $fault:literal $(at $path:expr)?, $scenario:literal, $check:literal;)+) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let path: Option<&str> = None $(.or($path))?;
                let run = run_with_fault($fault, path, $scenario).await;
                assert_check_fails(&run, $scenario, $check);
            }
        )+

        /// The checks that are tested here.
        pub(crate) const TESTED: &[&str] = &[$($check),+];
    };
}

detects! {
    id_token_bad_signature: "id_token.bad-signature", "code.web.custom", "id-token.signature";
    id_token_unknown_kid: "id_token.unknown-kid", "code.web.custom", "id-token.kid";
    id_token_alg_none: "id_token.alg-none", "code.web.custom", "id-token.alg";
    id_token_wrong_issuer: "id_token.wrong-issuer", "code.web.custom", "id-token.iss";
    id_token_wrong_audience: "id_token.wrong-audience", "code.web.custom", "id-token.aud";
    id_token_wrong_nonce: "id_token.wrong-nonce", "code.web.custom", "id-token.nonce";
    id_token_wrong_at_hash: "id_token.wrong-at-hash", "code.web.custom", "id-token.at-hash";
    id_token_expired: "id_token.expired", "code.web.custom", "id-token.exp";
    id_token_issued_in_future: "id_token.issued-in-future", "code.web.custom", "id-token.iat";
    id_token_missing_sub: "id_token.missing-sub", "code.web.custom", "id-token.sub";
    id_token_wrong_subject: "id_token.wrong-subject", "userinfo.get.custom", "userinfo.sub";
    id_token_alg_none_at_the_org_server: "id_token.alg-none", "code.web.org", "id-token.signature";
    id_token_wrong_nonce_in_the_fragment: "id_token.wrong-nonce", "response.implicit.id-token", "id-token.nonce";
    access_token_bad_signature: "access_token.bad-signature", "code.web.custom", "access-token.signature";
    access_token_unknown_kid: "access_token.unknown-kid", "code.web.custom", "access-token.kid";
    access_token_alg_none: "access_token.alg-none", "code.web.custom", "access-token.alg";
    access_token_wrong_issuer: "access_token.wrong-issuer", "code.web.custom", "access-token.iss";
    access_token_wrong_audience: "access_token.wrong-audience", "code.web.custom", "access-token.aud";
    access_token_expired: "access_token.expired", "service.basic", "access-token.exp";
    access_token_extra_scope: "access_token.extra-scope", "service.basic", "access-token.scp";
    access_token_missing_scp: "access_token.missing-scp", "code.web.custom", "access-token.scp";
    access_token_wrong_audience_at_the_api: "access_token.wrong-audience", "api.products.read", "api.status";
    access_token_bad_signature_at_the_api: "access_token.bad-signature", "api.products.no-scope", "api.challenge";
    access_token_extra_scope_in_a_row: "access_token.extra-scope", "scopes.buyer.web.read", "scope.granted";
    http_500: "http.status-500" at TOKEN, "service.basic", "token.status";
    http_503: "http.status-503" at TOKEN, "token.wrong-secret", "token-error.status";
    http_429: "http.status-429" at TOKEN, "service.basic", "token.status";
    http_bad_json: "http.bad-json" at TOKEN, "service.basic", "token.json";
    http_wrong_content_type: "http.wrong-content-type" at TOKEN, "service.basic", "token.content-type";
    http_bad_keys: "http.bad-json" at KEYS, "keys.custom", "keys.status";
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_connection_is_an_error() {
    let run = run_with_fault("http.reset", TOKEN, "service.basic").await;
    let record = run.scenario("service.basic").expect("a record");
    assert_eq!(record.state, State::Error);
    assert!(record.reason.as_ref().is_some_and(|reason| reason.contains("/v1/token")), "{:?}", record.reason);
    assert_eq!(harness::run::exit(&run).code(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_fault_the_same_scenarios_pass() {
    let scenarios = [
        "code.web.custom",
        "code.web.org",
        "response.implicit.id-token",
        "userinfo.get.custom",
        "service.basic",
        "scopes.buyer.web.read",
        "token.wrong-secret",
        "keys.custom",
    ];
    let run = run("mock", &scenarios).await;
    for scenario in scenarios {
        assert_passes(&run, scenario);
    }
    assert_eq!(harness::run::exit(&run).code(), 0);
}
