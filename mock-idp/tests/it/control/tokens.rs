//! Tokens in one request: complete sign-ins, minted tokens, and users who sign in without a page.

use http::Method;
use mock_idp::MockIdp;
use serde_json::{Value, json};

use super::ask;
use crate::client;
use crate::flow::{WEB, browser, code_request, decode, location, parameter, redeem};

async fn post(mock: &MockIdp, path: &str, body: Value) -> (u16, Value) {
    ask(mock, Method::POST, path, body).await
}

async fn userinfo(mock: &MockIdp, access_token: &Value) -> (u16, Value) {
    let request = client::plain().get(format!("{}/v1/userinfo", mock.issuer()));
    let response = request.bearer_auth(access_token.as_str().unwrap()).send().await.unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}

#[tokio::test]
async fn a_login_returns_the_tokens_of_a_complete_sign_in() {
    let mock = MockIdp::builder().start().await.unwrap();
    let scopes = ["openid", "email", "offline_access", "products:read"];
    let login = json!({ "client": "Market demo", "user": "buyer", "scopes": scopes, "nonce": "n-7" });
    let (status, body) = post(&mock, "/_mock/login", login).await;
    assert_eq!(status, 200, "{body}");
    let tokens = &body["tokens"];
    assert_eq!((&tokens["expires_in"], &tokens["scope"]), (&json!(3600), &json!(scopes.join(" "))));
    let (_, access) = decode(tokens["access_token"].as_str().unwrap());
    assert_eq!((&access["iss"], &access["market_role"]), (&json!(mock.issuer()), &json!("shopper")));
    assert_eq!(decode(tokens["id_token"].as_str().unwrap()).1["nonce"], "n-7");
    assert_eq!(userinfo(&mock, &tokens["access_token"]).await.1["email"], "buyer@example.test");

    let form = [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
    let credentials = Some((WEB, crate::flow::WEB_SECRET));
    let refreshed = crate::refusals::token(&mock, "/oauth2/default", credentials, &form).await;
    assert_eq!(refreshed.status(), 200);
}

#[tokio::test]
async fn a_login_of_another_grant_returns_what_that_grant_gives() {
    let mock = MockIdp::builder().start().await.unwrap();
    let service = json!({ "client": "0oamarketreports05d7", "scopes": ["products:read"] });
    let (_, body) = post(&mock, "/_mock/login", service).await;
    assert_eq!(body["tokens"]["scope"], "products:read", "{body}");
    let at_org = json!({ "client": WEB, "user": "buyer", "scopes": ["openid"], "server": "org" });
    let (_, body) = post(&mock, "/_mock/login", at_org).await;
    assert_eq!(decode(body["tokens"]["id_token"].as_str().unwrap()).1["iss"], mock.url());
}

#[tokio::test]
async fn a_refused_login_is_explained() {
    let mock = MockIdp::builder().start().await.unwrap();
    let login = json!({ "client": WEB, "user": "buyer", "scopes": ["openid", "orders:update"] });
    let (status, body) = post(&mock, "/_mock/login", login).await;
    assert_eq!((status, &body["refused"]["error"]), (403, &json!("access_denied")), "{body}");
    assert!(body["error"].as_str().unwrap().starts_with("access_denied: no rule covers"), "{body}");
    assert!(body["why"].to_string().contains("Administrators"), "{body}");
    for (login, error) in [
        (json!({ "client": WEB, "user": "byuer" }), "user: no user is \"byuer\""),
        (json!({ "client": "Unregistered", "user": "buyer" }), "client: no client is \"Unregistered\""),
        (json!({ "client": WEB, "user": "buyer", "scope": "openid" }), "unknown field `scope`"),
        (
            json!({ "client": WEB, "user": "buyer", "grant": "refresh_token" }),
            "grant: refresh_token is not possible here",
        ),
    ] {
        let (status, body) = post(&mock, "/_mock/login", login).await;
        assert_eq!(status, 400, "{body}");
        assert!(body["error"].as_str().unwrap().contains(error), "{body}");
    }
}

#[tokio::test]
async fn a_minted_access_token_has_the_claims_of_the_org_and_is_accepted() {
    let mock = MockIdp::builder().start().await.unwrap();
    let mint = json!({
        "kind": "access_token", "client": "Market demo", "user": "buyer", "scopes": ["openid", "email"],
        "claims": { "plan": "gold" }, "drop": ["market_role"], "lifetime": 120,
    });
    let (status, body) = post(&mock, "/_mock/tokens", mint).await;
    assert_eq!(status, 200, "{body}");
    let claims = &body["claims"];
    assert_eq!((&claims["iss"], &claims["cid"], &claims["plan"]), (&json!(mock.issuer()), &json!(WEB), &json!("gold")));
    assert_eq!(claims["scp"], json!(["openid", "email"]));
    assert!(claims.get("market_role").is_none() && claims.get("feature_access").is_some(), "{claims}");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 120);
    assert_eq!(decode(body["token"].as_str().unwrap()).1, *claims);
    assert_eq!(userinfo(&mock, &body["token"]).await.1["email"], "buyer@example.test");
}

#[tokio::test]
async fn every_kind_of_signed_token_is_minted_with_a_published_key() {
    let mock = MockIdp::builder().start().await.unwrap();
    let keys = async |path: &str| {
        let url = format!("{}{path}/v1/keys", mock.url());
        client::plain().get(url).send().await.unwrap().json::<Value>().await.unwrap().to_string()
    };
    let default = keys("/oauth2/default").await;
    let org = keys("/oauth2").await;
    for (kind, published, typ) in [
        ("access_token", &default, Value::Null),
        ("id_token", &default, Value::Null),
        ("id_jag", &org, json!("oauth-id-jag+jwt")),
        ("interclient_token", &default, Value::Null),
        ("logout_token", &default, json!("logout+jwt")),
    ] {
        let mint = json!({ "kind": kind, "client": WEB, "user": "buyer", "scopes": ["openid"] });
        let (status, body) = post(&mock, "/_mock/tokens", mint).await;
        assert_eq!(status, 200, "{kind}: {body}");
        assert_eq!(body["header"]["typ"], typ, "{kind}");
        assert!(published.contains(body["header"]["kid"].as_str().unwrap()), "{kind}: {body}");
        let unsigned = json!({ "kind": kind, "client": WEB, "user": "buyer", "faults": ["alg-none"] });
        assert_eq!(post(&mock, "/_mock/tokens", unsigned).await.1["header"]["alg"], "none", "{kind}");
    }
    for (mint, error) in [
        (json!({ "kind": "id_token", "client": WEB }), "user: is missing"),
        (json!({ "kind": "refresh_token", "client": WEB, "user": "buyer" }), "kind: a refresh token is a record"),
        (
            json!({ "kind": "id_token", "client": WEB, "user": "buyer", "faults": ["bad-signatur"] }),
            "did you mean \"bad-signature\"?",
        ),
        (json!({ "kind": "id_token", "client": WEB, "user": "buyer", "server": "other" }), "no authorization server"),
    ] {
        let (status, body) = post(&mock, "/_mock/tokens", mint).await;
        assert_eq!(status, 400, "{body}");
        assert!(body["error"].as_str().unwrap().contains(error), "{body}");
    }
}

/// No specification forbids an issuer these tokens; apps have to refuse them, or to cope with them.
#[tokio::test]
async fn faults_for_clients_change_what_their_names_say_and_nothing_else() {
    const DAY: i64 = 86_400;
    let mock = MockIdp::builder().start().await.unwrap();
    let minted = async |kind: &str, faults: Value| {
        let mint = json!({ "kind": kind, "client": WEB, "user": "buyer", "scopes": ["openid"], "faults": faults });
        let (status, body) = post(&mock, "/_mock/tokens", mint).await;
        assert_eq!(status, 200, "{kind}: {body}");
        body["token"].as_str().unwrap().to_owned()
    };
    for (kind, fault) in [
        ("id_token", "not-before-in-future"),
        ("access_token", "not-before-in-future"),
        ("id_token", "oversize"),
        ("access_token", "oversize"),
        ("access_token", "issued-in-future"),
    ] {
        let (right, wrong) = (minted(kind, json!([])).await, minted(kind, json!([fault])).await);
        let ((_, right_claims), (_, mut claims)) = (decode(&right), decode(&wrong));
        let now = right_claims["iat"].as_i64().unwrap();
        let ahead = |claim: &Value| claim.as_i64().is_some_and(|time| time > now + DAY / 2);
        assert!(right.len() < 4_096 && right_claims.get("nbf").is_none(), "{kind}: {right_claims}");
        match fault {
            "not-before-in-future" => assert!(ahead(&claims["nbf"]), "{kind}: {claims}"),
            "oversize" => assert!(wrong.len() > 65_536, "{kind}: {}", wrong.len()),
            _ => assert!(ahead(&claims["iat"]) && !ahead(&right_claims["iat"]), "{kind}: {claims}"),
        }
        // Apart from that, the token is one of its kind.
        let members = claims.as_object_mut().unwrap();
        members.retain(|name, _| right_claims.get(name).is_some());
        for name in ["iss", "aud", "sub", "cid"] {
            assert_eq!(claims.get(name), right_claims.get(name), "{kind} {fault} {name}");
        }
    }
}

#[tokio::test]
async fn queued_users_sign_in_without_a_page_in_their_order() {
    let mock = MockIdp::builder().start().await.unwrap();
    let (status, waiting) =
        post(&mock, "/_mock/sign-ins", json!({ "users": ["admin"], "client": "Unregistered" })).await;
    assert_eq!(status, 400, "{waiting}");
    let other = json!({ "users": ["admin"], "client": "0oamarketspa000005d7" });
    assert_eq!(post(&mock, "/_mock/sign-ins", other).await.0, 200);
    let (_, waiting) = post(&mock, "/_mock/sign-ins", json!({ "users": ["buyer", "admin"] })).await;
    assert_eq!(waiting.as_array().unwrap().len(), 3);
    let url = format!("{}/v1/authorize", mock.issuer());
    for login in ["buyer@example.test", "admin@example.test"] {
        let response = browser().get(&url).query(&code_request(WEB, "openid")).send().await.unwrap();
        assert_eq!(response.status(), 302, "{login}");
        let code = parameter(&location(&response), "code").unwrap();
        let tokens: Value = redeem(&mock, &code).await.json().await.unwrap();
        assert_eq!(decode(tokens["access_token"].as_str().unwrap()).1["sub"], login);
    }
    let page = browser().get(&url).query(&code_request(WEB, "openid")).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let (_, waiting) = ask(&mock, Method::GET, "/_mock/sign-ins", Value::Null).await;
    let expected = json!([{ "user": "admin@example.test", "client_id": "0oamarketspa000005d7" }]);
    assert_eq!(waiting, expected);
    assert_eq!(ask(&mock, Method::DELETE, "/_mock/sign-ins", json!({})).await.1, json!({ "removed": 1 }));
}

#[tokio::test]
async fn a_queued_user_who_may_not_sign_in_sees_the_page_with_the_reason() {
    let mock = MockIdp::builder().start().await.unwrap();
    let suspended = json!({ "users": ["suspended"] });
    let (status, _) = post(&mock, "/_mock/sign-ins", suspended).await;
    assert_eq!(status, 200);
    let url = format!("{}/v1/authorize", mock.issuer());
    let response = browser().get(url).query(&code_request(WEB, "openid")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.text().await.unwrap().contains(r#"role="alert""#));
}
