//! `/api/v1/users/{id}/roles`, `/api/v1/groups/{id}/roles`, `/oauth2/v1/clients/{id}/roles`.

use serde_json::{Value, json};

use super::{Api, keys, values};
use crate::flow::WEB;
use crate::org::{TestOrg, model};

#[tokio::test]
async fn users_groups_and_clients_have_roles_with_the_same_ids() {
    let api = Api::market().await;
    for (path, kind) in [
        ("/api/v1/users/00ubuyer0000000005d7".to_owned(), "USER"),
        ("/api/v1/groups/00gbuyers000000005d7".to_owned(), "GROUP"),
        (format!("/oauth2/v1/clients/{WEB}"), "CLIENT"),
    ] {
        let roles = format!("{path}/roles");
        let assigned = api.post(&roles, json!({ "type": "HELP_DESK_ADMIN" })).await;
        assert_eq!(assigned.status, 201, "{path} {}", assigned.body);
        assert_eq!(
            assigned.keys(),
            ["id", "label", "type", "status", "created", "lastUpdated", "assignmentType", "_links"]
        );
        assert_eq!(assigned.body["assignmentType"], kind);
        assert!(assigned.body["_links"]["assignee"]["href"].as_str().unwrap().ends_with(&path));
        let own = format!("{roles}/JBCUYUC7IRCVGS27IFCE2SKO");
        assert_eq!(api.get(&own).await.body, assigned.body);
        assert_eq!(values(&api.get(&roles).await.body, "/type"), ["HELP_DESK_ADMIN"]);
        assert_eq!(api.post(&roles, json!({ "type": "HELP_DESK_ADMIN" })).await.error().1, "E0000090");
        assert_eq!(api.delete(&own).await.status, 204);
        assert_eq!(api.get(&own).await.error().1, "E0000007");
    }
}

#[tokio::test]
async fn groups_and_apps_are_targets_of_the_roles_about_them() {
    let api = Api::market().await;
    let roles = "/api/v1/users/00ubuyer0000000005d7/roles";
    for kind in ["USER_ADMIN", "APP_ADMIN"] {
        api.create(roles, json!({ "type": kind })).await;
    }
    let (users, apps) = (format!("{roles}/KVJUKUS7IFCE2SKO/targets"), format!("{roles}/IFIFAX2BIRGUSTQ/targets"));
    assert_eq!(api.get(&format!("{users}/groups")).await.body, json!([]));
    let group = format!("{users}/groups/00gbuyers000000005d7");
    assert_eq!(api.put(&group, json!({})).await.status, 204);
    assert_eq!(values(&api.get(&format!("{users}/groups")).await.body, "/id"), ["00gbuyers000000005d7"]);
    assert_eq!(api.delete(&group).await.status, 204);
    assert_eq!(api.delete(&group).await.status, 404);
    let one = format!("{apps}/catalog/apps/oidc_client/{WEB}");
    assert_eq!(api.put(&one, json!({})).await.status, 204);
    assert_eq!(values(&api.get(&format!("{apps}/catalog/apps")).await.body, "/id"), [WEB]);
    let all = format!("{apps}/catalog/apps/oidc_client");
    assert_eq!(api.put(&all, json!({})).await.status, 204);
    let listed = api.get(&format!("{apps}/catalog/apps")).await.body;
    assert_eq!((values(&listed, "/name"), listed[0].get("id")), (vec!["oidc_client"], None));
    assert_eq!(api.delete(&all).await.status, 204);
    assert_eq!(api.put(&format!("{apps}/groups/00gbuyers000000005d7"), json!({})).await.error().1, "E0000003");
    assert_eq!(api.put(&format!("{users}/groups/00gunknown"), json!({})).await.error().0, 404);
}

#[tokio::test]
async fn roles_of_groups_and_custom_roles_admit_the_owner_of_a_token() {
    let buyer = "00mockBuyersApiToken00123456789abcdefghijk";
    let org = TestOrg::market().edit(|document| {
        document.api_tokens.push(model(json!({ "value": buyer, "userId": "00ubuyer0000000005d7" })));
    });
    let mut api = Api::of(org.start().await);
    let admin = api.token.clone();
    let may = async |api: &mut Api, path: &str| {
        buyer.clone_into(&mut api.token);
        let status = api.get(path).await.status.as_u16();
        admin.clone_into(&mut api.token);
        status
    };
    assert_eq!(may(&mut api, "/api/v1/groups").await, 403);
    let group_roles = "/api/v1/groups/00gbuyers000000005d7/roles";
    let role = api.create(group_roles, json!({ "type": "GROUP_MEMBERSHIP_ADMIN" })).await;
    assert_eq!(may(&mut api, "/api/v1/groups").await, 200);
    api.delete(&format!("{group_roles}/{}", role["id"].as_str().unwrap())).await;
    assert_eq!(may(&mut api, "/api/v1/groups").await, 403);
    let body = json!({ "label": "Readers", "description": "read", "permissions": ["okta.groups.read"] });
    let role = api.create("/api/v1/iam/roles", body).await["id"].clone();
    let resources = json!([format!("{}/api/v1/groups", api.base())]);
    let body = json!({ "label": "Groups", "description": "all groups", "resources": resources });
    let set = api.create("/api/v1/iam/resource-sets", body).await["id"].as_str().unwrap().to_owned();
    let member = format!("{}/api/v1/users/00ubuyer0000000005d7", api.base());
    let body: Value = json!({ "role": role, "members": [member] });
    assert_eq!(api.post(&format!("/api/v1/iam/resource-sets/{set}/bindings"), body).await.status, 200);
    assert_eq!(may(&mut api, "/api/v1/groups").await, 200);
    assert_eq!(may(&mut api, "/api/v1/apps").await, 403);
}

#[tokio::test]
async fn a_client_with_a_role_may_do_what_the_role_allows() {
    let scopes = ["okta.users.read", "okta.zones.read", "okta.networkZones.read"];
    let service = "0oamarketservice05d7";
    let org = TestOrg::market().grant(service, &scopes).app(service, |app| {
        app.roles.push(model(json!({ "type": "HELP_DESK_ADMIN" })));
    });
    let api = Api::of(org.start().await);
    let shown = keys(&api.get(&format!("/oauth2/v1/clients/{service}/roles")).await.body[0]).len();
    assert_eq!(shown, 8);
}

const BUYERS: &str = "00gbuyers000000005d7";
const AUDITORS: &str = "00gauditors0000005d7";

/// A market whose buyer has an API token, and a client with that token.
async fn api_of_buyer(roles: Value) -> (Api, Api) {
    let token = "00mockBuyersApiToken00123456789abcdefghijk";
    let org = TestOrg::market().edit(|document| {
        document.api_tokens.push(model(json!({ "value": token, "userId": "00ubuyer0000000005d7" })));
        let buyer = document.users.iter_mut().find(|user| user.id == "00ubuyer0000000005d7").unwrap();
        buyer.roles = model(roles);
    });
    let admin = Api::of(org.start().await);
    let buyer = Api { mock: std::sync::Arc::clone(&admin.mock), client: admin.client.clone(), token: token.to_owned() };
    (admin, buyer)
}

/// The members of the group that lists of users have.
async fn buyers(admin: &Api) -> Value {
    let members = admin.get(&format!("/api/v1/groups/{BUYERS}/users")).await.body;
    members.as_array().unwrap().iter().filter(|user| user["status"] != "DEPROVISIONED").cloned().collect()
}

#[tokio::test]
async fn group_targets_narrow_a_group_administrator_to_their_members() {
    let role = json!([{ "type": "USER_ADMIN", "targets": { "groups": [BUYERS] } }]);
    let (admin, api) = api_of_buyer(role).await;
    let member = buyers(&admin).await;
    let stranger = admin.create("/api/v1/users", user("stranger@example.test", &[])).await;
    let stranger = format!("/api/v1/users/{}", stranger["id"].as_str().unwrap());
    let own = format!("/api/v1/users/{}", member[0]["id"].as_str().unwrap());
    assert_eq!(api.get(&own).await.status, 200);
    assert_eq!(
        api.get(&stranger).await.error(),
        (403, "E0000006", "You do not have permission to perform the requested action", vec![])
    );
    assert_eq!(api.post(&format!("{stranger}/lifecycle/deactivate"), json!({})).await.status, 403);
    assert_eq!(values(&api.get("/api/v1/groups").await.body, "/id"), [BUYERS]);
    let (mut listed, mut members) = (api.get("/api/v1/users").await.body, member);
    let by_id = |users: &mut Value| {
        let mut ids: Vec<String> = values(users, "/id").into_iter().map(str::to_owned).collect();
        ids.sort();
        ids
    };
    assert_eq!(by_id(&mut listed), by_id(&mut members));
    assert_eq!(api.get(&format!("/api/v1/groups/{AUDITORS}")).await.status, 403);
    assert_eq!(api.post("/api/v1/groups", json!({ "profile": { "name": "New" } })).await.status, 403);
    assert_eq!(api.post("/api/v1/users", user("new@example.test", &[])).await.status, 403);
    assert_eq!(api.post("/api/v1/users", user("new@example.test", &[AUDITORS])).await.status, 403);
    assert_eq!(api.post("/api/v1/users", user("new@example.test", &[BUYERS])).await.status, 200);
    let stranger = stranger.rsplit('/').next().unwrap().to_owned();
    assert_eq!(api.put(&format!("/api/v1/groups/{BUYERS}/users/{stranger}"), json!({})).await.status, 204);
    assert_eq!(api.get(&format!("/api/v1/users/{stranger}")).await.status, 200);
    assert_eq!(api.get("/api/v1/users/00uunknown").await.error().0, 404);
}

fn user(login: &str, groups: &[&str]) -> Value {
    json!({
        "profile": { "login": login, "email": login, "firstName": "New", "lastName": "User" }, "groupIds": groups,
    })
}

#[tokio::test]
async fn app_targets_narrow_an_app_administrator() {
    let role = json!([{ "type": "APP_ADMIN", "targets": { "apps": [{ "name": "oidc_client", "id": WEB }, { "name": "bookmark" }] } }]);
    let (admin, api) = api_of_buyer(role).await;
    let wiki = |label: &str| {
        json!({ "name": "bookmark", "label": label, "signOnMode": "BOOKMARK",
            "settings": { "app": { "requestIntegration": false, "url": "https://wiki.example.test" } } })
    };
    let other = "0oamarketspa000005d7";
    assert_eq!(api.get(&format!("/api/v1/apps/{WEB}")).await.status, 200);
    assert_eq!(api.get(&format!("/api/v1/apps/{other}")).await.error().1, "E0000006");
    assert_eq!(api.get(&format!("/oauth2/v1/clients/{other}")).await.status, 403);
    assert_eq!(api.delete(&format!("/api/v1/apps/{other}/users/00ubuyer0000000005d7")).await.status, 403);
    assert_eq!(values(&api.get("/api/v1/apps").await.body, "/id"), [WEB]);
    assert_eq!(api.post("/api/v1/apps", wiki("Mine")).await.status, 200);
    let client = json!({ "label": "Other", "signOnMode": "OPENID_CONNECT", "credentials": { "oauthClient": {} },
        "settings": { "oauthClient": { "grant_types": ["client_credentials"], "application_type": "service" } } });
    assert_eq!(api.post("/api/v1/apps", client).await.status, 403);
    assert_eq!(values(&api.get("/oauth2/v1/clients").await.body, "/client_id"), [WEB]);
    let client = json!({ "client_name": "Other", "application_type": "service", "grant_types": ["client_credentials"],
        "response_types": ["token"] });
    assert_eq!(api.post("/oauth2/v1/clients", client.clone()).await.error().1, "E0000006");
    // Without targets the role is about all apps again.
    let role = "/api/v1/users/00ubuyer0000000005d7/roles/IFIFAX2BIRGUSTQ/targets/catalog/apps";
    assert_eq!(admin.put(role, json!({})).await.status, 200);
    assert_eq!(api.get(&format!("/api/v1/apps/{other}")).await.status, 200);
    assert_eq!(api.post("/oauth2/v1/clients", client).await.status, 201);
}

#[tokio::test]
async fn a_custom_role_reaches_the_resources_of_its_set() {
    let (admin, api) = api_of_buyer(json!([])).await;
    let body =
        json!({ "label": "Readers", "description": "read", "permissions": ["okta.users.read", "okta.groups.read"] });
    let role = admin.create("/api/v1/iam/roles", body).await["id"].clone();
    let resources = json!([format!("{}/api/v1/groups/{BUYERS}/users", admin.base())]);
    let body = json!({ "label": "Buyers", "description": "members", "resources": resources });
    let set = admin.create("/api/v1/iam/resource-sets", body).await["id"].as_str().unwrap().to_owned();
    let member = format!("{}/api/v1/users/00ubuyer0000000005d7", admin.base());
    let body: Value = json!({ "role": role, "members": [member] });
    assert_eq!(admin.post(&format!("/api/v1/iam/resource-sets/{set}/bindings"), body).await.status, 200);
    assert_eq!(values(&api.get("/api/v1/groups").await.body, "/id"), [BUYERS]);
    assert_eq!(api.get(&format!("/api/v1/groups/{AUDITORS}/users")).await.status, 403);
    let listed = api.get("/api/v1/users").await.body.as_array().unwrap().len();
    assert_eq!(listed, buyers(&admin).await.as_array().unwrap().len());
}
