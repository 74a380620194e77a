//! `/api/v1/mappings`.

use serde_json::{Value, json};

use super::{Api, keys, values};
use crate::flow::WEB;

/// The mapping of one profile to another.
async fn mapping(api: &Api, source: &str, target: &str) -> Value {
    let found = api.get(&format!("/api/v1/mappings?sourceId={source}&targetId={target}")).await.body;
    assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
    found[0].clone()
}

async fn default_type(api: &Api) -> String {
    let types = api.get("/api/v1/meta/types/user").await.body;
    types[0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_app_has_a_mapping_from_and_to_the_default_user_type() {
    let api = Api::market().await;
    let kind = default_type(&api).await;
    let from = mapping(&api, WEB, &kind).await;
    assert_eq!(keys(&from), ["id", "source", "target", "_links"]);
    assert_eq!((&from["source"]["type"], &from["target"]["type"]), (&json!("appuser"), &json!("user")));
    assert_eq!(from["source"]["name"], "oidc_client");
    let to = mapping(&api, &kind, WEB).await;
    let to = api.get(&format!("/api/v1/mappings/{}", to["id"].as_str().unwrap())).await.body;
    assert_eq!(to["properties"]["given_name"], json!({ "expression": "user.firstName", "pushStatus": "DONT_PUSH" }));
    assert_eq!(keys(&to), ["id", "source", "target", "properties", "_links"]);
}

#[tokio::test]
async fn an_identity_provider_is_mapped_to_every_user_type_the_default_one_first() {
    let api = Api::market().await;
    api.create("/api/v1/meta/types/user", json!({ "name": "vendor", "displayName": "Vendor" })).await;
    let provider = json!({
        "type": "GOOGLE", "name": "Google", "protocol": {
            "type": "OIDC", "scopes": ["email"], "credentials": { "client": { "client_id": "a", "client_secret": "b" } },
        },
        "policy": { "subject": { "userNameTemplate": { "template": "idpuser.email" } } },
    });
    let id = api.create("/api/v1/idps", provider).await["id"].as_str().unwrap().to_owned();
    let listed = api.get(&format!("/api/v1/mappings?sourceId={id}")).await.body;
    assert_eq!(values(&listed, "/source/name"), ["google_idp", "google_idp"]);
    assert_eq!(values(&listed, "/target/name"), ["user", "vendor"]);
    assert_eq!(api.post(&format!("/api/v1/idps/{id}/lifecycle/deactivate"), json!({})).await.status, 200);
    assert_eq!(api.delete(&format!("/api/v1/idps/{id}")).await.status, 204);
    assert_eq!(api.get(&format!("/api/v1/mappings?sourceId={id}")).await.body, json!([]));
}

#[tokio::test]
async fn a_change_merges_and_null_removes() {
    let api = Api::market().await;
    let kind = default_type(&api).await;
    let app = api.get("/api/v1/apps?limit=1").await.body[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/mappings/{}", mapping(&api, &app, &kind).await["id"].as_str().unwrap());
    let property = |expression: &str, push: &str| json!({ "expression": expression, "pushStatus": push });
    let body = json!({ "properties": { "nickName": { "expression": "appuser.nickname", "pushStatus": "PUSH" } } });
    let changed = api.post(&path, body).await.body;
    assert_eq!(
        changed["properties"],
        json!({ "email": property("appuser.userName", "DONT_PUSH"), "nickName": property("appuser.nickname", "PUSH") })
    );
    let body = json!({ "properties": { "email": null } });
    let changed = api.post(&path, body).await.body;
    assert_eq!(changed["properties"], json!({ "nickName": property("appuser.nickname", "PUSH") }));
    assert_eq!(api.get(&path).await.body, changed);
    let unknown =
        json!({ "properties": { "email": property("appuser.userName", "PUSH"), "magic": property("1", "PUSH") } });
    assert_eq!(
        api.post(&path, unknown).await.error(),
        (400, "E0000001", "Api validation failed: updateMapping", vec!["Invalid target field magic"])
    );
    assert_eq!(api.get(&path).await.body, changed);
    assert_eq!(
        api.get("/api/v1/mappings/prmunknown").await.error(),
        (404, "E0000007", "Not found: Resource not found: prmunknown (ProfileMapping)", vec![])
    );
}

#[tokio::test]
async fn a_changed_mapping_gives_the_profile_of_app_users() {
    let api = Api::market().await;
    let kind = default_type(&api).await;
    let path = format!("/api/v1/mappings/{}", mapping(&api, &kind, WEB).await["id"].as_str().unwrap());
    let app_user = format!("/api/v1/apps/{WEB}/users/00uadmin0000000005d7");
    let before = api.get(&app_user).await.body["profile"].clone();
    assert_eq!(
        (&before["name"], &before["nickname"], &before["zoneinfo"]),
        (&json!("Ada Admin"), &json!("Ada"), &json!("Europe/London"))
    );
    let body = json!({ "properties": {
        "nickname": { "expression": "String.toUpperCase(user.department)" }, "website": { "expression": "\"https://\" + user.lastName" },
        "given_name": null,
    } });
    assert_eq!(api.post(&path, body).await.status, 200);
    let after = api.get(&app_user).await.body["profile"].clone();
    assert_eq!(
        [&after["nickname"], &after["website"], &after["given_name"], &after["name"]],
        [&json!("OPERATIONS"), &json!("https://Admin"), &Value::Null, &json!("Ada Admin")]
    );
    // What the assignment says wins.
    api.create(&app_user, json!({ "profile": { "nickname": "Countess" } })).await;
    assert_eq!(api.get(&app_user).await.body["profile"]["nickname"], "Countess");
}

#[tokio::test]
async fn a_list_is_paged_without_its_filters_in_the_links() {
    let api = Api::market().await;
    let first = api.get("/api/v1/mappings?limit=3").await;
    assert_eq!(first.body.as_array().unwrap().len(), 3);
    let next = first.links.iter().find(|link| link.contains("next")).unwrap();
    assert!(next.contains("/api/v1/mappings?after=prm") && next.contains("limit=3"), "{next}");
}
