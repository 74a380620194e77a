//! Changes of users, groups, memberships and assignments in one request.

use http::Method;
use mock_idp::MockIdp;
use serde_json::{Value, json};

use super::ask;
use crate::flow::{WEB, decode};

async fn change(mock: &MockIdp, body: Value) -> (u16, Value) {
    ask(mock, Method::POST, "/_mock/directory", body).await
}

/// The claims of both tokens, or the refusal.
async fn login(mock: &MockIdp, user: &str) -> Result<(Value, Value), Value> {
    let body = json!({ "client": WEB, "user": user, "scopes": ["openid", "email", "profile"] });
    let (status, body) = ask(mock, Method::POST, "/_mock/login", body).await;
    let claims = |name: &str| decode(body["tokens"][name].as_str().unwrap()).1;
    if status == 200 { Ok((claims("access_token"), claims("id_token"))) } else { Err(body) }
}

#[tokio::test]
async fn groups_and_attributes_are_in_the_next_token() {
    let mock = MockIdp::builder().start().await.unwrap();
    assert_eq!(login(&mock, "buyer").await.unwrap().0["market_role"], "shopper");
    let body = json!({
        "users": [{ "user": "buyer", "join": ["Admins"], "leave": ["Buyers"], "profile": { "email": "b@example.test" } }],
        "assignments": [{ "client": "Market demo", "user": "buyer", "profile": { "app_features": ["all"] } }],
    });
    let (status, changed) = change(&mock, body).await;
    let buyer = json!({
        "id": "00ubuyer0000000005d7", "login": "buyer@example.test", "status": "ACTIVE", "groups": ["Everyone", "Admins"],
    });
    assert_eq!((status, changed), (200, json!({ "groups": [], "users": [buyer] })));
    let (access, id) = login(&mock, "buyer").await.unwrap();
    assert_eq!((&access["market_role"], &access["feature_access"]), (&json!("admin"), &json!(["all"])));
    assert_eq!(id["email"], "b@example.test");
    ask(&mock, Method::POST, "/_mock/reset", json!({})).await;
    assert_eq!(login(&mock, "buyer").await.unwrap().0["market_role"], "shopper");
}

#[tokio::test]
async fn new_users_and_groups_are_usable_together() {
    let mock = MockIdp::builder().start().await.unwrap();
    let ada = json!({ "user": "ada@example.test", "profile": { "firstName": "Ada", "lastName": "Lovelace" } });
    let body = json!({
        "groups": [{ "group": "Guests", "members": ["ada@example.test"] }],
        "users": [ada],
        "assignments": [{ "client": "Market demo", "group": "Guests" }],
    });
    let (status, changed) = change(&mock, body).await;
    assert_eq!(status, 200, "{changed}");
    assert_eq!(changed["users"][0]["groups"], json!(["Everyone", "Guests"]));
    let id = changed["users"][0]["id"].as_str().unwrap();
    assert!(id.starts_with("00u") && id.len() == 20, "{id}");
    let (access, _) = login(&mock, "ada").await.unwrap();
    assert_eq!((&access["uid"], &access["sub"]), (&json!(id), &json!("ada@example.test")));

    let removal = json!({ "groups": [{ "group": "Guests", "remove": true }], "users": [{ "user": "ada", "remove": true }],
        "assignments": [{ "client": "Market demo", "group": "Guests", "remove": true }] });
    assert_eq!(change(&mock, removal).await, (200, json!({ "groups": [], "users": [] })));
    let refused = login(&mock, "ada").await.unwrap_err();
    assert!(refused["error"].as_str().unwrap().starts_with("user: no user"), "{refused}");
}

#[tokio::test]
async fn a_suspended_user_cannot_sign_in() {
    let mock = MockIdp::builder().start().await.unwrap();
    let body = json!({ "users": [{ "user": "buyer", "status": "SUSPENDED" }] });
    assert_eq!(change(&mock, body).await.0, 200);
    assert_eq!(login(&mock, "buyer").await.unwrap_err()["refused"]["shown"], "sign_in_page");
}

#[tokio::test]
async fn an_invalid_change_is_refused_with_its_place_and_nothing_is_changed() {
    let mock = MockIdp::builder().start().await.unwrap();
    let good = json!({ "user": "buyer", "join": ["Admins"] });
    for (body, error) in [
        (json!({}), "the body changes nothing"),
        (
            json!({ "users": [good, { "user": "admin", "join": ["Admin"] }] }),
            "users[1].join: no group is named \"Admin\"; did you mean",
        ),
        (
            json!({ "users": [good, { "user": "ada" }] }),
            "users[1]: no user has the login \"ada\", and a new one: missing field",
        ),
        (
            json!({ "users": [good, { "user": "admin", "profile": { "login": null } }] }),
            "users[1].profile: missing field `login`",
        ),
        (
            json!({ "users": [good, { "user": "admin", "groups": ["Everyone"] }] }),
            "users[1].groups: all users are members",
        ),
        (
            json!({ "users": [good], "assignments": [{ "client": WEB }] }),
            "assignments[0]: either user or group is needed",
        ),
        (
            json!({ "users": [good], "groups": [{ "group": "Missing", "remove": true }] }),
            "groups[0]: no group is named \"Missing\"",
        ),
        (
            json!({ "users": [good, { "user": "admin", "status": "ASLEEP" }] }),
            "users[1].status: unknown variant `ASLEEP`",
        ),
        (json!({ "users": [good], "groups": [{ "group": "Buyers", "remove": true }] }), "00gbuyers"),
    ] {
        let (status, refusal) = change(&mock, body.clone()).await;
        assert_eq!(status, 400, "{body}");
        assert!(refusal["error"].as_str().unwrap().contains(error), "{body}: {refusal}");
    }
    assert_eq!(login(&mock, "buyer").await.unwrap().0["market_role"], "shopper");
}
