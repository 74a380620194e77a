//! Users without an account create one: on the hosted pages and by the IDX API.

use std::time::Duration;

use mock_idp::{MessageQuery, MockIdp};
use mock_idp_core::model::GlobalSessionPolicy;
use reqwest::Client;
use serde_json::{Value, json};

use crate::factors::{required, with_authenticators};
use crate::flow::{CALLBACK, WEB, after, browser, code_request, decode, location, parameter, state_handle};
use crate::idx::{EMBEDDED, VERIFIER, begun, handle, interact_form, interaction_code, redemption, step};
use crate::market::market;
use crate::org::{TestOrg, model};
use crate::refusals::token;

const EMAIL: &str = "nina@example.test";
const PASSWORD: &str = "Str0nger-than-before";

async fn code(mock: &MockIdp) -> String {
    let query = MessageQuery::default().to(EMAIL).template("RegistrationEmailVerification");
    mock.org().wait_for_message(Duration::from_secs(5), &query).await.unwrap().code.unwrap()
}

fn profile(email: &str) -> Value {
    json!({ "firstName": "Nina", "lastName": "New", "email": email })
}

fn form<'d>(document: &'d Value, name: &str) -> &'d Value {
    let mut forms = document["remediation"]["value"].as_array().into_iter().flatten();
    forms.find(|form| form["name"] == name).unwrap_or_else(|| panic!("no {name} in {document}"))
}

#[tokio::test]
async fn a_client_registers_a_user_who_joins_the_groups_of_the_policy() {
    let mock = market().await;
    let client = browser();
    let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    let state = handle(&document).to_owned();
    assert_eq!(form(&document, "select-enroll-profile")["href"], format!("{}/idp/idx/enroll", mock.url()));
    let post = async |path: &str, mut body: Value| {
        body["stateHandle"] = state.clone().into();
        step(&mock, &client, path, &body).await
    };
    let (status, document) = post("enroll", json!({})).await;
    assert_eq!(status, 200, "{document}");
    let fields = &form(&document, "enroll-profile")["value"][0]["form"]["value"];
    let named: Vec<(&str, &Value)> =
        fields.as_array().unwrap().iter().map(|field| (field["name"].as_str().unwrap(), &field["required"])).collect();
    assert_eq!(named, [("firstName", &json!(true)), ("lastName", &json!(true)), ("email", &json!(true))]);
    form(&document, "select-identify");

    for (profile, index, key) in [
        (json!({ "firstName": "", "lastName": "New", "email": EMAIL }), 0, "field.required"),
        (profile("not an address"), 2, "registration.error.invalidLoginEmail"),
        (profile("buyer@example.test"), 2, "registration.error.notUniqueWithinOrg"),
    ] {
        let (status, refused) = post("enroll/new", json!({ "userProfile": profile })).await;
        let field = &form(&refused, "enroll-profile")["value"][0]["form"]["value"][index];
        assert_eq!((status, &field["messages"]["value"][0]["i18n"]["key"]), (400, &json!(key)), "{refused}");
    }
    let (_, document) = post("enroll/new", json!({ "userProfile": profile(EMAIL) })).await;
    assert_eq!(form(&document, "enroll-authenticator")["value"][0]["form"]["value"][0]["label"], "Enter password");
    assert_eq!(document["currentAuthenticator"]["value"]["settings"]["complexity"]["minLength"], 8);
    let answer =
        async |passcode: &str| post("challenge/answer", json!({ "credentials": { "passcode": passcode } })).await;
    assert_eq!(answer("weak").await.0, 400);
    let (_, document) = answer(PASSWORD).await;
    let current = &document["currentAuthenticator"]["value"];
    assert_eq!(current["profile"]["email"], "n***a@example.test");
    assert_eq!(current["contextualData"], json!({ "useEmailMagicLink": false }));
    assert_eq!(document["authenticatorEnrollments"], json!({ "type": "array", "value": [] }));
    assert_eq!(post("challenge/poll", json!({})).await, (200, document.clone()), "there is no link to wait for");
    let (_, body) = authn(&mock).await;
    assert_eq!(body["errorCode"], "E0000004", "the user does not exist before the address is confirmed");
    assert_eq!(answer("000").await.0, 401);
    let (status, document) = answer(&code(&mock).await).await;
    assert_eq!(status, 200, "{document}");

    let tokens = token(&mock, "/oauth2/default", None, &redemption(&interaction_code(&document), VERIFIER)).await;
    let tokens: Value = tokens.json().await.unwrap();
    assert_eq!(decode(tokens["access_token"].as_str().unwrap()).1["sub"], EMAIL);
    assert_eq!(authn(&mock).await.1["status"], "SUCCESS");
    let request = browser().get(format!("{}/api/v1/users/{EMAIL}/groups", mock.url()));
    let request = request.header("authorization", "SSWS 00mockMarketApiToken0123456789abcdefghijkl");
    let groups: Vec<Value> = request.send().await.unwrap().json().await.unwrap();
    let names: Vec<&Value> = groups.iter().map(|group| &group["profile"]["name"]).collect();
    assert_eq!(names, ["Everyone", "Buyers"]);
}

async fn authn(mock: &MockIdp) -> (u16, Value) {
    let request = browser().post(format!("{}/api/v1/authn", mock.url()));
    let response = request.json(&json!({ "username": EMAIL, "password": PASSWORD })).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn a_user_signs_up_on_the_pages_and_arrives_at_the_client() {
    let mock = market().await;
    let client = browser();
    let url = format!("{}/v1/authorize", mock.issuer());
    let page = client.get(url).query(&code_request(WEB, "openid")).send().await.unwrap().text().await.unwrap();
    let href = after(&page, "data-se=\"enroll\" href=\"").to_owned();
    let page = client.get(format!("{}{href}", mock.url())).send().await.unwrap().text().await.unwrap();
    let submit = async |page: &str, fields: &[(&str, &str)]| {
        let action = after(page, "data-se=\"o-form\" method=\"post\" action=\"");
        let handle = state_handle(page);
        let mut form = vec![("stateHandle", handle.as_str())];
        form.extend(fields);
        client.post(format!("{}{action}", mock.url())).form(&form).send().await.unwrap()
    };
    let names = ["userProfile.firstName", "userProfile.lastName", "userProfile.email"];
    let taken: Vec<(&str, &str)> = names.into_iter().zip(["Nina", "New", "buyer@example.test"]).collect();
    let page = submit(&page, &taken).await.text().await.unwrap();
    assert!(page.contains("A user with this email already exists"), "{page}");
    let fields: Vec<(&str, &str)> = names.into_iter().zip(["Nina", "New", EMAIL]).collect();
    let page = submit(&page, &fields).await.text().await.unwrap();
    let page =
        submit(&page, &[("credentials.passcode", PASSWORD), ("confirmPassword", PASSWORD)]).await.text().await.unwrap();
    let arrived = location(&submit(&page, &[("credentials.passcode", &code(&mock).await)]).await);
    assert!(arrived.starts_with(CALLBACK) && parameter(&arrived, "code").is_some(), "{arrived}");
}

#[tokio::test]
async fn no_user_registers_where_the_policy_denies_it() {
    let org = TestOrg::market().edit(|document| {
        let policies = document.directory.get_mut(&mock_idp_core::model::DirectoryKind::Policy).unwrap();
        let policy = policies.iter_mut().find(|policy| policy.text("type") == Some("PROFILE_ENROLLMENT")).unwrap();
        policy.members["rules"][0]["actions"]["profileEnrollment"]["unknownUserAction"] = "DENY".into();
    });
    let mock = org.start().await;
    let client = browser();
    let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    assert!(!document.to_string().contains("select-enroll-profile"), "{document}");
    let body = json!({ "stateHandle": handle(&document) });
    let (status, refused) = step(&mock, &client, "enroll", &body).await;
    assert_eq!(status, 400);
    assert_eq!(refused["messages"]["value"][0]["i18n"]["key"], "idx.error.registration.unavailable");
    assert_eq!(refused["remediation"]["value"][0]["name"], "identify");
}

/// Registers a user by the IDX API: the state handle, and what follows the code.
async fn registered(mock: &MockIdp, client: &Client) -> (String, u16, Value) {
    let (_, document) = begun(mock, client, &interact_form(EMBEDDED)).await;
    let state = handle(&document).to_owned();
    step(mock, client, "enroll", &json!({ "stateHandle": state })).await;
    step(mock, client, "enroll/new", &json!({ "userProfile": profile(EMAIL), "stateHandle": state })).await;
    answer(mock, client, &state, json!({ "passcode": PASSWORD })).await;
    let (status, document) = answer(mock, client, &state, json!({ "passcode": code(mock).await })).await;
    (state, status, document)
}

async fn answer(mock: &MockIdp, client: &Client, state: &str, credentials: Value) -> (u16, Value) {
    step(mock, client, "challenge/answer", &json!({ "credentials": credentials, "stateHandle": state })).await
}

#[tokio::test]
async fn a_user_who_registers_enrolls_the_second_factor_that_a_policy_demands() {
    let mock = required(with_authenticators()).start().await;
    let client = browser();
    let (state, status, document) = registered(&mock, &client).await;
    assert_eq!((status, &document["user"]["value"]["identifier"]), (200, &json!(EMAIL)), "{document}");
    let options = form(&document, "select-authenticator-enroll")["value"][0]["options"].as_array().unwrap();
    let question = options.iter().find(|option| option["label"] == "Security Question").unwrap();
    let choice = json!({ "id": question["value"]["form"]["value"][0]["value"], "methodType": "security_question" });
    step(&mock, &client, "credential/enroll", &json!({ "authenticator": choice, "stateHandle": state })).await;
    let enrolled = json!({ "questionKey": "disliked_food", "answer": "spinach" });
    let (status, document) = answer(&mock, &client, &state, enrolled).await;
    assert_eq!(status, 200, "{document}");
    form(&document, "select-authenticator-enroll");
    let (_, document) = step(&mock, &client, "skip", &json!({ "stateHandle": state })).await;
    let tokens = token(&mock, "/oauth2/default", None, &redemption(&interaction_code(&document), VERIFIER)).await;
    let tokens: Value = tokens.json().await.unwrap();
    assert_eq!(decode(tokens["id_token"].as_str().unwrap()).1["amr"], json!(["pwd", "mfa", "kba"]));
    assert_eq!(authn(&mock).await.1["status"], "MFA_REQUIRED");
}

#[tokio::test]
async fn a_user_who_registers_exists_also_where_a_session_policy_denies_the_sign_in() {
    let policy: GlobalSessionPolicy = model(json!({
        "name": "No buyers", "priority": 1,
        "conditions": { "people": { "groups": { "include": ["00gbuyers000000005d7"] } } },
        "rules": [{ "name": "Denied", "priority": 1, "actions": { "signon": { "access": "DENY" } } }],
    }));
    let mock = TestOrg::market().with_session_policy(policy).start().await;
    let client = browser();
    let (_, status, document) = registered(&mock, &client).await;
    let key = &document["messages"]["value"][0]["i18n"]["key"];
    assert_eq!((status, key), (403, &json!("security.access_denied")), "{document}");
    let request = browser().get(format!("{}/api/v1/users/{EMAIL}", mock.url()));
    let request = request.header("authorization", "SSWS 00mockMarketApiToken0123456789abcdefghijkl");
    let user: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(user["status"], "ACTIVE", "{user}");
}
