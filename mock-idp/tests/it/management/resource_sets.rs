//! `/api/v1/iam/resource-sets`.

use serde_json::{Value, json};

use super::{Api, keys, values};

const PATH: &str = "/api/v1/iam/resource-sets";
const ORN: &str = "orn:okta:idp:00o1:apps:bookmark:0oa1";

async fn people(api: &Api) -> (Value, String) {
    let set = json!({ "label": "People", "description": "all", "resources": ["/api/v1/users"] });
    let set = api.create(PATH, set).await;
    let path = format!("{PATH}/{}", set["id"].as_str().unwrap());
    (set, path)
}

#[tokio::test]
async fn a_set_is_created_replaced_and_removed() {
    let api = Api::market().await;
    assert_eq!(api.get(PATH).await.keys(), ["_links", "resource-sets"]);
    let (set, path) = people(&api).await;
    assert_eq!(keys(&set), ["id", "label", "description", "created", "lastUpdated", "_links"]);
    assert_eq!(keys(&set["_links"]), ["bindings", "self", "resources"]);
    let id = set["id"].as_str().unwrap();
    assert!(id.starts_with("iam") && id.len() == 20, "{id}");
    let got = api.get(&path).await;
    assert_eq!((&got.body, got.links), (&set, vec![format!("<{}{path}>; rel=\"self\"", api.base())]));

    let replaced = api.put(&path, json!({ "label": "Users", "description": "every user" })).await;
    assert_eq!((&replaced.body["label"], &replaced.body["id"]), (&json!("Users"), &json!(id)));
    assert_eq!(values(&api.get(PATH).await.body["resource-sets"], "/label"), ["Users"]);
    assert_eq!(api.get(&format!("{path}/resources")).await.body["resources"].as_array().unwrap().len(), 1);

    assert_eq!(api.delete(&path).await.status, 204);
    let summary = format!("Not found: Resource not found: {id} (IAMPolicy)");
    for gone in [path.clone(), format!("{path}/resources"), format!("{path}/bindings")] {
        assert_eq!(api.get(&gone).await.error(), (404, "E0000007", summary.as_str(), vec![]));
    }
    assert_eq!(api.patch(&format!("{path}/resources"), json!({ "additions": [ORN] })).await.status, 404);
    assert_eq!(api.delete(&format!("{path}/resources/x")).await.error().2, summary);
}

#[tokio::test]
async fn invalid_sets_are_refused() {
    let api = Api::market().await;
    let missing = api.post(PATH, json!({ "description": "d", "resources": [ORN] })).await;
    let cause = "label: Label must be specified";
    assert_eq!(missing.error(), (400, "E0000001", "Api validation failed: label", vec![cause]));
    for (body, member) in [
        (json!({ "label": "a", "resources": [ORN] }), "description"),
        (json!({ "label": "a", "description": "d" }), "resources"),
        (json!({ "label": "a", "description": "d", "resources": ["text"] }), "resources"),
    ] {
        let reply = api.post(PATH, body).await;
        assert_eq!((reply.error().0, reply.error().2), (400, format!("Api validation failed: {member}").as_str()));
    }
    assert_eq!(api.get(PATH).await.body["resource-sets"], json!([]));
}

#[tokio::test]
async fn resources_are_added_changed_and_removed() {
    let api = Api::market().await;
    let (set, path) = people(&api).await;
    let path = format!("{path}/resources");
    let added = api.patch(&path, json!({ "additions": [ORN, ORN] })).await;
    assert_eq!((added.status.as_u16(), &added.body["id"]), (200, &set["id"]));
    let listed = api.get(&path).await.body;
    assert_eq!(values(&listed["resources"], "/orn"), ["orn:okta:directory:00omarket000000005d7:users", ORN]);
    assert_eq!(keys(&listed["_links"]), ["resource-set", "self"]);
    let app = &listed["resources"][1];
    assert_eq!(keys(app), ["id", "orn", "created", "lastUpdated", "_links"]);
    let id = app["id"].as_str().unwrap();
    assert!(id.starts_with("ire") && id.len() == 20, "{id}");
    let url = |path: &str| json!({ "href": format!("{}{path}", api.base()) });
    let one = format!("{path}/{id}");
    assert_eq!(app["_links"], json!({ "self": url("/api/v1/apps/0oa1"), "resource": url(&one) }));

    let first = api.get(&format!("{path}?limit=1")).await.body;
    let next = first["_links"]["next"]["href"].as_str().unwrap().strip_prefix(&api.base()).unwrap();
    assert!(next.ends_with("&limit=1"), "{next}");
    assert_eq!(values(&api.get(next).await.body["resources"], "/orn"), [ORN]);

    let conditions = json!({ "Exclude": { "okta:ORN": ["a"] } });
    assert_eq!(api.put(&one, json!({ "conditions": conditions })).await.body["conditions"], conditions);
    assert_eq!(api.get(&one).await.body["conditions"], conditions);
    let group = json!({ "resourceOrnOrUrl": format!("{}/api/v1/groups", api.base()), "conditions": conditions });
    let created = api.post(&path, group).await.body;
    assert_eq!(created["orn"], json!("orn:okta:directory:00omarket000000005d7:groups"));
    assert_eq!(api.delete(&one).await.status, 204);
    assert_eq!(api.get(&one).await.status, 404);
    assert_eq!(api.get(&path).await.body["resources"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_role_is_bound_to_a_set_for_users_and_groups() {
    let api = Api::market().await;
    let (_, path) = people(&api).await;
    let bindings = format!("{path}/bindings");
    let unknown = api.post(&bindings, json!({ "role": "unknown" })).await;
    assert_eq!(unknown.error().2, "Not found: Resource not found: unknown (CustomRole)");
    let role = json!({ "label": "Reader", "description": "reads", "permissions": ["okta.users.read"] });
    let role = api.create("/api/v1/iam/roles", role).await["id"].as_str().unwrap().to_owned();
    let url = |path: &str| format!("{}{path}", api.base());
    let (user_url, group_url) = (url("/api/v1/users/00ubuyer0000000005d7"), url("/api/v1/groups/00gadmins000000005d7"));

    let bound = api.post(&bindings, json!({ "role": role, "members": [user_url] })).await;
    assert_eq!(bound.status, 200);
    let one = format!("{bindings}/{role}");
    assert_eq!(bound.body["_links"]["self"]["href"], json!(url(&one)));
    assert_eq!(bound.body["_links"]["bindings"]["href"], json!(url(&bindings)));
    assert_eq!(api.get(&one).await.body["id"], json!(role));
    let listed = api.get(&bindings).await.body;
    assert_eq!(values(&listed["roles"], "/id"), [role.as_str()]);
    assert_eq!(listed["_links"], json!({ "resource-set": { "href": url(&path) }, "self": { "href": url(&bindings) } }));

    let members = format!("{one}/members");
    assert_eq!(api.patch(&members, json!({ "additions": [group_url, user_url] })).await.status, 200);
    let listed = api.get(&members).await.body;
    assert_eq!(values(&listed["members"], "/_links/self/href"), [user_url.as_str(), group_url.as_str()]);
    let member = listed["members"][0]["id"].as_str().unwrap();
    let member_path = format!("{members}/{member}");
    assert_eq!(api.get(&member_path).await.body, listed["members"][0]);
    assert_eq!(api.delete(&member_path).await.status, 204);
    assert_eq!(api.get(&member_path).await.status, 404);
    let stranger = json!({ "additions": [url("/api/v1/users/00uunknown")] });
    assert_eq!(api.patch(&members, stranger).await.error().2, "Not found: Resource not found: 00uunknown (User)");

    assert_eq!(api.delete(&one).await.status, 204);
    assert_eq!(api.get(&one).await.status, 404);
    api.create(&bindings, json!({ "role": role })).await;
    assert_eq!(api.delete(&format!("/api/v1/iam/roles/{role}")).await.status, 204);
    assert_eq!(api.get(&bindings).await.body["roles"], json!([]));
}
