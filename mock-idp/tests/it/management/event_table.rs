//! The events of the operations that change something, one request after the other on one org.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::Api;
use crate::flow::WEB;

/// A request, the name for the id of the object that it creates, and the types of its events.
pub(super) struct Row(
    pub(super) &'static str,
    pub(super) &'static str,
    pub(super) Value,
    pub(super) &'static str,
    pub(super) &'static [&'static str],
);

const BUYER: &str = "00ubuyer0000000005d7";

fn people() -> Vec<Row> {
    let profile = |name: &str| json!({ "login": name, "email": name, "firstName": "E", "lastName": "V" });
    let user =
        json!({ "profile": profile("event@new.test"), "credentials": { "password": { "value": "Correct-Horse7" } } });
    let rule = |name: &str| {
        json!({
            "type": "group_rule", "name": name,
            "conditions": { "expression": { "type": "urn:okta:expression:1.0", "value": "user.city == \"Nowhere\"" } },
            "actions": { "assignUserToGroups": { "groupIds": ["{group}"] } },
        })
    };
    let none = || json!({});
    vec![
        Row("POST", "/api/v1/users?activate=false", user, "user", &["user.lifecycle.create"]),
        Row(
            "POST",
            "/api/v1/users/{user}/lifecycle/activate?sendEmail=false",
            none(),
            "",
            &["user.lifecycle.activate"],
        ),
        Row(
            "POST",
            "/api/v1/users/{user}",
            json!({ "profile": { "city": "X" } }),
            "",
            &["user.account.update_profile"],
        ),
        Row(
            "POST",
            "/api/v1/users/{user}",
            json!({ "credentials": { "password": { "value": "Another-Horse7" } } }),
            "",
            &["user.account.update_password"],
        ),
        Row("POST", "/api/v1/users/{user}/lifecycle/suspend", none(), "", &["user.lifecycle.suspend"]),
        Row("POST", "/api/v1/users/{user}/lifecycle/unsuspend", none(), "", &["user.lifecycle.unsuspend"]),
        Row("POST", "/api/v1/users/{user}/lifecycle/expire_password", none(), "", &["user.account.expire_password"]),
        Row(
            "POST",
            "/api/v1/users/{user}/lifecycle/reset_password?sendEmail=false",
            none(),
            "",
            &["user.account.reset_password"],
        ),
        Row(
            "POST",
            "/api/v1/users/{user}/roles",
            json!({ "type": "READ_ONLY_ADMIN" }),
            "role",
            &["user.account.privilege.grant"],
        ),
        Row("DELETE", "/api/v1/users/{user}/roles/{role}", none(), "", &["user.account.privilege.revoke"]),
        Row("PUT", "/api/v1/users/{user}/risk", json!({ "riskLevel": "HIGH" }), "", &["user.risk.change"]),
        Row("PUT", "/api/v1/users/{user}/risk", json!({ "riskLevel": "LOW" }), "", &["user.risk.change"]),
        Row(
            "POST",
            "/api/v1/users/{user}/subscriptions/OKTA_UPDATE/subscribe",
            none(),
            "",
            &["user.account.subscriptions.update"],
        ),
        Row(
            "POST",
            "/api/v1/roles/SUPER_ADMIN/subscriptions/OKTA_UPDATE/subscribe",
            none(),
            "",
            &["iam.role.subscriptions.update"],
        ),
        Row("POST", "/api/v1/groups", json!({ "profile": { "name": "Events" } }), "group", &["group.lifecycle.create"]),
        Row(
            "PUT",
            "/api/v1/groups/{group}",
            json!({ "profile": { "name": "Events", "description": "d" } }),
            "",
            &["group.profile.update"],
        ),
        Row("PUT", "/api/v1/groups/{group}/users/{user}", none(), "", &["group.user_membership.add"]),
        Row("DELETE", "/api/v1/groups/{group}/users/{user}", none(), "", &["group.user_membership.remove"]),
        // Okta has no events for owners of groups, and for creating, changing and removing group rules.
        Row("POST", "/api/v1/groups/{group}/owners", json!({ "id": BUYER, "type": "USER" }), "", &[]),
        Row("DELETE", "/api/v1/groups/{group}/owners/00ubuyer0000000005d7", none(), "", &[]),
        Row("POST", "/api/v1/groups/rules", rule("events"), "rule", &[]),
        Row(
            "POST",
            "/api/v1/groups/rules/{rule}/lifecycle/activate",
            none(),
            "",
            &["group.user_membership.rule.trigger"],
        ),
        Row(
            "POST",
            "/api/v1/groups/rules/{rule}/lifecycle/deactivate",
            none(),
            "",
            &["group.user_membership.rule.deactivated"],
        ),
        Row("DELETE", "/api/v1/groups/rules/{rule}", none(), "", &[]),
        Row("DELETE", "/api/v1/groups/{group}", none(), "", &["group.lifecycle.delete"]),
        Row("DELETE", "/api/v1/users/{user}", none(), "", &["user.lifecycle.deactivate"]),
        Row(
            "DELETE",
            "/api/v1/users/{user}",
            none(),
            "",
            &["user.lifecycle.delete.initiated", "user.lifecycle.delete.completed"],
        ),
    ]
}

fn apps_and_servers() -> Vec<Row> {
    let app = |label: &str| {
        json!({
            "name": "oidc_client", "label": label, "signOnMode": "OPENID_CONNECT",
            "settings": { "oauthClient": { "application_type": "service", "grant_types": ["client_credentials"] } },
        })
    };
    let none = || json!({});
    let server = |name: &str| json!({ "name": name, "description": "d", "audiences": ["api://events"] });
    let claim =
        |value: &str| json!({ "name": "kind", "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": value });
    let policy = |name: &str| {
        json!({
            "type": "OAUTH_AUTHORIZATION_POLICY", "name": name, "description": "",
            "conditions": { "clients": { "include": ["ALL_CLIENTS"] } },
        })
    };
    let rule = |minutes: u32| {
        json!({
            "type": "RESOURCE_ACCESS", "name": "Services",
            "conditions": { "grantTypes": { "include": ["client_credentials"] }, "scopes": { "include": ["*"] } },
            "actions": { "token": { "accessTokenLifetimeMinutes": minutes } },
        })
    };
    vec![
        Row("POST", "/api/v1/apps", app("Events"), "app", &["application.lifecycle.create"]),
        Row("PUT", "/api/v1/apps/{app}", app("Renamed"), "", &["application.lifecycle.update"]),
        Row(
            "POST",
            "/api/v1/apps/{app}/users",
            json!({ "id": BUYER, "scope": "USER" }),
            "",
            &["application.user_membership.add"],
        ),
        Row(
            "DELETE",
            "/api/v1/apps/{app}/users/00ubuyer0000000005d7",
            none(),
            "",
            &["application.user_membership.remove"],
        ),
        Row("PUT", "/api/v1/apps/{app}/groups/00gbuyers000000005d7", none(), "", &["group.application_assignment.add"]),
        Row(
            "DELETE",
            "/api/v1/apps/{app}/groups/00gbuyers000000005d7",
            none(),
            "",
            &["group.application_assignment.remove"],
        ),
        Row("POST", "/api/v1/apps/{app}/lifecycle/deactivate", none(), "", &["application.lifecycle.deactivate"]),
        Row("POST", "/api/v1/apps/{app}/lifecycle/activate", none(), "", &["application.lifecycle.activate"]),
        Row("POST", "/api/v1/apps/{app}/lifecycle/deactivate", none(), "", &["application.lifecycle.deactivate"]),
        Row("DELETE", "/api/v1/apps/{app}", none(), "", &["application.lifecycle.delete"]),
        Row("POST", "/api/v1/authorizationServers", server("Events"), "server", &["oauth2.as.created"]),
        Row("PUT", "/api/v1/authorizationServers/{server}", server("Renamed"), "", &["oauth2.as.updated"]),
        Row(
            "POST",
            "/api/v1/authorizationServers/{server}/scopes",
            json!({ "name": "read" }),
            "scope",
            &["oauth2.scope.created"],
        ),
        Row(
            "PUT",
            "/api/v1/authorizationServers/{server}/scopes/{scope}",
            json!({ "name": "read", "description": "d" }),
            "",
            &["oauth2.scope.updated"],
        ),
        Row("DELETE", "/api/v1/authorizationServers/{server}/scopes/{scope}", none(), "", &["oauth2.scope.deleted"]),
        Row("POST", "/api/v1/authorizationServers/{server}/claims", claim("\"a\""), "claim", &["oauth2.claim.created"]),
        Row(
            "PUT",
            "/api/v1/authorizationServers/{server}/claims/{claim}",
            claim("\"b\""),
            "",
            &["oauth2.claim.updated"],
        ),
        Row("DELETE", "/api/v1/authorizationServers/{server}/claims/{claim}", none(), "", &["oauth2.claim.deleted"]),
        Row(
            "POST",
            "/api/v1/authorizationServers/{server}/policies",
            policy("All"),
            "policy",
            &["policy.lifecycle.create"],
        ),
        Row(
            "PUT",
            "/api/v1/authorizationServers/{server}/policies/{policy}",
            policy("Every"),
            "",
            &["policy.lifecycle.update"],
        ),
        Row(
            "POST",
            "/api/v1/authorizationServers/{server}/policies/{policy}/rules",
            rule(7),
            "rule",
            &["policy.rule.add"],
        ),
        Row(
            "PUT",
            "/api/v1/authorizationServers/{server}/policies/{policy}/rules/{rule}",
            rule(8),
            "",
            &["policy.rule.update"],
        ),
        Row(
            "POST",
            "/api/v1/authorizationServers/{server}/policies/{policy}/rules/{rule}/lifecycle/deactivate",
            none(),
            "",
            &["policy.rule.deactivate"],
        ),
        Row(
            "DELETE",
            "/api/v1/authorizationServers/{server}/policies/{policy}/rules/{rule}",
            none(),
            "",
            &["policy.rule.delete"],
        ),
        Row(
            "POST",
            "/api/v1/authorizationServers/{server}/policies/{policy}/lifecycle/deactivate",
            none(),
            "",
            &["policy.lifecycle.deactivate"],
        ),
        Row(
            "DELETE",
            "/api/v1/authorizationServers/{server}/policies/{policy}",
            none(),
            "",
            &["policy.lifecycle.delete"],
        ),
        Row(
            "POST",
            "/api/v1/authorizationServers/{server}/lifecycle/deactivate",
            none(),
            "",
            &["oauth2.as.deactivated"],
        ),
        Row("POST", "/api/v1/authorizationServers/{server}/lifecycle/activate", none(), "", &["oauth2.as.activated"]),
        Row("DELETE", "/api/v1/authorizationServers/{server}", none(), "", &["oauth2.as.deleted"]),
    ]
}

fn directory() -> Vec<Row> {
    let none = || json!({});
    let zone =
        |name: &str| json!({ "type": "IP", "name": name, "gateways": [{ "type": "CIDR", "value": "10.0.0.0/8" }] });
    let origin =
        |name: &str| json!({ "name": name, "origin": "https://events.example", "scopes": [{ "type": "CORS" }] });
    let hook = |name: &str| {
        json!({
            "name": name, "type": "com.okta.oauth2.tokens.transform", "version": "1.0.0",
            "channel": { "type": "HTTP", "version": "1.0.0", "config": { "uri": "https://hooks.example.test/a", "method": "POST" } },
        })
    };
    let event_hook = |name: &str| {
        json!({
            "name": name, "events": { "type": "EVENT_TYPE", "items": ["user.lifecycle.create"] },
            "channel": { "type": "HTTP", "version": "1.0.0", "config": { "uri": "https://hooks.example.test/e" } },
        })
    };
    let policy = |name: &str| json!({ "type": "PASSWORD", "name": name, "conditions": { "people": { "groups": { "include": ["00gbuyers000000005d7"] } } } });
    let rule = |name: &str| json!({ "type": "PASSWORD", "name": name, "actions": { "passwordChange": { "access": "ALLOW" } } });
    let role = |description: &str| json!({ "label": "Events", "description": description, "permissions": ["okta.users.read"] });
    vec![
        Row("POST", "/api/v1/zones", zone("Events"), "zone", &["zone.create"]),
        Row("PUT", "/api/v1/zones/{zone}", zone("Renamed"), "", &["zone.update"]),
        Row("POST", "/api/v1/zones/{zone}/lifecycle/deactivate", none(), "", &["zone.deactivate"]),
        Row("POST", "/api/v1/zones/{zone}/lifecycle/activate", none(), "", &["zone.activate"]),
        Row("DELETE", "/api/v1/zones/{zone}", none(), "", &["zone.delete"]),
        Row("POST", "/api/v1/trustedOrigins", origin("Events"), "origin", &["security.trusted_origin.create"]),
        Row("PUT", "/api/v1/trustedOrigins/{origin}", origin("Renamed"), "", &["security.trusted_origin.update"]),
        Row(
            "POST",
            "/api/v1/trustedOrigins/{origin}/lifecycle/deactivate",
            none(),
            "",
            &["security.trusted_origin.deactivate"],
        ),
        Row(
            "POST",
            "/api/v1/trustedOrigins/{origin}/lifecycle/activate",
            none(),
            "",
            &["security.trusted_origin.activate"],
        ),
        Row("DELETE", "/api/v1/trustedOrigins/{origin}", none(), "", &["security.trusted_origin.delete"]),
        Row("POST", "/api/v1/inlineHooks", hook("Events"), "hook", &["inline_hook.created"]),
        Row("PUT", "/api/v1/inlineHooks/{hook}", hook("Renamed"), "", &["inline_hook.updated"]),
        Row("POST", "/api/v1/inlineHooks/{hook}", json!({ "name": "Again" }), "", &["inline_hook.updated"]),
        Row("POST", "/api/v1/inlineHooks/{hook}/lifecycle/deactivate", none(), "", &["inline_hook.deactivated"]),
        Row("POST", "/api/v1/inlineHooks/{hook}/lifecycle/activate", none(), "", &["inline_hook.activated"]),
        Row("POST", "/api/v1/inlineHooks/{hook}/lifecycle/deactivate", none(), "", &["inline_hook.deactivated"]),
        Row("DELETE", "/api/v1/inlineHooks/{hook}", none(), "", &["inline_hook.deleted"]),
        Row("POST", "/api/v1/eventHooks", event_hook("Events"), "hook", &["event_hook.created"]),
        Row("PUT", "/api/v1/eventHooks/{hook}", event_hook("Renamed"), "", &["event_hook.updated"]),
        Row("POST", "/api/v1/eventHooks/{hook}/lifecycle/deactivate", none(), "", &["event_hook.deactivated"]),
        Row("POST", "/api/v1/eventHooks/{hook}/lifecycle/activate", none(), "", &["event_hook.activated"]),
        Row("POST", "/api/v1/eventHooks/{hook}/lifecycle/deactivate", none(), "", &["event_hook.deactivated"]),
        Row("DELETE", "/api/v1/eventHooks/{hook}", none(), "", &["event_hook.deleted"]),
        Row("POST", "/api/v1/policies", policy("Events"), "policy", &["policy.lifecycle.create"]),
        Row("PUT", "/api/v1/policies/{policy}", policy("Renamed"), "", &["policy.lifecycle.update"]),
        Row("POST", "/api/v1/policies/{policy}/lifecycle/deactivate", none(), "", &["policy.lifecycle.deactivate"]),
        Row("POST", "/api/v1/policies/{policy}/lifecycle/activate", none(), "", &["policy.lifecycle.activate"]),
        Row("POST", "/api/v1/policies/{policy}/rules", rule("One"), "rule", &["policy.rule.add"]),
        Row("PUT", "/api/v1/policies/{policy}/rules/{rule}", rule("Two"), "", &["policy.rule.update"]),
        Row(
            "POST",
            "/api/v1/policies/{policy}/rules/{rule}/lifecycle/deactivate",
            none(),
            "",
            &["policy.rule.deactivate"],
        ),
        Row("POST", "/api/v1/policies/{policy}/rules/{rule}/lifecycle/activate", none(), "", &["policy.rule.activate"]),
        Row("DELETE", "/api/v1/policies/{policy}/rules/{rule}", none(), "", &["policy.rule.delete"]),
        Row("DELETE", "/api/v1/policies/{policy}", none(), "", &["policy.lifecycle.delete"]),
        Row("POST", "/api/v1/iam/roles", role("d"), "role", &["iam.role.create"]),
        Row("PUT", "/api/v1/iam/roles/{role}", role("e"), "", &["iam.role.update"]),
        Row("DELETE", "/api/v1/iam/roles/{role}", none(), "", &["iam.role.delete"]),
        Row(
            "POST",
            "/api/v1/meta/schemas/user/linkedObjects",
            json!({
                "primary": { "name": "lead", "title": "Lead", "description": "", "type": "USER" },
                "associated": { "name": "member", "title": "Member", "description": "", "type": "USER" },
            }),
            "",
            &["directory.linked_object.create"],
        ),
        // Okta has no events for links between users, for settings of the org and for the schema of groups.
        Row("PUT", "/api/v1/users/00ubuyer0000000005d7/linkedObjects/lead/00uadmin0000000005d7", none(), "", &[]),
        Row("DELETE", "/api/v1/users/00ubuyer0000000005d7/linkedObjects/lead", none(), "", &[]),
        Row("DELETE", "/api/v1/meta/schemas/user/linkedObjects/lead", none(), "", &["directory.linked_object.delete"]),
        Row("POST", "/api/v1/org", json!({ "city": "Bern" }), "", &[]),
        Row("PUT", "/api/v1/org/contacts/BILLING", json!({ "userId": BUYER }), "", &[]),
        Row("POST", "/api/v1/org/preferences/hideEndUserFooter", none(), "", &[]),
        Row("PUT", "/api/v1/org/settings/clientPrivilegesSetting", json!({ "clientPrivilegesSetting": true }), "", &[]),
        Row(
            "POST",
            "/api/v1/meta/schemas/group/default",
            json!({ "definitions": { "custom": { "properties": { "cost": { "title": "Cost", "type": "number" } } } } }),
            "",
            &[],
        ),
        Row("POST", "/api/v1/brands", json!({ "name": "Events" }), "brand", &["system.brand.create"]),
        Row("DELETE", "/api/v1/brands/{brand}", none(), "", &["system.brand.delete"]),
    ]
}

/// The value with the ids that the names in braces stand for.
fn filled(text: &str, ids: &HashMap<&'static str, String>) -> String {
    ids.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
}

async fn types(api: &Api) -> Vec<String> {
    let events = api.get("/api/v1/logs?limit=1000").await.body;
    super::values(&events, "/eventType").into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn each_change_has_the_events_of_oktas_catalogue() {
    let api = Api::market().await;
    let rows = people().into_iter().chain(apps_and_servers()).chain(directory());
    check(&api, HashMap::from([("web", WEB.to_owned())]), rows).await;
}

/// Sends the requests one after the other, and compares the events that each one adds. `ids`: what the names in braces stand for.
pub(super) async fn check(api: &Api, mut ids: HashMap<&'static str, String>, rows: impl IntoIterator<Item = Row>) {
    let mut wrong = Vec::new();
    let mut known = types(api).await.len();
    for Row(method, path, body, saved, expected) in rows {
        let (path, body) = (filled(path, &ids), filled(&body.to_string(), &ids));
        let reply = api.send(method.parse().unwrap(), &path, Some(serde_json::from_str(&body).unwrap())).await;
        assert!(reply.status.is_success(), "{method} {path}: {} {}", reply.status, reply.body);
        if !saved.is_empty() {
            let id = reply.body["id"].as_str().or(reply.body["kid"].as_str());
            ids.insert(saved, id.unwrap().to_owned());
        }
        let all = types(api).await;
        if all[known..] != *expected {
            wrong.push(format!("{method} {path}: {:?}, not {expected:?}", &all[known..]));
        }
        known = all.len();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
