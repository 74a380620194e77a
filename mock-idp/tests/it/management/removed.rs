//! What has been removed is found by none of the operations about it.

use reqwest::Method;
use serde_json::{Value, json};

use super::Api;

/// A list of objects, and the body of a request to create one.
fn kinds() -> Vec<(&'static str, Value)> {
    let channel = |uri: &str| json!({ "type": "HTTP", "version": "1.0.0", "config": { "uri": uri, "method": "POST" } });
    let profile =
        json!({ "firstName": "R", "lastName": "M", "login": "removed@new.test", "email": "removed@new.test" });
    let expression = json!({ "type": "urn:okta:expression:1.0", "value": "user.city == \"Nowhere\"" });
    let resource = "orn:okta:directory:00omarket000000005d7:users";
    vec![
        ("/api/v1/users", json!({ "profile": profile })),
        ("/api/v1/groups", json!({ "profile": { "name": "Removed" } })),
        (
            "/api/v1/groups/rules",
            json!({ "type": "group_rule", "name": "Removed", "conditions": { "expression": expression },
                "actions": { "assignUserToGroups": { "groupIds": ["00gbuyers000000005d7"] } } }),
        ),
        (
            "/api/v1/apps",
            json!({ "name": "oidc_client", "label": "Removed", "signOnMode": "OPENID_CONNECT", "settings": {
                "oauthClient": { "application_type": "service", "grant_types": ["client_credentials"] } } }),
        ),
        (
            "/api/v1/authorizationServers",
            json!({ "name": "Removed", "description": "", "audiences": ["api://removed"] }),
        ),
        (
            "/api/v1/zones",
            json!({ "type": "IP", "name": "Removed", "gateways": [{ "type": "CIDR", "value": "10.0.0.0/8" }] }),
        ),
        (
            "/api/v1/trustedOrigins",
            json!({ "name": "Removed", "origin": "https://removed.example", "scopes": [{ "type": "CORS" }] }),
        ),
        (
            "/api/v1/inlineHooks",
            json!({ "name": "Removed", "type": "com.okta.oauth2.tokens.transform", "version": "1.0.0",
                "channel": channel("https://hooks.example.test/i") }),
        ),
        (
            "/api/v1/eventHooks",
            json!({ "name": "Removed", "events": { "type": "EVENT_TYPE", "items": ["user.lifecycle.create"] },
                "channel": channel("https://hooks.example.test/e") }),
        ),
        ("/api/v1/policies", json!({ "type": "ACCESS_POLICY", "name": "Removed" })),
        (
            "/api/v1/idps",
            json!({ "type": "GOOGLE", "name": "Removed",
                "protocol": { "credentials": { "client": { "client_id": "c", "client_secret": "s" } }, "scopes": ["openid"] },
                "policy": { "subject": { "userNameTemplate": { "template": "idpuser.email" } } } }),
        ),
        ("/api/v1/iam/roles", json!({ "label": "Removed", "description": "d", "permissions": ["okta.users.read"] })),
        ("/api/v1/iam/resource-sets", json!({ "label": "Removed", "description": "d", "resources": [resource] })),
        ("/api/v1/brands", json!({ "name": "Removed" })),
        ("/api/v1/meta/types/user", json!({ "name": "removed", "displayName": "Removed" })),
        ("/api/v1/hook-keys", json!({ "name": "Removed" })),
    ]
}

/// Removes an object. Okta: apps and hooks only when they are inactive, and users by the second request.
async fn remove(api: &Api, path: &str) {
    if ["/apps/", "Hooks/"].iter().any(|part| path.contains(part)) {
        let reply = api.post(&format!("{path}/lifecycle/deactivate"), json!({})).await;
        assert_eq!(reply.status, 200, "{path} {}", reply.body);
    }
    let times = if path.contains("/users/") { 2 } else { 1 };
    for _ in 0..times {
        let reply = api.delete(path).await;
        assert!([202, 204].contains(&reply.status.as_u16()), "{path} {} {}", reply.status, reply.body);
    }
}

#[tokio::test]
async fn no_operation_finds_what_has_been_removed() {
    let api = Api::market().await;
    let coverage = api.get("/_mock/coverage").await.body;
    let operations: Vec<(Method, &str)> = coverage["operations"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|operation| operation["state"] != "absent")
        .map(|operation| (operation["method"].as_str().unwrap().parse().unwrap(), operation["path"].as_str().unwrap()))
        .collect();
    let (mut found, mut sent) = (Vec::new(), 0);
    for (list, body) in kinds() {
        let object = api.create(list, body).await;
        let path = format!("{list}/{}", object["id"].as_str().unwrap());
        remove(&api, &path).await;
        let before = api.mock.document();
        for (method, template) in &operations {
            let Some(rest) = template.strip_prefix(list).and_then(|rest| rest.strip_prefix("/{")) else { continue };
            let rest = rest.split_once('}').unwrap().1;
            let rest: Vec<&str> =
                rest.split('/').map(|segment| if segment.starts_with('{') { "unknown" } else { segment }).collect();
            let path = format!("{path}{}", rest.join("/"));
            // Bodies of another kind are refused before the object is looked for.
            let body = if *method == Method::PATCH && path.contains("/groups/unknown") { json!([]) } else { json!({}) };
            if path.ends_with("/csrs/unknown/lifecycle/publish") {
                continue;
            }
            let reply = api.send(method.clone(), &path, (*method != Method::GET).then_some(body)).await;
            sent += 1;
            if reply.refusal() != (404, "E0000007") {
                found.push(format!("{method} {path}: {} {}", reply.status, reply.body));
            }
        }
        assert!(api.mock.document() == before, "{list}");
    }
    assert!(found.is_empty(), "{} of {sent}:\n{}", found.len(), found.join("\n"));
    assert!(sent > 200, "{sent}");
}
