//! "Keep me signed in": whether a session outlives its browser, and when users are asked.

use mock_idp::MockIdp;
use mock_idp_core::model::DirectoryKind;
use reqwest::{Client, Response, header};
use serde_json::{Value, json};

use crate::client;
use crate::factors::{PASSWORD, app_policy, submit};
use crate::flow::{WEB, authorize, browser, code_request, location, parameter, state_handle};
use crate::idx::{EMBEDDED, begun, handle, interact_form, interaction_code, sign_in, step};
use crate::market::{advance, journal, stopped};
use crate::org::{TestOrg, model};

const LOGIN: &str = "buyer@example.test";
const ADMIN: &str = "admin@example.test";
const DAY: i64 = 24 * 3600;

/// The market, where sessions end after ten hours, and may outlive the browser.
fn persistent() -> TestOrg {
    TestOrg::market().with_session_policy(model(json!({
        "name": "Ten hours", "priority": 1,
        "rules": [{
            "name": "All", "priority": 1,
            "actions": { "signon": { "access": "ALLOW", "session": {
                "usePersistentCookie": true, "maxSessionIdleMinutes": 600, "maxSessionLifetimeMinutes": 600,
            } } },
        }],
    })))
}

/// The same; two apps ask their users after the sign-in.
pub(crate) fn asking(settings: &Value) -> TestOrg {
    let one = json!({ "type": "ASSURANCE", "factorMode": "1FA", "reauthenticateIn": "PT12H" });
    app_policy(persistent(), &one).edit(|document| {
        let policies = document.directory.get_mut(&DirectoryKind::Policy).unwrap();
        let policy = policies.iter_mut().find(|policy| policy.text("name") == Some("Two factors")).unwrap();
        policy.members["rules"][0]["actions"]["appSignOn"]["keepMeSignedIn"] = settings.clone();
    })
}

async fn page(mock: &MockIdp, client: &Client, more: &[(&str, &str)]) -> String {
    let query = [code_request(WEB, "openid"), more.to_vec()].concat();
    let url = format!("{}/v1/authorize", mock.issuer());
    client.get(url).query(&query).send().await.unwrap().text().await.unwrap()
}

/// Signs a user in on a page, with these fields besides.
async fn by_page(mock: &MockIdp, client: &Client, login: &str, more: &[(&str, &str)]) -> Response {
    let page = page(mock, client, &[("prompt", "login")]).await;
    let handle = state_handle(&page);
    let fields =
        [&[("stateHandle", &*handle), ("identifier", login), ("credentials.passcode", PASSWORD)], more].concat();
    client.post(format!("{}/signin/sign-in", mock.url())).form(&fields).send().await.unwrap()
}

/// The cookie of the session that a response sets: its value, and for how many seconds it is kept.
fn session_cookie(response: &Response) -> (String, Option<i64>) {
    let cookies = response.headers().get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let set = cookies.filter(|cookie| cookie.contains("_sid=")).collect::<Vec<_>>();
    let [set] = &set[..] else { panic!("{:?}", response.headers()) };
    let (pair, attributes) = set.split_once(';').unwrap();
    let age = attributes.split("; ").find_map(|attribute| attribute.trim().strip_prefix("Max-Age="));
    (pair.to_owned(), age.map(|seconds| seconds.parse().unwrap()))
}

/// Whether a browser has a session that was closed and opened again: it has kept only what has an age.
async fn survives_a_restart(mock: &MockIdp, cookie: (String, Option<i64>)) -> bool {
    let query = [code_request(WEB, "openid"), vec![("prompt", "none")]].concat();
    let mut request = client::plain().get(format!("{}/v1/authorize", mock.issuer())).query(&query);
    if let (pair, Some(_)) = cookie {
        request = request.header(header::COOKIE, pair);
    }
    parameter(&location(&request.send().await.unwrap()), "code").is_some()
}

const KEEP: &[(&str, &str)] = &[("rememberMe", "true")];

#[tokio::test]
async fn a_session_outlives_the_browser_of_a_user_who_wants_it_where_the_policy_allows_it() {
    let allowed = stopped(&persistent()).await;
    let forbidden = stopped(&TestOrg::market()).await;
    for (mock, login, fields, age, note) in [
        (&allowed, LOGIN, KEEP, Some(36_000), "it outlives the browser: the user stays signed in"),
        (&allowed, LOGIN, &[], None, "the user has not asked to stay signed in"),
        (&allowed, ADMIN, KEEP, None, "administrators do not stay signed in"),
        (&forbidden, LOGIN, KEEP, None, "the global session policy has no usePersistentCookie"),
    ] {
        let response = by_page(mock, &browser(), login, fields).await;
        assert_eq!(response.status(), 302, "{login} {fields:?}");
        let cookie = session_cookie(&response);
        assert_eq!(cookie.1, age, "{login} {fields:?}");
        assert_eq!(survives_a_restart(mock, cookie).await, age.is_some(), "{login} {fields:?}");
        assert!(journal(mock).await.contains(note), "{note}");
    }
}

#[tokio::test]
async fn a_session_of_a_token_outlives_the_browser_where_the_policy_allows_it() {
    for (org, age) in [(persistent(), Some(36_000)), (TestOrg::market(), None)] {
        let mock = stopped(&org).await;
        let body = json!({ "username": LOGIN, "password": PASSWORD });
        let (_, signed_in) = crate::factors::authn(&mock, "", body).await;
        let body = json!({ "sessionToken": signed_in["sessionToken"] });
        let response = browser().post(format!("{}/api/v1/sessions", mock.url())).json(&body).send().await.unwrap();
        assert_eq!((response.status().as_u16(), session_cookie(&response).1), (200, age));
    }
}

#[tokio::test]
async fn the_page_keeps_the_choice_when_it_is_shown_again() {
    let mock = stopped(&persistent()).await;
    let client = browser();
    let checked = r#"name="rememberMe" value="true" checked"#;
    let first = page(&mock, &client, &[]).await;
    assert!(!first.contains(checked), "{first}");
    let (_, chosen) = submit(&mock, &client, &first, "identify", &[&[("identifier", "")], KEEP].concat()).await;
    assert!(chosen.contains(r#"role="alert""#) && chosen.contains(checked), "{chosen}");
    let (_, taken_back) = submit(&mock, &client, &chosen, "identify", &[("identifier", "")]).await;
    assert!(taken_back.contains(r#"role="alert""#) && !taken_back.contains(checked), "{taken_back}");
}

#[tokio::test]
async fn users_are_asked_after_the_sign_in_and_again_after_the_time_of_the_rule() {
    let mock = stopped(&asking(&json!({ "postAuth": "ALLOWED", "postAuthPromptFrequency": "PT168H" }))).await;
    let client = browser();
    let answer = async |client: &Client, keeps: &str| {
        let asked = by_page(&mock, client, LOGIN, &[]).await;
        assert_eq!(asked.status(), 200);
        let asked = asked.text().await.unwrap();
        assert!(asked.contains(r#"data-se="stay-signed-in-btn""#) && asked.contains("Stay signed in"), "{asked}");
        assert!(asked.contains(r#"data-se="do-not-stay-signed-in-btn""#), "{asked}");
        let handle = state_handle(&asked);
        let form = [("stateHandle", &*handle), ("keepMeSignedIn", keeps)];
        client.post(format!("{}/signin/keep-me-signed-in", mock.url())).form(&form).send().await.unwrap()
    };
    let no = answer(&client, "false").await;
    assert!(parameter(&location(&no), "code").is_some());
    assert!(!survives_a_restart(&mock, session_cookie(&no)).await);
    advance(&mock, 7 * DAY - 1).await;
    let later = by_page(&mock, &client, LOGIN, &[]).await;
    assert_eq!(later.status(), 302, "the browser has asked in the last seven days");
    let note = "Two factors, Catch-all Rule asks, and does so in this browser from";
    assert!(journal(&mock).await.contains(note));
    assert_eq!(by_page(&mock, &client, "premium@example.test", &[]).await.status(), 200, "not this user");
    advance(&mock, 1).await;
    let yes = answer(&client, "true").await;
    assert_eq!(session_cookie(&yes).1, Some(36_000));
    assert!(survives_a_restart(&mock, session_cookie(&yes)).await);
    answer(&browser(), "false").await;
    let before = by_page(&mock, &browser(), LOGIN, KEEP).await;
    assert_eq!((before.status().as_u16(), session_cookie(&before).1), (302, Some(36_000)), "asked before the sign-in");
}

#[tokio::test]
async fn users_are_not_asked_unless_the_rule_allows_it() {
    for settings in [json!({ "postAuth": "NOT_ALLOWED" }), Value::Null] {
        let mock = stopped(&asking(&settings)).await;
        assert_eq!(by_page(&mock, &browser(), LOGIN, &[]).await.status(), 302, "{settings}");
    }
}

#[tokio::test]
async fn the_queue_goes_on_without_the_question() {
    let mock = stopped(&asking(&json!({ "postAuth": "ALLOWED" }))).await;
    crate::market::post(&mock, "/_mock/sign-ins", json!({ "users": [LOGIN] })).await;
    let url = format!("{}/v1/authorize", mock.issuer());
    let client = browser();
    let response = client.get(url).query(&code_request(WEB, "openid")).send().await.unwrap();
    assert_eq!((response.status().as_u16(), session_cookie(&response).1), (302, None));
    assert_eq!(by_page(&mock, &client, LOGIN, &[]).await.status(), 200, "the user has not seen the question yet");
    let picked = authorize(&mock, &browser(), LOGIN, &code_request(WEB, "openid")).await;
    assert!(picked.contains("stay-signed-in-btn"), "a user of the list is asked: {picked}");
}

#[tokio::test]
async fn idx_asks_with_oktas_form() {
    let mock = stopped(&asking(&json!({ "postAuth": "ALLOWED" }))).await;
    for (keeps, age) in [(true, Some(36_000)), (false, None)] {
        let client = browser();
        let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
        let (status, document) = sign_in(&mock, &client, &document, LOGIN).await;
        let form = &document["remediation"]["value"][0];
        let state_handle = handle(&document).to_owned();
        assert_eq!(
            (status, form),
            (
                200,
                &json!({
                    "rel": ["create-form"],
                    "name": "keep-me-signed-in",
                    "href": format!("{}/idp/idx/keep-me-signed-in", mock.url()),
                    "method": "POST",
                    "produces": "application/ion+json; okta-version=1.0.0",
                    "value": [
                        {
                            "name": "keepMeSignedIn", "type": "boolean", "label": "Stay signed in", "required": true,
                            "value": false, "mutable": true,
                        },
                        {
                            "name": "stateHandle", "required": true, "value": state_handle, "visible": false,
                            "mutable": false,
                        },
                    ],
                    "accepts": "application/json; okta-version=1.0.0",
                })
            )
        );
        assert_eq!(document["user"]["value"]["identifier"], LOGIN);
        let body = json!({ "stateHandle": state_handle });
        assert_eq!(step(&mock, &client, "keep-me-signed-in", &body).await.0, 400, "without an answer");
        let body = json!({ "keepMeSignedIn": keeps, "stateHandle": state_handle });
        let request = client.post(format!("{}/idp/idx/keep-me-signed-in", mock.url()));
        let request = request.header("content-type", "application/ion+json; okta-version=1.0.0");
        let response = request.body(body.to_string()).send().await.unwrap();
        assert_eq!(session_cookie(&response).1, age, "{keeps}");
        interaction_code(&response.json().await.unwrap());
    }
}

#[tokio::test]
async fn idx_keeps_a_user_signed_in_who_has_said_so_with_the_name() {
    let mock = stopped(&asking(&json!({ "postAuth": "ALLOWED" }))).await;
    let client = browser();
    let (_, document) = begun(&mock, &client, &interact_form(EMBEDDED)).await;
    let body = json!({ "identifier": LOGIN, "rememberMe": true, "stateHandle": handle(&document) });
    let (_, document) = step(&mock, &client, "identify", &body).await;
    let body = json!({ "credentials": { "passcode": PASSWORD }, "stateHandle": handle(&document) });
    let request = client.post(format!("{}/idp/idx/challenge/answer", mock.url()));
    let request = request.header("content-type", "application/ion+json; okta-version=1.0.0");
    let response = request.body(body.to_string()).send().await.unwrap();
    assert_eq!(session_cookie(&response).1, Some(36_000));
    interaction_code(&response.json().await.unwrap());
}
