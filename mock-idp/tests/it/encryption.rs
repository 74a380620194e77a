//! Encrypted tokens: ID tokens for the app, access tokens of a custom server for the API behind it.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rsa::{
    OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512, OaepPrivateDecryptingKey,
    PrivateDecryptingKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::StatusCode;
use mock_idp::MockIdp;
use mock_idp_core::model::AuthorizationServer;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::flow::{CALLBACK, WEB, WEB_SECRET, authorize, browser, code_request, decode, parameter, redeem};
use crate::jose::{CLIENT_PEM, Key, with};
use crate::market::{Published, journal, key_server};
use crate::org::{TestOrg, model};
use crate::refusals::{token, token_error};
use crate::registration::{clients, redeemed, register};
use crate::{ciba, device, exchange};

const CUSTOM: &str = "/oauth2/default";
const ORG: &str = "/oauth2";
const LEGACY: (&str, &str) =
    ("0oamarketlegacy005d7", "mock-secret-legacy-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH");
const BUYER: &str = "buyer@example.test";

/// OIDC Core 3.1.3.6.
fn half_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&digest(&SHA256, token.as_bytes()).as_ref()[..16])
}

/// The public key of the recipient.
fn recipient() -> Value {
    with(Key::client().jwk(), &json!({"kid": "for-me", "use": "enc"}))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// Header and content of an encrypted object, decrypted with the private key of [`recipient`].
fn open(token: &str) -> (Value, String) {
    let parts: Vec<Vec<u8>> = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
    let [header, wrapped, vector, content, tag] = parts.try_into().unwrap_or_else(|_| panic!("not encrypted: {token}"));
    let header: Value = serde_json::from_slice(&header).unwrap();
    let padding = match text(&header["alg"]) {
        "RSA-OAEP-256" => &OAEP_SHA256_MGF1SHA256,
        "RSA-OAEP-384" => &OAEP_SHA384_MGF1SHA384,
        "RSA-OAEP-512" => &OAEP_SHA512_MGF1SHA512,
        other => panic!("alg {other}"),
    };
    let der: String = CLIENT_PEM.lines().filter(|line| !line.starts_with("-----")).collect();
    let key = PrivateDecryptingKey::from_pkcs8(&STANDARD.decode(der).unwrap()).unwrap();
    let key = OaepPrivateDecryptingKey::new(key).unwrap();
    let mut content_key = vec![0; key.min_output_size()];
    let content_key = key.decrypt(padding, &wrapped, &mut content_key, None).unwrap();
    assert_eq!((content_key.len(), vector.len(), tag.len()), (32, 12, 16));
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, content_key).unwrap());
    let mut sealed = [content, tag].concat();
    let sent = token.split('.').next().unwrap();
    let nonce = Nonce::try_assume_unique_for_key(&vector).unwrap();
    let content = key.open_in_place(nonce, Aad::from(sent.as_bytes()), &mut sealed).unwrap();
    (header, String::from_utf8(content.to_vec()).unwrap())
}

/// The claims of the signed token in an encrypted ID token. Asserts the header.
fn opened(token: &Value, algorithm: &str) -> Value {
    let (header, signed) = open(text(token));
    assert_eq!(header, json!({"alg": algorithm, "enc": "A256GCM", "cty": "JWT", "kid": "for-me"}));
    assert_eq!(header.as_object().unwrap().keys().collect::<Vec<_>>(), ["alg", "enc", "cty", "kid"]);
    let (header, claims) = decode(&signed);
    assert_eq!((&header["alg"], signed.split('.').count()), (&json!("RS256"), 3));
    claims
}

/// The market with ID tokens encrypted for the key set of each app. Apps that have keys already are unchanged.
fn encrypted(algorithm: &str, keys: &Value) -> TestOrg {
    with_settings(&json!({ "id_token_encrypted_response_alg": algorithm, "jwks": keys }))
}

/// The market with these OAuth settings for each app without keys.
fn with_settings(settings: &Value) -> TestOrg {
    TestOrg::market().edit(|document| {
        for app in document.apps.iter_mut().filter(|app| app.settings.oauth_client.jwks.is_none()) {
            let mut oauth = serde_json::to_value(&app.settings.oauth_client).unwrap();
            oauth.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
            app.settings.oauth_client = model(oauth);
        }
    })
}

/// The market with encrypted ID tokens.
async fn market(algorithm: &str) -> MockIdp {
    encrypted(algorithm, &json!({ "keys": [recipient()] })).start().await
}

/// The market, with access tokens of its custom server encrypted for its keys.
async fn with_server(keys: impl FnOnce(&mut AuthorizationServer)) -> MockIdp {
    let org = TestOrg::market().server(|server| {
        server.access_token_encrypted_response_algorithm = Some(model(json!("RSA-OAEP-256")));
        keys(server);
    });
    org.start().await
}

async fn by_password(mock: &MockIdp, server: &str, scope: &str) -> reqwest::Response {
    let form = [("grant_type", "password"), ("username", BUYER), ("password", "Passw0rd!"), ("scope", scope)];
    token(mock, server, Some(LEGACY), &form).await
}

async fn body(response: reqwest::Response) -> Value {
    let (status, body) = (response.status(), response.json().await.unwrap());
    assert_eq!(status, 200, "{body}");
    body
}

async fn by_code(mock: &MockIdp, browser: &Client, scope: &str) -> Value {
    let arrived = authorize(mock, browser, BUYER, &code_request(WEB, scope)).await;
    body(redeem(mock, &parameter(&arrived, "code").unwrap()).await).await
}

async fn introspect(mock: &MockIdp, token: &str) -> Value {
    let url = format!("{}/v1/introspect", mock.issuer());
    let request = browser().post(url).basic_auth(WEB, Some(WEB_SECRET)).form(&[("token", token)]);
    body(request.send().await.unwrap()).await
}

#[tokio::test]
async fn every_grant_returns_an_encrypted_id_token_and_a_signed_access_token() {
    let mock = market("RSA-OAEP-256").await;
    let mut tokens = vec![("code", by_code(&mock, &browser(), "openid profile offline_access").await)];
    let refresh = tokens[0].1["refresh_token"].clone();
    let form = [("grant_type", "refresh_token"), ("refresh_token", text(&refresh))];
    tokens.push(("refresh", body(token(&mock, CUSTOM, Some((WEB, WEB_SECRET)), &form).await).await));
    tokens.push(("password", body(by_password(&mock, CUSTOM, "openid").await).await));
    tokens.push(("org server", body(by_password(&mock, ORG, "openid").await).await));
    let code = device::allowed(&mock, "openid", BUYER).await;
    tokens.push(("device", body(device::poll(&mock, &code).await).await));
    let id = ciba::approved(&mock).await;
    tokens.push(("back channel", body(ciba::poll(&mock, &id).await).await));
    for (grant, tokens) in &tokens {
        let claims = opened(&tokens["id_token"], "RSA-OAEP-256");
        assert_eq!(claims["sub"], "00ubuyer0000000005d7", "{grant}");
        assert_eq!(claims["at_hash"], half_hash(text(&tokens["access_token"])), "{grant}");
        assert_eq!(decode(text(&tokens["access_token"])).0["alg"], "RS256", "{grant}");
    }
    let claims = opened(&tokens[0].1["id_token"], "RSA-OAEP-256");
    assert_eq!((&claims["name"], &claims["nonce"], &claims["aud"]), (&json!("Ben Buyer"), &json!("n-1"), &json!(WEB)));

    let machine = body(token(&mock, CUSTOM, Some(SERVICE), &CLIENT_CREDENTIALS).await).await;
    assert_eq!(machine.get("id_token"), None);

    let key = |tokens: &Value| text(&tokens["id_token"]).split('.').take(3).map(str::to_owned).collect::<Vec<_>>();
    let (first, second) = (key(&tokens[2].1), key(&body(by_password(&mock, CUSTOM, "openid").await).await));
    assert!(first[1] != second[1] && first[2] != second[2], "each token has its own key and vector");
}

const SERVICE: (&str, &str) =
    ("0oamarketservice05d7", "mock-secret-service-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG");
const CLIENT_CREDENTIALS: [(&str, &str); 2] = [("grant_type", "client_credentials"), ("scope", "products:read")];

#[tokio::test]
async fn the_authorization_endpoint_returns_encrypted_id_tokens() {
    let mock = market("RSA-OAEP-384").await;
    for response_type in ["id_token", "id_token token", "code id_token", "code id_token token"] {
        let mut request = code_request(WEB, "openid profile");
        request.retain(|(name, _)| *name != "response_type");
        request.push(("response_type", response_type));
        let arrived = authorize(&mock, &browser(), BUYER, &request).await;
        let token = parameter(&arrived, "id_token").unwrap_or_else(|| panic!("{response_type}: {arrived}"));
        let claims = opened(&json!(token), "RSA-OAEP-384");
        assert_eq!(claims["aud"], WEB);
        let hash = |name: &str| parameter(&arrived, name).map_or(Value::Null, |value| half_hash(&value).into());
        let claim = |name: &str| claims.get(name).cloned().unwrap_or_default();
        assert_eq!((claim("at_hash"), claim("c_hash")), (hash("access_token"), hash("code")), "{response_type}");
    }
}

#[tokio::test]
async fn the_signed_id_token_is_a_hint_and_subject_and_the_encrypted_one_is_not() {
    let mock = market("RSA-OAEP-512").await;
    let browser = browser();
    let tokens = by_code(&mock, &browser, "openid").await;
    let outside = text(&tokens["id_token"]);
    let (_, inside) = open(outside);
    assert_eq!(introspect(&mock, outside).await, json!({ "active": false }));
    assert_eq!(introspect(&mock, &inside).await["active"], true);

    // OIDC Core 3.1.2.1: a client decrypts what it hands back as a hint.
    let silent = async || {
        let mut request = code_request(WEB, "openid");
        request.push(("prompt", "none"));
        parameter(&authorize(&mock, &browser, BUYER, &request).await, "code").is_some()
    };
    let logout = async |hint: &str| {
        let url = format!("{}/v1/logout", mock.issuer());
        browser.get(url).query(&[("id_token_hint", hint)]).send().await.unwrap()
    };
    let refused = logout(outside).await;
    assert_eq!(refused.status(), 400);
    assert!(refused.text().await.unwrap().contains("The id token is invalid."));
    assert!(silent().await, "the session continues");
    assert_eq!(logout(&inside).await.status(), 200);
    assert!(!silent().await);

    let session = crate::flow::browser();
    let courier = exchange::courier_tokens(&mock, &session, "openid device_sso").await;
    let (outside, secret) = (text(&courier["id_token"]), text(&courier["device_secret"]));
    let refused = token_error(exchange::exchange_with_device_secret(&mock, outside, secret, "openid").await).await;
    assert_eq!(refused, (400, "invalid_request".to_owned(), "'subject_token' is invalid.".to_owned()));
    let other = body(exchange::exchange_with_device_secret(&mock, &open(outside).1, secret, "openid").await).await;
    assert_eq!(opened(&other["id_token"], "RSA-OAEP-512")["sub"], "00ubuyer0000000005d7");
}

/// Asserts the error of a password request.
async fn refused(mock: &MockIdp, expected: (u16, &str, &str)) {
    let (status, error, description) = expected;
    let answer = token_error(by_password(mock, CUSTOM, "openid").await).await;
    assert_eq!(answer, (status, error.to_owned(), description.to_owned()));
}

#[tokio::test]
async fn a_client_without_an_encryption_key_is_refused_with_oktas_errors() {
    let client = |text| (401, "invalid_client", text);
    let inactive = with(recipient(), &json!({"status": "INACTIVE"}));
    let for_signing = with(Key::client().jwk(), &json!({"kid": "sig", "use": "sig"}));
    for (keys, text) in [
        (json!([for_signing]), "No encryption key found for the client."),
        (json!([inactive, for_signing]), "No active encryption key found for the client."),
    ] {
        let mock = encrypted("RSA-OAEP-256", &json!({ "keys": keys })).start().await;
        refused(&mock, client(text)).await;
        let preview = explain(&mock).await;
        assert_eq!((&preview["error"], &preview["error_description"]), (&json!("invalid_client"), &json!(text)));

        // At the authorization endpoint the error is in the redirect; without an ID token there is nothing to encrypt.
        let mut request = code_request(WEB, "openid");
        request.retain(|(name, _)| *name != "response_type");
        request.push(("response_type", "id_token"));
        let arrived = authorize(&mock, &browser(), BUYER, &request).await;
        let words = ["error", "error_description"].map(|name| parameter(&arrived, name).unwrap_or_default());
        assert_eq!(words, ["invalid_client", text]);
        assert_eq!(by_password(&mock, CUSTOM, "products:read").await.status(), 200);
    }
}

fn publish(published: &Published, keys: &Value) {
    *published.lock() = (StatusCode::OK, json!({ "keys": keys }).to_string());
}

/// Unusable key sets, with the beginning of the error for each.
fn useless() -> [(Value, &'static str); 5] {
    let other = with(recipient(), &json!({"kid": "other"}));
    [
        (json!([]), "No encryption key found"),
        (json!([with(Key::client().jwk(), &json!({"kid": "sig", "use": "sig"}))]), "No encryption key found"),
        (json!([recipient(), other]), "Multiple encryption keys found"),
        (json!([with(Key::ec("P-256").jwk(), &json!({"kid": "ec", "use": "enc"}))]), "kid=ec"),
        (json!([with(recipient(), &json!({"alg": "RSA-OAEP-512"}))]), "kid=for-me"),
    ]
}

async fn forget_keys(mock: &MockIdp) {
    let clock = format!("{}/_mock/clock", mock.url());
    browser().post(clock).json(&json!({ "advance": 300 })).send().await.unwrap();
}

#[tokio::test]
async fn keys_are_fetched_from_the_jwks_uri() {
    let (uri, published, _) = key_server().await;
    let settings = json!({ "id_token_encrypted_response_alg": "RSA-OAEP-256", "jwks_uri": uri });
    let mock = with_settings(&settings).start().await;
    // `status` is a member of Okta's key objects only.
    publish(&published, &json!([with(recipient(), &json!({"status": "INACTIVE"}))]));
    opened(&body(by_password(&mock, CUSTOM, "openid").await).await["id_token"], "RSA-OAEP-256");
    let encrypted = explain(&mock).await["token"]["id_token"]["encrypted"].clone();
    let key = format!("the key of the client at {uri}");
    assert_eq!(encrypted, json!({"alg": "RSA-OAEP-256", "enc": "A256GCM", "key": key}));
    for (keys, words) in useless() {
        forget_keys(&mock).await;
        publish(&published, &keys);
        let text = match words.strip_prefix("kid=") {
            Some(kid) => format!("Invalid encryption key for client with kid={kid}."),
            None => format!("{words} for the client at the 'jwks_uri'."),
        };
        refused(&mock, (401, "invalid_client", &text)).await;
    }
    forget_keys(&mock).await;
    *published.lock() = (StatusCode::NOT_FOUND, String::new());
    refused(&mock, (401, "invalid_client", "Error retrieving the client JWKSet from jwks_uri.")).await;
    // The journal has the URL.
    assert!(journal(&mock).await.contains(&format!("{uri}: status 404")));
}

async fn explain(mock: &MockIdp) -> Value {
    let query = [("client", LEGACY.0), ("user", BUYER), ("scope", "openid profile"), ("grant", "password")];
    let answer = browser().get(format!("{}/_mock/explain", mock.url())).query(&query).send().await.unwrap();
    answer.json().await.unwrap()
}

#[tokio::test]
async fn a_preview_shows_the_claims_and_the_encryption_key() {
    let mock = market("RSA-OAEP-256").await;
    let preview = explain(&mock).await;
    let id_token = &preview["token"]["id_token"];
    assert_eq!(id_token["payload"]["name"], "Ben Buyer");
    assert_eq!(id_token["header"]["alg"], "RS256");
    let key = "the key `for-me` of the client";
    assert_eq!(id_token["encrypted"], json!({"alg": "RSA-OAEP-256", "enc": "A256GCM", "key": key}));
    assert_eq!(preview["token"]["access_token"].get("encrypted"), None);
    let query = [("client", LEGACY.0), ("user", BUYER), ("scope", "openid"), ("grant", "password")];
    let page = browser().get(format!("{}/_mock/console/preview", mock.url())).query(&query).send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("RSA-OAEP-256, A256GCM, for the key `for-me` of the client"), "{page}");

    let tokens = body(by_password(&mock, CUSTOM, "openid").await).await;
    let journal = journal(&mock).await;
    assert!(journal.contains("encryption of the ID token") && journal.contains(key), "{journal}");
    assert!(!journal.contains(text(&tokens["id_token"])) && !journal.contains(&open(text(&tokens["id_token"])).1));
}

#[tokio::test]
async fn access_tokens_of_a_custom_server_are_encrypted_for_its_api() {
    let keys = json!({ "keys": [with(recipient(), &json!({"status": "ACTIVE"}))] });
    let mock = with_server(|server| server.jwks = Some(model(keys))).await;
    let tokens = by_code(&mock, &browser(), "openid products:read").await;
    let outside = text(&tokens["access_token"]);
    let (header, inside) = open(outside);
    assert_eq!(header, json!({"alg": "RSA-OAEP-256", "enc": "A256GCM", "cty": "JWT", "kid": "for-me"}));
    let (_, claims) = decode(&inside);
    assert_eq!((&claims["sub"], &claims["scp"]), (&json!(BUYER), &json!(["openid", "products:read"])));
    let (_, id) = decode(text(&tokens["id_token"]));
    assert_eq!(id["at_hash"], half_hash(outside), "of the encrypted access token");

    // Okta: introspection, revocation and userinfo do not work with encrypted access tokens.
    assert_eq!(introspect(&mock, outside).await, json!({ "active": false }));
    let userinfo = async |token: &str| {
        let url = format!("{}/v1/userinfo", mock.issuer());
        browser().get(url).bearer_auth(token).send().await.unwrap().status()
    };
    assert_eq!((userinfo(outside).await, userinfo(&inside).await), (StatusCode::UNAUTHORIZED, StatusCode::OK));
    let revoke = format!("{}/v1/revoke", mock.issuer());
    let request = browser().post(revoke).basic_auth(WEB, Some(WEB_SECRET)).form(&[("token", outside)]);
    assert_eq!(request.send().await.unwrap().status(), 200);
    assert_eq!(introspect(&mock, &inside).await["active"], true, "the API can introspect the decrypted token");

    open(text(&body(token(&mock, CUSTOM, Some(SERVICE), &CLIENT_CREDENTIALS).await).await["access_token"]));
    let org = body(by_password(&mock, ORG, "openid").await).await;
    assert_eq!(decode(text(&org["access_token"])).0["typ"], "application/okta-internal-at+jwt");
    let preview = explain(&mock).await;
    assert_eq!(preview["token"]["access_token"]["encrypted"]["key"], "the key `for-me` of the authorization server");
    assert_eq!(preview.get("userinfo"), None);
}

#[tokio::test]
async fn a_server_without_an_encryption_key_is_refused_with_oktas_errors() {
    let inactive = json!({ "keys": [with(recipient(), &json!({"status": "INACTIVE"}))] });
    let mock = with_server(|server| server.jwks = Some(model(inactive))).await;
    refused(&mock, (400, "invalid_request", "No encryption key found for the authorization server.")).await;

    let (uri, published, _) = key_server().await;
    let mock = with_server(|server| server.jwks_uri = Some(uri)).await;
    publish(&published, &json!([recipient()]));
    open(text(&body(by_password(&mock, CUSTOM, "openid").await).await["access_token"]));
    for (keys, words) in useless() {
        forget_keys(&mock).await;
        publish(&published, &keys);
        let text = match words.strip_prefix("kid=") {
            Some(kid) => format!("Invalid encryption key for authorization server with kid={kid}."),
            None => format!("{words} for the authorization server at the 'jwksUri'."),
        };
        refused(&mock, (400, "invalid_request", &text)).await;
    }
    forget_keys(&mock).await;
    *published.lock() = (StatusCode::NOT_FOUND, String::new());
    refused(&mock, (400, "invalid_request", "Error retrieving the authorization server JWKSet from jwks_uri.")).await;
}

#[tokio::test]
async fn a_client_can_register_for_encrypted_id_tokens() {
    let mock = MockIdp::builder().start().await.unwrap();
    let metadata = json!({
        "client_name": "Vault", "redirect_uris": [CALLBACK], "jwks": {"keys": [recipient()]},
        "id_token_encrypted_response_alg": "RSA-OAEP-256",
    });
    for wrong in [
        json!({"id_token_encrypted_response_alg": "RSA-OAEP"}),
        json!({"jwks": null}),
        json!({"jwks": {"keys": [with(recipient(), &json!({"status": "INACTIVE"}))]}}),
        json!({"jwks": {"keys": [recipient(), with(recipient(), &json!({"kid": "other"}))]}}),
        json!({"jwks": {"keys": [with(Key::ec("P-256").jwk(), &json!({"use": "enc"}))]}}),
    ] {
        let answer = clients(&mock, Method::POST, "", with(metadata.clone(), &wrong)).await;
        let (status, error) = (answer.status(), answer.json::<Value>().await.unwrap());
        let expected = json!({"error": "invalid_client_metadata", "error_description": "Invalid request"});
        assert_eq!((status.as_u16(), error), (400, expected), "{wrong}");
    }
    let made = register(&mock, metadata).await;
    assert_eq!(made["id_token_encrypted_response_alg"], "RSA-OAEP-256");
    assert_eq!(made["jwks"]["keys"], json!([recipient()]));
    let id = text(&made["client_id"]);
    let (status, tokens) = redeemed(&mock, id, text(&made["client_secret"])).await;
    assert_eq!((status, &opened(&tokens["id_token"], "RSA-OAEP-256")["aud"]), (200, &made["client_id"]));
    let shown = clients(&mock, Method::GET, &format!("/{id}"), Value::Null).await.json::<Value>().await.unwrap();
    assert_eq!(shown["id_token_encrypted_response_alg"], "RSA-OAEP-256");
}
