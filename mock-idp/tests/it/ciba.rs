//! Client-initiated backchannel authentication: the user decides by the control API or on a page.

use mock_idp::MockIdp;
use mock_idp_core::protocol::GrantType;
use reqwest::Response;
use serde_json::{Value, json};

use crate::flow::{WEB, WEB_SECRET, after, browser, decode};
use crate::jose::{Key, jwt};
use crate::market::{NOW, stop_clock};
use crate::org::{TestOrg, model, remove};
use crate::refusals::{token, token_error};

pub(crate) const KIOSK: &str = "0oamarketciba00005d7";
pub(crate) const SECRET: &str = "mock-secret-kiosk-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHI";
pub(crate) const GRANT: &str = "urn:openid:params:grant-type:ciba";
const SERVER: &str = "/oauth2/default";

async fn ask(mock: &MockIdp, client: (&str, &str), form: &[(&str, &str)]) -> Response {
    let request = browser().post(format!("{}/v1/bc/authorize", mock.issuer())).form(form);
    request.basic_auth(client.0, Some(client.1)).send().await.unwrap()
}

pub(crate) async fn begin(mock: &MockIdp, form: &[(&str, &str)]) -> Value {
    let response = ask(mock, (KIOSK, SECRET), form).await;
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

pub(crate) async fn poll(mock: &MockIdp, id: &str) -> Response {
    token(mock, SERVER, Some((KIOSK, SECRET)), &[("grant_type", GRANT), ("auth_req_id", id)]).await
}

async fn refused(mock: &MockIdp, id: &str, status: u16, error: &str, description: &str) {
    assert_eq!(token_error(poll(mock, id).await).await, (status, error.to_owned(), description.to_owned()));
}

const PENDING: &str = "The authorization request is still pending as the user hasn't yet been authenticated.";
const OVER: &str = "The 'auth_req_id' is invalid or has expired. Make a new authentication request.";

async fn control(mock: &MockIdp, path: &str, body: Value) -> (u16, Value) {
    let response = browser().post(format!("{}/_mock/{path}", mock.url())).json(&body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// A request that the user has approved.
pub(crate) async fn approved(mock: &MockIdp) -> String {
    let begun = begin(mock, &[("scope", "openid offline_access"), ("login_hint", "buyer@example.test")]).await;
    assert_eq!(control(mock, "ciba", json!({"decision": "approve"})).await.0, 200);
    begun["auth_req_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn approval_by_the_control_api_returns_tokens_once() {
    let mock = MockIdp::builder().start().await.unwrap();
    let form = [
        ("scope", "openid profile products:read"),
        ("login_hint", "buyer@example.test"),
        ("binding_message", "W4SCT"),
        ("requested_expiry", "120"),
    ];
    let begun = begin(&mock, &form).await;
    let keys: Vec<&String> = begun.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["auth_req_id", "expires_in", "interval"]);
    let id = begun["auth_req_id"].as_str().unwrap();
    assert!(id.starts_with("ft") && id.len() == 34, "{id}");
    assert_eq!((&begun["expires_in"], &begun["interval"]), (&json!(120), &json!(5)));
    refused(&mock, id, 400, "authorization_pending", PENDING).await;
    refused(&mock, id, 400, "slow_down", "Slow down the polling frequency. Try again later.").await;

    let listed: Value = browser().get(format!("{}/_mock/ciba", mock.url())).send().await.unwrap().json().await.unwrap();
    assert_eq!(listed[0]["user"], "buyer@example.test");
    assert_eq!(listed[0]["client_id"], KIOSK);
    assert_eq!(listed[0]["binding_message"], "W4SCT");
    assert!(!listed.to_string().contains(id), "the list must not show the id that redeems the tokens");
    let (status, _) = control(&mock, "ciba", json!({"decision": "approve", "user": "admin@example.test"})).await;
    assert_eq!(status, 404);
    let (status, decided) = control(&mock, "ciba", json!({"decision": "approve", "user": "buyer@example.test"})).await;
    assert_eq!((status, &decided["decided"][0]["id"]), (200, &listed[0]["id"]));

    let response = poll(&mock, id).await;
    assert_eq!(response.status(), 200);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["scope"], "openid profile products:read");
    let (_, claims) = decode(body["id_token"].as_str().unwrap());
    assert_eq!((&claims["sub"], &claims["aud"]), (&json!("00ubuyer0000000005d7"), &json!(KIOSK)));
    assert_eq!(claims["amr"], json!(["swk", "okta_verify"]));
    refused(&mock, id, 400, "expired_token", OVER).await;

    // The next request may point at the user by the token of the last.
    let hint = body["id_token"].as_str().unwrap();
    begin(&mock, &[("scope", "openid"), ("id_token_hint", hint)]).await;
}

#[tokio::test]
async fn approval_and_denial_work_on_the_page() {
    let mock = MockIdp::builder().start().await.unwrap();
    let begun = begin(&mock, &[("scope", "openid"), ("login_hint", "buyer@example.test")]).await;
    let id = begun["auth_req_id"].as_str().unwrap();
    let list = format!("{}/signin/backchannel", mock.url());
    let page = browser().get(&list).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Market kiosk") && !page.contains(id), "{page}");
    let form = [("id", after(&page, "name=\"id\" value=\"")), ("consent", "deny")];
    let response = browser().post(&list).form(&form).send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["location"]),
        (303, &"/signin/backchannel?decided=denied".parse().unwrap())
    );
    let page = browser().get(format!("{list}?decided=denied")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Denied. The sign-in gets an error the next time it asks."), "{page}");
    let again = browser().post(&list).form(&form).send().await.unwrap();
    assert_eq!(again.headers()["location"], "/signin/backchannel?decided=too-late");
    assert!(page.contains(r#"data-se="backchannel-empty""#), "{page}");
    let denied = "The resource owner or authorization server denied the request.";
    refused(&mock, id, 403, "access_denied", denied).await;

    let begun = begin(&mock, &[("scope", "openid"), ("login_hint", "buyer@example.test")]).await;
    control(&mock, "clock", json!({"advance": 300})).await;
    refused(&mock, begun["auth_req_id"].as_str().unwrap(), 400, "expired_token", OVER).await;
    assert_eq!(control(&mock, "ciba", json!({"decision": "approve"})).await.0, 404);
    refused(&mock, "unknown", 400, "expired_token", OVER).await;
}

#[tokio::test]
async fn a_signed_request_is_accepted_once_if_the_app_has_an_algorithm() {
    let org = TestOrg::market().oauth(KIOSK, |settings| {
        remove(&mut settings.grant_types, |grant| *grant == GrantType::RefreshToken);
        settings.request_object_signing_alg = Some(model(json!("HS256")));
    });
    let mock = org.start().await;
    let key = Key::Secret(SECRET.to_owned());
    stop_clock(&mock).await;
    let claims = json!({
        "iss": KIOSK, "aud": mock.issuer(), "iat": NOW, "nbf": NOW, "exp": NOW + 60, "jti": "once",
        "scope": "openid", "login_hint": "buyer@example.test", "binding_message": "signed",
    });
    let signed = jwt(&json!({"alg": "HS256"}), &claims, &key);
    begin(&mock, &[("request", &signed)]).await;
    let listed: Value = browser().get(format!("{}/_mock/ciba", mock.url())).send().await.unwrap().json().await.unwrap();
    assert_eq!((&listed[0]["user"], &listed[0]["binding_message"]), (&json!("buyer@example.test"), &json!("signed")));

    let again = token_error(ask(&mock, (KIOSK, SECRET), &[("request", &signed)]).await).await;
    let used = (400, "invalid_request_object".to_owned(), "The request object has already been used.".to_owned());
    assert_eq!(again, used);
    let forged = jwt(&json!({"alg": "HS256"}), &claims, &Key::Secret("0123456789abcdef0123456789abcdef".to_owned()));
    let bad = token_error(ask(&mock, (KIOSK, SECRET), &[("request", &forged)]).await).await;
    assert_eq!(bad.2, "The signature of the request object is invalid.");
}

#[tokio::test]
async fn without_the_picker_the_page_is_404() {
    let mock = TestOrg::market().edit(|document| document.settings.sign_in_page.picker = false).start().await;
    let response = browser().get(format!("{}/signin/backchannel", mock.url())).send().await.unwrap();
    assert_eq!(response.status(), 404);
}

#[tokio::test]
async fn a_request_for_an_unavailable_user_is_refused_with_oktas_errors() {
    let mock = MockIdp::builder().start().await.unwrap();
    let kiosk = (KIOSK, SECRET);
    let user = ("login_hint", "buyer@example.test");
    let unknown = "The hint provided in the request did not match a user assigned to the client app.";
    let one_hint = "The Client-Initiated Backchannel Authentication Flow must contain only one of 'id_token_hint' or \
                    'login_hint'.";
    let expiry = "Invalid value for 'requested_expiry' parameter. It should be within range 0 - 2^31-1.";
    let openid = ("scope", "openid");
    type Case<'a> = ((&'a str, &'a str), &'a [(&'a str, &'a str)], u16, &'a str, &'a str);
    let cases: [Case<'_>; 12] = [
        (
            (KIOSK, "wrong"),
            &[openid, user],
            401,
            "invalid_client",
            "The client secret supplied for a confidential client is invalid.",
        ),
        (
            (WEB, WEB_SECRET),
            &[openid, user],
            401,
            "invalid_client",
            "The client doesn't have the 'urn:openid:params:grant-type:ciba' grant type configured.",
        ),
        (
            ("0oamarketservice05d7", "mock-secret-service-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG"),
            &[openid, user],
            400,
            "access_denied",
            "The Client-Initiated Backchannel Authentication flow currently only supports web applications.",
        ),
        (kiosk, &[user], 400, "invalid_scope", "No scopes were requested."),
        (
            kiosk,
            &[("scope", "products:read"), user],
            400,
            "invalid_scope",
            "The Client-Initiated Backchannel Authentication Flow must contain 'openid' scope.",
        ),
        (kiosk, &[openid], 400, "invalid_request", one_hint),
        (kiosk, &[openid, user, ("id_token_hint", "x")], 400, "invalid_request", one_hint),
        (kiosk, &[openid, ("id_token_hint", "x")], 400, "invalid_request", unknown),
        (kiosk, &[openid, ("login_hint", "nobody")], 400, "invalid_request", unknown),
        (kiosk, &[openid, ("login_hint", "unassigned@example.test")], 400, "invalid_request", unknown),
        (kiosk, &[openid, user, ("requested_expiry", "-1")], 400, "invalid_request", expiry),
        (
            kiosk,
            &[openid, user, ("request", "a.b.c")],
            401,
            "invalid_client",
            "The client doesn't have a RequestObjectSigningAlgorithm configured for signing authentication requests for \
             the Client-Initiated Backchannel Authentication flow.",
        ),
    ];
    for (client, form, status, error, description) in cases {
        let expected = (status, error.to_owned(), description.to_owned());
        assert_eq!(token_error(ask(&mock, client, form).await).await, expected, "{} {form:?}", client.0);
    }
    let public = browser().post(format!("{}/v1/bc/authorize", mock.issuer()));
    let public = public.form(&[("client_id", "0oamarketspa000005d7"), openid, user]).send().await.unwrap();
    let words = "Confidential client is required to make this request.";
    assert_eq!(token_error(public).await, (400, "unauthorized_client".to_owned(), words.to_owned()));
}
