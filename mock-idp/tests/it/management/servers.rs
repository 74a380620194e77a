//! `/api/v1/authorizationServers`.

use serde_json::{Value, json};

use super::{Api, keys, values};

const PATH: &str = "/api/v1/authorizationServers";

async fn server(api: &Api, name: &str) -> Value {
    api.create(PATH, json!({ "name": name, "description": "test", "audiences": ["api://orders"] })).await
}

/// A service app that may use client credentials, and its secret.
async fn worker(api: &Api) -> (String, String) {
    let body = json!({
        "name": "oidc_client", "label": "Worker", "signOnMode": "OPENID_CONNECT",
        "settings": { "oauthClient": {
            "application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"],
        } },
    });
    let app = api.create("/api/v1/apps", body).await;
    let text = |pointer: &str| app.pointer(pointer).and_then(Value::as_str).unwrap().to_owned();
    (text("/id"), text("/credentials/oauthClient/client_secret"))
}

async fn token(api: &Api, server: &str, (client, secret): &(String, String), scope: &str) -> Value {
    let form = [("grant_type", "client_credentials"), ("scope", scope)];
    let url = format!("{}/oauth2/{server}/v1/token", api.base());
    let request = crate::client::plain().post(url).basic_auth(client, Some(secret)).form(&form);
    request.send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn a_server_is_created_listed_replaced_and_removed() {
    let api = Api::market().await;
    let created = api.post(PATH, json!({ "name": "Orders", "audiences": ["api://orders"] })).await;
    assert_eq!(created.status, 201);
    assert_eq!(
        created.keys(),
        [
            "id",
            "name",
            "description",
            "audiences",
            "issuer",
            "issuerMode",
            "status",
            "created",
            "lastUpdated",
            "credentials",
            "default",
            "_links",
        ]
    );
    let server = &created.body;
    let id = server["id"].as_str().unwrap();
    assert_eq!(server["issuer"], format!("{}/oauth2/{id}", api.base()));
    assert_eq!(keys(&server["credentials"]["signing"]), ["kid", "rotationMode", "lastRotated", "nextRotation"]);
    assert_eq!(
        keys(&server["_links"]),
        [
            "rotateKey",
            "metadata",
            "resourceServerCredentialsKeys",
            "keys",
            "claims",
            "policies",
            "self",
            "scopes",
            "deactivate"
        ]
    );
    let found = api.get(&format!("{PATH}?q=ord&limit=200")).await;
    assert_eq!(values(&found.body, "/id"), [id]);
    assert_eq!(found.links, [format!("<{}{PATH}?limit=200&q=ord>; rel=\"self\"", api.base())]);

    let path = format!("{PATH}/{id}");
    let mut body = server.clone();
    body["issuerMode"] = "ORG_URL".into();
    body["credentials"]["signing"]["rotationMode"] = "MANUAL".into();
    let replaced = api.put(&path, body).await.body;
    assert_eq!(replaced["issuerMode"], "ORG_URL");
    assert_eq!(keys(&replaced["credentials"]["signing"]), ["kid", "rotationMode", "lastRotated"]);
    assert_eq!(replaced["credentials"]["signing"]["kid"], server["credentials"]["signing"]["kid"]);
    assert_eq!(api.post(&format!("{path}/lifecycle/deactivate"), json!({})).await.status, 204);
    assert_eq!(api.get(&path).await.body["status"], "INACTIVE");
    assert_eq!(api.delete(&path).await.status, 204);
    let summary = format!("Not found: Resource not found: {id} (AuthorizationServer)");
    assert_eq!(api.get(&path).await.error(), (404, "E0000007", summary.as_str(), vec![]));
    let blank = vec!["name: The field cannot be left blank", "audiences: The field cannot be left blank"];
    assert_eq!(api.post(PATH, json!({})).await.error(), (400, "E0000001", "Api validation failed: name", blank));
}

#[tokio::test]
async fn what_is_configured_is_in_the_next_token() {
    let api = Api::market().await;
    let id = server(&api, "Orders").await["id"].as_str().unwrap().to_owned();
    let path = format!("{PATH}/{id}");
    let worker = worker(&api).await;
    api.create(&format!("{path}/scopes"), json!({ "name": "orders:read", "consent": "IMPLICIT" })).await;
    assert_eq!(token(&api, &id, &worker, "orders:read").await["error"], "access_denied");
    let policy = json!({
        "type": "OAUTH_AUTHORIZATION_POLICY", "name": "All", "description": "",
        "conditions": { "clients": { "include": ["ALL_CLIENTS"] } },
    });
    let policy = api.create(&format!("{path}/policies"), policy).await["id"].as_str().unwrap().to_owned();
    let rule = json!({
        "type": "RESOURCE_ACCESS", "name": "Services",
        "conditions": { "grantTypes": { "include": ["client_credentials"] }, "scopes": { "include": ["*"] } },
        "actions": { "token": { "accessTokenLifetimeMinutes": 7 } },
    });
    let rules = format!("{path}/policies/{policy}/rules");
    let rule = api.create(&rules, rule).await["id"].as_str().unwrap().to_owned();
    let claim = json!({ "name": "kind", "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": "\"worker\"" });
    let claim = api.create(&format!("{path}/claims"), claim).await["id"].as_str().unwrap().to_owned();
    let issued = token(&api, &id, &worker, "orders:read").await;
    assert_eq!((&issued["expires_in"], &issued["scope"]), (&json!(420), &json!("orders:read")));
    let claims = crate::flow::decode(issued["access_token"].as_str().unwrap()).1;
    assert_eq!((&claims["kind"], &claims["aud"]), (&json!("worker"), &json!("api://orders")));

    assert_eq!(api.delete(&format!("{path}/claims/{claim}")).await.status, 204);
    let issued = token(&api, &id, &worker, "orders:read").await;
    assert_eq!(crate::flow::decode(issued["access_token"].as_str().unwrap()).1["kind"], Value::Null);
    assert_eq!(api.post(&format!("{rules}/{rule}/lifecycle/deactivate"), json!({})).await.status, 204);
    assert_eq!(token(&api, &id, &worker, "orders:read").await["error"], "access_denied");
}

#[tokio::test]
async fn scopes_are_listed_with_the_built_in_ones() {
    let api = Api::market().await;
    let path = format!("{PATH}/{}/scopes", server(&api, "Orders").await["id"].as_str().unwrap());
    let scope = json!({ "name": "orders:read", "displayName": "Read", "consent": "REQUIRED", "optional": true });
    let created = api.post(&path, scope).await;
    assert_eq!(created.status, 201);
    assert_eq!(
        created.keys(),
        [
            "id",
            "name",
            "displayName",
            "description",
            "system",
            "metadataPublish",
            "consent",
            "optional",
            "apiResourceId",
            "default",
            "_links",
        ]
    );
    let all = api.get(&path).await.body;
    assert_eq!(
        values(&all, "/name"),
        [
            "openid",
            "profile",
            "email",
            "address",
            "phone",
            "offline_access",
            "device_sso",
            "interclient_access",
            "orders:read",
        ]
    );
    assert_eq!((&all[0]["system"], all[0]["id"].as_str().unwrap().len()), (&json!(true), 20));
    let own = format!("{path}/{}", created.body["id"].as_str().unwrap());
    let replaced = api.put(&own, json!({ "name": "orders:read", "default": true })).await.body;
    assert_eq!((&replaced["default"], &replaced["displayName"]), (&json!(true), &json!(null)));
    assert_eq!(api.post(&path, json!({ "name": "openid" })).await.error().0, 400);
    assert_eq!(api.delete(&format!("{path}/{}", all[0]["id"].as_str().unwrap())).await.status, 403);
    assert_eq!(api.delete(&own).await.status, 204);
    assert_eq!(api.get(&own).await.status, 404);
}

#[tokio::test]
async fn claims_are_listed_the_newest_first_before_the_built_in_ones() {
    let api = Api::market().await;
    let path = format!("{PATH}/{}/claims", server(&api, "Orders").await["id"].as_str().unwrap());
    let claim = |name: &str| json!({ "name": name, "claimType": "RESOURCE", "value": "user.login", "conditions": {} });
    api.create(&path, claim("one")).await;
    let two = api.create(&path, claim("two")).await;
    assert_eq!(
        keys(&two),
        [
            "id",
            "name",
            "status",
            "claimType",
            "valueType",
            "value",
            "conditions",
            "system",
            "alwaysIncludeInToken",
            "apiResourceId",
            "_links",
        ]
    );
    assert_eq!(two["conditions"], json!({ "scopes": [] }));
    let all = api.get(&path).await.body;
    assert_eq!(all.as_array().unwrap().len(), 21);
    assert_eq!(values(&all, "/name")[..3], ["two", "one", "middle_name"]);
    let address = all.as_array().unwrap().iter().find(|claim| claim["name"] == "address").unwrap();
    assert_eq!(address["value"], Value::Null);
    let own = format!("{path}/{}", address["id"].as_str().unwrap());
    let body = json!({
        "name": "address", "claimType": "IDENTITY", "valueType": "SYSTEM", "alwaysIncludeInToken": true,
        "conditions": { "scopes": ["address"] }, "status": "ACTIVE",
    });
    let replaced = api.put(&own, body).await.body;
    assert_eq!((&replaced["alwaysIncludeInToken"], &replaced["system"]), (&json!(true), &json!(true)));
    assert_eq!(api.get(&own).await.body, replaced);
    assert_eq!(api.delete(&own).await.status, 403);
    assert_eq!(api.post(&path, claim("two")).await.status, 400);
    assert_eq!(api.post(&path, claim("iss")).await.status, 400);
}

#[tokio::test]
async fn policies_and_rules_are_numbered_without_gaps() {
    let api = Api::market().await;
    let path = format!("{PATH}/{}/policies", server(&api, "Orders").await["id"].as_str().unwrap());
    let mut ids = Vec::new();
    for name in ["a", "b", "c"] {
        let policy = api.create(&path, json!({ "name": name, "description": name, "priority": 1 })).await;
        assert_eq!(policy["conditions"], json!({ "clients": { "include": [] } }));
        ids.push(policy["id"].as_str().unwrap().to_owned());
    }
    let names = |list: &Value| values(list, "/name").join("");
    assert_eq!(names(&api.get(&path).await.body), "cba");
    assert_eq!(api.delete(&format!("{path}/{}", ids[1])).await.status, 204);
    let all = api.get(&path).await.body;
    assert_eq!((names(&all).as_str(), &all[1]["priority"]), ("ca", &json!(2)));

    let rules = format!("{path}/{}/rules", ids[0]);
    let rule = |name: &str, priority: u32| {
        json!({
            "name": name, "priority": priority, "type": "RESOURCE_ACCESS",
            "conditions": {
                "people": { "groups": { "include": ["EVERYONE"] } }, "scopes": { "include": ["*"] },
                "grantTypes": { "include": ["authorization_code", "client_credentials"] },
            },
        })
    };
    let created = api.post(&rules, rule("only", 2)).await;
    assert_eq!((created.status.as_u16(), &created.body["priority"]), (201, &json!(1)));
    assert_eq!(
        created.body["conditions"],
        json!({
            "people": { "users": { "exclude": [] }, "groups": { "include": ["EVERYONE"] } },
            "grantTypes": { "include": ["client_credentials", "authorization_code"] },
            "scopes": { "include": ["*"] },
        })
    );
    let own = format!("{rules}/{}", created.body["id"].as_str().unwrap());
    assert_eq!(api.put(&own, rule("renamed", 9)).await.body["priority"], 1);
    assert_eq!(api.delete(&own).await.status, 204);
    let gone = api.delete(&own).await;
    assert_eq!(gone.error().1, "E0000007");
    assert!(gone.error().2.ends_with("(PolicyRule)"));
}

#[tokio::test]
async fn associated_servers_are_shown_without_links() {
    let api = Api::market().await;
    let (one, two) = (server(&api, "One").await, server(&api, "Two").await);
    let path = format!("{PATH}/{}/associatedServers", one["id"].as_str().unwrap());
    let added = api.post(&path, json!({ "trusted": [two["id"]] })).await.body;
    assert_eq!((&added[0]["id"], &added[0]["_links"]), (&two["id"], &json!(null)));
    assert_eq!(api.get(&format!("{path}?trusted=true")).await.body, added);
    let three = server(&api, "Three").await;
    api.create(&path, json!({ "trusted": [three["id"]] })).await;
    let (second, third) = (two["id"].as_str().unwrap(), three["id"].as_str().unwrap());
    for (query, expected) in [
        ("q=thr".to_owned(), vec![third]),
        ("q=api://orders".to_owned(), vec![second, third]),
        ("q=none".to_owned(), vec![]),
        ("limit=1".to_owned(), vec![second]),
        (format!("limit=1&after={second}"), vec![third]),
        ("limit=-1".to_owned(), vec![second, third]),
    ] {
        let found = api.get(&format!("{path}?trusted=true&{query}")).await;
        assert_eq!(values(&found.body, "/id"), expected, "{query}");
    }
    let page = api.get(&format!("{path}?trusted=true&limit=1")).await;
    let list = format!("{}{PATH}", api.base());
    assert_eq!(page.links[1], format!("<{list}?after={second}&limit=1&trusted=true>; rel=\"next\""));
    assert_eq!(
        values(&api.get(&format!("{PATH}/{second}/associatedServers?trusted=false")).await.body, "/id"),
        [one["id"].as_str().unwrap()]
    );
    assert_eq!(api.delete(&format!("{path}/{third}")).await.status, 204);
    assert_eq!(api.delete(&format!("{path}/{}", two["id"].as_str().unwrap())).await.status, 204);
    assert_eq!(api.get(&format!("{path}?trusted=true")).await.body, json!([]));
}
