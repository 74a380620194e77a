//! Users whose password has expired set a new one, however they sign in.

use mock_idp::MockIdp;
use mock_idp_core::moment::timestamp;
use serde_json::{Value, json};

use crate::flow::{WEB, after, browser, code_request, location, parameter, state_handle};
use crate::market::{NOW, advance, market};

const LOGIN: &str = "expired@example.test";
const OLD: &str = "Passw0rd!";
const NEW: &str = "Str0nger-than-before";
const REQUIREMENTS: &str = "Password requirements: at least 8 characters, a lowercase letter, an uppercase letter, a number, no parts of your username. Your password cannot be any of your last 4 passwords.";

async fn authn(mock: &MockIdp, path: &str, body: Value) -> (u16, Value) {
    let response = browser().post(format!("{}/api/v1/authn{path}", mock.url())).json(&body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// The status of a sign-in by this password.
async fn status(mock: &MockIdp, password: &str) -> Value {
    let (_, body) = authn(mock, "", json!({ "username": LOGIN, "password": password })).await;
    body.get("status").or(body.get("errorCode")).cloned().unwrap()
}

#[tokio::test]
async fn a_program_changes_an_expired_password_and_gets_a_session_token() {
    let mock = market().await;
    let (code, body) = authn(&mock, "", json!({ "username": LOGIN, "password": OLD })).await;
    assert_eq!(code, 200, "{body}");
    assert_eq!(
        body.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["stateToken", "expiresAt", "status", "_embedded", "_links"]
    );
    assert_eq!((&body["status"], &body["expiresAt"]), (&json!("PASSWORD_EXPIRED"), &json!(timestamp(NOW + 300))));
    let state = body["stateToken"].as_str().unwrap();
    assert!(state.starts_with("00") && state.len() == 42, "{state}");
    let next = &body["_links"]["next"];
    let href = format!("{}/api/v1/authn/credentials/change_password", mock.url());
    assert_eq!(*next, json!({ "name": "changePassword", "href": href, "hints": { "allow": ["POST"] } }));
    assert_eq!(body["_embedded"]["policy"]["complexity"]["minLength"], 8);

    for path in ["", "/introspect"] {
        assert_eq!(authn(&mock, path, json!({ "stateToken": state })).await, (200, body.clone()));
    }
    let change = async |old: &str, new: &str| {
        let body = json!({ "stateToken": state, "oldPassword": old, "newPassword": new });
        authn(&mock, "/credentials/change_password", body).await
    };
    for (old, new, cause) in [
        ("wrong", NEW, "oldPassword: The credentials provided were incorrect.".to_owned()),
        (OLD, "weak", format!("newPassword: Password requirements were not met. {REQUIREMENTS}")),
        (OLD, OLD, format!("newPassword: Password requirements were not met. {REQUIREMENTS}")),
        (OLD, "", format!("newPassword: Password requirements were not met. {REQUIREMENTS}")),
    ] {
        let (code, error) = change(old, new).await;
        assert_eq!((code, &error["errorCode"]), (403, &json!("E0000014")), "{old} {new}");
        assert_eq!(error["errorCauses"], json!([{ "errorSummary": cause }]));
    }
    let (code, body) = change(OLD, NEW).await;
    assert_eq!((code, &body["status"]), (200, &json!("SUCCESS")), "{body}");
    let token = body["sessionToken"].as_str().unwrap();
    let request = [code_request(WEB, "openid"), vec![("sessionToken", token), ("prompt", "none")]].concat();
    let url = format!("{}/v1/authorize", mock.issuer());
    let arrived = location(&browser().get(url).query(&request).send().await.unwrap());
    assert!(parameter(&arrived, "code").is_some(), "{arrived}");
    assert_eq!((status(&mock, NEW).await, status(&mock, OLD).await), (json!("SUCCESS"), json!("E0000004")));
    assert_eq!(change(NEW, "An0ther-one!").await.0, 401, "the state token is used up");
}

#[tokio::test]
async fn a_password_that_was_replaced_in_a_sign_in_cannot_be_chosen_again() {
    let mock = market().await;
    let token = ("authorization", "SSWS 00mockMarketApiToken0123456789abcdefghijkl");
    let renew = async |old: &str, new: &str| {
        let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": old })).await;
        let body = json!({ "stateToken": body["stateToken"], "oldPassword": old, "newPassword": new });
        authn(&mock, "/credentials/change_password", body).await.0
    };
    assert_eq!(renew(OLD, NEW).await, 200);
    let expire = format!("{}/api/v1/users/{LOGIN}/lifecycle/expire_password", mock.url());
    let expired = crate::client::plain().post(expire).header(token.0, token.1).header("content-length", "0");
    assert_eq!(expired.send().await.unwrap().status(), 200);
    assert_eq!(renew(NEW, OLD).await, 403);
    assert_eq!(renew(NEW, "An0ther-one!").await, 200);
    let logs = format!("{}/api/v1/logs?filter=eventType+eq+\"user.account.update_password\"", mock.url());
    let logged = crate::client::plain().get(logs).header(token.0, token.1).send().await.unwrap();
    let logged: Vec<Value> = logged.json().await.unwrap();
    let actors: Vec<&Value> = logged.iter().map(|event| &event["actor"]["alternateId"]).collect();
    assert_eq!(actors, [LOGIN, LOGIN]);
}

#[tokio::test]
async fn a_state_token_is_dead_after_cancel_and_after_five_minutes() {
    let mock = market().await;
    for canceled in [true, false] {
        let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": OLD })).await;
        let state = json!({ "stateToken": body["stateToken"] });
        if canceled {
            assert_eq!(authn(&mock, "/cancel", state.clone()).await, (200, json!({})));
        } else {
            advance(&mock, 300).await;
        }
        for path in ["", "/introspect", "/cancel", "/credentials/change_password"] {
            let (code, error) = authn(&mock, path, state.clone()).await;
            assert_eq!((code, &error["errorCode"]), (401, &json!("E0000011")), "{path}");
        }
    }
    // Neither is it a handle of the IDX API.
    let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": OLD })).await;
    let url = format!("{}/idp/idx/introspect", mock.url());
    let response = browser().post(url).json(&json!({ "stateHandle": body["stateToken"] })).send().await.unwrap();
    assert_eq!(response.status(), 401);
}

#[tokio::test]
async fn the_hosted_page_asks_for_a_new_password_twice() {
    let mock = market().await;
    let client = browser();
    let url = format!("{}/v1/authorize", mock.issuer());
    let mut page = client.get(url).query(&code_request(WEB, "openid")).send().await.unwrap().text().await.unwrap();
    let post = async |page: &str, fields: &[(&str, &str)]| {
        let action = format!("{}{}", mock.url(), after(page, "method=\"post\" action=\""));
        let state = state_handle(page);
        let form = [fields, &[("stateHandle", state.as_str())]].concat();
        client.post(action).form(&form).send().await.unwrap()
    };
    page = post(&page, &[("identifier", LOGIN)]).await.text().await.unwrap();
    page = post(&page, &[("credentials.passcode", OLD)]).await.text().await.unwrap();
    assert!(page.contains("Your password has expired") && page.contains(REQUIREMENTS), "{page}");
    assert!(page.contains("siw-main-view reenroll-authenticator--okta_password"), "{page}");
    for (first, second, problem) in [
        ("", "", "Enter your password"),
        (NEW, "another", "New passwords must match"),
        ("weak", "weak", "Password requirements were not met"),
        (OLD, OLD, "Password requirements were not met"),
    ] {
        page = post(&page, &[("credentials.passcode", first), ("confirmPassword", second)]).await.text().await.unwrap();
        assert!(page.contains(problem) && page.contains("confirmPassword"), "{problem}: {page}");
    }
    let response = post(&page, &[("credentials.passcode", NEW), ("confirmPassword", NEW)]).await;
    assert!(parameter(&location(&response), "code").is_some());
    assert_eq!(status(&mock, NEW).await, "SUCCESS");
}

#[tokio::test]
async fn the_idx_api_asks_for_a_new_password() {
    let mock = market().await;
    let client = browser();
    let form = [
        ("client_id", "0oamarketembed0005d7"),
        ("scope", "openid"),
        ("redirect_uri", crate::flow::CALLBACK),
        ("state", "s-1"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    let begun = client.post(format!("{}/v1/interact", mock.issuer())).form(&form).send().await.unwrap();
    let begun: Value = begun.json().await.unwrap();
    let step = async |path: &str, body: Value| {
        let response = client.post(format!("{}/idp/idx/{path}", mock.url())).json(&body).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let (_, document) = step("introspect", json!({ "interactionHandle": begun["interaction_handle"] })).await;
    let state = document["stateHandle"].clone();
    step("identify", json!({ "identifier": LOGIN, "stateHandle": state })).await;
    let answer = async |passcode: &str| {
        step("challenge/answer", json!({ "credentials": { "passcode": passcode }, "stateHandle": state })).await
    };
    let (code, document) = answer(OLD).await;
    let form = &document["remediation"]["value"][0];
    assert_eq!((code, &form["name"]), (200, &json!("reenroll-authenticator")), "{document}");
    assert_eq!(form["relatesTo"], json!(["$.currentAuthenticator"]));
    assert_eq!(form["value"][0]["form"]["value"][0]["label"], "New password");
    let settings = &document["currentAuthenticator"]["value"]["settings"];
    assert_eq!((&settings["complexity"]["minLength"], &settings["age"]["historyCount"]), (&json!(8), &json!(4)));
    for refused in ["weak", OLD] {
        let (code, document) = answer(refused).await;
        let messages = &document["remediation"]["value"][0]["value"][0]["form"]["value"][0]["messages"]["value"][0];
        assert_eq!((code, &document["messages"]), (400, &Value::Null), "{document}");
        assert_eq!(messages["i18n"]["key"], "password.passwordRequirementsNotMet");
        assert_eq!(messages["i18n"]["params"], json!([REQUIREMENTS]));
        assert_eq!(messages["message"], format!("Password requirements were not met. {REQUIREMENTS}"));
    }
    let (code, document) = answer(NEW).await;
    assert_eq!((code, &document["successWithInteractionCode"]["name"]), (200, &json!("issue")), "{document}");
    assert_eq!(status(&mock, NEW).await, "SUCCESS");
}
