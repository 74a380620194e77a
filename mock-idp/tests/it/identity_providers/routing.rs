//! Where users sign in: routing rules, the parameter `idp`, and clients that ask the user themselves.

use serde_json::{Value, json};

use super::{BUYER, Federation};
use crate::flow::{CALLBACK, after, browser, location, parameter, state_handle};
use crate::idx::{EMBEDDED, VERIFIER, asking_for_consent, begun, handle, interact_form, interaction_code, key, step};
use crate::refusals::token;

fn suffix(value: &str) -> Value {
    json!({ "userIdentifier": { "type": "IDENTIFIER", "patterns": [{ "matchType": "SUFFIX", "value": value }] } })
}

#[tokio::test]
async fn a_rule_by_suffix_sends_its_users_to_the_provider_and_others_to_the_password() {
    let federation = Federation::start(|_| {}).await;
    federation.route(suffix("@Partners.test"), false).await;
    for (login, routed) in [("buyer@example.test", false), ("pat@partners.test", true)] {
        let page = federation.authorize(&[]).await.text().await.unwrap();
        assert!(!page.contains("social-auth"), "{page}");
        let form = [("stateHandle", state_handle(&page)), ("identifier", login.to_owned())];
        let url = format!("{}/signin/identify", federation.mock.url());
        let response = federation.browser.post(url).form(&form).send().await.unwrap();
        assert_eq!(response.status(), if routed { 302 } else { 200 }, "{login}");
        if !routed {
            assert!(response.text().await.unwrap().contains("Verify with your password"));
            continue;
        }
        let request = location(&response);
        assert_eq!(parameter(&request, "login_hint").as_deref(), Some(login));
        let callback = federation.sign_in_there(&request, login).await;
        let claims = federation.id_token(&federation.arrive(&callback).await).await;
        assert_eq!(claims["preferred_username"], login);
    }
}

#[tokio::test]
async fn a_rule_for_networks_or_platforms_is_for_the_clients_that_come_from_there() {
    const WINDOWS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36";
    const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)";
    let zone = async |federation: &Federation, address: &str| {
        let gateways = json!([{ "type": "CIDR", "value": address }]);
        let body = json!({ "name": address, "type": "IP", "gateways": gateways });
        federation.api("/api/v1/zones", Some(body)).await["id"].clone()
    };
    let phones = json!({ "include": [{ "type": "MOBILE", "os": { "type": "IOS" } }], "exclude": [] });
    for (address, platform, user_agent, routed) in [
        (Some("127.0.0.0/8"), json!({}), WINDOWS, true),
        (Some("192.0.2.0/24"), json!({}), WINDOWS, false),
        (None, phones.clone(), PHONE, true),
        (None, phones, WINDOWS, false),
    ] {
        let mut federation = Federation::start(|_| {}).await;
        let headers = [(reqwest::header::USER_AGENT, user_agent.parse().unwrap())].into_iter().collect();
        federation.browser = crate::flow::browser_with(headers);
        let network = match address {
            Some(address) => json!({ "connection": "ZONE", "include": [zone(&federation, address).await] }),
            None => json!({ "connection": "ANYWHERE" }),
        };
        federation.route(json!({ "network": network, "platform": platform }), false).await;
        let status = federation.authorize(&[]).await.status();
        assert_eq!(status, if routed { 302 } else { 200 }, "{address:?} {user_agent}");
    }
}

#[tokio::test]
async fn a_rule_for_another_app_does_not_apply() {
    let federation = Federation::start(|_| {}).await;
    let spa = json!({ "app": { "include": [{ "type": "APP", "id": "0oamarketspa000005d7" }], "exclude": [] } });
    federation.route(spa, false).await;
    let response = federation.authorize(&[]).await;
    assert_eq!(response.status(), 200);
    assert!(!response.text().await.unwrap().contains("social-auth"));
}

#[tokio::test]
async fn a_rule_without_patterns_that_names_one_provider_leaves_the_page_out() {
    let federation = Federation::start(|_| {}).await;
    federation.route(json!({}), false).await;
    let request = location(&federation.authorize(&[]).await);
    let state = parameter(&request, "state").unwrap();
    let refused = format!("{}/oauth2/v1/authorize/callback?state={state}&error=access_denied", federation.mock.url());
    // With a message the page stays, and has no form.
    let page = federation.arrive(&refused).await;
    assert!(page.contains(super::PROBLEM) && !page.contains("name=\"identifier\""), "{page}");
    let href = after(&page, "data-se=\"social-auth-general-idp-button\" href=\"").to_owned();
    assert!(href.starts_with(&format!("/sso/idps/{}?stateToken=", federation.provider)), "{href}");
}

#[tokio::test]
async fn the_parameter_idp_names_the_provider_and_its_errors_go_to_the_client() {
    let federation = Federation::start(|_| {}).await;
    let idp = federation.provider.clone();
    let request = location(&federation.authorize(&[("idp", &idp)]).await);
    let callback = federation.sign_in_there(&request, "buyer@example.test").await;
    let redirect = federation.arrive(&callback).await;
    assert_eq!(federation.id_token(&redirect).await["idp"], idp);

    let other = Federation::start(|_| {}).await;
    let idp = other.provider.clone();
    let state = parameter(&location(&other.authorize(&[("idp", &idp)]).await), "state").unwrap();
    let refused = format!("{}/oauth2/v1/authorize/callback?state={state}&error=access_denied", other.mock.url());
    let redirect = other.arrive(&refused).await;
    assert!(redirect.starts_with(CALLBACK), "{redirect}");
    assert_eq!(parameter(&redirect, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&redirect, "state").as_deref(), Some("s-1"));
}

#[tokio::test]
async fn an_inactive_provider_is_not_valid() {
    let federation = Federation::offered(|_| {}).await;
    let path = format!("/api/v1/idps/{}/lifecycle/deactivate", federation.provider);
    federation.api(&path, Some(json!({}))).await;
    let redirect = location(&federation.authorize(&[("idp", &federation.provider)]).await);
    assert_eq!(parameter(&redirect, "error_description").as_deref(), Some("Identity provider is not valid."));
    assert!(!federation.authorize(&[]).await.text().await.unwrap().contains("social-auth"));
}

/// The form by which the user goes to the provider.
fn redirect_idp(document: &Value) -> Value {
    let forms = document["remediation"]["value"].as_array().unwrap();
    forms.iter().find(|form| form["name"] == "redirect-idp").cloned().unwrap_or_else(|| panic!("{document}"))
}

#[tokio::test]
async fn a_client_that_asks_the_user_itself_gets_an_interaction_code() {
    let federation = Federation::offered(|_| {}).await;
    let (_, document) = begun(&federation.mock, &federation.browser, &interact_form(EMBEDDED)).await;
    let form = redirect_idp(&document);
    let href = form["href"].as_str().unwrap().to_owned();
    assert_eq!(
        form,
        json!({
            "name": "redirect-idp", "type": "OIDC", "idp": { "id": federation.provider, "name": "Partners" },
            "href": href, "method": "GET",
        })
    );
    let start = format!("{}/v1/authorize?client_id={EMBEDDED}&request_uri=urn:okta:", federation.mock.issuer());
    assert!(href.starts_with(&start), "{href}");
    let request = location(&federation.get(&href).await);
    let callback = federation.sign_in_there(&request, "buyer@example.test").await;
    let redirect = federation.arrive(&callback).await;
    assert!(redirect.starts_with(CALLBACK), "{redirect}");
    assert_eq!(parameter(&redirect, "state").as_deref(), Some("s-1"));
    let code = parameter(&redirect, "interaction_code").unwrap();
    let form = [
        ("grant_type", "interaction_code"),
        ("client_id", EMBEDDED),
        ("interaction_code", &*code),
        ("code_verifier", VERIFIER),
    ];
    let tokens: Value = token(&federation.mock, "/oauth2/default", None, &form).await.json().await.unwrap();
    let (_, claims) = crate::flow::decode(tokens["id_token"].as_str().unwrap());
    assert_eq!((&claims["sub"], &claims["idp"]), (&json!(BUYER), &json!(federation.provider)));
}

#[tokio::test]
async fn a_failure_at_the_provider_ends_the_interaction() {
    let federation = Federation::offered(|_| {}).await;
    let (_, document) = begun(&federation.mock, &federation.browser, &interact_form(EMBEDDED)).await;
    let href = redirect_idp(&document)["href"].as_str().unwrap().to_owned();
    let state = parameter(&location(&federation.get(&href).await), "state").unwrap();
    let refused = format!("{}/oauth2/v1/authorize/callback?state={state}&error=access_denied", federation.mock.url());
    let redirect = federation.arrive(&refused).await;
    assert_eq!(parameter(&redirect, "error").as_deref(), Some("interaction_required"));
    let body = json!({ "stateHandle": handle(&document) });
    let (_, document) = step(&federation.mock, &federation.browser, "introspect", &body).await;
    assert_eq!(key(&document), "idx.identity.provider.auth.error");
    assert!(document.get("remediation").is_none() && document["cancel"]["name"] == "cancel", "{document}");
    let (_, begun_again) = step(&federation.mock, &federation.browser, "cancel", &body).await;
    assert_eq!(begun_again["remediation"]["value"][0]["name"], "identify");
}

#[tokio::test]
async fn only_the_browser_that_comes_back_goes_on_with_the_interaction() {
    let federation = Federation::start_in(asking_for_consent().yaml(), |_| {}).await;
    federation.route(json!({}), true).await;
    let mock = &federation.mock;
    // Another browser has begun the interaction, and has its handles.
    let other = browser();
    let (interaction_handle, document) = begun(mock, &other, &interact_form(EMBEDDED)).await;
    let state_handle = handle(&document).to_owned();
    let href = redirect_idp(&document)["href"].as_str().unwrap().to_owned();
    let request = location(&federation.get(&href).await);
    let callback = federation.sign_in_there(&request, "buyer@example.test").await;
    let redirect = federation.arrive(&callback).await;
    assert_eq!(parameter(&redirect, "error").as_deref(), Some("interaction_required"), "{redirect}");
    for body in [json!({ "stateHandle": state_handle }), json!({ "interactionHandle": interaction_handle })] {
        let (status, document) = step(mock, &other, "introspect", &body).await;
        assert_eq!((status, key(&document)), (401, "idx.session.expired"), "{body}");
    }
    let consent = json!({ "consent": true, "stateHandle": state_handle });
    assert_eq!(step(mock, &other, "consent", &consent).await.0, 401);
    // The browser of the user goes on, under a new handle.
    let body = json!({ "interactionHandle": interaction_handle });
    let (status, document) = step(mock, &federation.browser, "introspect", &body).await;
    assert_eq!((status, document["remediation"]["value"][0]["name"].as_str()), (200, Some("consent")), "{document}");
    assert_ne!(handle(&document), state_handle);
    let consent = json!({ "consent": true, "stateHandle": handle(&document) });
    assert_eq!(step(mock, &other, "consent", &consent).await.0, 401, "the handle alone is not enough");
    interaction_code(&step(mock, &federation.browser, "consent", &consent).await.1);
}

#[tokio::test]
async fn a_failure_at_the_provider_does_not_revive_a_sign_in_that_is_over() {
    let federation = Federation::offered(|_| {}).await;
    let (_, document) = begun(&federation.mock, &federation.browser, &interact_form(EMBEDDED)).await;
    let href = redirect_idp(&document)["href"].as_str().unwrap().to_owned();
    let state = parameter(&location(&federation.get(&href).await), "state").unwrap();
    // The user goes back, and signs in with the password.
    let answer = async |path: &str, mut body: Value| {
        body["stateHandle"] = json!(handle(&document));
        step(&federation.mock, &federation.browser, path, &body).await.1
    };
    answer("identify", json!({ "identifier": "buyer@example.test" })).await;
    interaction_code(&answer("challenge/answer", json!({ "credentials": { "passcode": "Passw0rd!" } })).await);
    let refused = format!("{}/oauth2/v1/authorize/callback?state={state}&error=access_denied", federation.mock.url());
    assert_eq!(federation.get(&refused).await.status(), 400, "there is no sign-in any more");
    let body = json!({ "stateHandle": handle(&document) });
    let (status, document) = step(&federation.mock, &federation.browser, "introspect", &body).await;
    assert_eq!((status, key(&document)), (401, "idx.session.expired"));
}

#[tokio::test]
async fn the_idx_api_routes_by_the_identifier() {
    let federation = Federation::start(|_| {}).await;
    federation.route(suffix("@partners.test"), false).await;
    let (_, document) = begun(&federation.mock, &federation.browser, &interact_form(EMBEDDED)).await;
    let body = json!({ "identifier": "pat@partners.test", "stateHandle": handle(&document) });
    let (status, document) = step(&federation.mock, &federation.browser, "identify", &body).await;
    assert_eq!((status, redirect_idp(&document)["type"].as_str()), (200, Some("OIDC")));
    assert_eq!(document["remediation"]["value"].as_array().unwrap().len(), 1);
}
