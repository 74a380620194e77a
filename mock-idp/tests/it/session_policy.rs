//! How long a sign-in session lasts: idle time and lifetime by the global session policy of the org.

use mock_idp::MockIdp;
use reqwest::Client;
use serde_json::{Value, json};

use crate::flow::{WEB, browser, code_request, location, parameter};

const MARKET: &str = include_str!("../../../fixtures/orgs/market.yaml");
const SHORT_FOR_ADMINS: &str = r#"
globalSessionPolicies:
  - id: 00psessionshort005d7
    name: Short sessions
    priority: 1
    conditions: { people: { groups: { include: [00gadmins000000005d7] } } }
    rules:
      - id: 0prsessionshort005d7
        name: Half an hour
        priority: 1
        actions: { signon: { session: { maxSessionIdleMinutes: 30, maxSessionLifetimeMinutes: 60 } } }
"#;

async fn frozen(org: &str) -> MockIdp {
    let mock = MockIdp::builder().org_yaml(org).start().await.unwrap();
    control(&mock, json!({ "set": "2027-01-15T08:00:00Z", "freeze": true })).await;
    mock
}

async fn control(mock: &MockIdp, body: Value) {
    browser().post(format!("{}/_mock/clock", mock.url())).json(&body).send().await.unwrap();
}

/// A browser in which this user has just signed in.
async fn signed_in(mock: &MockIdp, username: &str) -> Client {
    let body = json!({ "username": username, "password": "Passw0rd!" });
    let answer = browser().post(format!("{}/api/v1/authn", mock.url())).json(&body).send().await.unwrap();
    let token = answer.json::<Value>().await.unwrap()["sessionToken"].as_str().unwrap().to_owned();
    let client = browser();
    let request = [code_request(WEB, "openid"), vec![("sessionToken", token.as_str())]].concat();
    let url = format!("{}/v1/authorize", mock.issuer());
    let arrived = location(&client.get(url).query(&request).send().await.unwrap());
    assert!(parameter(&arrived, "code").is_some(), "{arrived}");
    client
}

/// What comes of a silent request so many minutes later: `None` for a code, else the error.
async fn after(mock: &MockIdp, minutes: u32, client: &Client) -> Option<String> {
    control(mock, json!({ "advance": minutes * 60 })).await;
    let request = [code_request(WEB, "openid"), vec![("prompt", "none")]].concat();
    let url = format!("{}/v1/authorize", mock.issuer());
    let arrived = location(&client.get(url).query(&request).send().await.unwrap());
    let error = parameter(&arrived, "error");
    assert_ne!(error.is_some(), parameter(&arrived, "code").is_some(), "{arrived}");
    error
}

#[tokio::test]
async fn by_default_a_session_lives_as_long_as_it_is_used_every_two_hours() {
    let mock = frozen(MARKET).await;
    let admin = signed_in(&mock, "admin@example.test").await;
    assert_eq!(after(&mock, 119, &admin).await, None);
    assert_eq!(after(&mock, 119, &admin).await, None, "the use before began the two hours anew");
    assert_eq!(after(&mock, 120, &admin).await.as_deref(), Some("login_required"));
}

#[tokio::test]
async fn a_policy_sets_idle_time_and_lifetime_for_its_people() {
    let mock = frozen(&format!("{MARKET}{SHORT_FOR_ADMINS}")).await;
    let admin = signed_in(&mock, "admin@example.test").await;
    assert_eq!(after(&mock, 29, &admin).await, None);
    assert_eq!(after(&mock, 29, &admin).await, None);
    assert_eq!(after(&mock, 2, &admin).await.as_deref(), Some("login_required"), "sixty minutes in all");
    let admin = signed_in(&mock, "admin@example.test").await;
    assert_eq!(after(&mock, 30, &admin).await.as_deref(), Some("login_required"), "thirty idle minutes");
    let buyer = signed_in(&mock, "buyer@example.test").await;
    assert_eq!(after(&mock, 119, &buyer).await, None, "the policy is not for buyers");

    signed_in(&mock, "admin@example.test").await;
    let journal: Value =
        browser().get(format!("{}/_mock/requests?limit=1", mock.url())).send().await.unwrap().json().await.unwrap();
    let id = journal[0]["request_id"].as_str().unwrap();
    let entry: Value =
        browser().get(format!("{}/_mock/requests/{id}", mock.url())).send().await.unwrap().json().await.unwrap();
    let notes = entry["notes"].as_array().unwrap();
    let note = notes.iter().find(|note| note["subject"] == "global session policy").unwrap();
    assert_eq!(note["because"], "Short sessions, Half an hour: 30 idle minutes, at most 60 minutes in all");
}

#[tokio::test]
async fn a_policy_that_cannot_be_is_refused_at_its_place() {
    let wrong = SHORT_FOR_ADMINS.replace("maxSessionIdleMinutes: 30", "maxSessionIdleMinutes: 0");
    let error = MockIdp::builder().org_yaml(format!("{MARKET}{wrong}")).start().await.unwrap_err().to_string();
    assert!(error.contains("0 is out of bounds") && error.contains("maxSessionIdleMinutes"), "{error}");
    let wrong = SHORT_FOR_ADMINS.replace("00gadmins0", "00gadminz0");
    let error = MockIdp::builder().org_yaml(format!("{MARKET}{wrong}")).start().await.unwrap_err().to_string();
    assert!(error.contains("00gadminz000000005d7") && error.contains("did you mean"), "{error}");
}
