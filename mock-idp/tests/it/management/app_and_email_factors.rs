//! Okta Verify and the email address as factors that are enrolled by `/api/v1/users/{id}/factors`.

use mock_idp_core::model::DirectoryKind;
use serde_json::{Value, json};

use super::{Api, keys, values};
use crate::market::{advance, post, stopped};
use crate::org::{TestOrg, model};

const FACTORS: &str = "/api/v1/users/00ubuyer0000000005d7/factors";
const EMAIL: &str = "buyer@example.test";

async fn api() -> Api {
    let org = TestOrg::market().edit(|document| {
        let email = model(json!({
            "name": "Email", "type": "email", "key": "okta_email", "status": "ACTIVE", "settings": { "allowedFor": "any" },
        }));
        document.directory.get_mut(&DirectoryKind::Authenticator).unwrap().push(email);
        let listed = ["okta_email", "okta_verify", "google_otp"];
        let policy = model(json!({
            "name": "Default Policy", "type": "MFA_ENROLL",
            "settings": {
                "type": "AUTHENTICATORS",
                "authenticators": listed.map(|key| json!({ "key": key, "enroll": { "self": "OPTIONAL" } })),
            },
        }));
        document.directory.get_mut(&DirectoryKind::Policy).unwrap().push(policy);
        document.settings.seed = Some(1);
    });
    Api::of(stopped(&org).await)
}

async fn code(api: &Api) -> String {
    let url = format!("{}/_mock/inbox?kind=email&to={EMAIL}&limit=1", api.mock.url());
    let messages: Value = crate::flow::browser().get(url).send().await.unwrap().json().await.unwrap();
    messages[0]["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_catalog_lists_okta_verify_and_the_email_address_until_they_are_enrolled() {
    let api = api().await;
    let catalog = async || {
        let catalog = api.get(&format!("{FACTORS}/catalog")).await.body;
        values(&catalog, "/factorType").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let all = json!(["email", "token:software:totp", "token:software:totp", "push"]);
    assert_eq!(json!(catalog().await), all);
    let email = api.post(FACTORS, json!({ "factorType": "email", "provider": "OKTA" })).await.body;
    let activate = format!("{FACTORS}/{}/lifecycle/activate", email["id"].as_str().unwrap());
    assert_eq!(api.post(&activate, json!({ "passCode": code(&api).await })).await.status.as_u16(), 200);
    let push = api.post(FACTORS, json!({ "factorType": "push", "provider": "OKTA" })).await.body;
    post(&api.mock, "/_mock/pushes", json!({ "decision": "approve" })).await;
    let poll = format!("{FACTORS}/{}/lifecycle/activate/poll", push["id"].as_str().unwrap());
    assert_eq!(api.post(&poll, json!({})).await.body["status"], "ACTIVE");
    assert_eq!(json!(catalog().await), json!(["token:software:totp"]));
}

#[tokio::test]
async fn a_phone_sets_okta_verify_up_while_the_activation_is_polled() {
    let api = api().await;
    let pending = api.post(FACTORS, json!({ "factorType": "push", "provider": "OKTA" })).await;
    assert_eq!(
        pending.keys(),
        [
            "id",
            "factorType",
            "provider",
            "vendorName",
            "status",
            "created",
            "lastUpdated",
            "profile",
            "_links",
            "_embedded"
        ]
    );
    let pending = pending.body;
    let id = pending["id"].as_str().unwrap();
    assert!(id.starts_with("opf"), "{id}");
    assert_eq!(pending["status"], "PENDING_ACTIVATION");
    assert_eq!(keys(&pending["_links"]), ["self", "poll", "user"]);
    let poll = format!("{FACTORS}/{id}/lifecycle/activate/poll");
    let link = |path: &str| json!({ "href": format!("{}{path}", api.mock.url()), "hints": { "allow": ["POST"] } });
    assert_eq!(pending["_links"]["poll"], link(&poll));
    let activation = &pending["_embedded"]["activation"];
    assert_eq!(keys(activation), ["expiresAt", "factorResult", "_links"]);
    assert_eq!(
        (&activation["factorResult"], &activation["_links"]["qrcode"]["type"], &activation["_links"]["poll"]),
        (&json!("WAITING"), &json!("image/svg+xml"), &link(&poll))
    );
    assert_eq!(api.post(&poll, json!({})).await.body["factorResult"], "WAITING");
    assert_eq!(api.post(&format!("{FACTORS}/{id}/verify"), json!({})).await.refusal(), (403, "E0000079"));

    advance(&api.mock, 300).await;
    let late = api.post(&poll, json!({})).await.body;
    let activate = format!("{FACTORS}/{id}/lifecycle/activate");
    assert_eq!((&late["factorResult"], &late["_links"]["activate"]), (&json!("TIMEOUT"), &link(&activate)));
    assert_eq!(api.post(&activate, json!({})).await.body["factorResult"], "WAITING");
    post(&api.mock, "/_mock/pushes", json!({ "decision": "approve" })).await;
    let active = api.post(&poll, json!({})).await.body;
    assert_eq!((&active["id"], &active["status"], active.get("_embedded")), (&json!(id), &json!("ACTIVE"), None));
    assert_eq!(keys(&active["_links"]), ["verify", "self", "user"]);
    let listed = api.get(FACTORS).await.body;
    assert_eq!(values(&listed, "/factorType"), ["push", "token:software:totp"]);
    assert_eq!(api.post(&poll, json!({})).await.body, active, "it stays active");
}

#[tokio::test]
async fn the_email_address_is_activated_and_verified_by_a_code() {
    let api = api().await;
    let enroll = |profile: Value| json!({ "factorType": "email", "provider": "OKTA", "profile": profile });
    let other = api.post(FACTORS, enroll(json!({ "email": "other@example.test" }))).await;
    assert_eq!(
        (other.status.as_u16(), &other.body["errorCauses"][0]["errorSummary"]),
        (400, &json!("Only verified primary or secondary email can be enrolled."))
    );
    let pending = api.post(FACTORS, enroll(json!({ "email": EMAIL }))).await.body;
    let one = format!("{FACTORS}/{}", pending["id"].as_str().unwrap());
    assert_eq!(
        (&pending["status"], &pending["profile"], keys(&pending["_links"])),
        (&json!("PENDING_ACTIVATION"), &json!({ "email": EMAIL }), vec!["resend", "activate", "self", "user"])
    );
    let first = code(&api).await;
    assert_eq!(api.post(&format!("{one}/resend"), json!({ "factorType": "email" })).await.status.as_u16(), 200);
    let activate = format!("{one}/lifecycle/activate");
    assert_eq!(api.post(&activate, json!({ "passCode": first })).await.refusal(), (403, "E0000068"), "it was replaced");
    let active = api.post(&activate, json!({ "passCode": code(&api).await })).await.body;
    assert_eq!((&active["status"], keys(&active["_links"])), (&json!("ACTIVE"), vec!["verify", "self", "user"]));
    assert_eq!(api.post(FACTORS, enroll(json!({}))).await.refusal(), (400, "E0000001"), "it is set up already");

    let verify = format!("{one}/verify");
    let challenge = api.post(&format!("{verify}?tokenLifetimeSeconds=60"), json!({})).await.body;
    assert_eq!((&challenge["factorResult"], &challenge["profile"]), (&json!("CHALLENGE"), &json!({ "email": EMAIL })));
    advance(&api.mock, 60).await;
    assert_eq!(api.post(&verify, json!({ "passCode": code(&api).await })).await.refusal(), (403, "E0000068"));
    api.post(&verify, json!({})).await;
    let right = api.post(&verify, json!({ "passCode": code(&api).await })).await.body;
    assert_eq!(right, json!({ "factorResult": "SUCCESS" }));
    assert_eq!(api.delete(&one).await.status.as_u16(), 204);
}
