//! Event hooks: verification and deliveries.

use mock_idp::MockIdp;
use mock_idp_core::org::{Document, EventHookVerification};
use serde_json::{Value, json};

use super::{HookReply, HookServer, TOKEN, events, types};
use crate::org::TestOrg;

async fn call(mock: &MockIdp, method: &str, path: &str, body: Value) -> (u16, Value) {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let request = crate::client::plain().request(method, format!("{}{path}", mock.url()));
    let response = request.header("authorization", format!("SSWS {TOKEN}")).json(&body).send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or_default())
}

fn hook(name: &str, uri: &str, items: &[&str], filter: Value) -> Value {
    let scheme = json!({ "type": "HEADER", "key": "authorization", "value": "s3cret" });
    json!({
        "name": name, "events": { "type": "EVENT_TYPE", "items": items, "filter": filter },
        "channel": { "type": "HTTP", "version": "1.0.0", "config": { "uri": uri, "authScheme": scheme } },
    })
}

/// Creates a hook and verifies it; its path.
async fn verified(mock: &MockIdp, body: Value, server: &mut HookServer) -> String {
    let (status, created) = call(mock, "POST", "/api/v1/eventHooks", body).await;
    assert_eq!(status, 200, "{created}");
    let path = format!("/api/v1/eventHooks/{}", created["id"].as_str().unwrap());
    server.answer_with(HookReply::Verification);
    let (status, hook) = call(mock, "POST", &format!("{path}/lifecycle/verify"), Value::Null).await;
    assert_eq!((status, &hook["verificationStatus"]), (200, &json!("VERIFIED")), "{hook}");
    server.next().await;
    server.answer_with(HookReply::Json(204, Value::Null));
    path
}

async fn create_group(mock: &MockIdp, name: &str) -> String {
    let (status, group) = call(mock, "POST", "/api/v1/groups", json!({ "profile": { "name": name } })).await;
    assert_eq!(status, 200);
    group["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_hook_is_verified_by_its_challenge_and_again_after_a_change() {
    let mock = MockIdp::builder().start().await.unwrap();
    let mut server = HookServer::start(HookReply::Json(200, json!({ "verification": "wrong" }))).await;
    let body = hook("a", &server.url, &["group.lifecycle.create"], Value::Null);
    let (_, created) = call(&mock, "POST", "/api/v1/eventHooks", body.clone()).await;
    let path = format!("/api/v1/eventHooks/{}", created["id"].as_str().unwrap());
    let verify = format!("{path}/lifecycle/verify");
    let (status, refused) = call(&mock, "POST", &verify, Value::Null).await;
    assert_eq!((status, &refused["errorCode"]), (400, &json!("E0000001")));
    let request = server.next().await;
    assert_eq!((request.method.as_str(), request.header("authorization")), ("GET", Some("s3cret")));
    assert!(request.header("x-okta-verification-challenge").is_some_and(|challenge| challenge.len() > 20));
    // Not verified: nothing is delivered.
    create_group(&mock, "before").await;

    server.answer_with(HookReply::Verification);
    let (status, hook) = call(&mock, "POST", &verify, Value::Null).await;
    assert_eq!((status, &hook["verificationStatus"]), (200, &json!("VERIFIED")));
    assert_eq!(server.next().await.method.as_str(), "GET");
    let (_, replaced) = call(&mock, "PUT", &path, body).await;
    assert_eq!(replaced["verificationStatus"], "UNVERIFIED");
    let found = events(&mock, "eventType sw \"event_hook\"").await;
    assert_eq!(
        types(&found),
        ["event_hook.created", "event_hook.verified", "event_hook.verified", "event_hook.updated"]
    );
    let results: Vec<&Value> = found.iter().map(|event| &event["outcome"]["result"]).collect();
    assert_eq!(results, ["SUCCESS", "FAILURE", "SUCCESS", "SUCCESS"]);
    assert_eq!(call(&mock, "POST", "/api/v1/eventHooks/whonone/lifecycle/verify", Value::Null).await.0, 404);
    assert!(server.calls.try_recv().is_err());
}

#[tokio::test]
async fn an_assumed_verification_does_not_ask_the_target() {
    let assumed = |document: &mut Document| document.settings.event_hook_verification = EventHookVerification::Assumed;
    let mock = TestOrg::market().edit(assumed).start().await;
    let body = hook("a", "https://hook.example.test/", &["group.lifecycle.create"], Value::Null);
    let (_, created) = call(&mock, "POST", "/api/v1/eventHooks", body).await;
    let verify = format!("/api/v1/eventHooks/{}/lifecycle/verify", created["id"].as_str().unwrap());
    let (status, hook) = call(&mock, "POST", &verify, Value::Null).await;
    assert_eq!((status, &hook["verificationStatus"]), (200, &json!("VERIFIED")));
    assert_eq!(types(&events(&mock, "eventType eq \"event_hook.verified\"").await), ["event_hook.verified"]);
}

#[tokio::test]
async fn events_are_delivered_in_oktas_payload_to_the_hooks_that_ask_for_them() {
    let mock = MockIdp::builder().start().await.unwrap();
    let mut server = HookServer::start(HookReply::Verification).await;
    let mut other = HookServer::start(HookReply::Verification).await;
    let items = ["group.lifecycle.create", "app.oauth2.as.token.grant.access_token"];
    let path = verified(&mock, hook("groups", &server.url, &items, Value::Null), &mut server).await;
    verified(&mock, hook("users", &other.url, &["user.lifecycle.create"], Value::Null), &mut other).await;
    let group = create_group(&mock, "Sales").await;
    let delivery = server.next().await;
    assert_eq!((delivery.method.as_str(), delivery.header("authorization")), ("POST", Some("s3cret")));
    assert_eq!(
        (delivery.header("accept"), delivery.header("content-type")),
        (Some("application/json"), Some("application/json"))
    );
    let body = delivery.body;
    let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "eventType",
            "eventTypeVersion",
            "cloudEventsVersion",
            "source",
            "eventId",
            "data",
            "eventTime",
            "contentType"
        ]
    );
    assert_eq!(
        (&body["eventType"], &body["source"]),
        (&json!("com.okta.event_hook"), &json!(format!("{}{path}", mock.url())))
    );
    let event = &body["data"]["events"][0];
    assert_eq!((&event["eventType"], &event["target"][0]["id"]), (&json!("group.lifecycle.create"), &json!(group)));
    let logged = events(&mock, "eventType eq \"group.lifecycle.create\"").await;
    assert_eq!((&event["uuid"], &event["published"]), (&logged[0]["uuid"], &logged[0]["published"]));
    assert_eq!(event["client"]["ipChain"][0]["ip"], "127.0.0.1");
    assert!(other.calls.try_recv().is_err());
    // The journal has the delivery under the address of the hook.
    let waited = format!("{}/_mock/requests/wait?path={}&status=204", mock.url(), server.url);
    let found: Value = crate::client::plain().get(waited).send().await.unwrap().json().await.unwrap();
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
}

#[tokio::test]
async fn a_filter_selects_events_and_a_wrong_one_is_refused() {
    let mock = MockIdp::builder().start().await.unwrap();
    let mut server = HookServer::start(HookReply::Verification).await;
    let filter = |expression: &str| {
        let condition = json!({ "version": null, "expression": expression });
        let entry = json!({ "event": "group.lifecycle.create", "condition": condition });
        json!({ "type": "EXPRESSION_LANGUAGE", "eventFilterMap": [entry] })
    };
    let items = ["group.lifecycle.create", "group.lifecycle.delete"];
    let sales = filter("event.target.?[displayName eq 'Sales'].size()>0");
    verified(&mock, hook("a", &server.url, &items, sales), &mut server).await;
    let support = create_group(&mock, "Support").await;
    call(&mock, "DELETE", &format!("/api/v1/groups/{support}"), Value::Null).await;
    create_group(&mock, "Sales").await;
    let mut names = Vec::new();
    while names.len() < 2 {
        let body = server.next().await.body;
        for event in body["data"]["events"].as_array().unwrap() {
            names.push((
                event["eventType"].as_str().unwrap().to_owned(),
                event["target"][0]["displayName"].as_str().unwrap().to_owned(),
            ));
        }
    }
    let expected = [("group.lifecycle.delete", "Support"), ("group.lifecycle.create", "Sales")];
    assert_eq!(names, expected.map(|(kind, name)| (kind.to_owned(), name.to_owned())));
    let wrong = hook("b", &server.url, &items, filter("event.target.?["));
    assert_eq!(call(&mock, "POST", "/api/v1/eventHooks", wrong).await.0, 400);
}

#[tokio::test]
async fn a_delivery_is_tried_once_more_after_a_server_error_only() {
    let mock = MockIdp::builder().start().await.unwrap();
    let mut server = HookServer::start(HookReply::Verification).await;
    verified(&mock, hook("a", &server.url, &["group.lifecycle.create"], Value::Null), &mut server).await;
    server.answer_with(HookReply::Json(503, json!({})));
    create_group(&mock, "one").await;
    let (first, second) = (server.next().await.body, server.next().await.body);
    assert_eq!((&first["eventId"], &first["data"]), (&second["eventId"], &second["data"]));
    let waited = format!("{}/_mock/requests/wait?path={}&status=503&count=2", mock.url(), server.url);
    crate::client::plain().get(waited).send().await.unwrap();
    server.answer_with(HookReply::Json(400, json!({})));
    create_group(&mock, "two").await;
    assert_eq!(server.next().await.body["data"]["events"][0]["target"][0]["displayName"], "two");
    server.answer_with(HookReply::Json(204, Value::Null));
    create_group(&mock, "three").await;
    assert_eq!(server.next().await.body["data"]["events"][0]["target"][0]["displayName"], "three");
    let failed = events(&mock, "eventType eq \"event_hook.delivery\"").await;
    let reasons: Vec<&Value> = failed.iter().map(|event| &event["outcome"]["reason"]).collect();
    assert_eq!(reasons, ["status 503", "status 400"]);
    assert_eq!(failed[0]["transaction"]["type"], "JOB");
}
