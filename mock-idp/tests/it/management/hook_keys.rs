//! `/api/v1/hook-keys`.

use serde_json::json;

use super::{Api, keys, values};

const PATH: &str = "/api/v1/hook-keys";

#[tokio::test]
async fn a_key_is_created_renamed_and_removed() {
    let api = Api::market().await;
    let created = api.post(PATH, json!({ "name": "Loyalty" })).await;
    assert_eq!(created.status.as_u16(), 200);
    assert_eq!(created.keys(), ["id", "keyId", "name", "created", "lastUpdated", "isUsed", "_embedded"]);
    assert_eq!(keys(&created.body["_embedded"]), ["kty", "alg", "kid", "use", "e", "n"]);
    let (id, alias) = (created.body["id"].as_str().unwrap(), created.body["keyId"].as_str().unwrap());
    assert!(id.starts_with("HKY") && id.len() == 20 && alias.len() == 36, "{id} {alias}");
    assert_eq!((&created.body["isUsed"], &created.body["_embedded"]["kid"]), (&json!(false), &json!(alias)));
    let own = format!("{PATH}/{id}");
    let shown = api.get(&own).await;
    assert_eq!(shown.keys(), ["id", "keyId", "name", "created", "lastUpdated", "isUsed"]);
    assert_eq!(api.get(&format!("{own}?expand=publickey")).await.body, created.body);
    assert_eq!(api.get(&format!("{PATH}/public/{alias}")).await.body, created.body["_embedded"]);
    assert_eq!(api.get(PATH).await.body, json!([shown.body]));
    let other = api.create(PATH, json!({ "name": "Other" })).await;
    assert_ne!(other["_embedded"]["n"], created.body["_embedded"]["n"]);
    for wrong in [json!({}), json!({ "name": "" }), json!({ "name": "Other" }), json!({ "name": "x".repeat(256) })] {
        assert_eq!(api.post(PATH, wrong.clone()).await.error().1, "E0000001");
        assert_eq!(api.put(&own, wrong).await.error().1, "E0000001");
    }
    let renamed = api.put(&own, json!({ "name": "Points" })).await.body;
    assert_eq!((&renamed["name"], &renamed["_embedded"]), (&json!("Points"), &created.body["_embedded"]));
    assert_eq!(api.delete(&own).await.status, 204);
    assert_eq!(
        api.get(&own).await.error(),
        (404, "E0000007", &*format!("Not found: Resource not found: {id} (HookKey)"), vec![])
    );
    let events = api.get("/api/v1/logs?filter=eventType+sw+%22system.hook.key%22").await.body;
    let types = ["created", "created", "updated", "deleted"].map(|name| format!("system.hook.key.{name}"));
    assert_eq!(values(&events, "/eventType"), types);
    assert_eq!(values(&events, "/displayMessage")[0], "Create a new hook key");
}

#[tokio::test]
async fn a_key_that_a_hook_uses_cannot_be_removed() {
    let api = Api::market().await;
    let key = api.create(PATH, json!({ "name": "Loyalty" })).await;
    let own = format!("{PATH}/{}", key["id"].as_str().unwrap());
    let hook = json!({
        "name": "Loyalty", "type": "com.okta.oauth2.tokens.transform", "version": "1.0.0",
        "channel": { "type": "OAUTH", "version": "1.0.0", "config": {
            "uri": "http://localhost:9/hook", "method": "POST", "authType": "private_key_jwt", "clientId": "loyalty",
            "tokenUrl": "http://localhost:9/token", "scope": "hook", "hookKeyId": key["id"],
        } },
    });
    let hook = api.create("/api/v1/inlineHooks", hook).await;
    assert_eq!(hook["channel"]["config"]["hookKeyId"], key["id"]);
    assert_eq!(api.get(&own).await.body["isUsed"], true);
    assert_eq!(api.delete(&own).await.error().0, 403);
    let hook = format!("/api/v1/inlineHooks/{}", hook["id"].as_str().unwrap());
    api.create(&format!("{hook}/lifecycle/deactivate"), json!({})).await;
    api.delete(&hook).await;
    assert_eq!(api.delete(&own).await.status, 204);
}
