//! Okta Verify as a second factor: push notifications and codes.

use mock_idp::MockIdp;
use mock_idp_core::model::DirectoryKind;
use mock_idp_core::protocol::totp;
use serde_json::{Value, json};

use super::{
    BUYER, LOGIN, PASSWORD, answer, authn, by_password, claims, follow, idx_by_password, key_bytes, names, options,
    required, step, submit,
};
use crate::flow::{browser, state_handle};
use crate::market::{NOW, advance, stopped};
use crate::org::{TestOrg, model};

const SECRET: &str = "KRSXG5DTMVRXEZLU";

/// The market, where the buyer has the app on a phone, and has to use it. `numbers`: whether notifications have a number challenge.
fn with_phone(numbers: &str) -> TestOrg {
    let org = TestOrg::market().user(BUYER, |user| {
        user.factors = vec![
            model(json!({ "factorType": "push" })),
            model(json!({ "factorType": "token:software:totp", "provider": "OKTA", "sharedSecret": SECRET })),
        ];
    });
    required(org.edit(|document| {
        // Ids and numbers are the same in each run.
        document.settings.seed = Some(1);
        let authenticators = document.directory.get_mut(&DirectoryKind::Authenticator).unwrap();
        let verify = authenticators.iter_mut().find(|object| object.text("key") == Some("okta_verify")).unwrap();
        verify.members["settings"]["channelBinding"]["required"] = json!(numbers);
    }))
}

async fn control(mock: &MockIdp, body: Value) -> (u16, Value) {
    let response = browser().post(format!("{}/_mock/pushes", mock.url())).json(&body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn waiting(mock: &MockIdp) -> Vec<Value> {
    let pushes: Value =
        browser().get(format!("{}/_mock/pushes", mock.url())).send().await.unwrap().json().await.unwrap();
    pushes.as_array().unwrap().clone()
}

fn code(now: i64) -> String {
    totp::code(&key_bytes(SECRET), totp::step_at(now))
}

#[tokio::test]
async fn the_pages_wait_until_the_push_is_approved_on_the_phone() {
    let mock = stopped(&with_phone("ALWAYS")).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    assert!(page.contains(r#"aria-label="Select to get a push notification to the Okta Verify app.""#), "{page}");
    let (_, page) = follow(&mock, &client, &page, r#"data-se="okta_verify-push""#).await;
    let pushes = waiting(&mock).await;
    let [push] = &pushes[..] else { panic!("{pushes:?}") };
    assert_eq!((&push["user"], &push["app"], &push["expires_in"]), (&json!(LOGIN), &json!("Market demo"), &json!(300)));
    let number = push["number"].as_u64().unwrap();
    let offered = push["numbers"].as_array().unwrap();
    assert!(offered.len() == 3 && offered.contains(&json!(number)), "{push}");
    assert!(page.contains("Push notification sent"), "{page}");
    assert!(page.contains(&format!(r#"data-se="challenge-number">{number}<"#)), "{page}");
    let (status, page) = submit(&mock, &client, &page, "poll", &[]).await;
    assert_eq!(status, 200);
    assert!(page.contains("Push notification sent"), "it has not been answered: {page}");

    let phone = format!("{}/signin/phone", mock.url());
    let shown = client.get(&phone).send().await.unwrap().text().await.unwrap();
    assert!(shown.contains("Market demo") && shown.contains(&format!(r#"name="number" value="{number}""#)), "{shown}");
    let number = number.to_string();
    let form = [("id", push["id"].as_str().unwrap()), ("number", number.as_str())];
    let answered = client.post(&phone).form(&form).send().await.unwrap();
    assert_eq!(crate::flow::location(&answered), "/signin/phone?decided=approved");
    assert_eq!(waiting(&mock).await, [Value::Null; 0]);
    let (status, arrived) = submit(&mock, &client, &page, "poll", &[]).await;
    assert_eq!(status, 302, "{arrived}");
    assert_eq!(claims(&mock, &arrived).await["amr"], json!(["pwd", "mfa", "swk"]));
}

#[tokio::test]
async fn the_pages_say_that_a_push_was_denied_or_has_expired_and_send_another_one() {
    let mock = stopped(&with_phone("NEVER")).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    let (_, page) = follow(&mock, &client, &page, r#"data-se="okta_verify-push""#).await;
    assert!(!page.contains("challenge-number"), "{page}");
    let (status, denied) = control(&mock, json!({ "decision": "deny", "user": LOGIN })).await;
    assert_eq!((status, &denied["answered"][0]["result"]), (200, &json!("REJECTED")));
    let (_, page) = submit(&mock, &client, &page, "poll", &[]).await;
    assert!(page.contains("You have chosen to reject this login.") && page.contains("Send push"), "{page}");
    let (_, page) = submit(&mock, &client, &page, "resend", &[]).await;
    assert!(page.contains("Push notification sent"), "{page}");
    advance(&mock, 300).await;
    assert_eq!(control(&mock, json!({ "decision": "approve" })).await.0, 404, "it is too late");
    let (_, page) = submit(&mock, &client, &page, "poll", &[]).await;
    assert!(page.contains("Your push notification has expired.") && page.contains("Send push"), "{page}");
    let (_, page) = by_password(&mock, &client, &[("prompt", "login")]).await;
    let (_, page) = follow(&mock, &client, &page, r#"data-se="okta_verify-push""#).await;
    assert_eq!(control(&mock, json!({ "decision": "approve", "user": "buyer" })).await.0, 200);
    let (status, arrived) = submit(&mock, &client, &page, "poll", &[]).await;
    assert_eq!(status, 302, "{arrived}");
}

/// What the script of the page asks.
pub(super) async fn is_waiting(mock: &MockIdp, client: &reqwest::Client, handle: &str) -> Value {
    let url = format!("{}/signin/poll", mock.url());
    let reply = client.get(url).query(&[("stateHandle", handle)]).send().await.unwrap();
    assert_eq!(reply.headers()["content-type"], "application/json");
    reply.json().await.unwrap()
}

#[tokio::test]
async fn a_script_asks_for_the_answer_and_the_page_is_not_used_up() {
    let mock = stopped(&with_phone("NEVER")).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    let (_, page) = follow(&mock, &client, &page, r#"data-se="okta_verify-push""#).await;
    assert!(page.contains("/_mock/assets/push."), "{page}");
    let handle = state_handle(&page);
    for _ in 0..2 {
        assert_eq!(is_waiting(&mock, &client, &handle).await, json!({ "waiting": true }));
    }
    let other = json!({ "waiting": false });
    assert_eq!(is_waiting(&mock, &browser(), &handle).await, other, "another browser learns nothing");
    assert_eq!(is_waiting(&mock, &client, "unknown").await, other);
    assert_eq!(control(&mock, json!({ "decision": "approve", "user": LOGIN })).await.0, 200);
    assert_eq!(is_waiting(&mock, &client, &handle).await, other);
    let (status, arrived) = submit(&mock, &client, &page, "poll", &[]).await;
    assert_eq!(status, 302, "{arrived}");
}

#[tokio::test]
async fn the_pages_accept_a_code_of_the_app_once() {
    let mock = stopped(&with_phone("NEVER")).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    let (_, page) = follow(&mock, &client, &page, r#"data-se="okta_verify-totp""#).await;
    assert!(page.contains("Enter code from Okta Verify app") && page.contains(r#"name="credentials.totp""#), "{page}");
    let (_, page) = submit(&mock, &client, &page, "verify", &[("credentials.totp", "000000")]).await;
    assert!(page.contains("Your code doesn’t match our records."), "{page}");
    let (status, arrived) = submit(&mock, &client, &page, "verify", &[("credentials.totp", &code(NOW))]).await;
    assert_eq!(status, 302, "{arrived}");
    assert_eq!(claims(&mock, &arrived).await["amr"], json!(["pwd", "mfa", "otp"]));
}

#[tokio::test]
async fn idx_polls_until_the_right_number_is_chosen() {
    let mock = stopped(&with_phone("ALWAYS")).await;
    let client = browser();
    let (handle, document) = idx_by_password(&mock, &client).await;
    let offered = options(&document, "select-authenticator-authenticate");
    let [(label, choice)] = &offered[..] else { panic!("{offered:?}") };
    assert_eq!(label, "Okta Verify");
    let fields = &document["remediation"]["value"][0]["value"][0]["options"][0];
    assert_eq!(fields["relatesTo"], "$.authenticators.value[0]");
    assert_eq!(
        fields["value"]["form"]["value"][1]["options"],
        json!([{ "label": "Enter a code", "value": "totp" }, { "label": "Get a push notification", "value": "push" }])
    );
    let choose = async |method: &str| {
        let authenticator = json!({ "id": choice["id"], "methodType": method });
        step(&mock, &client, "challenge", json!({ "authenticator": authenticator, "stateHandle": handle })).await
    };
    let poll = async || step(&mock, &client, "authenticators/poll", json!({ "stateHandle": handle })).await;
    let (status, document) = choose("push").await;
    assert_eq!((status, names(&document)), (200, vec!["challenge-poll", "select-authenticator-authenticate"]));
    let form = &document["remediation"]["value"][0];
    assert_eq!(
        (&form["href"], &form["refresh"], &form["relatesTo"]),
        (
            &json!(format!("{}/idp/idx/authenticators/poll", mock.url())),
            &json!(4000),
            &json!(["$.currentAuthenticator"])
        )
    );
    let current = &document["currentAuthenticator"]["value"];
    let push = waiting(&mock).await.remove(0);
    let number = push["number"].as_u64().unwrap();
    assert_eq!(
        (&current["methods"], &current["contextualData"]),
        (&json!([{ "type": "push" }]), &json!({ "correctAnswer": number.to_string() }))
    );
    assert_eq!(current["resend"]["value"][0]["value"], json!({ "methodType": "push", "id": choice["id"] }));
    assert_eq!(names(&poll().await.1)[0], "challenge-poll");

    let wrong = push["numbers"].as_array().unwrap().iter().find(|offered| **offered != json!(number)).unwrap();
    control(&mock, json!({ "decision": "approve", "id": push["id"], "number": wrong })).await;
    let (status, document) = poll().await;
    let message = &document["messages"]["value"][0];
    assert_eq!(
        (status, names(&document), &message["i18n"]["key"], &message["message"]),
        (
            200,
            vec!["resend", "select-authenticator-authenticate"],
            &json!("api.authn.poll.error.push_rejected"),
            &json!("You have chosen to reject this login.")
        )
    );
    choose("push").await;
    control(&mock, json!({ "decision": "approve" })).await;
    let (status, document) = poll().await;
    assert_eq!(status, 200);
    assert!(document["successWithInteractionCode"].is_object(), "{document}");
}

#[tokio::test]
async fn idx_ends_the_wait_after_five_minutes_and_takes_codes_by_their_own_name() {
    let mock = stopped(&with_phone("NEVER")).await;
    let client = browser();
    let (handle, document) = idx_by_password(&mock, &client).await;
    let id = options(&document, "select-authenticator-authenticate")[0].1["id"].clone();
    let choose = async |method: &str| {
        let authenticator = json!({ "id": id, "methodType": method });
        step(&mock, &client, "challenge", json!({ "authenticator": authenticator, "stateHandle": handle })).await
    };
    choose("push").await;
    advance(&mock, 200).await;
    let poll = async || step(&mock, &client, "challenge/poll", json!({ "stateHandle": handle })).await;
    assert_eq!(names(&poll().await.1)[0], "challenge-poll");
    advance(&mock, 100).await;
    let (status, document) = poll().await;
    assert_eq!(
        (status, &document["messages"]["value"][0]["i18n"]["key"], names(&document)),
        (404, &json!("core.system.transaction_resource_not_found"), vec![])
    );
    let (_, document) = choose("totp").await;
    let field = &document["remediation"]["value"][0]["value"][0]["form"]["value"][0];
    assert_eq!((&field["name"], &field["label"]), (&json!("totp"), &json!("Enter code")));
    assert_eq!(document["currentAuthenticator"]["value"]["methods"], json!([{ "type": "totp" }]));
    assert_eq!(answer(&mock, &client, &handle, json!({ "totp": "000000" })).await.0, 401);
    let (status, document) = answer(&mock, &client, &handle, json!({ "totp": code(NOW + 300) })).await;
    assert_eq!(status, 200);
    assert!(document["successWithInteractionCode"].is_object(), "{document}");
}

#[tokio::test]
async fn a_push_that_the_sign_in_waits_for_no_longer_cannot_be_answered() {
    let mock = stopped(&with_phone("NEVER")).await;
    let client = browser();
    let (handle, document) = idx_by_password(&mock, &client).await;
    let id = options(&document, "select-authenticator-authenticate")[0].1["id"].clone();
    let choose = async |method: &str| {
        let authenticator = json!({ "id": id, "methodType": method });
        step(&mock, &client, "challenge", json!({ "authenticator": authenticator, "stateHandle": handle })).await
    };
    choose("push").await;
    let first = waiting(&mock).await.remove(0);
    choose("push").await;
    let again = waiting(&mock).await;
    assert_eq!(again.len(), 1, "the second one takes the place of the first: {again:?}");
    assert_ne!(again[0]["id"], first["id"]);
    assert_eq!(control(&mock, json!({ "decision": "approve", "id": first["id"] })).await.0, 404);
    choose("totp").await;
    assert_eq!(waiting(&mock).await, [Value::Null; 0], "the user enters a code");
    choose("push").await;
    step(&mock, &client, "cancel", json!({ "stateHandle": handle })).await;
    assert_eq!(waiting(&mock).await, [Value::Null; 0], "the sign-in begins again");
}

#[tokio::test]
async fn a_program_polls_the_factor_until_the_user_has_answered() {
    let mock = stopped(&with_phone("ALWAYS")).await;
    let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
    let factors = body["_embedded"]["factors"].as_array().unwrap();
    let factor = |kind: &str| factors.iter().find(|factor| factor["factorType"] == kind).unwrap();
    let (push, otp) = (factor("push"), factor("token:software:totp"));
    assert_eq!((&push["provider"], &push["profile"]["credentialId"]), (&json!("OKTA"), &json!(LOGIN)));
    let (push, otp) = (push["id"].as_str().unwrap(), otp["id"].as_str().unwrap());
    assert!(push.starts_with("opf") && otp.starts_with("ost"), "{push} {otp}");
    let state = json!({ "stateToken": body["stateToken"] });
    let verify = format!("/factors/{push}/verify");
    let (status, body) = authn(&mock, &verify, state.clone()).await;
    let number = &waiting(&mock).await[0]["number"];
    assert_eq!(
        (status, &body["status"], &body["factorResult"], &body["_links"]["next"]["name"]),
        (200, &json!("MFA_CHALLENGE"), &json!("WAITING"), &json!("poll"))
    );
    assert_eq!(&body["_embedded"]["factor"]["_embedded"]["challenge"]["correctAnswer"], number);
    assert_eq!(body["_links"]["resend"][0]["name"], "push");
    assert_eq!(authn(&mock, &verify, state.clone()).await.1["factorResult"], "WAITING");
    assert_eq!(waiting(&mock).await.len(), 1, "a poll sends nothing");
    control(&mock, json!({ "decision": "deny" })).await;
    assert_eq!(authn(&mock, &verify, state.clone()).await.1["factorResult"], "REJECTED");
    assert_eq!(authn(&mock, &verify, state.clone()).await.1["factorResult"], "WAITING", "another one is sent");
    advance(&mock, 200).await;
    authn(&mock, &verify, state.clone()).await;
    advance(&mock, 100).await;
    assert_eq!(authn(&mock, &verify, state.clone()).await.1["factorResult"], "TIMEOUT");
    authn(&mock, &verify, state.clone()).await;
    control(&mock, json!({ "decision": "approve", "user": LOGIN })).await;
    let (_, body) = authn(&mock, &verify, state).await;
    assert_eq!(body["status"], "SUCCESS", "{body}");

    let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
    let entered = json!({ "stateToken": body["stateToken"], "passCode": code(NOW + 300) });
    assert_eq!(authn(&mock, &format!("/factors/{otp}/verify"), entered).await.1["status"], "SUCCESS");
}

#[tokio::test]
async fn one_approval_signs_in_once() {
    let mock = stopped(&with_phone("NEVER")).await;
    let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
    let factors = body["_embedded"]["factors"].as_array().unwrap();
    let id = factors.iter().find(|factor| factor["factorType"] == "push").unwrap()["id"].as_str().unwrap();
    let state = json!({ "stateToken": body["stateToken"] });
    authn(&mock, &format!("/factors/{id}/verify"), state.clone()).await;
    control(&mock, json!({ "decision": "approve" })).await;
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let url = format!("{}/api/v1/authn/factors/{id}/verify", mock.url());
        let request = crate::market::shared().post(url).json(&state);
        requests.spawn(async move { request.send().await.unwrap().json::<Value>().await.unwrap()["status"].clone() });
    }
    let statuses = requests.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == "SUCCESS").count(), 1);
}

#[tokio::test]
async fn the_user_of_the_market_approves_with_the_number_of_the_sign_in() {
    let mock = stopped(&TestOrg::market()).await;
    let client = browser();
    let (_, page) = super::user_by_password(&mock, &client, "push@example.test", &[]).await;
    let (_, page) = follow(&mock, &client, &page, r#"data-se="okta_verify-push""#).await;
    let org = mock.org();
    let pushes = org.approve_pushes("push@example.test").await.unwrap();
    assert_eq!((pushes.len(), pushes[0].result.as_str(), pushes[0].numbers.len()), (1, "SUCCESS", 3));
    assert!(org.waiting_pushes().await.unwrap().is_empty());
    assert!(org.deny_pushes("push@example.test").await.is_err(), "nothing waits");
    let (status, arrived) = submit(&mock, &client, &page, "poll", &[]).await;
    assert_eq!(status, 302, "{arrived}");
}
