//! Forgotten passwords, locked accounts and activation: on the hosted pages, by programs, and by the IDX API.

use std::time::Duration;

use mock_idp::{MessageQuery, MockIdp, SentMessage};
use mock_idp_core::moment::timestamp;
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::flow::{CALLBACK, WEB, after, browser, code_request, location, parameter, state_handle};
use crate::market::{NOW, advance, market};

const OLD: &str = "Passw0rd!";
const NEW: &str = "Str0nger-than-before";
const BUYER: &str = "buyer@example.test";
/// Has a recovery question.
const RECOVER: &str = "recover@example.test";
const ANSWER: &str = "rex THE dog";
const LOCKED: &str = "locked@example.test";
const TOKEN: (&str, &str) = ("authorization", "SSWS 00mockMarketApiToken0123456789abcdefghijkl");

async fn authn(mock: &MockIdp, path: &str, body: Value) -> (u16, Value) {
    let response = browser().post(format!("{}/api/v1/authn{path}", mock.url())).json(&body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// A call of a trusted program.
async fn trusted(mock: &MockIdp, path: &str, body: Value) -> (u16, Value) {
    let request = browser().post(format!("{}{path}", mock.url())).header(TOKEN.0, TOKEN.1);
    let response = request.json(&body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// The status of a sign-in.
async fn status(mock: &MockIdp, login: &str, password: &str) -> Value {
    let (_, body) = authn(mock, "", json!({ "username": login, "password": password })).await;
    body.get("status").or(body.get("errorCode")).cloned().unwrap()
}

async fn message(mock: &MockIdp, user: &str) -> SentMessage {
    mock.org().wait_for_message(Duration::from_secs(5), &MessageQuery::default().user(user)).await.unwrap()
}

async fn messages(mock: &MockIdp) -> Vec<SentMessage> {
    mock.org().messages(&MessageQuery::default()).await.unwrap()
}

async fn get(client: &Client, url: &str) -> String {
    let response = client.get(url).send().await.unwrap();
    assert_eq!(response.status(), 200, "{url}");
    response.text().await.unwrap()
}

/// Submits the form of a page with these fields.
async fn submit(client: &Client, mock: &MockIdp, page: &str, fields: &[(&str, &str)]) -> Response {
    let action = after(page, "data-se=\"o-form\" method=\"post\" action=\"");
    let handle = state_handle(page);
    let mut form = vec![("stateHandle", handle.as_str())];
    form.extend(fields);
    client.post(format!("{}{action}", mock.url())).form(&form).send().await.unwrap()
}

async fn next_page(client: &Client, mock: &MockIdp, page: &str, fields: &[(&str, &str)]) -> String {
    let response = submit(client, mock, page, fields).await;
    assert_eq!(response.status(), 200, "{fields:?}");
    response.text().await.unwrap()
}

fn heading(page: &str) -> &str {
    page.split_once("data-se=\"o-form-head\">").unwrap().1.split_once('<').unwrap().0
}

/// The page that asks for the account, from the link of a sign-in page.
async fn forgot_password(client: &Client, mock: &MockIdp) -> String {
    let url = format!("{}/v1/authorize", mock.issuer());
    let page = client.get(url).query(&code_request(WEB, "openid")).send().await.unwrap().text().await.unwrap();
    let href = after(&page, "data-se=\"forgot-password\" href=\"").replace("&#38;", "&");
    get(client, &format!("{}{href}", mock.url())).await
}

const NEW_TWICE: [(&str, &str); 2] = [("credentials.passcode", NEW), ("confirmPassword", NEW)];

#[tokio::test]
async fn a_user_resets_the_password_with_the_code_and_arrives_at_the_client() {
    let mock = market().await;
    let client = browser();
    let page = forgot_password(&client, &mock).await;
    assert_eq!(heading(&page), "Reset your password");
    let page = next_page(&client, &mock, &page, &[("identifier", BUYER)]).await;
    assert_eq!(heading(&page), "Verify with your email");
    let sent = message(&mock, BUYER).await;
    assert_eq!((sent.kind.as_str(), sent.to.as_str()), ("email", BUYER));
    assert_eq!(sent.template.as_deref(), Some("ForgotPassword"));
    let code = sent.code.unwrap();
    assert!(code.len() == 6 && sent.text.contains(&code), "{code}");

    let page = next_page(&client, &mock, &page, &[("credentials.passcode", "000000x")]).await;
    assert!(page.contains("Invalid code. Try again."), "{page}");
    let page = next_page(&client, &mock, &page, &[("credentials.passcode", &code)]).await;
    assert_eq!(heading(&page), "Reset your password");
    let differing = [("credentials.passcode", NEW), ("confirmPassword", "else")];
    let page = next_page(&client, &mock, &page, &differing).await;
    assert!(page.contains("New passwords must match"), "{page}");
    let arrived = location(&submit(&client, &mock, &page, &NEW_TWICE).await);
    assert!(arrived.starts_with(CALLBACK) && parameter(&arrived, "code").is_some(), "{arrived}");
    assert_eq!(
        (status(&mock, BUYER, NEW).await, status(&mock, BUYER, OLD).await),
        (json!("SUCCESS"), json!("E0000004"))
    );
}

#[tokio::test]
async fn a_link_works_in_another_browser_once_and_the_code_is_used_up_with_it() {
    let mock = market().await;
    let client = browser();
    let page = forgot_password(&client, &mock).await;
    let page = next_page(&client, &mock, &page, &[("identifier", BUYER)]).await;
    let sent = message(&mock, BUYER).await;
    let link = sent.link.unwrap();
    assert!(link.starts_with(&format!("{}/signin/reset-password/", mock.url())), "{link}");

    let other = browser();
    // Opening a link changes nothing, so that programs that fetch links do no harm.
    let first = get(&other, &link).await;
    let second = get(&other, &link).await;
    assert_eq!((heading(&first), heading(&second)), ("Reset your password", "Reset your password"));
    let arrived = location(&submit(&other, &mock, &first, &NEW_TWICE).await);
    assert_eq!(arrived, "/app/UserHome");
    assert_eq!(status(&mock, BUYER, NEW).await, "SUCCESS");

    let page_again = next_page(
        &other,
        &mock,
        &second,
        &[("credentials.passcode", "An0ther-one!"), ("confirmPassword", "An0ther-one!")],
    )
    .await;
    assert!(page_again.contains("expired or been previously used"), "{page_again}");
    let used = get(&browser(), &link).await;
    assert!(used.contains("expired or been previously used"), "{used}");
    let late = next_page(&client, &mock, &page, &[("credentials.passcode", &sent.code.unwrap())]).await;
    assert!(late.contains("Invalid code. Try again."), "{late}");
    assert_eq!(status(&mock, BUYER, "An0ther-one!").await, "E0000004");
}

#[tokio::test]
async fn unknown_and_inactive_users_see_the_pages_of_others_and_get_no_message() {
    let mock = market().await;
    let mut pages = Vec::new();
    for login in [BUYER, "unknown@example.test", "suspended@example.test", "staged@example.test"] {
        let client = browser();
        let page = get(&client, &format!("{}/signin/forgot-password", mock.url())).await;
        let page = next_page(&client, &mock, &page, &[("identifier", login)]).await;
        let page = next_page(&client, &mock, &page, &[("credentials.passcode", "wrong")]).await;
        let handle = state_handle(&page);
        pages.push(page.replace(&handle, "HANDLE").replace(login, "LOGIN"));
        let (code, body) =
            authn(&mock, "/recovery/password", json!({ "username": login, "factorType": "EMAIL" })).await;
        let expected = json!({
            "status": "RECOVERY_CHALLENGE", "recoveryType": "PASSWORD", "factorResult": "WAITING", "factorType": "EMAIL",
        });
        assert_eq!((code, body), (200, expected), "{login}");
    }
    let body = |page: &String| page.split_once("<main").unwrap().1.split_once("</main>").unwrap().0.to_owned();
    let shown: Vec<String> = pages.iter().map(body).map(|page| without_details(&page)).collect();
    assert_eq!(shown[0], shown[1]);
    assert_eq!(shown[0], shown[2]);
    assert_eq!(shown[0], shown[3]);
    assert!(messages(&mock).await.iter().all(|sent| sent.user.as_deref() == Some(BUYER)));
}

/// A page without what it says to developers.
fn without_details(page: &str) -> String {
    let (start, rest) = page.split_once("<details").unwrap();
    format!("{start}{}", rest.split_once("</details>").unwrap().1)
}

#[tokio::test]
async fn five_wrong_codes_end_the_code_and_another_one_can_be_sent() {
    let mock = market().await;
    let client = browser();
    let page = get(&client, &format!("{}/signin/forgot-password", mock.url())).await;
    let mut page = next_page(&client, &mock, &page, &[("identifier", BUYER)]).await;
    let code = message(&mock, BUYER).await.code.unwrap();
    for _ in 0..5 {
        page = next_page(&client, &mock, &page, &[("credentials.passcode", "wrong")]).await;
    }
    page = next_page(&client, &mock, &page, &[("credentials.passcode", &code)]).await;
    assert!(page.contains("Invalid code. Try again."), "{page}");
    let form = [("stateHandle", state_handle(&page))];
    let again = client.post(format!("{}/signin/resend", mock.url())).form(&form).send().await.unwrap();
    let page = again.text().await.unwrap();
    let code = message(&mock, BUYER).await.code.unwrap();
    let page = next_page(&client, &mock, &page, &[("credentials.passcode", &code)]).await;
    assert_eq!(heading(&page), "Reset your password");
}

#[tokio::test]
async fn links_are_refused_after_the_lifetime_of_the_policy() {
    let mock = market().await;
    authn(&mock, "/recovery/password", json!({ "username": BUYER, "factorType": "EMAIL" })).await;
    let link = message(&mock, BUYER).await.link.unwrap();
    advance(&mock, 3599).await;
    assert_eq!(heading(&get(&browser(), &link).await), "Reset your password");
    advance(&mock, 1).await;
    assert!(get(&browser(), &link).await.contains("expired or been previously used"));
}

#[tokio::test]
async fn a_program_resets_a_password_with_the_link_of_the_email_and_the_answer() {
    let mock = market().await;
    let body = json!({ "username": RECOVER, "factorType": "EMAIL", "relayState": "/myapp" });
    let (_, body) = authn(&mock, "/recovery/password", body).await;
    assert_eq!(body["relayState"], "/myapp");
    let sent = message(&mock, RECOVER).await;
    assert_eq!(sent.code, None);
    let link = sent.link.unwrap();
    let token = link.rsplit('/').next().unwrap();
    assert_eq!(token.len(), 20);

    let (code, body) = authn(&mock, "/recovery/token", json!({ "recoveryToken": token })).await;
    assert_eq!(code, 200, "{body}");
    assert_eq!(
        body.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["stateToken", "expiresAt", "status", "recoveryType", "_embedded", "_links"]
    );
    assert_eq!((&body["status"], &body["recoveryType"]), (&json!("RECOVERY"), &json!("PASSWORD")));
    assert_eq!(body["_embedded"]["user"]["recovery_question"]["question"], "What is the name of your first pet?");
    assert_eq!(body["_links"]["next"]["name"], "answer");
    let state = body["stateToken"].clone();
    assert_eq!(authn(&mock, "", json!({ "stateToken": state })).await.1["status"], "RECOVERY");

    let answer =
        async |answer: &str| authn(&mock, "/recovery/answer", json!({ "stateToken": state, "answer": answer })).await;
    let (code, error) = answer("wrong").await;
    assert_eq!((code, &error["errorCode"]), (403, &json!("E0000087")));
    let (code, body) = answer(ANSWER).await;
    assert_eq!((code, &body["status"]), (200, &json!("PASSWORD_RESET")), "{body}");
    assert_eq!(body["_embedded"]["policy"]["age"], json!({ "minAgeMinutes": 0, "historyCount": 4 }));
    assert_eq!(body["expiresAt"], timestamp(NOW + 300));
    assert_eq!(answer(ANSWER).await.1["errorCode"], "E0000079", "the step has been taken");

    let reset = async |password: &str| {
        let body = json!({ "stateToken": state, "newPassword": password });
        authn(&mock, "/credentials/reset_password", body).await
    };
    let (code, error) = reset("weak").await;
    assert_eq!((code, &error["errorCode"]), (403, &json!("E0000014")));
    let (code, body) = reset(NEW).await;
    assert_eq!((code, &body["status"]), (200, &json!("SUCCESS")), "{body}");
    assert!(body["sessionToken"].as_str().unwrap().starts_with("20111"));
    assert_eq!(reset("An0ther-one!").await.1["errorCode"], "E0000011");
    assert_eq!(authn(&mock, "/recovery/token", json!({ "recoveryToken": token })).await.1["errorCode"], "E0000011");
    assert_eq!(status(&mock, RECOVER, NEW).await, "SUCCESS");
}

#[tokio::test]
async fn a_program_resets_a_password_with_the_code_of_a_text_message() {
    let mock = market().await;
    let begin = async |login: &str| {
        authn(&mock, "/recovery/password", json!({ "username": login, "factorType": "SMS" })).await.1
    };
    let (known, unknown) = (begin(RECOVER).await, begin("nobody@example.test").await);
    let without_handle = |body: &Value| {
        let mut body = body.clone();
        body["stateToken"] = Value::Null;
        body
    };
    assert_eq!(without_handle(&known), without_handle(&unknown));
    assert_eq!(known["_links"]["next"]["href"], format!("{}/api/v1/authn/recovery/factors/SMS/verify", mock.url()));
    let sent = messages(&mock).await;
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].kind.as_str(), sent[0].to.as_str()), ("sms", "+1 555 0101"));
    let verify = async |state: &Value, code: &str| {
        let body = json!({ "stateToken": state, "passCode": code });
        authn(&mock, "/recovery/factors/SMS/verify", body).await
    };
    let code = sent[0].code.clone().unwrap();
    for (state, code) in [(&known["stateToken"], "000"), (&unknown["stateToken"], &*code)] {
        let (status, error) = verify(state, code).await;
        assert_eq!((status, &error["errorCode"]), (403, &json!("E0000068")));
        assert_eq!(error["errorCauses"][0]["errorSummary"], "Your token doesn't match our records. Please try again.");
    }
    let resend = json!({ "stateToken": known["stateToken"] });
    assert_eq!(authn(&mock, "/recovery/factors/SMS/resend", resend).await.1["status"], "RECOVERY_CHALLENGE");
    let code = messages(&mock).await[0].code.clone().unwrap();
    assert_eq!(verify(&known["stateToken"], &code).await.1["status"], "RECOVERY");
    assert_eq!(authn(&mock, "/cancel", json!({ "stateToken": known["stateToken"] })).await.0, 200);
}

#[tokio::test]
async fn the_state_of_a_recovery_names_the_phone_call_that_began_it() {
    let mock = market().await;
    let (_, begun) = authn(&mock, "/recovery/password", json!({ "username": RECOVER, "factorType": "CALL" })).await;
    assert_eq!(begun["factorType"], "CALL");
    assert_eq!(message(&mock, RECOVER).await.kind, "voice");
    let (_, state) = authn(&mock, "", json!({ "stateToken": begun["stateToken"] })).await;
    assert_eq!((&state["factorType"], &state["_links"]), (&begun["factorType"], &begun["_links"]));
}

#[tokio::test]
async fn a_trusted_program_gets_the_token_and_learns_who_is_unknown() {
    let mock = market().await;
    let (code, body) = trusted(&mock, "/api/v1/authn/recovery/password", json!({ "username": BUYER })).await;
    assert_eq!((code, &body["status"]), (200, &json!("RECOVERY")), "{body}");
    assert_eq!(body["_links"]["next"]["href"], format!("{}/api/v1/authn/recovery/token", mock.url()));
    assert_eq!(messages(&mock).await, []);
    let opened = authn(&mock, "/recovery/token", json!({ "recoveryToken": body["recoveryToken"] })).await;
    assert_eq!(opened.1["status"], "PASSWORD_RESET", "the user has no question");

    for (login, error) in [("nobody@example.test", "E0000095"), ("suspended@example.test", "E0000034")] {
        let (code, body) = trusted(&mock, "/api/v1/authn/recovery/password", json!({ "username": login })).await;
        assert_eq!((code, &body["errorCode"]), (403, &json!(error)));
    }
    let (code, body) = trusted(&mock, "/api/v1/authn/recovery/unlock", json!({ "username": BUYER })).await;
    assert_eq!((code, &body["errorCode"]), (403, &json!("E0000032")));
    // Without an API token the factor has to be named.
    let (code, body) = authn(&mock, "/recovery/password", json!({ "username": BUYER })).await;
    assert_eq!((code, &body["errorCode"]), (400, &json!("E0000001")));
}

#[tokio::test]
async fn a_locked_user_unlocks_the_account_by_the_link_on_the_page_and_by_a_program() {
    let mock = market().await;
    assert_eq!(status(&mock, LOCKED, OLD).await, "E0000004");
    authn(&mock, "/recovery/unlock", json!({ "username": LOCKED, "factorType": "EMAIL" })).await;
    let sent = message(&mock, LOCKED).await;
    assert_eq!(sent.template.as_deref(), Some("SelfServiceUnlock"));
    let link = sent.link.unwrap();
    let client = browser();
    let page = get(&client, &link).await;
    assert_eq!(status(&mock, LOCKED, OLD).await, "E0000004", "opening the link unlocks nothing");
    let page = next_page(&client, &mock, &page, &[]).await;
    assert_eq!(heading(&page), "Account successfully unlocked!");
    assert_eq!(status(&mock, LOCKED, OLD).await, "SUCCESS");

    // Wrong passwords lock as the status does.
    for _ in 0..10 {
        status(&mock, BUYER, "wrong").await;
    }
    assert_eq!(status(&mock, BUYER, OLD).await, "E0000004");
    let (_, body) = trusted(&mock, "/api/v1/authn/recovery/unlock", json!({ "username": BUYER })).await;
    let (code, body) = authn(&mock, "/recovery/token", json!({ "recoveryToken": body["recoveryToken"] })).await;
    assert_eq!((code, &body["status"], &body["recoveryType"]), (200, &json!("SUCCESS"), &json!("UNLOCK")), "{body}");
    assert!(body.get("sessionToken").is_none() && body.get("stateToken").is_none(), "{body}");
    assert_eq!(status(&mock, BUYER, OLD).await, "SUCCESS");
}

#[tokio::test]
async fn a_user_unlocks_the_account_with_the_code_and_signs_in_on_the_next_page() {
    let mock = market().await;
    let client = browser();
    let url = format!("{}/v1/authorize", mock.issuer());
    let page = client.get(url).query(&code_request(WEB, "openid")).send().await.unwrap().text().await.unwrap();
    let href = after(&page, "data-se=\"unlock\" href=\"").to_owned();
    let page = get(&client, &format!("{}{href}", mock.url())).await;
    assert_eq!(heading(&page), "Unlock account?");
    let page = next_page(&client, &mock, &page, &[("identifier", LOCKED)]).await;
    let code = message(&mock, LOCKED).await.code.unwrap();
    let page = next_page(&client, &mock, &page, &[("credentials.passcode", &code)]).await;
    assert_eq!(heading(&page), "Account successfully unlocked!");
    let href = after(&page, "data-se=\"cancel\" href=\"");
    let page = get(&client, &format!("{}{href}", mock.url())).await;
    let form = [("identifier", LOCKED), ("username", LOCKED), ("credentials.passcode", OLD), ("password", OLD)];
    let response = submit(&client, &mock, &page, &form).await;
    let arrived = match response.status().as_u16() {
        302 => location(&response),
        _ => {
            let page = response.text().await.unwrap();
            location(&submit(&client, &mock, &page, &form).await)
        }
    };
    assert!(arrived.starts_with(CALLBACK), "{arrived}");
}

#[tokio::test]
async fn an_activated_user_chooses_a_password_behind_the_link_and_is_signed_in() {
    let mock = market().await;
    let profile =
        json!({ "login": "new@example.test", "email": "new@example.test", "firstName": "Nina", "lastName": "New" });
    let (code, user) = trusted(&mock, "/api/v1/users", json!({ "profile": profile })).await;
    assert_eq!((code, &user["status"]), (200, &json!("PROVISIONED")), "{user}");
    let sent = message(&mock, "new@example.test").await;
    assert_eq!(sent.template.as_deref(), Some("UserActivation"));
    let path = format!("/api/v1/users/{}/lifecycle/reactivate?sendEmail=false", user["id"].as_str().unwrap());
    let (_, again) = trusted(&mock, &path, json!({})).await;
    let url = again["activationUrl"].as_str().unwrap();
    let token = again["activationToken"].as_str().unwrap();
    assert_eq!(url, format!("{}/tokens/{token}/verify", mock.url()));
    assert_eq!(messages(&mock).await.len(), 1, "the answer has the link in place of a message");

    // Okta's former path leads to the same page.
    let client = browser();
    for url in [format!("{}/welcome/{token}", mock.url()), url.to_owned(), sent.link.unwrap()] {
        assert_eq!(heading(&get(&client, &url).await), "Set up password");
    }
    let page = get(&client, url).await;
    assert_eq!(location(&submit(&client, &mock, &page, &NEW_TWICE).await), "/app/UserHome");
    assert_eq!(status(&mock, "new@example.test", NEW).await, "SUCCESS");
    let me = client.get(format!("{}/api/v1/sessions/me", mock.url())).send().await.unwrap();
    let me: Value = me.json().await.unwrap();
    assert_eq!(me["login"], "new@example.test");
}

#[tokio::test]
async fn only_a_trusted_program_activates_a_user_with_the_token() {
    let mock = market().await;
    let path = "/api/v1/users/staged@example.test/lifecycle/activate?sendEmail=false";
    let (_, activated) = trusted(&mock, path, json!({})).await;
    let body = json!({ "token": activated["activationToken"] });
    assert_eq!(authn(&mock, "", body.clone()).await.0, 400);
    let (code, state) = trusted(&mock, "/api/v1/authn", body).await;
    assert_eq!((code, &state["status"]), (200, &json!("PASSWORD_RESET")), "{state}");
    assert_eq!(state["recoveryType"], "ACCOUNT_ACTIVATION");
    let body = json!({ "stateToken": state["stateToken"], "newPassword": NEW });
    assert_eq!(authn(&mock, "/credentials/reset_password", body).await.1["status"], "SUCCESS");
    assert_eq!(status(&mock, "staged@example.test", NEW).await, "SUCCESS");
}

#[tokio::test]
async fn the_links_of_the_management_api_are_returned_or_sent_and_work() {
    let mock = market().await;
    let users = format!("/api/v1/users/{RECOVER}");
    let (_, reset) = trusted(&mock, &format!("{users}/lifecycle/reset_password?sendEmail=false"), json!({})).await;
    let url = reset["resetPasswordUrl"].as_str().unwrap();
    assert!(url.starts_with(&format!("{}/reset_password/", mock.url())), "{url}");
    assert_eq!(heading(&get(&browser(), url).await), "Reset your password");
    assert_eq!(messages(&mock).await, []);
    let (_, empty) = trusted(&mock, &format!("{users}/lifecycle/reset_password"), json!({})).await;
    assert_eq!(empty, json!({}));
    let sent = message(&mock, RECOVER).await;
    assert_eq!(sent.template.as_deref(), Some("PasswordResetByAdmin"));
    let client = browser();
    let page = get(&client, sent.link.as_ref().unwrap()).await;
    submit(&client, &mock, &page, &NEW_TWICE).await;
    assert_eq!(status(&mock, RECOVER, NEW).await, "SUCCESS");

    // A user who asks for it answers the question first.
    let (_, forgot) = trusted(&mock, &format!("{users}/credentials/forgot_password?sendEmail=false"), json!({})).await;
    let page = get(&client, forgot["resetPasswordUrl"].as_str().unwrap()).await;
    assert!(page.contains("What is the name of your first pet?"), "{page}");
    let page = next_page(&client, &mock, &page, &[("credentials.answer", "wrong")]).await;
    assert!(page.contains("doesn&#39;t match our records"), "{page}");
    let page = next_page(&client, &mock, &page, &[("credentials.answer", ANSWER)]).await;
    assert_eq!(heading(&page), "Reset your password");
}

#[tokio::test]
async fn no_secret_of_a_recovery_is_in_the_journal() {
    let mock = market().await;
    let client = browser();
    let page = get(&client, &format!("{}/signin/forgot-password", mock.url())).await;
    let page = next_page(&client, &mock, &page, &[("identifier", RECOVER)]).await;
    let sent = message(&mock, RECOVER).await;
    let (code, link) = (sent.code.unwrap(), sent.link.unwrap());
    get(&client, &link).await;
    let page = next_page(&client, &mock, &page, &[("credentials.passcode", &code)]).await;
    let page = next_page(&client, &mock, &page, &[("credentials.answer", "Rex the dog")]).await;
    submit(&client, &mock, &page, &NEW_TWICE).await;
    let journal = browser().get(format!("{}/_mock/requests?messages=true", mock.url())).send().await.unwrap();
    let journal = journal.text().await.unwrap();
    assert!(journal.contains("/signin/reset-password/…"), "{journal}");
    for secret in [&*code, link.rsplit('/').next().unwrap(), "Rex the dog", NEW] {
        assert!(!journal.contains(secret), "{secret} in {journal}");
    }
}

#[tokio::test]
async fn a_link_does_not_activate_a_user_who_has_been_suspended_since() {
    let mock = market().await;
    authn(&mock, "/recovery/password", json!({ "username": BUYER, "factorType": "EMAIL" })).await;
    let link = message(&mock, BUYER).await.link.unwrap();
    let suspend = format!("/api/v1/users/{BUYER}/lifecycle/suspend");
    assert_eq!(trusted(&mock, &suspend, json!({})).await.0, 200);
    let client = browser();
    let page = get(&client, &link).await;
    let page = next_page(&client, &mock, &page, &NEW_TWICE).await;
    assert!(page.contains("expired or been previously used"), "{page}");
    let url = format!("{}/api/v1/users/{BUYER}", mock.url());
    let user: Value = client.get(url).header(TOKEN.0, TOKEN.1).send().await.unwrap().json().await.unwrap();
    assert_eq!(user["status"], "SUSPENDED");
}
