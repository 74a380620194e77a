//! Sign-ins by the IDX API: what a client gets step by step, and what wrong, late and foreign requests get.

use std::sync::Arc;

use mock_idp::MockIdp;
use mock_idp_core::model::ConsentMethod;
use mock_idp_core::moment::timestamp;
use mock_idp_core::org::SignInForm;
use mock_idp_core::protocol::GrantType;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::flow::{CALLBACK, WEB, browser, code_request, decode, location, parameter, state_handle};
use crate::market::{NOW, advance, market};
use crate::org::TestOrg;
use crate::races::AT_ONCE;
use crate::refusals::{token, token_error};

pub(crate) const EMBEDDED: &str = "0oamarketembed0005d7";
const LOGIN: &str = "buyer@example.test";
const PASSWORD: &str = "Passw0rd!";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const ION: &str = "application/ion+json; okta-version=1.0.0";

pub(crate) fn interact_form(client_id: &str) -> Vec<(&str, &str)> {
    vec![
        ("client_id", client_id),
        ("scope", "openid profile products:read"),
        ("redirect_uri", CALLBACK),
        ("state", "s-1"),
        ("nonce", "n-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
}

pub(crate) async fn interact(mock: &MockIdp, form: &[(&str, &str)]) -> (u16, Value) {
    let response = browser().post(format!("{}/v1/interact", mock.issuer())).form(form).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// Posts to a step of the API.
pub(crate) async fn step(mock: &MockIdp, client: &Client, path: &str, body: &Value) -> (u16, Value) {
    let request = client.post(format!("{}/idp/idx/{path}", mock.url())).header("content-type", ION);
    let response = request.body(body.to_string()).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], ION, "{path}");
    (response.status().as_u16(), response.json().await.unwrap())
}

/// A sign-in that has begun: its first document.
pub(crate) async fn begun(mock: &MockIdp, client: &Client, form: &[(&str, &str)]) -> (String, Value) {
    let (status, body) = interact(mock, form).await;
    assert_eq!(status, 200, "{body}");
    let handle = body["interaction_handle"].as_str().unwrap().to_owned();
    let (status, document) = step(mock, client, "introspect", &json!({ "interactionHandle": handle })).await;
    assert_eq!(status, 200, "{document}");
    (handle, document)
}

pub(crate) fn handle(document: &Value) -> &str {
    document["stateHandle"].as_str().unwrap()
}

/// The names of the forms, without those for users who cannot sign in, which stand beside the form of a sign-in.
fn names(document: &Value) -> Vec<&str> {
    let forms = document["remediation"]["value"].as_array().into_iter().flatten();
    let names = forms.map(|form| form["name"].as_str().unwrap());
    names.filter(|name| !matches!(*name, "unlock-account" | "select-enroll-profile")).collect()
}

pub(crate) fn key(document: &Value) -> &str {
    document["messages"]["value"][0]["i18n"]["key"].as_str().unwrap_or_default()
}

/// Enters name and password, and returns the last document.
pub(crate) async fn sign_in(mock: &MockIdp, client: &Client, document: &Value, login: &str) -> (u16, Value) {
    let state = handle(document);
    let (status, document) =
        step(mock, client, "identify", &json!({ "identifier": login, "stateHandle": state })).await;
    assert_eq!((status, names(&document)), (200, vec!["challenge-authenticator"]), "{document}");
    let body = json!({ "credentials": { "passcode": PASSWORD }, "stateHandle": state });
    step(mock, client, "challenge/answer", &body).await
}

pub(crate) fn interaction_code(document: &Value) -> String {
    let fields = document["successWithInteractionCode"]["value"].as_array().unwrap();
    let field = fields.iter().find(|field| field["name"] == "interaction_code").unwrap();
    field["value"].as_str().unwrap().to_owned()
}

pub(crate) fn redemption<'a>(code: &'a str, verifier: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "interaction_code"),
        ("client_id", EMBEDDED),
        ("interaction_code", code),
        ("code_verifier", verifier),
    ]
}

#[tokio::test]
async fn a_client_can_be_registered_for_interaction_codes() {
    let mock = MockIdp::builder().start().await.unwrap();
    let body = json!({
        "client_name": "x", "redirect_uris": ["https://app.example.com/cb"],
        "grant_types": ["authorization_code", "interaction_code"],
    });
    let request = browser().post(format!("{}/oauth2/v1/clients", mock.url())).json(&body);
    let token = "SSWS 00mockMarketApiToken0123456789abcdefghijkl";
    let response = request.header("authorization", token).send().await.unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(response.json::<Value>().await.unwrap()["grant_types"], body["grant_types"]);
}

#[tokio::test]
async fn a_client_signs_a_user_in_and_redeems_the_interaction_code_once() {
    let mock = market().await;
    let client = browser();
    let (interaction, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    assert_eq!(
        document.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["version", "stateHandle", "expiresAt", "intent", "remediation", "cancel", "app", "authentication"]
    );
    let state = handle(&document).to_owned();
    assert!(state.starts_with("02") && state.len() == 42, "{state}");
    let hidden = json!({
        "name": "stateHandle", "required": true, "value": state, "visible": false, "mutable": false,
    });
    assert_eq!(
        document["remediation"]["value"][0],
        json!({
            "rel": ["create-form"], "name": "identify", "href": format!("{}/idp/idx/identify", mock.url()),
            "method": "POST", "produces": ION,
            "value": [
                { "name": "identifier", "label": "Username", "required": true },
                { "name": "rememberMe", "type": "boolean", "label": "Remember this device" },
                hidden,
            ],
            "accepts": "application/json; okta-version=1.0.0",
        })
    );
    assert_eq!(document["app"]["value"], json!({ "name": "oidc_client", "label": "Market embedded", "id": EMBEDDED }));
    let request = &document["authentication"]["value"]["request"];
    assert_eq!((&request["max_age"], &request["state"]), (&json!(-1), &json!("s-1")));

    let (status, document) = sign_in(&mock, &client, &document, LOGIN).await;
    assert_eq!(status, 200);
    assert_eq!(
        document.as_object().unwrap().keys().collect::<Vec<_>>(),
        [
            "version",
            "stateHandle",
            "expiresAt",
            "intent",
            "user",
            "app",
            "authentication",
            "successWithInteractionCode"
        ]
    );
    assert_eq!(document["user"]["value"]["profile"]["firstName"], "Ben");
    let issue = &document["successWithInteractionCode"];
    assert_eq!(issue["href"], format!("{}/v1/token", mock.issuer()));
    let fields: Vec<_> = issue["value"].as_array().unwrap().iter().map(|field| field["name"].clone()).collect();
    assert_eq!(fields, ["grant_type", "interaction_code", "client_id", "code_verifier"]);

    let code = interaction_code(&document);
    let tokens: Value = token(&mock, "/oauth2/default", None, &redemption(&code, VERIFIER)).await.json().await.unwrap();
    let (_, id_token) = decode(tokens["id_token"].as_str().unwrap());
    assert_eq!((&id_token["sub"], &id_token["nonce"]), (&json!("00ubuyer0000000005d7"), &json!("n-1")));
    assert_eq!(id_token["amr"], json!(["pwd"]));
    assert_eq!(tokens["scope"], "openid profile products:read");
    let again = token_error(token(&mock, "/oauth2/default", None, &redemption(&code, VERIFIER)).await).await;
    let invalid = "The interaction code is invalid or has expired.".to_owned();
    assert_eq!(again, (400, "invalid_grant".to_owned(), invalid));

    // Both handles are dead.
    for body in [json!({ "stateHandle": state }), json!({ "interactionHandle": interaction })] {
        let (status, document) = step(&mock, &client, "introspect", &body).await;
        assert_eq!((status, key(&document)), (401, "idx.session.expired"), "{body}");
        assert_eq!(document.as_object().unwrap().keys().collect::<Vec<_>>(), ["version", "messages"]);
    }
}

#[tokio::test]
async fn an_interaction_code_needs_its_verifier_and_expires_after_a_minute() {
    let mock = market().await;
    for (verifier, wait, description) in [
        ("x".repeat(43), 0, "PKCE verification failed."),
        (VERIFIER.to_owned(), 60, "The interaction code is invalid or has expired."),
    ] {
        let client = browser();
        let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
        let code = interaction_code(&sign_in(&mock, &client, &document, LOGIN).await.1);
        advance(&mock, wait).await;
        let error = token_error(token(&mock, "/oauth2/default", None, &redemption(&code, &verifier)).await).await;
        assert_eq!(error, (400, "invalid_grant".to_owned(), description.to_owned()));
        // An authorization code is something else.
        let form = [("grant_type", "authorization_code"), ("client_id", EMBEDDED), ("code", &code)];
        let error = token_error(token(&mock, "/oauth2/default", None, &form).await).await;
        assert_eq!(error.2, "The authorization code is invalid or has expired.");
    }
}

#[tokio::test]
async fn known_and_unknown_users_get_the_same_documents() {
    let mock = market().await;
    let mut seen = Vec::new();
    for login in [LOGIN, "nobody@example.test"] {
        let client = browser();
        let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
        let state = handle(&document).to_owned();
        let body = json!({ "identifier": login, "stateHandle": state });
        let (_, challenge) = step(&mock, &client, "identify", &body).await;
        assert_eq!(challenge["user"], json!({ "type": "object", "value": { "identifier": login } }));
        let form = &challenge["remediation"]["value"][0];
        assert_eq!(form["relatesTo"], json!(["$.currentAuthenticatorEnrollment"]));
        let enrollment = &challenge["currentAuthenticatorEnrollment"]["value"];
        assert!(enrollment["id"].as_str().is_some_and(|id| id.starts_with("lae") && id.len() == 20), "{enrollment}");
        let wrong = json!({ "credentials": { "passcode": "wrong" }, "stateHandle": state });
        let (status, refused) = step(&mock, &client, "challenge/answer", &wrong).await;
        assert_eq!((status, key(&refused)), (401, "incorrectPassword"));
        assert_eq!(refused["expiresAt"], challenge["expiresAt"], "a failed answer extends nothing");
        let text = refused.to_string().replace(login, "LOGIN").replace(&state, "STATE");
        seen.push(text.replace(enrollment["id"].as_str().unwrap(), "ENROLLMENT"));
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn users_who_may_not_sign_in_get_the_documented_errors() {
    let mock = market().await;
    for (login, status, expected) in [
        ("locked@example.test", 401, "errors.E0000004"),
        ("suspended@example.test", 401, "errors.E0000004"),
        ("unassigned@example.test", 400, "idx.error.user.not.assigned.to.app"),
    ] {
        let client = browser();
        let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
        let (refused, document) = sign_in(&mock, &client, &document, login).await;
        assert_eq!((refused, key(&document)), (status, expected), "{login}");
        let form = if status == 400 { "identify" } else { "challenge-authenticator" };
        assert_eq!(names(&document), [form], "{login}");
    }
    // Both at once.
    let client = browser();
    let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    let body = json!({
        "identifier": LOGIN, "credentials": { "passcode": "wrong" }, "stateHandle": handle(&document),
    });
    let (status, document) = step(&mock, &client, "identify", &body).await;
    assert_eq!((status, key(&document), names(&document)), (401, "errors.E0000004", vec!["identify"]));
}

#[tokio::test]
async fn a_policy_that_grants_nothing_is_reported_by_the_token_endpoint() {
    let mock = market().await;
    let client = browser();
    let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    let code = interaction_code(&sign_in(&mock, &client, &document, "denied@example.test").await.1);
    let error = token_error(token(&mock, "/oauth2/default", None, &redemption(&code, VERIFIER)).await).await;
    assert_eq!(error.1, "access_denied");
    assert_eq!(error.2, "Policy evaluation failed for this request, please check the policy configurations.");
}

#[tokio::test]
async fn cancelling_begins_again_under_another_handle() {
    let mock = market().await;
    let client = browser();
    let (interaction, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    let first = handle(&document).to_owned();
    step(&mock, &client, "identify", &json!({ "identifier": LOGIN, "stateHandle": first })).await;
    let (status, canceled) = step(&mock, &client, "cancel", &json!({ "stateHandle": first })).await;
    assert_eq!((status, names(&canceled)), (200, vec!["identify"]));
    let second = handle(&canceled).to_owned();
    assert_ne!(first, second);
    for path in ["introspect", "identify", "challenge/answer", "cancel"] {
        let (status, document) = step(&mock, &client, path, &json!({ "stateHandle": first })).await;
        assert_eq!((status, key(&document)), (401, "idx.session.expired"), "{path}");
    }
    let (_, document) = step(&mock, &client, "introspect", &json!({ "interactionHandle": interaction })).await;
    assert_eq!(handle(&document), second);
    assert!(document["user"].is_null(), "{document}");
}

#[tokio::test]
async fn a_transaction_expires_two_hours_before_and_five_minutes_after_the_user_is_known() {
    let mock = market().await;
    let mut now = NOW;
    for (identified, lifetime) in [(false, 7200), (true, 300)] {
        let client = browser();
        let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
        let body = json!({ "identifier": LOGIN, "stateHandle": handle(&document) });
        let document = if identified { step(&mock, &client, "identify", &body).await.1 } else { document };
        assert_eq!(document["expiresAt"], timestamp(now + lifetime));
        let introspect = json!({ "stateHandle": handle(&document) });
        advance(&mock, lifetime - 1).await;
        assert_eq!(step(&mock, &client, "introspect", &introspect).await.0, 200);
        advance(&mock, 1).await;
        assert_eq!(step(&mock, &client, "introspect", &introspect).await.0, 401);
        now += lifetime;
    }
}

#[tokio::test]
async fn of_many_right_answers_at_once_one_gets_a_code() {
    let mock = market().await;
    let client = browser();
    let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    let state = handle(&document).to_owned();
    step(&mock, &client, "identify", &json!({ "identifier": LOGIN, "stateHandle": state })).await;
    let url = format!("{}/idp/idx/challenge/answer", mock.url());
    let body = json!({ "credentials": { "passcode": PASSWORD }, "stateHandle": state });
    let sockets = Arc::new(Semaphore::new(AT_ONCE));
    let mut answers = JoinSet::new();
    for _ in 0..1_000 {
        let (request, sockets) = (client.post(&url).json(&body), Arc::clone(&sockets));
        answers.spawn(async move {
            let _socket = sockets.acquire().await.unwrap();
            request.send().await.unwrap().status().as_u16()
        });
    }
    let statuses = answers.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 999, "{statuses:?}");
}

#[tokio::test]
async fn wrong_passwords_lock_the_account() {
    let mock = TestOrg::market().edit(|document| document.settings.lockout.max_attempts = 3).start().await;
    let client = browser();
    let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    let state = handle(&document).to_owned();
    step(&mock, &client, "identify", &json!({ "identifier": LOGIN, "stateHandle": state })).await;
    let answer = async |passcode: &str| {
        let body = json!({ "credentials": { "passcode": passcode }, "stateHandle": state });
        let (_, document) = step(&mock, &client, "challenge/answer", &body).await;
        key(&document).to_owned()
    };
    for _ in 0..3 {
        assert_eq!(answer("wrong").await, "incorrectPassword");
    }
    assert_eq!(answer(PASSWORD).await, "errors.E0000004");
}

#[tokio::test]
async fn a_session_of_the_browser_needs_no_form_unless_a_new_sign_in_is_requested() {
    let mock = market().await;
    let client = browser();
    let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    interaction_code(&sign_in(&mock, &client, &document, LOGIN).await.1);
    let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    interaction_code(&document);
    let again = [interact_form(EMBEDDED), vec![("prompt", "login"), ("login_hint", LOGIN)]].concat();
    let (_, document) = begun(&mock, &client, &again).await;
    assert_eq!(names(&document), ["identify"]);
    assert_eq!(document["remediation"]["value"][0]["value"][0]["value"], LOGIN);
}

#[tokio::test]
async fn a_sign_in_of_the_hosted_page_can_be_continued_by_the_api_in_the_same_browser() {
    let mock = market().await;
    let client = browser();
    let url = format!("{}/v1/authorize", mock.issuer());
    let page = client.get(url).query(&code_request(WEB, "openid")).send().await.unwrap().text().await.unwrap();
    let state = state_handle(&page);
    let (status, document) = step(&mock, &browser(), "introspect", &json!({ "stateToken": state })).await;
    assert_eq!((status, key(&document)), (401, "idx.session.expired"), "another browser");
    let (status, document) = step(&mock, &client, "introspect", &json!({ "stateToken": format!("{state}~c.x") })).await;
    assert_eq!((status, handle(&document), names(&document)), (200, state.as_str(), vec!["identify"]));
    let (status, document) = sign_in(&mock, &client, &document, LOGIN).await;
    assert_eq!(status, 200, "{document}");
    assert_eq!(document["success"]["name"], "success-redirect");
    let href = document["success"]["href"].as_str().unwrap();
    assert_eq!(href, format!("{}/login/token/redirect?stateToken={state}", mock.url()));
    let arrived = location(&client.get(href).send().await.unwrap());
    assert!(arrived.starts_with(CALLBACK) && parameter(&arrived, "code").is_some(), "{arrived}");
    let again = client.get(href).send().await.unwrap();
    assert_eq!(again.status(), 400);
}

/// The market with an app that asks the user itself, and for consent.
pub(crate) fn asking_for_consent() -> TestOrg {
    TestOrg::market().oauth(EMBEDDED, |oauth| oauth.consent_method = ConsentMethod::Required).scope(
        "products:read",
        |scope| {
            scope.consent = mock_idp_core::model::ScopeConsent::Required;
        },
    )
}

#[tokio::test]
async fn consent_is_asked_for_once_and_a_refusal_goes_to_the_redirect_uri() {
    let mock = asking_for_consent().start().await;
    let client = browser();
    let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    let (status, document) = sign_in(&mock, &client, &document, LOGIN).await;
    assert_eq!((status, names(&document)), (200, vec!["consent"]), "{document}");
    let form = &document["remediation"]["value"][0];
    assert_eq!(form["scopes"][0]["name"], "products:read");
    assert_eq!(form["value"][0]["options"][1], json!({ "label": "Don't Allow", "value": false }));
    let body = json!({ "consent": false, "stateHandle": handle(&document) });
    let (status, document) = step(&mock, &client, "consent", &body).await;
    assert_eq!((status, &document["failure"]["name"]), (200, &json!("failure-redirect")));
    let href = document["failure"]["href"].as_str().unwrap();
    assert!(href.starts_with(CALLBACK), "{href}");
    assert_eq!(parameter(href, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(href, "state").as_deref(), Some("s-1"));

    let client = browser();
    let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    let (_, document) = sign_in(&mock, &client, &document, LOGIN).await;
    let body = json!({ "consent": true, "stateHandle": handle(&document) });
    let (_, document) = step(&mock, &client, "consent", &body).await;
    interaction_code(&document);
    let client = browser();
    let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    interaction_code(&sign_in(&mock, &client, &document, LOGIN).await.1);
}

#[tokio::test]
async fn an_org_with_the_password_on_the_first_page_asks_for_both() {
    let single = |document: &mut mock_idp_core::org::Document| {
        document.settings.sign_in_page.form = SignInForm::Single;
    };
    let mock = TestOrg::market().edit(single).start().await;
    let client = browser();
    let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    let fields = document["remediation"]["value"][0]["value"].as_array().unwrap();
    assert_eq!(fields[1]["form"]["value"][0]["name"], "passcode");
    assert_eq!(document["currentAuthenticator"]["value"]["key"], "okta_password");
    let body = json!({
        "identifier": LOGIN, "credentials": { "passcode": PASSWORD }, "stateHandle": handle(&document),
    });
    interaction_code(&step(&mock, &client, "identify", &body).await.1);
}

#[tokio::test]
async fn interact_refuses_what_it_cannot_begin() {
    let mock = market().await;
    let without = |name: &str| -> Vec<(&str, &str)> {
        interact_form(EMBEDDED).into_iter().filter(|(known, _)| *known != name).collect()
    };
    let with = |name, value| [without(name), vec![(name, value)]].concat();
    for (form, error, description) in [
        (
            without("code_challenge"),
            "invalid_request",
            "PKCE code challenge is required to use the interaction code flow.",
        ),
        (with("recovery_token", "x"), "invalid_request", "The recovery token is invalid"),
        (with("activation_token", "x"), "invalid_request", "The activation token is invalid"),
        (
            with("scope", "openid nonsense"),
            "invalid_scope",
            "One or more scopes are not configured for the authorization server resource.",
        ),
    ] {
        let (status, body) = interact(&mock, &form).await;
        assert_eq!((status, &body["error"], &body["error_description"]), (400, &json!(error), &json!(description)));
    }
    // No rule of the server lists the grant type for this app.
    let other = TestOrg::market().oauth("0oamarketspa000005d7", |oauth| {
        oauth.grant_types.push(GrantType::InteractionCode);
    });
    let (status, body) = interact(&other.start().await, &interact_form("0oamarketspa000005d7")).await;
    assert_eq!((status, &body["error"]), (400, &json!("access_denied")), "{body}");
}

#[tokio::test]
async fn malformed_requests_change_nothing() {
    let mock = market().await;
    let client = browser();
    let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    let state = handle(&document).to_owned();
    for (path, body, status) in [
        ("introspect", json!({}), 400),
        ("introspect", json!({ "stateHandle": "02unknown" }), 401),
        ("introspect", json!({ "interactionHandle": state }), 401),
        ("identify", json!({ "identifier": LOGIN }), 400),
        ("identify", json!({ "identifier": "", "stateHandle": state }), 400),
        ("challenge/answer", json!({ "credentials": { "passcode": PASSWORD }, "stateHandle": state }), 400),
        ("consent", json!({ "stateHandle": state }), 400),
    ] {
        let (received, document) = step(&mock, &client, path, &body).await;
        assert_eq!(received, status, "{path} {body}");
        let expected = if status == 400 { "E0000020" } else { "idx.session.expired" };
        assert_eq!(key(&document), expected, "{path} {body}");
    }
    for (content_type, body) in
        [("application/json", "{"), ("application/json", "{\"stateHandle\":1}"), ("text/plain", "{}")]
    {
        let url = format!("{}/idp/idx/introspect", mock.url());
        let response = client.post(url).header("content-type", content_type).body(body).send().await.unwrap();
        assert_eq!(response.status(), 400, "{content_type} {body}");
    }
    let (status, document) = step(&mock, &client, "introspect", &json!({ "stateHandle": state })).await;
    assert_eq!((status, names(&document)), (200, vec!["identify"]));
}

#[tokio::test]
async fn the_journal_says_what_was_asked_and_why_it_was_refused() {
    let mock = market().await;
    let client = browser();
    let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    let state = handle(&document).to_owned();
    step(&mock, &client, "identify", &json!({ "identifier": LOGIN, "stateHandle": state })).await;
    let wrong = json!({ "credentials": { "passcode": "wrong" }, "stateHandle": state });
    step(&mock, &client, "challenge/answer", &wrong).await;
    let read = async |path: &str| {
        let response = client.get(format!("{}/_mock/requests{path}", mock.url())).send().await.unwrap();
        response.json::<Value>().await.unwrap()
    };
    let journal = read("").await;
    let reason = "wrong password for buyer@example.test: 1 in a row, 10 lock the account";
    assert_eq!(journal[0]["reason"], reason);
    let asked = read(&format!("/{}", journal[1]["request_id"].as_str().unwrap())).await;
    assert!(asked.to_string().contains("asks for the password of buyer@example.test"), "{asked}");
    let refused = read(&format!("/{}", journal[0]["request_id"].as_str().unwrap())).await;
    for text in [journal.to_string(), asked.to_string(), refused.to_string()] {
        assert!(!text.contains(&state) && !text.contains("\"wrong\""), "{text}");
    }
}

#[tokio::test]
async fn no_secret_of_a_sign_in_is_recorded() {
    let mock = market().await;
    let client = browser();
    let (interaction, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    let state = handle(&document).to_owned();
    let (_, finished) = sign_in(&mock, &client, &document, LOGIN).await;
    let code = interaction_code(&finished);
    let tokens: Value = token(&mock, "/oauth2/default", None, &redemption(&code, VERIFIER)).await.json().await.unwrap();
    let query = mock_idp::RequestQuery::default().with_messages();
    let recorded = mock.org().requests_that_fit(&query).await.unwrap();
    assert!(recorded.iter().all(|request| request.response.as_ref().unwrap().body.is_object()), "{recorded:?}");
    let text = format!("{recorded:?}");
    let signature = tokens["access_token"].as_str().unwrap().rsplit_once('.').unwrap().1;
    for secret in [&state, &interaction, &code, PASSWORD, VERIFIER, signature] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
