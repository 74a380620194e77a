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

        /// The faults that are tested here.
        const FAULTS: &[&str] = &[$($fault),+];

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
    id_token_foreign_key: "id_token.foreign-key", "code.web.custom", "id-token.signature";
    id_token_public_key_as_secret: "id_token.public-key-as-secret", "code.web.custom", "id-token.alg";
    id_token_wrong_type: "id_token.wrong-type", "code.web.custom", "id-token.header";
    id_token_issuer_with_slash: "id_token.issuer-with-slash", "code.web.custom", "id-token.iss";
    id_token_missing_issuer: "id_token.missing-issuer", "code.web.custom", "id-token.iss";
    id_token_second_audience: "id_token.second-audience", "code.web.custom", "id-token.aud-text";
    id_token_missing_audience: "id_token.missing-audience", "code.web.custom", "id-token.aud";
    id_token_expires_as_text: "id_token.expires-as-text", "code.web.custom", "id-token.exp";
    id_token_missing_expiry: "id_token.missing-expiry", "code.web.custom", "id-token.exp";
    id_token_duplicate_claim: "id_token.duplicate-claim", "code.web.custom", "id-token.iss";
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
    access_token_foreign_key: "access_token.foreign-key", "code.web.custom", "access-token.signature";
    access_token_public_key_as_secret: "access_token.public-key-as-secret", "code.web.custom", "access-token.alg";
    access_token_wrong_type: "access_token.wrong-type", "code.web.custom", "access-token.header";
    access_token_issuer_with_slash: "access_token.issuer-with-slash", "code.web.custom", "access-token.iss";
    access_token_missing_issuer: "access_token.missing-issuer", "code.web.custom", "access-token.iss";
    access_token_second_audience: "access_token.second-audience", "code.web.custom", "access-token.aud";
    access_token_missing_audience: "access_token.missing-audience", "code.web.custom", "access-token.aud";
    access_token_wrong_subject: "access_token.wrong-subject", "code.web.custom", "access-token.sub";
    access_token_expires_as_text: "access_token.expires-as-text", "code.web.custom", "access-token.exp";
    access_token_missing_expiry: "access_token.missing-expiry", "code.web.custom", "access-token.exp";
    access_token_missing_sub: "access_token.missing-sub", "code.web.custom", "access-token.sub";
    access_token_duplicate_claim: "access_token.duplicate-claim", "code.web.custom", "access-token.iss";
    access_token_wrong_audience_at_the_api: "access_token.wrong-audience", "api.products.read", "api.status";
    access_token_bad_signature_at_the_api: "access_token.bad-signature", "api.products.no-scope", "api.challenge";
    access_token_extra_scope_in_a_row: "access_token.extra-scope", "scopes.buyer.web.read", "scope.granted";
    refresh_token_unknown: "refresh_token.unknown", "refresh.rotation", "token.status";
    refresh_token_missing: "refresh_token.missing", "refresh.rotation", "token.refresh-issued";
    id_jag_bad_signature: "id_jag.bad-signature", "cross-app.agent", "id-jag.signature";
    id_jag_unknown_kid: "id_jag.unknown-kid", "cross-app.agent", "id-jag.signature";
    id_jag_alg_none: "id_jag.alg-none", "cross-app.agent", "id-jag.signature";
    id_jag_wrong_type: "id_jag.wrong-type", "cross-app.agent", "id-jag.header";
    id_jag_wrong_issuer: "id_jag.wrong-issuer", "cross-app.agent", "id-jag.claims";
    id_jag_wrong_audience: "id_jag.wrong-audience", "cross-app.agent", "id-jag.claims";
    id_jag_wrong_subject: "id_jag.wrong-subject", "cross-app.agent", "id-jag.claims";
    id_jag_expired: "id_jag.expired", "cross-app.agent", "id-jag.lifetime";
    id_jag_issued_in_future: "id_jag.issued-in-future", "cross-app.agent", "id-jag.lifetime";
    id_jag_extra_scope: "id_jag.extra-scope", "cross-app.agent", "id-jag.claims";
    id_jag_foreign_key: "id_jag.foreign-key", "cross-app.agent", "id-jag.signature";
    id_jag_public_key_as_secret: "id_jag.public-key-as-secret", "cross-app.agent", "id-jag.signature";
    id_jag_duplicate_claim: "id_jag.duplicate-claim", "cross-app.agent", "id-jag.claims";
    interclient_token_bad_signature: "interclient_token.bad-signature", "interclient.hand-over", "callback.succeeds";
    interclient_token_unknown_kid: "interclient_token.unknown-kid", "interclient.hand-over", "callback.succeeds";
    interclient_token_alg_none: "interclient_token.alg-none", "interclient.hand-over", "callback.succeeds";
    interclient_token_wrong_issuer: "interclient_token.wrong-issuer", "interclient.hand-over", "callback.succeeds";
    interclient_token_expired: "interclient_token.expired", "interclient.hand-over", "callback.succeeds";
    interclient_token_foreign_key: "interclient_token.foreign-key", "interclient.hand-over", "callback.succeeds";
    interclient_token_public_key_as_secret: "interclient_token.public-key-as-secret", "interclient.hand-over", "callback.succeeds";
    logout_token_bad_signature: "logout_token.bad-signature", "back-channel.oidcc-backchannel-rp-initiated-logout", "logout-token.signature";
    logout_token_unknown_kid: "logout_token.unknown-kid", "back-channel.oidcc-backchannel-rp-initiated-logout", "logout-token.signature";
    logout_token_alg_none: "logout_token.alg-none", "back-channel.oidcc-backchannel-rp-initiated-logout", "logout-token.signature";
    logout_token_wrong_issuer: "logout_token.wrong-issuer", "back-channel.oidcc-backchannel-rp-initiated-logout", "logout-token.iss";
    logout_token_wrong_audience: "logout_token.wrong-audience", "back-channel.oidcc-backchannel-rp-initiated-logout", "logout-token.aud";
    logout_token_wrong_subject: "logout_token.wrong-subject", "back-channel.oidcc-backchannel-rp-initiated-logout", "logout-token.about";
    logout_token_expired: "logout_token.expired", "back-channel.oidcc-backchannel-rp-initiated-logout", "logout-token.exp";
    logout_token_issued_in_future: "logout_token.issued-in-future", "back-channel.oidcc-backchannel-rp-initiated-logout", "logout-token.iat";
    logout_token_missing_events: "logout_token.missing-events", "back-channel.oidcc-backchannel-rp-initiated-logout", "logout-token.events";
    logout_token_with_nonce: "logout_token.with-nonce", "back-channel.oidcc-backchannel-rp-initiated-logout", "logout-token.no-nonce";
    logout_token_foreign_key: "logout_token.foreign-key", "back-channel.oidcc-backchannel-rp-initiated-logout", "logout-token.signature";
    logout_token_public_key_as_secret: "logout_token.public-key-as-secret", "back-channel.oidcc-backchannel-rp-initiated-logout", "logout-token.signature";
    logout_token_wrong_type: "logout_token.wrong-type", "back-channel.oidcc-backchannel-rp-initiated-logout", "logout-token.typ";
    logout_token_duplicate_claim: "logout_token.duplicate-claim", "back-channel.oidcc-backchannel-rp-initiated-logout", "logout-token.iss";
    http_500: "http.status-500" at TOKEN, "service.basic", "token.status";
    http_503: "http.status-503" at TOKEN, "token.wrong-secret", "token-error.status";
    http_429: "http.status-429" at TOKEN, "service.basic", "token.status";
    http_bad_json: "http.bad-json" at TOKEN, "service.basic", "token.json";
    http_wrong_content_type: "http.wrong-content-type" at TOKEN, "service.basic", "token.content-type";
    http_bad_keys: "http.bad-json" at KEYS, "keys.custom", "keys.status";
    keys_duplicate_kid: "keys.duplicate-kid", "keys.custom", "keys.ids";
    keys_missing_kid: "keys.missing-kid", "keys.custom", "keys.ids";
    keys_missing_active: "keys.missing-active", "code.web.custom", "id-token.kid";
    keys_empty: "keys.empty", "keys.custom", "keys.not-empty";
    keys_unknown_type: "keys.unknown-type", "keys.custom", "keys.usable";
}

/// Faults for the apps under test that no specification forbids an issuer: a size, a start of validity, the times of a token that
/// only its audience reads.
const FOR_CLIENTS: &[&str] = &[
    "id_token.not-before-in-future",
    "id_token.oversize",
    "access_token.not-before-in-future",
    "access_token.oversize",
    "access_token.issued-in-future",
];

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

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_tokens_and_key_sets_fails_a_check() {
    let mock = harness::embedded::Mock::start().await.expect("a mock");
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let url = mock.base.join("_mock/faults").expect("an address");
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    // The answer to an unknown name lists the known ones.
    let request = client.post(url).header("content-type", "application/json").body(r#"{ "name": "unknown" }"#);
    let text = request.send().await.expect("an answer").text().await.expect("a text");
    let names = text
        .split(['"', ' ', ',', '\n', '`', '\''])
        .filter(|word| word.contains("_token.") || word.starts_with("id_jag.") || word.starts_with("keys."));
    let names: std::collections::BTreeSet<&str> = names.map(|name| name.trim_end_matches(['.', '\\'])).collect();
    assert!(names.len() > 40, "{text}");
    let untested: Vec<&&str> =
        names.iter().filter(|name| !FAULTS.contains(name) && !FOR_CLIENTS.contains(name)).collect();
    assert!(untested.is_empty(), "{untested:?}");
}
