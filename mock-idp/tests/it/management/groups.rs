//! `/api/v1/groups`.

use serde_json::json;

use super::{Api, values};

const PATH: &str = "/api/v1/groups";
const BUYER: &str = "00ubuyer0000000005d7";

#[tokio::test]
async fn a_group_is_created_replaced_and_removed() {
    let api = Api::market().await;
    let created = api.post(PATH, json!({ "profile": { "name": "Testers" } })).await;
    assert_eq!(
        created.keys(),
        ["id", "created", "lastUpdated", "lastMembershipUpdated", "objectClass", "type", "profile", "_links"]
    );
    let group = &created.body;
    assert_eq!(group["profile"], json!({ "name": "Testers", "description": null }));
    assert_eq!((&group["type"], &group["objectClass"]), (&json!("OKTA_GROUP"), &json!(["okta:user_group"])));
    let path = format!("{PATH}/{}", group["id"].as_str().unwrap());
    let replaced = api.put(&path, json!({ "profile": { "name": "Testers", "description": "" } })).await.body;
    assert_eq!(replaced["profile"], json!({ "name": "Testers", "description": "" }));
    let taken = api.post(PATH, json!({ "profile": { "name": "Testers" } })).await;
    assert_eq!(taken.error().3, ["name: An object with this field already exists in the current organization"]);
    let blank = api.post(PATH, json!({ "profile": {} })).await;
    assert_eq!(blank.error().3, ["name: The field cannot be left blank"]);
    assert_eq!(api.put(&format!("{path}/users/{BUYER}"), json!({})).await.status, 204);
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(api.get(&path).await.status, 404);
    let groups = api.get(&format!("/api/v1/users/{BUYER}/groups")).await;
    assert_eq!(values(&groups.body, "/profile/name"), ["Everyone", "Buyers"]);
}

#[tokio::test]
async fn members_are_added_and_removed() {
    let api = Api::market().await;
    let group = api.create(PATH, json!({ "profile": { "name": "Testers" } })).await;
    let path = format!("{PATH}/{}/users", group["id"].as_str().unwrap());
    for _ in 0..2 {
        assert_eq!(api.put(&format!("{path}/{BUYER}"), json!({})).await.status, 204);
    }
    assert_eq!(values(&api.get(&path).await.body, "/id"), [BUYER]);
    assert_eq!(api.delete(&format!("{path}/{BUYER}")).await.status, 204);
    assert_eq!(api.get(&path).await.body, json!([]));
    assert_eq!(api.put(&format!("{path}/00unobody"), json!({})).await.status, 404);
    let everyone = format!("{PATH}/00geveryone0000005d7/users/{BUYER}");
    assert_eq!(api.put(&everyone, json!({})).await.status, 403);
}

#[tokio::test]
async fn groups_are_found_by_the_beginning_of_the_name_and_by_filters() {
    let api = Api::market().await;
    let found = api.get(&format!("{PATH}?q=pre")).await;
    assert_eq!((values(&found.body, "/profile/name"), found.links.len()), (vec!["Premium"], 0));
    let built_in = api.get(&format!("{PATH}?filter=type+eq+%22BUILT_IN%22")).await;
    assert_eq!(values(&built_in.body, "/profile/name"), ["Everyone"]);
    let named = api.get(&format!("{PATH}?search=profile.name+sw+%22a%22&limit=1")).await;
    assert_eq!((values(&named.body, "/profile/name"), named.links.len()), (vec!["Admins"], 2));
}

#[tokio::test]
async fn owners_are_users_or_groups() {
    let api = Api::market().await;
    let path = format!("{PATH}/00gbuyers000000005d7/owners");
    let owner = api.post(&path, json!({ "id": BUYER, "type": "USER" })).await;
    assert_eq!(owner.status, 201);
    assert_eq!(owner.keys(), ["id", "type", "resolved", "originId", "originType", "displayName", "lastUpdated"]);
    assert_eq!(owner.body["displayName"], "Ben Buyer");
    assert!(owner.body["lastUpdated"].as_str().unwrap().contains(" UTC "), "{}", owner.body);
    let listed = api.get(&path).await.body;
    assert!(listed[0]["lastUpdated"].as_str().unwrap().ends_with(".0"), "{listed}");
    let wrong = api.post(&path, json!({ "id": "00gadmins000000005d7", "type": "USER" })).await;
    assert_eq!(wrong.error().2, "Not found: Resource not found: 00gadmins000000005d7 (User)");
    assert_eq!(api.delete(&format!("{path}/{BUYER}")).await.status, 204);
    assert_eq!(api.get(&path).await.body, json!([]));
}
