//! The inbox: what the org would have sent to users.

use std::time::Duration;

use http::Method;
use mock_idp::{MessageQuery, MockIdp};
use scraper::{Html, Selector};
use serde_json::{Value, json};

use crate::client::plain;
use crate::control::ask;

/// A request over the back channel, which sends the user a push notification.
async fn push(mock: &MockIdp, user: &str, text: &str) {
    let request = plain().post(format!("{}/oauth2/default/v1/bc/authorize", mock.url()));
    let form = [("login_hint", user), ("scope", "openid"), ("binding_message", text)];
    let request = request.basic_auth(crate::ciba::KIOSK, Some(crate::ciba::SECRET)).form(&form);
    assert_eq!(request.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn messages_are_listed_filtered_read_and_removed() {
    let mock = MockIdp::builder().start().await.unwrap();
    ask(&mock, Method::POST, "/_mock/clock", json!({ "set": "2030-01-31T12:00:00Z", "freeze": true })).await;
    push(&mock, "buyer@example.test", "first").await;
    ask(&mock, Method::POST, "/_mock/clock", json!({ "advance": 60 })).await;
    push(&mock, "admin@example.test", "second").await;

    let list = async |query: &str| {
        let (status, found) = ask(&mock, Method::GET, &format!("/_mock/inbox{query}"), Value::Null).await;
        assert_eq!(status, 200, "{query}: {found}");
        found.as_array().unwrap().iter().map(|message| message["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list("").await, ["2", "1"]);
    for (query, expected) in [
        ("?limit=1", vec!["2"]),
        ("?user=buyer", vec!["1"]),
        ("?to=admin@example.test", vec!["2"]),
        ("?kind=push", vec!["2", "1"]),
        ("?kind=email", vec![]),
        ("?template=ForgotPassword", vec![]),
        ("?since=2030-01-31T12:00:30Z", vec!["2"]),
        ("?after=1", vec!["2"]),
        ("?after=2", vec![]),
    ] {
        assert_eq!(list(query).await, expected, "{query}");
    }
    let (_, message) = ask(&mock, Method::GET, "/_mock/inbox/1", Value::Null).await;
    assert_eq!(
        message,
        json!({
            "id": "1", "time": "2030-01-31T12:00:00Z", "kind": "push", "to": "buyer@example.test", "user": "buyer@example.test",
            "template": null, "subject": null, "text": "Market kiosk asks for your approval: first", "code": null, "link": null,
        })
    );
    assert_eq!(ask(&mock, Method::DELETE, "/_mock/inbox?user=buyer", json!({})).await.1, json!({ "removed": 1 }));
    assert_eq!(ask(&mock, Method::GET, "/_mock/inbox/1", Value::Null).await.0, 404);
    assert_eq!(ask(&mock, Method::DELETE, "/_mock/inbox/1", json!({})).await.0, 404);
    assert_eq!(ask(&mock, Method::DELETE, "/_mock/inbox/2", json!({})).await.1, json!({ "removed": 1 }));
    push(&mock, "buyer@example.test", "third").await;
    assert_eq!(list("").await, ["3"]);
}

#[tokio::test]
async fn an_unknown_filter_value_is_an_error_with_the_known_ones() {
    let mock = MockIdp::builder().start().await.unwrap();
    for (query, error) in [
        ("kind=letter", "kind: \"letter\" is not known"),
        ("template=Forgot", "template: \"Forgot\" is not known"),
        ("user=byer", "no user has the login or id \"byer\""),
        ("after=x", "after: \"x\" is not an id"),
        ("limit=501", "limit: \"501\" is not a number from 1 to 500"),
    ] {
        let (status, refusal) = ask(&mock, Method::GET, &format!("/_mock/inbox?{query}"), Value::Null).await;
        assert_eq!(status, 400, "{query}");
        assert!(refusal["error"].as_str().unwrap().starts_with(error), "{query}: {refusal}");
        assert!(!refusal["expected"].is_null(), "{query}: {refusal}");
    }
}

#[tokio::test]
async fn waiting_returns_the_message_of_the_past_or_the_next_one() {
    let mock = MockIdp::builder().start().await.unwrap();
    let org = mock.org();
    push(&mock, "buyer@example.test", "first").await;
    let query = MessageQuery::default().user("buyer").kind("push");
    let first = org.wait_for_message(Duration::from_secs(5), &query).await.unwrap();
    assert_eq!((first.id.as_str(), first.user.as_deref()), ("1", Some("buyer@example.test")));

    let next = query.clone().after(&first);
    let (second, ()) = tokio::join!(org.wait_for_message(Duration::from_secs(30), &next), async {
        push(&mock, "admin@example.test", "of another user").await;
        push(&mock, "buyer@example.test", "second").await;
    });
    assert_eq!(second.unwrap().text, "Market kiosk asks for your approval: second");

    let refused =
        org.wait_for_message(Duration::from_secs(1), &MessageQuery::default().kind("email")).await.unwrap_err();
    assert_eq!((refused.status, refused.error.as_str()), (408, "no message fits after 1 seconds"));
    assert_eq!(org.messages(&query).await.unwrap().len(), 2);
    assert_eq!(org.clear_messages(&query).await.unwrap(), 2);
    let left = org.messages(&MessageQuery::default()).await.unwrap();
    assert_eq!(left, [org.message(&left[0].id).await.unwrap()]);
    org.remove_message(&left[0].id).await.unwrap();
    assert_eq!(org.message(&left[0].id).await.unwrap_err().status, 404);
}

#[tokio::test]
async fn a_reset_removes_all_messages_and_each_org_has_its_own() {
    let mock = MockIdp::builder().start().await.unwrap();
    push(&mock, "buyer@example.test", "first").await;
    let sandbox = mock.sandbox().await.unwrap();
    assert_eq!(sandbox.messages(&MessageQuery::default()).await.unwrap(), []);
    mock.org().reset().await.unwrap();
    assert_eq!(mock.org().messages(&MessageQuery::default()).await.unwrap(), []);
}

#[tokio::test]
async fn the_page_shows_messages_and_escapes_them() {
    let mock = MockIdp::builder().start().await.unwrap();
    let page = async || {
        let answer = plain().get(format!("{}/_mock/console/inbox", mock.url())).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        Html::parse_document(&answer.text().await.unwrap())
    };
    let texts = |html: &Html, selector: &str| {
        let selector = Selector::parse(selector).unwrap();
        html.select(&selector).map(|element| element.text().collect::<String>()).collect::<Vec<_>>()
    };
    assert_eq!(texts(&page().await, "[data-se=empty]"), ["No message has been sent yet."]);
    push(&mock, "buyer@example.test", "<b>1234</b>").await;
    let html = page().await;
    assert_eq!(texts(&html, "[data-se=message] h2"), ["Push notification"]);
    assert_eq!(texts(&html, "[data-se=to]"), ["buyer@example.test"]);
    assert_eq!(texts(&html, "[data-se=text]"), ["Market kiosk asks for your approval: <b>1234</b>"]);
}

#[tokio::test]
async fn a_fixed_code_of_the_document_is_warned_about_and_has_six_digits() {
    let org = |code: &str| format!("settings:\n  oneTimeCode: {code}\n");
    let mock = MockIdp::builder().org_yaml(org("\"123456\"")).start().await.unwrap();
    let (_, info) = ask(&mock, Method::GET, "/_mock/info", Value::Null).await;
    assert!(info["warnings"].to_string().contains("All codes that the org"), "{info}");
    for code in ["\"12345\"", "1234567", "\"abcdef\""] {
        let refused = mock_idp_core::org::Document::parse(&org(code)).unwrap_err().to_string();
        assert!(refused.starts_with("2:3: "), "{code}: {refused}");
    }
}
