//! `/api/v1/eventHooks`.

use serde_json::{Value, json};

use super::{Api, keys};

const PATH: &str = "/api/v1/eventHooks";

fn hook() -> Value {
    let items = ["user.lifecycle.delete.initiated", "user.lifecycle.create", "user.account.update_profile"];
    json!({
        "name": "a", "events": { "type": "EVENT_TYPE", "items": items },
        "channel": { "type": "HTTP", "version": "1.0.0", "config": { "uri": "https://example.com/a" } },
    })
}

#[tokio::test]
async fn a_hook_is_created_replaced_deactivated_and_removed() {
    let api = Api::market().await;
    let created = api.post(PATH, hook()).await;
    assert_eq!(created.status, 200);
    assert_eq!(
        created.keys(),
        [
            "id",
            "status",
            "verificationStatus",
            "name",
            "description",
            "created",
            "createdBy",
            "lastUpdated",
            "events",
            "channel",
            "_links"
        ]
    );
    let events = ["user.lifecycle.create", "user.account.update_profile", "user.lifecycle.delete.initiated"];
    assert_eq!(created.body["events"], json!({ "type": "EVENT_TYPE", "items": events, "filter": null }));
    assert_eq!(created.body["verificationStatus"], "UNVERIFIED");
    assert_eq!(created.body["channel"]["config"]["authScheme"], Value::Null);
    assert_eq!(keys(&created.body["_links"]), ["self", "verify", "deactivate"]);
    assert!(created.body["createdBy"].as_str().unwrap().starts_with("00u"));

    let path = format!("{PATH}/{}", created.body["id"].as_str().unwrap());
    assert_eq!(api.delete(&path).await.error().1, "E0000006");
    let mut body = hook();
    body["status"] = "INACTIVE".into();
    body["description"] = "changed".into();
    let replaced = api.put(&path, body).await;
    assert_eq!((&replaced.body["status"], &replaced.body["description"]), (&json!("INACTIVE"), &json!("changed")));
    assert_eq!(keys(&replaced.body["_links"]), ["activate", "self", "delete"]);
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(api.get(PATH).await.body, json!([]));
}

#[tokio::test]
async fn a_hook_without_events_or_channel_is_refused() {
    let api = Api::market().await;
    let blank = ["name", "events", "channel"].map(|member| format!("{member}: The field cannot be left blank"));
    assert_eq!(api.post(PATH, json!({})).await.error().3, blank);
    let mut wrong = hook();
    wrong["events"]["items"] = json!("all");
    assert_eq!(api.post(PATH, wrong).await.error().1, "E0000003");
}
