//! Who may call the management API.

use serde_json::json;

use super::{Api, TOKEN};
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
