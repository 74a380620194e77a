//! Phones in `/api/v1/users/{id}/factors`.

use mock_idp_core::model::DirectoryKind;
use serde_json::{Value, json};

use super::{Api, keys, values};
use crate::market::{advance, stopped};
use crate::org::{TestOrg, model};

const FACTORS: &str = "/api/v1/users/00ubuyer0000000005d7/factors";
const NUMBER: &str = "+15554151337";

async fn api() -> Api {
    let org = TestOrg::market().edit(|document| {
        let policy = model(json!({
            "name": "Default Policy", "type": "MFA_ENROLL",
            "settings": { "type": "AUTHENTICATORS", "authenticators": [
                { "key": "phone_number", "enroll": { "self": "OPTIONAL" } },
                { "key": "google_otp", "enroll": { "self": "OPTIONAL" } },
            ] },
        }));
        document.directory.entry(DirectoryKind::Policy).or_default().push(policy);
        // The codes are the same in each run.
        document.settings.seed = Some(1);
    });
    Api::of(stopped(&org).await)
}

fn phone(kind: &str, profile: Value) -> Value {
    json!({ "factorType": kind, "provider": "OKTA", "profile": profile })
}

fn number() -> Value {
    json!({ "phoneNumber": NUMBER })
}

/// The codes that were sent in this way, the newest first.
async fn sent_codes(api: &Api, kind: &str) -> Vec<String> {
    let url = format!("{}/_mock/inbox?kind={kind}&user=buyer@example.test", api.mock.url());
    let messages: Value = crate::flow::browser().get(url).send().await.unwrap().json().await.unwrap();
    messages.as_array().unwrap().iter().map(|message| message["code"].as_str().unwrap().to_owned()).collect()
}

async fn events(api: &Api) -> Vec<Value> {
    let logs = api.get("/api/v1/logs?filter=eventType%20sw%20%22user.mfa%22").await.body;
    logs.as_array().unwrap().iter().map(|event| event["eventType"].clone()).collect()
}

#[tokio::test]
async fn a_phone_is_enrolled_activated_verified_and_removed() {
    let api = api().await;
    let pending = api.post(FACTORS, phone("sms", number())).await;
    assert_eq!(
        pending.keys(),
        ["id", "factorType", "provider", "vendorName", "status", "created", "lastUpdated", "profile", "_links"]
    );
    let pending = pending.body;
    let id = pending["id"].as_str().unwrap();
    assert!(id.starts_with("mbl"), "{id}");
    assert_eq!(
        (&pending["factorType"], &pending["status"], &pending["profile"]),
        (&json!("sms"), &json!("PENDING_ACTIVATION"), &number())
    );
    let links = &pending["_links"];
    assert_eq!(keys(links), ["resend", "activate", "self", "user"]);
    let one = format!("{FACTORS}/{id}");
    assert_eq!(
        links["resend"],
        json!([{
            "name": "sms", "href": format!("{}{one}/resend", api.mock.url()), "hints": { "allow": ["POST"] },
        }])
    );
    assert_eq!(sent_codes(&api, "sms").await.len(), 1);
    assert_eq!(api.post(&format!("{one}/verify"), json!({})).await.refusal(), (403, "E0000079"));
    assert_eq!(api.post(&format!("{one}/resend"), phone("sms", number())).await.body, pending);
    let codes = sent_codes(&api, "sms").await;
    let activate = format!("{one}/lifecycle/activate");
    let refused = api.post(&activate, json!({ "passCode": codes[1] })).await;
    assert_eq!(refused.refusal(), (403, "E0000068"), "another code was sent");
    assert_eq!(
        refused.body["errorCauses"][0]["errorSummary"],
        "Your passcode doesn't match our records. Please try again."
    );
    let active = api.post(&activate, json!({ "passCode": codes[0] })).await.body;
    assert_eq!((&active["id"], &active["status"]), (&json!(id), &json!("ACTIVE")));
    assert_eq!(keys(&active["_links"]), ["verify", "self", "user"]);
    assert_eq!(api.post(&format!("{one}/resend"), json!({})).await.refusal(), (403, "E0000079"));

    let verify = format!("{one}/verify");
    let challenge = api.post(&verify, json!({})).await.body;
    assert_eq!(
        challenge,
        json!({
            "factorResult": "CHALLENGE", "profile": number(),
            "_links": {
                "verify": { "href": format!("{}{verify}", api.mock.url()), "hints": { "allow": ["POST"] } },
                "factor": { "href": format!("{}{one}", api.mock.url()), "hints": { "allow": ["GET", "DELETE"] } },
            },
        })
    );
    let code = sent_codes(&api, "sms").await.remove(0);
    assert_eq!(api.post(&verify, json!({ "passCode": "no" })).await.refusal(), (403, "E0000068"));
    let right = json!({ "passCode": code });
    assert_eq!(api.post(&verify, right.clone()).await.body, json!({ "factorResult": "SUCCESS" }));
    assert_eq!(api.post(&verify, right).await.refusal(), (403, "E0000068"), "a code counts once");

    api.post(&format!("{verify}?tokenLifetimeSeconds=60"), json!({})).await;
    let late = json!({ "passCode": sent_codes(&api, "sms").await.remove(0) });
    advance(&api.mock, 60).await;
    assert_eq!(api.post(&verify, late).await.refusal(), (403, "E0000068"));
    let forever = format!("{verify}?tokenLifetimeSeconds=86401");
    assert_eq!(api.post(&forever, json!({})).await.refusal(), (400, "E0000001"));

    assert_eq!(api.delete(&one).await.status.as_u16(), 204);
    assert_eq!(api.get(FACTORS).await.body, json!([]));
    assert_eq!(events(&api).await, ["user.mfa.factor.activate", "user.mfa.factor.deactivate"]);
}

#[tokio::test]
async fn a_call_has_an_extension_and_can_be_active_at_once() {
    let api = api().await;
    let profile = json!({ "phoneNumber": "+1-555-415-1337", "phoneExtension": "1234" });
    let active = api.post(&format!("{FACTORS}?activate=true"), phone("call", profile)).await.body;
    assert!(active["id"].as_str().unwrap().starts_with("clf"), "{active}");
    assert_eq!(
        (&active["status"], &active["profile"]),
        (&json!("ACTIVE"), &json!({ "phoneNumber": NUMBER, "phoneExtension": "1234" }))
    );
    assert_eq!(sent_codes(&api, "voice").await, [""; 0], "an active factor needs no code");
    let verify = format!("{FACTORS}/{}/verify", active["id"].as_str().unwrap());
    assert_eq!(api.post(&verify, json!({})).await.body["factorResult"], "CHALLENGE");
    let code = sent_codes(&api, "voice").await.remove(0);
    assert_eq!(api.post(&verify, json!({ "passCode": code })).await.body, json!({ "factorResult": "SUCCESS" }));

    let catalog = api.get(&format!("{FACTORS}/catalog")).await.body;
    assert_eq!(values(&catalog, "/factorType"), ["sms", "token:software:totp"]);
    let phone = json!({ "id": active["id"], "profile": number(), "status": "ACTIVE" });
    assert_eq!(catalog[0]["_embedded"], json!({ "phones": [phone] }));
    assert_eq!(catalog[1]["_embedded"], Value::Null);
}

#[tokio::test]
async fn a_phone_that_cannot_be_enrolled_is_refused_with_the_reason() {
    let api = api().await;
    let cause = async |path: &str, body: Value| {
        let reply = api.post(path, body).await;
        assert_eq!(reply.refusal(), (400, "E0000001"));
        reply.body["errorCauses"][0]["errorSummary"].as_str().unwrap().to_owned()
    };
    assert_eq!(cause(FACTORS, phone("sms", json!({}))).await, "Invalid Phone Number.");
    assert_eq!(cause(FACTORS, phone("sms", json!({ "phoneNumber": "555" }))).await, "Invalid Phone Number.");
    let activated = format!("{FACTORS}?activate=true");
    api.post(&activated, phone("sms", number())).await;
    assert_eq!(cause(FACTORS, phone("sms", number())).await, "A factor of this type is already set up.");
    let other = json!({ "phoneNumber": "+493012345678" });
    assert_eq!(cause(FACTORS, phone("sms", other)).await, "There is an existing verified phone number.");
    // Okta: without a number, it is that of the user's phone.
    let call = api.post(&activated, json!({ "factorType": "call", "provider": "OKTA" })).await.body;
    assert_eq!(call["profile"], number());
    assert_eq!(cause(FACTORS, phone("call", number())).await, "A factor of this type is already set up.");
    assert_eq!(values(&api.get(FACTORS).await.body, "/factorType"), ["sms", "call"]);
}

#[tokio::test]
async fn a_code_can_be_guessed_five_times() {
    let api = api().await;
    let pending = api.post(FACTORS, phone("sms", number())).await.body;
    let activate = format!("{FACTORS}/{}/lifecycle/activate", pending["id"].as_str().unwrap());
    let enter = async |code: &str| api.post(&activate, json!({ "passCode": code })).await;
    let code = sent_codes(&api, "sms").await.remove(0);
    for _ in 0..5 {
        assert_eq!(enter("wrong").await.refusal(), (403, "E0000068"));
    }
    assert_eq!(enter(&code).await.refusal(), (403, "E0000068"), "the code is used up");
    api.post(&format!("{FACTORS}/{}/resend", pending["id"].as_str().unwrap()), json!({})).await;
    let code = sent_codes(&api, "sms").await.remove(0);
    for _ in 0..4 {
        enter("wrong").await;
    }
    assert_eq!(enter(&code).await.body["status"], "ACTIVE");
}
