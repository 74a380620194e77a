//! Requests with values that count once, during which the store fails: they can be sent again, and have their effect once.

use std::sync::Arc;

use aws_lc_rs::hmac;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{Request, StatusCode, header};
use serde_json::{Value, json};

use super::get;
use super::unfinished::{orgs, send};
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
