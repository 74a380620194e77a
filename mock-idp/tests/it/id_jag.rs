//! Cross-app access: the org's own server issues an ID-JAG for a user, and another server accepts it from an agent.

use std::sync::Arc;

use mock_idp::MockIdp;
use mock_idp_core::model::{ConsentMethod, OauthClientSettings};
use mock_idp_core::protocol::GrantType;
use reqwest::Response;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::flow::{CALLBACK, WEB, WEB_SECRET, browser, code_request, decode, location, parameter, state_handle};
use crate::jose::{Key, jwt, with};
use crate::market::{NOW, advance, journal, key_server, post, stop_clock};
use crate::org::{SERVER_ID, TestOrg, model};
use crate::refusals::{token, token_error};

const EXCHANGE: (&str, &str) = ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
const BEARER: (&str, &str) = ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
const ID_JAG: &str = "urn:ietf:params:oauth:token-type:id-jag";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";
const ORG: &str = "/oauth2";
const DEFAULT: &str = "/oauth2/default";
const AGENT: &str = "0oamarketagent0005d7";
const AGENT_SECRET: &str = "mock-secret-agent-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHI";
const BUYER: &str = "00ubuyer0000000005d7";
const ORG_PEM: &str = include_str!("../../../fixtures/keys/org.pem");

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

/// The tokens of an app after a sign-in at the org's own server.
async fn org_tokens(mock: &MockIdp, login: &str, client: (&str, &str), scope: &str) -> Value {
    let browser = browser();
    let url = format!("{}/oauth2/v1/authorize", mock.url());
    let page = browser.get(url).query(&code_request(client.0, scope)).send().await.unwrap().text().await.unwrap();
    let form = [("stateHandle", state_handle(&page)), ("user", login.to_owned())];
    let arrived = browser.post(format!("{}/signin/pick", mock.url())).form(&form).send().await.unwrap();
    let code = parameter(&location(&arrived), "code").unwrap();
    let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
    body(token(mock, ORG, Some(client), &form).await).await
}

/// The form with changed parameters; empty ones are removed.
fn changed<'a>(mut form: Vec<(&'a str, &'a str)>, more: Form<'a>) -> Vec<(&'a str, &'a str)> {
    for (name, value) in more {
        form.retain(|(known, _)| known != name);
        if !value.is_empty() {
            form.push((name, value));
        }
    }
    form
}

/// Requests an ID-JAG for the default server from the org's own server.
async fn assert_identity(mock: &MockIdp, basic: (&str, &str), subject: &str, more: Form<'_>) -> Response {
    let audience = format!("{}/oauth2/default", mock.url());
    let form = vec![
        EXCHANGE,
        ("requested_token_type", ID_JAG),
        ("subject_token", subject),
        ("subject_token_type", ID_TOKEN),
        ("audience", &audience),
        ("scope", "products:read"),
    ];
    token(mock, ORG, Some(basic), &changed(form, more)).await
}

async fn redeem(mock: &MockIdp, assertion: &str, more: Form<'_>) -> Response {
    token(mock, DEFAULT, Some((AGENT, AGENT_SECRET)), &changed(vec![BEARER, ("assertion", assertion)], more)).await
}

/// The answer of the default server to an ID-JAG that the agent has got for the buyer.
pub(crate) async fn redeemed_by_agent(mock: &MockIdp) -> Response {
    let tokens = org_tokens(mock, "buyer@example.test", (WEB, WEB_SECRET), "openid").await;
    let answer = body(assert_identity(mock, (AGENT, AGENT_SECRET), text(&tokens, "id_token"), &[]).await).await;
    redeem(mock, text(&answer, "access_token"), &[]).await
}

#[tokio::test]
async fn an_agent_gets_a_token_for_a_user_of_its_linked_app() {
    let mock = MockIdp::builder().start().await.unwrap();
    let tokens = org_tokens(&mock, "buyer@example.test", (WEB, WEB_SECRET), "openid profile").await;
    let agent = (AGENT, AGENT_SECRET);
    let asked = [("scope", "products:read orders:create")];
    let answer = body(assert_identity(&mock, agent, text(&tokens, "id_token"), &asked).await).await;
    let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["token_type", "expires_in", "access_token", "issued_token_type"]);
    assert_eq!(
        with(answer.clone(), &json!({ "access_token": null })),
        json!({
            "token_type": "N_A", "expires_in": 300, "issued_token_type": ID_JAG,
        })
    );

    let id_jag = text(&answer, "access_token");
    let (header, claims) = decode(id_jag);
    assert_eq!(header.as_object().unwrap().keys().collect::<Vec<_>>(), ["kid", "typ", "alg"]);
    assert_eq!((&header["typ"], &header["alg"]), (&json!("oauth-id-jag+jwt"), &json!("RS256")));
    let keys: Vec<&String> = claims.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["jti", "iss", "aud", "iat", "exp", "sub", "email", "client_id", "sub_profile", "scope", "act"]);
    assert!(text(&claims, "jti").starts_with("IDAAG."), "{claims}");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
    let rest = json!({ "jti": null, "iat": null, "exp": null });
    let act = json!({
        "sub": AGENT, "sub_profile": "ai_agent", "act": { "sub": WEB, "sub_profile": "web_app" },
    });
    assert_eq!(
        with(claims, &rest),
        json!({
            "iss": mock.url(), "aud": format!("{}/oauth2/default", mock.url()), "sub": BUYER, "email": "buyer@example.test",
            "client_id": AGENT, "sub_profile": "user", "scope": "products:read orders:create", "act": act.clone(),
        })
    );

    let granted = body(redeem(&mock, id_jag, &[]).await).await;
    let keys: Vec<&String> = granted.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["token_type", "expires_in", "access_token", "scope"]);
    assert_eq!((&granted["token_type"], &granted["expires_in"]), (&json!("Bearer"), &json!(600)));
    assert_eq!(granted["scope"], "products:read orders:create");
    let (_, access) = decode(text(&granted, "access_token"));
    assert_eq!((&access["sub"], &access["uid"]), (&json!("buyer@example.test"), &json!(BUYER)));
    assert_eq!((&access["cid"], &access["aud"]), (&json!(AGENT), &json!("api://default")));
    assert_eq!(access["scp"], json!(["products:read", "orders:create"]));
    assert_eq!((&access["act"], &access["sub_profile"]), (&act, &json!("user")));

    // Once.
    let again = token_error(redeem(&mock, id_jag, &[]).await).await;
    assert_eq!(again, (400, "invalid_grant".to_owned(), "The id-jag was already used.".to_owned()));
    let journal = journal(&mock).await;
    for said in [
        "buyer@example.test has signed in to 0oamarketweb000005d7".to_owned(),
        "mcnmarketapi000005d7".to_owned(),
        format!("{} asserts buyer@example.test", mock.url()),
        "By ID-JAG".to_owned(),
    ] {
        assert!(journal.contains(&said), "{said}: {journal}");
    }
    assert!(!journal.contains(id_jag), "assertions stay out of the journal");
}

#[tokio::test]
async fn a_fault_changes_the_id_jag_and_no_other_token() {
    let mock = MockIdp::builder().start().await.unwrap();
    post(&mock, "/_mock/faults", json!({ "name": "id_jag.wrong-subject", "times": 1 })).await;
    let tokens = org_tokens(&mock, "buyer@example.test", (WEB, WEB_SECRET), "openid").await;
    assert_eq!(decode(text(&tokens, "id_token")).1["sub"], BUYER);
    let agent = (AGENT, AGENT_SECRET);
    let spoiled = body(assert_identity(&mock, agent, text(&tokens, "id_token"), &[]).await).await;
    let id_jag = text(&spoiled, "access_token");
    assert_eq!(decode(id_jag).1["sub"], "00unobody00000000000");
    let error = token_error(redeem(&mock, id_jag, &[]).await).await;
    assert_eq!((error.0, error.1.as_str()), (400, "invalid_grant"));
    let next = body(assert_identity(&mock, agent, text(&tokens, "id_token"), &[]).await).await;
    assert_eq!(decode(text(&next, "access_token")).1["sub"], BUYER);

    post(&mock, "/_mock/faults", json!({ "name": "id_jag.wrong-type", "times": 1 })).await;
    let spoiled = body(assert_identity(&mock, agent, text(&tokens, "id_token"), &[]).await).await;
    assert_eq!(decode(text(&spoiled, "access_token")).0["typ"], "dpop+jwt");
}

#[tokio::test]
async fn an_id_jag_for_an_external_resource_has_the_agents_client_id_there() {
    let mock = MockIdp::builder().start().await.unwrap();
    let tokens = org_tokens(&mock, "buyer@example.test", (WEB, WEB_SECRET), "openid").await;
    let id_token = text(&tokens, "id_token");
    let agent = (AGENT, AGENT_SECRET);
    let partner = [
        ("audience", "https://partner.example"),
        ("resource", "https://api.partner.example"),
        ("scope", "catalog.read"),
    ];
    let answer = body(assert_identity(&mock, agent, id_token, &partner).await).await;
    let (_, claims) = decode(text(&answer, "access_token"));
    assert_eq!((&claims["aud"], &claims["client_id"]), (&json!("https://partner.example"), &json!("market-assistant")));
    assert_eq!(
        (&claims["resource"], &claims["scope"]),
        (&json!("https://api.partner.example"), &json!("catalog.read"))
    );
    let position = |name: &str| claims.as_object().unwrap().keys().position(|key| key == name).unwrap();
    assert!(position("email") < position("resource") && position("resource") < position("client_id"));
    // An ID-JAG for an external resource is refused by this org.
    let refused = token_error(redeem(&mock, text(&answer, "access_token"), &[]).await).await;
    let audience = "The audience of the JWT Bearer Grant must match the the issuer of the authorization server.";
    assert_eq!(refused, (400, "invalid_grant".to_owned(), audience.to_owned()));
}

/// The market whose demo app may request ID-JAGs for its own users, with an ID token or refresh token.
fn requesting_app() -> TestOrg {
    let connection = json!({
        "id": "mcnmarketdemo00005d7", "authorizationServerId": SERVER_ID,
        "resourceIndicator": "https://mcp.market.test", "scopeCondition": "EXCLUDE", "scopes": ["orders:update"],
    });
    TestOrg::market()
        .app(WEB, |app| {
            app.settings.oauth_client.grant_types.extend([GrantType::TokenExchange, GrantType::JwtBearer]);
            app.connections.push(model(connection));
        })
        .policy("00pagents000000005d7", |policy| policy.conditions.clients.include.push(WEB.to_owned()))
}

#[tokio::test]
async fn an_app_gets_an_id_jag_for_its_own_users_without_an_actor() {
    let mock = requesting_app().start().await;
    let web = (WEB, WEB_SECRET);
    let tokens = org_tokens(&mock, "buyer@example.test", web, "openid offline_access").await;
    let resource = [("resource", "https://mcp.market.test")];
    let refreshing = [("subject_token_type", REFRESH_TOKEN), resource[0]];
    let subjects: [(&str, Form<'_>); 2] = [("id_token", &resource), ("refresh_token", &refreshing)];
    for (name, more) in subjects {
        let answer = body(assert_identity(&mock, web, text(&tokens, name), more).await).await;
        let (_, claims) = decode(text(&answer, "access_token"));
        let keys: Vec<&String> = claims.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["jti", "iss", "aud", "iat", "exp", "sub", "email", "resource", "client_id", "scope"]);
        assert_eq!((&claims["sub"], &claims["client_id"]), (&json!(BUYER), &json!(WEB)));

        let form = [BEARER, ("assertion", text(&answer, "access_token")), resource[0]];
        let granted = body(token(&mock, DEFAULT, Some(web), &form).await).await;
        let (_, access) = decode(text(&granted, "access_token"));
        // Okta: the resource of the ID-JAG, not the server's own.
        assert_eq!(access["aud"], "https://mcp.market.test");
        assert_eq!((access.get("act"), access.get("sub_profile")), (None, None));
        assert_eq!(granted.get("refresh_token").or(granted.get("id_token")), None);
    }
    // The connection has its limits, and a refresh token is its own client's.
    let denied = "Some of the requested scopes were denied by the policy. Denied scopes: [orders:update].";
    let refused =
        token_error(assert_identity(&mock, web, text(&tokens, "id_token"), &[("scope", "orders:update")]).await).await;
    assert_eq!(refused, (400, "access_denied".to_owned(), denied.to_owned()));
    let foreign = assert_identity(&mock, (AGENT, AGENT_SECRET), text(&tokens, "refresh_token"), &[refreshing[0]]).await;
    let invalid = "'subject_token' is invalid.".to_owned();
    assert_eq!(token_error(foreign).await, (400, "invalid_request".to_owned(), invalid));
    // A revoked refresh token cannot be a subject token.
    let form = [("token", text(&tokens, "refresh_token"))];
    let url = format!("{}/oauth2/v1/revoke", mock.url());
    browser().post(url).basic_auth(WEB, Some(WEB_SECRET)).form(&form).send().await.unwrap();
    let over = token_error(assert_identity(&mock, web, text(&tokens, "refresh_token"), &refreshing).await).await;
    let expired = "The 'subject_token' either expired or the session associated with it was terminated.";
    assert_eq!(over, (400, "invalid_grant".to_owned(), expired.to_owned()));
}

#[tokio::test]
async fn invalid_id_jag_requests_are_refused_with_oktas_errors() {
    let mock = MockIdp::builder().start().await.unwrap();
    stop_clock(&mock).await;
    let tokens = org_tokens(&mock, "buyer@example.test", (WEB, WEB_SECRET), "openid offline_access").await;
    let partner = ("0oamarketpartner05d7", "mock-secret-partner-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG");
    let elsewhere = org_tokens(&mock, "buyer@example.test", partner, "openid").await;
    let good = text(&tokens, "id_token");
    let audience = "Token Exchange requests must include a valid audience of the authorization server.";
    let scope = "One or more scopes are not configured for the authorization server resource.";
    let denied = "Some of the requested scopes were denied by the policy. Denied scopes: [orders:read].";
    let resource = "'resource' is invalid or not supported.";
    let kind = "'subject_token_type' is invalid or not supported.";
    let linked = "'subject_token' is invalid: the client application is not registered for delegation to this agent.";
    let saml = "urn:ietf:params:oauth:token-type:saml2";
    let access = "urn:ietf:params:oauth:token-type:access_token";
    let cases: [(&str, Form<'_>, u16, &str, &str); 13] = [
        (good, &[("audience", "")], 400, "invalid_target", audience),
        (good, &[("audience", "https://stranger.example")], 400, "invalid_target", audience),
        (good, &[("resource", "https://other.example")], 400, "invalid_target", resource),
        (good, &[("scope", "nobody:knows")], 400, "invalid_scope", scope),
        (good, &[("scope", "products:read orders:read")], 400, "access_denied", denied),
        (good, &[("subject_token_type", saml)], 400, "invalid_request", "'subject_token' is invalid."),
        (good, &[("subject_token_type", access)], 400, "invalid_request", kind),
        (
            good,
            &[("subject_token_type", "")],
            400,
            "invalid_request",
            "The required parameter 'subject_token_type' is missing.",
        ),
        ("", &[], 400, "invalid_request", "The required parameter 'subject_token' is missing."),
        ("garbage", &[], 400, "invalid_request", "'subject_token' is invalid."),
        (text(&tokens, "access_token"), &[], 400, "invalid_request", "'subject_token' is invalid."),
        (text(&elsewhere, "id_token"), &[], 400, "invalid_request", linked),
        (good, &[("subject_token_type", REFRESH_TOKEN)], 400, "invalid_request", "'subject_token' is invalid."),
    ];
    for (subject, more, status, error, description) in cases {
        let expected = (status, error.to_owned(), description.to_owned());
        let more = &[more, if subject.is_empty() { &[("subject_token", "")] } else { &[] }].concat();
        let refused = assert_identity(&mock, (AGENT, AGENT_SECRET), subject, more).await;
        assert_eq!(token_error(refused).await, expected, "{more:?}");
    }
    // Custom servers issue none, and the org's own server exchanges nothing else.
    let form = [EXCHANGE, ("requested_token_type", ID_JAG), ("subject_token", good), ("subject_token_type", ID_TOKEN)];
    let custom = token_error(token(&mock, DEFAULT, Some((AGENT, AGENT_SECRET)), &form).await).await;
    let unsupported = "'requested_token_type' is invalid or not supported.".to_owned();
    let unsupported = (400, "invalid_request".to_owned(), unsupported);
    assert_eq!(custom, unsupported);
    for wanted in ["urn:okta:oauth:token-type:web_sso_token", "urn:okta:params:oauth:token-type:oauth-sts"] {
        let other = assert_identity(&mock, (AGENT, AGENT_SECRET), good, &[("requested_token_type", wanted)]).await;
        assert_eq!(token_error(other).await, unsupported, "{wanted}");
    }
    // The ID token has its own time.
    advance(&mock, 3601).await;
    let late = token_error(assert_identity(&mock, (AGENT, AGENT_SECRET), good, &[]).await).await;
    let expired = "The 'subject_token' either expired or the session associated with it was terminated.";
    assert_eq!(late, (400, "invalid_grant".to_owned(), expired.to_owned()));
}

#[tokio::test]
async fn a_public_client_cannot_get_or_redeem_an_id_jag() {
    let allow = |settings: &mut OauthClientSettings| settings.grant_types.push(GrantType::JwtBearer);
    let mock = TestOrg::market().oauth("0oamarketdevsso005d7", allow).start().await;
    let courier = ("client_id", "0oamarketdevsso005d7");
    let exchange =
        [EXCHANGE, courier, ("requested_token_type", ID_JAG), ("subject_token", "x"), ("subject_token_type", ID_TOKEN)];
    let bearer = [
        BEARER,
        courier,
        ("assertion", &jwt(&json!({ "alg": "RS256", "typ": "oauth-id-jag+jwt" }), &json!({}), &Key::client())),
    ];
    let expected =
        (400, "unauthorized_client".to_owned(), "Confidential client is required to make this request.".to_owned());
    assert_eq!(token_error(token(&mock, ORG, None, &exchange).await).await, expected);
    assert_eq!(token_error(token(&mock, DEFAULT, None, &bearer).await).await, expected);
}

/// Header and claims of an ID-JAG that the default server accepts.
async fn good(mock: &MockIdp, kid: &str) -> (Value, Value) {
    let header = json!({ "kid": kid, "typ": "oauth-id-jag+jwt", "alg": "RS256" });
    let claims = json!({
        "jti": "IDAAG.1", "iss": mock.url(), "aud": format!("{}/oauth2/default", mock.url()), "iat": NOW, "exp": NOW + 300,
        "sub": BUYER, "client_id": AGENT, "scope": "products:read",
    });
    (header, claims)
}

async fn org_kid(mock: &MockIdp) -> String {
    let keys: Value =
        browser().get(format!("{}/oauth2/v1/keys", mock.url())).send().await.unwrap().json().await.unwrap();
    keys["keys"][0]["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_invalid_id_jag_has_its_own_error() {
    let mock = MockIdp::builder().start().await.unwrap();
    stop_clock(&mock).await;
    let org = Key::pem(ORG_PEM);
    let (header, claims) = good(&mock, &org_kid(&mock).await).await;
    let grant = "invalid_grant";
    let audience = "The audience of the JWT Bearer Grant must match the the issuer of the authorization server.";
    let client = "The 'client_id' in the JWT Bearer Grant must match the 'client_id' used to authenticate the client.";
    let policy = "Policy evaluation failed for this request, please check the policy configurations.";
    let scope = "One or more scopes are not configured for the authorization server resource.";
    let identity = "Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope.";
    let resource = "The 'resource' claim in the id-jag is not valid for this authorization server.";
    let cases: [(Value, u16, &str, &str); 19] = [
        (
            json!({ "iss": "https://stranger.example" }),
            400,
            grant,
            "The issuer of the id-jag is not a trusted authorization server.",
        ),
        (json!({ "iss": null }), 400, grant, "The issuer of the id-jag is not a trusted authorization server."),
        (json!({ "aud": mock.url() }), 400, grant, audience),
        (json!({ "aud": [claims["aud"], "https://other.example"] }), 400, grant, audience),
        (json!({ "client_id": WEB }), 400, grant, client),
        (json!({ "client_id": null }), 400, grant, client),
        (json!({ "iat": NOW - 301, "exp": NOW }), 400, grant, "The id-jag is expired."),
        (json!({ "exp": null }), 400, grant, "The id-jag is expired."),
        (json!({ "iat": NOW + 1, "exp": NOW + 2 }), 400, grant, "The id-jag is issued in the future."),
        (json!({ "nbf": NOW + 1 }), 400, grant, "The id-jag is issued in the future."),
        (json!({ "exp": NOW + 301 }), 400, grant, "The lifetime of the id-jag must not exceed 5 minutes."),
        (json!({ "jti": null }), 400, grant, "Invalid grant"),
        (json!({ "scope": null }), 400, grant, "The id-jag must include at least one scope."),
        (json!({ "resource": "https://mcp.market.test" }), 400, grant, resource),
        (json!({ "sub": "00unobody00000000000" }), 400, grant, "The 'sub' claim in the id-jag is invalid."),
        (json!({ "sub": "buyer@example.test" }), 400, grant, "The 'sub' claim in the id-jag is invalid."),
        (json!({ "sub": "00udeprovisioned05d7" }), 403, "access_denied", "User status is invalid."),
        (json!({ "scope": "nobody:knows" }), 400, "invalid_scope", scope),
        (json!({ "scope": "products:read profile" }), 403, "access_denied", identity),
    ];
    for (changes, status, error, description) in cases {
        let assertion = jwt(&header, &with(claims.clone(), &changes), &org);
        let expected = (status, error.to_owned(), description.to_owned());
        assert_eq!(token_error(redeem(&mock, &assertion, &[]).await).await, expected, "{changes}");
    }
    // Never fewer scopes than asserted: the policy grants all or nothing.
    let greedy = jwt(&header, &with(claims.clone(), &json!({ "scope": "products:read orders:read" })), &org);
    assert_eq!(
        token_error(redeem(&mock, &greedy, &[]).await).await,
        (401, "access_denied".to_owned(), policy.to_owned())
    );
    let good = jwt(&header, &claims, &org);
    let forged = jwt(&header, &claims, &Key::client());
    let signature = "The signature of the id-jag is invalid.";
    let expected = (400, grant.to_owned(), signature.to_owned());
    assert_eq!(token_error(redeem(&mock, &forged, &[]).await).await, expected);
    // A JWT of another type, and a text that is not a JWT.
    let plain = jwt(&with(header.clone(), &json!({ "typ": "JWT" })), &claims, &org);
    for assertion in [plain.as_str(), "a.b.c"] {
        let issuer = "The issuer of the token is not permitted to use the JWT Bearer Grant.";
        let expected = (401, "invalid_token".to_owned(), issuer.to_owned());
        assert_eq!(token_error(redeem(&mock, assertion, &[]).await).await, expected, "{assertion}");
    }
    let scopes = "The id-jag request must not include a 'scope' parameter.";
    let asked = token_error(redeem(&mock, &good, &[("scope", "products:read")]).await).await;
    assert_eq!(asked, (400, "invalid_request".to_owned(), scopes.to_owned()));
    let mismatch = "The 'resource' claim in the id-jag does not match the 'resource' parameter in the request.";
    let other = token_error(redeem(&mock, &good, &[("resource", "api://default")]).await).await;
    assert_eq!(other, (400, grant.to_owned(), mismatch.to_owned()));
    let at_org =
        token_error(token(&mock, ORG, Some((AGENT, AGENT_SECRET)), &[BEARER, ("assertion", &good)]).await).await;
    assert_eq!((at_org.0, at_org.1.as_str()), (400, "unsupported_grant_type"));
    // None of it has used the ID-JAG up; the server's own audience is a resource of its.
    let own = jwt(&header, &with(claims.clone(), &json!({ "resource": "api://default" })), &org);
    body(redeem(&mock, &own, &[("resource", "api://default")]).await).await;
    let openid = with(claims, &json!({ "jti": "IDAAG.2", "scope": "openid products:read" }));
    assert_eq!(body(redeem(&mock, &jwt(&header, &openid, &org), &[]).await).await.get("id_token"), None);
}

#[tokio::test]
async fn an_id_jag_is_limited_by_consent_policy_and_assignment() {
    let org = requesting_app().oauth(AGENT, |settings| settings.consent_method = ConsentMethod::Required);
    let mock = org.start().await;
    stop_clock(&mock).await;
    let org = Key::pem(ORG_PEM);
    let (header, claims) = good(&mock, &org_kid(&mock).await).await;
    let consent = "The following scopes require user consent: [orders:read:user].";
    let asked = jwt(&header, &with(claims.clone(), &json!({ "scope": "orders:read:user" })), &org);
    assert_eq!(
        token_error(redeem(&mock, &asked, &[]).await).await,
        (400, "consent_required".to_owned(), consent.to_owned())
    );
    let policy = "Policy evaluation failed for this request, please check the policy configurations.";
    let excluded = jwt(&header, &with(claims.clone(), &json!({ "sub": "00udenied000000005d7" })), &org);
    let excluded = token_error(redeem(&mock, &excluded, &[]).await).await;
    assert_eq!(excluded, (401, "access_denied".to_owned(), policy.to_owned()));
    let unassigned = with(claims, &json!({ "sub": "00uunassigned00005d7", "client_id": WEB }));
    let form = [BEARER, ("assertion", &jwt(&header, &unassigned, &org))];
    let error = token_error(token(&mock, DEFAULT, Some((WEB, WEB_SECRET)), &form).await).await;
    let text = "User is not assigned to the client application.";
    assert_eq!(error, (400, "access_denied".to_owned(), text.to_owned()));
}

/// The market whose default server trusts an external issuer with these keys: `jwks` or `jwksUri`.
fn trusting(keys: Value) -> TestOrg {
    let issuer = with(keys, &json!({ "issuer": "https://idp.partner.example" }));
    TestOrg::market().server(|server| server.trusted_issuers.push(model(issuer)))
}

#[tokio::test]
async fn an_id_jag_of_a_trusted_issuer_is_verified_with_its_keys() {
    let (address, published, asked) = key_server().await;
    let client = Key::client();
    let set = json!({ "keys": [with(client.jwk(), &json!({ "kid": "p1" }))] });
    published.lock().1 = set.to_string();
    let org = [trusting(json!({ "jwks": set })), trusting(json!({ "jwksUri": address }))];
    for org in org {
        let mock = org.start().await;
        stop_clock(&mock).await;
        let (header, claims) = good(&mock, "p1").await;
        let foreign = json!({ "iss": "https://idp.partner.example", "sub": "buyer@example.test" });
        let claims = with(claims, &foreign);
        let granted = body(redeem(&mock, &jwt(&header, &claims, &client), &[]).await).await;
        assert_eq!(decode(text(&granted, "access_token")).1["uid"], BUYER);
        // Signed with the org's key under the issuer's `kid`, and under a `kid` that the issuer does not publish.
        let keys = [("p1", Key::pem(ORG_PEM)), ("p2", Key::client())];
        for (kid, key) in keys {
            let forged = jwt(&with(header.clone(), &json!({ "kid": kid })), &claims, &key);
            let expected = (400, "invalid_grant".to_owned(), "The signature of the id-jag is invalid.".to_owned());
            assert_eq!(token_error(redeem(&mock, &forged, &[]).await).await, expected, "{kid}");
        }
    }
    assert!(asked.load(std::sync::atomic::Ordering::SeqCst) > 0);
}

#[tokio::test]
async fn concurrent_uses_of_one_id_jag_succeed_once() {
    let mock = MockIdp::builder().start().await.unwrap();
    stop_clock(&mock).await;
    let (header, claims) = good(&mock, &org_kid(&mock).await).await;
    let assertion = jwt(&header, &claims, &Key::pem(ORG_PEM));
    let mock = Arc::new(mock);
    let mut requests = JoinSet::new();
    for _ in 0..8 {
        let (mock, assertion) = (Arc::clone(&mock), assertion.clone());
        requests.spawn(async move { redeem(&mock, &assertion, &[]).await });
    }
    let answers = requests.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.status() == 200).count(), 1);
}
