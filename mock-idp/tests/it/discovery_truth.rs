//! Everything in the discovery documents is served: endpoints, grants, response types and modes, client authentication, scopes.

use mock_idp::MockIdp;
use reqwest::Response;
use serde_json::{Value, json};

use crate::api_scopes::granting;
use crate::flow::{CALLBACK, WEB, WEB_SECRET, browser, location, parameter};
use crate::jose::Key;
use crate::registration::clients;

const DOCUMENTS: [&str; 4] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/oauth2/default/.well-known/openid-configuration",
    "/oauth2/default/.well-known/oauth-authorization-server",
];

async fn document(mock: &MockIdp, path: &str) -> Value {
    browser().get(format!("{}{path}", mock.url())).send().await.unwrap().json().await.unwrap()
}

fn listed<'a>(document: &'a Value, name: &str) -> Vec<&'a str> {
    document[name].as_array().into_iter().flatten().map(|value| value.as_str().unwrap()).collect()
}

#[tokio::test]
async fn every_endpoint_in_discovery_responds() {
    let mock = MockIdp::builder().start().await.unwrap();
    for path in DOCUMENTS {
        let document = document(&mock, path).await;
        let endpoints =
            document.as_object().unwrap().iter().filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri");
        let mut tried = 0;
        for (name, url) in endpoints {
            let url = url.as_str().unwrap();
            let get = browser().get(url).send().await.unwrap().status().as_u16();
            let post = browser().post(url).form(&[("a", "b")]).send().await.unwrap().status().as_u16();
            assert!(
                ![404, 405].contains(&get) || ![404, 405].contains(&post),
                "{path}: {name} answers {get} and {post}"
            );
            tried += 1;
        }
        assert!(tried >= 8, "{path}: {tried}");
    }
}

#[tokio::test]
async fn every_grant_type_is_known_to_the_token_endpoint() {
    let mock = MockIdp::builder().start().await.unwrap();
    for path in DOCUMENTS {
        let document = document(&mock, path).await;
        for grant in listed(&document, "grant_types_supported") {
            let request =
                browser().post(document["token_endpoint"].as_str().unwrap()).basic_auth(WEB, Some(WEB_SECRET));
            let answer: Value = request.form(&[("grant_type", grant)]).send().await.unwrap().json().await.unwrap();
            let unknown = answer["error"] == "unsupported_grant_type";
            // It is not a grant of the token endpoint.
            assert_eq!(unknown, grant == "implicit", "{path}: {grant}: {answer}");
        }
    }
}

async fn authorize(document: &Value, extra: &[(&str, &str)]) -> Response {
    let base = [("client_id", WEB), ("redirect_uri", CALLBACK), ("state", "s"), ("nonce", "n")];
    let query: Vec<_> = base.into_iter().chain(extra.iter().copied()).collect();
    browser().get(document["authorization_endpoint"].as_str().unwrap()).query(&query).send().await.unwrap()
}

#[tokio::test]
async fn every_response_type_mode_scope_and_challenge_method_starts_a_sign_in() {
    // Scopes of the org's own APIs begin one for an app that has them all.
    let listed_by_org = document(&MockIdp::builder().start().await.unwrap(), DOCUMENTS[1]).await;
    let scopes = listed(&listed_by_org, "scopes_supported");
    let of_api: Vec<&str> = scopes.into_iter().filter(|scope| scope.starts_with("okta.")).collect();
    assert_eq!(of_api.len(), 75);
    let mock = granting(&of_api).await;
    for path in DOCUMENTS {
        let document = document(&mock, path).await;
        for response_type in listed(&document, "response_types_supported") {
            let response = authorize(&document, &[("response_type", response_type), ("scope", "openid")]).await;
            assert_eq!(response.status(), 200, "{path}: {response_type}");
        }
        for mode in listed(&document, "response_modes_supported") {
            let response_type = if mode == "query" { "code" } else { "id_token" };
            let request = [("response_type", response_type), ("scope", "openid"), ("response_mode", mode)];
            assert_eq!(authorize(&document, &request).await.status(), 200, "{path}: {mode}");
        }
        for scope in listed(&document, "scopes_supported") {
            let scope = format!("openid {scope}");
            let response = authorize(&document, &[("response_type", "code"), ("scope", &scope)]).await;
            assert_eq!(response.status(), 200, "{path}: {scope}");
        }
        for method in listed(&document, "code_challenge_methods_supported") {
            let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
            let pkce = [("code_challenge", challenge), ("code_challenge_method", method)];
            let request = [&[("response_type", "code"), ("scope", "openid")][..], &pkce].concat();
            assert_eq!(authorize(&document, &request).await.status(), 200, "{path}: {method}");
        }
        assert_eq!(document["request_parameter_supported"], true);
        let object = [("response_type", "code"), ("scope", "openid"), ("request", "garbage")];
        let refused = location(&authorize(&document, &object).await);
        assert_eq!(parameter(&refused, "error").as_deref(), Some("invalid_request_object"), "{path}");
    }
}

#[tokio::test]
async fn a_client_can_be_set_up_for_every_method_and_algorithm() {
    let mock = MockIdp::builder().start().await.unwrap();
    let mut tried = 0;
    for path in DOCUMENTS {
        let document = document(&mock, path).await;
        for name in ["token", "introspection", "revocation"] {
            for method in listed(&document, &format!("{name}_endpoint_auth_methods_supported")) {
                let mut metadata = json!({
                    "client_name": "Till", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": method,
                });
                if method == "private_key_jwt" {
                    metadata["jwks"] = json!({ "keys": [Key::client().jwk()] });
                }
                let made = clients(&mock, reqwest::Method::POST, "", metadata).await;
                assert_eq!(made.status(), 201, "{path}: {name}: {method}");
                tried += 1;
            }
        }
        for algorithm in listed(&document, "request_object_signing_alg_values_supported") {
            let metadata = json!({
                "client_name": "Till", "redirect_uris": [CALLBACK], "request_object_signing_alg": algorithm,
                "jwks": { "keys": [Key::client().jwk()] },
            });
            let made = clients(&mock, reqwest::Method::POST, "", metadata).await;
            let made: Value = made.json().await.unwrap();
            assert_eq!(made["request_object_signing_alg"], algorithm, "{path}: {made}");
            tried += 1;
        }
    }
    assert_eq!(tried, 4 * (15 + 9));
}
