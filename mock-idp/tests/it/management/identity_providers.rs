//! `/api/v1/idps`.

use serde_json::{Value, json};

use super::{Api, keys, values};

const PATH: &str = "/api/v1/idps";

fn provider(name: &str, kind: &str) -> Value {
    let client = json!({ "client_id": "c", "client_secret": "s", "pkce_required": null });
    json!({
        "type": kind, "name": name, "issuerMode": "ORG_URL", "status": "INACTIVE",
        "protocol": { "credentials": { "client": client }, "scopes": ["openid"] },
        "policy": {
            "accountLink": { "action": "AUTO" }, "maxClockSkew": 0,
            "provisioning": { "profileMaster": false, "action": "AUTO" },
            "subject": { "matchType": "USERNAME", "userNameTemplate": { "template": "idpuser.email" } },
        },
    })
}

#[tokio::test]
async fn a_provider_is_created_replaced_deactivated_and_removed() {
    let api = Api::market().await;
    let created = api.post(PATH, provider("a", "GOOGLE")).await;
    assert_eq!(created.status, 200);
    assert_eq!(
        created.keys(),
        ["id", "issuerMode", "name", "status", "created", "lastUpdated", "protocol", "policy", "type", "_links"]
    );
    assert_eq!((&created.body["status"], &created.body["issuerMode"]), (&json!("ACTIVE"), &json!("ORG_URL")));
    assert_eq!(
        created.body["protocol"],
        json!({
            "type": "OIDC",
            "endpoints": {
                "authorization": { "url": "https://accounts.google.com/o/oauth2/auth", "binding": "HTTP-REDIRECT" },
                "token": { "url": "https://www.googleapis.com/oauth2/v3/token", "binding": "HTTP-POST" },
            },
            "scopes": ["openid"],
            "credentials": { "client": { "client_id": "c", "client_secret": "s" } },
        })
    );
    let policy = &created.body["policy"];
    assert_eq!(
        policy["subject"],
        json!({
            "userNameTemplate": { "template": "idpuser.email" }, "filter": null, "matchType": "USERNAME",
            "matchAttribute": null,
        })
    );
    assert_eq!(
        (&policy["accountLink"], policy.get("trustClaims")),
        (&json!({ "filter": null, "action": "AUTO" }), None)
    );
    let id = created.body["id"].as_str().unwrap();
    let href = created.body["_links"]["authorize"]["href"].as_str().unwrap();
    assert!(
        href.starts_with(&format!("{}/oauth2/v1/authorize?idp={id}&client_id={{clientId}}&", api.base())),
        "{href}"
    );

    let path = format!("{PATH}/{id}");
    let replaced = api.put(&path, provider("b", "GOOGLE")).await;
    assert_eq!((&replaced.body["name"], &replaced.body["created"]), (&json!("b"), &Value::Null));
    assert_eq!(api.get(&path).await.body["created"], created.body["created"]);
    let inactive = api.post(&format!("{path}/lifecycle/deactivate"), json!({})).await;
    assert_eq!((inactive.status.as_u16(), &inactive.body["status"]), (200, &json!("INACTIVE")));
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(api.get(&path).await.error().1, "E0000007");
}

#[tokio::test]
async fn a_provider_of_openid_connect_has_settings_and_only_known_algorithms() {
    let api = Api::market().await;
    let mut body = provider("a", "OIDC");
    let algorithms = |name: &str| json!({ "request": { "signature": { "algorithm": name, "scope": "REQUEST" } } });
    body["protocol"]["algorithms"] = algorithms("SHA-256");
    body["protocol"]["endpoints"] = json!({ "slo": { "url": "https://a.example/logout" } });
    body["protocol"]["settings"] = json!({ "honorPersistentNameId": false, "participateSlo": true });
    let created = api.create(PATH, body).await;
    let protocol = &created["protocol"];
    assert_eq!(keys(protocol), ["type", "endpoints", "settings", "scopes", "credentials"]);
    assert_eq!(protocol["settings"], json!({ "nameFormat": null, "participateSlo": true }));
    assert_eq!(protocol["endpoints"]["slo"], json!({ "url": "https://a.example/logout", "binding": "HTTP-REDIRECT" }));
    assert_eq!(created["policy"]["trustClaims"], false);
    let mut body = provider("b", "OIDC");
    body["protocol"]["algorithms"] = algorithms("HS256");
    body["protocol"]["credentials"]["client"]["pkce_required"] = true.into();
    let created = api.create(PATH, body).await;
    assert_eq!(created["protocol"]["algorithms"], algorithms("HS256"));
    assert_eq!(created["protocol"]["settings"], json!({ "nameFormat": null }));
    assert_eq!(created["protocol"]["credentials"]["client"]["pkce_required"], true);
}

#[tokio::test]
async fn providers_are_listed_by_name_and_type_and_invalid_ones_are_refused() {
    let api = Api::market().await;
    for (name, kind) in [("alpha", "GOOGLE"), ("beta", "FACEBOOK"), ("betamax", "OIDC")] {
        api.create(PATH, provider(name, kind)).await;
    }
    let by_name = api.get(&format!("{PATH}?q=BETA")).await;
    assert_eq!(values(&by_name.body, "/name"), ["beta", "betamax"]);
    assert_eq!(by_name.links, [""; 0]);
    assert_eq!(values(&api.get(&format!("{PATH}?q=max")).await.body, "/name"), ["betamax"]);
    let by_type = api.get(&format!("{PATH}?type=FACEBOOK&limit=1")).await;
    assert_eq!(values(&by_type.body, "/protocol/type"), ["OAUTH2"]);
    assert_eq!(by_type.links, [format!("<{}{PATH}?limit=1>; rel=\"self\"", api.base())]);
    let taken = "name: An object with this field already exists in the current organization";
    assert_eq!(api.post(PATH, provider("beta", "OIDC")).await.error().3, [taken]);
    let blank =
        ["name", "type", "protocol", "policy"].map(|member| format!("{member}: The field cannot be left blank"));
    assert_eq!(api.post(PATH, json!({})).await.error().3, blank);
    assert_eq!(api.post(PATH, provider("x", "NONE")).await.error().1, "E0000003");
}
