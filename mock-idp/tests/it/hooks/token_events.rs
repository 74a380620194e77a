//! Events of sign-ins and tokens beside the plain code flow. Okta: those of the org authorization server have names of their own.

use mock_idp::MockIdp;
use serde_json::Value;

use super::{events, types};
use crate::flow::{CALLBACK, WEB, WEB_SECRET, authorize, browser, code_request, location, parameter, state_handle};
use crate::refusals::token;

const SPA: &str = "0oamarketspa000005d7";
const PARTNER: &str = "0oamarketpartner05d7";
/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The session token of the buyer.
async fn session_token(mock: &MockIdp) -> String {
    let body = serde_json::json!({ "username": "buyer@example.test", "password": "Passw0rd!" });
    let answer = browser().post(format!("{}/api/v1/authn", mock.url())).json(&body).send().await.unwrap();
    answer.json::<Value>().await.unwrap()["sessionToken"].as_str().unwrap().to_owned()
}

/// Where an authorization request at a server leads a user with a session token.
async fn arrived(mock: &MockIdp, server: &str, client: &str, response_type: &str) -> String {
    let session = session_token(mock).await;
    let query = [
        ("client_id", client),
        ("redirect_uri", CALLBACK),
        ("response_type", response_type),
        ("scope", if response_type == "code" { "openid offline_access" } else { "openid" }),
        ("state", "s"),
        ("nonce", "n"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("sessionToken", &session),
    ];
    let url = format!("{}{server}/v1/authorize", mock.url());
    let query = query.iter().filter(|(name, _)| response_type == "code" || !name.starts_with("code_"));
    let response = browser().get(url).query(&query.collect::<Vec<_>>()).send().await.unwrap();
    location(&response)
}

async fn answer(mock: &MockIdp, server: &str, client: Option<(&str, &str)>, form: &[(&str, &str)]) -> Value {
    token(mock, server, client, form).await.json().await.unwrap()
}

/// The types of the events that a filter selects.
async fn logged(mock: &MockIdp, filter: &str) -> Vec<String> {
    let found = events(mock, filter).await;
    types(&found).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn codes_tokens_and_revocations_are_events_of_their_server() {
    for (server, prefix) in [("/oauth2/default", "app.oauth2.as"), ("/oauth2", "app.oauth2")] {
        let mock = MockIdp::builder().start().await.unwrap();
        let own = format!("eventType sw \"{prefix}.\"");
        arrived(&mock, server, WEB, "id_token token").await;
        let implicit = ["authorize.implicit.access_token", "authorize.implicit.id_token"];
        assert_eq!(logged(&mock, &own).await, implicit.map(|name| format!("{prefix}.{name}")), "{server}");

        let code = parameter(&arrived(&mock, server, SPA, "code").await, "code").unwrap();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
            ("client_id", SPA),
        ];
        let first = answer(&mock, server, None, &form).await;
        let refresh = [
            ("grant_type", "refresh_token"),
            ("refresh_token", first["refresh_token"].as_str().unwrap()),
            ("client_id", SPA),
        ];
        let second = answer(&mock, server, None, &refresh).await;
        assert!(second["refresh_token"].is_string(), "{second}");
        let reused = answer(&mock, server, None, &refresh).await;
        assert_eq!(reused["error"], "invalid_grant");

        let code = parameter(&arrived(&mock, server, WEB, "code").await, "code").unwrap();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let issued = answer(&mock, server, Some((WEB, WEB_SECRET)), &form).await;
        let revoke = browser().post(format!("{}{server}/v1/revoke", mock.url())).basic_auth(WEB, Some(WEB_SECRET));
        let revoke = revoke.form(&[("token", issued["refresh_token"].as_str().unwrap())]);
        assert_eq!(revoke.send().await.unwrap().status(), 200);

        let found = logged(&mock, &own).await;
        let count = |name: &str| found.iter().filter(|kind| **kind == format!("{prefix}.{name}")).count();
        for (name, expected) in [
            ("authorize.code", 2),
            ("token.grant.access_token", 3),
            ("token.grant.id_token", 3),
            ("token.grant.refresh_token", 3),
            ("token.detect_reuse", 1),
            ("token.revoke", 1),
        ] {
            assert_eq!(count(name), expected, "{prefix}.{name}: {found:?}");
        }
        let reuse = events(&mock, &format!("eventType eq \"{prefix}.token.detect_reuse\"")).await;
        assert_eq!(reuse[0]["actor"]["id"], SPA);
    }
}

#[tokio::test]
async fn a_consent_and_the_end_of_a_session_are_events_of_the_user() {
    let mock = MockIdp::builder().start().await.unwrap();
    let client = browser();
    let page = authorize(&mock, &client, "buyer@example.test", &code_request(PARTNER, "openid orders:read:user")).await;
    let form = [("stateHandle", &*state_handle(&page)), ("consent", "allow")];
    let response = client.post(format!("{}/signin/consent", mock.url())).form(&form).send().await.unwrap();
    assert!(parameter(&location(&response), "code").is_some());
    let granted = events(&mock, "eventType eq \"app.oauth2.as.consent.grant\"").await;
    assert_eq!((granted.len(), &granted[0]["actor"]["alternateId"]), (1, &Value::from("buyer@example.test")));

    let out = client.get(format!("{}/login/signout", mock.url())).send().await.unwrap();
    assert!(out.status().is_success() || out.status().is_redirection(), "{}", out.status());
    let ended = events(&mock, "eventType eq \"user.session.end\"").await;
    assert_eq!((ended.len(), &ended[0]["actor"]["alternateId"]), (1, &Value::from("buyer@example.test")));
}
