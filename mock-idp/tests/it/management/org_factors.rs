//! `/api/v1/org/factors`.

use mock_idp_core::model::DirectoryKind;
use serde_json::{Value, json};

use super::{Api, keys, values};

const QUESTION: &str = "/api/v1/org/factors/okta_question";

/// The authenticator with a key.
async fn authenticator(api: &Api, key: &str) -> Value {
    let listed = api.get("/api/v1/authenticators").await.body;
    listed.as_array().unwrap().iter().find(|authenticator| authenticator["key"] == key).unwrap().clone()
}

#[tokio::test]
async fn a_factor_is_the_use_of_an_authenticator_besides_recovery() {
    let api = Api::market().await;
    let active = api.get(QUESTION).await;
    assert_eq!(active.keys(), ["id", "provider", "factorType", "status", "_links"]);
    assert_eq!(
        (&active.body["id"], &active.body["provider"], &active.body["factorType"], &active.body["status"]),
        (&json!("okta_question"), &json!("OKTA"), &json!("question"), &json!("ACTIVE"))
    );
    assert_eq!(keys(&active.body["_links"]), ["self", "deactivate"]);
    assert_eq!(active.body["_links"]["deactivate"]["hints"], json!({ "allow": ["POST"] }));

    let inactive = api.post(&format!("{QUESTION}/lifecycle/deactivate"), json!({})).await;
    assert_eq!((inactive.status.as_u16(), &inactive.body["status"]), (200, &json!("INACTIVE")));
    assert_eq!(keys(&inactive.body["_links"]), ["activate", "self"]);
    assert_eq!(api.get(QUESTION).await.body, inactive.body);
    let question = authenticator(&api, "security_question").await;
    assert_eq!((&question["status"], &question["settings"]["allowedFor"]), (&json!("ACTIVE"), &json!("recovery")));

    let again = api.post(&format!("{QUESTION}/lifecycle/activate"), json!({})).await;
    assert_eq!(again.body, active.body);
    assert_eq!(authenticator(&api, "security_question").await["settings"]["allowedFor"], "any");
}

#[tokio::test]
async fn factors_are_listed_and_an_authenticator_without_recovery_is_switched_as_a_whole() {
    let org = crate::org::TestOrg::market().edit(|document| {
        let authenticators = document.directory.get_mut(&DirectoryKind::Authenticator).unwrap();
        let webauthn = authenticators.iter_mut().find(|known| known.text("key") == Some("webauthn")).unwrap();
        webauthn.members["status"] = json!("INACTIVE");
    });
    let api = Api::of(org.start().await);
    let listed = api.get("/api/v1/org/factors").await.body;
    assert_eq!(values(&listed, "/id"), ["fido_webauthn", "google_otp", "okta_email", "okta_question"]);
    assert_eq!(values(&listed, "/status"), ["INACTIVE", "ACTIVE", "INACTIVE", "ACTIVE"]);
    let key = api.post("/api/v1/org/factors/fido_webauthn/lifecycle/activate", json!({})).await;
    assert_eq!((key.status.as_u16(), &key.body["status"]), (200, &json!("ACTIVE")));
    assert_eq!(authenticator(&api, "webauthn").await["status"], "ACTIVE");
    let refused = api.post("/api/v1/org/factors/google_otp/lifecycle/deactivate", json!({})).await;
    assert_eq!(refused.error().1, "E0000148");
    for path in ["/api/v1/org/factors/magic", "/api/v1/org/factors/okta_push"] {
        assert_eq!(api.get(path).await.error().0, 404);
    }
}
