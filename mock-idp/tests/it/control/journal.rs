//! Filters of the journal, and waiting for requests.

use http::Method;
use mock_idp::MockIdp;
use serde_json::{Value, json};

use super::ask;
use crate::client;
use crate::flow::{WEB, authorize, browser, code_request, parameter, redeem};

/// The paths of the requests that fit, the newest first.
async fn paths(mock: &MockIdp, query: &str) -> Vec<String> {
    let (status, found) = ask(mock, Method::GET, &format!("/_mock/requests?{query}"), Value::Null).await;
    assert_eq!(status, 200, "{query}: {found}");
    found.as_array().unwrap().iter().map(|entry| entry["path"].as_str().unwrap().to_owned()).collect()
}

async fn sign_in(mock: &MockIdp, login: &str) {
    let arrived = authorize(mock, &browser(), login, &code_request(WEB, "openid")).await;
    assert_eq!(redeem(mock, &parameter(&arrived, "code").unwrap()).await.status(), 200);
}

const TOKEN: &str = "/oauth2/default/v1/token";

#[tokio::test]
async fn requests_are_filtered_by_client_user_path_status_time_and_flow() {
    let mock = MockIdp::builder().start().await.unwrap();
    let set = json!({ "set": "2030-01-31T12:00:00Z", "freeze": true });
    ask(&mock, Method::POST, "/_mock/clock", set).await;
    sign_in(&mock, "buyer@example.test").await;
    ask(&mock, Method::POST, "/_mock/clock", json!({ "advance": 60 })).await;
    sign_in(&mock, "admin@example.test").await;
    client::plain().get(format!("{}/nothing", mock.url())).send().await.unwrap();

    assert_eq!(paths(&mock, "user=buyer&path=/oauth2/default/v1/token").await, [TOKEN]);
    assert_eq!(paths(&mock, "path=/oauth2/default/v1/token&client=Market+demo").await, [TOKEN, TOKEN]);
    assert_eq!(paths(&mock, "client=0oamarketspa000005d7").await, [""; 0]);
    assert_eq!(paths(&mock, "status=4xx").await, ["/nothing"]);
    assert_eq!(paths(&mock, "status=404&method=get").await, ["/nothing"]);
    assert_eq!(paths(&mock, "method=POST&since=2030-01-31T12:01:00Z").await, [TOKEN, "/signin/pick"]);
    assert_eq!(paths(&mock, "method=POST&until=2030-01-31T12:01:00Z&limit=1").await, [TOKEN]);
    let (_, first) = ask(&mock, Method::GET, "/_mock/requests?path=/oauth2/default/v1/authorize", Value::Null).await;
    let flow = format!("flow={}", first[1]["request_id"].as_str().unwrap());
    let expected = [TOKEN, "/signin/pick", "/oauth2/default/v1/authorize"];
    assert_eq!(paths(&mock, &flow).await, expected);
}

#[tokio::test]
async fn messages_have_query_headers_and_bodies_without_secrets() {
    let mock = MockIdp::builder().start().await.unwrap();
    let arrived = authorize(&mock, &browser(), "buyer@example.test", &code_request(WEB, "openid")).await;
    let code = parameter(&arrived, "code").unwrap();
    let issued: Value = redeem(&mock, &code).await.json().await.unwrap();
    let (_, listed) = ask(&mock, Method::GET, "/_mock/requests?messages=true", Value::Null).await;
    let [token, pick, authorization] = &listed.as_array().unwrap()[..] else { panic!("{listed}") };

    assert_eq!(token["request"]["headers"]["authorization"], format!("Basic {WEB}:…"));
    assert_eq!(token["request"]["headers"]["content-type"], "application/x-www-form-urlencoded");
    let sent = &token["request"]["body"];
    assert_eq!((&sent["grant_type"], &sent["code"]), (&json!("authorization_code"), &json!("…")));
    let answered = &token["response"]["body"];
    assert_eq!((&answered["token_type"], &answered["expires_in"]), (&json!("Bearer"), &issued["expires_in"]));
    let id_token = issued["id_token"].as_str().unwrap();
    assert_eq!(answered["id_token"], format!("{}.…", id_token.rsplit_once('.').unwrap().0));

    assert_eq!(pick["request"]["body"]["stateHandle"], "…");
    let location = pick["response"]["headers"]["location"].as_str().unwrap();
    assert!(location.contains("?code=…&state="), "{location}");
    assert!(pick["response"]["headers"]["set-cookie"].as_str().unwrap().contains("=…;"), "{pick}");
    assert_eq!(authorization["request"]["query"]["client_id"], WEB);
    assert_eq!(authorization["request"].get("body"), None);
    assert!(authorization["response"]["body_omitted"].as_str().unwrap().starts_with("text/html, "), "{authorization}");

    let signatures =
        ["id_token", "access_token"].map(|name| issued[name].as_str().unwrap().rsplit_once('.').unwrap().1);
    for secret in signatures.into_iter().chain([code.as_str(), crate::flow::WEB_SECRET]) {
        assert!(!listed.to_string().contains(secret), "{secret} in {listed}");
    }
    let (_, plain) = ask(&mock, Method::GET, "/_mock/requests", Value::Null).await;
    assert!(plain[0].get("request").is_none() && plain[0].get("response").is_none(), "{plain}");
    let by_id = format!("/_mock/requests/{}", token["request_id"].as_str().unwrap());
    assert_eq!(ask(&mock, Method::GET, &by_id, Value::Null).await.1["request"], token["request"]);
    let waited = "/_mock/requests/wait?path=/oauth2/default/v1/token&messages=true";
    assert_eq!(ask(&mock, Method::GET, waited, Value::Null).await.1[0]["response"], token["response"]);
}

#[tokio::test]
async fn nothing_but_known_headers_is_recorded_of_paths_without_a_route() {
    let mock = MockIdp::builder().start().await.unwrap();
    let request = client::plain().post(format!("{}/nowhere?canary=1", mock.url())).header("x-canary", "canary");
    request.json(&json!({ "pin": "canary" })).send().await.unwrap();
    let (_, listed) = ask(&mock, Method::GET, "/_mock/requests?messages=true", Value::Null).await;
    assert_eq!(listed[0]["request"]["headers"]["content-type"], "application/json");
    assert!(!listed.to_string().contains("canary"), "{listed}");
}

#[tokio::test]
async fn passwords_of_the_management_api_are_not_recorded() {
    let mock = MockIdp::builder().start().await.unwrap();
    let profile = json!({ "login": "c@example.test", "email": "c@example.test", "firstName": "C", "lastName": "D" });
    let body = json!({ "profile": profile, "credentials": { "password": { "value": "Canary-1234" } } });
    let request = client::plain().post(format!("{}/api/v1/users", mock.url()));
    let created = request.header("authorization", "SSWS 00mockMarketApiToken0123456789abcdefghijkl").json(&body);
    assert_eq!(created.send().await.unwrap().status(), 200);
    let (_, listed) = ask(&mock, Method::GET, "/_mock/requests?messages=true&limit=1", Value::Null).await;
    assert_eq!(listed[0]["request"]["body"]["profile"]["login"], "c@example.test");
    assert_eq!(listed[0]["request"]["body"]["credentials"]["password"]["value"], "…");
    assert_eq!(listed[0]["request"]["headers"]["authorization"], "SSWS …");
    assert_eq!(listed[0]["response"]["body"]["profile"]["login"], "c@example.test");
}

#[tokio::test]
async fn an_invalid_filter_is_refused_with_its_name() {
    let mock = MockIdp::builder().start().await.unwrap();
    for (query, error) in [
        ("client=Market+dem", "client: the org has no \"Market dem\"; did you mean \"Market demo\"?"),
        ("user=byuer", "user: the org has no \"byuer\""),
        ("status=bad", "status: \"bad\" is not a status"),
        ("since=yesterday", "since: \"yesterday\" is not a time"),
        ("limit=0", "limit: \"0\" is not a number from 1 to 1000"),
        ("messages=yes", "messages: \"yes\" is neither true nor false"),
        ("flows=1", "the query has no parameter \"flows\"; did you mean \"flow\"?"),
    ] {
        let (status, refusal) = ask(&mock, Method::GET, &format!("/_mock/requests?{query}"), Value::Null).await;
        assert_eq!(status, 400, "{query}");
        assert!(refusal["error"].as_str().unwrap().contains(error), "{query}: {refusal}");
    }
}

#[tokio::test]
async fn a_wait_ends_with_the_request_that_makes_enough() {
    let mock = MockIdp::builder().start().await.unwrap();
    let url = format!("{}/_mock/requests/wait?path=/oauth2/default/v1/token&user=buyer&count=2&timeout=60", mock.url());
    sign_in(&mock, "buyer@example.test").await;
    let waiting =
        tokio::spawn(async move { client::plain().get(url).send().await.unwrap().json::<Value>().await.unwrap() });
    sign_in(&mock, "admin@example.test").await;
    assert!(!waiting.is_finished());
    sign_in(&mock, "buyer@example.test").await;
    let found = waiting.await.unwrap();
    let users: Vec<&Value> = found.as_array().unwrap().iter().map(|entry| &entry["user"]).collect();
    assert_eq!(users, ["buyer@example.test", "buyer@example.test"]);
    let (status, refusal) = ask(&mock, Method::GET, "/_mock/requests/wait?path=/never&timeout=1", Value::Null).await;
    assert_eq!((status, &refusal["error"]), (408, &json!("0 of 1 requests fit after 1 seconds")));
}
