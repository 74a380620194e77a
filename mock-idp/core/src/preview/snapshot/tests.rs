use serde_json::json;

use super::*;

const NOW: i64 = 1_800_000_000;

fn case() -> TokenCase {
    TokenCase {
        user: Some("ann@example.test".to_owned()),
        user_id: Some("00uann".to_owned()),
        client: "Web".to_owned(),
        client_id: "0oaweb".to_owned(),
        grant: "authorization_code",
        server: "default".to_owned(),
        scope: Some("openid".to_owned()),
    }
}

fn at(now: i64) -> Circumstances<'static> {
    Circumstances { base: "http://localhost:1", now }
}

fn token(payload: Value) -> PreviewOutcome {
    let Value::Object(payload) = payload else { panic!("an object") };
    let header = Map::from_iter([("kid".to_owned(), Value::Null), ("alg".to_owned(), "RS256".into())]);
    let access_token = Some(PreviewedToken { header, payload, encrypted: None });
    let answer = EndpointTokens { token_type: "Bearer", expires_in: 3600, access_token, ..EndpointTokens::default() };
    PreviewOutcome::Granted(Box::new(Granted { token: Some(answer), ..Granted::default() }))
}

fn payload(outcome: &PreviewOutcome, now: i64) -> Value {
    let snapshot = Snapshot::new(case(), outcome, at(now)).expect("a snapshot");
    snapshot.result["token"]["access_token"]["payload"].clone()
}

#[test]
fn volatile_values_become_placeholders_and_the_lifetime_stays_visible() {
    let random = "a".repeat(43);
    let outcome = token(json!({
        "jti": format!("AT.{random}.oar45678901234567890"), "iss": "http://localhost:1/oauth2/default", "iat": NOW,
        "exp": NOW + 3600, "auth_time": NOW, "cnf": {"jkt": "preview"}, "cid": "0oaweb", "scp": ["openid"], "ver": 1
    }));
    assert_eq!(
        payload(&outcome, NOW),
        json!({
            "jti": "[jti AT oar]", "iss": "[base]/oauth2/default", "iat": "[epoch]", "exp": "[iat + 3600]",
            "auth_time": "[epoch]", "cnf": {"jkt": "[jkt]"}, "cid": "0oaweb", "scp": ["openid"], "ver": 1
        })
    );
}

#[test]
fn a_volatile_value_of_the_wrong_form_is_kept() {
    let wrong =
        json!({"jti": "AT.short", "iat": NOW + 1, "auth_time": "now", "nonce": "other", "sid": 7, "at_hash": "h"});
    assert_eq!(payload(&token(wrong.clone()), NOW), wrong);
    assert_eq!(payload(&token(json!({"exp": NOW})), NOW), json!({"exp": NOW}), "exp is relative to iat");
}

#[test]
fn a_refusal_has_error_and_reason_and_no_token() {
    let refused = Refused {
        shown: Shown::Redirect,
        status: 302,
        id: "access_denied".to_owned(),
        error: "access_denied".to_owned(),
        error_description: "Policy evaluation failed".to_owned(),
        reason: "no rule".to_owned(),
    };
    let snapshot = Snapshot::new(case(), &PreviewOutcome::Refused(refused.clone()), at(NOW)).expect("a snapshot");
    let text: Value = serde_json::from_str(&snapshot.text()).expect("JSON");
    assert_eq!(
        text,
        json!({
            "case": {"user": "ann@example.test", "user_id": "00uann", "client": "Web", "client_id": "0oaweb",
                "grant": "authorization_code", "server": "default", "scope": "openid"},
            "outcome": "refused",
            "refusal": {"shown": "redirect", "error": "access_denied", "error_description": "Policy evaluation failed",
                "reason": "no rule"},
        })
    );
    for shown in [Shown::Page, Shown::SignInPage, Shown::Api] {
        let outcome = PreviewOutcome::Refused(Refused { shown, ..refused.clone() });
        let error = Snapshot::new(case(), &outcome, at(NOW)).expect_err("no answer to the client");
        assert!(error.reason.ends_with("no rule"), "{}", error.reason);
    }
    let asks = PreviewOutcome::Asks(Asks::Consent { scopes: vec!["a".to_owned()] });
    assert_eq!(Snapshot::new(case(), &asks, at(NOW)).expect_err("a question").reason, "the user is asked to allow a");
}
