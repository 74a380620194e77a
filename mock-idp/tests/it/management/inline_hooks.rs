//! `/api/v1/inlineHooks`.

use mock_idp_core::model::DirectoryKind;
use serde_json::{Value, json};

use super::{Api, keys, values};

const PATH: &str = "/api/v1/inlineHooks";

fn hook(name: &str) -> Value {
    let scheme = json!({ "type": "HEADER", "key": "Authorization", "value": "secret" });
    json!({
        "name": name, "status": "INACTIVE", "type": "com.okta.oauth2.tokens.transform", "version": "1.0.1",
        "channel": { "type": "HTTP", "version": "1.0.0", "config": { "authScheme": scheme, "uri": "https://example.com/a" } },
    })
}

#[tokio::test]
async fn a_hook_is_created_replaced_deactivated_and_removed() {
    let api = Api::market().await;
    let created = api.post(PATH, hook("a")).await;
    assert_eq!(created.status, 200);
    assert_eq!(
        created.keys(),
        ["id", "status", "name", "type", "version", "channel", "created", "lastUpdated", "_links"]
    );
    assert_eq!(created.body["status"], "ACTIVE");
    assert_eq!(
        created.body["channel"]["config"],
        json!({
            "uri": "https://example.com/a", "headers": [], "method": "POST",
            "authScheme": { "type": "HEADER", "key": "Authorization" },
        })
    );
    assert_eq!(keys(&created.body["_links"]), ["self", "execute", "deactivate"]);
    let path = format!("{PATH}/{}", created.body["id"].as_str().unwrap());
    assert_eq!(api.delete(&path).await.error().1, "E0000006");

    let mut other = hook("b");
    other["channel"]["config"]["authScheme"] = Value::Null;
    let replaced = api.put(&path, other).await;
    assert_eq!((&replaced.body["name"], &replaced.body["status"]), (&json!("b"), &json!("ACTIVE")));
    assert_eq!(replaced.body["channel"]["config"]["authScheme"], Value::Null);

    let inactive = api.post(&format!("{path}/lifecycle/deactivate"), json!({})).await;
    assert_eq!((inactive.status.as_u16(), &inactive.body["status"]), (200, &json!("INACTIVE")));
    assert_eq!(keys(&inactive.body["_links"]), ["activate", "self", "delete"]);
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(api.get(&path).await.error().1, "E0000007");
}

#[tokio::test]
async fn a_hook_of_a_type_that_is_not_called_is_reported_while_it_is_active() {
    let api = Api::market().await;
    let warnings = async || {
        let info = crate::client::plain().get(format!("{}/_mock/info", api.base())).send().await.unwrap();
        info.json::<Value>().await.unwrap()["warnings"].clone()
    };
    api.create(PATH, hook("called")).await;
    let before = warnings().await;
    let mut body = hook("imports");
    body["type"] = "com.okta.import.transform".into();
    let created = api.create(PATH, body).await;
    let reported = warnings().await;
    let text = "the inline hook `imports` is not called: the mock calls only those of the type \
                com.okta.oauth2.tokens.transform";
    assert_eq!(reported.as_array().unwrap().last(), Some(&json!(text)), "{reported}");
    let path = format!("{PATH}/{}", created["id"].as_str().unwrap());
    api.post(&format!("{path}/lifecycle/deactivate"), json!({})).await;
    assert_eq!(warnings().await, before);
}

#[tokio::test]
async fn secrets_of_a_hook_are_never_shown() {
    let api = Api::market().await;
    let mut body = hook("a");
    body["channel"]["type"] = "OAUTH".into();
    let more =
        json!({ "clientId": "c", "clientSecret": "s", "tokenUrl": "https://a.example", "authType": "x", "scope": "y" });
    body["channel"]["config"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let created = api.create(PATH, body).await;
    let config = &created["channel"]["config"];
    let shown = ["uri", "headers", "method", "authScheme", "clientId", "tokenUrl", "authType", "scope"];
    assert_eq!(keys(config), shown);
    let path = format!("{PATH}/{}", created["id"].as_str().unwrap());
    let replaced = api.put(&path, created.clone()).await;
    assert_eq!(replaced.body["channel"], created["channel"]);
}

#[tokio::test]
async fn hooks_are_listed_by_type_and_invalid_ones_are_refused() {
    let api = Api::market().await;
    api.create(PATH, hook("a")).await;
    let mut other = hook("b");
    other["type"] = "com.okta.import.transform".into();
    api.create(PATH, other).await;
    assert_eq!(values(&api.get(PATH).await.body, "/name"), ["a", "b"]);
    let of_type = api.get(&format!("{PATH}?type=com.okta.import.transform")).await;
    assert_eq!(values(&of_type.body, "/name"), ["b"]);
    let taken = "name: An object with this field already exists in the current organization";
    assert_eq!(api.post(PATH, hook("a")).await.error(), (400, "E0000001", "Api validation failed: name", vec![taken]));
    let mut nowhere = hook("c");
    nowhere["channel"]["config"]["uri"] = Value::Null;
    assert_eq!(api.post(PATH, nowhere).await.error().3, ["channel.config.uri: The field cannot be left blank"]);
    let mut unknown = hook("c");
    unknown["channel"]["type"] = "MAIL".into();
    assert_eq!(api.post(PATH, unknown).await.error().1, "E0000003");
}

#[tokio::test]
async fn a_hook_is_changed_in_part() {
    let api = Api::market().await;
    let body = json!({
        "name": "Part", "type": "com.okta.oauth2.tokens.transform", "version": "1.0.0",
        "channel": { "type": "HTTP", "version": "1.0.0", "config": {
            "uri": "https://hooks.example.test/a", "method": "POST",
            "authScheme": { "type": "HEADER", "key": "authorization", "value": "s3cret" },
        } },
    });
    let hook = api.create("/api/v1/inlineHooks", body).await;
    let path = format!("/api/v1/inlineHooks/{}", hook["id"].as_str().unwrap());
    let changed = api.post(&path, json!({ "name": "Renamed" })).await;
    assert_eq!((changed.status.as_u16(), &changed.body["name"]), (200, &json!("Renamed")));
    assert_eq!(changed.body["channel"], hook["channel"]);
    assert_eq!(api.get(&path).await.body, changed.body);
    let document = api.mock.document();
    let stored = document.directory[&DirectoryKind::InlineHook].iter().find(|known| known.name() == "Renamed").unwrap();
    let secret = stored.members["channel"].pointer("/config/authScheme/value");
    assert_eq!(secret, Some(&json!("s3cret")), "the secret stays");
    assert_eq!(api.post("/api/v1/inlineHooks/unknown", json!({ "name": "x" })).await.refusal(), (404, "E0000007"));
}
