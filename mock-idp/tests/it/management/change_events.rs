//! The events of changes that have types of their own in Okta's catalogue.

use serde_json::{Value, json};

use super::{Api, values};
use crate::flow::WEB;

/// The events whose type begins so.
async fn events(api: &Api, beginning: &str) -> Value {
    api.get(&format!("/api/v1/logs?filter=eventType+sw+%22{beginning}%22")).await.body
}

#[tokio::test]
async fn a_changed_mapping_is_an_event() {
    let api = Api::market().await;
    let types = api.get("/api/v1/meta/types/user").await.body;
    let kind = types[0]["id"].as_str().unwrap();
    let mapping = api.get(&format!("/api/v1/mappings?sourceId={WEB}&targetId={kind}")).await.body;
    let id = mapping[0]["id"].as_str().unwrap();
    let body = json!({ "properties": { "nickName": { "expression": "appuser.nickname", "pushStatus": "PUSH" } } });
    api.create(&format!("/api/v1/mappings/{id}"), body).await;
    let logged = events(&api, "directory.mapping").await;
    assert_eq!(values(&logged, "/eventType"), ["directory.mapping.update"]);
    assert_eq!(values(&logged, "/target/0/id"), [id]);
    assert_eq!(values(&logged, "/displayMessage"), ["Update universal directory mappings"]);
}

#[tokio::test]
async fn changes_of_schemas_and_new_user_types_are_events() {
    let api = Api::market().await;
    let custom = json!({ "definitions": { "custom": { "properties": {
        "badge": { "title": "Badge", "type": "string" },
    } } } });
    api.create("/api/v1/meta/schemas/user/default", custom.clone()).await;
    api.create(&format!("/api/v1/meta/schemas/apps/{WEB}/default"), custom).await;
    api.create("/api/v1/meta/types/user", json!({ "name": "vendor", "displayName": "Vendor" })).await;
    assert_eq!(
        values(&events(&api, "directory.").await, "/eventType"),
        [
            "directory.user_profile.update",
            "directory.app_user_profile.update",
            "directory.non_default_user_profile.create"
        ]
    );
}

#[tokio::test]
async fn activating_deactivating_and_invalidating_a_group_rule_are_events() {
    let api = Api::market().await;
    let group = api.create("/api/v1/groups", json!({ "profile": { "name": "Purchasers" } })).await;
    let group = group["id"].as_str().unwrap();
    let rule = json!({
        "type": "group_rule", "name": "by department",
        "conditions": { "expression": { "type": "urn:okta:expression:1.0", "value": "user.department == \"Purchasing\"" } },
        "actions": { "assignUserToGroups": { "groupIds": [group] } },
    });
    let rule = api.create("/api/v1/groups/rules", rule).await["id"].as_str().unwrap().to_owned();
    for operation in ["activate", "deactivate", "activate"] {
        api.create(&format!("/api/v1/groups/rules/{rule}/lifecycle/{operation}"), json!({})).await;
    }
    api.delete(&format!("/api/v1/groups/{group}/users/00ubuyer0000000005d7")).await;
    api.delete(&format!("/api/v1/groups/{group}")).await;
    let logged = events(&api, "group.user_membership.rule").await;
    assert_eq!(
        values(&logged, "/eventType"),
        [
            "group.user_membership.rule.trigger",
            "group.user_membership.rule.deactivated",
            "group.user_membership.rule.trigger",
            "group.user_membership.rule.add_exclusion",
            "group.user_membership.rule.invalidate",
        ]
    );
    assert!(values(&logged, "/target/0/id").iter().all(|id| **id == *rule));
    assert_eq!(logged[3]["target"][1]["id"], "00ubuyer0000000005d7");
    assert_eq!((&logged[1]["displayMessage"], logged[4]["displayMessage"].is_string()), (&Value::Null, true));
}

#[tokio::test]
async fn signing_requests_of_apps_are_events_and_those_of_providers_are_none() {
    let api = Api::market().await;
    let provider = json!({
        "type": "GOOGLE", "name": "Google", "protocol": {
            "type": "OIDC", "scopes": ["email"], "credentials": { "client": { "client_id": "a", "client_secret": "b" } },
        },
        "policy": { "subject": { "userNameTemplate": { "template": "idpuser.email" } } },
    });
    let provider = api.create("/api/v1/idps", provider).await["id"].as_str().unwrap().to_owned();
    for own in [format!("/api/v1/apps/{WEB}"), format!("/api/v1/idps/{provider}")] {
        let requests = format!("{own}/credentials/csrs");
        let request = api.create(&requests, json!({ "subject": { "commonName": "Issuer" } })).await;
        api.delete(&format!("{requests}/{}", request["id"].as_str().unwrap())).await;
    }
    let logged = events(&api, "app.app_instance.csr").await;
    assert_eq!(values(&logged, "/eventType"), ["app.app_instance.csr.generate", "app.app_instance.csr.revoke"]);
    assert_eq!(values(&logged, "/target/0/id"), [WEB, WEB]);
}

#[tokio::test]
async fn features_and_roles_of_groups_and_clients_are_events() {
    let api = Api::market().await;
    let features = api.get("/api/v1/features").await.body;
    let own = format!("/api/v1/features/{}", features[0]["id"].as_str().unwrap());
    for operation in ["enable", "enable", "disable"] {
        api.create(&format!("{own}/{operation}"), json!({})).await;
    }
    let logged = events(&api, "system.feature").await;
    assert_eq!(values(&logged, "/eventType"), ["system.feature.enable", "system.feature.disable"]);

    let group = api.create("/api/v1/groups", json!({ "profile": { "name": "Help desk" } })).await;
    let owners = [format!("/api/v1/groups/{}", group["id"].as_str().unwrap()), format!("/oauth2/v1/clients/{WEB}")];
    for roles in owners.map(|owner| format!("{owner}/roles")) {
        let role = api.create(&roles, json!({ "type": "HELP_DESK_ADMIN" })).await;
        api.delete(&format!("{roles}/{}", role["id"].as_str().unwrap())).await;
    }
    let logged = events(&api, "group.privilege").await;
    assert_eq!(values(&logged, "/eventType"), ["group.privilege.grant", "group.privilege.revoke"]);
    let logged = events(&api, "app.oauth2.client.privilege").await;
    assert_eq!(
        values(&logged, "/eventType"),
        ["app.oauth2.client.privilege.grant", "app.oauth2.client.privilege.revoke"]
    );
    assert!(events(&api, "group.profile.update").await.as_array().unwrap().is_empty());
}

#[tokio::test]
async fn permissions_resources_and_members_have_events_of_their_own() {
    let api = Api::market().await;
    let role = json!({ "label": "Reader", "description": "reads", "permissions": ["okta.users.read"] });
    let role = api.create("/api/v1/iam/roles", role).await["id"].as_str().unwrap().to_owned();
    let own = format!("/api/v1/iam/roles/{role}");
    api.create(&format!("{own}/permissions/okta.groups.read"), json!({})).await;
    api.delete(&format!("{own}/permissions/okta.groups.read")).await;
    api.put(&own, json!({ "label": "Readers", "description": "read" })).await;
    let logged = events(&api, "iam.role").await;
    let operations = ["create", "permissions.add", "permissions.delete", "update"];
    assert_eq!(values(&logged, "/eventType"), operations.map(|name| format!("iam.role.{name}")));
    assert!(values(&logged, "/target/0/id").iter().all(|id| **id == *role));

    let users = "orn:okta:directory:00omarket000000005d7:users";
    let set = json!({ "label": "People", "description": "all", "resources": [users] });
    let set = api.create("/api/v1/iam/resource-sets", set).await["id"].as_str().unwrap().to_owned();
    let own = format!("/api/v1/iam/resource-sets/{set}");
    let groups = "orn:okta:directory:00omarket000000005d7:groups";
    api.patch(&format!("{own}/resources"), json!({ "additions": [groups] })).await;
    let member = format!("{}/api/v1/users/00ubuyer0000000005d7", api.base());
    api.create(&format!("{own}/bindings"), json!({ "role": role, "members": [member] })).await;
    api.delete(&format!("{own}/bindings/{role}")).await;
    let logged = events(&api, "iam.resourceset").await;
    let operations = ["create", "resources.add", "bindings.add", "bindings.delete"];
    assert_eq!(values(&logged, "/eventType"), operations.map(|name| format!("iam.resourceset.{name}")));
}

#[tokio::test]
async fn what_apps_and_servers_trust_and_the_policies_of_apps_are_events() {
    let api = Api::market().await;
    let allowed = format!("/api/v1/apps/{WEB}/interclient-allowed-apps");
    let before = api.get(&allowed).await.body.as_array().unwrap().len();
    api.create(&allowed, json!({ "id": "0oamarketspa000005d7" })).await;
    api.delete(&format!("{allowed}/0oamarketspa000005d7")).await;
    assert_eq!(api.get(&allowed).await.body.as_array().unwrap().len(), before);
    let logged = events(&api, "app.interclient_mapping").await;
    assert_eq!(values(&logged, "/eventType"), ["app.interclient_mapping.create", "app.interclient_mapping.delete"]);
    assert!(events(&api, "application.lifecycle.update").await.as_array().unwrap().is_empty());

    let mut servers = Vec::new();
    for name in ["One", "Two"] {
        let server = json!({ "name": name, "description": "", "audiences": ["api://x"] });
        let server = api.create("/api/v1/authorizationServers", server).await;
        servers.push(server["id"].as_str().unwrap().to_owned());
    }
    let associated = format!("/api/v1/authorizationServers/{}/associatedServers", servers[0]);
    api.create(&associated, json!({ "trusted": [servers[1]] })).await;
    api.delete(&format!("{associated}/{}", servers[1])).await;
    let logged = events(&api, "app.oauth2.trusted_server").await;
    assert_eq!(values(&logged, "/eventType"), ["app.oauth2.trusted_server.add", "app.oauth2.trusted_server.delete"]);
    assert_eq!(values(&logged, "/target/0/id"), [&*servers[0], &*servers[0]]);

    let policy = api.create("/api/v1/policies", json!({ "type": "ACCESS_POLICY", "name": "Strict" })).await;
    let policy = policy["id"].as_str().unwrap();
    api.put(&format!("/api/v1/apps/{WEB}/policies/{policy}"), json!({})).await;
    let logged = events(&api, "policy.mapping").await;
    assert_eq!(values(&logged, "/target/0/id"), [policy]);
    assert_eq!(values(&logged, "/target/1/id"), [WEB]);
}
