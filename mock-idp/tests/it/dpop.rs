//! DPoP: the nonce challenge, invalid proofs, and bound tokens.

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use mock_idp::MockIdp;
use mock_idp_core::model::ResponseWord;
use mock_idp_core::protocol::GrantType;
use reqwest::Response;
use serde_json::{Value, json};

use crate::flow::{CALLBACK, WEB, WEB_SECRET, authorize, browser, code_request, decode, parameter};
use crate::jose::{Key, jwt, with};
use crate::market::{NOW, advance, journal, market, market_with, shared, stopped};
use crate::org::{TestOrg, private_key_jwt, service};

const VAULT: &str = "0oamarketdpop00005d7";
const ROBOT: &str = "0oarobot000000000000";
const BUYER: &str = "buyer@example.test";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn sha256(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
}

/// RFC 7638, by the letter.
fn thumbprint(key: &Key) -> String {
    let jwk = key.jwk();
    let member = |name: &str| jwk[name].as_str().unwrap().to_owned();
    sha256(&match key {
        Key::Rsa(_) => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, member("e"), member("n")),
        _ => format!(r#"{{"crv":"{}","kty":"EC","x":"{}","y":"{}"}}"#, member("crv"), member("x"), member("y")),
    })
}

fn header(algorithm: &str, key: &Key) -> Value {
    json!({"typ": "dpop+jwt", "alg": algorithm, "jwk": key.jwk()})
}

/// A new ES256 proof for a POST, with changed members.
fn proof(key: &Key, url: &str, changes: &Value) -> String {
    let jti = sha256(&URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>()));
    let claims = json!({"htm": "POST", "htu": url, "iat": NOW, "jti": jti});
    jwt(&header("ES256", key), &with(claims, changes), key)
}

async fn post(url: &str, client: Option<(&str, &str)>, form: &[(&str, &str)], proofs: &[&str]) -> Response {
    let mut request = shared().post(url).form(form);
    if let Some((id, secret)) = client {
        request = request.basic_auth(id, Some(secret));
    }
    for proof in proofs {
        request = request.header("dpop", *proof);
    }
    request.send().await.unwrap()
}

fn nonce(response: &Response) -> String {
    response.headers()["dpop-nonce"].to_str().unwrap().to_owned()
}

async fn status_and_body(response: Response) -> (u16, Value) {
    (response.status().as_u16(), response.json().await.unwrap())
}

fn refusal(status: u16, error: &str, text: &str) -> (u16, Value) {
    (status, json!({"error": error, "error_description": text}))
}

/// The market with a service that must send proofs and authenticates with an assertion.
async fn with_robot() -> MockIdp {
    let settings = json!({"jwks": {"keys": [Key::client().jwk()]}, "dpop_bound_access_tokens": true});
    market_with([service(ROBOT, &private_key_jwt(), &settings)], &[ROBOT]).await
}

/// The market with bound tokens for the web app.
async fn with_bound_web() -> MockIdp {
    let org = TestOrg::market().oauth(WEB, |settings| {
        settings.dpop_bound_access_tokens = true;
        settings.grant_types = vec![GrantType::AuthorizationCode, GrantType::RefreshToken];
        settings.response_types = vec![ResponseWord::Code];
    });
    stopped(&org).await
}

fn assertion(mock: &MockIdp, endpoint: &str, jti: &str) -> String {
    let aud = format!("{}/v1/{endpoint}", mock.issuer());
    let claims = json!({"iss": ROBOT, "sub": ROBOT, "aud": aud, "exp": NOW + 300, "jti": jti});
    jwt(&json!({"alg": "RS256"}), &claims, &Key::client())
}

#[tokio::test]
async fn a_service_gets_a_bound_token_after_the_nonce_challenge() {
    let mock = with_robot().await;
    let url = format!("{}/v1/token", mock.issuer());
    let key = Key::ec("P-256");
    let assertion = assertion(&mock, "token", "a");
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "products:read"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion.as_str()),
    ];
    let without = post(&url, None, &form, &[]).await;
    assert!(!without.headers().contains_key("dpop-nonce"));
    let missing = refusal(400, "invalid_dpop_proof", "The DPoP proof JWT header is missing.");
    assert_eq!(status_and_body(without).await, missing);

    let first = post(&url, None, &form, &[&proof(&key, &url, &json!({}))]).await;
    let offered_nonce = nonce(&first);
    assert_eq!(offered_nonce.len(), 43);
    let text = "Authorization server requires nonce in DPoP proof.";
    assert_eq!(status_and_body(first).await, refusal(400, "use_dpop_nonce", text));
    // The same assertion again: it was not consumed while the proof or its nonce was missing.
    let second = post(&url, None, &form, &[&proof(&key, &url, &json!({"nonce": offered_nonce}))]).await;
    assert_eq!(nonce(&second), offered_nonce);
    let (status, body) = status_and_body(second).await;
    assert_eq!((status, &body["token_type"]), (200, &json!("DPoP")), "{body}");
    let again = post(&url, None, &form, &[&proof(&key, &url, &json!({"nonce": offered_nonce}))]).await;
    assert_eq!(
        status_and_body(again).await,
        refusal(401, "invalid_client", "The client_assertion token has already been used.")
    );
    let (_, token) = decode(body["access_token"].as_str().unwrap());
    assert_eq!(token["cnf"], json!({"jkt": thumbprint(&key)}));
    assert!(journal(&mock).await.contains(&format!("the client has proved the key {}", thumbprint(&key))));
    let names: Vec<_> = token.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names[..8], ["ver", "jti", "iss", "aud", "iat", "exp", "cnf", "cid"]);

    // RFC 9449 6.2.
    let fresh = self::assertion(&mock, "introspect", "c");
    let form = [form[2], ("client_assertion", fresh.as_str()), ("token", body["access_token"].as_str().unwrap())];
    let (_, seen) = status_and_body(post(&format!("{}/v1/introspect", mock.issuer()), None, &form, &[]).await).await;
    assert_eq!((&seen["active"], &seen["token_type"]), (&json!(true), &json!("DPoP")));
    assert_eq!(seen["cnf"], token["cnf"]);
    assert_eq!(seen.as_object().unwrap().keys().next_back().unwrap(), "cnf");
}

/// A service that must send proofs.
const LEDGER: (&str, &str) =
    ("0oamarketledger005d7", "mock-secret-ledger-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH");
const GRANT: [(&str, &str); 2] = [("grant_type", "client_credentials"), ("scope", "products:read")];

/// The current nonce.
async fn current_nonce(mock: &MockIdp) -> String {
    let url = format!("{}/v1/token", mock.issuer());
    nonce(&post(&url, Some(LEDGER), &GRANT, &["x"]).await)
}

#[tokio::test]
async fn invalid_proofs_are_refused_with_oktas_errors() {
    let mock = market().await;
    let url = format!("{}/v1/token", mock.issuer());
    let key = Key::ec("P-256");
    let nonce = current_nonce(&mock).await;
    let none = || json!({});
    let other = Key::ec("P-256");
    let rsa = Key::client();
    let invalid = |text| ("invalid_dpop_proof", text);
    let cases = vec![
        (json!({"typ": null}), none(), invalid("'typ' must be 'dpop+jwt' in the DPoP proof JWT.")),
        (json!({"typ": "JWT"}), none(), invalid("'typ' must be 'dpop+jwt' in the DPoP proof JWT.")),
        (json!({"alg": "none"}), none(), invalid("The DPoP proof JWT signature algorithm is invalid.")),
        (json!({"alg": "HS256"}), none(), invalid("The DPoP proof JWT signature algorithm is invalid.")),
        (json!({"alg": "EdDSA"}), none(), invalid("The DPoP proof JWT signature algorithm is invalid.")),
        (json!({"alg": "ES384"}), none(), invalid("The DPoP proof JWT signature algorithm is invalid.")),
        (json!({"jwk": rsa.jwk()}), none(), invalid("The DPoP proof JWT signature algorithm is invalid.")),
        (json!({"jwk": null}), none(), invalid("The DPoP proof JWT is invalid.")),
        (json!({"jwk": {"kty": "oct", "k": "AAAA"}}), none(), invalid("The DPoP proof JWT is invalid.")),
        (json!({"jwk": with(key.jwk(), &json!({"d": "AAAA"}))}), none(), invalid("The DPoP proof JWT is invalid.")),
        (json!({"jwk": other.jwk()}), none(), invalid("The DPoP proof JWT signature is invalid.")),
        (none(), json!({"htm": "GET"}), invalid("'htm' claim in the DPoP proof JWT is invalid.")),
        (none(), json!({"htm": null}), invalid("'htm' claim in the DPoP proof JWT is invalid.")),
        (
            none(),
            json!({"htu": format!("{}/v1/userinfo", mock.issuer())}),
            invalid("'htu' claim in the DPoP proof JWT is invalid."),
        ),
        (none(), json!({"htu": "/v1/token"}), invalid("'htu' claim in the DPoP proof JWT is invalid.")),
        (
            none(),
            json!({"htu": format!("{}/oauth2/v1/token", mock.url())}),
            invalid("'htu' claim in the DPoP proof JWT is invalid."),
        ),
        (none(), json!({"jti": null}), invalid("'jti' claim in the DPoP proof JWT is invalid.")),
        (none(), json!({"jti": ""}), invalid("'jti' claim in the DPoP proof JWT is invalid.")),
        (none(), json!({"jti": 7}), invalid("'jti' claim in the DPoP proof JWT is invalid.")),
        (none(), json!({"iat": null}), invalid("'iat' claim in the DPoP proof JWT is invalid.")),
        (none(), json!({"iat": "now"}), invalid("'iat' claim in the DPoP proof JWT is invalid.")),
        (none(), json!({"iat": NOW + 1}), invalid("The DPoP proof JWT is issued in the future.")),
        (
            none(),
            json!({"iat": NOW - 301}),
            invalid("The DPoP proof JWT is issued more than five minutes in the past."),
        ),
        (none(), json!({"iat": i64::MIN}), invalid("The DPoP proof JWT is issued more than five minutes in the past.")),
        (none(), json!({"exp": NOW}), invalid("The DPoP proof JWT is expired.")),
        (none(), json!({"nonce": null}), ("use_dpop_nonce", "Authorization server requires nonce in DPoP proof.")),
        (none(), json!({"nonce": "x"}), ("use_dpop_nonce", "Authorization server requires nonce in DPoP proof.")),
    ];
    for (head, claims, (error, text)) in cases {
        let header = with(header("ES256", &key), &head);
        let claims = with(json!({"htm": "POST", "htu": url, "iat": NOW, "jti": "once", "nonce": nonce}), &claims);
        let answer = post(&url, Some(LEDGER), &GRANT, &[&jwt(&header, &claims, &key)]).await;
        assert_eq!(self::nonce(&answer), nonce, "each response has the nonce");
        assert_eq!(status_and_body(answer).await, refusal(400, error, text), "{header} {claims}");
    }
    for broken in ["x", "a.b.c", "e30.e30", "{}", ""] {
        let answer = post(&url, Some(LEDGER), &GRANT, &[broken]).await;
        let text = "The DPoP proof JWT cannot be parsed.";
        assert_eq!(status_and_body(answer).await, refusal(400, "invalid_dpop_proof", text), "{broken}");
    }
    let proof =
        |jti: &str| proof(&key, &format!("{url}?a=b#c"), &json!({"nonce": nonce, "jti": jti, "iat": NOW - 300}));
    let answer = post(&url, Some(LEDGER), &GRANT, &[&proof("once"), &proof("twice")]).await;
    let text = "Multiple DPoP proof JWT headers are not allowed.";
    assert_eq!(status_and_body(answer).await, refusal(400, "invalid_dpop_proof", text));
    // The jti is not consumed yet, and query and fragment are ignored.
    let once = proof("once");
    assert_eq!(post(&url, Some(LEDGER), &GRANT, &[&once]).await.status(), 200);
    let answer = post(&url, Some(LEDGER), &GRANT, &[&once]).await;
    let text = "The DPoP proof JWT has already been used.";
    assert_eq!(status_and_body(answer).await, refusal(400, "invalid_dpop_proof", text));
    // Credentials are checked first.
    let answer = post(&url, Some((LEDGER.0, "wrong")), &GRANT, &["x"]).await;
    assert_eq!(answer.status(), 401);
    let journal = journal(&mock).await;
    assert!(journal.contains(&format!(r#""client":"{}""#, LEDGER.0)) && journal.contains("dpop_proof_already_used"));
    for secret in [once.rsplit_once('.').unwrap().1, &nonce] {
        assert!(!journal.contains(secret), "{journal}");
    }
}

#[tokio::test]
async fn every_dpop_algorithm_in_discovery_is_accepted() {
    let mock = market().await;
    let url = format!("{}/v1/token", mock.issuer());
    let nonce = current_nonce(&mock).await;
    let discovery = format!("{}/.well-known/openid-configuration", mock.issuer());
    let discovery: Value = shared().get(discovery).send().await.unwrap().json().await.unwrap();
    for algorithm in discovery["dpop_signing_alg_values_supported"].as_array().unwrap() {
        let algorithm = algorithm.as_str().unwrap();
        let key = match algorithm {
            "ES256" => Key::ec("P-256"),
            "ES384" => Key::ec("P-384"),
            "ES512" => Key::ec("P-521"),
            _ => Key::client(),
        };
        let claims = json!({"htm": "POST", "htu": url, "iat": NOW, "jti": algorithm, "nonce": nonce});
        let answer = post(&url, Some(LEDGER), &GRANT, &[&jwt(&header(algorithm, &key), &claims, &key)]).await;
        let (status, body) = status_and_body(answer).await;
        assert_eq!(status, 200, "{algorithm} {body}");
        let (_, token) = decode(body["access_token"].as_str().unwrap());
        assert_eq!(token["cnf"]["jkt"], thumbprint(&key), "{algorithm}");
    }
}

#[tokio::test]
async fn a_nonce_changes_daily_and_is_valid_for_three_days() {
    let mock = market().await;
    let url = format!("{}/v1/token", mock.issuer());
    let key = Key::ec("P-256");
    let first = current_nonce(&mock).await;
    // The clock of the tests starts at 8:00.
    advance(&mock, 16 * 3600).await;
    let second = current_nonce(&mock).await;
    assert_ne!(first, second);
    advance(&mock, 2 * 86_400 - 1).await;
    let made = NOW + 16 * 3600 + 2 * 86_400 - 1;
    let ask = async |nonce: &str, made: i64| {
        let proof = proof(&key, &url, &json!({"nonce": nonce, "iat": made}));
        post(&url, Some(LEDGER), &GRANT, &[&proof]).await.status()
    };
    assert_eq!(ask(&first, made).await, 200);
    advance(&mock, 1).await;
    assert_eq!(ask(&first, made + 1).await, 400);
    assert_eq!(ask(&second, made + 1).await, 200);
}

#[tokio::test]
async fn a_thousand_concurrent_uses_of_one_proof_succeed_once() {
    let mock = market().await;
    let url = format!("{}/v1/token", mock.issuer());
    let nonce = current_nonce(&mock).await;
    let proof = proof(&Key::ec("P-256"), &url, &json!({"nonce": nonce}));
    let client = shared();
    let uses = (0..1000).map(|_| {
        let request = client.post(&url).basic_auth(LEDGER.0, Some(LEDGER.1)).form(&GRANT).header("dpop", &proof);
        tokio::spawn(async move { request.send().await.unwrap().status().as_u16() })
    });
    let mut taken = 0;
    for used in uses.collect::<Vec<_>>() {
        taken += usize::from(used.await.unwrap() == 200);
    }
    assert_eq!(taken, 1);
}

/// A code for a public client; `extra` goes into the authorization request.
async fn code(mock: &MockIdp, client: &str, extra: &[(&str, &str)]) -> String {
    let mut request = code_request(client, "openid offline_access products:read");
    request.extend([("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]);
    request.extend(extra);
    let arrived = authorize(mock, &browser(), BUYER, &request).await;
    parameter(&arrived, "code").unwrap_or_else(|| panic!("{arrived}"))
}

fn redeem_form<'a>(client: &'a str, code: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]
}

#[tokio::test]
async fn a_public_clients_refresh_tokens_are_bound_to_its_key() {
    let mock = market().await;
    let url = format!("{}/v1/token", mock.issuer());
    let (key, other) = (Key::ec("P-256"), Key::ec("P-256"));
    let nonce = current_nonce(&mock).await;
    let proof = |key: &Key| proof(key, &url, &json!({"nonce": nonce}));
    let code = code(&mock, VAULT, &[]).await;
    let (_, body) = status_and_body(post(&url, None, &redeem_form(VAULT, &code), &[&proof(&key)]).await).await;
    assert_eq!(body["token_type"], "DPoP", "{body}");
    assert_eq!(
        body.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["token_type", "expires_in", "access_token", "scope", "refresh_token", "id_token"]
    );
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", VAULT),
        ("refresh_token", body["refresh_token"].as_str().unwrap()),
    ];
    let answer = post(&url, None, &refresh, &[&proof(&other)]).await;
    let text = "Invalid DPoP Public Key binding in refresh token";
    assert_eq!(status_and_body(answer).await, refusal(400, "invalid_dpop_proof", text));
    let answer = post(&url, None, &refresh, &[]).await;
    assert_eq!(
        status_and_body(answer).await,
        refusal(400, "invalid_dpop_proof", "The DPoP proof JWT header is missing.")
    );
    // Neither has rotated it.
    let (status, body) = status_and_body(post(&url, None, &refresh, &[&proof(&key)]).await).await;
    assert_eq!((status, &body["token_type"]), (200, &json!("DPoP")));
    assert_eq!(decode(body["access_token"].as_str().unwrap()).1["cnf"]["jkt"], thumbprint(&key));

    // RFC 9449 5: a confidential client's are bound to its credentials.
    let mock = with_bound_web().await;
    let url = format!("{}/v1/token", mock.issuer());
    let nonce = current_nonce(&mock).await;
    let proof = |key: &Key| self::proof(key, &url, &json!({"nonce": nonce}));
    let request = code_request(WEB, "openid offline_access");
    let code = parameter(&authorize(&mock, &browser(), BUYER, &request).await, "code").unwrap();
    let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
    let web = Some((WEB, WEB_SECRET));
    let (_, body) = status_and_body(post(&url, web, &form, &[&proof(&key)]).await).await;
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", body["refresh_token"].as_str().unwrap())];
    let (_, body) = status_and_body(post(&url, web, &refresh, &[&proof(&other)]).await).await;
    assert_eq!(decode(body["access_token"].as_str().unwrap()).1["cnf"]["jkt"], thumbprint(&other));
    let without = status_and_body(post(&url, web, &refresh, &[]).await).await;
    assert_eq!(without, refusal(400, "invalid_dpop_proof", "The DPoP proof JWT header is missing."));
}

/// Okta's SDK for Node sends a proof with every request of a service, and needs a plain token when the app does not require
/// bound ones.
#[tokio::test]
async fn a_proof_is_ignored_for_a_bearer_token_client() {
    let mock = market().await;
    let url = format!("{}/v1/token", mock.issuer());
    let service = ("0oamarketservice05d7", "mock-secret-service-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG");
    for uninvited in [proof(&Key::ec("P-256"), &url, &json!({})), "junk".to_owned()] {
        let (status, body) = status_and_body(post(&url, Some(service), &GRANT, &[&uninvited]).await).await;
        assert_eq!((status, &body["token_type"]), (200, &json!("Bearer")), "{body}");
        assert_eq!(decode(body["access_token"].as_str().unwrap()).1.get("cnf"), None);
    }
    assert!(journal(&mock).await.contains("the app does not ask for bound tokens"));
}

#[tokio::test]
async fn a_code_can_be_bound_to_a_key() {
    let mock = market().await;
    let url = format!("{}/v1/token", mock.issuer());
    let (key, other) = (Key::ec("P-256"), Key::ec("P-256"));
    let nonce = current_nonce(&mock).await;
    let jkt = thumbprint(&key);
    let native = VAULT;
    for (prover, answer) in [
        (Some(&key), None),
        (Some(&other), Some("The DPoP proof JWT is invalid.")),
        (None, Some("The DPoP proof JWT header is missing.")),
    ] {
        let code = code(&mock, native, &[("dpop_jkt", &jkt)]).await;
        let proofs: Vec<String> = prover.iter().map(|key| proof(key, &url, &json!({"nonce": nonce}))).collect();
        let proofs: Vec<&str> = proofs.iter().map(String::as_str).collect();
        let (status, body) = status_and_body(post(&url, None, &redeem_form(native, &code), &proofs).await).await;
        match answer {
            None => assert_eq!(status, 200, "{body}"),
            Some(text) => assert_eq!((status, body), refusal(400, "invalid_dpop_proof", text)),
        }
    }
    // RFC 9449 10.1: a proof beside a pushed request.
    let par = format!("{}/v1/par", mock.issuer());
    let mut form = code_request(native, "openid");
    form.extend([("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]);
    let first = post(&par, None, &form, &[&proof(&key, &par, &json!({}))]).await;
    assert_eq!(self::nonce(&first), nonce);
    assert_eq!(status_and_body(first).await.1["error"], "use_dpop_nonce");
    let pushed = post(&par, None, &form, &[&proof(&key, &par, &json!({"nonce": nonce}))]).await;
    assert_eq!(self::nonce(&pushed), nonce);
    let (status, body) = status_and_body(pushed).await;
    assert_eq!(status, 200, "{body}");
    let request = [("client_id", native), ("request_uri", body["request_uri"].as_str().unwrap())];
    let code = parameter(&authorize(&mock, &browser(), BUYER, &request).await, "code").unwrap();
    let answer = post(&url, None, &redeem_form(native, &code), &[&proof(&other, &url, &json!({"nonce": nonce}))]).await;
    assert_eq!(status_and_body(answer).await, refusal(400, "invalid_dpop_proof", "The DPoP proof JWT is invalid."));
    form.push(("dpop_jkt", &jkt));
    let answer = post(&par, None, &form, &[&proof(&other, &par, &json!({"nonce": nonce}))]).await;
    assert_eq!(status_and_body(answer).await, refusal(400, "invalid_dpop_proof", "The DPoP proof JWT is invalid."));
    assert_eq!(post(&par, None, &form, &[]).await.status(), 200);
    form.pop();
    form.push(("dpop_jkt", "short"));
    assert_eq!(status_and_body(post(&par, None, &form, &[]).await).await.1["error"], "invalid_request");
}

#[tokio::test]
async fn the_dpop_jkt_of_a_request_object_binds_the_code() {
    let mock = with_bound_web().await;
    let par = format!("{}/v1/par", mock.issuer());
    let (key, other) = (Key::ec("P-256"), Key::ec("P-256"));
    let nonce = current_nonce(&mock).await;
    let inside: Value = code_request(WEB, "openid").into_iter().map(|(name, value)| (name, json!(value))).collect();
    let about = json!({"iss": WEB, "aud": mock.issuer(), "exp": NOW + 300, "dpop_jkt": thumbprint(&key)});
    let object = jwt(&json!({"alg": "HS256"}), &with(inside, &about), &Key::Secret(WEB_SECRET.to_owned()));
    for (prover, answer) in [(&other, 400), (&key, 200)] {
        let proof = proof(prover, &par, &json!({"nonce": nonce}));
        let pushed = post(&par, Some((WEB, WEB_SECRET)), &[("request", &object)], &[&proof]).await;
        let (status, body) = status_and_body(pushed).await;
        assert_eq!(status, answer, "{body}");
        if answer == 400 {
            assert_eq!((status, body), refusal(400, "invalid_dpop_proof", "The DPoP proof JWT is invalid."));
        }
    }
}

#[tokio::test]
async fn userinfo_requires_a_proof_for_a_bound_token() {
    let mock = market().await;
    let (token_url, url) = (format!("{}/v1/token", mock.issuer()), format!("{}/v1/userinfo", mock.issuer()));
    let (key, other) = (Key::ec("P-256"), Key::ec("P-256"));
    let nonce = current_nonce(&mock).await;
    let code = code(&mock, VAULT, &[]).await;
    let proved = proof(&key, &token_url, &json!({"nonce": nonce}));
    let (_, body) = status_and_body(post(&token_url, None, &redeem_form(VAULT, &code), &[&proved]).await).await;
    let bound = body["access_token"].as_str().unwrap().to_owned();
    let web = code_request(WEB, "openid");
    let code = parameter(&authorize(&mock, &browser(), BUYER, &web).await, "code").unwrap();
    let body: Value = crate::flow::redeem(&mock, &code).await.json().await.unwrap();
    let unbound = body["access_token"].as_str().unwrap().to_owned();

    let get = async |authorization: String, proofs: &[String]| {
        let mut request = shared().get(&url).header("authorization", authorization);
        for proof in proofs {
            request = request.header("dpop", proof);
        }
        request.send().await.unwrap()
    };
    let proof = |key: &Key, changes: Value| {
        let base = json!({"htm": "GET", "ath": sha256(&bound)});
        proof(key, &url, &with(base, &changes))
    };
    let good = proof(&key, json!({}));
    let response = get(format!("dpop {bound}"), std::slice::from_ref(&good)).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.json::<Value>().await.unwrap()["sub"], "00ubuyer0000000005d7");
    let posted = self::proof(&key, &url, &json!({"ath": sha256(&bound)}));
    let request = shared().post(&url).header("authorization", format!("DPoP {bound}")).header("dpop", posted);
    assert_eq!(request.header("content-length", "0").send().await.unwrap().status(), 200);

    let host = mock.url().strip_prefix("http://").unwrap().to_owned();
    let (dpop, bearer) = (format!("DPoP {bound}"), format!("Bearer {bound}"));
    let bad = "invalid_dpop_proof";
    let cases = [
        (&bearer, vec![], 400, "invalid_request", "The resource request requires a DPoP proof."),
        (
            &bearer,
            vec![proof(&key, json!({}))],
            400,
            "invalid_request",
            "The resource request must use the DPoP authentication scheme when using a DPoP bound token.",
        ),
        (&dpop, vec![], 400, bad, "The DPoP proof JWT header is missing."),
        (&dpop, vec![good], 400, bad, "The DPoP proof JWT has already been used."),
        (
            &dpop,
            vec![proof(&key, json!({"ath": null}))],
            400,
            bad,
            "'ath' claim in the DPoP proof does not match the presented access_token.",
        ),
        (
            &dpop,
            vec![proof(&key, json!({"ath": sha256(&unbound)}))],
            400,
            bad,
            "'ath' claim in the DPoP proof does not match the presented access_token.",
        ),
        (&dpop, vec![proof(&key, json!({"htm": "POST"}))], 400, bad, "'htm' claim in the DPoP proof JWT is invalid."),
        (
            &dpop,
            vec![proof(&key, json!({"htu": token_url}))],
            400,
            bad,
            "'htu' claim in the DPoP proof JWT is invalid.",
        ),
        (&dpop, vec![proof(&other, json!({}))], 400, bad, "The access_token is not bound to the provided DPoP proof."),
        (
            &format!("DPoP {unbound}"),
            vec![proof(&key, json!({"ath": sha256(&unbound)}))],
            401,
            "invalid_token",
            "The presented access_token is not DPoP bound.",
        ),
        (
            &"DPoP nonsense".to_owned(),
            vec![proof(&key, json!({}))],
            401,
            "invalid_token",
            "The access token is invalid.",
        ),
    ];
    for (authorization, proofs, status, error, text) in cases {
        let response = get(authorization.clone(), &proofs).await;
        assert_eq!(response.status(), status, "{text}");
        assert!(!response.headers().contains_key("dpop-nonce"), "Okta: no nonce here");
        let scheme = match authorization.starts_with("DPoP") {
            true => "DPoP algs=\"RS256 RS384 RS512 ES256 ES384 ES512\",",
            false => "Bearer",
        };
        let challenge = format!(
            "{scheme} authorization_uri=\"http://{host}/oauth2/default/v1/authorize\", realm=\"http://{host}\", scope=\"openid\", \
             error=\"{error}\", error_description=\"{text}\", resource=\"/oauth2/default/v1/userinfo\""
        );
        assert_eq!(response.headers()["www-authenticate"], challenge.as_str());
        assert_eq!(response.text().await.unwrap(), "");
    }
    // An unbound token is accepted, whatever else is sent.
    assert_eq!(get(format!("Bearer {unbound}"), &[]).await.status(), 200);
}

#[tokio::test]
async fn the_management_api_requires_a_proof_for_a_bound_token() {
    let jwks = json!({"keys": [Key::client().jwk()]});
    let app = |id: &str, bound: bool| {
        service(id, &private_key_jwt(), &json!({"jwks": jwks, "dpop_bound_access_tokens": bound}))
    };
    let bearer = "0oabearer00000000000";
    let org = TestOrg::market().with_apps([app(ROBOT, true), app(bearer, false)]);
    let mock = stopped(&org.grant(ROBOT, &["okta.clients.read"]).grant(bearer, &["okta.clients.read"])).await;
    let (token_url, url) = (format!("{}/oauth2/v1/token", mock.url()), format!("{}/oauth2/v1/clients", mock.url()));
    let (key, other) = (Key::ec("P-256"), Key::ec("P-256"));
    let token = async |client: &str, jti: &str, proofs: &[&str]| {
        let claims = json!({"iss": client, "sub": client, "aud": token_url, "exp": NOW + 300, "jti": jti});
        let assertion = jwt(&json!({"alg": "RS256"}), &claims, &Key::client());
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", "okta.clients.read"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ];
        post(&token_url, None, &form, proofs).await
    };
    let nonce = nonce(&token(ROBOT, "a", &[&proof(&key, &token_url, &json!({}))]).await);
    let (_, body) =
        status_and_body(token(ROBOT, "b", &[&proof(&key, &token_url, &json!({"nonce": nonce}))]).await).await;
    assert_eq!(body["token_type"], "DPoP");
    let bound = body["access_token"].as_str().unwrap().to_owned();
    let (_, body) = status_and_body(token(bearer, "c", &[]).await).await;
    let unbound = body["access_token"].as_str().unwrap().to_owned();

    let ask = async |url: String, authorization: &str, proofs: &[String]| {
        let mut request = shared().get(url).header("authorization", authorization);
        for proof in proofs {
            request = request.header("dpop", proof);
        }
        request.send().await.unwrap()
    };
    let proof_at = |key: &Key, url: &str, changes: Value| {
        proof(key, url, &with(json!({"htm": "GET", "ath": sha256(&bound)}), &changes))
    };
    let proof = |key: &Key, changes: Value| proof_at(key, &url, changes);
    let (dpop, bearer) = (format!("DPoP {bound}"), format!("Bearer {bound}"));
    let good = proof(&key, json!({}));
    assert_eq!(ask(format!("{url}?limit=1"), &dpop, std::slice::from_ref(&good)).await.status(), 200);
    let one = format!("{url}/{ROBOT}");
    assert_eq!(ask(one.clone(), &dpop, &[proof_at(&key, &one, json!({}))]).await.status(), 200);
    assert_eq!(ask(url.clone(), &format!("Bearer {unbound}"), &[]).await.status(), 200);

    let bad = "invalid_dpop_proof";
    let cases = [
        (&bearer, vec![], 400, "invalid_request", "The resource request requires a DPoP proof."),
        (
            &bearer,
            vec![proof(&key, json!({}))],
            400,
            "invalid_request",
            "The resource request must use the DPoP authentication scheme when using a DPoP bound token.",
        ),
        (&dpop, vec![], 400, bad, "The DPoP proof JWT header is missing."),
        (&dpop, vec![good], 400, bad, "The DPoP proof JWT has already been used."),
        (
            &dpop,
            vec![proof(&key, json!({"ath": sha256(&unbound)}))],
            400,
            bad,
            "'ath' claim in the DPoP proof does not match the presented access_token.",
        ),
        (&dpop, vec![proof(&key, json!({"htm": "POST"}))], 400, bad, "'htm' claim in the DPoP proof JWT is invalid."),
        (&dpop, vec![proof(&key, json!({"htu": one}))], 400, bad, "'htu' claim in the DPoP proof JWT is invalid."),
        (&dpop, vec![proof(&other, json!({}))], 400, bad, "The access_token is not bound to the provided DPoP proof."),
        (
            &format!("DPoP {unbound}"),
            vec![proof(&key, json!({"ath": sha256(&unbound)}))],
            401,
            "invalid_token",
            "The presented access_token is not DPoP bound.",
        ),
    ];
    let host = mock.url().strip_prefix("http://").unwrap();
    for (authorization, proofs, status, error, text) in cases {
        let response = ask(url.clone(), authorization, &proofs).await;
        assert_eq!(response.status(), status, "{text}");
        let scheme = match authorization.starts_with("DPoP") {
            true => "DPoP algs=\"RS256 RS384 RS512 ES256 ES384 ES512\",",
            false => "Bearer",
        };
        let challenge = format!(
            "{scheme} authorization_uri=\"http://{host}/oauth2/v1/authorize\", realm=\"http://{host}\", scope=\"okta.clients.read\", \
             error=\"{error}\", error_description=\"{text}\", resource=\"/oauth2/v1/clients\""
        );
        assert_eq!(response.headers()["www-authenticate"], challenge.as_str());
        assert_eq!(response.text().await.unwrap(), "");
    }
    // Every path of the management API requires the proof, before any other check of the token.
    let keys = "/api/v1/authorizationServers/default/credentials/keys";
    let response = ask(format!("{}{keys}", mock.url()), &bearer, &[]).await;
    assert_eq!(response.status(), 400);
    let challenge = response.headers()["www-authenticate"].to_str().unwrap();
    let end = format!(
        "error=\"invalid_request\", error_description=\"The resource request requires a DPoP proof.\", resource=\"{keys}\""
    );
    assert!(challenge.ends_with(&end), "{challenge}");
}
