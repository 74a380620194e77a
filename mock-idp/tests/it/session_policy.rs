//! How long a sign-in session lasts: idle time and lifetime by the global session policy of the org.

use mock_idp::MockIdp;
use mock_idp_core::model::GlobalSessionPolicy;
use reqwest::Client;
use serde_json::{Value, json};

use crate::flow::{WEB, browser, code_request, location, parameter};
use crate::org::{TestOrg, model};

/// Sessions of admins end after 30 minutes without use, or after 60 minutes.
fn short_for_admins() -> GlobalSessionPolicy {
    model(json!({
        "id": "00psessionshort005d7", "name": "Short sessions", "priority": 1,
        "conditions": { "people": { "groups": { "include": ["00gadmins000000005d7"] } } },
        "rules": [{
            "id": "0prsessionshort005d7", "name": "Half an hour", "priority": 1,
            "actions": { "signon": { "session": { "maxSessionIdleMinutes": 30, "maxSessionLifetimeMinutes": 60 } } },
        }],
    }))
}

async fn frozen(org: &TestOrg) -> MockIdp {
    let mock = org.start().await;
    control(&mock, json!({ "set": "2027-01-15T08:00:00Z", "freeze": true })).await;
    mock
}

pub(crate) async fn control(mock: &MockIdp, body: Value) {
    browser().post(format!("{}/_mock/clock", mock.url())).json(&body).send().await.unwrap();
}

/// A browser in which this user has just signed in.
pub(crate) async fn signed_in(mock: &MockIdp, username: &str) -> Client {
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

/// The result of a request with `prompt=none` after so many minutes: `None` for a code, else the error.
pub(crate) async fn after(mock: &MockIdp, minutes: u32, client: &Client) -> Option<String> {
    control(mock, json!({ "advance": minutes * 60 })).await;
    let request = [code_request(WEB, "openid"), vec![("prompt", "none")]].concat();
    let url = format!("{}/v1/authorize", mock.issuer());
    let arrived = location(&client.get(url).query(&request).send().await.unwrap());
    let error = parameter(&arrived, "error");
    assert_ne!(error.is_some(), parameter(&arrived, "code").is_some(), "{arrived}");
    error
}

#[tokio::test]
async fn a_session_ends_after_two_hours_without_use_by_default() {
    let mock = frozen(&TestOrg::market()).await;
    let admin = signed_in(&mock, "admin@example.test").await;
    assert_eq!(after(&mock, 119, &admin).await, None);
    assert_eq!(after(&mock, 119, &admin).await, None, "each use restarts the two hours");
    assert_eq!(after(&mock, 120, &admin).await.as_deref(), Some("login_required"));
}

#[tokio::test]
async fn a_policy_sets_idle_time_and_lifetime_for_its_groups() {
    let mock = frozen(&TestOrg::market().with_session_policy(short_for_admins())).await;
    let admin = signed_in(&mock, "admin@example.test").await;
    assert_eq!(after(&mock, 29, &admin).await, None);
    assert_eq!(after(&mock, 29, &admin).await, None);
    assert_eq!(after(&mock, 2, &admin).await.as_deref(), Some("login_required"), "60 minutes since sign-in");
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
async fn an_invalid_policy_is_a_start_error_with_its_location() {
    let start_error = async |change: &dyn Fn(&mut GlobalSessionPolicy)| {
        let mut policy = short_for_admins();
        change(&mut policy);
        let yaml = TestOrg::market().with_session_policy(policy).yaml();
        MockIdp::builder().org_yaml(yaml).start().await.unwrap_err().to_string()
    };
    let error = start_error(&|policy| policy.rules[0].actions.signon.session.max_session_idle_minutes = 0).await;
    assert!(error.contains("0 is out of bounds") && error.contains("maxSessionIdleMinutes"), "{error}");
    let unknown = vec!["00gadminz000000005d7".to_owned()];
    let error = start_error(&|policy| policy.conditions.people.groups.include = unknown.clone()).await;
    assert!(error.contains("00gadminz000000005d7") && error.contains("did you mean"), "{error}");
}
