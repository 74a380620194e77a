//! `/api/v1/logs`.

use mock_idp::MockIdp;
use reqwest::Response;
use serde_json::{Value, json};

use super::{TOKEN, events, types};
use crate::flow::{WEB, WEB_SECRET, after, authorize, browser, code_request, parameter, redeem, state_handle};

const BUYER: &str = "00ubuyer0000000005d7";

async fn call(mock: &MockIdp, method: &str, path: &str, body: Value) -> Response {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let request = crate::client::plain().request(method, format!("{}{path}", mock.url()));
    let request = request.header("authorization", format!("SSWS {TOKEN}"));
    let request = if body.is_null() { request.header("content-length", "0") } else { request.json(&body) };
    request.send().await.unwrap()
}

async fn json_of(mock: &MockIdp, method: &str, path: &str, body: Value) -> Value {
    let response = call(mock, method, path, body).await;
    assert!(response.status().is_success(), "{method} {path}: {}", response.status());
    let text = response.text().await.unwrap();
    if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() }
}

#[tokio::test]
async fn a_code_flow_leaves_its_events_in_order() {
    let mock = MockIdp::builder().start().await.unwrap();
    let request = code_request(WEB, "openid offline_access");
    let arrived = authorize(&mock, &browser(), "buyer@example.test", &request).await;
    redeem(&mock, &parameter(&arrived, "code").unwrap()).await;
    let found = events(&mock, "uuid pr").await;
    assert_eq!(
        types(&found),
        [
            "policy.evaluate_sign_on",
            "user.session.start",
            "app.oauth2.as.authorize.code",
            "user.authentication.sso",
            "app.oauth2.as.token.grant.access_token",
            "app.oauth2.as.token.grant.id_token",
            "app.oauth2.as.token.grant.refresh_token",
        ]
    );
    let start = &found[1];
    assert_eq!(
        (&start["displayMessage"], &start["outcome"]["result"]),
        (&json!("User login to Okta"), &json!("SUCCESS"))
    );
    assert_eq!((&start["actor"]["id"], &start["actor"]["alternateId"]), (&json!(BUYER), &json!("buyer@example.test")));
    let session = start["authenticationContext"]["externalSessionId"].as_str().unwrap();
    assert!(session.starts_with("idx") && session.len() == 25, "{session}");
    let grant = &found[4];
    assert_eq!((&grant["actor"]["type"], &grant["actor"]["id"]), (&json!("PublicClientApp"), &json!(WEB)));
    assert_eq!(grant["debugContext"]["debugData"]["grantType"], "authorization_code");
    assert_eq!(grant["debugContext"]["debugData"]["grantedScopes"], "openid, offline_access");
    assert_eq!((&grant["target"][0]["id"], &grant["target"][1]["type"]), (&json!(BUYER), &json!("access_token")));
    assert_eq!(grant["client"]["ipAddress"], "127.0.0.1");
    // The journal has the request under the id of the transaction.
    let id = grant["transaction"]["id"].as_str().unwrap();
    let journal: Value = json_of(&mock, "GET", &format!("/_mock/requests/{id}"), Value::Null).await;
    assert_eq!(
        (&journal["path"], &grant["debugContext"]["debugData"]["requestUri"]),
        (&json!("/oauth2/default/v1/token"), &journal["path"])
    );
    let linked: Vec<&Value> = journal["events"].as_array().unwrap().iter().map(|event| &event["uuid"]).collect();
    assert!(linked.contains(&&grant["uuid"]), "{linked:?}");
    assert_eq!(found[1]["transaction"]["id"], found[2]["transaction"]["id"], "one request");
}

#[tokio::test]
async fn a_wrong_password_on_the_second_page_is_logged_under_the_name_of_the_first() {
    let mock = MockIdp::builder().start().await.unwrap();
    let client = browser();
    let url = format!("{}/v1/authorize", mock.issuer());
    let mut page = client.get(url).query(&code_request(WEB, "openid")).send().await.unwrap().text().await.unwrap();
    for field in [("identifier", "stranger@example.test"), ("credentials.passcode", "wrong")] {
        let action = format!("{}{}", mock.url(), after(&page, "method=\"post\" action=\""));
        let state = state_handle(&page);
        let form = [field, ("stateHandle", state.as_str())];
        page = client.post(action).form(&form).send().await.unwrap().text().await.unwrap();
    }
    let found = events(&mock, "outcome.result eq \"FAILURE\"").await;
    let actors: Vec<&Value> = found.iter().map(|event| &event["actor"]["alternateId"]).collect();
    assert_eq!((types(&found), actors), (vec!["user.session.start"], vec![&json!("stranger@example.test")]));
}

#[tokio::test]
async fn refused_requests_and_wrong_passwords_are_failures_with_okta_reasons() {
    let mock = MockIdp::builder().start().await.unwrap();
    let authn = |name: &'static str| {
        let body = json!({ "username": name, "password": "wrong" });
        crate::client::plain().post(format!("{}/api/v1/authn", mock.url())).json(&body).send()
    };
    authn("buyer@example.test").await.unwrap();
    authn("nobody@example.test").await.unwrap();
    authorize(&mock, &browser(), "buyer@example.test", &code_request(WEB, "openid orders:update")).await;
    let form = [("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", crate::flow::CALLBACK)];
    let request = browser().post(format!("{}/v1/token", mock.issuer())).basic_auth(WEB, Some(WEB_SECRET));
    request.form(&form).send().await.unwrap();
    let failures = events(&mock, "outcome.result eq \"FAILURE\"").await;
    let logged: Vec<(&str, &str, &str)> = failures
        .iter()
        .map(|event| {
            let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
            (text("/eventType"), text("/outcome/reason"), text("/actor/alternateId"))
        })
        .collect();
    assert_eq!(
        logged,
        [
            ("user.session.start", "INVALID_CREDENTIALS", "buyer@example.test"),
            ("user.session.start", "INVALID_CREDENTIALS", "nobody@example.test"),
            ("app.oauth2.as.authorize", "no_matching_policy", "buyer@example.test"),
            ("app.oauth2.as.token.grant", "invalid_authorization_code", WEB),
        ]
    );
}

#[tokio::test]
async fn a_change_of_the_management_api_is_an_event_of_its_caller() {
    let mock = MockIdp::builder().start().await.unwrap();
    let user = json!({ "profile": { "login": "new@example.test", "email": "new@example.test", "firstName": "N", "lastName": "U" } });
    let user = json_of(&mock, "POST", "/api/v1/users?activate=false", user).await;
    let (user, group) = (user["id"].as_str().unwrap(), "00gbuyers000000005d7");
    json_of(&mock, "POST", &format!("/api/v1/users/{user}"), json!({ "profile": { "firstName": "M" } })).await;
    json_of(&mock, "PUT", &format!("/api/v1/groups/{group}/users/{user}"), Value::Null).await;
    json_of(&mock, "DELETE", &format!("/api/v1/groups/{group}/users/{user}"), Value::Null).await;
    let zone = json!({ "type": "IP", "name": "Office", "gateways": [{ "type": "CIDR", "value": "10.0.0.0/8" }] });
    let zone = json_of(&mock, "POST", "/api/v1/zones", zone).await;
    let zone = format!("/api/v1/zones/{}", zone["id"].as_str().unwrap());
    json_of(&mock, "POST", &format!("{zone}/lifecycle/deactivate"), Value::Null).await;
    json_of(&mock, "DELETE", &zone, Value::Null).await;
    let server = json!({ "name": "Second", "description": "d", "audiences": ["api://second"] });
    json_of(&mock, "POST", "/api/v1/authorizationServers", server).await;
    let refused = call(&mock, "POST", "/api/v1/zones", json!({})).await;
    assert_eq!(refused.status(), 400);
    let found = events(&mock, "uuid pr").await;
    assert_eq!(
        types(&found),
        [
            "user.lifecycle.create",
            "user.account.update_profile",
            "group.user_membership.add",
            "group.user_membership.remove",
            "zone.create",
            "zone.deactivate",
            "zone.delete",
            "oauth2.as.created",
        ]
    );
    for event in &found {
        assert_eq!(
            (&event["actor"]["type"], &event["outcome"]["result"]),
            (&json!("User"), &json!("SUCCESS")),
            "{event}"
        );
        assert!(event["transaction"]["detail"]["requestApiTokenId"].as_str().unwrap().starts_with("00T"), "{event}");
    }
    let targets: Vec<(&str, &str)> = found[2]["target"]
        .as_array()
        .unwrap()
        .iter()
        .map(|target| (target["type"].as_str().unwrap(), target["id"].as_str().unwrap()))
        .collect();
    assert_eq!(targets, [("User", user), ("UserGroup", group)]);
}

#[tokio::test]
async fn the_log_is_read_in_pages_by_its_links_and_needs_the_scope() {
    let mock = MockIdp::builder().start().await.unwrap();
    for number in 0..3 {
        let group = json!({ "profile": { "name": format!("Group {number}") } });
        json_of(&mock, "POST", "/api/v1/groups", group).await;
    }
    let mut path = "/api/v1/logs?limit=2".to_owned();
    let mut names = Vec::new();
    for expected in [2, 1, 0] {
        let response = call(&mock, "GET", &path, Value::Null).await;
        let links: Vec<String> =
            response.headers().get_all("link").iter().map(|link| link.to_str().unwrap().to_owned()).collect();
        let page: Vec<Value> = response.json().await.unwrap();
        assert_eq!(page.len(), expected, "{path}");
        names.extend(page.iter().map(|event| event["target"][0]["displayName"].as_str().unwrap().to_owned()));
        assert!(links[0].ends_with("rel=\"self\"") && links[1].ends_with("rel=\"next\""), "{links:?}");
        let url = links[1].trim_start_matches('<').split('>').next().unwrap();
        path = url.strip_prefix(mock.url()).unwrap().to_owned();
    }
    assert_eq!(names, ["Group 0", "Group 1", "Group 2"]);
    let without = crate::client::plain().get(format!("{}/api/v1/logs", mock.url())).send().await.unwrap();
    assert_eq!(without.status(), 403);
    mock.org().reset().await.unwrap();
    assert_eq!(events(&mock, "uuid pr").await, Vec::<Value>::new());
}
