//! A state on disk: what continues after a restart.

use std::path::Path;

use http::Method;
use mock_idp::{Builder, MockIdp};
use serde_json::{Value, json};

use crate::client::plain;
use crate::flow::{WEB, WEB_SECRET, authorize, browser, code_request, location, parameter, redeem, state_handle};
use crate::org::TestOrg;
use crate::program::{Running, output, program, stderr, stdout};

const API_TOKEN: &str = "SSWS 00mockMarketApiToken0123456789abcdefghijkl";

/// A mock whose issuer does not depend on its port.
fn builder(dir: &Path) -> Builder {
    MockIdp::builder().issuer_url("http://idp.test".parse().unwrap()).state(dir)
}

async fn ask(mock: &MockIdp, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let request = plain().request(method, format!("{}{path}", mock.url())).header("authorization", API_TOKEN);
    let answer = request.json(body).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

async fn document(mock: &MockIdp) -> Value {
    ask(mock, Method::GET, "/_mock/state", &Value::Null).await.1["org"].clone()
}

async fn add_user(mock: &MockIdp, name: &str) -> String {
    let login = format!("{name}@example.test");
    let profile = json!({"firstName": name, "lastName": "B", "email": login, "login": login});
    let (status, user) = ask(mock, Method::POST, "/api/v1/users", &json!({ "profile": profile })).await;
    assert_eq!(status, 200, "{user}");
    user["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn sessions_tokens_keys_clock_clients_and_users_continue_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let first = builder(dir.path()).start().await.unwrap();
    ask(&first, Method::POST, "/_mock/keys/rotate", &json!({})).await;
    ask(&first, Method::POST, "/_mock/clock", &json!({"advance": 86_400, "freeze": true})).await;
    let browser = browser();
    let arrived = authorize(&first, &browser, "buyer@example.test", &code_request(WEB, "openid offline_access")).await;
    let tokens: Value = redeem(&first, &parameter(&arrived, "code").unwrap()).await.json().await.unwrap();
    let unused = authorize(&first, &browser, "buyer@example.test", &code_request(WEB, "openid")).await;
    let users = [add_user(&first, "zoe").await, add_user(&first, "adam").await];
    let removed = ask(&first, Method::DELETE, "/api/v1/users/00ubuyer0000000005d7", &Value::Null).await;
    let client = json!({"client_name": "Later", "redirect_uris": ["https://later.test/cb"], "response_types": ["code"], "grant_types": ["authorization_code"]});
    let (status, client) = ask(&first, Method::POST, "/oauth2/v1/clients", &client).await;
    assert!(removed.0 < 300 && status == 201, "{removed:?} {client}");
    let (keys, clock) = (ask(&first, Method::GET, "/_mock/keys", &Value::Null).await, document(&first).await);
    first.stop().await;

    let second = builder(dir.path()).start().await.unwrap();
    assert_eq!(ask(&second, Method::GET, "/_mock/keys", &Value::Null).await, keys);
    assert_eq!(document(&second).await, clock, "the same objects in the same order");
    for id in users {
        assert_eq!(ask(&second, Method::GET, &format!("/api/v1/users/{id}"), &Value::Null).await.0, 200);
    }
    let registered = format!("/oauth2/v1/clients/{}", client["client_id"].as_str().unwrap());
    assert_eq!(ask(&second, Method::GET, &registered, &Value::Null).await.0, 200);
    let access = tokens["access_token"].as_str().unwrap();
    let form = [("token", access)];
    let introspect = plain().post(format!("{}/oauth2/default/v1/introspect", second.url()));
    let answer: Value =
        introspect.basic_auth(WEB, Some(WEB_SECRET)).form(&form).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["active"], json!(false), "its user was deactivated: {answer}");
    let code = parameter(&unused, "code").unwrap();
    let again: Value = redeem(&second, &code).await.json().await.unwrap();
    assert_eq!(again["error"], "invalid_grant", "the user was deactivated");
    assert!(location_of_silent(&second, &browser).await.contains("error=login_required"));
}

#[tokio::test]
async fn a_session_a_code_tokens_a_consent_the_clock_and_the_system_log_go_on_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let first = builder(dir.path()).start().await.unwrap();
    ask(&first, Method::POST, "/_mock/clock", &json!({"set": "2030-01-01T00:00:00Z", "freeze": true})).await;
    let (browser, login) = (browser(), "buyer@example.test");
    let arrived = authorize(&first, &browser, login, &code_request(WEB, "openid offline_access")).await;
    let tokens: Value = redeem(&first, &parameter(&arrived, "code").unwrap()).await.json().await.unwrap();
    let unused = authorize(&first, &browser, login, &code_request(WEB, "openid")).await;
    let partner = code_request("0oamarketpartner05d7", "openid orders:read:user");
    let page = browser.get(format!("{}/oauth2/default/v1/authorize", first.url())).query(&partner);
    let page = page.send().await.unwrap().text().await.unwrap();
    let form = [("stateHandle", state_handle(&page)), ("consent", "allow".to_owned())];
    let allowed = browser.post(format!("{}/signin/consent", first.url())).form(&form).send().await.unwrap();
    assert_eq!(allowed.status(), 302);
    let ids = async |mock: &MockIdp| -> Vec<String> {
        let events = ask(mock, Method::GET, "/api/v1/logs?limit=1000", &Value::Null).await.1;
        events.as_array().unwrap().iter().map(|event| event["uuid"].as_str().unwrap().to_owned()).collect()
    };
    let events = ids(&first).await;
    first.stop().await;

    let second = builder(dir.path()).start().await.unwrap();
    let clock = ask(&second, Method::GET, "/_mock/clock", &Value::Null).await.1;
    assert_eq!((&clock["now"], &clock["frozen"]), (&json!("2030-01-01T00:00:00Z"), &json!(true)));
    let known = ids(&second).await;
    assert!(!events.is_empty() && events.iter().all(|id| known.contains(id)), "{events:?} {known:?}");
    let silent = location_of_silent(&second, &browser).await;
    assert!(parameter(&silent, "code").is_some(), "the session goes on: {silent}");
    let arrived = authorize(&second, &browser, login, &partner).await;
    assert!(parameter(&arrived, "code").is_some(), "the consent is known: {arrived}");
    let redeemed = redeem(&second, &parameter(&unused, "code").unwrap()).await;
    assert_eq!(redeemed.status(), 200);
    let send = async |endpoint: &str, form: &[(&str, &str)]| -> Value {
        let request = plain().post(format!("{}/oauth2/default/v1/{endpoint}", second.url()));
        request.basic_auth(WEB, Some(WEB_SECRET)).form(form).send().await.unwrap().json().await.unwrap()
    };
    let introspected = send("introspect", &[("token", tokens["access_token"].as_str().unwrap())]).await;
    assert_eq!(introspected["active"], json!(true), "{introspected}");
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let refreshed = send("token", &[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await;
    assert!(refreshed["access_token"].is_string(), "{refreshed}");
}

/// The ids of users that are added at each start with a state: a reset comes before the last start.
async fn ids_of_seeded_starts() -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let mut ids = Vec::new();
    for names in [["zoe", "adam"], ["ben", "cleo"], ["dan", "eve"]] {
        let mock = builder(dir.path()).seed(7).start().await.unwrap();
        for name in names {
            ids.push(add_user(&mock, name).await);
        }
        for id in &ids {
            let known = ask(&mock, Method::GET, &format!("/api/v1/users/{id}"), &Value::Null).await;
            assert_eq!(known.0, 200, "{id} is lost");
        }
        mock.stop().await;
    }
    let mock = builder(dir.path()).seed(7).start().await.unwrap();
    ask(&mock, Method::POST, "/_mock/reset", &json!({})).await;
    ids.push(add_user(&mock, "fay").await);
    mock.stop().await;
    let mock = builder(dir.path()).seed(7).start().await.unwrap();
    ids.push(add_user(&mock, "gus").await);
    ids
}

#[tokio::test]
async fn with_a_seed_no_id_is_given_again_after_a_restart_and_equal_starts_give_equal_ids() {
    let ids = ids_of_seeded_starts().await;
    let mock = MockIdp::builder().seed(7).start().await.unwrap();
    assert_eq!(add_user(&mock, "zoe").await, ids[0], "the first start is as without a state");
    assert_eq!(ids[6], ids[0], "a reset begins again");
    let different: std::collections::BTreeSet<_> = ids[..6].iter().collect();
    assert_eq!(different.len(), 6, "{ids:?}");
    assert_ne!(ids[7], ids[6], "a restart after a reset does not");
    assert_eq!(ids_of_seeded_starts().await, ids);
}

#[tokio::test]
async fn a_seeded_mock_gives_no_id_of_a_loaded_state_again_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let other = MockIdp::builder().seed(7).start().await.unwrap();
    let mut ids = vec![add_user(&other, "zoe").await];
    let state = ask(&other, Method::GET, "/_mock/state", &Value::Null).await.1;
    let first = builder(dir.path()).seed(7).start().await.unwrap();
    assert_eq!(ask(&first, Method::PUT, "/_mock/state", &state).await.0, 200);
    ids.push(add_user(&first, "adam").await);
    first.stop().await;
    let second = builder(dir.path()).seed(7).start().await.unwrap();
    ids.push(add_user(&second, "ben").await);
    for id in &ids {
        assert_eq!(ask(&second, Method::GET, &format!("/api/v1/users/{id}"), &Value::Null).await.0, 200, "{ids:?}");
    }
}

async fn location_of_silent(mock: &MockIdp, browser: &reqwest::Client) -> String {
    let mut silent = code_request(WEB, "openid");
    silent.push(("prompt", "none"));
    let url = format!("{}/oauth2/default/v1/authorize", mock.url());
    location(&browser.get(url).query(&silent).send().await.unwrap())
}

#[tokio::test]
async fn a_reset_is_there_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let first = builder(dir.path()).start().await.unwrap();
    let seed = document(&first).await;
    add_user(&first, "zoe").await;
    ask(&first, Method::POST, "/_mock/reset", &json!({})).await;
    first.stop().await;
    let second = builder(dir.path()).start().await.unwrap();
    assert_eq!(document(&second).await, seed);
    let saved = ask(&second, Method::GET, "/_mock/state", &Value::Null).await.1;
    add_user(&second, "adam").await;
    let changed = ask(&second, Method::GET, "/_mock/state", &Value::Null).await.1;
    assert_eq!(ask(&second, Method::PUT, "/_mock/state", &saved).await.0, 200);
    assert_eq!(ask(&second, Method::PUT, "/_mock/state", &changed).await.0, 200);
    second.stop().await;
    let third = builder(dir.path()).start().await.unwrap();
    assert_eq!(document(&third).await, changed["org"], "a loaded state is stored");
    third.stop().await;
    let fourth = builder(dir.path()).reset_state(true).start().await.unwrap();
    assert_eq!(document(&fourth).await, seed);
    assert!(fourth.warnings().iter().any(|warning| warning.contains("--reset-state")), "{:?}", fourth.warnings());
}

#[tokio::test]
async fn another_document_gets_the_changes_of_the_state_and_the_start_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let market = TestOrg::market();
    let first = builder(dir.path()).org_yaml(market.yaml()).start().await.unwrap();
    let id = add_user(&first, "zoe").await;
    first.stop().await;
    let same = builder(dir.path()).org_yaml(market.yaml()).start().await.unwrap();
    assert!(!same.warnings().iter().any(|warning| warning.contains("has changed")), "{:?}", same.warnings());
    same.stop().await;
    let changed = market.edit(|document| document.org.name = "Another market".to_owned());
    let second = builder(dir.path()).org_yaml(changed.yaml()).start().await.unwrap();
    let warning = second.warnings().iter().find(|warning| warning.contains("has changed since its state"));
    assert!(warning.is_some_and(|warning| warning.contains("1 objects")), "{:?}", second.warnings());
    assert_eq!(document(&second).await["org"]["name"], "Another market");
    assert_eq!(ask(&second, Method::GET, &format!("/api/v1/users/{id}"), &Value::Null).await.0, 200);
}

#[tokio::test]
async fn metrics_count_requests_tokens_and_records() {
    let dir = tempfile::tempdir().unwrap();
    let mock = builder(dir.path()).start().await.unwrap();
    let arrived = authorize(&mock, &browser(), "buyer@example.test", &code_request(WEB, "openid")).await;
    redeem(&mock, &parameter(&arrived, "code").unwrap()).await;
    let answer = plain().get(format!("{}/metrics", mock.url())).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4");
    let text = answer.text().await.unwrap();
    for line in [
        r#"mock_idp_requests_total{org="market",method="POST",route="/oauth2/{server}/v1/token",status="200"} 1"#,
        r#"mock_idp_signed_tokens_total{org="market"} 2"#,
        r#"mock_idp_records{org="market",table="sessions"} 1"#,
        r#"mock_idp_store_up{org="market"} 1"#,
    ] {
        assert!(text.lines().any(|known| known == line), "{line} is missing in\n{text}");
    }
    let writes = text.lines().find_map(|line| line.strip_prefix("mock_idp_store_write_duration_seconds_count "));
    assert!(writes.unwrap().parse::<u64>().unwrap() > 0);
}

#[test]
fn the_state_of_a_running_mock_and_of_a_directory_is_saved_compared_and_loaded() {
    let dir = tempfile::tempdir().unwrap();
    let (state, saved) = (dir.path().join("state"), dir.path().join("saved.json"));
    let state = state.to_str().unwrap();
    let running = Running::start(program(dir.path()).args(["--port", "0", "--log", "off", "--state", state]));
    let base = running.value("control").strip_suffix("/_mock/info").unwrap().to_owned();
    let run = |arguments: &[&str]| {
        let ended = output(program(dir.path()).arg("state").args(arguments).arg(&saved));
        (ended.status.code(), stdout(&ended), stderr(&ended))
    };
    assert_eq!(run(&["save", "--url", &base]).0, Some(0));
    assert_eq!(run(&["diff", "--url", &base]), (Some(0), "equal\n".to_owned(), String::new()));
    let (code, _, said) = run(&["diff", "--state", state]);
    assert!(code == Some(5) && said.contains("another mock-idp uses the state"), "{said}");
    running.end();
    assert_eq!(run(&["diff", "--state", state]).1, "equal\n");
    let text = std::fs::read_to_string(&saved).unwrap();
    std::fs::write(&saved, text.replacen("\"Market\"", "\"Bazaar\"", 1)).unwrap();
    let (code, text, _) = run(&["diff", "--state", state]);
    assert_eq!((code, text.as_str()), (Some(1), "changed org/org/name: \"Bazaar\" -> \"Market\"\n"));
    assert_eq!(run(&["load", "--state", state]).1, "the state is loaded\n");
    assert_eq!(run(&["diff", "--state", state]).1, "equal\n");
}

#[tokio::test]
async fn a_mock_that_drains_answers_requests_but_is_not_ready() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(program(dir.path()).args(["--port", "0", "--log", "off", "--drain", "60"]));
    let base = running.value("control").strip_suffix("/_mock/info").unwrap().to_owned();
    let status = async |path: &str| plain().get(format!("{base}{path}")).send().await.unwrap().status().as_u16();
    assert_eq!(status("/readyz").await, 200);
    let id = running.child.id().to_string();
    assert!(std::process::Command::new("kill").arg(&id).status().unwrap().success());
    while status("/readyz").await == 200 {}
    assert_eq!((status("/healthz").await, status("/oauth2/default/v1/keys").await), (200, 200));
    let (code, _) = running.end();
    assert_eq!(code, Some(130), "the second signal ends it at once");
}

/// The sizes of all tables together.
async fn stored_bytes(mock: &MockIdp) -> usize {
    let text = plain().get(format!("{}/metrics", mock.url())).send().await.unwrap().text().await.unwrap();
    let sizes = text.lines().filter(|line| line.starts_with("mock_idp_record_bytes{"));
    sizes.map(|line| line.rsplit_once(' ').unwrap().1.parse::<usize>().unwrap()).sum()
}

#[tokio::test]
async fn the_tables_do_not_grow_over_24_hours_of_the_orgs_clock() {
    const STEP_MINUTES: usize = 20;
    let dir = tempfile::tempdir().unwrap();
    let mock = builder(dir.path()).start().await.unwrap();
    ask(&mock, Method::POST, "/_mock/clock", &json!({"freeze": true})).await;
    let mut sizes = Vec::new();
    for _ in 0..24 * 60 / STEP_MINUTES {
        let browser = browser();
        let arrived = authorize(&mock, &browser, "buyer@example.test", &code_request(WEB, "openid")).await;
        redeem(&mock, &parameter(&arrived, "code").unwrap()).await;
        let request = code_request(WEB, "openid");
        let pushed = plain().post(format!("{}/oauth2/default/v1/par", mock.url())).basic_auth(WEB, Some(WEB_SECRET));
        assert_eq!(pushed.form(&request).send().await.unwrap().status(), 200);
        let device = plain().post(format!("{}/oauth2/default/v1/device/authorize", mock.url()));
        let device = device.form(&[("client_id", "0oamarkettv0000005d7"), ("scope", "openid")]);
        assert_eq!(device.send().await.unwrap().status(), 200);
        sizes.push(stored_bytes(&mock).await);
        ask(&mock, Method::POST, "/_mock/clock", &json!({"advance": STEP_MINUTES * 60})).await;
    }
    let (first, second) = sizes.split_at(sizes.len() / 2);
    let (first, second) = (first.iter().max().unwrap(), second.iter().max().unwrap());
    // Sessions are stored for 30 days, also those that are over because they were not used; everything else ends within two hours.
    assert!(second * 10 <= first * 22, "from {first} to {second} bytes: {sizes:?}");
}
