//! Who may call the management API.

use serde_json::json;

use super::{Api, SERVICE, TOKEN};
use crate::org::{TestOrg, model};

#[tokio::test]
async fn the_role_of_the_tokens_owner_decides() {
    let read_only = "00mockReadOnlyApiToken0123456789abcdefghij";
    let without_role = "00mockNoRoleApiToken0123456789abcdefghijkl";
    let org = TestOrg::market()
        .user("00ubuyer0000000005d7", |user| user.roles.push(model(json!({ "type": "READ_ONLY_ADMIN" }))))
        .edit(|document| {
            document.api_tokens.push(model(json!({ "value": read_only, "userId": "00ubuyer0000000005d7" })));
            document.api_tokens.push(model(json!({ "value": without_role, "userId": "00upremium00000005d7" })));
        });
    let mut api = Api::of(org.start().await);
    let zone = json!({ "type": "IP", "name": "office" });
    let denied = (403, "E0000006", "You do not have permission to perform the requested action", vec![]);
    for (token, reads, writes) in [(TOKEN, true, true), (read_only, true, false), (without_role, false, false)] {
        token.clone_into(&mut api.token);
        let (list, created) = (api.get("/api/v1/zones").await, api.post("/api/v1/zones", zone.clone()).await);
        assert_eq!(list.status == 200, reads, "{token} {}", list.body);
        assert_eq!(created.status == 200, writes, "{token} {}", created.body);
        if !writes {
            assert_eq!(created.error(), denied);
        }
    }
}

#[tokio::test]
async fn unknown_tokens_and_missing_ones_get_oktas_errors() {
    let mut api = Api::market().await;
    "00unknown".clone_into(&mut api.token);
    assert_eq!(api.get("/api/v1/zones").await.error(), (401, "E0000011", "Invalid token provided", vec![]));
    let anonymous = api.client.get(format!("{}/api/v1/zones", api.base())).send().await.unwrap();
    assert_eq!(super::Reply::read(anonymous).await.error(), (403, "E0000005", "Invalid session", vec![]));
}

#[tokio::test]
async fn bodies_that_are_not_objects_are_refused() {
    let api = Api::market().await;
    let url = format!("{}/api/v1/zones", api.base());
    let malformed = (400, "E0000003", "The request body was not well-formed.", vec![]);
    for body in ["{", "[]", "\"text\"", "{\"name\": 1, \"type\": \"IP\"}", "{\"name\": \"x\", \"type\": \"NONE\"}"] {
        let request = api.client.post(&url).header("authorization", format!("SSWS {TOKEN}"));
        let request = request.header("content-type", "application/json").body(body);
        assert_eq!(super::Reply::read(request.send().await.unwrap()).await.error(), malformed, "{body}");
    }
    let request = api.client.post(&url).header("authorization", format!("SSWS {TOKEN}"));
    let request = request.header("content-type", "text/plain").body("{}");
    let reply = super::Reply::read(request.send().await.unwrap()).await;
    assert_eq!(reply.error().1, "E0000021");
}

#[tokio::test]
async fn an_access_token_with_a_scope_to_read_changes_nothing() {
    let areas = [
        ("users", "/api/v1/users"),
        ("groups", "/api/v1/groups"),
        ("apps", "/api/v1/apps"),
        ("authorizationServers", "/api/v1/authorizationServers"),
        ("policies", "/api/v1/policies?type=PASSWORD"),
        ("trustedOrigins", "/api/v1/trustedOrigins"),
        ("networkZones", "/api/v1/zones"),
        ("roles", "/api/v1/iam/roles"),
        ("eventHooks", "/api/v1/eventHooks"),
        ("idps", "/api/v1/idps"),
    ];
    let scopes: Vec<String> = areas.iter().map(|(area, _)| format!("okta.{area}.read")).collect();
    let granted: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let api = Api::of(TestOrg::market().grant(SERVICE, &granted).start().await);
    for (own, (area, path)) in granted.iter().zip(areas) {
        let reader = api.with_access_token(&api.service_token(own).await);
        assert_eq!(reader.get(path).await.status, 200, "{area}");
        let path = path.split('?').next().unwrap();
        let request = reader.client.post(format!("{}{path}", reader.base())).header("authorization", &reader.token);
        let refused = request.json(&json!({})).send().await.unwrap();
        let challenge = refused.headers()["www-authenticate"].to_str().unwrap();
        assert!(
            challenge.contains(&format!("scope=\"okta.{area}.manage\", error=\"insufficient_scope\"")),
            "{challenge}"
        );
        assert_eq!(refused.status(), 403, "{area}");
        for (other, path) in areas.iter().filter(|(other, _)| *other != area) {
            assert_eq!(reader.get(path).await.status, 403, "{area} {other}");
        }
    }
}

/// Okta: the token of a user who cannot sign in any more is not valid.
#[tokio::test]
async fn the_token_of_a_user_who_is_not_active_is_not_valid() {
    let token = "00mockBuyersApiToken00123456789abcdefghijk";
    let org = TestOrg::market().user("00ubuyer0000000005d7", |user| {
        user.roles.push(model(json!({ "type": "READ_ONLY_ADMIN" })));
    });
    let org = org.edit(|document| {
        document.api_tokens.push(model(json!({ "value": token, "userId": "00ubuyer0000000005d7" })));
    });
    let admin = Api::of(org.start().await);
    let mut owner = admin.with_token(token);
    assert_eq!(owner.get("/api/v1/zones").await.status, 200);
    admin.post("/api/v1/users/00ubuyer0000000005d7/lifecycle/suspend", json!({})).await;
    assert_eq!(owner.get("/api/v1/zones").await.error(), (401, "E0000011", "Invalid token provided", vec![]));
    TOKEN.clone_into(&mut owner.token);
    assert_eq!(owner.get("/api/v1/zones").await.status, 200);
}
