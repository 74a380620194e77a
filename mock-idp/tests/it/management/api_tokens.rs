//! `/api/v1/api-tokens`.

use serde_json::json;

use super::{Api, keys};

const PATH: &str = "/api/v1/api-tokens";

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
