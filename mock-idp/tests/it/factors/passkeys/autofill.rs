//! Passkeys on the first page: users sign in without their name.

use mock_idp::MockIdp;
use mock_idp_core::model::UserStatus;
use reqwest::Client;
use serde_json::{Value, json};

use super::authenticator::{Authenticator, PRESENT, VERIFIED};
use super::{factors, origin, page_options, seeded, submit_passkey, with_autofill, with_webauthn};
use crate::factors::{BUYER, authorize, claims, names, step, submit};
use crate::flow::{browser, state_handle};
use crate::market::{journal, stopped};
use crate::org::{TestOrg, model};

const ANSWER: &str = "challenge/answer/webauthn-autofillui";

/// The market, where browsers offer passkeys on the first page, and the buyer has one.
fn with_passkey() -> (TestOrg, Authenticator) {
    let (authenticator, factor) = seeded();
    let org = with_webauthn("PREFERRED").user(BUYER, |user| user.factors = vec![model(factor.clone())]);
    (with_autofill(org), authenticator)
}

/// What a discoverable passkey of this user answers.
fn assertion(authenticator: &Authenticator, options: &Value, mock: &MockIdp, user: Option<&str>) -> Value {
    authenticator.forge_assertion(options, origin(mock), |made| {
        made.flags = PRESENT | VERIFIED;
        made.sign_count = 1;
        made.user_handle = user.map(str::to_owned);
    })
}

/// The first document of a sign-in on the org's pages, and its handle.
async fn first_document(mock: &MockIdp, client: &Client) -> (String, Value) {
    let (_, page) = authorize(mock, client, &[]).await;
    let handle = state_handle(&page);
    let (_, document) = step(mock, client, "introspect", json!({ "stateHandle": handle })).await;
    (handle, document)
}

#[tokio::test]
async fn the_first_page_offers_passkeys_and_one_signs_its_user_in() {
    let (org, authenticator) = with_passkey();
    let mock = stopped(&org).await;
    let client = browser();
    let (_, page) = authorize(&mock, &client, &[]).await;
    for part in [r#"autocomplete="username webauthn""#, r#"data-ceremony="autofill""#, "/_mock/assets/passkey."] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let options = page_options(&page);
    assert_eq!((&options["userVerification"], options.get("allowCredentials")), (&json!("preferred"), None));
    let answer = assertion(&authenticator, &options, &mock, Some(BUYER));
    let (status, arrived) = submit_passkey(&mock, &client, &page, &answer).await;
    assert_eq!(status, 302, "{arrived}");
    let claims = claims(&mock, &arrived).await;
    assert_eq!((&claims["sub"], &claims["amr"]), (&json!(BUYER), &json!(["hwk"])), "{claims}");
    assert_eq!(factors(&mock).await[0]["credential"]["signCount"], 1);
}

#[tokio::test]
async fn the_option_to_stay_signed_in_counts_for_a_passkey_of_the_first_page_too() {
    let (org, authenticator) = with_passkey();
    for (keeps, note) in [
        (false, "the user has not asked to stay signed in"),
        (true, "the global session policy has no usePersistentCookie"),
    ] {
        let (mock, client) = (stopped(&org).await, browser());
        let (_, page) = authorize(&mock, &client, &[]).await;
        let answer = assertion(&authenticator, &page_options(&page), &mock, Some(BUYER));
        let fields: Vec<(String, &str)> = answer
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (format!("credentials.{name}"), value.as_str().unwrap()))
            .collect();
        let mut fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        fields.extend(keeps.then_some(("rememberMe", "true")));
        let (status, arrived) = submit(&mock, &client, &page, "verify", &fields).await;
        assert_eq!(status, 302, "{arrived}");
        assert!(journal(&mock).await.contains(note), "{note}");
    }
}

#[tokio::test]
async fn the_idx_document_has_the_challenge_and_accepts_the_answer() {
    let (org, authenticator) = with_passkey();
    let mock = stopped(&org).await;
    let client = browser();
    let (handle, document) = first_document(&mock, &client).await;
    let forms = document["remediation"]["value"].as_array().unwrap();
    let form = forms.iter().find(|form| form["name"] == "challenge-webauthn-autofillui-authenticator").unwrap();
    assert_eq!(form["relatesTo"], json!(["webauthnAutofillUIChallenge"]));
    assert_eq!(form["href"], format!("{}/idp/idx/{ANSWER}", mock.url()));
    let fields = form["value"][0]["form"]["value"].as_array().unwrap();
    let shown: Vec<_> = fields.iter().map(|field| (&field["name"], &field["required"], &field["visible"])).collect();
    let (yes, no) = (json!(true), json!(false));
    assert_eq!(
        shown,
        [
            (&json!("authenticatorData"), &yes, &no),
            (&json!("clientData"), &yes, &no),
            (&json!("signatureData"), &yes, &no),
            (&json!("userHandle"), &no, &no),
        ]
    );
    let options = &document["webauthnAutofillUIChallenge"]["value"]["challengeData"];
    assert_eq!(options["challenge"].as_str().unwrap().len(), 43, "{options}");
    let credentials = assertion(&authenticator, options, &mock, Some(BUYER));
    let body = json!({ "credentials": credentials, "stateHandle": handle });
    let (status, document) = step(&mock, &client, ANSWER, body.clone()).await;
    assert_eq!((status, &document["success"]["name"]), (200, &json!("success-redirect")), "{document}");
    let (status, _) = step(&mock, &client, ANSWER, body).await;
    assert_ne!(status, 200, "the answer is used up");
}

#[tokio::test]
async fn what_another_sign_in_or_user_has_signed_is_refused() {
    let (org, authenticator) = with_passkey();
    let mock = stopped(&org).await;
    let client = browser();
    let (_, other) = first_document(&mock, &client).await;
    let other = other["webauthnAutofillUIChallenge"]["value"]["challengeData"].clone();
    let (handle, document) = first_document(&mock, &client).await;
    let options = document["webauthnAutofillUIChallenge"]["value"]["challengeData"].clone();
    assert_ne!(other["challenge"], options["challenge"]);
    let stranger = Authenticator::new(b"another credential");
    for (name, credentials) in [
        ("another sign-in", assertion(&authenticator, &other, &mock, Some(BUYER))),
        ("no user handle", assertion(&authenticator, &options, &mock, None)),
        ("an unknown user", assertion(&authenticator, &options, &mock, Some("00unobody00000000000"))),
        ("another user", assertion(&authenticator, &options, &mock, Some("00uadmin0000000005d7"))),
        ("another key", assertion(&stranger, &options, &mock, Some(BUYER))),
        ("not base64", json!({ "clientData": "%", "authenticatorData": "%", "signatureData": "%", "userHandle": "%" })),
    ] {
        let body = json!({ "credentials": credentials, "stateHandle": handle });
        let (status, document) = step(&mock, &client, ANSWER, body).await;
        let key = &document["messages"]["value"][0]["i18n"]["key"];
        assert_eq!((status, key), (401, &json!("authfactor.webauthn.error.assertion_validation_failure")), "{name}");
        assert_eq!(names(&document)[0], "identify", "{name}");
    }
    assert_eq!(factors(&mock).await[0]["credential"]["signCount"], 0, "nothing has been counted");
    let credentials = assertion(&authenticator, &options, &mock, Some(BUYER));
    let (status, _) = step(&mock, &client, ANSWER, json!({ "credentials": credentials, "stateHandle": handle })).await;
    assert_eq!(status, 200, "the right one still signs in");
}

#[tokio::test]
async fn the_status_of_the_user_counts_and_without_the_setting_there_is_no_such_answer() {
    let (org, authenticator) = with_passkey();
    let mock = stopped(&org.user(BUYER, |user| user.status = UserStatus::Suspended)).await;
    let client = browser();
    let (_, page) = authorize(&mock, &client, &[]).await;
    let answer = assertion(&authenticator, &page_options(&page), &mock, Some(BUYER));
    let (status, page) = submit_passkey(&mock, &client, &page, &answer).await;
    assert!(status == 200 && page.contains("The account is suspended"), "{page}");

    let (authenticator, factor) = seeded();
    let org = with_webauthn("PREFERRED").user(BUYER, |user| user.factors = vec![model(factor.clone())]);
    let mock = stopped(&org).await;
    let (_, page) = authorize(&mock, &client, &[]).await;
    assert!(page.contains(r#"autocomplete="username""#) && !page.contains("data-ceremony"), "{page}");
    let (handle, document) = first_document(&mock, &client).await;
    assert!(document.get("webauthnAutofillUIChallenge").is_none(), "{document}");
    let challenge = json!({ "challenge": mock_idp_core::sign_in::autofill_challenge(&handle) });
    let credentials = assertion(&authenticator, &challenge, &mock, Some(BUYER));
    let (status, _) = step(&mock, &client, ANSWER, json!({ "credentials": credentials, "stateHandle": handle })).await;
    assert_ne!(status, 200);
}
