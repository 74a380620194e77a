//! `behavior: fapi2`: what the FAPI 2 Security Profile requires beyond OpenID Connect.

use mock_idp::{Behavior, MockIdp};
use mock_idp_core::behavior::PROFILE_RULES;
use serde_json::{Value, json};

use crate::flow::{CALLBACK, WEB, WEB_SECRET, browser, code_request};
use crate::jose::{Key, jwt};
use crate::market::{NOW, stop_clock};

const KEYED: &str = "0oamarketkeyjwt005d7";

async fn fapi2() -> MockIdp {
    MockIdp::builder().behavior(Behavior::Fapi2).start().await.unwrap()
}

async fn json(mock: &MockIdp, path: &str) -> Value {
    browser().get(format!("{}{path}", mock.issuer())).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn metadata_and_keys_state_the_profile() {
    let mock = fapi2().await;
    let document = json(&mock, "/.well-known/openid-configuration").await;
    for (name, expected) in [
        ("require_pushed_authorization_requests", json!(true)),
        ("response_types_supported", json!(["code"])),
        ("id_token_signing_alg_values_supported", json!(["PS256"])),
        ("token_endpoint_auth_methods_supported", json!(["private_key_jwt"])),
        ("token_endpoint_auth_signing_alg_values_supported", json!(["ES256"])),
        ("request_object_signing_alg_values_supported", json!(["ES256"])),
        ("dpop_signing_alg_values_supported", json!(["ES256"])),
        ("request_uri_parameter_supported", json!(false)),
        ("userinfo_signing_alg_values_supported", Value::Null),
        ("authorization_response_iss_parameter_supported", json!(true)),
    ] {
        assert_eq!(document[name], expected, "{name}");
    }
    let grants = document["grant_types_supported"].as_array().unwrap();
    assert!(!grants.contains(&json!("implicit")) && !grants.contains(&json!("password")), "{grants:?}");
    let keys = json(&mock, "/v1/keys").await;
    assert!(keys["keys"].as_array().unwrap().iter().all(|key| key["alg"] == "PS256"), "{keys}");
}

#[tokio::test]
async fn requests_that_are_not_pushed_and_clients_with_secrets_are_refused() {
    let mock = fapi2().await;
    let mut request = code_request(WEB, "openid");
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    request.extend([("code_challenge", challenge), ("code_challenge_method", "S256")]);
    let response = browser().get(format!("{}/v1/authorize", mock.issuer())).query(&request).send().await.unwrap();
    assert_eq!(response.status(), 302);
    let location = response.headers()["location"].to_str().unwrap();
    assert!(location.starts_with(CALLBACK) && location.contains("error=invalid_request_uri"), "{location}");
    for form in [
        json!({ "grant_type": "client_credentials", "client_id": WEB, "client_secret": WEB_SECRET }),
        json!({ "grant_type": "refresh_token", "refresh_token": "x", "client_id": "0oamarketspa000005d7" }),
    ] {
        let refused = browser().post(format!("{}/v1/token", mock.issuer())).form(&form).send().await.unwrap();
        assert_eq!(refused.status(), 401);
        assert_eq!(refused.json::<Value>().await.unwrap()["error"], "invalid_client");
    }
}

#[tokio::test]
async fn assertions_are_for_the_issuer_alone_and_signed_with_es256() {
    let mock = fapi2().await;
    stop_clock(&mock).await;
    let (issuer, endpoint) = (mock.issuer().to_owned(), format!("{}/v1/introspect", mock.issuer()));
    let ask = async |audience: Value, header: Value, key: &Key| {
        let claims = json!({ "iss": KEYED, "sub": KEYED, "aud": audience, "exp": NOW + 300 });
        let form = [
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &jwt(&header, &claims, key)),
            ("token", "unknown"),
        ];
        let response = browser().post(&endpoint).form(&form).send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json::<Value>().await.unwrap()["error_description"].as_str().unwrap_or_default().to_owned())
    };
    let algorithm = "The client_assertion signature algorithm is not supported.";
    let refused = ask(json!(issuer), json!({ "alg": "RS256" }), &Key::client()).await;
    assert_eq!(refused.0, 401, "{refused:?} {algorithm}");
}

#[tokio::test]
async fn the_setting_is_a_warning_and_may_be_in_the_org_document() {
    let yaml = crate::org::TestOrg::market().edit(|document| document.settings.behavior = Behavior::Fapi2).yaml();
    let mock = MockIdp::builder().org_yaml(yaml).start().await.unwrap();
    let info: Value = browser().get(format!("{}/_mock/info", mock.url())).send().await.unwrap().json().await.unwrap();
    assert_eq!(info["behavior"], "fapi2");
    assert!(info["warnings"][0].as_str().unwrap().contains("FAPI 2 Security Profile"), "{info}");
    assert!(PROFILE_RULES.iter().all(|rule| rule.id.starts_with("fapi2.")));
}
