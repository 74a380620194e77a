//! Token exchange: on behalf of a user, and between apps on one device.

use mock_idp::MockIdp;
use mock_idp_core::model::{App, AuthMethod, OauthClientSettings, Status, UserStatus};
use mock_idp_core::protocol::GrantType;
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::flow::{
    CALLBACK, WEB, WEB_SECRET, authorize, browser, code_request, decode, location, parameter, redeem, state_handle,
};
use crate::market::journal;
use crate::org::{TestOrg, assignment, model, remove};
use crate::refusals::{token, token_error};

const GRANT: (&str, &str) = ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const DEVICE_SECRET: &str = "urn:x-oath:params:oauth:token-type:device-secret";
const AUDIENCE: (&str, &str) = ("audience", "api://default");
const SERVER: &str = "/oauth2/default";
const API: &str = "0oamarketapi000005d7";
const API_SECRET: &str = "mock-secret-api-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK";
const COURIER: &str = "0oamarketdevsso005d7";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: [(&str, &str); 2] =
    [("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"), ("code_challenge_method", "S256")];

async fn body(response: Response) -> Value {
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().unwrap_or_else(|| panic!("no {name} in {body}"))
}

/// The tokens of the web app after a sign-in.
async fn shop_tokens(mock: &MockIdp, login: &str, scope: &str) -> Value {
    let arrived = authorize(mock, &browser(), login, &code_request(WEB, scope)).await;
    body(redeem(mock, &parameter(&arrived, "code").unwrap()).await).await
}

async fn exchange_token(mock: &MockIdp, subject: &str, scope: &str, more: &[(&str, &str)]) -> Response {
    let mut form =
        vec![GRANT, ("subject_token", subject), ("subject_token_type", ACCESS_TOKEN), ("scope", scope), AUDIENCE];
    for (name, value) in more {
        form.retain(|(known, _)| known != name);
        if !value.is_empty() {
            form.push((name, value));
        }
    }
    token(mock, SERVER, Some((API, API_SECRET)), &form).await
}

#[tokio::test]
async fn a_service_exchanges_a_users_token_and_is_named_in_the_new_one() {
    let mock = MockIdp::builder().start().await.unwrap();
    let tokens = shop_tokens(&mock, "buyer@example.test", "openid products:read").await;
    let exchanged = body(exchange_token(&mock, text(&tokens, "access_token"), "products:read", &[]).await).await;
    let keys: Vec<&String> = exchanged.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["token_type", "expires_in", "access_token", "scope", "issued_token_type"]);
    assert_eq!((&exchanged["expires_in"], &exchanged["scope"]), (&json!(600), &json!("products:read")));
    assert_eq!(exchanged["issued_token_type"], ACCESS_TOKEN);
    let journal = journal(&mock).await;
    assert!(journal.contains("an access token of 0oamarketweb000005d7 about buyer@example.test"), "{journal}");
    assert!(!journal.contains(text(&exchanged, "access_token")), "tokens stay out of the journal");
    let (_, first) = decode(text(&tokens, "access_token"));
    let (_, claims) = decode(text(&exchanged, "access_token"));
    assert_eq!((&claims["sub"], &claims["uid"]), (&json!("buyer@example.test"), &json!("00ubuyer0000000005d7")));
    assert_eq!((&claims["cid"], &claims["scp"]), (&json!(API), &json!(["products:read"])));
    assert_eq!(claims["act"], json!({ "sub": API }));
    assert_eq!(claims["auth_time"], first["auth_time"]);

    // Each actor claim contains the previous one, up to a limit.
    let mut subject = text(&exchanged, "access_token").to_owned();
    for hop in 2..=5 {
        let next = body(exchange_token(&mock, &subject, "products:read", &[]).await).await;
        subject = text(&next, "access_token").to_owned();
        let depth = std::iter::successors(Some(decode(&subject).1), |actor| actor.get("act").cloned()).count() - 1;
        assert_eq!(depth, hop);
    }
    let expected = "The 'subject_token' 'act' claim contains too many nested actors.";
    let refused = token_error(exchange_token(&mock, &subject, "products:read", &[]).await).await;
    assert_eq!(refused, (400, "invalid_request".to_owned(), expected.to_owned()));
}

/// The payload of the previewed access token, without what is new each time.
async fn previewed_claims(mock: &MockIdp, query: &[(&str, &str)]) -> Value {
    let url = format!("{}/_mock/explain", mock.url());
    let preview = body(browser().get(url).query(query).send().await.unwrap()).await;
    stable(&preview["token"]["access_token"]["payload"])
}

fn stable(payload: &Value) -> Value {
    let mut payload = payload.clone();
    for name in ["jti", "iat", "exp", "auth_time"] {
        assert!(payload.as_object_mut().unwrap().shift_remove(name).is_some(), "no {name} in {payload}");
    }
    payload
}

#[tokio::test]
async fn the_preview_of_an_exchange_has_the_claims_of_the_real_one() {
    let mock = MockIdp::builder().start().await.unwrap();
    let tokens = shop_tokens(&mock, "buyer@example.test", "openid").await;
    let exchanged = body(exchange_token(&mock, text(&tokens, "access_token"), "products:read", &[]).await).await;
    let (_, claims) = decode(text(&exchanged, "access_token"));
    let query = [("client", API), ("user", "buyer"), ("grant", "token-exchange"), ("scope", "products:read")];
    assert_eq!(previewed_claims(&mock, &query).await, stable(&claims));

    let tokens = courier_tokens(&mock, &browser(), "openid offline_access device_sso").await;
    let (id_token, secret) = (text(&tokens, "id_token"), text(&tokens, "device_secret"));
    let exchanged = body(exchange_with_device_secret(&mock, id_token, secret, "openid profile").await).await;
    let (_, claims) = decode(text(&exchanged, "access_token"));
    let user = claims["sub"].as_str().unwrap().to_owned();
    let query = [("client", COURIER), ("user", &user), ("grant", "token-exchange"), ("scope", "openid profile")];
    assert_eq!(previewed_claims(&mock, &query).await, stable(&claims));
}

#[tokio::test]
async fn invalid_token_exchanges_are_refused_with_oktas_errors() {
    let mock = MockIdp::builder().start().await.unwrap();
    let tokens = shop_tokens(&mock, "buyer@example.test", "openid products:read").await;
    let good = text(&tokens, "access_token");
    let machine = [("grant_type", "client_credentials"), ("scope", "products:read")];
    let service = ("0oamarketservice05d7", "mock-secret-service-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG");
    let machine = body(token(&mock, SERVER, Some(service), &machine).await).await;
    let policy = "Policy evaluation failed for this request, please check the policy configurations.";
    let audience = "Token Exchange requests must include a valid audience of the authorization server.";
    let invalid = "'subject_token' is invalid.";
    type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], u16, &'a str, &'a str);
    let cases: [Case<'_>; 14] = [
        ("garbage", "products:read", &[], 400, "invalid_request", invalid),
        (text(&machine, "access_token"), "products:read", &[], 400, "invalid_request", invalid),
        (
            good,
            "openid",
            &[],
            400,
            "invalid_scope",
            "Can't request 'openid' scopes using the Token Exchange flow for a service app.",
        ),
        (
            good,
            "nobody:knows",
            &[],
            400,
            "invalid_scope",
            "One or more scopes are not configured for the authorization server resource.",
        ),
        (good, "products:read orders:update", &[], 401, "access_denied", policy),
        (good, "products:read", &[("audience", "api://other")], 400, "invalid_target", audience),
        (good, "products:read", &[("audience", "")], 400, "invalid_target", audience),
        (
            good,
            "products:read",
            &[("resource", "https://x.test")],
            400,
            "invalid_target",
            "'resource' is invalid or not supported.",
        ),
        (
            good,
            "products:read",
            &[("subject_token", "")],
            400,
            "invalid_request",
            "The required parameter 'subject_token' is missing.",
        ),
        (
            good,
            "products:read",
            &[("subject_token_type", "")],
            400,
            "invalid_request",
            "The required parameter 'subject_token_type' is missing.",
        ),
        (
            good,
            "products:read",
            &[("subject_token_type", "urn:ietf:params:oauth:token-type:saml2")],
            400,
            "invalid_request",
            "'subject_token_type' is invalid or not supported.",
        ),
        (
            good,
            "products:read",
            &[("requested_token_type", "urn:ietf:params:oauth:token-type:id-jag")],
            400,
            "invalid_request",
            "'requested_token_type' is invalid or not supported.",
        ),
        (
            good,
            "products:read",
            &[("actor_token", "x"), ("actor_token_type", ID_TOKEN)],
            400,
            "invalid_request",
            "'actor_token_type' is invalid or not supported.",
        ),
        (
            good,
            "products:read",
            &[("actor_token", "x"), ("actor_token_type", DEVICE_SECRET)],
            400,
            "invalid_request",
            "When 'actor_token_type' is 'urn:x-oath:params:oauth:token-type:device-secret', 'subject_token_type' must be 'urn:ietf:params:oauth:token-type:id_token'.",
        ),
    ];
    for (subject, scope, more, status, error, description) in cases {
        let expected = (status, error.to_owned(), description.to_owned());
        let refused = token_error(exchange_token(&mock, subject, scope, more).await).await;
        assert_eq!(refused, expected, "{scope} {more:?}");
    }

    let form =
        [GRANT, ("subject_token", good), ("subject_token_type", ACCESS_TOKEN), ("scope", "products:read"), AUDIENCE];
    let unsupported = "'urn:ietf:params:oauth:grant-type:token-exchange' grant type is not supported.";
    let at_org = token_error(token(&mock, "/oauth2", Some((API, API_SECRET)), &form).await).await;
    assert_eq!(at_org, (400, "unsupported_grant_type".to_owned(), unsupported.to_owned()));
    let mut native = form.to_vec();
    native.push(("client_id", COURIER));
    let no_service = token_error(token(&mock, SERVER, None, &native).await).await;
    let words = "Only service clients may use on-behalf token exchange.";
    assert_eq!(no_service, (400, "invalid_request".to_owned(), words.to_owned()));

    // A revoked token cannot be exchanged.
    let revoke = [("token", good)];
    let url = format!("{}/v1/revoke", mock.issuer());
    browser().post(url).basic_auth(WEB, Some(WEB_SECRET)).form(&revoke).send().await.unwrap();
    let over = "The 'subject_token' either expired or the session associated with it was terminated.";
    let refused = token_error(exchange_token(&mock, good, "products:read", &[]).await).await;
    assert_eq!(refused, (400, "invalid_grant".to_owned(), over.to_owned()));
}

#[tokio::test]
async fn a_subject_token_of_an_unavailable_user_or_client_is_refused() {
    let mock = MockIdp::builder().start().await.unwrap();
    let tokens = shop_tokens(&mock, "buyer@example.test", "openid products:read").await;
    let subject = text(&tokens, "access_token").to_owned();
    // The same signing keys, another org document: the users and clients behind the token have changed.
    let inactive = "'subject_token' is invalid: the user account is not active.";
    let not_assigned = "'subject_token' is invalid: the user is not assigned to the client application.";
    let no_client = "'subject_token' is invalid: the client application referenced in the token is not active.";
    let elsewhere = "'subject_token' is invalid: the authorization server that issued it is not valid.";
    let port = url::Url::parse(mock.url()).unwrap().port().unwrap();
    mock.stop().await;
    let market = TestOrg::market;
    let unassign = |app: &mut App| {
        remove(&mut app.assignments.as_mut().unwrap().groups, |group| group.id == "00gbuyers000000005d7")
    };
    let cases = [
        (market().user("00ubuyer0000000005d7", |user| user.status = UserStatus::Suspended), inactive),
        (market().app(WEB, unassign), not_assigned),
        (market().app(WEB, |app| app.status = Status::Inactive), no_client),
    ];
    for (org, description) in cases {
        let mock = MockIdp::builder().org_yaml(org.yaml()).port(port).start().await.unwrap();
        let refused = token_error(exchange_token(&mock, &subject, "products:read", &[]).await).await;
        assert_eq!(refused, (400, "invalid_request".to_owned(), description.to_owned()));
        mock.stop().await;
    }
    let other = MockIdp::builder().start().await.unwrap();
    let refused = token_error(exchange_token(&other, &subject, "products:read", &[]).await).await;
    assert_eq!(refused, (400, "invalid_request".to_owned(), elsewhere.to_owned()));
}

/// The tokens of the first app on a device.
pub(crate) async fn courier_tokens(mock: &MockIdp, browser: &Client, scope: &str) -> Value {
    let mut request = code_request(COURIER, scope);
    request.extend(CHALLENGE);
    let arrived = authorize(mock, browser, "buyer@example.test", &request).await;
    let code = parameter(&arrived, "code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", COURIER),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    body(token(mock, SERVER, None, &form).await).await
}

pub(crate) async fn exchange_with_device_secret(mock: &MockIdp, id_token: &str, secret: &str, scope: &str) -> Response {
    let form = [
        GRANT,
        ("client_id", COURIER),
        ("subject_token", id_token),
        ("subject_token_type", ID_TOKEN),
        ("actor_token", secret),
        ("actor_token_type", DEVICE_SECRET),
        ("scope", scope),
        AUDIENCE,
    ];
    token(mock, SERVER, None, &form).await
}

async fn introspect(mock: &MockIdp, token: &str) -> Value {
    let url = format!("{}/v1/introspect", mock.issuer());
    let form = [("client_id", COURIER), ("token", token)];
    browser().post(url).form(&form).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn apps_on_one_device_sign_in_with_the_device_secret_until_it_is_revoked() {
    let mock = MockIdp::builder().start().await.unwrap();
    let tokens = courier_tokens(&mock, &browser(), "openid offline_access device_sso").await;
    let keys: Vec<&String> = tokens.as_object().unwrap().keys().collect();
    let expected = ["token_type", "expires_in", "access_token", "scope", "refresh_token", "id_token", "device_secret"];
    assert_eq!(keys, expected);
    let secret = text(&tokens, "device_secret");
    let (_, id) = decode(text(&tokens, "id_token"));
    assert_eq!(id["ds_hash"].as_str().map(str::len), Some(22));
    let shown = introspect(&mock, secret).await;
    let keys: Vec<&String> = shown.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["active", "sid", "token_type", "exp"]);
    assert_eq!((&shown["sid"], &shown["token_type"]), (&id["sid"], &json!(DEVICE_SECRET)));

    let id_token = text(&tokens, "id_token");
    let other =
        body(exchange_with_device_secret(&mock, id_token, secret, "openid offline_access products:read").await).await;
    let keys: Vec<&String> = other.as_object().unwrap().keys().collect();
    let expected =
        ["token_type", "expires_in", "access_token", "scope", "refresh_token", "id_token", "issued_token_type"];
    assert_eq!(keys, expected);
    let (_, second) = decode(text(&other, "id_token"));
    assert_eq!((&second["sub"], &second["sid"], &second["auth_time"]), (&id["sub"], &id["sid"], &id["auth_time"]));
    let (_, access) = decode(text(&other, "access_token"));
    assert_eq!(access.get("act"), None);
    // A refreshed ID token is accepted as well.
    let form =
        [("grant_type", "refresh_token"), ("client_id", COURIER), ("refresh_token", text(&tokens, "refresh_token"))];
    let refreshed = body(token(&mock, SERVER, None, &form).await).await;
    assert_eq!(refreshed.get("device_secret"), None);
    body(exchange_with_device_secret(&mock, text(&refreshed, "id_token"), secret, "openid").await).await;

    let url = format!("{}/v1/revoke", mock.issuer());
    let form = [("client_id", COURIER), ("token", secret), ("token_type_hint", "device_secret")];
    assert_eq!(browser().post(url).form(&form).send().await.unwrap().status(), 200);
    assert_eq!(introspect(&mock, secret).await, json!({ "active": false }));
    for name in ["access_token", "refresh_token"] {
        assert_eq!(introspect(&mock, text(&other, name)).await, json!({ "active": false }), "{name}");
    }
    assert_eq!(introspect(&mock, text(&tokens, "access_token")).await["active"], true);
    let refused = token_error(exchange_with_device_secret(&mock, id_token, secret, "openid").await).await;
    assert_eq!(refused, (400, "invalid_request".to_owned(), "'actor_token' is invalid.".to_owned()));
}

#[tokio::test]
async fn a_device_secret_requires_its_own_id_token() {
    let mock = MockIdp::builder().start().await.unwrap();
    let session = browser();
    let first = courier_tokens(&mock, &session, "openid device_sso").await;
    let same_session = courier_tokens(&mock, &session, "openid device_sso").await;
    let another = courier_tokens(&mock, &browser(), "openid device_sso").await;
    let plain = courier_tokens(&mock, &session, "openid").await;
    let sid = |tokens: &Value| decode(text(tokens, "id_token")).1["sid"].clone();
    assert_eq!(sid(&first), sid(&same_session));
    assert_ne!(sid(&first), sid(&another));
    assert_eq!(plain.get("device_secret"), None);
    let secret = text(&first, "device_secret");
    let actor = (400, "invalid_request".to_owned(), "'actor_token' is invalid.".to_owned());
    for tokens in [&same_session, &another, &plain] {
        assert_eq!(
            token_error(exchange_with_device_secret(&mock, text(tokens, "id_token"), secret, "openid").await).await,
            actor
        );
    }
    let subject = (400, "invalid_request".to_owned(), "'subject_token' is invalid.".to_owned());
    assert_eq!(token_error(exchange_with_device_secret(&mock, "a.b.c", secret, "openid").await).await, subject);
    let form = [
        GRANT,
        ("subject_token", text(&first, "id_token")),
        ("subject_token_type", ID_TOKEN),
        ("actor_token", secret),
        ("actor_token_type", DEVICE_SECRET),
        AUDIENCE,
    ];
    let service = token_error(token(&mock, SERVER, Some((API, API_SECRET)), &form).await).await;
    let words = "A service client may not use the native sso flow.";
    assert_eq!(service, (400, "invalid_request".to_owned(), words.to_owned()));

    let clock = format!("{}/_mock/clock", mock.url());
    browser().post(clock).json(&json!({ "advance": 3600 })).send().await.unwrap();
    let over = "The 'subject_token' either expired or the session associated with it was terminated.";
    let late = token_error(exchange_with_device_secret(&mock, text(&first, "id_token"), secret, "openid").await).await;
    assert_eq!(late, (400, "invalid_grant".to_owned(), over.to_owned()));
}

#[tokio::test]
async fn a_device_secret_ends_with_its_session() {
    let mock = MockIdp::builder().start().await.unwrap();
    let browser = browser();
    let tokens = courier_tokens(&mock, &browser, "openid device_sso").await;
    let (secret, id_token) = (text(&tokens, "device_secret"), text(&tokens, "id_token"));
    assert_eq!(exchange_with_device_secret(&mock, id_token, secret, "openid").await.status(), 200);
    let query = [("id_token_hint", id_token)];
    assert_eq!(browser.get(format!("{}/v1/logout", mock.issuer())).query(&query).send().await.unwrap().status(), 200);
    let over = "The 'subject_token' either expired or the session associated with it was terminated.";
    let refused = token_error(exchange_with_device_secret(&mock, id_token, secret, "openid").await).await;
    assert_eq!(refused, (400, "invalid_grant".to_owned(), over.to_owned()));
}

#[tokio::test]
async fn an_exchanged_token_keeps_the_subject_of_the_first() {
    // The first client has a user name for this user that differs from the login.
    let org = TestOrg::market().app(WEB, |app| {
        let admin = assignment(&mut app.assignments.as_mut().unwrap().users, "00uadmin0000000005d7");
        admin.profile.insert("userName".to_owned(), json!("boss"));
    });
    let mock = org.start().await;
    let tokens = shop_tokens(&mock, "admin@example.test", "openid products:read").await;
    assert_eq!(decode(text(&tokens, "access_token")).1["sub"], "boss");
    let exchanged = body(exchange_token(&mock, text(&tokens, "access_token"), "products:read", &[]).await).await;
    let (_, claims) = decode(text(&exchanged, "access_token"));
    assert_eq!((&claims["sub"], &claims["uid"]), (&json!("boss"), &json!("00uadmin0000000005d7")));
}

#[tokio::test]
async fn a_public_client_cannot_use_client_credentials() {
    let allow = |settings: &mut OauthClientSettings| settings.grant_types.push(GrantType::ClientCredentials);
    let mock = TestOrg::market().oauth("0oamarketnative005d7", allow).start().await;
    let form =
        [("grant_type", "client_credentials"), ("scope", "products:read"), ("client_id", "0oamarketnative005d7")];
    let refused = token_error(token(&mock, SERVER, None, &form).await).await;
    let text = "Confidential client is required to make this request.";
    assert_eq!(refused, (400, "unauthorized_client".to_owned(), text.to_owned()));

    for service in [API, "0oamarketservice05d7"] {
        let org = TestOrg::market().app(service, |app| {
            app.credentials.oauth_client.client_secret = None;
            app.credentials.oauth_client.token_endpoint_auth_method = Some(AuthMethod::None);
        });
        let error = MockIdp::builder().org_yaml(org.yaml()).check().unwrap_err().to_string();
        assert!(
            error.contains("a service app authenticates: `token_endpoint_auth_method` cannot be `none`"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn signing_out_with_the_device_secret_revokes_its_tokens() {
    let mock = MockIdp::builder().start().await.unwrap();
    let tokens = courier_tokens(&mock, &browser(), "openid device_sso").await;
    let (secret, id_token) = (text(&tokens, "device_secret"), text(&tokens, "id_token"));
    let other = body(exchange_with_device_secret(&mock, id_token, secret, "openid").await).await;
    assert_eq!(introspect(&mock, text(&other, "access_token")).await["active"], true);
    let query = [("id_token_hint", id_token), ("device_secret", secret)];
    let out = browser().get(format!("{}/v1/logout", mock.issuer())).query(&query).send().await.unwrap();
    assert_eq!(out.status(), 200);
    assert_eq!(introspect(&mock, secret).await, json!({ "active": false }));
    assert_eq!(introspect(&mock, text(&other, "access_token")).await, json!({ "active": false }));
}

#[tokio::test]
async fn unsupported_grants_are_refused_with_their_own_errors() {
    let jwt = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let saml = "urn:ietf:params:oauth:grant-type:saml2-bearer";
    let org = TestOrg::market().oauth(WEB, |settings| {
        settings.grant_types.extend([jwt, saml].map(|name| model::<GrantType>(json!(name))));
    });
    let mock = org.start().await;
    let web = Some((WEB, WEB_SECRET));
    let not_listed = format!(
        "The client is not authorized to use the provided grant type. Configured grant types: [authorization_code, implicit, \
         refresh_token, {jwt}, {saml}]."
    );
    type Case<'a> = (&'a [(&'a str, &'a str)], u16, &'a str, &'a str);
    let cases: [Case<'_>; 6] = [
        (
            &[("grant_type", jwt), ("assertion", "a.b.c")],
            401,
            "invalid_token",
            "The issuer of the token is not permitted to use the JWT Bearer Grant.",
        ),
        (&[("grant_type", jwt)], 400, "invalid_request", "The required parameter 'assertion' is missing."),
        (
            &[("grant_type", saml), ("assertion", "PHg+")],
            400,
            "invalid_grant",
            "SAML Assertion Bearer Grant is not supported by OIE.",
        ),
        (&[("grant_type", "interaction_code"), ("interaction_code", "x")], 400, "unauthorized_client", &not_listed),
        (
            &[("grant_type", "urn:okta:params:oauth:grant-type:otp"), ("login_hint", "buyer"), ("otp", "1")],
            400,
            "unauthorized_client",
            &not_listed,
        ),
        (
            &[("grant_type", "urn:okta:params:oauth:grant-type:webauthn")],
            400,
            "unsupported_grant_type",
            "The authorization grant type is not supported by the authorization server. Configured grant types: [authorization_code, refresh_token, client_credentials, password, urn:ietf:params:oauth:grant-type:device_code, urn:openid:params:grant-type:ciba, urn:okta:params:oauth:grant-type:otp, http://auth0.com/oauth/grant-type/mfa-otp, urn:okta:params:oauth:grant-type:oob, http://auth0.com/oauth/grant-type/mfa-oob, urn:ietf:params:oauth:grant-type:token-exchange, urn:ietf:params:oauth:grant-type:jwt-bearer].",
        ),
    ];
    for (form, status, error, description) in cases {
        let expected = (status, error.to_owned(), description.to_owned());
        assert_eq!(token_error(token(&mock, SERVER, web, form).await).await, expected, "{form:?}");
    }
    // The grant type is checked first.
    let unauthorized = token_error(token(&mock, SERVER, Some((API, API_SECRET)), &[("grant_type", saml)]).await).await;
    assert_eq!(unauthorized.1, "unauthorized_client");
}

/// The market with a second server. The default server accepts its tokens if it is associated.
fn two_servers(associated: bool) -> TestOrg {
    let second = json!({
        "id": "ausbackoffice0005d7x", "name": "Back office", "audiences": ["api://backoffice"],
        "policies": [{
            "id": "00pbackoffice0005d7x", "name": "All", "priority": 1,
            "conditions": { "clients": { "include": ["ALL_CLIENTS"] } },
            "rules": [{
                "id": "0prbackoffice0005d7x", "name": "All", "priority": 1,
                "conditions": {
                    "people": { "groups": { "include": ["EVERYONE"] } },
                    "grantTypes": { "include": ["authorization_code"] }, "scopes": { "include": ["*"] },
                },
                "actions": { "token": { "accessTokenLifetimeMinutes": 60 } },
            }],
        }],
    });
    let org = TestOrg::market().edit(|document| document.authorization_servers.push(model(second)));
    match associated {
        true => org.server(|server| server.associated_servers.push("ausbackoffice0005d7x".to_owned())),
        false => org,
    }
}

#[tokio::test]
async fn a_token_of_an_associated_server_can_be_exchanged() {
    for trusted in [true, false] {
        let mock = two_servers(trusted).start().await;
        let second = format!("{}/oauth2/ausbackoffice0005d7x/v1", mock.url());
        let browser = browser();
        let request = code_request(WEB, "openid");
        let page =
            browser.get(format!("{second}/authorize")).query(&request).send().await.unwrap().text().await.unwrap();
        let form = [("stateHandle", state_handle(&page)), ("user", "buyer@example.test".to_owned())];
        let arrived = browser.post(format!("{}/signin/pick", mock.url())).form(&form).send().await.unwrap();
        let code = parameter(&location(&arrived), "code").unwrap();
        let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
        let tokens = body(token(&mock, "/oauth2/ausbackoffice0005d7x", Some((WEB, WEB_SECRET)), &form).await).await;
        let answer = exchange_token(&mock, text(&tokens, "access_token"), "products:read", &[]).await;
        if trusted {
            let (_, claims) = decode(text(&body(answer).await, "access_token"));
            assert_eq!((&claims["sub"], &claims["aud"]), (&json!("buyer@example.test"), &json!("api://default")));
        } else {
            let expected = "The 'subject_token' issuer isn't a trusted authorization server.";
            assert_eq!(token_error(answer).await, (403, "access_denied".to_owned(), expected.to_owned()));
        }
    }
}
