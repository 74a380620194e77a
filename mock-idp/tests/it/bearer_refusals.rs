//! Errors of userinfo, of sign-out, and of the token endpoint for browsers, as Okta words them.

use mock_idp::MockIdp;
use mock_idp_core::model::{Group, OauthClientSettings};
use mock_idp_core::protocol::GrantType;
use reqwest::Response;
use serde_json::{Value, json};

use crate::flow::{WEB, WEB_SECRET, authorize, browser, code_request, parameter, redeem};
use crate::jose::{Key, jwt};
use crate::market::{NOW, stop_clock};
use crate::org::{TestOrg, model};
use crate::refusals::token_error;

const KEYED: &str = "0oamarketkeyjwt005d7";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Status, and `error` and `error_description` of the challenge.
fn challenged(response: &Response) -> (u16, String, String) {
    let challenge = response.headers()["www-authenticate"].to_str().unwrap();
    let member = |name: &str| {
        let rest = challenge.split_once(&format!(" {name}=\"")).unwrap_or_else(|| panic!("no {name}: {challenge}")).1;
        rest.split_once('"').unwrap().0.to_owned()
    };
    (response.status().as_u16(), member("error"), member("error_description"))
}

async fn tokens(mock: &MockIdp, login: &str) -> Value {
    let arrived = authorize(mock, &browser(), login, &code_request(WEB, "openid")).await;
    redeem(mock, &parameter(&arrived, "code").unwrap()).await.json().await.unwrap()
}

#[tokio::test]
async fn userinfo_errors_have_oktas_challenges() {
    let mock = MockIdp::builder().start().await.unwrap();
    let url = format!("{}/v1/userinfo", mock.issuer());
    let good = tokens(&mock, "buyer@example.test").await["access_token"].as_str().unwrap().to_owned();
    let form = [("grant_type", "client_credentials"), ("scope", "products:read")];
    let (id, secret) = ("0oamarketservice05d7", "mock-secret-service-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG");
    let request = browser().post(format!("{}/v1/token", mock.issuer())).basic_auth(id, Some(secret)).form(&form);
    let service: Value = request.send().await.unwrap().json().await.unwrap();
    let service = service["access_token"].as_str().unwrap();
    // The same server under another host name is another issuer.
    let elsewhere = url.replace("//localhost:", "//127.0.0.1:");
    let org_server = format!("{}/oauth2/v1/userinfo", mock.url());
    let revoked = tokens(&mock, "buyer@example.test").await["access_token"].as_str().unwrap().to_owned();
    let revoke = browser().post(format!("{}/v1/revoke", mock.issuer())).basic_auth(WEB, Some(WEB_SECRET));
    assert_eq!(revoke.form(&[("token", &revoked)]).send().await.unwrap().status(), 200);

    let get = |url: &str, token: &str| browser().get(url).bearer_auth(token).send();
    let both = browser().post(&url).bearer_auth(&good).form(&[("access_token", &good)]).send();
    let cases = [
        (
            get(&url, service).await,
            403,
            "insufficient_scope",
            "The access token provided does not contain the required scopes.",
        ),
        (get(&org_server, &good).await, 401, "invalid_token", "The access token provided has an invalid issuer."),
        (get(&elsewhere, &good).await, 401, "invalid_token", "The access token provided has an invalid issuer."),
        (get(&url, &revoked).await, 401, "invalid_token", "The access token has been revoked."),
        (
            both.await,
            400,
            "invalid_request",
            "The access token cannot be specified in both the Authorization header and the request-body.",
        ),
        (
            browser().get(format!("{url}?access_token={good}")).send().await,
            400,
            "invalid_request",
            "The access token cannot be presented in a query string.",
        ),
    ];
    for (response, status, error, text) in cases {
        assert_eq!(challenged(&response.unwrap()), (status, error.to_owned(), text.to_owned()));
    }
}

#[tokio::test]
async fn cross_origin_token_requests_are_refused_with_oktas_errors() {
    let mock = MockIdp::builder().start().await.unwrap();
    let (ours, foreign) = ("http://localhost:7803", "https://elsewhere.example");
    let code: &[_] = &[("grant_type", "authorization_code"), ("code", "x"), ("code_verifier", VERIFIER)];
    let offline = [code, &[("scope", "openid offline_access")]].concat();
    /// Origin and form; then status, `error` and `error_description`.
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], u16, &'a str, &'a str);
    let cases: [Case<'_>; 4] = [
        (
            ours,
            &[("grant_type", "refresh_token"), ("refresh_token", "x")],
            400,
            "unauthorized_client",
            "Browser requests to the token endpoint may only use the authorization_code grant_type.",
        ),
        (
            ours,
            &[("grant_type", "authorization_code"), ("code", "x")],
            401,
            "invalid_client",
            "Browser requests to the token endpoint must use Proof Key for Code Exchange.",
        ),
        (
            ours,
            &offline,
            400,
            "invalid_scope",
            "Browser requests to the token endpoint may not include the offline_access scope.",
        ),
        (
            foreign,
            code,
            400,
            "invalid_request",
            "Browser requests to the token endpoint must be part of at least one whitelisted redirect_uri.",
        ),
    ];
    for (origin, form, status, error, text) in cases {
        let request = browser().post(format!("{}/v1/token", mock.issuer())).header("origin", origin);
        let response = request.basic_auth(WEB, Some(WEB_SECRET)).form(form).send().await.unwrap();
        assert_eq!(token_error(response).await, (status, error.to_owned(), text.to_owned()), "{origin} {form:?}");
    }
}

#[tokio::test]
async fn sign_out_with_another_users_id_token_is_an_error_page() {
    let mock = MockIdp::builder().start().await.unwrap();
    let hint = tokens(&mock, "admin@example.test").await["id_token"].as_str().unwrap().to_owned();
    let buyer = browser();
    authorize(&mock, &buyer, "buyer@example.test", &code_request(WEB, "openid")).await;
    let query = [("id_token_hint", hint.as_str())];
    let response = buyer.get(format!("{}/v1/logout", mock.issuer())).query(&query).send().await.unwrap();
    assert_eq!(response.status(), 400);
    let page = response.text().await.unwrap();
    let text = "The ID token subject does not match the current session&#39;s user.";
    assert!(page.contains("id_token_does_not_match_session") && page.contains(text), "{page}");
}

#[tokio::test]
async fn okta_scopes_require_a_service_app_for_client_credentials() {
    let allow = |settings: &mut OauthClientSettings| settings.grant_types.push(GrantType::ClientCredentials);
    let mock = TestOrg::market().oauth(WEB, allow).start().await;
    let form = [("grant_type", "client_credentials"), ("scope", "okta.users.read")];
    let request = browser().post(format!("{}/oauth2/v1/token", mock.url())).basic_auth(WEB, Some(WEB_SECRET));
    let selfish = [("grant_type", "client_credentials"), ("scope", "okta.users.read.self")];
    let claims = json!({
        "iss": KEYED, "sub": KEYED, "aud": format!("{}/oauth2/v1/token", mock.url()), "exp": NOW + 300,
    });
    stop_clock(&mock).await;
    // Older versions of Okta's SDK for Python send everything but the assertion in the query.
    let assertion = jwt(&json!({"alg": "RS256"}), &claims, &Key::client());
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let ask = async |query: &[(&str, &str)]| {
        let request = browser().post(format!("{}/oauth2/v1/token", mock.url())).query(query);
        let request = request.query(&[("client_assertion_type", kind)]);
        request.form(&[("client_assertion", &assertion)]).send().await.unwrap()
    };
    let refused = token_error(ask(&selfish).await).await;
    let text = "The 'client_credentials' grant type may not request .self scopes.";
    assert_eq!(refused, (400, "client_credentials_self_scope_requested".to_owned(), text.to_owned()));
    assert_eq!(ask(&form).await.status(), 200);
    // Okta's SDK for Go sends the assertion there too.
    let assertion = jwt(&json!({"alg": "RS256"}), &claims, &Key::client());
    let query = [form.as_slice(), &[("client_assertion_type", kind), ("client_assertion", &assertion)]].concat();
    let by_query = browser().post(format!("{}/oauth2/v1/token", mock.url())).query(&query);
    assert_eq!(by_query.header("content-length", "0").send().await.unwrap().status(), 200);

    let text = "Only clients with 'application_type' of 'service' may use the client_credentials 'grant_type' with the Org Authorization Server.";
    assert_eq!(
        token_error(request.form(&form).send().await.unwrap()).await,
        (401, "invalid_client".to_owned(), text.to_owned())
    );
}

#[tokio::test]
async fn too_many_groups_at_userinfo_are_an_error_with_a_body() {
    let id = |index: usize| format!("00gcrowd{index:03}0000000000")[..20].to_owned();
    let org = TestOrg::market()
        .edit(|document| {
            document.groups.extend((0..120).map(|index| {
                model::<Group>(json!({ "id": id(index), "profile": { "name": format!("Crowd {index}") } }))
            }));
        })
        .edit(|document| {
            let buyer = document.users.iter_mut().find(|user| user.profile.login == "buyer@example.test").unwrap();
            buyer.group_ids.extend((0..120).map(id));
        })
        .claim_rule("groups", |claim| claim.always_include_in_token = false);
    let mock = org.start().await;
    let token = tokens(&mock, "buyer@example.test").await["access_token"].as_str().unwrap().to_owned();
    let response = browser().get(format!("{}/v1/userinfo", mock.issuer())).bearer_auth(token).send().await.unwrap();
    assert_eq!(response.status(), 400);
    assert!(!response.headers().contains_key("www-authenticate"));
    let text = "The groups claim matched too many groups and must be configured to match fewer groups.";
    let body: Value = response.json().await.unwrap();
    assert_eq!(body, json!({ "error": "server_error", "error_description": text }));
}

#[tokio::test]
async fn a_browser_gets_no_refresh_token_for_a_code_with_offline_access() {
    let mock = MockIdp::builder().start().await.unwrap();
    let mut request = code_request(WEB, "openid offline_access");
    request.extend([("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]);
    let arrived = authorize(&mock, &browser(), "buyer@example.test", &request).await;
    let code = parameter(&arrived, "code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", crate::flow::CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let ask = || browser().post(format!("{}/v1/token", mock.issuer())).basic_auth(WEB, Some(WEB_SECRET)).form(&form);
    let refused = token_error(ask().header("origin", "http://localhost:7803").send().await.unwrap()).await;
    let text = "Browser requests to the token endpoint may not include the offline_access scope.";
    assert_eq!(refused, (400, "invalid_scope".to_owned(), text.to_owned()));
    assert_eq!(ask().send().await.unwrap().status(), 200, "the app's server may still redeem the code");
}

#[tokio::test]
async fn sign_out_without_a_hint_is_an_api_error_and_ends_no_session() {
    let mock = MockIdp::builder().start().await.unwrap();
    let buyer = browser();
    let request = code_request(WEB, "openid");
    authorize(&mock, &buyer, "buyer@example.test", &request).await;
    for accept in ["text/html,*/*", "application/json"] {
        for query in
            ["", "?client_id=0oamarketweb000005d7", "?post_logout_redirect_uri=http://localhost:7803/signed-out"]
        {
            let url = format!("{}/v1/logout{query}", mock.issuer());
            let response = buyer.get(url).header("accept", accept).send().await.unwrap();
            assert_eq!(response.status(), 400);
            let body: Value = response.json().await.unwrap();
            assert_eq!(
                (&body["errorCode"], &body["errorSummary"]),
                (&json!("invalid_client"), &json!("Invalid value for 'client_id' parameter."),)
            );
        }
    }
    let silent = [request.as_slice(), &[("prompt", "none")]].concat();
    let arrived = authorize(&mock, &buyer, "buyer@example.test", &silent).await;
    assert!(parameter(&arrived, "code").is_some(), "{arrived}");
}
