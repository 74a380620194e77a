//! Okta Verify is set up on a phone during a sign-in.

use mock_idp::{MessageQuery, MockIdp};
use mock_idp_core::model::DirectoryKind;
use serde_json::{Value, json};

use super::okta_verify::is_waiting;
use super::{
    LOGIN, PASSWORD, answer, authn, by_password, claims, follow, idx_by_password, names, options, step, submit,
};
use crate::flow::browser;
use crate::market::{advance, post, stopped};
use crate::org::{TestOrg, model};

/// The market, where everyone has to set Okta Verify up.
fn with_required_app() -> TestOrg {
    TestOrg::market().edit(|document| {
        let policy = model(json!({
            "name": "Default Policy", "type": "MFA_ENROLL",
            "settings": {
                "type": "AUTHENTICATORS", "authenticators": [{ "key": "okta_verify", "enroll": { "self": "REQUIRED" } }],
            },
            "rules": [{
                "name": "At the next sign-in", "priority": 1, "status": "ACTIVE",
                "actions": { "enroll": { "self": "LOGIN" } },
            }],
        }));
        document.directory.entry(DirectoryKind::Policy).or_default().push(policy);
    })
}

async fn on_phone(mock: &MockIdp, decision: &str) {
    post(mock, "/_mock/pushes", json!({ "decision": decision, "user": LOGIN })).await;
}

/// The types of the buyer's factors.
async fn enrolled(mock: &MockIdp) -> Vec<Value> {
    let factors = super::passkeys::factors(mock).await;
    factors.as_array().into_iter().flatten().map(|factor| factor["factorType"].clone()).collect()
}

#[tokio::test]
async fn the_page_has_a_qr_code_and_a_link_to_the_phone_which_sets_the_app_up() {
    let mock = stopped(&with_required_app()).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    assert!(page.contains("Set up security methods") && page.contains(">Okta Verify</h2>"), "{page}");
    let (_, page) = follow(&mock, &client, &page, r#"data-se="okta_verify""#).await;
    assert!(page.contains("<h1 class=\"okta-form-title\" data-se=\"o-form-head\">Set up Okta Verify</h1>"), "{page}");
    assert!(page.contains(r#"data-se="qrImg" src="data:image/svg+xml;base64,"#) && page.contains("/signin/phone"));
    let (_, page) = submit(&mock, &client, &page, "poll", &[]).await;
    assert!(page.contains("data-se=\"qrImg\""), "the phone has not been asked: {page}");
    assert!(page.contains(r#"id="push""#) && page.contains("/_mock/assets/push."), "it goes on by itself: {page}");
    let waits = async |handle: &str| is_waiting(&mock, &client, handle).await["waiting"].clone();
    let handle = crate::flow::state_handle(&page);
    assert_eq!(waits(&handle).await, true);
    assert_eq!(enrolled(&mock).await, [""; 0]);

    let phone = format!("{}/signin/phone", mock.url());
    let shown = client.get(&phone).send().await.unwrap().text().await.unwrap();
    assert!(shown.contains("Okta Verify for Market") && shown.contains(LOGIN), "{shown}");
    let id = crate::flow::after(&shown, "name=\"id\" value=\"").to_owned();
    client.post(&phone).form(&[("id", &*id), ("consent", "allow")]).send().await.unwrap();
    assert_eq!(waits(&handle).await, false);
    let (status, arrived) = submit(&mock, &client, &page, "poll", &[]).await;
    assert_eq!(status, 302, "{arrived}");
    assert_eq!(claims(&mock, &arrived).await["amr"], json!(["pwd", "mfa", "swk"]));
    assert_eq!(enrolled(&mock).await, ["push", "token:software:totp"]);
}

#[tokio::test]
async fn the_page_offers_another_try_when_the_phone_refuses_or_waits_too_long() {
    let mock = stopped(&with_required_app()).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    let (_, page) = follow(&mock, &client, &page, r#"data-se="okta_verify""#).await;
    on_phone(&mock, "deny").await;
    let (_, page) = submit(&mock, &client, &page, "poll", &[]).await;
    assert!(page.contains("Okta Verify has not been set up.") && page.contains("Try again"), "{page}");
    let (_, page) = submit(&mock, &client, &page, "resend", &[]).await;
    assert!(page.contains("data-se=\"qrImg\""), "{page}");
    advance(&mock, 300).await;
    let (_, page) = submit(&mock, &client, &page, "poll", &[]).await;
    assert!(page.contains("Okta Verify has not been set up."), "{page}");
    assert_eq!(enrolled(&mock).await, [""; 0]);
}

#[tokio::test]
async fn idx_polls_while_the_phone_sets_the_app_up() {
    let mock = stopped(&with_required_app()).await;
    let client = browser();
    let (handle, document) = idx_by_password(&mock, &client).await;
    let [(label, choice)] = &options(&document, "select-authenticator-enroll")[..] else { panic!("{document}") };
    assert_eq!(label, "Okta Verify");
    let fields = &document["remediation"]["value"][0]["value"][0]["options"][0]["value"]["form"]["value"];
    let channels = json!([
        { "label": "QRCODE", "value": "qrcode" }, { "label": "EMAIL", "value": "email" },
        { "label": "SMS", "value": "sms" },
    ]);
    assert_eq!(fields[1], json!({ "name": "channel", "type": "string", "required": false, "options": channels }));
    let post = async |path: &str, mut body: Value| {
        body["stateHandle"] = handle.clone().into();
        step(&mock, &client, path, body).await
    };
    let enroll = async |channel: &str| {
        post("credential/enroll", json!({ "authenticator": { "id": choice["id"], "channel": channel } })).await
    };
    let (status, document) = enroll("qrcode").await;
    assert_eq!(
        (status, names(&document)),
        (200, vec!["enroll-poll", "select-enrollment-channel", "select-authenticator-enroll"])
    );
    let poll = &document["remediation"]["value"][0];
    assert_eq!((&poll["refresh"], poll.get("relatesTo")), (&json!(4000), None));
    assert_eq!(poll["href"], format!("{}/idp/idx/challenge/poll", mock.url()));
    let current = &document["currentAuthenticator"]["value"];
    let data = &current["contextualData"];
    assert_eq!((&current["key"], &data["selectedChannel"]), (&json!("okta_verify"), &json!("qrcode")));
    assert_eq!((&data["qrcode"]["method"], &data["qrcode"]["type"]), (&json!("embedded"), &json!("image/svg+xml")));
    assert_eq!(document["enrollmentAuthenticator"]["value"]["key"], "okta_verify");
    assert_eq!(answer(&mock, &client, &handle, json!({ "passcode": "000000" })).await.0, 401, "there is no code");

    let (_, document) = enroll("email").await;
    assert_eq!(names(&document)[0], "enrollment-channel-data");
    let form = &document["remediation"]["value"][0];
    assert_eq!(form["href"], format!("{}/idp/idx/challenge/send", mock.url()));
    let field = json!({ "name": "email", "label": "Email", "required": true, "visible": true });
    assert_eq!(form["value"][0], field);
    assert_eq!(document["currentAuthenticator"]["value"]["contextualData"], json!({ "selectedChannel": "email" }));
    assert_eq!(post("challenge/send", json!({ "email": "no address" })).await.0, 400);
    let (_, document) = post("challenge/send", json!({ "email": "ben@phone.test" })).await;
    let current = &document["currentAuthenticator"]["value"];
    assert_eq!(current["contextualData"], json!({ "selectedChannel": "email", "email": "ben@phone.test" }));
    assert_eq!(current["resend"]["href"], format!("{}/idp/idx/challenge/resend", mock.url()));
    let sent = mock.org().messages(&MessageQuery::default().to("ben@phone.test")).await.unwrap();
    assert_eq!(sent[0].link.as_deref(), Some(&*format!("{}/signin/phone", mock.url())));

    let (_, document) = enroll("sms").await;
    assert_eq!(document["remediation"]["value"][0]["value"][0]["name"], "phoneNumber");
    let (_, document) = post("challenge/send", json!({ "phoneNumber": "+1 (555) 415-1337" })).await;
    let data = &document["currentAuthenticator"]["value"]["contextualData"];
    assert_eq!(*data, json!({ "selectedChannel": "sms", "phoneNumber": "+15554151337" }));
    let (_, document) = post("challenge/poll", json!({})).await;
    assert_eq!(names(&document)[0], "enroll-poll");
    on_phone(&mock, "approve").await;
    let (status, document) = post("challenge/poll", json!({})).await;
    assert_eq!(status, 200);
    assert!(document["successWithInteractionCode"].is_object(), "{document}");
    assert_eq!(enrolled(&mock).await, ["push", "token:software:totp"]);
}

#[tokio::test]
async fn a_program_polls_the_activation_and_begins_it_again_when_it_is_too_late() {
    let mock = stopped(&with_required_app()).await;
    let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
    let state = body["stateToken"].clone();
    let factor = &body["_embedded"]["factors"][0];
    assert_eq!((&factor["factorType"], &factor["enrollment"]), (&json!("push"), &json!("REQUIRED")));
    let wanted = json!({ "stateToken": state, "factorType": "push", "provider": "OKTA" });
    let (status, body) = authn(&mock, "/factors", wanted).await;
    assert_eq!(
        (status, &body["status"], &body["factorResult"]),
        (200, &json!("MFA_ENROLL_ACTIVATE"), &json!("WAITING")),
        "{body}"
    );
    let path = |body: &Value| {
        let next = &body["_links"]["next"];
        let href = next["href"].as_str().unwrap().split_once("/api/v1/authn").unwrap().1.to_owned();
        (next["name"].as_str().unwrap().to_owned(), href)
    };
    let activation = &body["_embedded"]["factor"]["_embedded"]["activation"];
    assert_eq!(activation["_links"]["qrcode"]["type"], "image/svg+xml");
    let (name, poll) = path(&body);
    assert!(name == "poll" && poll.ends_with("/lifecycle/activate/poll"), "{poll}");
    let with_state = || json!({ "stateToken": state });
    assert_eq!(authn(&mock, &poll, with_state()).await.1["factorResult"], "WAITING");
    let unknown = "/factors/opfunknown/lifecycle/activate/poll";
    assert_eq!(authn(&mock, unknown, with_state()).await.1["errorCode"], "E0000079");
    on_phone(&mock, "deny").await;
    let (_, body) = authn(&mock, &poll, with_state()).await;
    let (name, activate) = path(&body);
    assert_eq!((&body["factorResult"], &*name), (&json!("REJECTED"), "activate"), "{body}");
    let (_, body) = authn(&mock, &activate, with_state()).await;
    assert_eq!(body["factorResult"], "WAITING", "{body}");
    on_phone(&mock, "approve").await;
    let (_, body) = authn(&mock, &path(&body).1, with_state()).await;
    assert_eq!(body["status"], "SUCCESS", "{body}");
}

#[tokio::test]
async fn a_program_learns_which_factors_get_notifications() {
    let org = TestOrg::market().user(super::BUYER, |user| user.factors = vec![model(json!({ "factorType": "push" }))]);
    let mock = stopped(&super::required(org)).await;
    let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
    let id = body["_embedded"]["factors"][0]["id"].as_str().unwrap();
    assert_eq!(body["_embedded"]["policy"]["factorsPolicyInfo"], json!({ id: { "autoPushEnabled": false } }));
}
