//! `/api/v1/api-tokens`.

use mock_idp::MockIdp;
use serde_json::json;

use super::{Api, keys};

const PATH: &str = "/api/v1/api-tokens";

/// A client of an org that a document describes.
async fn api(yaml: &str) -> Api {
    Api::of(MockIdp::builder().org_yaml(yaml).start().await.unwrap())
}

#[tokio::test]
async fn a_token_is_listed_shown_and_revoked() {
    let api = Api::market().await;
    let list = api.get(&format!("{PATH}/")).await.body;
    let token = &list[0];
    assert_eq!(
        keys(token),
        [
            "id",
            "name",
            "userId",
            "clientName",
            "tokenWindow",
            "network",
            "expiresAt",
            "created",
            "lastUpdated",
            "_links"
        ]
    );
    assert_eq!((&token["name"], &token["clientName"]), (&json!("API token"), &json!("Okta API")));
    let (id, user) = (token["id"].as_str().unwrap(), token["userId"].as_str().unwrap());
    assert!(id.starts_with("00T") && id.len() == 20, "{id}");
    assert_eq!(token["_links"]["user"]["href"], format!("{}/api/v1/users/{user}", api.base()));
    let path = format!("{PATH}/{id}");
    assert_eq!(api.get(&path).await.body["id"], *id);
    let unknown = "Not found: Resource not found: 00T (Token)";
    assert_eq!(api.get(&format!("{PATH}/00T")).await.error(), (404, "E0000007", unknown, vec![]));
    assert_eq!(api.delete(&format!("{PATH}/00T")).await.error(), (404, "E0000007", unknown, vec![]));
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(api.get(PATH).await.error().1, "E0000011");
}

#[tokio::test]
async fn a_token_is_changed_and_revokes_itself() {
    let api = Api::market().await;
    let path = format!("{PATH}/{}", api.get(PATH).await.body[0]["id"].as_str().unwrap());
    let zone = json!({ "type": "IP", "name": "Office", "gateways": [{ "type": "CIDR", "value": "192.0.2.0/24" }] });
    let zone = api.create("/api/v1/zones", zone).await["id"].clone();
    let network = json!({ "connection": "ZONE", "exclude": [zone] });
    let changed = api.put(&path, json!({ "name": "CI", "userId": "00uadmin0000000005d7", "network": network })).await;
    assert_eq!((changed.status.as_u16(), &changed.body["name"]), (200, &json!("CI")));
    assert_eq!(api.get(&path).await.body["network"], network);
    assert_eq!(api.put(&path, json!({ "network": { "connection": "ANYWHERE" } })).await.body["name"], "CI");
    let here = json!({ "type": "IP", "name": "Here", "gateways": [{ "type": "CIDR", "value": "127.0.0.0/8" }] });
    api.create("/api/v1/zones", here).await;
    let all = json!({ "connection": "ZONE", "include": ["ALL_ZONES"], "exclude": [zone] });
    let named = api.put(&path, json!({ "network": all })).await;
    assert_eq!((named.status.as_u16(), &named.body["network"]), (200, &all));
    assert_eq!(api.put(&path, json!({ "network": { "connection": "ANYWHERE" } })).await.status, 200);
    let unknown = json!({ "network": { "connection": "ZONE", "include": ["nzounknown"] } });
    assert_eq!(api.put(&path, unknown).await.error().0, 404);
    for wrong in [json!({ "network": { "connection": "MOON" } }), json!({ "name": 1 }), json!({ "network": [] })] {
        assert_eq!(api.put(&path, wrong).await.error().1, "E0000003");
    }
    assert_eq!(api.put(&path, json!({ "userId": "00uunknown" })).await.error().0, 404);
    assert_eq!(api.put(&format!("{PATH}/00T"), json!({})).await.error().0, 404);
    let events = api.get("/api/v1/logs?filter=eventType+sw+%22system.api_token%22").await.body;
    assert_eq!(super::values(&events, "/eventType"), ["system.api_token.update"; 4]);
    assert_eq!(api.delete(&format!("{PATH}/current")).await.status, 204);
    assert_eq!(api.get(PATH).await.error().1, "E0000011");
}

#[tokio::test]
async fn a_token_is_accepted_in_its_networks_only() {
    let token = "00mockSecondApiToken0123456789abcdefghijkl";
    let zone = |name: &str, range: &str| {
        let gateways = format!("[{{ type: RANGE, value: {range} }}]");
        format!("    - {{ type: IP, name: {name}, status: ACTIVE, gateways: {gateways} }}\n")
    };
    let zones =
        format!("  networkZones:\n{}{}", zone("Here", "127.0.0.1-127.0.0.9"), zone("Elsewhere", "192.0.2.1-192.0.2.9"));
    for (network, expected) in [
        ("{ connection: ANYWHERE }", 200),
        ("{ connection: ZONE, include: [Here] }", 200),
        ("{ connection: ZONE, include: [Elsewhere] }", 403),
        ("{ connection: ZONE, include: [ALL_ZONES] }", 200),
        ("{ connection: ZONE, exclude: [Here] }", 403),
        ("{ connection: ZONE, exclude: [Elsewhere] }", 200),
    ] {
        let yaml = format!("apiTokens:\n  - {{ value: {token}, network: {network} }}\ndirectory:\n{zones}");
        let reply = api(&yaml).await.with_token(token).get(PATH).await;
        assert_eq!(reply.status, expected, "{network}");
        if expected == 403 {
            assert_eq!(reply.refusal(), (403, "E0000006"), "{network}");
        }
    }
}

#[tokio::test]
async fn a_token_without_a_value_is_listed_and_admits_nothing() {
    let token = "00mockSecondApiToken0123456789abcdefghijkl";
    let yaml = format!("apiTokens:\n  - {{ id: 00Timported000000005d7, name: CI }}\n  - {token}\n");
    let api = api(&yaml).await.with_token(token);
    assert_eq!(super::values(&api.get(PATH).await.body, "/name"), ["CI", "API token"]);
    for wrong in ["00Timported000000005d7", "00"] {
        assert_eq!(api.with_token(wrong).get(PATH).await.refusal(), (401, "E0000011"), "{wrong}");
    }
    assert_eq!(api.delete(&format!("{PATH}/00Timported000000005d7")).await.status, 204);
}
