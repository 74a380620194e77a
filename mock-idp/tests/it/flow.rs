//! Complete flows over HTTP: authorize, sign in, redeem, use, refresh, sign out.

use mock_idp::MockIdp;
use reqwest::header::HeaderMap;
use reqwest::{Client, Response, redirect};
use serde_json::{Value, json};

use crate::client;
use crate::market::{advance, stop_clock};
use crate::org::{TestOrg, model};

pub(crate) const WEB: &str = "0oamarketweb000005d7";
pub(crate) const WEB_SECRET: &str = "mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK";
pub(crate) const CALLBACK: &str = "http://localhost:7803/callback";

/// A browser without scripts: it stores cookies and follows no redirects.
pub(crate) fn browser() -> Client {
    browser_with(HeaderMap::new())
}

/// A browser that sends these headers with each request.
pub(crate) fn browser_with(headers: HeaderMap) -> Client {
    let builder = client::direct().cookie_store(true).redirect(redirect::Policy::none());
    builder.default_headers(headers).build().unwrap()
}

/// The hidden input or attribute value that follows `marker` in a page.
pub(crate) fn after<'a>(page: &'a str, marker: &str) -> &'a str {
    let rest = page.split_once(marker).unwrap_or_else(|| panic!("no {marker} in {page}")).1;
    rest.split_once('"').unwrap().0
}

pub(crate) fn state_handle(page: &str) -> String {
    after(page, "name=\"stateHandle\" value=\"").to_owned()
}

/// Signs in with the picker and returns the redirect to the client.
pub(crate) async fn authorize(mock: &MockIdp, browser: &Client, login: &str, query: &[(&str, &str)]) -> String {
    let url = format!("{}/oauth2/default/v1/authorize", mock.url());
    let response = browser.get(url).query(query).send().await.unwrap();
    if response.status() == 302 {
        return location(&response);
    }
    assert_eq!(response.status(), 200);
    let page = response.text().await.unwrap();
    let form = [("stateHandle", state_handle(&page)), ("user", login.to_owned())];
    let response = browser.post(format!("{}/signin/pick", mock.url())).form(&form).send().await.unwrap();
    if response.status() == 302 { location(&response) } else { response.text().await.unwrap() }
}

pub(crate) fn location(response: &Response) -> String {
    response.headers()["location"].to_str().unwrap().to_owned()
}

pub(crate) fn parameter(location: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(&location.replacen('#', "?", 1)).unwrap();
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

pub(crate) fn code_request<'a>(client_id: &'a str, scope: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("client_id", client_id),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", scope),
        ("state", "s-1"),
        ("nonce", "n-1"),
    ]
}

pub(crate) async fn redeem(mock: &MockIdp, code: &str) -> Response {
    let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
    let url = format!("{}/oauth2/default/v1/token", mock.url());
    browser().post(url).basic_auth(WEB, Some(WEB_SECRET)).form(&form).send().await.unwrap()
}

/// Header and payload of a JWT, without checking the signature.
pub(crate) fn decode(jwt: &str) -> (Value, Value) {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let part = |index: usize| {
        let bytes = URL_SAFE_NO_PAD.decode(jwt.split('.').nth(index).unwrap()).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    };
    (part(0), part(1))
}

#[tokio::test]
async fn a_code_flow_returns_tokens_with_the_lifetime_of_the_matching_rule() {
    let mock = MockIdp::builder().start().await.unwrap();
    let browser = browser();
    let request = code_request(WEB, "openid profile email offline_access products:read");
    let arrived = authorize(&mock, &browser, "buyer@example.test", &request).await;
    assert_eq!(parameter(&arrived, "state").as_deref(), Some("s-1"));
    let code = parameter(&arrived, "code").unwrap();

    let response = redeem(&mock, &code).await;
    assert_eq!(response.status(), 200);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["token_type"], "Bearer");
    // The rule "Everyone" gives an hour.
    assert_eq!(body["expires_in"], 3600);
    assert_eq!(body["scope"], "openid profile email offline_access products:read");

    let (header, access) = decode(body["access_token"].as_str().unwrap());
    assert_eq!(header.as_object().unwrap().keys().collect::<Vec<_>>(), ["kid", "alg"]);
    assert_eq!(
        access.as_object().unwrap().keys().collect::<Vec<_>>(),
        [
            "ver",
            "jti",
            "iss",
            "aud",
            "iat",
            "exp",
            "cid",
            "uid",
            "scp",
            "auth_time",
            "sub",
            "feature_access",
            "market_role"
        ]
    );
    assert_eq!(access["sub"], "buyer@example.test");
    assert_eq!(access["uid"], "00ubuyer0000000005d7");
    assert_eq!(access["aud"], "api://default");
    assert_eq!(access["iss"], mock.issuer());
    assert_eq!(access["feature_access"], serde_json::json!(["basic"]));
    assert_eq!(access["market_role"], "shopper");
    assert!(access["jti"].as_str().unwrap().contains(".oar"));

    let (_, id) = decode(body["id_token"].as_str().unwrap());
    assert_eq!(
        id.as_object().unwrap().keys().collect::<Vec<_>>(),
        [
            "sub",
            "name",
            "email",
            "ver",
            "iss",
            "aud",
            "iat",
            "exp",
            "jti",
            "amr",
            "idp",
            "nonce",
            "preferred_username",
            "auth_time",
            "at_hash",
            "groups"
        ]
    );
    assert_eq!(id["sub"], "00ubuyer0000000005d7");
    assert_eq!(id["nonce"], "n-1");
    assert_eq!(id["groups"], serde_json::json!(["Everyone", "Buyers"]));

    let again = redeem(&mock, &code).await;
    assert_eq!(again.status(), 400);
    let refusal: Value = again.json().await.unwrap();
    assert_eq!(refusal["error"], "invalid_grant");
    assert_eq!(refusal["error_description"], "The authorization code is invalid or has expired.");
}

/// The parts of a form on a page: its action, and a field besides the hidden handle.
async fn submit(mock: &MockIdp, browser: &Client, page: &str, path: &str, fields: &[(&str, &str)]) -> Response {
    let handle = state_handle(page);
    let form: Vec<(&str, &str)> =
        std::iter::once(("stateHandle", handle.as_str())).chain(fields.iter().copied()).collect();
    browser.post(format!("{}{path}", mock.url())).form(&form).send().await.unwrap()
}

#[tokio::test]
async fn identifier_and_password_sign_in_and_the_session_works_for_another_client() {
    let mock = MockIdp::builder().start().await.unwrap();
    let browser = browser();
    let url = format!("{}/v1/authorize", mock.issuer());
    let first = browser.get(&url).query(&code_request(WEB, "openid")).send().await.unwrap();
    let policy = first.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(!policy.contains("form-action"), "{policy}");
    assert_eq!(first.headers()["x-frame-options"], "DENY");
    let page = first.text().await.unwrap();
    assert!(page.contains(r#"name="identifier""#) && page.contains(r#"data-se="save""#));

    let second = submit(&mock, &browser, &page, "/signin/identify", &[("identifier", "buyer@example.test")]).await;
    let page = second.text().await.unwrap();
    assert!(page.contains(r#"name="credentials.passcode""#));

    let wrong = submit(&mock, &browser, &page, "/signin/challenge", &[("credentials.passcode", "nope")]).await;
    assert_eq!(wrong.status(), 200);
    let page = wrong.text().await.unwrap();
    assert!(page.contains("incorrectPassword") && page.contains(r#"role="alert""#));

    let done = submit(&mock, &browser, &page, "/signin/challenge", &[("credentials.passcode", "Passw0rd!")]).await;
    assert_eq!(done.status(), 302);
    let arrived = location(&done);
    assert!(arrived.starts_with(&format!("{CALLBACK}?code=")) && arrived.ends_with("&state=s-1"), "{arrived}");

    // Single sign-on: the session answers for another client without a page.
    let mut request = code_request("0oamarketspa000005d7", "openid");
    request.extend([
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
        ("prompt", "none"),
    ]);
    let silent = browser.get(&url).query(&request).send().await.unwrap();
    assert!(parameter(&location(&silent), "code").is_some());
}

#[tokio::test]
async fn users_who_cannot_sign_in_see_the_reason() {
    let mock = MockIdp::builder().start().await.unwrap();
    for (login, code, status) in [
        ("locked@example.test", "E0000004", "LOCKED_OUT"),
        ("suspended@example.test", "E0000004", "SUSPENDED"),
        ("deprovisioned@example.test", "E0000004", "DEPROVISIONED"),
        ("staged@example.test", "E0000004", "STAGED"),
    ] {
        let page = authorize(&mock, &browser(), login, &code_request(WEB, "openid")).await;
        assert!(page.contains(code) && page.contains(status), "{login}: {page}");
    }
}

#[tokio::test]
async fn a_state_handle_is_valid_once_and_in_one_browser() {
    let mock = MockIdp::builder().start().await.unwrap();
    let (ours, theirs) = (browser(), browser());
    let url = format!("{}/v1/authorize", mock.issuer());
    let page = ours.get(&url).query(&code_request(WEB, "openid")).send().await.unwrap().text().await.unwrap();
    let pick = [("user", "buyer@example.test")];
    let stolen = submit(&mock, &theirs, &page, "/signin/pick", &pick).await;
    assert_eq!(stolen.status(), 200);
    assert!(stolen.text().await.unwrap().contains("E0000011"));
    assert_eq!(submit(&mock, &ours, &page, "/signin/pick", &pick).await.status(), 302);
    let again = submit(&mock, &ours, &page, "/signin/pick", &pick).await;
    assert_eq!(again.status(), 400);
    assert!(again.text().await.unwrap().contains("Request expired, please start over and try again."));
}

async fn tokens(mock: &MockIdp, browser: &Client, login: &str, scope: &str) -> Value {
    let arrived = authorize(mock, browser, login, &code_request(WEB, scope)).await;
    redeem(mock, &parameter(&arrived, "code").unwrap()).await.json().await.unwrap()
}

async fn post(mock: &MockIdp, path: &str, form: &[(&str, &str)]) -> Response {
    let url = format!("{}{path}", mock.issuer());
    browser().post(url).basic_auth(WEB, Some(WEB_SECRET)).form(form).send().await.unwrap()
}

async fn introspect(mock: &MockIdp, token: &str) -> Value {
    post(mock, "/v1/introspect", &[("token", token)]).await.json().await.unwrap()
}

#[tokio::test]
async fn a_second_use_of_a_code_revokes_the_tokens_of_the_first() {
    let mock = MockIdp::builder().behavior(mock_idp::Behavior::Openid).start().await.unwrap();
    let arrived = authorize(&mock, &browser(), "buyer@example.test", &code_request(WEB, "openid offline_access")).await;
    let code = parameter(&arrived, "code").unwrap();
    let body: Value = redeem(&mock, &code).await.json().await.unwrap();
    let access = body["access_token"].as_str().unwrap();
    let refresh = body["refresh_token"].as_str().unwrap();
    let live = introspect(&mock, access).await;
    assert_eq!(
        live.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["active", "token_type", "scope", "client_id", "username", "exp", "iat", "sub", "aud", "iss", "jti", "uid"]
    );
    assert_eq!(live["active"], true);
    assert_eq!(introspect(&mock, refresh).await["active"], true);
    assert_eq!(redeem(&mock, &code).await.status(), 400);
    assert_eq!(introspect(&mock, access).await, serde_json::json!({"active": false}));
    assert_eq!(introspect(&mock, refresh).await, serde_json::json!({"active": false}));
}

#[tokio::test]
async fn revoking_a_refresh_token_revokes_its_access_tokens_but_not_the_reverse() {
    let mock = MockIdp::builder().start().await.unwrap();
    let browser = browser();
    let scope = "openid offline_access";
    let body = tokens(&mock, &browser, "buyer@example.test", scope).await;
    let [access, refresh] = ["access_token", "refresh_token"].map(|name| body[name].as_str().unwrap());
    let revoked = post(&mock, "/v1/revoke", &[("token", access)]).await;
    assert_eq!(revoked.status(), 200);
    assert!(!revoked.headers().contains_key("content-type"));
    assert!(revoked.text().await.unwrap().is_empty());
    assert_eq!(introspect(&mock, access).await["active"], false);
    assert_eq!(introspect(&mock, refresh).await["active"], true);

    let body = tokens(&mock, &browser, "buyer@example.test", scope).await;
    let [access, refresh] = ["access_token", "refresh_token"].map(|name| body[name].as_str().unwrap());
    assert_eq!(post(&mock, "/v1/revoke", &[("token", refresh)]).await.status(), 200);
    assert_eq!(introspect(&mock, access).await["active"], false);
    assert_eq!(post(&mock, "/v1/revoke", &[("token", "unknown")]).await.status(), 200);
}

#[tokio::test]
async fn userinfo_returns_the_claims_of_the_scopes_and_oktas_challenges() {
    let mock = MockIdp::builder().start().await.unwrap();
    let scope = "openid profile email address phone";
    let body = tokens(&mock, &browser(), "admin@example.test", scope).await;
    let url = format!("{}/v1/userinfo", mock.issuer());
    let response = browser().get(&url).bearer_auth(body["access_token"].as_str().unwrap()).send().await.unwrap();
    let claims: Value = response.json().await.unwrap();
    insta::assert_json_snapshot!("userinfo_of_the_admin", claims);

    let host = mock.url().strip_prefix("http://").unwrap();
    for (token, status, error, text) in [
        (None, 401, "invalid_request", "The access token is missing."),
        (Some("garbage"), 401, "invalid_token", "The access token is invalid."),
    ] {
        let request = browser().get(&url);
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(
            response.headers()["www-authenticate"].to_str().unwrap(),
            format!(
                "Bearer authorization_uri=\"http://{host}/oauth2/default/v1/authorize\", realm=\"http://{host}\", \
                 scope=\"openid\", error=\"{error}\", error_description=\"{text}\", resource=\"/oauth2/default/v1/userinfo\""
            )
        );
        assert_eq!(response.headers()["content-length"], "0");
    }
    let in_query = browser().get(format!("{url}?access_token=x")).send().await.unwrap();
    assert_eq!(in_query.status(), 400);
}

#[tokio::test]
async fn sign_out_ends_the_session_and_returns_to_the_client() {
    let mock = MockIdp::builder().start().await.unwrap();
    let browser = browser();
    let body = tokens(&mock, &browser, "buyer@example.test", "openid").await;
    let id_token = body["id_token"].as_str().unwrap();
    let url = format!("{}/v1/logout", mock.issuer());
    let sign_out = |uri: &'static str| {
        let query = [("id_token_hint", id_token), ("post_logout_redirect_uri", uri), ("state", "bye")];
        browser.get(&url).query(&query).send()
    };
    let refused = sign_out("http://localhost:7803/elsewhere").await.unwrap();
    assert_eq!(refused.status(), 400);
    let page = refused.text().await.unwrap();
    assert!(
        page.contains("parameter must be a Logout redirect URI in the client app settings: http://localhost-admin")
    );

    // RP-Initiated Logout 2: the client that is named has to be the hint's.
    let query = [("id_token_hint", id_token), ("client_id", "0oamarketspa000005d7")];
    let other = browser.get(&url).query(&query).send().await.unwrap();
    assert_eq!(other.status(), 400);
    assert!(other.text().await.unwrap().contains("The id token is invalid."));

    let done = sign_out("http://localhost:7803/signed-out").await.unwrap();
    assert_eq!(location(&done), "http://localhost:7803/signed-out?state=bye");
    let mut request = code_request(WEB, "openid");
    request.push(("prompt", "none"));
    let silent = browser.get(format!("{}/v1/authorize", mock.issuer())).query(&request).send().await.unwrap();
    assert_eq!(parameter(&location(&silent), "error").as_deref(), Some("login_required"));
}

#[tokio::test]
async fn consent_is_requested_once_and_denial_is_oktas_error() {
    let mock = MockIdp::builder().start().await.unwrap();
    let partner = "0oamarketpartner05d7";
    let request = code_request(partner, "openid orders:read:user");
    let first = browser();
    let page = authorize(&mock, &first, "buyer@example.test", &request).await;
    assert!(page.contains("Read your orders"), "{page}");
    let denied = submit(&mock, &first, &page, "/signin/consent", &[("consent", "deny")]).await;
    let arrived = location(&denied);
    assert_eq!(parameter(&arrived, "error").as_deref(), Some("access_denied"));
    let text = "The resource owner or authorization server denied the request.";
    assert_eq!(parameter(&arrived, "error_description").as_deref(), Some(text));

    let mut silent = request.clone();
    silent.push(("prompt", "none"));
    let arrived = authorize(&mock, &first, "buyer@example.test", &silent).await;
    let text = "The following scopes require user consent: [orders:read:user].";
    assert_eq!(parameter(&arrived, "error_description").as_deref(), Some(text));

    let page = authorize(&mock, &browser(), "buyer@example.test", &request).await;
    assert!(page.contains(r#"data-se="consent""#));
    let page = first.get(format!("{}/v1/authorize", mock.issuer())).query(&request).send().await.unwrap();
    let page = page.text().await.unwrap();
    let allowed = submit(&mock, &first, &page, "/signin/consent", &[("consent", "allow")]).await;
    assert!(parameter(&location(&allowed), "code").is_some());
    // Remembered, also for another browser.
    let arrived = authorize(&mock, &browser(), "buyer@example.test", &request).await;
    assert!(parameter(&arrived, "code").is_some());
}

#[tokio::test]
async fn rotation_returns_a_new_refresh_token_and_reuse_revokes_the_family() {
    let mock = MockIdp::builder().start().await.unwrap();
    let spa = "0oamarketspa000005d7";
    let mut request = code_request(spa, "openid offline_access products:read");
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    request
        .extend([("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"), ("code_challenge_method", "S256")]);
    let arrived = authorize(&mock, &browser(), "buyer@example.test", &request).await;
    let code = parameter(&arrived, "code").unwrap();
    let send = async |form: &[(&str, &str)]| -> (u16, Value) {
        let url = format!("{}/oauth2/default/v1/token", mock.url());
        let form: Vec<_> = form.iter().copied().chain([("client_id", spa)]).collect();
        let response = browser().post(url).form(&form).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    };
    let code_form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", verifier),
    ];
    let (_, first) = send(&code_form).await;
    let first_refresh = first["refresh_token"].as_str().unwrap();
    let refresh = |token: &str, scope: &str| {
        [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let send_owned = async |form: [(String, String); 3]| {
        let form = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>();
        send(&form).await
    };
    let (status, wider) = send_owned(refresh(first_refresh, "openid orders:create")).await;
    assert_eq!(status, 400);
    assert_eq!(wider["error"], "access_denied");
    assert_eq!(
        wider["error_description"],
        "Some of the scopes requested for the refresh request were not granted in the original authorize request. Denied scopes: orders:create."
    );
    let (status, second) = send_owned(refresh(first_refresh, "openid products:read")).await;
    assert_eq!(status, 200);
    assert_eq!(second["scope"], "openid products:read");
    let second_refresh = second["refresh_token"].as_str().unwrap();
    assert_ne!(first_refresh, second_refresh);
    let (_, first_id) = decode(first["id_token"].as_str().unwrap());
    let (_, second_id) = decode(second["id_token"].as_str().unwrap());
    assert_eq!(first_id["auth_time"], second_id["auth_time"]);
    assert!(second_id.get("nonce").is_none());

    // No leeway on this client: the old token's second use ends everything.
    let (status, _) = send_owned(refresh(first_refresh, "openid")).await;
    assert_eq!(status, 400);
    let (status, gone) = send_owned(refresh(second_refresh, "openid")).await;
    assert_eq!(
        (status, gone["error_description"].as_str().unwrap()),
        (400, "The refresh token is invalid or expired.")
    );
}

#[tokio::test]
async fn form_post_returns_a_page_that_posts_the_form() {
    let mock = MockIdp::builder().start().await.unwrap();
    let mut request = code_request(WEB, "openid");
    request.push(("response_mode", "form_post"));
    let page = authorize(&mock, &browser(), "buyer@example.test", &request).await;
    assert!(
        page.contains(&format!(r#"action="{CALLBACK}""#))
            && page.contains(r#"<input type="hidden" name="state" value="s-1""#)
    );
    let code = after(&page, "<input type=\"hidden\" name=\"code\" value=\"");
    assert_eq!(redeem(&mock, code).await.status(), 200);
}

#[tokio::test]
async fn a_hybrid_response_has_code_and_tokens_in_the_fragment() {
    let mock = MockIdp::builder().start().await.unwrap();
    let mut request = code_request(WEB, "openid profile");
    request.retain(|(name, _)| *name != "response_type");
    request.push(("response_type", "code id_token token"));
    let arrived = authorize(&mock, &browser(), "buyer@example.test", &request).await;
    let fragment = arrived.split_once('#').unwrap().1;
    let names: Vec<&str> = fragment.split('&').map(|pair| pair.split_once('=').unwrap().0).collect();
    assert_eq!(names, ["code", "id_token", "access_token", "token_type", "expires_in", "scope", "state"]);
    let (_, id) = decode(&parameter(&arrived, "id_token").unwrap());
    assert!(id["c_hash"].is_string() && id["at_hash"].is_string());
}

#[tokio::test]
async fn a_rotated_refresh_token_gives_another_usable_token_each_time_until_its_leeway_ends() {
    let rotating = json!({ "rotation_type": "ROTATE", "leeway": 30 });
    let mock = TestOrg::market().oauth(WEB, |client| client.refresh_token = Some(model(rotating))).start().await;
    stop_clock(&mock).await;
    let request = code_request(WEB, "openid offline_access");
    let arrived = authorize(&mock, &browser(), "buyer@example.test", &request).await;
    let first: Value = redeem(&mock, &parameter(&arrived, "code").unwrap()).await.json().await.unwrap();
    let refresh = async |token: &Value| -> Value {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str().unwrap())];
        let url = format!("{}/v1/token", mock.issuer());
        browser().post(url).basic_auth(WEB, Some(WEB_SECRET)).form(&form).send().await.unwrap().json().await.unwrap()
    };
    let first = &first["refresh_token"];
    let second = refresh(first).await["refresh_token"].clone();
    let third = refresh(first).await["refresh_token"].clone();
    assert!(second.is_string() && third.is_string() && second != third && second != *first, "{second} {third}");
    let after_second = refresh(&second).await["refresh_token"].clone();
    assert!(after_second.is_string() && refresh(&third).await["refresh_token"].is_string());
    advance(&mock, 31).await;
    assert_eq!(refresh(first).await["error"], "invalid_grant");
    assert_eq!(refresh(&after_second).await["error"], "invalid_grant", "the late use has revoked the family");
}
