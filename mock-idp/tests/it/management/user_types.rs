//! `/api/v1/meta/types/user`.

use serde_json::json;

use super::{Api, values};

const PATH: &str = "/api/v1/meta/types/user";

#[tokio::test]
async fn a_type_has_a_schema_of_its_own() {
    let api = Api::market().await;
    assert_eq!(values(&api.get(PATH).await.body, "/name"), ["user"]);
    let created = api.post(PATH, json!({ "name": "robot", "displayName": "Robot", "default": true })).await;
    assert_eq!(
        created.keys(),
        [
            "id",
            "displayName",
            "name",
            "description",
            "createdBy",
            "lastUpdatedBy",
            "created",
            "lastUpdated",
            "default",
            "_links",
        ]
    );
    let kind = &created.body;
    let id = kind["id"].as_str().unwrap();
    assert_eq!((&kind["default"], &kind["createdBy"]), (&json!(false), &json!("00uadmin0000000005d7")));
    let schema = kind["_links"]["schema"]["href"].as_str().unwrap().strip_prefix(&api.base()).unwrap().to_owned();
    assert!(schema.ends_with(&id[3..]), "{schema}");
    let attributes = json!({ "model": { "title": "Model", "type": "string" } });
    let body = json!({ "definitions": { "custom": { "properties": attributes } } });
    assert_eq!(api.post(&schema, body).await.status, 200);

    let profile =
        json!({ "login": "r2@new.test", "email": "r2@new.test", "firstName": "R", "lastName": "2", "model": "D2" });
    let untyped = api.post("/api/v1/users", json!({ "profile": profile })).await;
    assert_eq!(untyped.error().3, ["Property name 'model' is not defined in profile"]);
    let robot = api.create("/api/v1/users", json!({ "profile": profile, "type": { "id": id } })).await;
    assert_eq!((&robot["type"]["id"], &robot["profile"]["model"]), (&json!(id), &json!("D2")));

    let path = format!("{PATH}/{id}");
    let updated = api.post(&path, json!({ "displayName": "Machine", "name": "other" })).await.body;
    assert_eq!((&updated["displayName"], &updated["name"]), (&json!("Machine"), &json!("robot")));
    assert_eq!(api.delete(&path).await.error().1, "E0000142");
    let robot = format!("/api/v1/users/{}", robot["id"].as_str().unwrap());
    api.delete(&robot).await;
    api.delete(&robot).await;
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(api.get(&schema).await.status, 404);
}

#[tokio::test]
async fn the_default_type_stays() {
    let api = Api::market().await;
    let id = api.get(PATH).await.body[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(api.delete(&format!("{PATH}/{id}")).await.error().1, "E0000142");
    assert_eq!(
        api.get(&format!("{PATH}/otyunknown")).await.error().2,
        "Not found: Resource not found: otyunknown (CVDType)"
    );
    assert_eq!(api.post(PATH, json!({ "name": "user", "displayName": "x" })).await.error().0, 400);
}
