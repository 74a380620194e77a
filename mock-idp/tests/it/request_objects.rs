//! Signed request objects and Okta's errors for invalid ones.

use http::StatusCode;
use mock_idp::MockIdp;
use serde_json::{Value, json};

use crate::flow::{CALLBACK, WEB, WEB_SECRET, authorize, browser, code_request, decode, location, parameter, redeem};
use crate::jose::{Key, jwt, with};
use crate::market::{NOW, advance, journal, key_server, market, market_with, shared};
use crate::org::{private_key_jwt, web};

const SPA: &str = "0oamarketspa000005d7";
const KEYED: &str = "0oakeyedweb000000000";
const BUYER: &str = "buyer@example.test";

fn claims(mock: &MockIdp, client: &str) -> Value {
    json!({"iss": client, "aud": mock.issuer(), "exp": NOW + 300})
}

/// Sends a request object. Returns the status, and the redirect or the page.
async fn ask(mock: &MockIdp, outside: &[(&str, &str)], object: &str) -> (u16, String) {
    let mut request = outside.to_vec();
    request.push(("request", object));
    let url = format!("{}/v1/authorize", mock.issuer());
    let response = shared().get(url).header("accept", "text/html").query(&request).send().await.unwrap();
    let status = response.status().as_u16();
    (status, if status == 302 { location(&response) } else { response.text().await.unwrap() })
}

#[tokio::test]
async fn parameters_of_a_request_object_override_the_query() {
    let mock = market().await;
    let key = Key::Secret(WEB_SECRET.to_owned());
    let inside = json!({
        "client_id": WEB, "response_type": "code", "scope": "openid products:read", "state": "inside", "nonce": "inside",
        "redirect_uri": CALLBACK, "max_age": 600, "jti": "a",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256",
    });
    let object = jwt(&json!({"alg": "HS256"}), &with(claims(&mock, WEB), &inside), &key);
    // The outer redirect URI is not registered: it does not matter.
    let outside = [
        ("client_id", WEB),
        ("response_type", "code"),
        ("redirect_uri", "http://evil.test/"),
        ("scope", "openid"),
        ("state", "outside"),
        ("nonce", "outside"),
        ("request", &object),
    ];
    let arrived = authorize(&mock, &browser(), BUYER, &outside).await;
    assert_eq!(parameter(&arrived, "state").as_deref(), Some("inside"), "{arrived}");
    let code = parameter(&arrived, "code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
    ];
    let url = format!("{}/v1/token", mock.issuer());
    let response = shared().post(url).basic_auth(WEB, Some(WEB_SECRET)).form(&form).send().await.unwrap();
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["scope"], "openid products:read");
    assert_eq!(decode(body["id_token"].as_str().unwrap()).1["nonce"], "inside");
}

#[tokio::test]
async fn a_request_object_may_use_every_algorithm() {
    let keys = [
        (Key::client(), "RS256"),
        (Key::ec("P-256"), "ES256"),
        (Key::ec("P-384"), "ES384"),
        (Key::ec("P-521"), "ES512"),
    ];
    let set: Vec<Value> = keys.iter().map(|(key, kid)| with(key.jwk(), &json!({"kid": kid}))).collect();
    let app = web(KEYED, &json!({"client_secret": WEB_SECRET}), &json!({"jwks": {"keys": set}}));
    let mock = market_with([app], &[]).await;
    let secret = Key::Secret(WEB_SECRET.to_owned());
    let rsa = ["RS384", "RS512"].map(|algorithm| (&keys[0].0, algorithm, "RS256"));
    let macs = ["HS256", "HS384", "HS512"].map(|algorithm| (&secret, algorithm, ""));
    let own = keys.iter().map(|(key, algorithm)| (key, *algorithm, *algorithm));
    for (key, algorithm, kid) in own.chain(rsa).chain(macs) {
        let object = jwt(&json!({"alg": algorithm, "kid": kid}), &claims(&mock, KEYED), key);
        let (status, page) = ask(&mock, &code_request(KEYED, "openid"), &object).await;
        assert_eq!(status, 200, "{algorithm}: {page}");
    }
}

#[tokio::test]
async fn invalid_request_objects_are_refused_with_oktas_errors() {
    let (mine, enc) = (Key::client(), Key::ec("P-256"));
    let set = json!({"keys": [
        with(mine.jwk(), &json!({"kid": "mine"})),
        with(enc.jwk(), &json!({"kid": "enc", "use": "enc"})),
    ]});
    let rs256_only = json!({"jwks": set, "request_object_signing_alg": "RS256"});
    let apps = [
        web(KEYED, &private_key_jwt(), &json!({"jwks": set})),
        web("0oars256only00000000", &private_key_jwt(), &rs256_only),
        web("0oashort000000000000", &json!({"client_secret": "0123456789abcdef"}), &json!({})),
    ];
    let mock = market_with(apps, &[]).await;
    let secret = Key::Secret(WEB_SECRET.to_owned());
    let short = Key::Secret("0123456789abcdef".to_owned());
    let org_issuer = mock.url().to_owned();
    /// Client, key, changes of the header and of the claims; `error` and text.
    type Case<'a> = (&'a str, &'a Key, Value, Value, &'a str, &'a str);
    let none = || json!({});
    let bad = "invalid_request_object";
    let cases: Vec<Case<'_>> = vec![
        (
            WEB,
            &secret,
            json!({"alg": "none"}),
            none(),
            "request_not_supported",
            "The authorize request object is not supported by this client.",
        ),
        (
            WEB,
            &secret,
            json!({"alg": null}),
            none(),
            "request_not_supported",
            "The authorize request object is not supported by this client.",
        ),
        (
            SPA,
            &secret,
            none(),
            none(),
            "request_not_supported",
            "The authorize request object is not supported by this client.",
        ),
        (
            KEYED,
            &secret,
            none(),
            none(),
            "request_not_supported",
            "The issuer of the request object does not have a client secret.",
        ),
        (
            WEB,
            &mine,
            json!({"alg": "RS256"}),
            none(),
            "invalid_client",
            "The client does not have a JWKSet configured, but the request object requires one.",
        ),
        (
            WEB,
            &secret,
            json!({"alg": "PS256"}),
            none(),
            bad,
            "The JWT signature algorithm of the request object is invalid.",
        ),
        (
            KEYED,
            &mine,
            json!({"alg": "ES256", "kid": "mine"}),
            none(),
            bad,
            "The JWT signature algorithm of the request object is invalid.",
        ),
        (
            "0oars256only00000000",
            &mine,
            json!({"alg": "RS384", "kid": "mine"}),
            none(),
            bad,
            "The signing algorithm used is not supported by this client.",
        ),
        ("0oashort000000000000", &short, none(), none(), bad, "The JWT signature secret length is too short."),
        (KEYED, &mine, json!({"alg": "RS256"}), none(), bad, "The JWT kid of the request object is invalid."),
        (
            KEYED,
            &mine,
            json!({"alg": "RS256", "kid": "other"}),
            none(),
            bad,
            "The JWT kid of the request object is invalid.",
        ),
        (
            KEYED,
            &enc,
            json!({"alg": "ES256", "kid": "enc"}),
            none(),
            bad,
            "The request object needs to be signed using a signing key.",
        ),
        (
            KEYED,
            &enc,
            json!({"alg": "RS256", "kid": "mine"}),
            none(),
            bad,
            "The signature of the request object is invalid.",
        ),
        (WEB, &short, none(), none(), bad, "The signature of the request object is invalid."),
        (WEB, &secret, none(), json!({"iss": SPA}), "invalid_client", "The issuer of the request object is invalid."),
        (WEB, &secret, none(), json!({"iss": null}), "invalid_client", "The issuer of the request object is invalid."),
        (WEB, &secret, none(), json!({"aud": org_issuer}), bad, "The audience of the request object is invalid."),
        (WEB, &secret, none(), json!({"aud": null}), bad, "The audience of the request object is invalid."),
        (WEB, &secret, none(), json!({"exp": null}), bad, "The authorize request object is invalid."),
        (WEB, &secret, none(), json!({"exp": NOW}), bad, "The request object is expired."),
        (WEB, &secret, none(), json!({"exp": NOW + 3601}), bad, "The request object expires too far in the future."),
        (WEB, &secret, none(), json!({"nbf": NOW + 1}), bad, "The request object is issued too early."),
        (WEB, &secret, none(), json!({"iat": NOW + 1}), bad, "The request object is issued in the future."),
        (WEB, &secret, none(), json!({"client_id": SPA}), bad, "The authorize request object is invalid."),
        (WEB, &secret, none(), json!({"response_type": "id_token"}), bad, "The authorize request object is invalid."),
        (WEB, &secret, none(), json!({"request": "x"}), bad, "The authorize request object is invalid."),
        (WEB, &secret, none(), json!({"request_uri": "x"}), bad, "The authorize request object is invalid."),
        // Parameters inside the object are checked as in the query.
        (
            WEB,
            &secret,
            none(),
            json!({"prompt": "sometimes"}),
            "invalid_request",
            "Invalid value for 'prompt' parameter. Supported values: [none, consent, login, enroll_authenticator]",
        ),
    ];
    for (client, key, header, changes, error, text) in cases {
        let header = with(json!({"alg": "HS256"}), &header);
        let claims = with(with(claims(&mock, client), &json!({"jti": "once"})), &changes);
        let object = jwt(&header, &claims, key);
        let (status, arrived) = ask(&mock, &code_request(client, "openid"), &object).await;
        assert_eq!(status, 302, "{client} {header} {changes}: {arrived}");
        let received = |name| parameter(&arrived, name);
        assert_eq!(received("error_description").as_deref(), Some(text), "{client} {header} {changes}");
        assert_eq!(received("error").as_deref(), Some(error), "{client} {header} {changes}");
        assert!(arrived.starts_with(&format!("{CALLBACK}?state=s-1&error=")), "{arrived}");
        // Without a registered redirect URI in the query, the parameters of the object are ignored, and an error page is shown.
        let outside: Vec<_> =
            code_request(client, "openid").into_iter().filter(|(name, _)| *name != "redirect_uri").collect();
        if error != "invalid_request" {
            let object = jwt(&header, &with(claims, &json!({"redirect_uri": CALLBACK})), key);
            let (status, page) = ask(&mock, &outside, &object).await;
            assert!(status == 400 && page.contains(error) && page.contains(&text.replace('\'', "&#39;")), "{page}");
        }
    }
    for broken in ["x", "a.b.c", "e30.e30", "a.b.c.d.e"] {
        let (_, arrived) = ask(&mock, &code_request(WEB, "openid"), broken).await;
        assert_eq!(parameter(&arrived, "error_description").as_deref(), Some("The request object cannot be parsed."));
    }
}

#[tokio::test]
async fn a_request_object_is_verified_with_keys_of_a_jwks_uri() {
    let (uri, published, _) = key_server().await;
    let mock = market_with([web(KEYED, &private_key_jwt(), &json!({"jwks_uri": uri}))], &[]).await;
    let (rsa, ec) = (Key::client(), Key::ec("P-256"));
    let kid = |key: &Key, kid: &str| with(key.jwk(), &json!({"kid": kid}));
    let private = with(kid(&rsa, "private"), &json!({"d": "AAAA"}));
    let keys = json!({"keys": [kid(&rsa, "rsa"), private, with(kid(&rsa, "tls"), &json!({"use": "tls"}))]});
    *published.lock() = (StatusCode::OK, keys.to_string());
    let object = |header: Value, key: &Key| jwt(&header, &claims(&mock, KEYED), key);
    let rs = |kid: &str| json!({"alg": "RS256", "kid": kid});
    assert_eq!(ask(&mock, &code_request(KEYED, "openid"), &object(rs("rsa"), &rsa)).await.0, 200);
    let use_text = "The public key being used has an invalid 'use' parameter. Valid values for the 'use' parameter are [sig, enc].";
    let none_fits = "The client JWKSet from jwks_uri must contain at least one key with an algorithm matching the request_object_signature_algorithm.";
    let cases = [
        (object(json!({"alg": "ES256", "kid": "rsa"}), &ec), "invalid_client", none_fits),
        (object(rs("private"), &rsa), "invalid_request_object", "The client JWKSet is invalid."),
        (object(rs("tls"), &rsa), "invalid_client", use_text),
        (
            object(with(rs("rsa"), &json!({"jku": "http://evil.test/"})), &rsa),
            "invalid_client",
            "The 'jku' in JWT and 'jwks_uri' doesn't match.",
        ),
    ];
    for (object, error, text) in cases {
        let (_, arrived) = ask(&mock, &code_request(KEYED, "openid"), &object).await;
        assert_eq!(parameter(&arrived, "error_description").as_deref(), Some(text));
        assert_eq!(parameter(&arrived, "error").as_deref(), Some(error));
    }
    *published.lock() = (StatusCode::NOT_FOUND, String::new());
    let (_, arrived) = ask(&mock, &code_request(KEYED, "openid"), &object(rs("new"), &rsa)).await;
    let text = "Error retrieving the client JWKSet from jwks_uri.";
    assert_eq!(parameter(&arrived, "error_description").as_deref(), Some(text));
}

#[tokio::test]
async fn a_request_object_is_accepted_once() {
    let mock = market().await;
    let key = Key::Secret(WEB_SECRET.to_owned());
    let object = jwt(&json!({"alg": "HS256"}), &with(claims(&mock, WEB), &json!({"jti": "canary-jti"})), &key);
    assert_eq!(ask(&mock, &code_request(WEB, "openid"), &object).await.0, 200);
    let (status, arrived) = ask(&mock, &code_request(WEB, "openid"), &object).await;
    assert_eq!(status, 302);
    assert_eq!(parameter(&arrived, "error").as_deref(), Some("invalid_request_object"));
    let text = "The request object has already been used.";
    assert_eq!(parameter(&arrived, "error_description").as_deref(), Some(text));
    advance(&mock, 300).await;
    let (_, arrived) = ask(&mock, &code_request(WEB, "openid"), &object).await;
    assert_eq!(parameter(&arrived, "error_description").as_deref(), Some("The request object is expired."));
    let journal = journal(&mock).await;
    assert!(journal.contains("signed HS256: what is inside counts"), "{journal}");
    for secret in object.split('.').skip(1).chain(["canary-jti"]) {
        assert!(!journal.contains(secret), "{journal}");
    }
}

#[tokio::test]
async fn a_request_object_can_be_pushed() {
    let mock = market().await;
    let key = Key::Secret(WEB_SECRET.to_owned());
    let inside: Value = code_request(WEB, "openid").into_iter().map(|(name, value)| (name, json!(value))).collect();
    let push = async |claims: Value| {
        let object = jwt(&json!({"alg": "HS256"}), &claims, &key);
        let request = shared().post(format!("{}/v1/par", mock.issuer())).basic_auth(WEB, Some(WEB_SECRET));
        request.form(&[("request", object)]).send().await.unwrap()
    };
    let response = push(with(claims(&mock, WEB), &inside)).await;
    assert_eq!(response.status(), 200);
    let body: Value = response.json().await.unwrap();
    let name = body["request_uri"].as_str().unwrap();
    let arrived = authorize(&mock, &browser(), BUYER, &[("client_id", WEB), ("request_uri", name)]).await;
    assert_eq!(redeem(&mock, &parameter(&arrived, "code").unwrap()).await.status(), 200);
    for (changes, status, error, text) in [
        (json!({"iss": SPA}), 401, "invalid_client", "The issuer of the request object is invalid."),
        (json!({"exp": NOW - 1}), 400, "invalid_request_object", "The request object is expired."),
        (
            json!({"state": null}),
            400,
            "invalid_request",
            "The authentication request has an invalid 'state' parameter.",
        ),
    ] {
        let response = push(with(with(claims(&mock, WEB), &inside), &changes)).await;
        assert_eq!(response.status(), status);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body, json!({"error": error, "error_description": text}));
    }
}
