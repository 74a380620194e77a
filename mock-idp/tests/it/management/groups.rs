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
async fn the_pages_of_a_search_have_its_order_and_what_it_expands() {
    let api = Api::market().await;
    for name in ["Page a", "Page c", "Page b"] {
        api.create(PATH, json!({ "profile": { "name": name } })).await;
    }
    let search = format!("{PATH}?search=profile.name+sw+%22page%22&limit=1");
    let pages = api.pages(&format!("{search}&sortBy=profile.name&sortOrder=desc&expand=stats")).await;
    let names: Vec<&str> = pages.iter().flat_map(|page| values(page, "/profile/name")).collect();
    assert_eq!(names, ["Page c", "Page b", "Page a"]);
    for page in &pages {
        assert_eq!(page[0]["_embedded"]["stats"]["usersCount"], 0, "{page}");
    }
    let unsorted = api.get(&format!("{search}&sortOrder=desc")).await;
    assert!(unsorted.next().is_some_and(|next| !next.contains("sortOrder")), "{:?}", unsorted.links);
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

#[tokio::test]
async fn owners_are_searched_by_type_and_paged() {
    let api = Api::market().await;
    let path = format!("{PATH}/00gbuyers000000005d7/owners");
    api.create(&path, json!({ "id": BUYER, "type": "USER" })).await;
    api.create(&path, json!({ "id": "00gadmins000000005d7", "type": "GROUP" })).await;
    let groups = api.get(&format!("{path}?search=type+eq+%22GROUP%22")).await.body;
    assert_eq!(values(&groups, "/id"), ["00gadmins000000005d7"]);
    let first = api.get(&format!("{path}?limit=1")).await;
    assert_eq!(values(&first.body, "/id"), [BUYER]);
    assert_eq!(first.links, [format!("<{}{path}?after={BUYER}&limit=1>; rel=\"next\"", api.base())]);
    let last = api.get(&format!("{path}?after={BUYER}&limit=1")).await;
    assert_eq!((values(&last.body, "/id"), last.links.len()), (vec!["00gadmins000000005d7"], 0));
    assert_eq!(api.get(&format!("{path}?search=((")).await.refusal(), (400, "E0000031"));
}

#[tokio::test]
async fn a_search_for_groups_is_sorted_and_has_what_is_embedded() {
    let api = Api::market().await;
    for (name, description) in [("Sort b", "1"), ("Sort c", "2"), ("Sort a", "3")] {
        api.create(PATH, json!({ "profile": { "name": name, "description": description } })).await;
    }
    let names = async |query: &str| {
        let found = api.get(&format!("{PATH}?{query}")).await.body;
        values(&found, "/profile/name").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let search = "search=profile.name+sw+%22Sort%22";
    assert_eq!(names(&format!("{search}&sortBy=profile.name")).await, ["Sort a", "Sort b", "Sort c"]);
    let descending = format!("{search}&sortBy=profile.description&sortOrder=desc");
    assert_eq!(names(&descending).await, ["Sort a", "Sort c", "Sort b"]);
    assert_eq!(names("q=Sort&sortBy=profile.name").await, ["Sort b", "Sort c", "Sort a"], "only searches are sorted");

    let stats = async |name: &str| {
        let found = api.get(&format!("{PATH}?expand=stats&search=profile.name+eq+%22{name}%22")).await.body;
        found[0]["_embedded"]["stats"].clone()
    };
    let group = api.get(&format!("{PATH}?q=Sort+a")).await.body[0].clone();
    assert_eq!(group["_embedded"], serde_json::Value::Null);
    let empty = json!({ "usersCount": 0, "appsCount": 0, "groupPushMappingsCount": 0, "hasAdminPrivilege": false });
    assert_eq!(stats("Sort+a").await, empty);
    let id = group["id"].as_str().unwrap();
    assert_eq!(api.put(&format!("{PATH}/{id}/users/{BUYER}"), json!({})).await.status, 204);
    assert_eq!(api.put(&format!("/api/v1/apps/{}/groups/{id}", crate::flow::WEB), json!({})).await.status, 200);
    api.create(&format!("{PATH}/{id}/roles"), json!({ "type": "READ_ONLY_ADMIN" })).await;
    let full = json!({ "usersCount": 1, "appsCount": 1, "groupPushMappingsCount": 0, "hasAdminPrivilege": true });
    assert_eq!(stats("Sort+a").await, full);
}

#[tokio::test]
async fn the_source_of_a_group_is_embedded_on_request() {
    let org = crate::org::TestOrg::market().edit(|document| {
        let group = json!({
            "id": "00gfromapp0000005d70", "type": "APP_GROUP", "profile": { "name": "From the app" },
            "source": { "id": crate::flow::WEB },
        });
        document.groups.push(crate::org::model(group));
    });
    let api = Api::of(org.start().await);
    let found = api.get(&format!("{PATH}?expand=app,stats&filter=type+eq+%22APP_GROUP%22")).await.body;
    let group = found.as_array().unwrap().iter().find(|group| group["profile"]["name"] == "From the app").unwrap();
    let app = api.get(&format!("/api/v1/apps/{}", crate::flow::WEB)).await.body;
    let embedded =
        json!({ "id": app["id"], "name": app["name"], "label": app["label"], "signOnMode": app["signOnMode"] });
    assert_eq!((&group["_embedded"]["app"], &group["_embedded"]["stats"]["usersCount"]), (&embedded, &json!(0)));
}
