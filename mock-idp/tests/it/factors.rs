//! Second factors, however users sign in: pages, the IDX API and the authentication API.

use mock_idp::MockIdp;
use mock_idp_core::model::{DirectoryKind, GlobalSessionPolicy};
use mock_idp_core::protocol::totp;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::flow::{CALLBACK, WEB, after, browser, code_request, decode, location, parameter, redeem, state_handle};
use crate::market::{NOW, advance, stopped};
use crate::org::{TestOrg, model};

const EMBEDDED: &str = "0oamarketembed0005d7";
const BUYER: &str = "00ubuyer0000000005d7";
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
fn app_policy(org: TestOrg, method: &Value) -> TestOrg {
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

#[tokio::test]
async fn the_pages_ask_for_a_code_after_the_password_and_accept_it_once() {
    let mock = stopped(&required(with_factors())).await;
    let client = browser();
    let (status, page) = by_password(&mock, &client, &[]).await;
    assert_eq!(status, 200);
    assert!(page.contains("Verify it’s you with a security method"), "{page}");
    assert!(page.contains(r#"data-se="google_otp""#) && page.contains(r#"data-se="security_question""#));
    let (_, page) = follow(&mock, &client, &page, r#"data-se="google_otp""#).await;
    assert!(page.contains("Verify with Google Authenticator"), "{page}");
    let (status, page) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", "000000")]).await;
    assert_eq!(status, 200);
    assert!(page.contains("Your code doesn’t match our records. Please try again."), "{page}");
    let code = code_at(NOW);
    let (status, arrived) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code)]).await;
    assert_eq!(status, 302, "{arrived}");
    let token = claims(&mock, &arrived).await;
    assert_eq!((&token["amr"], &token["auth_time"]), (&json!(["pwd", "mfa", "otp"]), &json!(NOW)));

    let other = browser();
    let (_, page) = by_password(&mock, &other, &[]).await;
    let (_, page) = follow(&mock, &other, &page, r#"data-se="google_otp""#).await;
    let (_, page) = submit(&mock, &other, &page, "verify", &[("credentials.passcode", &code)]).await;
    assert!(page.contains("Each code can only be used once."), "{page}");
    let (_, page) = follow(&mock, &other, &page, "js-switchAuthenticator").await;
    let (_, page) = follow(&mock, &other, &page, r#"data-se="security_question""#).await;
    assert!(page.contains("What is the food you least liked as a child?"), "{page}");
    let (status, arrived) = submit(&mock, &other, &page, "verify", &[("credentials.answer", "sPINACH")]).await;
    assert_eq!(status, 302, "{arrived}");
    assert_eq!(claims(&mock, &arrived).await["amr"], json!(["pwd", "mfa", "kba"]));
}

#[tokio::test]
async fn idx_offers_the_enrolled_authenticators_and_challenges_the_chosen_one() {
    let mock = stopped(&required(with_factors())).await;
    let client = browser();
    let (handle, document) = idx_by_password(&mock, &client).await;
    assert_eq!(names(&document), ["select-authenticator-authenticate"]);
    let offered = options(&document, "select-authenticator-authenticate");
    assert_eq!(
        offered.iter().map(|(label, _)| label.as_str()).collect::<Vec<_>>(),
        ["Security Question", "Google Authenticator"]
    );
    let choose = async |index: usize| {
        step(&mock, &client, "challenge", json!({ "authenticator": offered[index].1, "stateHandle": handle })).await
    };
    let (status, document) = choose(0).await;
    assert_eq!((status, names(&document)), (200, vec!["challenge-authenticator", "select-authenticator-authenticate"]));
    let current = &document["currentAuthenticatorEnrollment"]["value"];
    let question =
        json!({ "questionKey": "disliked_food", "question": "What is the food you least liked as a child?" });
    assert_eq!((&current["profile"], &current["contextualData"]["enrolledQuestion"]), (&question, &question));
    let (status, document) =
        answer(&mock, &client, &handle, json!({ "questionKey": "disliked_food", "answer": "kale" })).await;
    let fields = &document["remediation"]["value"][0]["value"][0]["form"]["value"];
    let message = &fields[1]["messages"]["value"][0];
    assert_eq!(
        (status, &fields[1]["name"], &message["i18n"]["key"]),
        (401, &json!("answer"), &json!("authfactor.challenge.question_factor.answer_invalid"))
    );

    let (_, document) = choose(1).await;
    let current = &document["currentAuthenticator"]["value"];
    assert_eq!((&current["key"], &current["methods"]), (&json!("google_otp"), &json!([{ "type": "otp" }])));
    assert_eq!(document["remediation"]["value"][0]["relatesTo"], json!(["$.currentAuthenticator"]));
    let (status, document) = answer(&mock, &client, &handle, json!({ "passcode": "000000" })).await;
    let message = &document["remediation"]["value"][0]["value"][0]["form"]["value"][0]["messages"]["value"][0];
    assert_eq!(
        (status, &message["i18n"]["key"], &message["message"]),
        (
            401,
            &json!("authfactor.challenge.soft_token.invalid_passcode"),
            &json!("Your code doesn't match our records. Please try again.")
        )
    );
    let (status, document) = answer(&mock, &client, &handle, json!({ "passcode": code_at(NOW) })).await;
    assert_eq!(status, 200);
    assert!(document["successWithInteractionCode"].is_object(), "{document}");
}

#[tokio::test]
async fn idx_refuses_authenticators_that_are_not_offered_and_answers_before_a_choice() {
    let mock = stopped(&required(with_factors())).await;
    let client = browser();
    let (handle, _) = idx_by_password(&mock, &client).await;
    let unknown = json!({ "authenticator": { "id": "aut00000000000000000" }, "stateHandle": handle });
    assert_eq!(step(&mock, &client, "challenge", unknown).await.0, 400);
    assert_eq!(step(&mock, &client, "challenge", json!({ "stateHandle": handle })).await.0, 400);
    let (status, document) = answer(&mock, &client, &handle, json!({ "passcode": code_at(NOW) })).await;
    assert_eq!((status, names(&document)), (401, vec!["select-authenticator-authenticate"]));
    assert_eq!(step(&mock, &client, "skip", json!({ "stateHandle": handle })).await.0, 401, "nothing is optional");
}

#[tokio::test]
async fn a_program_verifies_a_factor_and_gets_a_session_token() {
    let mock = stopped(&required(with_factors())).await;
    let (status, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
    assert_eq!((status, &body["status"]), (200, &json!("MFA_REQUIRED")), "{body}");
    assert_eq!(
        body.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["stateToken", "expiresAt", "status", "_embedded", "_links"]
    );
    let state = body["stateToken"].as_str().unwrap();
    let factors = body["_embedded"]["factors"].as_array().unwrap();
    assert_eq!(factors.len(), 2);
    let otp = &factors[0];
    let id = otp["id"].as_str().unwrap();
    assert_eq!(
        *otp,
        json!({
            "id": id, "factorType": "token:software:totp", "provider": "GOOGLE", "vendorName": "GOOGLE",
            "profile": { "credentialId": LOGIN },
            "_links": { "verify": {
                "href": format!("{}/api/v1/authn/factors/{id}/verify", mock.url()), "hints": { "allow": ["POST"] },
            } },
        })
    );
    assert_eq!(
        factors[1]["profile"],
        json!({
            "question": "disliked_food", "questionText": "What is the food you least liked as a child?",
        })
    );
    let question = factors[1]["id"].as_str().unwrap().to_owned();
    let verify = async |id: &str, entered: Value| {
        let mut body = json!({ "stateToken": state });
        body.as_object_mut().unwrap().extend(entered.as_object().unwrap().clone());
        authn(&mock, &format!("/factors/{id}/verify"), body).await
    };
    let (status, error) = verify(id, json!({ "passCode": "000000" })).await;
    assert_eq!((status, &error["errorCode"]), (403, &json!("E0000068")));
    let (status, error) = verify(&question, json!({ "answer": "kale" })).await;
    assert_eq!(
        (status, &error["errorCode"], &error["errorCauses"]),
        (
            403,
            &json!("E0000068"),
            &json!([{ "errorSummary": "Your answer doesn't match our records. Please try again." }])
        )
    );
    assert_eq!(verify("ufs00000000000000000", json!({ "answer": "kale" })).await.0, 404);
    let (status, body) = verify(id, json!({ "passCode": code_at(NOW) })).await;
    assert_eq!((status, &body["status"]), (200, &json!("SUCCESS")), "{body}");
    let (_, session) = {
        let response = browser()
            .post(format!("{}/api/v1/sessions", mock.url()))
            .json(&json!({ "sessionToken": body["sessionToken"] }))
            .send()
            .await
            .unwrap();
        (response.status(), response.json::<Value>().await.unwrap())
    };
    assert_eq!(session["amr"], json!(["pwd", "mfa", "otp"]), "{session}");
    let verified = json!(mock_idp_core::moment::timestamp(NOW));
    assert_eq!((&session["mfaActive"], &session["lastFactorVerification"]), (&json!(true), &verified));
    assert_eq!(verify(id, json!({ "passCode": code_at(NOW) })).await.0, 401, "the state token is used up");
}

#[tokio::test]
async fn a_user_without_the_demanded_factor_enrolls_it_on_the_pages() {
    let mock = stopped(&app_policy(with_authenticators(), &two_factors())).await;
    let client = browser();
    let (status, page) = by_password(&mock, &client, &[]).await;
    assert_eq!(status, 200);
    assert!(page.contains("Set up security methods"), "{page}");
    assert!(!page.contains("security_question"), "a question is no possession");
    let (_, page) = follow(&mock, &client, &page, r#"data-se="google_otp""#).await;
    assert!(page.contains(r#"data-se="qrImg" src="data:image/svg+xml;base64,"#), "{page}");
    let key = key_of_page(&page);
    let (_, page) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", "000000")]).await;
    assert!(page.contains("Your code doesn’t match our records."), "{page}");
    let code = totp::code(&key, totp::step_at(NOW));
    let (status, arrived) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code)]).await;
    // What else can be enrolled may be left out.
    assert_eq!(status, 200, "{arrived}");
    assert!(arrived.contains("Set up optional") && arrived.contains(r#"data-se="security_question""#), "{arrived}");
    let (status, arrived) = submit(&mock, &client, &arrived, "skip", &[]).await;
    assert_eq!(status, 302, "{arrived}");
    assert_eq!(claims(&mock, &arrived).await["amr"], json!(["pwd", "mfa", "otp"]));

    advance(&mock, 60).await;
    let other = browser();
    let (_, page) = by_password(&mock, &other, &[]).await;
    assert!(page.contains("Verify with Google Authenticator"), "the only method is asked for at once: {page}");
    let code = totp::code(&key, totp::step_at(NOW + 60));
    let (status, _) = submit(&mock, &other, &page, "verify", &[("credentials.passcode", &code)]).await;
    assert_eq!(status, 302);
}

#[tokio::test]
async fn the_user_of_the_market_without_a_second_factor_enrolls_one() {
    let mock = stopped(&TestOrg::market()).await;
    let client = browser();
    let (status, page) = user_by_password(&mock, &client, "mustenroll@example.test", &[]).await;
    assert_eq!(status, 200);
    assert!(page.contains("Set up security methods"), "{page}");
    let (_, page) = follow(&mock, &client, &page, r#"data-se="google_otp""#).await;
    let code = totp::code(&key_of_page(&page), totp::step_at(NOW));
    let (_, page) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code)]).await;
    assert!(page.contains("Set up optional") && page.contains(r#"data-se="security_question""#), "{page}");
    let (status, arrived) = submit(&mock, &client, &page, "skip", &[]).await;
    assert_eq!(status, 302, "{arrived}");
    assert_eq!(claims(&mock, &arrived).await["amr"], json!(["pwd", "mfa", "otp"]));
}

/// The key of an authenticator app, as the page that enrolls it shows it.
fn key_of_page(page: &str) -> Vec<u8> {
    key_bytes(page.split_once(r#"data-se="shared-secret">"#).unwrap().1.split_once('<').unwrap().0)
}

/// Asks the management API to change the buyer.
async fn administer(mock: &MockIdp, method: reqwest::Method, path: &str) {
    let request = browser().request(method, format!("{}/api/v1/users/{BUYER}/{path}", mock.url())).json(&json!({}));
    let request = request.header("authorization", "SSWS 00mockMarketApiToken0123456789abcdefghijkl");
    assert!(request.send().await.unwrap().status().is_success(), "{path}");
}

#[tokio::test]
async fn a_required_method_is_enrolled_once() {
    let org = required(TestOrg::market()).edit(|document| {
        let policy = model(json!({
            "name": "Default Policy", "type": "MFA_ENROLL",
            "settings": { "type": "AUTHENTICATORS", "authenticators": [{ "key": "google_otp", "enroll": { "self": "REQUIRED" } }] },
            "rules": [{ "name": "Default Rule", "priority": 1, "status": "ACTIVE", "actions": { "enroll": { "self": "LOGIN" } } }],
        }));
        document.directory.entry(DirectoryKind::Policy).or_default().push(policy);
    });
    let mock = stopped(&org).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    let (_, page) = follow(&mock, &client, &page, r#"data-se="google_otp""#).await;
    let code = totp::code(&key_of_page(&page), totp::step_at(NOW));
    let (status, arrived) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code)]).await;
    assert_eq!(status, 302, "{arrived}");
}

#[tokio::test]
async fn proofs_of_this_sign_in_count_where_a_policy_asks_for_them_each_time() {
    let method = json!({ "type": "ASSURANCE", "factorMode": "2FA", "reauthenticateIn": "PT0S" });
    let mock = stopped(&app_policy(with_factors(), &method)).await;
    let client = browser();
    let (status, page) = by_password(&mock, &client, &[]).await;
    assert_eq!(status, 200);
    advance(&mock, 1).await;
    let (status, arrived) =
        submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code_at(NOW + 1))]).await;
    assert_eq!(status, 302, "{arrived}");
}

#[tokio::test]
async fn a_step_up_ends_with_its_session() {
    let mock = stopped(&with_factors()).await;
    let client = browser();
    by_password(&mock, &client, &[]).await;
    let (_, page) = authorize(&mock, &client, &[("acr_values", "urn:okta:loa:2fa:any")]).await;
    administer(&mock, reqwest::Method::DELETE, "sessions").await;
    let (status, page) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code_at(NOW))]).await;
    assert_eq!(status, 200, "the password of the ended session proves nothing: {page}");
    assert!(page.contains(r#"name="identifier""#), "{page}");
}

#[tokio::test]
async fn a_user_who_is_suspended_after_the_password_cannot_finish_the_sign_in() {
    let mock = stopped(&required(with_factors())).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    let (_, page) = follow(&mock, &client, &page, r#"data-se="google_otp""#).await;
    administer(&mock, reqwest::Method::POST, "lifecycle/suspend").await;
    let (status, page) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code_at(NOW))]).await;
    assert_eq!(status, 200, "{page}");
}

#[tokio::test]
async fn a_right_password_does_not_clear_wrong_codes() {
    let mock = stopped(&app_policy(with_factors(), &two_factors())).await;
    let client = browser();
    let (_, mut page) = by_password(&mock, &client, &[]).await;
    for _ in 0..9 {
        (_, page) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", "000000")]).await;
    }
    let password = json!({ "username": LOGIN, "password": PASSWORD });
    assert_eq!(authn(&mock, "", password.clone()).await.1["status"], "SUCCESS", "no app is named: no second factor");
    submit(&mock, &client, &page, "verify", &[("credentials.passcode", "000000")]).await;
    assert_eq!(authn(&mock, "", password).await.0, 401, "ten wrong codes lock the account");
}

fn key_bytes(secret: &str) -> Vec<u8> {
    serde_json::from_value::<mock_idp_core::model::SharedSecret>(json!(secret)).unwrap().bytes().unwrap()
}

#[tokio::test]
async fn a_session_with_a_password_only_steps_up_and_goes_on() {
    let mock = stopped(&with_factors()).await;
    let client = browser();
    let (status, arrived) = by_password(&mock, &client, &[]).await;
    assert_eq!(status, 302, "the market needs a password only: {arrived}");
    let first = claims(&mock, &arrived).await;
    assert_eq!(first["amr"], json!(["pwd"]));
    advance(&mock, 600).await;
    let wanted = ("acr_values", "urn:okta:loa:2fa:any");
    let (status, arrived) = authorize(&mock, &client, &[wanted, ("prompt", "none")]).await;
    assert_eq!((status, parameter(&arrived, "error").as_deref()), (302, Some("login_required")));
    let (status, page) = authorize(&mock, &client, &[wanted]).await;
    assert_eq!(status, 200);
    // Password and question are one class.
    assert!(page.contains("Verify with Google Authenticator"), "{page}");
    let code = code_at(NOW + 600);
    let (status, arrived) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code)]).await;
    assert_eq!(status, 302, "{arrived}");
    let second = claims(&mock, &arrived).await;
    assert_eq!((&second["amr"], &second["acr"]), (&json!(["pwd", "mfa", "otp"]), &json!("urn:okta:loa:2fa:any")));
    assert_eq!((&second["sid"], &second["auth_time"]), (&first["sid"], &json!(NOW + 600)), "it is the same session");
    let (status, arrived) = authorize(&mock, &client, &[wanted, ("prompt", "none")]).await;
    assert_eq!(status, 302);
    assert_eq!(claims(&mock, &arrived).await["acr"], "urn:okta:loa:2fa:any");
}

#[tokio::test]
async fn an_acr_that_a_user_cannot_meet_is_refused() {
    let mock = stopped(&TestOrg::market()).await;
    let client = browser();
    by_password(&mock, &client, &[]).await;
    for value in ["phr", "phrh", "urn:okta:loa:2fa:any"] {
        let (_, arrived) = authorize(&mock, &client, &[("acr_values", value)]).await;
        assert_eq!(parameter(&arrived, "error").as_deref(), Some("unmet_authentication_requirements"), "{value}");
    }
    let (_, arrived) = authorize(&mock, &client, &[("acr_values", "urn:okta:loa:2fa:any:ifpossible")]).await;
    assert_eq!(claims(&mock, &arrived).await["acr"], "urn:okta:loa:2fa:any:ifpossible");
}

#[tokio::test]
async fn a_proof_that_is_too_old_for_the_policy_is_asked_for_again() {
    let mut method = two_factors();
    method["reauthenticateIn"] = json!("PT1H");
    let mock = stopped(&app_policy(with_factors(), &method)).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    let (status, _) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code_at(NOW))]).await;
    assert_eq!(status, 302);
    advance(&mock, 3600).await;
    assert_eq!(authorize(&mock, &client, &[]).await.0, 302);
    advance(&mock, 1).await;
    let (status, page) = authorize(&mock, &client, &[]).await;
    assert_eq!(status, 200);
    assert!(page.contains("Verify it’s you with a security method"), "{page}");
    let (_, page) = follow(&mock, &client, &page, r#"data-se="okta_password""#).await;
    assert!(page.contains("Verify with your password"), "{page}");
    let (_, page) = submit(&mock, &client, &page, "challenge", &[("credentials.passcode", PASSWORD)]).await;
    let code = code_at(NOW + 3601);
    let (status, arrived) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code)]).await;
    assert_eq!(status, 302, "{arrived}");
}

#[tokio::test]
async fn wrong_codes_lock_the_account_even_if_the_password_is_entered_in_between() {
    let mock = stopped(&required(with_factors())).await;
    for attempt in 0..10 {
        let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
        assert_eq!(body["status"], "MFA_REQUIRED", "{attempt}");
        let id = body["_embedded"]["factors"][0]["id"].as_str().unwrap();
        let wrong = json!({ "stateToken": body["stateToken"], "passCode": "000000" });
        assert_eq!(authn(&mock, &format!("/factors/{id}/verify"), wrong).await.1["errorCode"], "E0000068");
    }
    let (status, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
    assert_eq!((status, &body["errorCode"]), (401, &json!("E0000004")));
}

#[tokio::test]
async fn one_of_many_right_answers_at_the_same_time_wins() {
    let mock = stopped(&required(with_factors())).await;
    let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
    let id = body["_embedded"]["factors"][0]["id"].as_str().unwrap();
    let url = format!("{}/api/v1/authn/factors/{id}/verify", mock.url());
    let verify = json!({ "stateToken": body["stateToken"], "passCode": code_at(NOW) });
    let mut requests = JoinSet::new();
    for _ in 0..100 {
        let request = crate::market::shared().post(&url).json(&verify);
        requests.spawn(async move { request.send().await.unwrap().json::<Value>().await.unwrap()["status"].clone() });
    }
    let statuses = requests.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == "SUCCESS").count(), 1);
}

#[tokio::test]
async fn idx_enrolls_what_the_policy_demands_and_then_offers_the_rest() {
    let mock = stopped(&app_policy(with_authenticators(), &two_factors())).await;
    let client = browser();
    let (handle, document) = idx_by_password(&mock, &client).await;
    assert_eq!(names(&document), ["select-authenticator-enroll"]);
    let offered = options(&document, "select-authenticator-enroll");
    let choice = json!({ "authenticator": offered[0].1, "stateHandle": handle });
    let (status, document) = step(&mock, &client, "credential/enroll", choice).await;
    assert_eq!((status, names(&document)), (200, vec!["enroll-authenticator", "select-authenticator-enroll"]));
    let current = &document["currentAuthenticator"]["value"];
    let secret = current["contextualData"]["sharedSecret"].as_str().unwrap();
    assert_eq!(secret.len(), 16);
    assert_eq!(current["contextualData"]["qrcode"]["method"], "embedded");
    let (status, document) = answer(&mock, &client, &handle, json!({ "passcode": "000000" })).await;
    let message = &document["remediation"]["value"][0]["value"][0]["form"]["value"][0]["messages"]["value"][0];
    assert_eq!((status, &message["i18n"]["key"]), (401, &json!("api.authn.error.PASSCODE_INVALID")));
    let again = &document["currentAuthenticator"]["value"]["contextualData"]["sharedSecret"];
    assert_eq!(again, secret, "a wrong code keeps the key");
    let code = totp::code(&key_bytes(secret), totp::step_at(NOW));
    let (status, document) = answer(&mock, &client, &handle, json!({ "passcode": code })).await;
    assert_eq!((status, names(&document)), (200, vec!["select-authenticator-enroll", "skip"]));
    let offered = options(&document, "select-authenticator-enroll");
    assert_eq!(offered[0].0, "Security Question");
    let choice = json!({ "authenticator": offered[0].1, "stateHandle": handle });
    let (_, document) = step(&mock, &client, "credential/enroll", choice).await;
    let enrolled = &document["currentAuthenticator"]["value"]["contextualData"];
    assert_eq!(enrolled["questions"].as_array().unwrap().len(), 19);
    assert_eq!(enrolled["questionKeys"].as_array().unwrap().len(), 20);
    let short = json!({ "questionKey": "disliked_food", "answer": "pea" });
    let (status, document) = answer(&mock, &client, &handle, short).await;
    let options = &document["remediation"]["value"][0]["value"][0]["options"];
    for option in [0, 1] {
        let fields = options[option]["value"]["form"]["value"].as_array().unwrap();
        let message = &fields.last().unwrap()["messages"]["value"][0];
        assert_eq!((status, &message["i18n"]["params"]), (400, &json!([4])), "{document}");
    }
    let own = json!({ "questionKey": "custom", "question": "Who?", "answer": "nobody" });
    let (status, document) = answer(&mock, &client, &handle, own).await;
    assert_eq!(status, 200);
    assert!(document["successWithInteractionCode"].is_object(), "{document}");
    let state: Value = browser().get(format!("{}/_mock/state", mock.url())).send().await.unwrap().json().await.unwrap();
    let users = state["org"]["users"].as_array().unwrap();
    let factors = &users.iter().find(|user| user["id"] == BUYER).unwrap()["factors"];
    assert_eq!((&factors[0]["sharedSecret"], &factors[1]["profile"]["questionText"]), (&json!(secret), &json!("Who?")));
}

#[tokio::test]
async fn a_program_enrolls_a_factor_that_the_enrollment_policy_requires() {
    let org = with_authenticators().edit(|document| {
        let policies = document.directory.get_mut(&DirectoryKind::Policy).unwrap();
        let enroll = policies.last_mut().unwrap();
        enroll.members["settings"]["authenticators"][0]["enroll"]["self"] = json!("REQUIRED");
        enroll.members.insert(
            "rules".to_owned(),
            json!([{
                "id": "0prenroll000000005d7", "name": "At the next sign-in", "priority": 1, "status": "ACTIVE",
                "actions": { "enroll": { "self": "LOGIN" } },
            }]),
        );
    });
    let mock = stopped(&org).await;
    let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
    assert_eq!(body["status"], "MFA_ENROLL", "{body}");
    let state = body["stateToken"].clone();
    let factor = &body["_embedded"]["factors"][0];
    assert_eq!(
        (&factor["factorType"], &factor["status"], &factor["enrollment"]),
        (&json!("token:software:totp"), &json!("NOT_SETUP"), &json!("REQUIRED"))
    );
    let wanted = json!({ "stateToken": state, "factorType": "token:software:totp", "provider": "GOOGLE" });
    let (status, body) = authn(&mock, "/factors", wanted.clone()).await;
    assert_eq!((status, &body["status"]), (200, &json!("MFA_ENROLL_ACTIVATE")), "{body}");
    let (_, body) = authn(&mock, "/previous", json!({ "stateToken": state })).await;
    assert_eq!(body["status"], "MFA_ENROLL");
    let (_, body) = authn(&mock, "/factors", wanted).await;
    let factor = &body["_embedded"]["factor"];
    let activation = &factor["_embedded"]["activation"];
    assert_eq!((&activation["timeStep"], &activation["keyLength"]), (&json!(30), &json!(6)));
    let key = key_bytes(activation["sharedSecret"].as_str().unwrap());
    let activate = format!("/factors/{}/lifecycle/activate", factor["id"].as_str().unwrap());
    let wrong = json!({ "stateToken": state, "passCode": "000000" });
    assert_eq!(authn(&mock, &activate, wrong).await.1["errorCode"], "E0000068");
    let right = json!({ "stateToken": state, "passCode": totp::code(&key, totp::step_at(NOW)) });
    let (_, body) = authn(&mock, &activate, right).await;
    assert_eq!((&body["status"], &body["_links"]["skip"].is_object()), (&json!("MFA_ENROLL"), &true), "{body}");
    let question = json!({
        "stateToken": state, "factorType": "question", "provider": "OKTA",
        "profile": { "question": "disliked_food", "answer": "kale" },
    });
    let (_, body) = authn(&mock, "/factors", question).await;
    assert_eq!(body["status"], "SUCCESS", "{body}");
}

#[tokio::test]
async fn a_policy_denies_with_the_reason_in_the_explanation() {
    let org = app_policy(with_factors(), &two_factors()).edit(|document| {
        let policies = document.directory.get_mut(&DirectoryKind::Policy).unwrap();
        let policy = policies.iter_mut().find(|policy| policy.id == POLICY).unwrap();
        let rules = policy.members["rules"].as_array_mut().unwrap();
        rules.push(json!({
            "id": "ruldenied000000005d7", "name": "No auditors", "priority": 1, "status": "ACTIVE",
            "conditions": { "people": { "groups": { "include": ["00gauditors0000005d7"] } } },
            "actions": { "appSignOn": { "access": "DENY" } },
        }));
        rules.push(json!({
            "id": "rulbuyers000000005d7", "name": "No buyers", "priority": 2, "status": "ACTIVE",
            "conditions": { "people": { "users": { "include": [BUYER] } } },
            "actions": { "appSignOn": { "access": "DENY" } },
        }));
    });
    let mock = stopped(&org).await;
    let client = browser();
    let (status, arrived) = by_password(&mock, &client, &[]).await;
    assert_eq!((status, parameter(&arrived, "error").as_deref()), (302, Some("access_denied")), "{arrived}");
    let journal: Value =
        browser().get(format!("{}/_mock/requests?limit=1", mock.url())).send().await.unwrap().json().await.unwrap();
    let id = journal[0]["request_id"].as_str().unwrap();
    let entry: Value =
        browser().get(format!("{}/_mock/requests/{id}", mock.url())).send().await.unwrap().json().await.unwrap();
    let notes: Vec<&str> =
        entry["notes"].as_array().unwrap().iter().filter_map(|note| note["because"].as_str()).collect();
    for expected in
        ["Two factors, No auditors: people.groups.include does not hold", "Two factors, No buyers denies access"]
    {
        assert!(notes.contains(&expected), "{expected} in {notes:?}");
    }
}
