//! Native to Web SSO: an interclient token of one app signs its user in to another app.

use mock_idp::MockIdp;
use mock_idp_core::model::{App, Status};
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::flow::{CALLBACK, WEB, WEB_SECRET, browser, code_request, decode, location, parameter, state_handle};
use crate::jose::{Key, jwt, with};
use crate::market::{advance, journal, post, stop_clock};
use crate::org::{TestOrg, model, remove};
use crate::refusals::{token, token_error};

const ORG: &str = "/oauth2";
const DEFAULT: &str = "/oauth2/default";
const EXCHANGE: (&str, &str) = ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const INTERCLIENT_TOKEN: &str = "urn:okta:params:oauth:token-type:interclient_token";
/// The app that requests interclient tokens, and the one that trusts it.
const COURIER: &str = "0oamarketdevsso005d7";
const SECOND: &str = "0oamarketsecond005d7";
const SECOND_SECRET: &str = "mock-secret-second-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH";
const TARGET: &str = "urn:okta:apps:0oamarketsecond005d7";
const BUYER: &str = "buyer@example.test";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const PKCE: [(&str, &str); 2] =
    [("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"), ("code_challenge_method", "S256")];
const UNTRUSTED: &str = "No trust relationship exists between the client app and the target app.";
const SCOPE: &str = "openid offline_access interclient_access";
const SCOPE_REFUSED: &str =
    "The 'interclient_access' scope can only be granted to clients with a configured trust relationship.";

type Form<'a> = &'a [(&'a str, &'a str)];

async fn body(response: Response) -> Value {
    let status = response.status();
    let body: Value = response.json().await.unwrap();
    assert_eq!(status, 200, "{body}");
    body
}

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().unwrap_or_else(|| panic!("no {name} in {body}"))
}

fn changed<'a>(mut form: Vec<(&'a str, &'a str)>, more: Form<'a>) -> Vec<(&'a str, &'a str)> {
    for (name, value) in more {
        form.retain(|(known, _)| known != name);
        if !value.is_empty() {
            form.push((name, value));
        }
    }
    form
}

/// The tokens of an app after a sign-in.
async fn tokens(mock: &MockIdp, server: &str, login: &str, client_id: &str, scope: &str) -> Value {
    let browser = browser();
    let url = format!("{}{server}/v1/authorize", mock.url());
    let request = [code_request(client_id, scope), PKCE.to_vec()].concat();
    let page = browser.get(url).query(&request).send().await.unwrap().text().await.unwrap();
    let form = [("stateHandle", state_handle(&page)), ("user", login.to_owned())];
    let arrived = browser.post(format!("{}/signin/pick", mock.url())).form(&form).send().await.unwrap();
    let code = parameter(&location(&arrived), "code").unwrap();
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let basic = (client_id == WEB).then_some((WEB, WEB_SECRET));
    if basic.is_none() {
        form.push(("client_id", client_id));
    }
    body(token(mock, server, basic, &form).await).await
}

/// Requests an interclient token for the courier's app.
async fn request_interclient_token(mock: &MockIdp, server: &str, own: &Value, more: Form<'_>) -> Response {
    let form = vec![
        EXCHANGE,
        ("client_id", COURIER),
        ("requested_token_type", INTERCLIENT_TOKEN),
        ("subject_token", text(own, "id_token")),
        ("subject_token_type", ID_TOKEN),
        ("actor_token", text(own, "access_token")),
        ("actor_token_type", ACCESS_TOKEN),
        ("audience", TARGET),
    ];
    token(mock, server, None, &changed(form, more)).await
}

async fn interclient_token(mock: &MockIdp, server: &str, own: &Value) -> String {
    text(&body(request_interclient_token(mock, server, own, &[]).await).await, "access_token").to_owned()
}

/// An authorization request of the second app with the token and `prompt=none`.
async fn authorize_with_token(mock: &MockIdp, server: &str, browser: &Client, token: &str, more: Form<'_>) -> Response {
    let request = [code_request(SECOND, "openid"), vec![("prompt", "none"), ("interclient_token", token)]].concat();
    let url = format!("{}{server}/v1/authorize", mock.url());
    browser.get(url).query(&changed(request, more)).send().await.unwrap()
}

/// `error` and `error_description` of the redirect.
fn arrived(response: &Response) -> (String, String) {
    let location = location(response);
    assert_eq!(parameter(&location, "state").as_deref(), Some("s-1"), "{location}");
    let text = |name: &str| parameter(&location, name).unwrap_or_else(|| panic!("no {name} in {location}"));
    (text("error"), text("error_description"))
}

fn refused(error: &str, description: &str) -> (String, String) {
    (error.to_owned(), description.to_owned())
}

#[tokio::test]
async fn interclient_access_requires_an_app_that_trusts_the_client() {
    let mock = MockIdp::builder().start().await.unwrap();
    let scope = ("scope", "openid interclient_access");
    for server in [ORG, DEFAULT] {
        let url = format!("{}{server}/v1/authorize", mock.url());
        let request = code_request(WEB, scope.1);
        let response = browser().get(&url).query(&request).send().await.unwrap();
        assert_eq!(arrived(&response), refused("invalid_scope", SCOPE_REFUSED));
        let request = [code_request(COURIER, scope.1), PKCE.to_vec()].concat();
        assert_eq!(browser().get(&url).query(&request).send().await.unwrap().status(), 200, "{server}");
    }
    let expected = (400, "invalid_scope".to_owned(), SCOPE_REFUSED.to_owned());
    let legacy = ("0oamarketlegacy005d7", "mock-secret-legacy-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH");
    let password = [("grant_type", "password"), ("username", BUYER), ("password", "Passw0rd!"), scope];
    assert_eq!(token_error(token(&mock, DEFAULT, Some(legacy), &password).await).await, expected);
    let device = [("client_id", "0oamarkettv0000005d7"), scope];
    let url = format!("{}/v1/device/authorize", mock.issuer());
    assert_eq!(token_error(browser().post(url).form(&device).send().await.unwrap()).await, expected);
    // An inactive app trusts no other app.
    let mock = TestOrg::market().app(SECOND, |app| app.status = Status::Inactive).start().await;
    let request = [code_request(COURIER, scope.1), PKCE.to_vec()].concat();
    let response = browser().get(format!("{}/v1/authorize", mock.issuer())).query(&request).send().await.unwrap();
    assert_eq!(arrived(&response), refused("invalid_scope", SCOPE_REFUSED));
}

#[tokio::test]
async fn an_interclient_token_signs_the_user_in_to_another_app() {
    let mock = MockIdp::builder().start().await.unwrap();
    stop_clock(&mock).await;
    for (server, issuer) in [(ORG, mock.url().to_string()), (DEFAULT, mock.issuer().to_string())] {
        let own = tokens(&mock, server, BUYER, COURIER, SCOPE).await;
        assert_eq!(own["scope"], SCOPE);
        advance(&mock, 60).await;
        let answer = body(request_interclient_token(&mock, server, &own, &[]).await).await;
        let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["token_type", "expires_in", "access_token", "issued_token_type"]);
        let sso_token = text(&answer, "access_token");
        let rest = json!({ "token_type": "N_A", "expires_in": 300, "issued_token_type": INTERCLIENT_TOKEN });
        assert_eq!(with(answer.clone(), &json!({ "access_token": null })), rest);
        let (header, claims) = decode(sso_token);
        assert_eq!(header.as_object().unwrap().keys().collect::<Vec<_>>(), ["kid", "alg"]);
        let keys: Vec<&String> = claims.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["jti", "iss", "aud", "iat", "exp", "sub", "tid"]);
        assert_eq!((text(&claims, "iss"), text(&claims, "aud")), (issuer.as_str(), issuer.as_str()));
        assert_eq!((text(&claims, "sub"), text(&claims, "tid")), ("00ubuyer0000000005d7", SECOND));
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);

        // In a browser without a session, with prompt=none.
        let browser = browser();
        let response = authorize_with_token(&mock, server, &browser, sso_token, &[]).await;
        let code = parameter(&location(&response), "code").unwrap_or_else(|| panic!("{}", location(&response)));
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("client_id", SECOND),
            ("client_secret", SECOND_SECRET),
        ];
        let exchanged = body(token(&mock, server, None, &form).await).await;
        let (_, first) = decode(text(&own, "id_token"));
        let (_, second) = decode(text(&exchanged, "id_token"));
        for claim in ["sub", "auth_time", "amr"] {
            assert_eq!(second[claim], first[claim], "{claim}");
        }
        assert_eq!(second["aud"], SECOND);
        // The token is consumed, but the browser has a session.
        let replayed = refused("one_time_sso_token_replayed", "The 'interclient_token' was already consumed.");
        assert_eq!(arrived(&authorize_with_token(&mock, server, &browser, sso_token, &[]).await), replayed);
        let later = authorize_with_token(&mock, server, &browser, sso_token, &[("interclient_token", "")]).await;
        assert!(parameter(&location(&later), "code").is_some());
        let journal = journal(&mock).await;
        for said in [
            "buyer@example.test has signed in to 0oamarketdevsso005d7",
            "0oamarketsecond005d7 accepts interclient tokens of 0oamarketdevsso005d7",
            "it was issued to 0oamarketdevsso005d7",
        ] {
            assert!(journal.contains(said), "{said}: {journal}");
        }
        assert!(
            !journal.contains(sso_token) && !journal.contains(text(&claims, "jti")),
            "tokens stay out of the journal"
        );
    }
}

#[tokio::test]
async fn a_fault_changes_the_interclient_token() {
    let mock = MockIdp::builder().start().await.unwrap();
    let own = tokens(&mock, DEFAULT, BUYER, COURIER, SCOPE).await;
    post(&mock, "/_mock/faults", json!({ "name": "interclient_token.expired", "times": 1 })).await;
    let spoiled = interclient_token(&mock, DEFAULT, &own).await;
    let next = interclient_token(&mock, DEFAULT, &own).await;
    let expires = |token: &str| decode(token).1["exp"].as_i64().unwrap();
    assert!(expires(&spoiled) < expires(&next) - 86_400, "the first token has expired");
    let response = authorize_with_token(&mock, DEFAULT, &browser(), &spoiled, &[]).await;
    assert_eq!(arrived(&response).0, "invalid_token");
}

#[tokio::test]
async fn an_interclient_token_does_not_replace_a_required_sign_in() {
    let mock = MockIdp::builder().start().await.unwrap();
    stop_clock(&mock).await;
    let own = tokens(&mock, ORG, BUYER, COURIER, SCOPE).await;
    advance(&mock, 60).await;
    let old = [("max_age", "30")];
    let sso_token = interclient_token(&mock, ORG, &own).await;
    let again = "The client specified not to prompt, but the client app requires re-authentication or MFA.";
    let response = authorize_with_token(&mock, ORG, &browser(), &sso_token, &old).await;
    assert_eq!(arrived(&response), refused("login_required", again));
    let sso_token = interclient_token(&mock, ORG, &own).await;
    let response = authorize_with_token(&mock, ORG, &browser(), &sso_token, &[("max_age", "30"), ("prompt", "")]).await;
    assert_eq!(response.status(), 200, "the sign-in page");
}

#[tokio::test]
async fn invalid_interclient_exchanges_are_refused_with_oktas_errors() {
    let mock = MockIdp::builder().start().await.unwrap();
    let own = tokens(&mock, DEFAULT, BUYER, COURIER, SCOPE).await;
    let bare = tokens(&mock, DEFAULT, BUYER, COURIER, "openid").await;
    let premium = tokens(&mock, DEFAULT, "premium@example.test", COURIER, SCOPE).await;
    let elsewhere = tokens(&mock, ORG, BUYER, COURIER, SCOPE).await;
    let web = tokens(&mock, DEFAULT, BUYER, WEB, "openid").await;
    let (subject, actor) = ("'subject_token' is invalid.", "'actor_token' is invalid.");
    let audience = "Token Exchange requests must include a valid audience of the authorization server.";
    let missing = |name: &str| format!("The required parameter '{name}' is missing.");
    let issued_to = |name: &str| format!("The '{name}' must be issued to the client making the request.");
    let scope = "The 'actor_token' must have the 'interclient_access' scope to request a 'interclient_token'.";
    let server = "'subject_token' is invalid: the authorization server that issued it is not valid.";
    let not_supported = |name: &str| format!("'{name}' is invalid or not supported.");
    type Case<'a> = (&'a str, &'a str, u16, &'a str, &'a str);
    let cases: [Case<'_>; 20] = [
        ("subject_token", "", 400, "invalid_request", &missing("subject_token")),
        ("subject_token_type", "", 400, "invalid_request", &missing("subject_token_type")),
        ("actor_token", "", 400, "invalid_request", &missing("actor_token")),
        ("actor_token_type", "", 400, "invalid_request", &missing("actor_token_type")),
        ("subject_token_type", ACCESS_TOKEN, 400, "invalid_request", &not_supported("subject_token_type")),
        ("actor_token_type", ID_TOKEN, 400, "invalid_request", &not_supported("actor_token_type")),
        ("subject_token", "garbage", 400, "invalid_request", subject),
        ("subject_token", text(&own, "access_token"), 400, "invalid_request", subject),
        ("subject_token", text(&elsewhere, "id_token"), 400, "invalid_request", server),
        ("subject_token", text(&web, "id_token"), 400, "invalid_grant", &issued_to("subject_token")),
        ("subject_token", text(&premium, "id_token"), 400, "invalid_request", actor),
        ("actor_token", "garbage", 400, "invalid_request", actor),
        ("actor_token", text(&elsewhere, "access_token"), 400, "invalid_request", actor),
        ("actor_token", text(&web, "access_token"), 400, "invalid_grant", &issued_to("actor_token")),
        ("actor_token", text(&bare, "access_token"), 400, "invalid_grant", scope),
        ("audience", "", 400, "invalid_target", audience),
        ("audience", SECOND, 400, "invalid_target", audience),
        ("audience", "urn:okta:apps:0oanobody", 400, "invalid_target", audience),
        ("audience", "urn:okta:apps:0oamarketweb000005d7", 403, "access_denied", UNTRUSTED),
        (
            "audience",
            "urn:okta:apps:0oamarketservice05d7",
            403,
            "access_denied",
            "Only SAML and OIDC apps support the use of the 'interclient_token'.",
        ),
    ];
    for (name, value, status, error, description) in cases {
        let expected = (status, error.to_owned(), description.to_owned());
        assert_eq!(
            token_error(request_interclient_token(&mock, DEFAULT, &own, &[(name, value)]).await).await,
            expected,
            "{name} {value}"
        );
    }
    // Revoked, or too old.
    let url = format!("{}/v1/revoke", mock.issuer());
    let form = [("client_id", COURIER), ("token", text(&own, "refresh_token"))];
    assert_eq!(browser().post(url).form(&form).send().await.unwrap().status(), 200);
    let expected = (400, "invalid_request".to_owned(), actor.to_owned());
    assert_eq!(token_error(request_interclient_token(&mock, DEFAULT, &own, &[]).await).await, expected);
    advance(&mock, 3601).await;
    let late = "The 'subject_token' either expired or the session associated with it was terminated.";
    let expected = (400, "invalid_grant".to_owned(), late.to_owned());
    assert_eq!(token_error(request_interclient_token(&mock, DEFAULT, &own, &[]).await).await, expected);
}

#[tokio::test]
async fn an_interclient_token_for_an_unassigned_app_is_refused() {
    let unassign = |app: &mut App| {
        remove(&mut app.assignments.as_mut().unwrap().groups, |group| group.id == "00gauditors0000005d7")
    };
    let mock = TestOrg::market().app(SECOND, unassign).start().await;
    let own = tokens(&mock, ORG, "denied@example.test", COURIER, SCOPE).await;
    let assigned = "'subject_token' is invalid: the user is not assigned to the client application.";
    let expected = (400, "invalid_request".to_owned(), assigned.to_owned());
    assert_eq!(token_error(request_interclient_token(&mock, ORG, &own, &[]).await).await, expected);
}

#[tokio::test]
async fn an_invalid_interclient_token_is_refused_with_oktas_errors() {
    let mock = MockIdp::builder().start().await.unwrap();
    stop_clock(&mock).await;
    let own = tokens(&mock, DEFAULT, BUYER, COURIER, SCOPE).await;
    let sso_token = interclient_token(&mock, DEFAULT, &own).await;
    let (header, claims) = decode(&sso_token);
    let forged = jwt(&header, &claims, &Key::client());
    let invalid = refused("invalid_token", "The 'interclient_token' is invalid.");
    let issuer = refused("invalid_token", "The 'interclient_token' has an invalid issuer.");
    let target = refused("invalid_token", "The 'interclient_token' has an invalid target ID.");
    let unknown = refused("invalid_token", "The 'interclient_token' contains an invalid 'jti'.");
    let revoked = refused("invalid_token", "The 'interclient_token' was revoked.");
    let ask = async |server: &str, token: &str, more: Form<'_>| {
        arrived(&authorize_with_token(&mock, server, &browser(), token, more).await)
    };
    for token in ["garbage", &forged, text(&own, "id_token"), text(&own, "access_token")] {
        assert_eq!(ask(DEFAULT, token, &[]).await, invalid, "{token}");
    }
    assert_eq!(ask(ORG, &sso_token, &[]).await, issuer);
    assert_eq!(ask(DEFAULT, &sso_token, &[("client_id", WEB)]).await, target);
    // It has no other use.
    let form = [("client_id", COURIER), ("token", sso_token.as_str())];
    let url = format!("{}/v1/introspect", mock.issuer());
    assert_eq!(body(browser().post(url).form(&form).send().await.unwrap()).await, json!({ "active": false }));
    // None of that has consumed it.
    let response = authorize_with_token(&mock, DEFAULT, &browser(), &sso_token, &[]).await;
    assert!(parameter(&location(&response), "code").is_some());

    let sso_token = interclient_token(&mock, DEFAULT, &own).await;
    advance(&mock, 300).await;
    assert_eq!(ask(DEFAULT, &sso_token, &[]).await, invalid);
    // It is revoked with the token that it was requested with.
    let sso_token = interclient_token(&mock, DEFAULT, &own).await;
    let url = format!("{}/v1/revoke", mock.issuer());
    let form = [("client_id", COURIER), ("token", text(&own, "access_token"))];
    assert_eq!(browser().post(url).form(&form).send().await.unwrap().status(), 200);
    assert_eq!(ask(DEFAULT, &sso_token, &[]).await, revoked);

    let own = tokens(&mock, DEFAULT, BUYER, COURIER, "openid interclient_access").await;
    let sso_token = interclient_token(&mock, DEFAULT, &own).await;
    post(&mock, "/_mock/reset", json!({})).await;
    stop_clock(&mock).await;
    assert_eq!(ask(DEFAULT, &sso_token, &[]).await, unknown);
}

#[tokio::test]
async fn a_session_from_an_interclient_token_gets_no_interclient_token() {
    let org = TestOrg::market().app(WEB, |app| app.interclient_allowed_apps.push(SECOND.to_owned()));
    let mock = org.start().await;
    let own = tokens(&mock, DEFAULT, BUYER, COURIER, SCOPE).await;
    let sso_token = interclient_token(&mock, DEFAULT, &own).await;
    let scope = [("scope", "openid interclient_access")];
    let response = authorize_with_token(&mock, DEFAULT, &browser(), &sso_token, &scope).await;
    assert_eq!(arrived(&response), refused("invalid_scope", SCOPE_REFUSED));
    let alone =
        authorize_with_token(&mock, DEFAULT, &browser(), &sso_token, &[scope[0], ("interclient_token", "")]).await;
    assert_eq!(arrived(&alone).0, "login_required");
}

#[tokio::test]
async fn an_interclient_token_in_a_form_or_pushed_request_overrides_the_session() {
    let mock = MockIdp::builder().start().await.unwrap();
    let own = tokens(&mock, DEFAULT, BUYER, COURIER, SCOPE).await;
    let sso_token = interclient_token(&mock, DEFAULT, &own).await;
    let request =
        |token| [code_request(SECOND, "openid"), vec![("prompt", "none"), ("interclient_token", token)]].concat();
    let url = format!("{}/v1/authorize", mock.issuer());
    // Another user has signed in in this browser.
    let browser = browser();
    let premium =
        crate::flow::authorize(&mock, &browser, "premium@example.test", &code_request(SECOND, "openid")).await;
    assert!(parameter(&premium, "code").is_some());
    let arrived = location(&browser.post(&url).form(&request(&sso_token)).send().await.unwrap());
    assert!(parameter(&arrived, "code").is_some(), "{arrived}");
    let implicit = [("response_type", "id_token"), ("prompt", "none")];
    let arrived =
        location(&browser.get(&url).query(&changed(code_request(SECOND, "openid"), &implicit)).send().await.unwrap());
    let (_, claims) = decode(&parameter(&arrived, "id_token").unwrap());
    assert_eq!(claims["sub"], "00ubuyer0000000005d7");

    let sso_token = interclient_token(&mock, DEFAULT, &own).await;
    let form = [request(&sso_token), vec![("client_secret", SECOND_SECRET)]].concat();
    let pushed = browser.post(format!("{}/v1/par", mock.issuer())).form(&form).send().await.unwrap();
    let pushed: Value = pushed.json().await.unwrap();
    let by_name = [("client_id", SECOND), ("request_uri", text(&pushed, "request_uri"))];
    let arrived = location(&crate::flow::browser().get(&url).query(&by_name).send().await.unwrap());
    assert!(parameter(&arrived, "code").is_some(), "{arrived}");
}

#[tokio::test]
async fn an_interclient_token_does_not_extend_the_session() {
    let short = json!({
        "id": "00psessionshort005d7", "name": "Short", "priority": 1,
        "rules": [{
            "id": "0prsessionshort005d7", "name": "Half an hour", "priority": 1,
            "actions": { "signon": { "session": { "maxSessionIdleMinutes": 30, "maxSessionLifetimeMinutes": 30 } } },
        }],
    });
    let mock = TestOrg::market().with_session_policy(model(short)).start().await;
    stop_clock(&mock).await;
    let own = tokens(&mock, ORG, BUYER, COURIER, SCOPE).await;
    advance(&mock, 1799).await;
    let sso_token = interclient_token(&mock, ORG, &own).await;
    let response = authorize_with_token(&mock, ORG, &browser(), &sso_token, &[]).await;
    assert!(parameter(&location(&response), "code").is_some());
    advance(&mock, 1).await;
    let sso_token = interclient_token(&mock, ORG, &own).await;
    let over = "The client specified not to prompt, but the user is not logged in.";
    assert_eq!(
        arrived(&authorize_with_token(&mock, ORG, &browser(), &sso_token, &[]).await),
        refused("login_required", over)
    );
}
