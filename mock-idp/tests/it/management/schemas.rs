//! `/api/v1/meta/schemas`.

use serde_json::{Value, json};

use super::{Api, keys, values};
use crate::flow::{WEB, authorize, browser, code_request, decode, parameter, redeem};

const USER: &str = "/api/v1/meta/schemas/user/default";

fn custom(attributes: Value) -> Value {
    json!({ "definitions": { "custom": { "id": "#custom", "type": "object", "properties": attributes } } })
}

fn user(login: &str, attributes: Value) -> Value {
    let mut profile = json!({ "login": login, "email": login, "firstName": "Nora", "lastName": "New" });
    profile.as_object_mut().unwrap().extend(attributes.as_object().unwrap().clone());
    json!({ "profile": profile })
}

#[tokio::test]
async fn the_user_schema_has_oktas_layout_and_base_attributes() {
    let api = Api::market().await;
    let schema = api.get(USER).await;
    assert_eq!(
        schema.keys(),
        [
            "id",
            "$schema",
            "name",
            "title",
            "description",
            "lastUpdated",
            "created",
            "definitions",
            "type",
            "properties",
            "_links",
        ]
    );
    assert_eq!(schema.body["id"], format!("{}/meta/schemas/user/default", api.base()));
    let base = &schema.body["definitions"]["base"];
    assert_eq!(base["properties"].as_object().unwrap().len(), 31);
    assert_eq!(base["required"], json!(["login", "firstName", "lastName", "email"]));
    assert_eq!(
        base["properties"]["login"],
        json!({
            "title": "Username", "type": "string", "required": true, "mutability": "READ_WRITE", "scope": "NONE",
            "minLength": 5, "maxLength": 100, "permissions": [{ "principal": "SELF", "action": "READ_ONLY" }],
            "master": { "type": "PROFILE_MASTER" },
        })
    );
    let own = schema.body["_links"]["self"]["href"].as_str().unwrap();
    let path = own.strip_prefix(&api.base()).unwrap();
    assert_eq!(api.get(path).await.body["definitions"], schema.body["definitions"]);
}

#[tokio::test]
async fn custom_attributes_are_added_enforced_and_removed() {
    let api = Api::market().await;
    let attributes = json!({
        "shoe": { "title": "Shoe size", "type": "integer", "required": false, "unknown": 1 },
        "tags": { "type": "array", "items": { "type": "string", "enum": ["a", "b"] } },
        "badge": { "title": "Badge", "type": "string", "unique": "UNIQUE_VALIDATED", "maxLength": 3 },
    });
    let schema = api.post(USER, custom(attributes)).await;
    assert_eq!(schema.status, 200);
    let shoe = &schema.body["definitions"]["custom"]["properties"]["shoe"];
    assert_eq!(keys(shoe), ["title", "type", "mutability", "scope", "permissions", "master"]);

    let created =
        api.create("/api/v1/users", user("a@new.test", json!({ "shoe": 44, "tags": ["a"], "badge": "x1" }))).await;
    assert_eq!((&created["profile"]["shoe"], &created["profile"]["tags"]), (&json!(44), &json!(["a"])));
    for wrong in
        [json!({ "shoe": "big" }), json!({ "tags": ["c"] }), json!({ "badge": "x1" }), json!({ "badge": "long" })]
    {
        let reply = api.post("/api/v1/users", user("b@new.test", wrong.clone())).await;
        assert_eq!(reply.error().1, "E0000001", "{wrong}");
    }
    let removed = api.post(USER, custom(json!({ "shoe": null }))).await;
    assert_eq!(removed.body["definitions"]["custom"]["properties"]["shoe"], Value::Null);
    let path = format!("/api/v1/users/{}", created["id"].as_str().unwrap());
    assert_eq!(api.get(&path).await.body["profile"]["shoe"], Value::Null);
    let reply = api.post("/api/v1/users", user("b@new.test", json!({ "shoe": 44 }))).await;
    assert_eq!(reply.error().3, ["Property name 'shoe' is not defined in profile"]);
}

#[tokio::test]
async fn base_attributes_can_become_required() {
    let api = Api::market().await;
    let body = json!({ "definitions": { "base": { "properties": { "title": { "required": true } } } } });
    let schema = api.post(USER, body).await.body;
    assert!(schema["definitions"]["base"]["required"].as_array().unwrap().contains(&json!("title")));
    let reply = api.post("/api/v1/users", user("a@new.test", json!({}))).await;
    assert_eq!(reply.error().3, ["title: The field cannot be left blank"]);
}

#[tokio::test]
async fn groups_have_custom_attributes_too() {
    let api = Api::market().await;
    api.create("/api/v1/meta/schemas/group/default", custom(json!({ "cost": { "title": "Cost", "type": "number" } })))
        .await;
    let group = api.create("/api/v1/groups", json!({ "profile": { "name": "Paid", "cost": 1.5 } })).await;
    assert_eq!(group["profile"]["cost"], 1.5);
    let wrong = api.post("/api/v1/groups", json!({ "profile": { "name": "Free", "cost": "no" } })).await;
    assert_eq!(wrong.error().1, "E0000001");
}

#[tokio::test]
async fn the_schema_of_an_apps_users_has_oktas_attributes() {
    let api = Api::market().await;
    let path = "/api/v1/meta/schemas/apps/0oamarketsecond005d7/default".to_owned();
    let schema = api.get(&path).await;
    assert_eq!(
        schema.keys(),
        ["id", "$schema", "name", "title", "lastUpdated", "created", "definitions", "type", "properties"]
    );
    let base = &schema.body["definitions"]["base"];
    assert_eq!((base["properties"].as_object().unwrap().len(), &base["required"]), (21, &json!(["userName"])));
    let changed = api
        .post(&path, custom(json!({ "level": { "title": "Level", "type": "array", "items": { "type": "object" } } })))
        .await;
    assert_eq!(
        changed.body["definitions"]["custom"]["properties"]["level"],
        json!({
            "title": "Level", "type": "array", "scope": "NONE",
            "items": { "type": "object", "additionalProperties": true }, "union": "DISABLE",
        })
    );
    assert_eq!(api.get(&path).await.body, changed.body);
    let unknown = api.get("/api/v1/meta/schemas/apps/0oaunknown/default").await;
    assert_eq!(unknown.error().2, "Not found: Resource not found: 0oaunknown (AppInstance)");
}

#[tokio::test]
async fn an_attribute_of_the_api_is_known_to_claims_rules_and_previews() {
    let api = Api::market().await;
    api.create(USER, custom(json!({ "badge": { "title": "Badge", "type": "string" } }))).await;
    let buyer = "00ubuyer0000000005d7";
    api.create(&format!("/api/v1/users/{buyer}"), json!({ "profile": { "badge": "gold" } })).await;
    let claim = json!({ "name": "badge", "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": "user.badge" });
    api.create("/api/v1/authorizationServers/default/claims", claim).await;

    let preview = api.get(&format!("/_mock/explain?client={WEB}&user=buyer&scope=openid")).await.body;
    assert_eq!(preview["token"]["access_token"]["payload"]["badge"], "gold", "{preview}");
    let arrived = authorize(&api.mock, &browser(), "buyer@example.test", &code_request(WEB, "openid")).await;
    let tokens: Value = redeem(&api.mock, &parameter(&arrived, "code").unwrap()).await.json().await.unwrap();
    assert_eq!(decode(tokens["access_token"].as_str().unwrap()).1["badge"], "gold");

    let group = api.create("/api/v1/groups", json!({ "profile": { "name": "Gold" } })).await;
    let rule = json!({
        "type": "group_rule", "name": "gold",
        "conditions": { "expression": { "type": "urn:okta:expression:1.0", "value": "user.badge == \"gold\"" } },
        "actions": { "assignUserToGroups": { "groupIds": [group["id"]] } },
    });
    let rule = api.create("/api/v1/groups/rules", rule).await;
    api.create(&format!("/api/v1/groups/rules/{}/lifecycle/activate", rule["id"].as_str().unwrap()), json!({})).await;
    let members = api.get(&format!("/api/v1/groups/{}/users", group["id"].as_str().unwrap())).await.body;
    assert_eq!(values(&members, "/id"), [buyer]);
}

/// SDKs send the whole schema back.
#[tokio::test]
async fn a_schema_with_many_attributes_is_sent_back_whole_and_a_body_of_more_than_a_mebibyte_is_refused() {
    let api = Api::market().await;
    let attribute = |number: usize| {
        let description = "An attribute with a long description. ".repeat(10);
        (format!("attribute{number}"), json!({ "title": "Attribute", "type": "string", "description": description }))
    };
    let many: serde_json::Map<String, Value> = (0..200).map(attribute).collect();
    let schema = api.create(USER, custom(Value::Object(many))).await;
    assert!(schema.to_string().len() > 64 * 1024);
    let again = api.post(USER, schema.clone()).await;
    assert_eq!((again.status.as_u16(), &again.body["definitions"]), (200, &schema["definitions"]));
    let url = format!("{}{USER}", api.base());
    let request = api.client.post(url).header("authorization", format!("SSWS {}", api.token));
    let request = request.header("content-type", "application/json").body(" ".repeat(1024 * 1024 + 1));
    assert_eq!(request.send().await.unwrap().status(), 413);
}
