//! Client assertions with `client_secret_jwt` and `private_key_jwt`, and Okta's errors for invalid ones.

use std::sync::atomic::Ordering;

use http::StatusCode;
use mock_idp::MockIdp;
use mock_idp_core::model::{App, Status};
use serde_json::{Value, json};

use crate::flow::decode;
use crate::jose::{CLIENT_PEM, Key, jwt, with};
use crate::market::{NOW, advance, journal, key_server, market, market_with, post, shared, stop_clock};
use crate::org::{TestOrg, private_key_jwt, service};

const KEYJWT: &str = "0oamarketkeyjwt005d7";
const SECJWT: &str = "0oamarketjwtsec005d7";
const SECRET: &str = "mock-secret-jwtsec-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
fn claims(client: &str, mock: &MockIdp) -> Value {
    let endpoint = format!("{}/v1/token", mock.issuer());
    json!({"iss": client, "sub": client, "aud": endpoint, "iat": NOW, "exp": NOW + 300})
}

async fn send(mock: &MockIdp, path: &str, assertion: &str, extra: &[(&str, &str)]) -> (u16, Value) {
    let mut form = vec![("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion)];
    form.extend(extra);
    let response = shared().post(format!("{}{path}", mock.url())).form(&form).send().await.unwrap();
    let status = response.status().as_u16();
    let body = response.text().await.unwrap();
    (status, serde_json::from_str(&body).unwrap_or(Value::Null))
}

/// Requests a token of the custom server.
async fn grant(mock: &MockIdp, assertion: &str) -> (u16, Value) {
    let form = [("grant_type", "client_credentials"), ("scope", "products:read")];
    send(mock, "/oauth2/default/v1/token", assertion, &form).await
}

fn refused(answer: &(u16, Value), text: &str) {
    assert_eq!(*answer, (401, json!({"error": "invalid_client", "error_description": text})));
}

#[tokio::test]
async fn an_assertion_of_another_library_is_accepted() {
    let mock = market().await;
    let key = jsonwebtoken::EncodingKey::from_rsa_pem(CLIENT_PEM.as_bytes()).unwrap();
    for algorithm in ["RS256", "RS384", "RS512"] {
        let header = jsonwebtoken::Header::new(algorithm.parse().unwrap());
        let assertion = jsonwebtoken::encode(&header, &claims(KEYJWT, &mock), &key).unwrap();
        let (status, body) = grant(&mock, &assertion).await;
        // The market's key says that it is for RS256.
        assert_eq!(status, if algorithm == "RS256" { 200 } else { 401 }, "{body}");
    }
    let key = jsonwebtoken::EncodingKey::from_secret(SECRET.as_bytes());
    for algorithm in ["HS256", "HS384", "HS512"] {
        let header = jsonwebtoken::Header::new(algorithm.parse().unwrap());
        let mut claims = claims(SECJWT, &mock);
        claims["aud"] = json!(format!("{}/v1/introspect", mock.issuer()));
        let assertion = jsonwebtoken::encode(&header, &claims, &key).unwrap();
        let answer = send(&mock, "/oauth2/default/v1/introspect", &assertion, &[("token", "unknown")]).await;
        assert_eq!(answer, (200, json!({"active": false})), "{algorithm}");
    }
}

#[tokio::test]
async fn each_key_accepts_its_own_algorithms_only() {
    let keys = [
        (Key::client(), "r", &["RS256", "RS384", "RS512"][..]),
        (Key::ec("P-256"), "p256", &["ES256"]),
        (Key::ec("P-384"), "p384", &["ES384"]),
        (Key::ec("P-521"), "p521", &["ES512"]),
    ];
    let set: Vec<Value> = keys.iter().map(|(key, kid, _)| with(key.jwk(), &json!({"kid": kid}))).collect();
    let app = service("0oamanykeys000000000", &private_key_jwt(), &json!({"jwks": {"keys": set}}));
    let mock = market_with([app], &["0oamanykeys000000000"]).await;
    let claims = claims("0oamanykeys000000000", &mock);
    for (key, kid, algorithms) in &keys {
        for algorithm in ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"] {
            let assertion = jwt(&json!({"alg": algorithm, "kid": kid}), &claims, key);
            let answer = grant(&mock, &assertion).await;
            if algorithms.contains(&algorithm) {
                assert_eq!(answer.0, 200, "{kid} {algorithm} {}", answer.1);
            } else {
                refused(&answer, "The client_assertion JWT signature algorithm is invalid.");
            }
        }
    }
}

#[tokio::test]
async fn invalid_assertions_are_refused_with_oktas_errors() {
    let (mine, other) = (Key::client(), Key::ec("P-256"));
    let set = json!({"keys": [
        with(mine.jwk(), &json!({"kid": "mine"})),
        with(other.jwk(), &json!({"kid": "enc", "use": "enc"})),
    ]});
    let short_secret = json!({
        "token_endpoint_auth_method": "client_secret_jwt", "client_secret": "0123456789abcdef0123456789abcdef",
    });
    let apps = [
        service("0oatwokeys0000000000", &private_key_jwt(), &json!({"jwks": set})),
        service("0oashort000000000000", &short_secret, &json!({})),
        service("0oaplain000000000000", &json!({"client_secret": SECRET}), &json!({})),
        App { status: Status::Inactive, ..service("0oaoff00000000000000", &private_key_jwt(), &json!({"jwks": set})) },
    ];
    let mock = market_with(apps, &[]).await;
    let secret = Key::Secret(SECRET.to_owned());
    let short = Key::Secret("0123456789abcdef0123456789abcdef".to_owned());
    let public = Key::Secret(mine.jwk()["n"].as_str().unwrap().to_owned());
    /// Client, key, changes of the header and of the claims, the answer.
    type Case<'a> = (&'a str, &'a Key, Value, Value, &'a str);
    let none = || json!({});
    let cases: Vec<Case<'_>> = vec![
        (
            KEYJWT,
            &mine,
            none(),
            json!({"iss": null}),
            "The issuer claim for client_assertion is not a valid client_id.",
        ),
        (
            KEYJWT,
            &mine,
            none(),
            json!({"iss": "0oanobody"}),
            "The issuer claim for client_assertion is not a valid client_id.",
        ),
        (
            "0oaoff00000000000000",
            &mine,
            none(),
            none(),
            "The issuer claim for client_assertion is not a valid client_id.",
        ),
        (
            KEYJWT,
            &mine,
            none(),
            json!({"sub": "somebody"}),
            "The subject claim for client_assertion is not a valid client_id.",
        ),
        (
            KEYJWT,
            &mine,
            none(),
            json!({"sub": null}),
            "The subject claim for client_assertion is not a valid client_id.",
        ),
        (
            KEYJWT,
            &mine,
            none(),
            json!({"exp": null}),
            "The client_assertion must contain the 'exp' claim as seconds since epoch.",
        ),
        (
            KEYJWT,
            &mine,
            none(),
            json!({"exp": "soon"}),
            "The client_assertion must contain the 'exp' claim as seconds since epoch.",
        ),
        (KEYJWT, &mine, none(), json!({"exp": NOW}), "The client_assertion token is expired."),
        (
            KEYJWT,
            &mine,
            none(),
            json!({"exp": NOW + 3601}),
            "The client_assertion token has an expiration too far into the future.",
        ),
        (
            KEYJWT,
            &mine,
            none(),
            json!({"aud": mock.issuer()}),
            "The audience claim for client_assertion must be the endpoint invoked for the request.",
        ),
        (
            KEYJWT,
            &mine,
            none(),
            json!({"aud": null}),
            "The audience claim for client_assertion must be the endpoint invoked for the request.",
        ),
        (
            KEYJWT,
            &mine,
            none(),
            json!({"aud": format!("{}/oauth2/v1/token", mock.url())}),
            "The audience claim for client_assertion must be the endpoint invoked for the request.",
        ),
        (
            KEYJWT,
            &mine,
            none(),
            json!({"aud": format!("{}/v1/revoke", mock.issuer())}),
            "The audience claim for client_assertion must be the endpoint invoked for the request.",
        ),
        (
            KEYJWT,
            &mine,
            none(),
            json!({"iat": NOW + 1}),
            "The client_assertion token must be issued before the current time.",
        ),
        (
            KEYJWT,
            &mine,
            none(),
            json!({"nbf": NOW + 1}),
            "The client_assertion token must be issued before the current time.",
        ),
        (KEYJWT, &mine, json!({"kid": "another"}), none(), "The client_assertion JWT kid is invalid."),
        ("0oatwokeys0000000000", &mine, none(), none(), "The client_assertion JWT kid is invalid."),
        (
            "0oatwokeys0000000000",
            &other,
            json!({"alg": "ES256", "kid": "enc"}),
            none(),
            "The client_assertion JWT needs to be signed using a signing key.",
        ),
        ("0oatwokeys0000000000", &other, json!({"kid": "mine"}), none(), "The client_assertion signature is invalid."),
        (SECJWT, &secret, json!({"alg": "none"}), none(), "The client_assertion JWT signature algorithm is invalid."),
        (KEYJWT, &mine, json!({"alg": "none"}), none(), "The client_assertion JWT signature algorithm is invalid."),
        (KEYJWT, &mine, json!({"alg": "PS256"}), none(), "The client_assertion JWT signature algorithm is invalid."),
        (KEYJWT, &mine, json!({"alg": "ES256"}), none(), "The client_assertion JWT signature algorithm is invalid."),
        (KEYJWT, &mine, json!({"alg": null}), none(), "The client_assertion JWT signature algorithm is invalid."),
        // The public key taken for a secret: there is none to compare with.
        (
            KEYJWT,
            &public,
            json!({"alg": "HS256"}),
            none(),
            "The issuer and subject claim for client_assertion is invalid because the client does not have a client secret.",
        ),
        (
            SECJWT,
            &mine,
            none(),
            none(),
            "The client does not have a JWKSet configured, but the client_assertion requires one.",
        ),
        (SECJWT, &public, json!({"alg": "HS256"}), none(), "The client_assertion signature is invalid."),
        (
            "0oashort000000000000",
            &short,
            json!({"alg": "HS384"}),
            none(),
            "The client secret is too short to verify a JWT HMAC.",
        ),
        (
            "0oaplain000000000000",
            &secret,
            json!({"alg": "HS256"}),
            none(),
            "Client authentication failed. Either the client or the client credentials are invalid.",
        ),
        (KEYJWT, &mine, json!({"crit": ["x"], "x": true}), none(), "The parsing of the client_assertion failed."),
    ];
    for (client, key, header, changes, text) in cases {
        let claims = with(with(claims(client, &mock), &json!({"jti": "once"})), &changes);
        let assertion = jwt(&with(json!({"alg": "RS256"}), &header), &claims, key);
        let answer = grant(&mock, &assertion).await;
        assert_eq!(answer.1["error_description"], text, "{client} {header} {changes}");
        refused(&answer, text);
    }
    for broken in ["x", "a.b", "e30.e30", "e30.e30.!", "e30.W10.", "....", ""] {
        refused(&grant(&mock, broken).await, "The parsing of the client_assertion failed.");
    }
    // None of them has consumed the jti.
    let assertion = jwt(&json!({"alg": "RS256"}), &with(claims(KEYJWT, &mock), &json!({"jti": "once"})), &mine);
    assert_eq!(grant(&mock, &assertion).await.0, 200);
}

#[tokio::test]
async fn an_assertion_is_accepted_once() {
    let mock = market().await;
    let key = Key::client();
    let header = json!({"alg": "RS256"});
    let assertion = jwt(&header, &with(claims(KEYJWT, &mock), &json!({"jti": "a"})), &key);
    assert_eq!(grant(&mock, &assertion).await.0, 200);
    refused(&grant(&mock, &assertion).await, "The client_assertion token has already been used.");
    // Another assertion with the same jti at another endpoint is rejected as well.
    let elsewhere = with(claims(KEYJWT, &mock), &json!({"jti": "a", "aud": format!("{}/v1/revoke", mock.issuer())}));
    let answer = send(&mock, "/oauth2/default/v1/revoke", &jwt(&header, &elsewhere, &key), &[("token", "x")]).await;
    refused(&answer, "The client_assertion token has already been used.");
    // Without a jti it can be used again.
    let nameless = jwt(&header, &claims(KEYJWT, &mock), &key);
    for _ in 0..2 {
        assert_eq!(grant(&mock, &nameless).await.0, 200);
    }
    advance(&mock, 300).await;
    refused(&grant(&mock, &assertion).await, "The client_assertion token is expired.");
}

#[tokio::test]
async fn a_thousand_concurrent_uses_of_one_assertion_succeed_once() {
    let mock = market().await;
    let client = shared();
    let url = format!("{}/oauth2/default/v1/introspect", mock.url());
    let aud = with(claims(KEYJWT, &mock), &json!({"jti": "race", "aud": url}));
    let assertion = jwt(&json!({"alg": "RS256"}), &aud, &Key::client());
    let uses = (0..1000).map(|_| {
        let form = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion), ("token", "x")];
        let request = client.post(&url).form(&form);
        tokio::spawn(async move { request.send().await.unwrap().status() })
    });
    let mut taken = 0;
    for used in uses.collect::<Vec<_>>() {
        taken += usize::from(used.await.unwrap() == StatusCode::OK);
    }
    assert_eq!(taken, 1);
}

#[tokio::test]
async fn the_audience_may_be_any_url_of_the_endpoint() {
    let mock = market().await;
    for (path, audience) in [
        ("/oauth2/default", "/oauth2/default"),
        ("/oauth2/default", "/oauth2/ausmarket000000005d7"),
        ("/oauth2/ausmarket000000005d7", "/oauth2/default"),
    ] {
        let audience = json!(["https://elsewhere.test", format!("{}{audience}/v1/token", mock.url())]);
        let claims = with(claims(KEYJWT, &mock), &json!({"aud": audience, "exp": NOW as f64 + 3599.5}));
        let assertion = jwt(&json!({"alg": "RS256"}), &claims, &Key::client());
        let form = [("grant_type", "client_credentials"), ("scope", "products:read"), ("client_id", KEYJWT)];
        assert_eq!(send(&mock, &format!("{path}/v1/token"), &assertion, &form).await.0, 200, "{audience}");
    }
    // RFC 7521 4.2: a client_id beside the assertion is the same client's.
    let assertion = jwt(&json!({"alg": "RS256"}), &claims(KEYJWT, &mock), &Key::client());
    let form = [("grant_type", "client_credentials"), ("client_id", SECJWT)];
    let answer = send(&mock, "/oauth2/default/v1/token", &assertion, &form).await;
    refused(&answer, "The issuer claim for client_assertion is not a valid client_id.");
}

#[tokio::test]
async fn credentials_of_another_method_or_of_two_methods_are_refused() {
    let mock = market().await;
    let url = format!("{}/v1/token", mock.issuer());
    let assertion = jwt(&json!({"alg": "RS256"}), &claims(KEYJWT, &mock), &Key::client());
    let form = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", &assertion),
    ];
    let response = shared().post(&url).basic_auth(KEYJWT, Some("x")).form(&form).send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(response.json::<Value>().await.unwrap()["error"], "invalid_request");
    let request = shared().post(format!("{url}?client_assertion={assertion}")).form(&[("client_secret", "x"), form[0]]);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(response.json::<Value>().await.unwrap()["error"], "invalid_request");
    // A client with assertions cannot authenticate with a secret or its id only.
    let mismatch = "Client authentication failed. Either the client or the client credentials are invalid.";
    for (client, secret) in [(SECJWT, Some(SECRET)), (SECJWT, None), (KEYJWT, Some("x")), (KEYJWT, None)] {
        let mut form = vec![("grant_type", "client_credentials"), ("client_id", client)];
        form.extend(secret.map(|secret| ("client_secret", secret)));
        let response = shared().post(&url).form(&form).send().await.unwrap();
        assert_eq!(response.status(), 401);
        assert_eq!(response.json::<Value>().await.unwrap()["error_description"], mismatch);
    }
}

#[tokio::test]
async fn the_org_server_grants_the_scopes_granted_to_the_app() {
    let mock = market().await;
    let ask = async |scope: &str| {
        let claims = with(claims(KEYJWT, &mock), &json!({"aud": format!("{}/oauth2/v1/token", mock.url())}));
        let assertion = jwt(&json!({"alg": "RS256"}), &claims, &Key::client());
        send(&mock, "/oauth2/v1/token", &assertion, &[("grant_type", "client_credentials"), ("scope", scope)]).await
    };
    let (status, body) = ask("okta.users.read okta.users.manage okta.groups.read").await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(
        body.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["token_type", "expires_in", "access_token", "scope"]
    );
    assert_eq!((&body["expires_in"], &body["scope"]), (&json!(3600), &json!("okta.users.read okta.groups.read")));
    let (header, token) = decode(body["access_token"].as_str().unwrap());
    assert_eq!(header["typ"], "application/okta-internal-at+jwt");
    let names: Vec<_> = token.as_object().unwrap().keys().collect();
    assert_eq!(names, ["ver", "jti", "iss", "aud", "sub", "iat", "exp", "cid", "scp"]);
    assert_eq!((&token["sub"], &token["aud"]), (&json!(KEYJWT), &json!(mock.url())));
    for (scope, error, text) in [
        ("okta.users.manage", "consent_required", "You are not allowed any of the requested scopes."),
        (
            "products:read",
            "invalid_scope",
            "One or more scopes are not configured for the authorization server resource.",
        ),
        ("openid", "invalid_scope", "Cannot request 'openid' scopes using client credentials."),
        ("", "invalid_scope", "No scopes were requested."),
    ] {
        assert_eq!(ask(scope).await, (400, json!({"error": error, "error_description": text})), "{scope}");
    }
}

#[tokio::test]
async fn keys_are_fetched_from_the_jwks_uri() {
    let (uri, published, asked) = key_server().await;
    let client = "0oaelsewhere00000000";
    let app = service(client, &private_key_jwt(), &json!({"jwks_uri": uri}));
    let mock = market_with([app], &[client]).await;
    let (first, second) = (Key::ec("P-256"), Key::client());
    let named = |key: &Key, kid: &str| with(key.jwk(), &json!({"kid": kid}));
    let publish = |keys: Value| *published.lock() = (StatusCode::OK, json!({"keys": keys}).to_string());
    let ask = async |key: &Key, header: Value| grant(&mock, &jwt(&header, &claims(client, &mock), key)).await;
    let es = |kid: &str| json!({"alg": "ES256", "kid": kid});

    publish(json!([named(&first, "one"), {"kty": "oct", "k": "AAAA", "kid": "sym"}, "nonsense"]));
    for _ in 0..3 {
        assert_eq!(ask(&first, es("one")).await.0, 200);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1, "the key set is cached");
    // Rotation: an unknown key makes the mock fetch the set again.
    publish(json!([named(&first, "one"), named(&second, "two")]));
    assert_eq!(ask(&second, json!({"alg": "RS256", "kid": "two"})).await.0, 200);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    refused(&ask(&first, es("three")).await, "The client_assertion JWT kid is invalid.");
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    // A removed key works until the cached set expires.
    publish(json!([named(&second, "two")]));
    assert_eq!(ask(&first, es("one")).await.0, 200);
    advance(&mock, 299).await;
    assert_eq!(ask(&first, es("one")).await.0, 200);
    advance(&mock, 1).await;
    let later = with(claims(client, &mock), &json!({"exp": NOW + 600}));
    let answer = grant(&mock, &jwt(&es("one"), &later, &first)).await;
    refused(&answer, "The client_assertion JWT kid is invalid.");

    let error = "Error retrieving the client JWKSet from jwks_uri.";
    let cases = [
        (StatusCode::OK, "no json".to_owned(), error),
        (StatusCode::OK, json!({"key": []}).to_string(), error),
        (StatusCode::OK, "x".repeat(300_000), error),
        (StatusCode::NOT_FOUND, json!({"keys": [named(&first, "new")]}).to_string(), error),
        (StatusCode::FOUND, String::new(), error),
        (
            StatusCode::OK,
            json!({"keys": []}).to_string(),
            "The client JWKSet from jwks_uri must contain at least one key.",
        ),
        (
            StatusCode::OK,
            json!({"keys": [named(&first, "new"), named(&second, "new")]}).to_string(),
            "All keys in the client JWKSet from jwks_uri must have a unique kid.",
        ),
        (
            StatusCode::OK,
            json!({"keys": [with(named(&first, "new"), &json!({"use": "tls"}))]}).to_string(),
            "The public key being used has an invalid 'use' parameter. Valid values for the 'use' parameter are [sig, enc].",
        ),
        (
            StatusCode::OK,
            json!({"keys": [with(named(&first, "new"), &json!({"d": "AAAA"}))]}).to_string(),
            "The client JWKSet is invalid.",
        ),
    ];
    for (status, body, text) in cases {
        post(&mock, "/_mock/reset", json!({})).await;
        stop_clock(&mock).await;
        *published.lock() = (status, body.clone());
        refused(&ask(&first, es("new")).await, text);
    }
    publish(json!([named(&first, "one")]));
    let header = json!({"alg": "ES256", "kid": "one", "jku": "http://evil.test/keys"});
    refused(&ask(&first, header).await, "The 'jku' in JWT and 'jwks_uri' doesn't match.");
    assert_eq!(ask(&first, json!({"alg": "ES256", "kid": "one", "jku": uri})).await.0, 200);
}

#[tokio::test]
async fn an_unreachable_jwks_uri_is_refused() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let settings = json!({"jwks_uri": format!("http://{free}/keys")});
    let mock = market_with([service("0oaelsewhere00000000", &private_key_jwt(), &settings)], &[]).await;
    let assertion = jwt(&json!({"alg": "RS256"}), &claims("0oaelsewhere00000000", &mock), &Key::client());
    refused(&grant(&mock, &assertion).await, "Error retrieving the client JWKSet from jwks_uri.");
}

#[tokio::test]
async fn many_assertions_of_unknown_keys_cause_few_requests_for_the_key_set() {
    let (uri, published, asked) = key_server().await;
    let client = "0oaelsewhere00000000";
    let mock = market_with([service(client, &private_key_jwt(), &json!({"jwks_uri": uri}))], &[client]).await;
    let key = Key::client();
    *published.lock() = (StatusCode::OK, json!({"keys": [with(key.jwk(), &json!({"kid": "known"}))]}).to_string());
    for number in 0..30 {
        let header = json!({"alg": "RS256", "kid": format!("unknown-{number}")});
        assert_ne!(grant(&mock, &jwt(&header, &claims(client, &mock), &key)).await.0, 200);
    }
    let requests = asked.load(Ordering::SeqCst);
    assert!((1..=7).contains(&requests), "{requests}");
    // A key that is known needs no request.
    assert_eq!(grant(&mock, &jwt(&json!({"alg": "RS256", "kid": "known"}), &claims(client, &mock), &key)).await.0, 200);
}

#[tokio::test]
async fn a_mock_that_other_machines_reach_asks_no_key_server_on_this_machine() {
    for (host, requests) in [("127.0.0.1", 1), ("0.0.0.0", 0)] {
        let (uri, _, asked) = key_server().await;
        let app = service("0oaelsewhere00000000", &private_key_jwt(), &json!({"jwks_uri": uri}));
        let org = TestOrg::market().with_apps([app]).yaml();
        let mock = MockIdp::builder().org_yaml(org).host(host).start().await.unwrap();
        let assertion = jwt(&json!({"alg": "RS256"}), &claims("0oaelsewhere00000000", &mock), &Key::client());
        refused(&grant(&mock, &assertion).await, "Error retrieving the client JWKSet from jwks_uri.");
        assert_eq!(asked.load(Ordering::SeqCst), requests, "{host}");
    }
}

#[tokio::test]
async fn a_jwks_uri_with_an_untrusted_certificate_is_refused() {
    let other = MockIdp::builder().start().await.unwrap();
    let settings = json!({"jwks_uri": format!("{}/oauth2/default/v1/keys", other.https_url())});
    let mock = market_with([service("0oaelsewhere00000000", &private_key_jwt(), &settings)], &[]).await;
    let assertion = jwt(&json!({"alg": "RS256"}), &claims("0oaelsewhere00000000", &mock), &Key::client());
    refused(&grant(&mock, &assertion).await, "Error retrieving the client JWKSet from jwks_uri.");
    assert!(journal(&mock).await.contains("invalid peer certificate"));
}

#[tokio::test]
async fn the_journal_does_not_contain_assertions() {
    let mock = market().await;
    let claims = with(claims(KEYJWT, &mock), &json!({"jti": "canary-jti", "aud": "https://elsewhere.test"}));
    let assertion = jwt(&json!({"alg": "RS256"}), &claims, &Key::client());
    assert_eq!(grant(&mock, &assertion).await.0, 401);
    let journal = journal(&mock).await;
    assert!(journal.contains("client_assertion_invalid_audience"), "{journal}");
    for part in assertion.split('.').chain(["canary-jti"]) {
        assert!(!journal.contains(part), "{journal}");
    }
}

#[tokio::test]
async fn an_assertion_signed_with_an_inactive_key_is_rejected() {
    let client = "0oainactive000000000";
    let (old, new) = (Key::ec("P-256"), Key::client());
    let set = json!({"keys": [
        with(old.jwk(), &json!({"kid": "old", "status": "INACTIVE"})),
        with(new.jwk(), &json!({"kid": "new"})),
    ]});
    let app = service(client, &private_key_jwt(), &json!({"jwks": set}));
    let mock = market_with([app], &[client]).await;
    let ask = async |header: Value, key: &Key| grant(&mock, &jwt(&header, &claims(client, &mock), key)).await;
    refused(&ask(json!({"alg": "ES256", "kid": "old"}), &old).await, "The client_assertion JWT kid is invalid.");
    assert_eq!(ask(json!({"alg": "RS256"}), &new).await.0, 200, "the one active key needs no kid");
}
