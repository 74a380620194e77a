//! Okta Verify in `/api/v1/users/{id}/factors`.

use mock_idp_core::model::SharedSecret;
use mock_idp_core::protocol::totp;
use serde_json::{Value, json};

use super::{Api, keys, values};
use crate::market::{NOW, advance, stopped};
use crate::org::TestOrg;

const FACTORS: &str = "/api/v1/users/push@example.test/factors";

async fn answer(api: &Api, decision: &str) {
    let request = crate::flow::browser().post(format!("{}/_mock/pushes", api.mock.url()));
    assert_eq!(request.json(&json!({ "decision": decision })).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_push_is_polled_until_it_is_answered_canceled_or_too_old() {
    let api = Api::of(stopped(&TestOrg::market()).await);
    let listed = api.get(FACTORS).await.body;
    assert_eq!(values(&listed, "/factorType"), ["push", "token:software:totp"]);
    let one = listed[0]["_links"]["self"]["href"].as_str().unwrap().strip_prefix(api.mock.url()).unwrap().to_owned();
    let verify = format!("{one}/verify");
    let begin = async |body: Value| {
        let begun = api.post(&verify, body).await;
        assert_eq!(begun.status.as_u16(), 201);
        begun.body
    };
    let path = |body: &Value| {
        let href = body["_links"]["poll"]["href"].as_str().unwrap();
        assert_eq!(body["_links"]["cancel"], json!({ "href": href, "hints": { "allow": ["DELETE"] } }));
        href.strip_prefix(api.mock.url()).unwrap().to_owned()
    };
    let begun = begin(json!({})).await;
    assert_eq!(keys(&begun), ["expiresAt", "factorResult", "profile", "_links"]);
    let expires = mock_idp_core::moment::timestamp(NOW + 300);
    assert_eq!((&begun["factorResult"], &begun["expiresAt"]), (&json!("WAITING"), &json!(expires)));
    let transaction = path(&begun);
    assert!(transaction.starts_with(&format!("{one}/transactions/mst")), "{transaction}");
    assert_eq!(api.get(&transaction).await.body, begun);
    answer(&api, "approve").await;
    assert_eq!(api.get(&transaction).await.body, json!({ "factorResult": "SUCCESS" }));

    let code_of_no_key = totp::code(&[], totp::step_at(NOW));
    let refused = api.post(&verify, json!({ "passCode": code_of_no_key })).await;
    assert_eq!(refused.refusal(), (403, "E0000068"), "a push is not proved by a code");

    let numbered = begin(json!({ "useNumberMatchingChallenge": true })).await;
    let number = numbered["_embedded"]["challenge"]["correctAnswer"].as_u64().unwrap();
    assert!((10..100).contains(&number), "{numbered}");
    answer(&api, "deny").await;
    let rejected = api.get(&path(&numbered)).await.body;
    assert_eq!((&rejected["factorResult"], keys(&rejected["_links"])), (&json!("REJECTED"), vec!["verify", "factor"]));

    let canceled = path(&begin(json!({})).await);
    assert_eq!(api.delete(&canceled).await.status.as_u16(), 204);
    assert_eq!(api.get(&canceled).await.refusal(), (404, "E0000007"));
    let late = path(&begin(json!({})).await);
    advance(&api.mock, 300).await;
    assert_eq!(api.get(&late).await.body["factorResult"], "TIMEOUT");
}

#[tokio::test]
async fn the_codes_of_okta_verify_are_enrolled_by_themselves_and_notifications_by_the_app() {
    let api = Api::of(stopped(&TestOrg::market()).await);
    let factors = "/api/v1/users/mfa@example.test/factors";
    let body = |kind: &str| json!({ "factorType": kind, "provider": "OKTA" });
    let pending = api.post(factors, body("token:software:totp")).await.body;
    let id = pending["id"].as_str().unwrap();
    assert!(id.starts_with("ost"), "{pending}");
    let secret: SharedSecret =
        serde_json::from_value(pending["_embedded"]["activation"]["sharedSecret"].clone()).unwrap();
    let code = totp::code(&secret.bytes().unwrap(), totp::step_at(NOW));
    let active = api.post(&format!("{factors}/{id}/lifecycle/activate"), json!({ "passCode": code })).await.body;
    assert_eq!(active["status"], "ACTIVE");
    assert_eq!(api.post(factors, body("push")).await.body["status"], "PENDING_ACTIVATION");
}
