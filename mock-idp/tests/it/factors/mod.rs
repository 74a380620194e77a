//! Second factors, however users sign in.

mod app_enrollment;
mod authn;
pub(crate) mod grace;
mod idx;
mod okta_verify;
mod pages;
pub(crate) mod passkeys;
mod phone;
mod policies;
mod remembered;

use mock_idp::MockIdp;
use mock_idp_core::model::{DirectoryKind, GlobalSessionPolicy};
use mock_idp_core::protocol::totp;
use reqwest::Client;
use serde_json::{Value, json};

use crate::flow::{CALLBACK, WEB, after, browser, code_request, decode, location, parameter, redeem, state_handle};
use crate::org::{TestOrg, model};

const EMBEDDED: &str = "0oamarketembed0005d7";
pub(crate) const BUYER: &str = "00ubuyer0000000005d7";
pub(crate) const LOGIN: &str = "buyer@example.test";
pub(crate) const PASSWORD: &str = "Passw0rd!";
/// A key of one-time passwords, and its bytes.
const SECRET: &str = "JBSWY3DPEHPK3PXP";
const KEY: &[u8] = b"Hello!\xde\xad\xbe\xef";
const POLICY: &str = "rstfactors00000005d7";
const ION: &str = "application/ion+json; okta-version=1.0.0";

/// The market, where users can enroll an authenticator app and a security question.
pub(crate) fn with_authenticators() -> TestOrg {
    TestOrg::market().edit(|document| {
        let policy = model(json!({
            "name": "Default Policy", "type": "MFA_ENROLL",
            "settings": { "type": "AUTHENTICATORS", "authenticators": [
                { "key": "google_otp", "enroll": { "self": "OPTIONAL" } },
                { "key": "security_question", "enroll": { "self": "OPTIONAL" } },
            ] },
        }));
        document.directory.entry(DirectoryKind::Policy).or_default().push(policy);
    })
}

/// The same; the buyer has both.
pub(crate) fn with_factors() -> TestOrg {
    with_authenticators().user(BUYER, |user| {
        user.factors = vec![
            model(json!({ "factorType": "token:software:totp", "provider": "GOOGLE", "sharedSecret": SECRET })),
            model(json!({
                "factorType": "question",
                "profile": {
                    "question": "disliked_food", "answer": "Spinach",
                    "questionText": "What is the food you least liked as a child?",
                },
            })),
        ];
    })
}

/// Every session needs a second factor.
pub(crate) fn required(org: TestOrg) -> TestOrg {
    let policy: GlobalSessionPolicy = model(json!({
        "id": "00palways000000005d7", "name": "Second factor for all", "priority": 2,
        "rules": [{
            "id": "0pralways000000005d7", "name": "Always", "priority": 1,
            "actions": { "signon": { "access": "ALLOW", "requireFactor": true, "factorPromptMode": "ALWAYS" } },
        }],
    }));
    org.with_session_policy(policy)
}

/// Two apps have this policy. Okta: its rule is that of new policies.
pub(crate) fn app_policy(org: TestOrg, method: &Value) -> TestOrg {
    let policy = model(json!({
        "id": POLICY, "name": "Two factors", "type": "ACCESS_POLICY", "status": "ACTIVE",
        "rules": [{
            "id": "rulfactors00000005d7", "name": "Catch-all Rule", "priority": 99, "system": true, "status": "ACTIVE",
            "actions": { "appSignOn": { "access": "ALLOW", "verificationMethod": method } },
        }],
    }));
    let org = org.edit(|document| document.directory.entry(DirectoryKind::Policy).or_default().push(policy));
    [WEB, EMBEDDED].into_iter().fold(org, |org, id| org.app(id, |app| app.access_policy = Some(POLICY.to_owned())))
}

fn two_factors() -> Value {
    json!({
        "type": "ASSURANCE", "factorMode": "2FA", "reauthenticateIn": "PT12H",
        "constraints": [{ "possession": { "required": true, "deviceBound": "REQUIRED" } }],
    })
}

fn code_at(now: i64) -> String {
    totp::code(KEY, totp::step_at(now))
}

async fn authorize(mock: &MockIdp, client: &Client, more: &[(&str, &str)]) -> (u16, String) {
    let request = [code_request(WEB, "openid profile"), more.to_vec()].concat();
    let response = client.get(format!("{}/v1/authorize", mock.issuer())).query(&request).send().await.unwrap();
    text_of(response).await
}

/// The status of a response, and its page, or where it leads.
async fn text_of(response: reqwest::Response) -> (u16, String) {
    let status = response.status().as_u16();
    let text = if status == 302 { location(&response) } else { response.text().await.unwrap() };
    (status, text)
}

/// Submits a form of a page.
pub(crate) async fn submit(
    mock: &MockIdp,
    client: &Client,
    page: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> (u16, String) {
    let handle = state_handle(page);
    let form = [vec![("stateHandle", handle.as_str())], fields.to_vec()].concat();
    text_of(client.post(format!("{}/signin/{path}", mock.url())).form(&form).send().await.unwrap()).await
}

/// Follows a link of a page: the one after this mark.
async fn follow(mock: &MockIdp, client: &Client, page: &str, mark: &str) -> (u16, String) {
    let rest = page.split_once(mark).unwrap_or_else(|| panic!("no {mark} in {page}")).1;
    let href = after(rest, "href=\"").replace("&#38;", "&").replace("&amp;", "&");
    text_of(client.get(format!("{}{href}", mock.url())).send().await.unwrap()).await
}

/// Signs in by password on the pages, and returns the page or the redirect that follows.
pub(crate) async fn by_password(mock: &MockIdp, client: &Client, more: &[(&str, &str)]) -> (u16, String) {
    user_by_password(mock, client, LOGIN, more).await
}

async fn user_by_password(mock: &MockIdp, client: &Client, login: &str, more: &[(&str, &str)]) -> (u16, String) {
    let (status, page) = authorize(mock, client, more).await;
    assert_eq!(status, 200, "{page}");
    let (_, page) = submit(mock, client, &page, "identify", &[("identifier", login)]).await;
    submit(mock, client, &page, "challenge", &[("credentials.passcode", PASSWORD)]).await
}

/// The claims of the ID token at the end of a flow.
pub(crate) async fn claims(mock: &MockIdp, arrived: &str) -> Value {
    let code = parameter(arrived, "code").unwrap_or_else(|| panic!("no code in {arrived}"));
    let body: Value = redeem(mock, &code).await.json().await.unwrap();
    decode(body["id_token"].as_str().unwrap()).1
}

pub(crate) async fn authn(mock: &MockIdp, path: &str, body: Value) -> (u16, Value) {
    let response = browser().post(format!("{}/api/v1/authn{path}", mock.url())).json(&body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

pub(crate) async fn step(mock: &MockIdp, client: &Client, path: &str, body: Value) -> (u16, Value) {
    let request = client.post(format!("{}/idp/idx/{path}", mock.url())).header("content-type", ION);
    let response = request.body(body.to_string()).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// A sign-in by the IDX API in which the password has been entered: the handle and the document.
pub(crate) async fn idx_by_password(mock: &MockIdp, client: &Client) -> (String, Value) {
    let form = [
        ("client_id", EMBEDDED),
        ("scope", "openid profile"),
        ("redirect_uri", CALLBACK),
        ("state", "s-1"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    let response = client.post(format!("{}/v1/interact", mock.issuer())).form(&form).send().await.unwrap();
    let interaction: Value = response.json().await.unwrap();
    let (_, document) =
        step(mock, client, "introspect", json!({ "interactionHandle": interaction["interaction_handle"] })).await;
    let handle = document["stateHandle"].as_str().unwrap().to_owned();
    step(mock, client, "identify", json!({ "identifier": LOGIN, "stateHandle": handle })).await;
    let (status, document) = answer(mock, client, &handle, json!({ "passcode": PASSWORD })).await;
    assert_eq!(status, 200, "{document}");
    (handle, document)
}

pub(crate) async fn answer(mock: &MockIdp, client: &Client, handle: &str, credentials: Value) -> (u16, Value) {
    step(mock, client, "challenge/answer", json!({ "credentials": credentials, "stateHandle": handle })).await
}

pub(crate) fn names(document: &Value) -> Vec<&str> {
    let forms = document["remediation"]["value"].as_array().into_iter().flatten();
    forms.map(|form| form["name"].as_str().unwrap()).collect()
}

/// The labels of the options of a list of authenticators, and the body that chooses one.
fn options(document: &Value, form: &str) -> Vec<(String, Value)> {
    let mut forms = document["remediation"]["value"].as_array().unwrap().iter();
    let form = forms.find(|shown| shown["name"] == form).unwrap_or_else(|| panic!("no {form} in {document}"));
    let options = form["value"][0]["options"].as_array().unwrap();
    let choice = |option: &Value| {
        let fields = option["value"]["form"]["value"].as_array().unwrap();
        let body: serde_json::Map<String, Value> =
            fields.iter().map(|field| (field["name"].as_str().unwrap().to_owned(), field["value"].clone())).collect();
        let path =
            option["relatesTo"].as_str().unwrap().trim_start_matches('$').replace(['.', '['], "/").replace(']', "");
        let related = document.pointer(&path).unwrap_or_else(|| panic!("{path} leads nowhere in {document}"));
        assert_eq!(related["displayName"], option["label"]);
        (option["label"].as_str().unwrap().to_owned(), Value::Object(body))
    };
    options.iter().map(choice).collect()
}

/// The key of an authenticator app, as the page that enrolls it shows it.
fn key_of_page(page: &str) -> Vec<u8> {
    key_bytes(page.split_once(r#"data-se="shared-secret">"#).unwrap().1.split_once('<').unwrap().0)
}

/// Asks the management API to change the buyer.
pub(crate) async fn administer(mock: &MockIdp, method: reqwest::Method, path: &str) {
    let request = browser().request(method, format!("{}/api/v1/users/{BUYER}/{path}", mock.url())).json(&json!({}));
    let request = request.header("authorization", "SSWS 00mockMarketApiToken0123456789abcdefghijkl");
    assert!(request.send().await.unwrap().status().is_success(), "{path}");
}

pub(crate) fn key_bytes(secret: &str) -> Vec<u8> {
    serde_json::from_value::<mock_idp_core::model::SharedSecret>(json!(secret)).unwrap().bytes().unwrap()
}
