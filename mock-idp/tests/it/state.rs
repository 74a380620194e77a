//! Saving, loading and comparing the state of an org.

use http::Method;
use mock_idp::MockIdp;
use serde_json::{Value, json};

use crate::client::plain;
use crate::flow::{
    CALLBACK, WEB, WEB_SECRET, authorize, browser, code_request, location, parameter, redeem, state_handle,
};

async fn ask(mock: &MockIdp, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let answer = plain().request(method, format!("{}{path}", mock.url())).json(body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn state(mock: &MockIdp) -> Value {
    let (status, state) = ask(mock, Method::GET, "/_mock/state", &Value::Null).await;
    assert_eq!(status, 200, "{state}");
    state
}

/// A mock whose issuer does not depend on its port.
async fn mock() -> MockIdp {
    MockIdp::builder().issuer_url("http://idp.test".parse().unwrap()).start().await.unwrap()
}

/// The endpoint of the default server at the address of the mock.
fn endpoint(mock: &MockIdp, name: &str) -> String {
    format!("{}/oauth2/default/v1/{name}", mock.url())
}

async fn refresh(mock: &MockIdp, token: &str) -> (u16, Value) {
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    let request = plain().post(endpoint(mock, "token")).basic_auth(WEB, Some(WEB_SECRET)).form(&form);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn a_loaded_state_continues_sessions_and_tokens_in_another_mock() {
    let first = mock().await;
    // Keys that the other mock cannot know.
    ask(&first, Method::POST, "/_mock/keys/rotate", &json!({})).await;
    ask(&first, Method::POST, "/_mock/keys/rotate", &json!({})).await;
    let browser = browser();
    let page = browser.get(endpoint(&first, "authorize")).query(&code_request(WEB, "openid offline_access"));
    let handle = state_handle(&page.send().await.unwrap().text().await.unwrap());
    let form = [("stateHandle", handle.as_str()), ("user", "buyer@example.test")];
    let done = browser.post(format!("{}/signin/pick", first.url())).form(&form).send().await.unwrap();
    let session = done.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let cookies: Vec<String> = session.map(|cookie| cookie.split(';').next().unwrap().to_owned()).collect();
    let code = parameter(&location(&done), "code").unwrap();
    let form = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
    let request = plain().post(endpoint(&first, "token")).basic_auth(WEB, Some(WEB_SECRET)).form(&form);
    let issued: Value = request.send().await.unwrap().json().await.unwrap();
    let (access, refresh_token) = (issued["access_token"].as_str().unwrap(), issued["refresh_token"].as_str().unwrap());
    let saved = state(&first).await;
    first.stop().await;

    let second = mock().await;
    assert_eq!(refresh(&second, refresh_token).await.0, 400, "unknown before the state is loaded");
    let (status, loaded) = ask(&second, Method::PUT, "/_mock/state", &saved).await;
    assert_eq!((status, &loaded["loaded"]), (200, &json!(true)), "{loaded}");
    let userinfo = plain().get(endpoint(&second, "userinfo")).bearer_auth(access).send().await.unwrap();
    assert_eq!(userinfo.status(), 200, "the keys are those of the state");
    let mut silent = code_request(WEB, "openid");
    silent.push(("prompt", "none"));
    let request = plain().get(endpoint(&second, "authorize")).query(&silent).header("cookie", cookies.join("; "));
    let arrived = location(&request.send().await.unwrap());
    assert!(parameter(&arrived, "code").is_some(), "{arrived}");
    let (status, refreshed) = refresh(&second, refresh_token).await;
    assert_eq!((status, refreshed["token_type"].as_str()), (200, Some("Bearer")), "{refreshed}");

    ask(&second, Method::POST, "/_mock/reset", &json!({})).await;
    assert_eq!(refresh(&second, refresh_token).await.0, 400, "a reset goes back to the start");
}

#[tokio::test]
async fn a_state_that_is_loaded_and_saved_again_is_equal() {
    let mock = MockIdp::builder().start().await.unwrap();
    ask(&mock, Method::POST, "/_mock/clock", &json!({ "set": "2030-01-31T12:00:00Z", "freeze": true })).await;
    let arrived = authorize(&mock, &browser(), "buyer@example.test", &code_request(WEB, "openid offline_access")).await;
    redeem(&mock, &parameter(&arrived, "code").unwrap()).await;
    let saved = state(&mock).await;
    assert_eq!((&saved["format"], &saved["version"]), (&json!("mock-idp-state"), &json!(1)));
    assert_eq!(saved["ledger"]["sessions"].as_array().unwrap().len(), 1);
    ask(&mock, Method::POST, "/_mock/reset", &json!({})).await;
    let (_, difference) = ask(&mock, Method::POST, "/_mock/state/diff", &saved).await;
    assert_eq!(difference["equal"], false);
    assert_eq!(ask(&mock, Method::PUT, "/_mock/state", &saved).await.0, 200);
    assert_eq!(state(&mock).await, saved);
    let (_, difference) = ask(&mock, Method::POST, "/_mock/state/diff", &saved).await;
    assert_eq!(difference, json!({ "equal": true, "changes": [] }));
}

#[tokio::test]
async fn the_differences_name_what_changed_and_show_no_secret() {
    let mock = MockIdp::builder().start().await.unwrap();
    ask(&mock, Method::POST, "/_mock/clock", &json!({ "freeze": true })).await;
    let saved = state(&mock).await;
    let uri = json!({ "client": WEB, "redirect_uri": "http://localhost:9999/new" });
    assert_eq!(ask(&mock, Method::POST, "/_mock/redirect-uris", &uri).await.0, 200);
    let arrived = authorize(&mock, &browser(), "buyer@example.test", &code_request(WEB, "openid offline_access")).await;
    let issued: Value = redeem(&mock, &parameter(&arrived, "code").unwrap()).await.json().await.unwrap();
    let (_, difference) = ask(&mock, Method::POST, "/_mock/state/diff", &saved).await;
    let changes = difference["changes"].as_array().unwrap();
    let of = |start: String| changes.iter().filter(move |change| change["path"].as_str().unwrap().starts_with(&start));
    let uris: Vec<&Value> = of(format!("org/apps/{WEB}/")).collect();
    assert_eq!(uris.len(), 1, "{difference}");
    assert!(uris[0]["after"].to_string().contains("http://localhost:9999/new"), "{difference}");
    for table in ["sessions", "families", "refresh_tokens", "server_keys"] {
        let added: Vec<&Value> = of(format!("ledger/{table}/")).collect();
        assert!(!added.is_empty() && added.iter().all(|change| change["change"] == "added"), "{table}: {difference}");
    }
    let shown = difference.to_string();
    let current = state(&mock).await;
    let session = current["ledger"]["sessions"][0]["key"].as_str().unwrap();
    for secret in [session, issued["refresh_token"].as_str().unwrap(), WEB_SECRET, "Passw0rd!", "PRIVATE KEY"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[tokio::test]
async fn a_state_of_another_format_changes_nothing() {
    let mock = MockIdp::builder().start().await.unwrap();
    ask(&mock, Method::POST, "/_mock/clock", &json!({ "freeze": true })).await;
    let before = state(&mock).await;
    for (pointer, value, word) in [
        ("/format", json!("other"), "this version reads"),
        ("/version", json!(2), "this version reads"),
        ("/org/users/0/groupIds", json!(["00gnobody00000000000"]), "00gnobody00000000000"),
        ("/ledger/sessions", json!([{ "key": "a", "expires": 1, "value": {} }]), "the table `sessions`"),
    ] {
        let mut changed = before.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        let (status, error) = ask(&mock, Method::PUT, "/_mock/state", &changed).await;
        assert_eq!(status, 400, "{pointer}");
        assert!(error["error"].as_str().unwrap().contains(word), "{error}");
    }
    let mut unknown = before.clone();
    unknown["ledger"]["cookies"] = json!([]);
    let (_, error) = ask(&mock, Method::PUT, "/_mock/state", &unknown).await;
    assert_eq!(error["error"], "the ledger has no table `cookies`");
    assert_eq!(ask(&mock, Method::PUT, "/_mock/state?clock=later", &before).await.0, 400);
    assert_eq!(state(&mock).await, before);
}

#[tokio::test]
async fn a_loaded_clock_continues_as_it_was_set_or_from_the_saved_time() {
    let mock = MockIdp::builder().start().await.unwrap();
    let mut saved = state(&mock).await;
    saved["saved_at"] = json!(1_600_000_000);
    let (_, loaded) = ask(&mock, Method::PUT, "/_mock/state", &saved).await;
    assert_eq!(loaded["clock"]["offset"], 0, "it follows the machine's clock again");
    let (_, loaded) = ask(&mock, Method::PUT, "/_mock/state?clock=saved", &saved).await;
    assert!(loaded["clock"]["now"].as_str().unwrap().starts_with("2020-09-13T12:2"), "{loaded}");
    assert_eq!(loaded["clock"]["frozen"], false);
}

#[tokio::test]
async fn faults_waiting_sign_ins_and_the_journal_are_not_part_of_a_state_and_stay() {
    let mock = MockIdp::builder().start().await.unwrap();
    ask(&mock, Method::POST, "/_mock/clock", &json!({ "freeze": true })).await;
    let before = state(&mock).await;
    let [faults, next, queue] = ["/_mock/faults", "/_mock/next-tokens", "/_mock/sign-ins"];
    for (path, body) in [
        (faults, json!({ "name": "id_token.expired" })),
        (next, json!({ "error": "invalid_grant" })),
        (queue, json!({ "users": ["buyer"] })),
    ] {
        assert_eq!(ask(&mock, Method::POST, path, &body).await.0, 200, "{path}");
    }
    plain().get(format!("{}/.well-known/openid-configuration", mock.url())).send().await.unwrap();
    let (_, difference) = ask(&mock, Method::POST, "/_mock/state/diff", &before).await;
    assert_eq!(difference["equal"], true, "{difference}");
    assert_eq!(ask(&mock, Method::PUT, "/_mock/state", &before).await.0, 200);
    for path in [faults, next, queue, "/_mock/requests"] {
        let (_, list) = ask(&mock, Method::GET, path, &Value::Null).await;
        assert_eq!(list.as_array().map(Vec::len), Some(1), "{path}: {list}");
    }
}

#[tokio::test]
async fn a_saved_state_of_format_1_is_loaded_without_loss() {
    let saved: Value = serde_json::from_str(include_str!("../../../fixtures/states/format-1.json")).unwrap();
    let mock = mock().await;
    let (status, loaded) = ask(&mock, Method::PUT, "/_mock/state", &saved).await;
    assert_eq!(status, 200, "{loaded}");
    let mut expected = saved["ledger"].as_object().unwrap().clone();
    let read = state(&mock).await;
    for (table, records) in read["ledger"].as_object().unwrap() {
        let keys = |records: &Value| -> Vec<String> {
            let keys = records.as_array().into_iter().flatten().map(|record| record["key"].as_str().unwrap());
            keys.map(str::to_owned).collect()
        };
        assert_eq!(keys(records), keys(&expected.remove(table).unwrap_or_default()), "{table}");
    }
    assert!(expected.is_empty(), "{:?}", expected.keys());
    assert_eq!(read["org"]["users"], saved["org"]["users"]);
    assert_eq!(read["clock"], saved["clock"]);
}
