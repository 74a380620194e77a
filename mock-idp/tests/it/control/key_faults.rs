//! Key sets and discovery documents that are wrong, late or missing, and keys that are removed at once.

use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use mock_idp::{FaultSpec, KeyRotation, LoginSpec, MintSpec, MockIdp, OrgControl};
use serde_json::{Value, json};

use crate::client::plain;

const KEYS: &str = "/oauth2/default/v1/keys";
const DISCOVERY: &str = "/oauth2/default/.well-known/openid-configuration";

async fn get(org: &OrgControl, path: &str) -> (u16, Value) {
    let answer = plain().get(format!("{}{path}", org.url())).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

async fn keys(org: &OrgControl) -> Vec<Value> {
    let (status, set) = get(org, KEYS).await;
    assert_eq!(status, 200);
    set["keys"].as_array().unwrap().clone()
}

/// Whether the key has signed the token.
fn verifies(key: &Value, token: &str) -> bool {
    let text = |name: &str| key[name].as_str().unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_aud = false;
    let key = DecodingKey::from_rsa_components(text("n"), text("e")).unwrap();
    jsonwebtoken::decode::<Value>(token, &key, &validation).is_ok()
}

async fn id_token(org: &OrgControl) -> String {
    org.mint(&MintSpec::id_token("Market demo", "buyer")).await.unwrap().token
}

#[tokio::test]
async fn the_first_of_two_keys_with_one_kid_does_not_verify_and_the_second_does() {
    let mock = MockIdp::builder().start().await.unwrap();
    let org = mock.org();
    let before = keys(&org).await;
    org.add_fault(&FaultSpec::named("keys.duplicate-kid")).await.unwrap();
    let with_fault = keys(&org).await;
    assert_eq!(with_fault[1..], before);
    assert_eq!((&with_fault[0]["kid"], &with_fault[0]["alg"]), (&before[0]["kid"], &before[0]["alg"]));
    let token = id_token(&org).await;
    assert_eq!([0, 1].map(|index| verifies(&with_fault[index], &token)), [false, true]);
    let foreign = org.mint(&MintSpec::id_token("Market demo", "buyer").fault("foreign-key")).await.unwrap().token;
    assert_eq!([0, 1].map(|index| verifies(&with_fault[index], &foreign)), [true, false]);
    org.clear_faults().await.unwrap();
    assert_eq!(keys(&org).await, before);
}

#[tokio::test]
async fn key_sets_have_the_defect_that_the_fault_names() {
    let mock = MockIdp::builder().start().await.unwrap();
    let org = mock.org();
    let before = keys(&org).await;
    let with = async |name: &str| {
        org.add_fault(&FaultSpec::named(name).times(1)).await.unwrap();
        assert_eq!(get(&org, DISCOVERY).await.0, 200, "{name} waits for a key set");
        keys(&org).await
    };
    assert_eq!(with("keys.empty").await, [Value::Null; 0]);
    assert_eq!(with("keys.missing-active").await, before[1..]);
    let without = with("keys.missing-kid").await;
    assert!(without.len() == before.len() && without.iter().all(|key| key.get("kid").is_none()), "{without:?}");
    assert_eq!(without[0]["n"], before[0]["n"]);
    let unknown = with("keys.unknown-type").await;
    assert_eq!((&unknown[0]["kty"], &unknown[1..]), (&json!("unknown"), &before[..]));
    assert_eq!(keys(&org).await, before);
    let reason = org.requests().await.unwrap().into_iter().find(|request| request.reason.is_some()).unwrap().reason;
    assert_eq!(reason.as_deref(), Some("fault keys.unknown-type"));
}

#[tokio::test]
async fn a_fault_of_key_sets_can_be_for_one_server() {
    let mock = MockIdp::builder().start().await.unwrap();
    let org = mock.org();
    org.add_fault(&FaultSpec::named("keys.empty").path("/oauth2/v1/")).await.unwrap();
    assert!(!keys(&org).await.is_empty());
    assert_eq!(get(&org, "/oauth2/v1/keys").await.1, json!({ "keys": [] }));
}

#[tokio::test]
async fn keys_and_discovery_are_late_or_fail_and_nothing_else() {
    let mock = MockIdp::builder().start().await.unwrap();
    let org = mock.org();
    for path in [KEYS, DISCOVERY] {
        let other = if path == KEYS { DISCOVERY } else { KEYS };
        let (status, expected) = get(&org, path).await;
        assert_eq!(status, 200);
        for (name, status) in [("http.status-503", 503), ("http.status-500", 500), ("http.status-429", 429)] {
            org.add_fault(&FaultSpec::named(name).path(path).times(1)).await.unwrap();
            assert_eq!((get(&org, other).await.0, get(&org, path).await.0), (200, status), "{name} {path}");
        }
        org.add_fault(&FaultSpec::named("http.reset").path(path).times(1)).await.unwrap();
        assert!(plain().get(format!("{}{path}", org.url())).send().await.is_err(), "{path}");
        let slow = FaultSpec::named("http.slow").path(path).delay(Duration::from_millis(40)).times(1);
        org.add_fault(&slow).await.unwrap();
        assert_eq!(get(&org, path).await, (200, expected), "the answer comes late, as it is");
        let late = &org.requests().await.unwrap()[0];
        assert!(late.ms >= 40.0 && late.reason.as_deref() == Some("fault http.slow"), "{late:?}");
    }
    assert_eq!(org.faults().await.unwrap(), []);
}

async fn is_active(mock: &MockIdp, token: &str) -> bool {
    let request = plain().post(format!("{}/v1/introspect", mock.issuer()));
    let request = request.basic_auth(crate::flow::WEB, Some(crate::flow::WEB_SECRET)).form(&[("token", token)]);
    request.send().await.unwrap().json::<Value>().await.unwrap()["active"] == true
}

#[tokio::test]
async fn tokens_of_a_key_that_was_removed_at_once_are_not_accepted_any_more() {
    let mock = MockIdp::builder().start().await.unwrap();
    let org = mock.org();
    let login = LoginSpec::at("Market demo").user("buyer").scopes(&["openid"]);
    let token = async || org.login(&login).await.unwrap().access_token.unwrap();
    let first = token().await;
    org.rotate_keys("default").await.unwrap();
    assert!(is_active(&mock, &first).await, "Okta keeps the previous key until the next rotation");

    let second = token().await;
    let before = keys(&org).await;
    let shown = org.rotate_keys_with(&KeyRotation::of("default").remove_previous()).await.unwrap();
    let after = keys(&org).await;
    assert_eq!(after.len(), 2, "ACTIVE and NEXT");
    assert_eq!(after[0]["kid"], before[1]["kid"], "the announced key signs");
    assert_eq!(after[0]["kid"], shown[0].kid.as_str());
    assert!(!is_active(&mock, &second).await);

    let third = token().await;
    let unannounced = org.rotate_keys_with(&KeyRotation::of("default").unannounced()).await.unwrap();
    assert_eq!(unannounced.iter().map(|key| key.status.as_str()).collect::<Vec<_>>(), ["ACTIVE", "NEXT", "EXPIRED"]);
    assert!(after.iter().all(|key| key["kid"] != unannounced[0].kid.as_str()), "it was not published before");
    assert!(is_active(&mock, &third).await && is_active(&mock, &token().await).await);
}

#[tokio::test]
async fn one_fault_more_than_the_bound_is_refused() {
    let mock = MockIdp::builder().start().await.unwrap();
    let org = mock.org();
    for _ in 0..1_000 {
        org.add_next_token(&mock_idp::NextTokenSpec::error("invalid_grant").client("Market demo")).await.unwrap();
    }
    let refused = org.add_fault(&FaultSpec::named("http.reset")).await.unwrap_err();
    assert_eq!(refused.status, 429);
    assert_eq!(refused.error, "1000 faults and changes of tokens are on, which is the most");
    assert_eq!(org.clear_next_tokens().await.unwrap(), 1_000);
    assert_eq!(org.add_fault(&FaultSpec::named("http.reset")).await.unwrap().len(), 1);
}
