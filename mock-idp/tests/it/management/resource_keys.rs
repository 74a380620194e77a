//! `/api/v1/authorizationServers/{id}/resourceservercredentials/keys`.

use serde_json::json;

use super::{Api, keys, values};

const KEYS: &str = "/api/v1/authorizationServers/default/resourceservercredentials/keys";

/// A public key of 2,048 bits for encryption.
fn key(kid: &str) -> serde_json::Value {
    let modulus = "u".repeat(342);
    json!({ "kty": "RSA", "kid": kid, "use": "enc", "e": "AQAB", "n": modulus })
}

#[tokio::test]
async fn a_key_is_added_inactive_and_activated_in_place_of_another() {
    let api = Api::market().await;
    let server = api.get("/api/v1/authorizationServers/default").await.body;
    let link = server["_links"]["resourceServerCredentialsKeys"]["href"].as_str().unwrap();
    assert_eq!(link, format!("{}{KEYS}", api.base()));
    assert_eq!(api.get(KEYS).await.body, json!([]));
    let mut ids = Vec::new();
    for kid in ["one", "two"] {
        let added = api.post(KEYS, key(kid)).await;
        assert_eq!((added.status.as_u16(), &added.body["status"]), (201, &json!("INACTIVE")), "{}", added.body);
        assert_eq!(keys(&added.body["_links"]), ["activate", "delete"]);
        ids.push(added.body["id"].as_str().unwrap().to_owned());
    }
    for id in &ids {
        let active = api.post(&format!("{KEYS}/{id}/lifecycle/activate"), json!({})).await;
        assert_eq!((active.status.as_u16(), &active.body["status"]), (200, &json!("ACTIVE")));
    }
    assert_eq!(values(&api.get(KEYS).await.body, "/status"), ["INACTIVE", "ACTIVE"]);
    assert_eq!(api.post(KEYS, key("one")).await.error().1, "E0000001");
    let mut active = key("three");
    active["status"] = "ACTIVE".into();
    assert_eq!(api.post(KEYS, active).await.error().1, "E0000001");
    assert_eq!(api.delete(&format!("{KEYS}/{}", ids[1])).await.status, 400);
    assert_eq!(api.delete(&format!("{KEYS}/{}", ids[0])).await.status, 204);
    assert_eq!(api.get(&format!("{KEYS}/{}", ids[0])).await.status, 404);
}
