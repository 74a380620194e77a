//! `/api/v1/iam/roles` and `/api/v1/iam/assignees/users`.

use serde_json::json;

use super::{Api, keys, values};

const PATH: &str = "/api/v1/iam/roles";

#[tokio::test]
async fn a_role_is_created_renamed_and_removed() {
    let api = Api::market().await;
    let empty = api.get(PATH).await;
    let url = format!("{}{PATH}", api.base());
    assert_eq!(empty.body, json!({ "roles": [], "_links": { "self": { "href": url } } }));
    assert_eq!(empty.links, [format!("<{url}>; rel=\"self\"")]);

    let body = json!({ "label": "Reader", "description": "reads", "permissions": ["okta.users.read"] });
    let created = api.post(PATH, body).await;
    assert_eq!(created.status, 200);
    assert_eq!(created.keys(), ["id", "label", "isCloneable", "description", "created", "lastUpdated", "_links"]);
    assert_eq!(keys(&created.body["_links"]), ["permissions", "self"]);
    let id = created.body["id"].as_str().unwrap();
    assert!(id.starts_with("cr0") && id.len() == 20, "{id}");
    assert_eq!(created.links, [format!("<{url}/{id}>; rel=\"self\"")]);
    assert_eq!(api.get(&format!("{PATH}/Reader")).await.body, created.body);

    let path = format!("{PATH}/{id}");
    let replaced = api.put(&path, json!({ "label": "Viewer", "description": "views" })).await;
    assert_eq!((&replaced.body["label"], &replaced.body["description"]), (&json!("Viewer"), &json!("views")));
    assert_eq!(values(&api.get(PATH).await.body["roles"], "/label"), ["Viewer"]);
    let permissions = api.get(&format!("{path}/permissions")).await.body;
    assert_eq!(values(&permissions["permissions"], "/label"), ["okta.users.read"]);

    assert_eq!(api.delete(&path).await.status, 204);
    let summary = format!("Not found: Resource not found: {id} (CustomRole)");
    assert_eq!(api.get(&path).await.error(), (404, "E0000007", summary.as_str(), vec![]));
    assert_eq!(api.delete(&path).await.status, 404);
}

#[tokio::test]
async fn permissions_are_granted_with_conditions_and_revoked() {
    let api = Api::market().await;
    let body =
        json!({ "label": "Reader", "description": "reads", "permissions": ["okta.apps.read", "okta.apps.read"] });
    let role = api.create(PATH, body).await;
    let path = format!("{PATH}/{}/permissions", role["id"].as_str().unwrap());
    let one = format!("{path}/okta.users.read");
    assert_eq!(api.send(reqwest::Method::POST, &one, None).await.status, 204);
    let granted = api.get(&one).await;
    assert_eq!(granted.keys(), ["label", "created", "lastUpdated", "conditions", "_links"]);
    assert_eq!((&granted.body["label"], &granted.body["conditions"]), (&json!("okta.users.read"), &json!(null)));
    assert_eq!(keys(&granted.body["_links"]), ["role", "self"]);

    let conditions = json!({ "include": { "okta:ResourceAttribute/User/Profile": ["city"] } });
    let replaced = api.put(&one, json!({ "conditions": conditions })).await;
    assert_eq!((replaced.status.as_u16(), &replaced.body["conditions"]), (200, &conditions));
    assert_eq!(api.get(&one).await.body, replaced.body);
    assert_eq!(values(&api.get(&path).await.body["permissions"], "/label"), ["okta.apps.read", "okta.users.read"]);

    assert_eq!(api.delete(&one).await.status, 204);
    assert_eq!(api.get(&one).await.error().0, 404);
    assert_eq!(api.delete(&one).await.status, 404);
    assert_eq!(values(&api.get(&path).await.body["permissions"], "/label"), ["okta.apps.read"]);
    assert_eq!(api.put(&format!("{path}/okta.apps.read"), json!({ "conditions": 1 })).await.error().1, "E0000003");
}

#[tokio::test]
async fn invalid_roles_are_refused() {
    let api = Api::market().await;
    let role = json!({ "label": "Reader", "description": "reads", "permissions": ["okta.users.read"] });
    api.create(PATH, role.clone()).await;
    let taken = api.post(PATH, role).await;
    let cause = "label: There is already an admin role with this name.";
    assert_eq!(taken.error(), (400, "E0000001", "Api validation failed: label", vec![cause]));
    for (body, member) in [
        (json!({ "description": "d", "permissions": ["okta.users.read"] }), "label"),
        (json!({ "label": "a", "permissions": ["okta.users.read"] }), "description"),
        (json!({ "label": "a", "description": "d" }), "permissions"),
        (json!({ "label": "a", "description": "d", "permissions": [] }), "permissions"),
    ] {
        let reply = api.post(PATH, body).await;
        assert_eq!((reply.error().0, reply.error().2), (400, format!("Api validation failed: {member}").as_str()));
    }
    let unknown = json!({ "label": "a", "description": "d", "permissions": ["okta.users.read", "okta.users.zap"] });
    let cause = "permissions: Invalid public permission name: okta.users.zap";
    let expected = (400, "E0000001", "Api validation failed: permissions", vec![cause]);
    assert_eq!(api.post(PATH, unknown).await.error(), expected);
    let granted = api.post(&format!("{PATH}/Reader/permissions/okta.users.zap"), json!({})).await;
    assert_eq!(granted.error(), expected);
    assert_eq!(values(&api.get(PATH).await.body["roles"], "/label"), ["Reader"]);
}

#[tokio::test]
async fn users_with_roles_are_listed_in_pages() {
    let api = Api::market().await;
    let path = "/api/v1/iam/assignees/users";
    let (admin, buyer) = ("00uadmin0000000005d7", "00ubuyer0000000005d7");
    let before = api.get(path).await.body;
    assert_eq!(keys(&before), ["value"]);
    assert_eq!(values(&before["value"], "/id"), [admin]);
    assert_eq!(before["value"][0]["orn"], format!("orn:okta:directory:00omarket000000005d7:users:{admin}"));
    assert_eq!(keys(&before["value"][0]["_links"]), ["roles", "self"]);
    let role = json!({ "label": "Reader", "description": "reads", "permissions": ["okta.users.read"] });
    api.create(PATH, role).await;
    let set = json!({ "label": "People", "description": "all", "resources": ["/api/v1/users"] });
    api.create("/api/v1/iam/resource-sets", set).await;
    let binding = json!({ "role": "Reader", "members": [format!("{}/api/v1/users/{buyer}", api.base())] });
    api.create("/api/v1/iam/resource-sets/People/bindings", binding).await;
    let first = api.get(&format!("{path}?limit=1")).await.body;
    assert_eq!(values(&first["value"], "/id"), [admin]);
    let next = first["_links"]["next"]["href"].as_str().unwrap().strip_prefix(&api.base()).unwrap();
    assert_eq!(values(&api.get(next).await.body["value"], "/id"), [buyer]);
}
