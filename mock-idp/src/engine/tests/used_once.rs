//! Requests with values that count once, during which the store fails: they can be sent again, and have their effect once.

use std::sync::Arc;

use aws_lc_rs::hmac;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{Request, StatusCode, header};
use serde_json::{Value, json};

use super::get;
use super::round_trips::{after, cookies_of, form};
use super::unfinished::{HANDLE, orgs, send};
use crate::engine::Orgs;
use crate::ledger::tests::BrokenStore;

const WEB: &str = "0oamarketweb000005d7";
const WEB_SECRET: &str = "mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK";
const KIOSK: &str = "0oamarketciba00005d7";
const KIOSK_SECRET: &str = "mock-secret-kiosk-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHI";

/// A JWT that is signed with a secret.
pub(super) fn signed(claims: &Value, secret: &str) -> String {
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let signed = format!("{}.{}", encode(&json!({"alg": "HS256"})), encode(claims));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// The query of an authorization request whose object counts once.
fn with_object(orgs: &Arc<Orgs>) -> String {
    let now = orgs.default_org().clock.now();
    let claims = json!({"iss": WEB, "aud": "http://localhost/oauth2/default", "exp": now + 300, "jti": "once"});
    let object = signed(&claims, WEB_SECRET);
    format!(
        "client_id={WEB}&response_type=code&scope=openid&state=s&nonce=n\
         &redirect_uri=http%3A%2F%2Flocalhost%3A7803%2Fcallback&request={object}"
    )
}

/// A form that a client sends with its secret.
fn of_client(path: &str, (client, secret): (&str, &str), form: String) -> Request<Body> {
    Request::post(path)
        .header(header::HOST, "localhost")
        .header(header::CONTENT_LENGTH, form.len())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::AUTHORIZATION, format!("Basic {}", STANDARD.encode(format!("{client}:{secret}"))))
        .body(Body::from(form))
        .unwrap()
}

#[tokio::test]
async fn a_request_object_is_used_up_together_with_the_page_that_it_asks_for() {
    for writes in 0.. {
        let store = Arc::new(BrokenStore::after(usize::MAX));
        let orgs = orgs(&store);
        let authorize = format!("/oauth2/default/v1/authorize?{}", with_object(&orgs));
        let ask = async || send(&orgs, get(&authorize).body(Body::empty()).unwrap()).await;
        store.allow(writes);
        let first = ask().await;
        store.allow(usize::MAX);
        let is_complete = first.status == StatusCode::OK;
        if !is_complete {
            assert_eq!(first.status, StatusCode::SERVICE_UNAVAILABLE, "{writes} {}", first.body);
            assert_eq!(ask().await.status, StatusCode::OK, "{writes}");
        }
        let again = ask().await;
        assert_eq!(again.status, StatusCode::FOUND, "{writes} {}", again.body);
        let location = again.headers[header::LOCATION].to_str().unwrap();
        assert!(location.contains("error=invalid_request_object"), "{location}");
        if is_complete {
            assert_eq!(writes, 1, "the object and the page are written at once");
            return;
        }
    }
}

#[tokio::test]
async fn a_pushed_request_uses_its_object_up_when_it_is_stored() {
    for writes in 0.. {
        let store = Arc::new(BrokenStore::after(usize::MAX));
        let orgs = orgs(&store);
        let form = with_object(&orgs);
        let push = async || send(&orgs, of_client("/oauth2/default/v1/par", (WEB, WEB_SECRET), form.clone())).await;
        store.allow(writes);
        let first = push().await;
        store.allow(usize::MAX);
        let is_complete = first.status == StatusCode::OK;
        if !is_complete {
            assert_eq!(first.status, StatusCode::SERVICE_UNAVAILABLE, "{writes} {}", first.body);
            assert_eq!(push().await.status, StatusCode::OK, "{writes}");
        }
        let again = push().await;
        assert_eq!(again.status, StatusCode::BAD_REQUEST, "{writes}");
        assert!(again.body.contains("invalid_request_object"), "{}", again.body);
        if is_complete {
            assert_eq!(writes, 1, "the object and the request are written at once");
            return;
        }
    }
}

#[tokio::test]
async fn a_request_for_a_users_decision_is_stored_together_with_its_message() {
    for writes in 0.. {
        let store = Arc::new(BrokenStore::after(usize::MAX));
        let orgs = orgs(&store);
        let form = "scope=openid&login_hint=buyer%40example.test";
        let path = "/oauth2/default/v1/bc/authorize";
        let begin = async || send(&orgs, of_client(path, (KIOSK, KIOSK_SECRET), form.to_owned())).await;
        store.allow(writes);
        let first = begin().await;
        store.allow(usize::MAX);
        let is_complete = first.status == StatusCode::OK;
        if !is_complete {
            assert_eq!(first.status, StatusCode::SERVICE_UNAVAILABLE, "{writes} {}", first.body);
            assert_eq!(begin().await.status, StatusCode::OK, "{writes}");
        }
        assert_eq!(orgs.default_org().messages(|_| true).await.unwrap().len(), 1, "{writes}");
        let page = get("/signin/backchannel").body(Body::empty()).unwrap();
        let page = send(&orgs, page).await.body;
        assert_eq!(page.matches("name=\"id\"").count(), 1, "{writes} {page}");
        if is_complete {
            assert_eq!(writes, 1, "the request and the message are written at once");
            return;
        }
    }
}

/// An interclient token for the second app, which the courier's app has got for the tokens of its own sign-in.
async fn interclient_token(orgs: &Arc<Orgs>) -> String {
    let courier = "client_id=0oamarketdevsso005d7";
    let callback = "redirect_uri=http%3A%2F%2Flocalhost%3A7803%2Fcallback";
    let authorize = format!(
        "/oauth2/default/v1/authorize?{courier}&{callback}&response_type=code&scope=openid+interclient_access&state=s&nonce=n\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    );
    let page = send(orgs, get(&authorize).body(Body::empty()).unwrap()).await;
    let pick = format!("stateHandle={}&user=buyer%40example.test", after(&page.body, HANDLE));
    let signed_in = send(orgs, form("/signin/pick", &cookies_of(&page.headers), &pick)).await;
    let code = after(signed_in.headers[header::LOCATION].to_str().unwrap(), "code=");
    let token = async |more: &str| {
        let body = send(orgs, form("/oauth2/default/v1/token", "", &format!("{courier}&{more}"))).await.body;
        serde_json::from_str::<Value>(&body).unwrap()
    };
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let own = token(&format!("grant_type=authorization_code&code={code}&{callback}&code_verifier={verifier}")).await;
    let exchanged = token(&format!(
        "grant_type=urn:ietf:params:oauth:grant-type:token-exchange\
         &requested_token_type=urn:okta:params:oauth:token-type:interclient_token\
         &subject_token={}&subject_token_type=urn:ietf:params:oauth:token-type:id_token\
         &actor_token={}&actor_token_type=urn:ietf:params:oauth:token-type:access_token\
         &audience=urn:okta:apps:0oamarketsecond005d7",
        own["id_token"].as_str().unwrap(),
        own["access_token"].as_str().unwrap(),
    ))
    .await;
    exchanged["access_token"].as_str().unwrap_or_else(|| panic!("{exchanged}")).to_owned()
}

#[tokio::test]
async fn an_interclient_token_is_used_up_together_with_the_session_that_it_begins() {
    for writes in 0.. {
        let store = Arc::new(BrokenStore::after(usize::MAX));
        let orgs = orgs(&store);
        let token = interclient_token(&orgs).await;
        let authorize = format!(
            "/oauth2/default/v1/authorize?client_id=0oamarketsecond005d7&response_type=code&scope=openid&state=s&nonce=n\
             &redirect_uri=http%3A%2F%2Flocalhost%3A7803%2Fcallback&prompt=none&interclient_token={token}"
        );
        let ask = async || send(&orgs, get(&authorize).body(Body::empty()).unwrap()).await;
        // The System Log is written behind the answers.
        orgs.default_org().write_log().await.unwrap();
        store.allow(writes);
        let first = ask().await;
        store.allow(usize::MAX);
        let is_complete = first.status == StatusCode::FOUND;
        let answer = if is_complete { first } else { ask().await };
        let location = answer.headers[header::LOCATION].to_str().unwrap();
        assert!(location.contains("code="), "{writes} {location}");
        let replayed = ask().await;
        let location = replayed.headers[header::LOCATION].to_str().unwrap();
        assert!(location.contains("error=one_time_sso_token_replayed"), "{writes} {location}");
        if is_complete {
            assert_eq!(writes, 1, "the token, the session and the code are written at once");
            return;
        }
    }
}
