//! `/api/v1/apps/{id}/credentials`.

use serde_json::{Value, json};

use super::{Api, keys};

/// A service app and the path of its credentials.
async fn service(api: &Api, method: &str, jwks: Value) -> (Value, String) {
    let body = json!({
        "name": "oidc_client", "label": "Worker", "signOnMode": "OPENID_CONNECT",
        "credentials": { "oauthClient": { "token_endpoint_auth_method": method } },
        "settings": { "oauthClient": {
            "application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"], "jwks": jwks,
        } },
    });
    let app = api.create("/api/v1/apps", body).await;
    let path = format!("/api/v1/apps/{}/credentials", app["id"].as_str().unwrap());
    (app, path)
}

#[tokio::test]
async fn a_client_has_up_to_two_secrets_of_which_an_inactive_one_can_be_removed() {
    let api = Api::market().await;
    let (app, path) = service(&api, "client_secret_basic", Value::Null).await;
    let list = api.get(&format!("{path}/secrets")).await.body;
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(keys(&list[0]), ["id", "created", "lastUpdated", "status", "client_secret", "secret_hash", "_links"]);
    assert_eq!(list[0]["client_secret"], app["credentials"]["oauthClient"]["client_secret"]);
    assert_eq!(list[0]["secret_hash"].as_str().unwrap().len(), 22);
    let added = api.post(&format!("{path}/secrets"), json!({})).await;
    assert_eq!(added.status, 201);
    let cause = "You have reached the maximum number of client secrets per client.";
    assert_eq!(
        api.post(&format!("{path}/secrets"), json!({})).await.error(),
        (400, "E0000001", "Api validation failed: OAuth2ClientSecretMediated", vec![cause])
    );

    let first = format!("{path}/secrets/{}", list[0]["id"].as_str().unwrap());
    assert_eq!(api.delete(&first).await.status, 400);
    let inactive = api.post(&format!("{first}/lifecycle/deactivate"), json!({})).await.body;
    assert_eq!((&inactive["status"], keys(&inactive["_links"])), (&json!("INACTIVE"), vec!["activate", "delete"]));
    let token = |secret: Value| {
        let form = [("grant_type", "client_credentials"), ("scope", "unknown")];
        let request = crate::client::plain().post(format!("{}/oauth2/default/v1/token", api.base())).form(&form);
        let id = app["id"].as_str().unwrap().to_owned();
        async move { request.basic_auth(id, secret.as_str()).send().await.unwrap().json::<Value>().await.unwrap() }
    };
    assert_eq!(token(list[0]["client_secret"].clone()).await["error"], "invalid_client");
    assert_eq!(token(added.body["client_secret"].clone()).await["error"], "invalid_scope");
    assert_eq!(api.delete(&first).await.status, 204);
    assert_eq!(api.get(&first).await.status, 404);
}

#[tokio::test]
async fn keys_are_added_deactivated_and_removed() {
    let api = Api::market().await;
    let modulus = format!("v{}", "A".repeat(341));
    let jwks = json!({ "keys": [{ "kty": "RSA", "kid": "one", "status": "ACTIVE", "e": "AQAB", "n": modulus }] });
    let (app, path) = service(&api, "private_key_jwt", jwks).await;
    assert_eq!(app["credentials"]["oauthClient"]["client_secret"], Value::Null);
    assert_eq!(app["_links"]["clientCredentials"][0]["name"], "jwks");
    let key = &app["settings"]["oauthClient"]["jwks"]["keys"][0];
    assert_eq!(keys(key), ["kty", "id", "status", "kid", "use", "e", "n"]);
    assert!(key["id"].as_str().unwrap().starts_with("pks"));

    let jwks = format!("{path}/jwks");
    let short = json!({ "kid": "two", "status": "ACTIVE", "kty": "RSA", "use": "sig" });
    let cause = "RSA key length in the 'jwks' is less than '2,048' bits for the given key.";
    assert_eq!(
        api.post(&jwks, short).await.error(),
        (400, "E0000001", "Api validation failed: JsonWebKey", vec![cause])
    );
    let body = json!({ "kid": "two", "kty": "RSA", "use": "sig", "e": "AQAB", "n": modulus });
    let added = api.post(&jwks, body).await;
    assert_eq!((added.status.as_u16(), &added.body["kid"]), (201, &json!("two")));
    let own = format!("{jwks}/{}", added.body["id"].as_str().unwrap());
    assert_eq!(api.delete(&own).await.status, 400);
    let inactive = api.post(&format!("{own}/lifecycle/deactivate"), json!({})).await.body;
    assert_eq!(inactive["status"], "INACTIVE");
    assert_eq!(api.get(&jwks).await.body.as_array().unwrap().len(), 2);
    assert_eq!(api.delete(&own).await.status, 204);
    assert_eq!(api.get(&own).await.status, 404);
}
