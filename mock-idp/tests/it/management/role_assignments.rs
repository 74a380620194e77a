//! `/api/v1/users/{id}/roles`, `/api/v1/groups/{id}/roles`, `/oauth2/v1/clients/{id}/roles`.

use serde_json::{Value, json};

use super::{Api, SERVICE, values};
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
    let expanded = api.get(&format!("{roles}?expand=targets/groups,targets/catalog/apps")).await.body;
    let targets = |place: usize| &expanded[place]["_embedded"]["targets"];
    assert_eq!(targets(0)["groups"], api.get(&format!("{users}/groups")).await.body);
    assert_eq!((&targets(1)["groups"], &targets(1)["catalog"]), (&json!([]), &json!({ "apps": [] })));
    assert_eq!(api.get(roles).await.body[0]["_embedded"], Value::Null);
    assert_eq!(api.delete(&group).await.status, 204);
    assert_eq!(api.delete(&group).await.status, 404);
    let one = format!("{apps}/catalog/apps/oidc_client/{WEB}");
    assert_eq!(api.put(&one, json!({})).await.status, 204);
    assert_eq!(values(&api.get(&format!("{apps}/catalog/apps")).await.body, "/id"), [WEB]);
    let expanded = api.get(&format!("{roles}?expand=targets/catalog/apps")).await.body;
    let targets = &expanded[1]["_embedded"]["targets"];
    assert_eq!((&targets["catalog"]["apps"][0]["id"], targets.get("groups")), (&json!(WEB), None));
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
    let scopes = ["okta.users.read", "okta.users.manage", "okta.networkZones.read"];
    let org = TestOrg::market().grant(SERVICE, &scopes).app(SERVICE, |app| {
        app.roles.push(model(json!({ "type": "HELP_DESK_ADMIN" })));
    });
    let api = Api::of(org.start().await);
    assert_eq!(
        values(&api.get(&format!("/oauth2/v1/clients/{SERVICE}/roles")).await.body, "/type"),
        ["HELP_DESK_ADMIN"]
    );
    let service = api.with_access_token(&api.service_token(&scopes.join(" ")).await);
    assert_eq!(service.get("/api/v1/users").await.status, 200);
    assert_eq!(service.post("/api/v1/users", user("new@example.test", &[])).await.refusal(), (403, "E0000006"));
    assert_eq!(service.get("/api/v1/zones").await.refusal(), (403, "E0000006"));
    let reset = "/api/v1/users/00ubuyer0000000005d7/lifecycle/reset_password?sendEmail=false";
    assert_eq!(service.post(reset, json!({})).await.status, 200);
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
    let buyer = admin.with_token(token);
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

/// Okta: they help users to sign in, and do not change them.
#[tokio::test]
async fn a_help_desk_administrator_resets_passwords_and_factors_and_changes_no_user() {
    let (_, api) = api_of_buyer(json!([{ "type": "HELP_DESK_ADMIN" }])).await;
    let user = "/api/v1/users/00upremium00000005d7";
    for (path, status) in [
        ("/lifecycle/reset_password?sendEmail=false", 200),
        ("/lifecycle/expire_password", 200),
        ("/lifecycle/reset_factors", 200),
        ("/lifecycle/suspend", 403),
        ("/lifecycle/deactivate", 403),
        ("", 403),
    ] {
        let reply = api.post(&format!("{user}{path}"), json!({ "profile": { "nickName": "P" } })).await;
        assert_eq!(reply.status, status, "{path} {}", reply.body);
    }
    // The account is not locked.
    assert_eq!(api.post(&format!("{user}/lifecycle/unlock"), json!({})).await.refusal(), (403, "E0000032"));
    assert_eq!(api.delete(&format!("{user}/sessions")).await.status, 204);
    assert_eq!(api.get(user).await.status, 200);
}

#[tokio::test]
async fn a_permission_finer_than_a_scope_admits_its_operations_only() {
    let (admin, api) = api_of_buyer(json!([])).await;
    let premium = "/api/v1/users/00upremium00000005d7";
    let member = format!("/api/v1/groups/{AUDITORS}/users/00upremium00000005d7");
    let server = json!({ "name": "Second", "description": "d", "audiences": ["api://second"] });
    let operations = [
        ("POST", "/api/v1/users", user("new@example.test", &[])),
        ("POST", premium, json!({ "profile": { "nickName": "P" } })),
        ("POST", &*format!("{premium}/lifecycle/suspend"), json!({})),
        ("POST", &*format!("{premium}/lifecycle/unsuspend"), json!({})),
        ("POST", &*format!("{premium}/lifecycle/reset_factors"), json!({})),
        ("PUT", &*member, json!({})),
        ("POST", "/api/v1/groups", json!({ "profile": { "name": "New" } })),
        ("PUT", &*format!("/api/v1/apps/{WEB}/groups/{AUDITORS}"), json!({})),
        ("POST", "/api/v1/authorizationServers", server),
    ];
    let resources = json!(["/api/v1/users", "/api/v1/groups", "/api/v1/apps"]);
    let set = json!({ "label": "All", "description": "all", "resources": resources });
    admin.create("/api/v1/iam/resource-sets", set).await;
    for (permission, admitted) in [
        ("okta.users.create", vec![0]),
        ("okta.users.userprofile.manage", vec![1]),
        ("okta.users.lifecycle.suspend", vec![2]),
        ("okta.users.lifecycle.manage", vec![2, 3]),
        ("okta.users.credentials.manage", vec![4]),
        ("okta.users.manage", vec![0, 1, 2, 3, 4]),
        ("okta.groups.members.manage", vec![5]),
        ("okta.groups.create", vec![6]),
        ("okta.apps.assignment.manage", vec![7]),
        ("okta.authzServers.manage", vec![8]),
        ("okta.workflows.invoke", vec![]),
    ] {
        let role = json!({ "label": "Fine", "description": "fine", "permissions": [permission] });
        admin.create("/api/v1/iam/roles", role).await;
        let owner = format!("{}/api/v1/users/00ubuyer0000000005d7", admin.base());
        admin.create("/api/v1/iam/resource-sets/All/bindings", json!({ "role": "Fine", "members": [owner] })).await;
        let mut allowed = Vec::new();
        for (place, (method, path, body)) in operations.iter().enumerate() {
            let reply = api.send(method.parse().unwrap(), path, Some(body.clone())).await;
            if reply.refusal() != (403, "E0000006") {
                allowed.push(place);
            }
        }
        assert_eq!(allowed, admitted, "{permission}");
        assert_eq!(admin.delete("/api/v1/iam/resource-sets/All/bindings/Fine").await.status, 204);
        assert_eq!(admin.delete("/api/v1/iam/roles/Fine").await.status, 204);
    }
}

#[tokio::test]
async fn the_targets_of_a_users_role_are_those_of_the_user_and_of_the_groups() {
    let api = Api::market().await;
    let user = "/api/v1/users/00ubuyer0000000005d7/roles";
    let group = "/api/v1/groups/00gbuyers000000005d7/roles";
    for roles in [user, group] {
        api.create(roles, json!({ "type": "USER_ADMIN" })).await;
    }
    let role = "KVJUKUS7IFCE2SKO";
    let path = format!("{user}/{role}/targets");
    assert_eq!(api.get(&path).await.body, json!([]), "roles without targets are about everything");
    api.put(&format!("{user}/{role}/targets/groups/00gadmins000000005d7"), json!({})).await;
    api.put(&format!("{group}/{role}/targets/groups/00gpremium00000005d7"), json!({})).await;
    let orn = |group: &str| format!("orn:okta:directory:00omarket000000005d7:groups:{group}");
    let (own, by_group) = (orn("00gadmins000000005d7"), orn("00gpremium00000005d7"));
    let listed = async |query: &str| {
        let found = api.get(&format!("{path}{query}")).await.body;
        found
            .as_array()
            .unwrap()
            .iter()
            .map(|target| (target["assignmentType"].clone(), target["orn"].clone()))
            .collect::<Vec<_>>()
    };
    let (own, by_group) = ((json!("USER"), json!(own)), (json!("GROUP"), json!(by_group)));
    assert_eq!(listed("").await, [own.clone(), by_group.clone()]);
    assert_eq!(listed("?assignmentType=GROUP").await, std::slice::from_ref(&by_group));
    assert_eq!(listed("?limit=1").await, std::slice::from_ref(&own));
    // The group's role has the user's target, too.
    api.put(&format!("{group}/{role}/targets/groups/00gadmins000000005d7"), json!({})).await;
    let pages = api.pages(&format!("{path}?limit=1")).await;
    let found = pages.iter().flat_map(|page| values(page, "/assignmentType").into_iter().zip(values(page, "/orn")));
    let mut found: Vec<_> = found.map(|(kind, orn)| (json!(kind), json!(orn))).collect();
    assert_eq!((pages.len(), found.remove(0)), (3, own.clone()));
    let same = (json!("GROUP"), own.1);
    assert!(found.contains(&by_group) && found.contains(&same), "{found:?}");
    let pages = api.pages(&format!("{path}?limit=1&assignmentType=GROUP")).await;
    assert_eq!(pages.iter().flat_map(|page| values(page, "/assignmentType")).collect::<Vec<_>>(), ["GROUP", "GROUP"]);
    api.create(user, json!({ "type": "APP_ADMIN" })).await;
    api.put(&format!("{user}/IFIFAX2BIRGUSTQ/targets/catalog/apps/oidc_client/{WEB}"), json!({})).await;
    let apps = api.get(&format!("{user}/IFIFAX2BIRGUSTQ/targets")).await.body;
    assert_eq!(apps[0]["orn"], format!("orn:okta:idp:00omarket000000005d7:apps:oidc_client:{WEB}"));
    assert_eq!(api.get(&format!("{user}/unknown/targets")).await.refusal(), (404, "E0000007"));
}
