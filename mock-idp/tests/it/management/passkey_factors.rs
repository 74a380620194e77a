//! Passkeys in `/api/v1/users/{id}/factors`.

use serde_json::{Value, json};

use super::{Api, keys, values};
use crate::factors::passkeys::authenticator::Authenticator;
use crate::factors::passkeys::{origin, seeded, with_webauthn};
use crate::market::{advance, stopped};
use crate::org::model;

const FACTORS: &str = "/api/v1/users/buyer@example.test/factors";

fn body() -> Value {
    json!({ "factorType": "webauthn", "provider": "FIDO" })
}

#[tokio::test]
async fn several_passkeys_are_enrolled_activated_verified_and_removed() {
    let api = Api::of(stopped(&with_webauthn("DISCOURAGED")).await);
    for (id, excluded) in [
        ("first", json!([])),
        ("second", json!([{ "type": "public-key", "id": "Zmlyc3Q", "transports": ["internal", "hybrid"] }])),
    ] {
        let authenticator = Authenticator::new(id.as_bytes());
        let pending = api.post(FACTORS, body()).await.body;
        assert_eq!(
            (&pending["status"], keys(&pending["_links"])),
            (&json!("PENDING_ACTIVATION"), vec!["activate", "self", "user"])
        );
        let activation = &pending["_embedded"]["activation"];
        assert_eq!(activation["excludeCredentials"], excluded);
        let path = format!("{FACTORS}/{}", pending["id"].as_str().unwrap());
        let activate = format!("{path}/lifecycle/activate");
        let forged = authenticator.forge_registration(activation, origin(&api.mock), |made| made.flags = 0x40);
        assert_eq!(api.post(&activate, forged).await.refusal(), (403, "E0000068"));
        assert_eq!(api.post(&activate, json!({ "passCode": "123456" })).await.refusal(), (403, "E0000068"));
        let active = api.post(&activate, authenticator.register(activation, origin(&api.mock))).await.body;
        assert_eq!(
            (&active["status"], keys(&active["profile"])),
            (&json!("ACTIVE"), vec!["credentialId", "authenticatorName"])
        );
        assert!(active.get("_embedded").is_none(), "{active}");

        let verify = format!("{path}/verify");
        let asked = api.post(&verify, json!({})).await.body;
        assert_eq!(keys(&asked), ["factorResult", "profile", "_links", "_embedded"]);
        assert_eq!(asked["factorResult"], "CHALLENGE");
        let challenge = &asked["_embedded"]["challenge"];
        let answer = authenticator.assert(challenge, origin(&api.mock), 1);
        assert_eq!(api.post(&verify, answer.clone()).await.body, json!({ "factorResult": "SUCCESS" }));
        assert_eq!(api.post(&verify, answer).await.refusal(), (403, "E0000068"), "a challenge is answered once");

        let asked = api.post(&verify, json!({})).await.body;
        let answer = authenticator.assert(&asked["_embedded"]["challenge"], origin(&api.mock), 1);
        assert_eq!(api.post(&verify, answer).await.refusal(), (403, "E0000068"), "the count is that of before");
        let asked = api.post(&verify, json!({})).await.body;
        advance(&api.mock, 300).await;
        let answer = authenticator.assert(&asked["_embedded"]["challenge"], origin(&api.mock), 2);
        assert_eq!(api.post(&verify, answer).await.refusal(), (403, "E0000068"), "the challenge is too old");
    }
    let listed = api.get(FACTORS).await.body;
    assert_eq!(values(&listed, "/factorType"), ["webauthn", "webauthn"]);
    assert_eq!(values(&listed, "/profile/credentialId"), ["Zmlyc3Q", "c2Vjb25k"]);
    let catalog = api.get(&format!("{FACTORS}/catalog")).await.body;
    assert_eq!(values(&catalog, "/factorType"), ["webauthn"], "there can be more");
    let first = format!("{FACTORS}/{}", listed[0]["id"].as_str().unwrap());
    assert_eq!(api.delete(&first).await.status.as_u16(), 204);
    assert_eq!(values(&api.get(FACTORS).await.body, "/profile/credentialId"), ["c2Vjb25k"]);
}

#[tokio::test]
async fn a_passkey_does_not_answer_the_challenge_of_another_one() {
    let ((_, one), (second, mut other)) = (seeded(), seeded());
    other["profile"]["credentialId"] = json!("b3RoZXI");
    let org = with_webauthn("DISCOURAGED").user("00ubuyer0000000005d7", |user| {
        user.factors = [one, other].map(model).to_vec();
    });
    let api = Api::of(stopped(&org).await);
    let listed = api.get(FACTORS).await.body;
    let verify = |index: usize| format!("{FACTORS}/{}/verify", listed[index]["id"].as_str().unwrap());
    let asked = api.post(&verify(0), json!({})).await.body;
    let answer = second.assert(&asked["_embedded"]["challenge"], origin(&api.mock), 1);
    assert_eq!(api.post(&verify(1), answer.clone()).await.refusal(), (403, "E0000068"), "it was not asked");
    assert_eq!(api.post(&verify(0), answer).await.refusal(), (403, "E0000068"), "it has another key");
}

#[tokio::test]
async fn a_passkey_needs_the_authenticator_of_the_org() {
    let api = Api::of(super::authenticators::fresh().start().await);
    assert_eq!(api.post(FACTORS, body()).await.refusal(), (403, "E0000006"));
}
