//! Codes by email as second factors: pages, the IDX API and the authentication API.

use mock_idp::MockIdp;
use mock_idp_core::model::DirectoryKind;
use serde_json::{Value, json};

use crate::factors::{
    LOGIN, PASSWORD, answer, authn, by_password, claims, idx_by_password, names, required, step, submit,
};
use crate::flow::browser;
use crate::market::{advance, stopped};
use crate::org::{TestOrg, model};

/// The market, where the code of an email is a second factor that each user needs.
pub(crate) fn with_email() -> TestOrg {
    let org = TestOrg::market().edit(|document| {
        let email = model(json!({
            "name": "Email", "type": "email", "key": "okta_email", "status": "ACTIVE",
            "settings": { "allowedFor": "any", "tokenLifetimeInMinutes": 5 },
        }));
        document.directory.entry(DirectoryKind::Authenticator).or_default().push(email);
        // The codes are the same in each run.
        document.settings.seed = Some(1);
    });
    required(org)
}

/// The codes that were sent to the buyer, the newest first.
async fn sent_codes(mock: &MockIdp) -> Vec<String> {
    let url = format!("{}/_mock/inbox?to={LOGIN}&kind=email", mock.url());
    let messages: Value = browser().get(url).send().await.unwrap().json().await.unwrap();
    messages.as_array().unwrap().iter().map(|message| message["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_pages_send_a_code_by_email_and_accept_the_newest_one() {
    let mock = stopped(&with_email()).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    assert!(page.contains("Verify with your email") && page.contains("Send me an email"), "{page}");
    assert_eq!(sent_codes(&mock).await, [""; 0], "nothing is sent before the user asks");
    let (_, page) = submit(&mock, &client, &page, "resend", &[]).await;
    assert!(page.contains("We sent an email to <bdi>b***r@example.test</bdi>"), "{page}");
    let (_, page) = submit(&mock, &client, &page, "resend", &[]).await;
    let codes = sent_codes(&mock).await;
    let [newest, first] = &codes[..] else { panic!("{codes:?}") };
    assert_ne!(newest, first);
    let (_, page) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", first)]).await;
    assert!(page.contains("Your code doesn’t match our records."), "{page}");
    let (status, arrived) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", newest)]).await;
    assert_eq!(status, 302, "{arrived}");
    assert_eq!(claims(&mock, &arrived).await["amr"], json!(["pwd", "mfa", "email"]));
}

#[tokio::test]
async fn idx_sends_a_code_when_it_is_asked_for_and_accepts_it_for_five_minutes() {
    let mock = stopped(&with_email()).await;
    let client = browser();
    let (handle, document) = idx_by_password(&mock, &client).await;
    assert_eq!(names(&document), ["authenticator-verification-data"]);
    let fields = &document["remediation"]["value"][0]["value"][0]["form"]["value"];
    let id = fields[0]["value"].as_str().unwrap();
    assert!(id.starts_with("aut"), "{document}");
    let choice = json!({ "authenticator": { "id": id, "methodType": "email" }, "stateHandle": handle });
    let (status, document) = step(&mock, &client, "challenge", choice.clone()).await;
    assert_eq!((status, names(&document)), (200, vec!["challenge-authenticator"]));
    let current = &document["currentAuthenticatorEnrollment"]["value"];
    assert_eq!(current["profile"], json!({ "email": "b***r@example.test" }));
    assert_eq!(
        (&current["resend"]["href"], &current["poll"]["refresh"], &current["contextualData"]),
        (
            &json!(format!("{}/idp/idx/challenge/resend", mock.url())),
            &json!(4000),
            &json!({ "useEmailMagicLink": false })
        )
    );
    let (status, polled) = step(&mock, &client, "challenge/poll", json!({ "stateHandle": handle })).await;
    assert_eq!((status, names(&polled)), (200, vec!["challenge-authenticator"]));
    let (status, document) = answer(&mock, &client, &handle, json!({ "passcode": "no" })).await;
    let message = &document["remediation"]["value"][0]["value"][0]["form"]["value"][0]["messages"]["value"][0];
    assert_eq!((status, &message["i18n"]["key"]), (401, &json!("api.authn.error.PASSCODE_INVALID")));
    let first = sent_codes(&mock).await.remove(0);
    advance(&mock, 299).await;
    let (status, _) = step(&mock, &client, "challenge/resend", json!({ "stateHandle": handle })).await;
    assert_eq!((status, sent_codes(&mock).await.len()), (200, 2));
    let newest = sent_codes(&mock).await.remove(0);
    advance(&mock, 299).await;
    assert_ne!(first, newest);
    assert_eq!(answer(&mock, &client, &handle, json!({ "passcode": first })).await.0, 401, "another one was sent");
    let (status, document) = answer(&mock, &client, &handle, json!({ "passcode": newest })).await;
    assert_eq!(status, 200);
    assert!(document["successWithInteractionCode"].is_object(), "{document}");

    let client = browser();
    let (handle, _) = idx_by_password(&mock, &client).await;
    step(&mock, &client, "challenge", json!({ "authenticator": choice["authenticator"], "stateHandle": handle })).await;
    let late = sent_codes(&mock).await.remove(0);
    advance(&mock, 300).await;
    assert_eq!(answer(&mock, &client, &handle, json!({ "passcode": late })).await.0, 401);
}

#[tokio::test]
async fn a_program_gets_a_challenge_when_a_code_is_sent() {
    let mock = stopped(&with_email()).await;
    let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
    assert_eq!(body["status"], "MFA_REQUIRED", "{body}");
    let state = json!({ "stateToken": body["stateToken"] });
    let factor = &body["_embedded"]["factors"][0];
    assert_eq!(
        (&factor["factorType"], &factor["profile"]),
        (&json!("email"), &json!({ "email": "b...r@example.test" }))
    );
    let verify = format!("/factors/{}/verify", factor["id"].as_str().unwrap());
    let (status, body) = authn(&mock, &verify, state.clone()).await;
    assert_eq!(
        (status, &body["status"], &body["factorResult"], &body["_links"]["resend"][0]["name"]),
        (200, &json!("MFA_CHALLENGE"), &json!("CHALLENGE"), &json!("email")),
        "{body}"
    );
    assert_eq!(authn(&mock, "", state.clone()).await.1, body, "the state can be asked for");
    let (_, body) = authn(&mock, &format!("{verify}/resend"), state.clone()).await;
    assert_eq!((&body["status"], sent_codes(&mock).await.len()), (&json!("MFA_CHALLENGE"), 2));
    let entered = |code: &str| json!({ "stateToken": state["stateToken"], "passCode": code });
    assert_eq!(authn(&mock, &verify, entered("no")).await.1["errorCode"], "E0000068");
    let code = sent_codes(&mock).await.remove(0);
    let (_, body) = authn(&mock, &verify, entered(&code)).await;
    assert_eq!(body["status"], "SUCCESS", "{body}");
}
