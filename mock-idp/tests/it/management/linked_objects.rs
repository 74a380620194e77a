//! Links between users.

use serde_json::json;

use super::Api;

const PATH: &str = "/api/v1/meta/schemas/user/linkedObjects";

#[tokio::test]
async fn users_are_linked_by_a_definition() {
    let api = Api::market().await;
    let side = |name: &str| json!({ "name": name, "title": name, "type": "USER" });
    let body = json!({ "primary": side("manager"), "associated": side("subordinate") });
    let created = api.post(PATH, body.clone()).await;
    assert_eq!(created.status, 201);
    assert_eq!(created.keys(), ["primary", "associated", "_links"]);
    assert_eq!(api.post(PATH, body).await.status, 400);
    assert_eq!(api.get(&format!("{PATH}/subordinate")).await.body, created.body);

    let (buyer, admin) = ("/api/v1/users/00ubuyer0000000005d7", "/api/v1/users/00uadmin0000000005d7");
    let link = format!("{buyer}/linkedObjects/manager/00uadmin0000000005d7");
    assert_eq!(api.put(&link, json!({})).await.status, 204);
    let linked = |user: &str| json!([{ "_links": { "self": { "href": format!("{}{user}", api.base()) } } }]);
    assert_eq!(api.get(&format!("{buyer}/linkedObjects/manager")).await.body, linked(admin));
    assert_eq!(api.get(&format!("{admin}/linkedObjects/subordinate")).await.body, linked(buyer));
    assert_eq!(api.delete(&format!("{buyer}/linkedObjects/manager")).await.status, 204);
    assert_eq!(api.get(&format!("{buyer}/linkedObjects/manager")).await.body, json!([]));
    assert_eq!(api.delete(&format!("{PATH}/manager")).await.status, 204);
    let summary = "Not found: Resource not found: manager (LinkedObject)";
    assert_eq!(api.get(&format!("{PATH}/manager")).await.error().2, summary);
}
