//! `/api/v1/users/{id}/factors`.

use mock_idp_core::model::SharedSecret;
use mock_idp_core::protocol::totp;
use serde_json::{Value, json};

use super::{Api, keys, values};
use crate::factors::{with_authenticators, with_factors};
use crate::market::{NOW, advance, stopped};

const FACTORS: &str = "/api/v1/users/00ubuyer0000000005d7/factors";

fn code(secret: &Value, now: i64) -> String {
    let secret: SharedSecret = serde_json::from_value(secret.clone()).unwrap();
    totp::code(&secret.bytes().unwrap(), totp::step_at(now))
}

#[tokio::test]
async fn a_question_is_enrolled_changed_and_removed_as_recorded() {
    let api = Api::of(stopped(&with_authenticators()).await);
    let questions = api.get(&format!("{FACTORS}/questions")).await.body;
    assert_eq!(questions.as_array().unwrap().len(), 19);
    assert_eq!(
        questions[0],
        json!({ "question": "disliked_food", "questionText": "What is the food you least liked as a child?" })
    );
    let catalog = api.get(&format!("{FACTORS}/catalog")).await.body;
    assert_eq!(values(&catalog, "/factorType"), ["question", "token:software:totp"]);
    assert_eq!(keys(&catalog[0]["_links"]), ["questions", "enroll"]);

    let body = json!({
        "factorType": "question", "provider": "OKTA", "profile": { "answer": "meatball", "question": "disliked_food" },
    });
    let created = api.post(FACTORS, body.clone()).await;
    assert_eq!(created.status.as_u16(), 200);
    assert_eq!(
        created.keys(),
        ["id", "factorType", "provider", "vendorName", "status", "created", "lastUpdated", "profile", "_links"]
    );
    let id = created.body["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("ufs") && id.len() == 20, "{id}");
    assert_eq!(
        (&created.body["status"], &created.body["profile"]),
        (
            &json!("ACTIVE"),
            &json!({ "question": "disliked_food", "questionText": "What is the food you least liked as a child?" })
        )
    );
    assert_eq!(keys(&created.body["_links"]), ["questions", "self", "user"]);
    assert_eq!(created.body["_links"]["self"]["hints"]["allow"], json!(["GET", "DELETE"]));
    assert_eq!(api.get(FACTORS).await.body, json!([created.body]));
    assert_eq!(values(&api.get(&format!("{FACTORS}/catalog")).await.body, "/factorType"), ["token:software:totp"]);
    let (status, error) = {
        let again = api.post(FACTORS, body).await;
        (again.status.as_u16(), again.body)
    };
    assert_eq!(
        (status, &error["errorSummary"], &error["errorCauses"]),
        (
            400,
            &json!("Api validation failed: factorEnrollRequest"),
            &json!([{ "errorSummary": "A factor of this type is already set up." }])
        )
    );
    let one = format!("{FACTORS}/{id}");
    advance(&api.mock, 5).await;
    let change = json!({ "profile": { "answer": "meatball", "question": "name_of_first_plush_toy" } });
    let changed = api.put(&one, change).await.body;
    assert_eq!(changed["profile"]["questionText"], "What is the name of your first stuffed animal?");
    assert_ne!(changed["lastUpdated"], changed["created"]);
    assert_eq!(api.get(&one).await.body, changed);
    let verify = format!("{one}/verify");
    assert_eq!(api.post(&verify, json!({ "answer": "Meatball" })).await.body, json!({ "factorResult": "SUCCESS" }));
    assert_eq!(api.post(&verify, json!({ "answer": "kale" })).await.refusal(), (403, "E0000068"));
    assert_eq!(api.delete(&one).await.status.as_u16(), 204);
    assert_eq!(api.get(&one).await.refusal(), (404, "E0000007"));
}

#[tokio::test]
async fn a_one_time_password_is_activated_and_verified_once() {
    let api = Api::of(stopped(&with_authenticators()).await);
    let body = json!({ "factorType": "token:software:totp", "provider": "GOOGLE" });
    let pending = api.post(FACTORS, body).await.body;
    assert_eq!(
        (&pending["status"], keys(&pending["_links"])),
        (&json!("PENDING_ACTIVATION"), vec!["activate", "self", "user"])
    );
    let activation = &pending["_embedded"]["activation"];
    assert_eq!(
        (&activation["timeStep"], &activation["encoding"], &activation["keyLength"]),
        (&json!(30), &json!("base32"), &json!(6))
    );
    let secret = activation["sharedSecret"].clone();
    let one = format!("{FACTORS}/{}", pending["id"].as_str().unwrap());
    let activate = format!("{one}/lifecycle/activate");
    assert_eq!(api.post(&activate, json!({ "passCode": "000000" })).await.refusal(), (403, "E0000068"));
    assert_eq!(
        api.post(&format!("{one}/verify"), json!({ "passCode": code(&secret, NOW) })).await.refusal(),
        (403, "E0000079")
    );
    let active = api.post(&activate, json!({ "passCode": code(&secret, NOW) })).await.body;
    assert_eq!((&active["status"], keys(&active["_links"])), (&json!("ACTIVE"), vec!["verify", "self", "user"]));
    assert_eq!(active["_embedded"], Value::Null, "the key is shown until the factor is active");
    let verify = format!("{one}/verify");
    assert_eq!(api.post(&verify, json!({ "passCode": code(&secret, NOW) })).await.refusal(), (403, "E0000082"));
    advance(&api.mock, 60).await;
    let next = code(&secret, NOW + 60);
    assert_eq!(api.post(&verify, json!({ "passCode": next })).await.body, json!({ "factorResult": "SUCCESS" }));
    assert_eq!(api.post(&verify, json!({ "passCode": next })).await.refusal(), (403, "E0000082"));
}

#[tokio::test]
async fn what_cannot_be_enrolled_is_refused_with_the_reason() {
    let api = Api::of(stopped(&with_authenticators()).await);
    let question = |profile: Value| json!({ "factorType": "question", "provider": "OKTA", "profile": profile });
    for (body, cause) in [
        (
            json!({ "factorType": "token:hotp", "provider": "CUSTOM" }),
            "factorType: the mock has no factor of this type and provider",
        ),
        (
            question(json!({ "question": "disliked_food", "answer": "pea" })),
            "The security question answer must be at least 4 characters in length",
        ),
        (question(json!({ "question": "unknown", "answer": "kale" })), "question: there is no such question"),
    ] {
        let reply = api.post(FACTORS, body).await;
        assert_eq!((reply.status.as_u16(), &reply.body["errorCauses"][0]["errorSummary"]), (400, &json!(cause)));
    }
    let api = Api::of(super::authenticators::fresh().start().await);
    let body = json!({ "factorType": "token:software:totp", "provider": "GOOGLE" });
    assert_eq!(api.post(FACTORS, body).await.refusal(), (403, "E0000006"), "the authenticator is inactive");
}

#[tokio::test]
async fn resetting_factors_removes_all() {
    let api = Api::of(stopped(&with_factors()).await);
    assert_eq!(api.get(FACTORS).await.body.as_array().unwrap().len(), 2);
    let reset = api.post("/api/v1/users/00ubuyer0000000005d7/lifecycle/reset_factors", json!({})).await;
    assert_eq!((reset.status.as_u16(), reset.body), (200, json!({})));
    assert_eq!(api.get(FACTORS).await.body, json!([]));
}
