//! `/api/v1/authenticators`.

use mock_idp_core::model::DirectoryKind;
use serde_json::{Value, json};

use super::{Api, keys, values};
use crate::org::TestOrg;

const PATH: &str = "/api/v1/authenticators";

/// The market with the authenticators of a fresh org only.
pub(super) fn fresh() -> TestOrg {
    TestOrg::market().edit(|document| document.directory.get_mut(&DirectoryKind::Authenticator).unwrap().clear())
}

/// The authenticator with a key, and its path.
async fn with_key(api: &Api, key: &str) -> (Value, String) {
    let list = api.get(PATH).await.body;
    let found = list.as_array().unwrap().iter().find(|authenticator| authenticator["key"] == key).unwrap().clone();
    let path = format!("{PATH}/{}", found["id"].as_str().unwrap());
    (found, path)
}

#[tokio::test]
async fn a_fresh_org_has_the_authenticators_of_okta() {
    let api = Api::of(fresh().start().await);
    let list = api.get(PATH).await.body;
    let expected = [
        ("okta_email", "ACTIVE"),
        ("google_otp", "INACTIVE"),
        ("okta_verify", "ACTIVE"),
        ("okta_password", "ACTIVE"),
        ("phone_number", "INACTIVE"),
        ("webauthn", "INACTIVE"),
        ("security_question", "ACTIVE"),
    ];
    let found: Vec<(&str, &str)> = values(&list, "/key").into_iter().zip(values(&list, "/status")).collect();
    assert_eq!(found, expected);
    let (email, path) = with_key(&api, "okta_email").await;
    assert_eq!(keys(&email), ["type", "id", "key", "status", "name", "created", "lastUpdated", "settings", "_links"]);
    assert_eq!(email["settings"], json!({ "allowedFor": "recovery", "tokenLifetimeInMinutes": 5 }));
    assert_eq!(keys(&email["_links"]), ["self", "deactivate", "methods"]);
    assert_eq!(api.get(&path).await.body, email);
    assert_eq!(keys(&with_key(&api, "okta_password").await.0["_links"]), ["self", "methods"]);
}

#[tokio::test]
async fn a_replaced_authenticator_keeps_settings_that_are_not_sent() {
    let api = Api::of(fresh().start().await);
    let (_, path) = with_key(&api, "security_question").await;
    let body = |name: &str| json!({ "key": "security_question", "name": name, "status": "INACTIVE" });
    let replaced = api.put(&path, body("Questions")).await;
    assert_eq!((&replaced.body["name"], &replaced.body["status"]), (&json!("Questions"), &json!("ACTIVE")));
    assert_eq!(replaced.body["settings"], json!({ "allowedFor": "recovery" }));
    let blank = "name: The field cannot be left blank";
    assert_eq!(api.put(&path, body("")).await.error().3, [blank]);
}

#[tokio::test]
async fn authenticators_are_deactivated_unless_a_policy_enrolls_them() {
    let api = Api::market().await;
    let (_, path) = with_key(&api, "security_question").await;
    let enrolled = api.post(&format!("{path}/lifecycle/deactivate"), json!({})).await;
    assert_eq!(enrolled.status, 403, "a policy of the market enrolls it");
    api.delete("/api/v1/policies/00penrollment00005d7").await;
    let inactive = api.post(&format!("{path}/lifecycle/deactivate"), json!({})).await;
    assert_eq!((inactive.status.as_u16(), &inactive.body["status"]), (200, &json!("INACTIVE")));
    let twice = "Api validation failed: api.authenticator.error.unsupported.active.deactivate";
    assert_eq!(
        api.post(&format!("{path}/lifecycle/deactivate"), json!({})).await.error(),
        (400, "E0000001", twice, vec![])
    );
    let active = api.post(&format!("{path}/lifecycle/activate"), json!({})).await;
    assert_eq!(active.body["status"], "ACTIVE");
    let (_, path) = with_key(&api, "okta_verify").await;
    let refused = api.post(&format!("{path}/lifecycle/deactivate"), json!({})).await;
    let (status, code, summary, causes) = refused.error();
    assert_eq!((status, code, causes), (403, "E0000148", vec!["Authenticator Enrollment Policies: Default Policy"]));
    assert!(summary.ends_with("must not be set to \"registered\" in app assurance policies."), "{summary}");
}

#[tokio::test]
async fn a_custom_authenticator_is_added_and_one_that_exists_is_refused() {
    let api = Api::market().await;
    let email = json!({ "key": "okta_email", "name": "Other", "type": "email" });
    let object = "Api validation failed: com.okta.services.factors.iface.dto.AuthenticatorCatalog";
    assert_eq!(api.post(PATH, email).await.error(), (400, "E0000001", object, vec!["The field has an invalid value"]));
    let configuration = json!({ "hostName": "h", "authPort": 1, "instanceId": "i", "sharedSecret": "secret" });
    let provider = json!({ "type": "DEL_OATH", "configuration": configuration });
    let body = json!({ "key": "onprem_mfa", "name": "Hardware", "provider": provider });
    let added = api.create(&format!("{PATH}?activate=true"), body).await;
    assert_eq!((&added["type"], &added["status"]), (&json!("security_key"), &json!("ACTIVE")));
    assert_eq!(keys(&added["provider"]["configuration"]), ["hostName", "authPort", "instanceId"]);
    let path = format!("{PATH}/{}", added["id"].as_str().unwrap());
    assert_eq!(api.post(&format!("{path}/lifecycle/deactivate"), json!({})).await.error().1, "E0000148");
    let app = json!({
        "key": "custom_app", "name": "Our app", "settings": { "appInstanceId": "0oa1", "userVerification": "REQUIRED" },
    });
    let app = api.create(PATH, app).await;
    assert_eq!((&app["status"], &app["settings"]["oauthClientId"]), (&json!("INACTIVE"), &json!("0oa1")));
}

#[tokio::test]
async fn the_phone_needs_a_telephony_hook() {
    let api = Api::market().await;
    let (phone, path) = with_key(&api, "phone_number").await;
    let summary = "You must have an active telephony inline hook to activate and use the Phone authenticator.";
    assert_eq!(api.put(&path, phone.clone()).await.error(), (400, "E0000226", summary, vec![]));
    assert_eq!(api.post(&format!("{path}/lifecycle/activate"), json!({})).await.error().1, "E0000226");
    let channel = json!({ "type": "HTTP", "version": "1.0.0", "config": { "uri": "https://example.com/sms" } });
    let hook = json!({ "name": "sms", "type": "com.okta.telephony.provider", "version": "1.0.0", "channel": channel });
    api.create("/api/v1/inlineHooks", hook).await;
    assert_eq!(api.put(&path, phone).await.status, 200);
    let active = api.post(&format!("{path}/lifecycle/activate"), json!({})).await;
    assert_eq!(active.body["status"], "ACTIVE");
    let methods = api.get(&format!("{path}/methods")).await.body;
    assert_eq!(values(&methods, "/type"), ["sms", "voice"]);
    let voice = api.get(&format!("{path}/methods/voice")).await;
    assert_eq!((&voice.body["type"], &voice.body["status"]), (&json!("voice"), &json!("ACTIVE")));
    assert_eq!(api.get(&format!("{path}/methods/email")).await.error().1, "E0000007");
}
