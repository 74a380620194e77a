//! Recovery by the IDX API: forgotten passwords, locked accounts, and the tokens of links.

use std::time::Duration;

use mock_idp::{MessageQuery, MockIdp, SentMessage};
use reqwest::Client;
use serde_json::{Value, json};

use crate::flow::{browser, decode};
use crate::idx::{EMBEDDED, VERIFIER, begun, handle, interact, interact_form, interaction_code, key, redemption, step};
use crate::market::{advance, market};
use crate::refusals::token;

const BUYER: &str = "buyer@example.test";
const RECOVER: &str = "recover@example.test";
const LOCKED: &str = "locked@example.test";
const NEW: &str = "Str0nger-than-before";
const TOKEN: &str = "SSWS 00mockMarketApiToken0123456789abcdefghijkl";

fn form<'d>(document: &'d Value, name: &str) -> &'d Value {
    let mut forms = document["remediation"]["value"].as_array().into_iter().flatten();
    forms.find(|form| form["name"] == name).unwrap_or_else(|| panic!("no {name} in {document}"))
}

/// The only form.
fn only(document: &Value) -> &str {
    let forms = document["remediation"]["value"].as_array().unwrap();
    assert_eq!(forms.len(), 1, "{document}");
    forms[0]["name"].as_str().unwrap()
}

async fn message(mock: &MockIdp, user: &str) -> SentMessage {
    mock.org().wait_for_message(Duration::from_secs(5), &MessageQuery::default().user(user)).await.unwrap()
}

/// Posts to an address of a document, with the state handle.
async fn post(mock: &MockIdp, client: &Client, form: &Value, mut body: Value, state: &str) -> (u16, Value) {
    body["stateHandle"] = state.into();
    let href = form["href"].as_str().unwrap();
    let path = href.strip_prefix(&format!("{}/idp/idx/", mock.url())).unwrap();
    step(mock, client, path, &body).await
}

async fn answer(mock: &MockIdp, client: &Client, state: &str, credentials: Value) -> (u16, Value) {
    step(mock, client, "challenge/answer", &json!({ "credentials": credentials, "stateHandle": state })).await
}

/// A call of the management API.
async fn call(mock: &MockIdp, path: &str) -> Value {
    let request = browser().post(format!("{}/api/v1/users/{path}", mock.url())).header("authorization", TOKEN);
    request.json(&json!({})).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn a_forgotten_password_is_reset_with_the_code_and_the_sign_in_goes_on() {
    let mock = market().await;
    let client = browser();
    let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    let state = handle(&document).to_owned();
    let (_, document) = step(&mock, &client, "identify", &json!({ "identifier": BUYER, "stateHandle": state })).await;
    let recover = &document["currentAuthenticatorEnrollment"]["value"]["recover"];
    assert_eq!((&recover["name"], &recover["rel"]), (&json!("recover"), &json!(["create-form"])));

    let (status, document) = post(&mock, &client, recover, json!({}), &state).await;
    assert_eq!((status, only(&document)), (200, "challenge-authenticator"), "{document}");
    let current = &document["currentAuthenticatorEnrollment"]["value"];
    assert_eq!((&current["key"], current.get("profile")), (&json!("okta_email"), None));
    assert_eq!(document["recoveryAuthenticator"]["value"]["key"], "okta_password");
    assert_eq!(document["user"]["value"], json!({ "identifier": BUYER }));
    let code = message(&mock, BUYER).await.code.unwrap();

    let (status, wrong) = answer(&mock, &client, &state, json!({ "passcode": "x" })).await;
    let field = &form(&wrong, "challenge-authenticator")["value"][0]["form"]["value"][0];
    assert_eq!(status, 401);
    assert_eq!(field["messages"]["value"][0]["i18n"]["key"], "api.authn.error.PASSCODE_INVALID");
    assert_eq!(wrong["expiresAt"], document["expiresAt"], "a failed answer extends nothing");

    let (status, document) = answer(&mock, &client, &state, json!({ "passcode": code })).await;
    assert_eq!((status, only(&document)), (200, "reset-authenticator"), "{document}");
    assert_eq!(document["currentAuthenticator"]["value"]["settings"]["age"]["historyCount"], 4);
    let (status, weak) = answer(&mock, &client, &state, json!({ "passcode": "weak" })).await;
    let field = &form(&weak, "reset-authenticator")["value"][0]["form"]["value"][0];
    assert_eq!(status, 400);
    assert_eq!(field["messages"]["value"][0]["i18n"]["key"], "password.passwordRequirementsNotMet");
    let (status, document) = answer(&mock, &client, &state, json!({ "passcode": NEW })).await;
    assert_eq!(status, 200, "{document}");
    let code = interaction_code(&document);
    let tokens = token(&mock, "/oauth2/default", None, &redemption(&code, VERIFIER)).await;
    let tokens: Value = tokens.json().await.unwrap();
    assert_eq!(decode(tokens["access_token"].as_str().unwrap()).1["sub"], BUYER);
}

#[tokio::test]
async fn a_user_who_is_not_named_yet_is_asked_for_and_answers_the_question() {
    let mock = market().await;
    let client = browser();
    let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    let state = handle(&document).to_owned();
    let (_, document) = step(&mock, &client, "recover", &json!({ "stateHandle": state })).await;
    assert_eq!(only(&document), "identify-recovery");
    let identify = form(&document, "identify-recovery");
    let (_, document) = post(&mock, &client, identify, json!({ "identifier": RECOVER }), &state).await;
    let current = &document["currentAuthenticatorEnrollment"]["value"];
    assert_eq!(
        (&current["contextualData"], &current["poll"]["refresh"]),
        (&json!({ "useEmailMagicLink": false }), &json!(4000))
    );
    let (status, polled) = post(&mock, &client, &current["poll"], json!({}), &state).await;
    assert_eq!((status, &polled), (200, &document), "there is no link to wait for");
    let resend = current["resend"].clone();
    let first = message(&mock, RECOVER).await;
    let (status, document) = post(&mock, &client, &resend, json!({}), &state).await;
    assert_eq!((status, only(&document)), (200, "challenge-authenticator"));
    let second = message(&mock, RECOVER).await;
    assert_ne!(first.id, second.id);
    let (status, _) = answer(&mock, &client, &state, json!({ "passcode": first.code.unwrap() })).await;
    assert_eq!(status, 401, "the first code is not that of this step any more");
    let (_, document) = answer(&mock, &client, &state, json!({ "passcode": second.code.unwrap() })).await;
    let fields = &form(&document, "challenge-authenticator")["value"][0]["form"]["value"];
    assert_eq!((&fields[0]["name"], &fields[1]["name"]), (&json!("questionKey"), &json!("answer")));
    assert_eq!(fields[0]["label"], "What is the name of your first pet?");
    let question = |answer: &str| json!({ "questionKey": "custom", "answer": answer });
    let (status, wrong) = answer(&mock, &client, &state, question("wrong")).await;
    let field = &form(&wrong, "challenge-authenticator")["value"][0]["form"]["value"][1];
    assert_eq!(status, 401);
    assert_eq!(field["messages"]["value"][0]["i18n"]["key"], "authfactor.challenge.question_factor.answer_invalid");
    let (_, document) = answer(&mock, &client, &state, question("Rex the dog")).await;
    assert_eq!(only(&document), "reset-authenticator");
    let (_, canceled) = step(&mock, &client, "cancel", &json!({ "stateHandle": state })).await;
    assert_eq!(canceled["remediation"]["value"][0]["name"], "identify");
}

#[tokio::test]
async fn an_unknown_user_is_asked_for_a_code_that_nobody_gets() {
    let mock = market().await;
    let client = browser();
    let mut documents = Vec::new();
    for login in [BUYER, "nobody@example.test"] {
        let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
        let state = handle(&document).to_owned();
        step(&mock, &client, "recover", &json!({ "stateHandle": state })).await;
        let (_, document) =
            step(&mock, &client, "identify", &json!({ "identifier": login, "stateHandle": state })).await;
        let keys: Vec<String> = document.as_object().unwrap().keys().cloned().collect();
        documents.push((only(&document).to_owned(), keys));
        assert_eq!(answer(&mock, &client, &state, json!({ "passcode": "000000x" })).await.0, 401);
    }
    assert_eq!(documents[0], documents[1]);
    assert_eq!(mock.org().messages(&MessageQuery::default()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_locked_account_is_unlocked_with_the_code() {
    let mock = market().await;
    let client = browser();
    let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    let state = handle(&document).to_owned();
    let (_, document) = post(&mock, &client, form(&document, "unlock-account"), json!({}), &state).await;
    let select = form(&document, "select-authenticator-unlock-account");
    assert_eq!(select["value"][1]["options"][0]["label"], "Email");
    assert_eq!(document["authenticatorEnrollments"]["value"][0]["key"], "okta_email");
    let id = &select["value"][1]["options"][0]["value"]["form"]["value"][0]["value"];
    let body = json!({ "identifier": LOCKED, "authenticator": { "id": id, "methodType": "email" } });
    let (_, document) = post(&mock, &client, select, body, &state).await;
    assert_eq!(only(&document), "challenge-authenticator");
    let code = message(&mock, LOCKED).await.code.unwrap();
    let (status, document) = answer(&mock, &client, &state, json!({ "passcode": code })).await;
    assert_eq!((status, document.get("remediation")), (200, None), "{document}");
    let message = &document["messages"]["value"][0];
    assert_eq!(message["i18n"]["key"], "oie.selfservice.unlock_user.success.message");
    assert_eq!((&message["class"], &document["user"]["value"]["identifier"]), (&json!("INFO"), &json!(LOCKED)));
    let authn = browser().post(format!("{}/api/v1/authn", mock.url()));
    let body = json!({ "username": LOCKED, "password": "Passw0rd!" });
    let body: Value = authn.json(&body).send().await.unwrap().json().await.unwrap();
    assert_eq!(body["status"], "SUCCESS");
}

#[tokio::test]
async fn the_tokens_of_links_begin_an_interaction_once() {
    let mock = market().await;
    let client = browser();
    let reset = call(&mock, &format!("{BUYER}/lifecycle/reset_password?sendEmail=false")).await;
    let recovery = reset["resetPasswordUrl"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let activated = call(&mock, "staged@example.test/lifecycle/activate?sendEmail=false").await;
    let activation = activated["activationToken"].as_str().unwrap().to_owned();
    let with = |name: &'static str, token: &'static str| {
        let mut form = interact_form(EMBEDDED);
        form.push((name, token));
        form
    };
    let leak = |token: String| -> &'static str { token.leak() };
    let (recovery, activation) = (leak(recovery), leak(activation));
    // Each is for its own parameter.
    for (name, token) in [("recovery_token", activation), ("activation_token", recovery)] {
        let (status, error) = interact(&mock, &with(name, token)).await;
        assert_eq!((status, &error["error"]), (400, &json!("invalid_request")), "{error}");
    }
    for (name, token, step) in
        [("recovery_token", recovery, "reset-authenticator"), ("activation_token", activation, "enroll-authenticator")]
    {
        let (_, document) = begun(&mock, &client, &with(name, token)).await;
        assert_eq!(only(&document), step);
        assert!(document["user"]["value"]["id"].is_string(), "{document}");
        let state = handle(&document).to_owned();
        let (_, second) = begun(&mock, &browser(), &with(name, token)).await;
        let (status, done) = answer(&mock, &client, &state, json!({ "passcode": NEW })).await;
        assert_eq!(status, 200, "{done}");
        interaction_code(&done);
        let (status, late) = answer(&mock, &browser(), handle(&second), json!({ "passcode": "An0ther-one!" })).await;
        assert_eq!((status, key(&late)), (401, "idx.invalid.reset.password.token"), "{late}");
        let (status, error) = interact(&mock, &with(name, token)).await;
        assert_eq!((status, &error["error"]), (400, &json!("invalid_request")), "{error}");
    }
}

#[tokio::test]
async fn fifty_new_passwords_at_the_same_time_set_one() {
    let mock = market().await;
    let client = browser();
    let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    let state = handle(&document).to_owned();
    step(&mock, &client, "identify", &json!({ "identifier": BUYER, "stateHandle": state })).await;
    step(&mock, &client, "recover", &json!({ "stateHandle": state })).await;
    let code = message(&mock, BUYER).await.code.unwrap();
    answer(&mock, &client, &state, json!({ "passcode": code })).await;
    let tries = (0..50).map(|number| {
        let (mock, client, state) = (&mock, &client, &state);
        async move { answer(mock, client, state, json!({ "passcode": format!("{NEW}{number}") })).await }
    });
    let answers = futures_util::future::join_all(tries).await;
    let taken = answers.iter().filter(|(_, document)| document.get("successWithInteractionCode").is_some());
    assert_eq!(taken.count(), 1);
    advance(&mock, 1).await;
}
