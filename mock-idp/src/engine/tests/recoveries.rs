//! Recoveries by programs during which the store fails: a request can be sent again, and has its effect once.

use std::sync::Arc;

use axum::body::Body;
use http::{Request, StatusCode, header};
use serde_json::{Value, json};

use super::authn;
use super::unfinished::{orgs, send};
use crate::engine::Orgs;
use crate::ledger::tests::BrokenStore;

const BUYER: &str = "buyer@example.test";
/// A user with a phone and a recovery question.
const RECOVER: &str = "recover@example.test";

/// The token of a recovery that a trusted program begins.
async fn recovery_token(orgs: &Arc<Orgs>, kind: &str) -> String {
    let body = json!({"username": BUYER}).to_string();
    let request = Request::post(format!("/api/v1/authn/recovery/{kind}"))
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_LENGTH, body.len())
        .header(header::AUTHORIZATION, "SSWS 00mockMarketApiToken0123456789abcdefghijkl");
    let begun = send(orgs, request.body(Body::from(body)).unwrap()).await;
    assert_eq!(begun.status, StatusCode::OK, "{}", begun.body);
    let begun: Value = serde_json::from_str(&begun.body).unwrap();
    begun["recoveryToken"].as_str().unwrap().to_owned()
}

/// Sends a request while the store fails after so many writes, and again if it has failed. Returns the answer, and whether it was that of
/// the first request.
async fn send_twice(orgs: &Arc<Orgs>, store: &BrokenStore, writes: usize, path: &str, body: &Value) -> (Value, bool) {
    // The System Log is written behind the answers.
    orgs.default_org().write_log().await.unwrap();
    store.allow(writes);
    let (status, first) = authn(orgs, path, body).await;
    store.allow(usize::MAX);
    if status == StatusCode::OK {
        return (first, true);
    }
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{writes} {first}");
    let (status, again) = authn(orgs, path, body).await;
    assert_eq!(status, StatusCode::OK, "{writes} {again}");
    (again, false)
}

#[tokio::test]
async fn a_program_gets_the_session_token_for_a_new_password_that_it_sends_again() {
    for writes in 0.. {
        let store = Arc::new(BrokenStore::after(usize::MAX));
        let orgs = orgs(&store);
        let token = recovery_token(&orgs, "password").await;
        let (_, opened) = authn(&orgs, "/recovery/token", &json!({"recoveryToken": token})).await;
        assert_eq!(opened["status"], "PASSWORD_RESET", "{opened}");
        let body = json!({"stateToken": opened["stateToken"], "newPassword": "Str0nger-than-before"});
        let (reset, is_complete) = send_twice(&orgs, &store, writes, "/credentials/reset_password", &body).await;
        assert_eq!(reset["status"], "SUCCESS", "{writes} {reset}");
        assert!(reset["sessionToken"].is_string(), "{writes} {reset}");
        let (_, again) = authn(&orgs, "/credentials/reset_password", &body).await;
        assert_eq!(again["errorCode"], "E0000011", "{writes}: the state token is used up");
        if is_complete {
            return;
        }
    }
}

#[tokio::test]
async fn a_program_unlocks_an_account_with_a_token_that_it_sends_again() {
    for writes in 0.. {
        let store = Arc::new(BrokenStore::after(usize::MAX));
        let orgs = orgs(&store);
        for _ in 0..10 {
            authn(&orgs, "", &json!({"username": BUYER, "password": "wrong"})).await;
        }
        let token = recovery_token(&orgs, "unlock").await;
        let body = json!({"recoveryToken": token});
        let (unlocked, is_complete) = send_twice(&orgs, &store, writes, "/recovery/token", &body).await;
        assert_eq!(unlocked["status"], "SUCCESS", "{writes} {unlocked}");
        let (_, again) = authn(&orgs, "/recovery/token", &body).await;
        assert_eq!(again["errorCode"], "E0000011", "{writes}: the token is used up");
        if is_complete {
            assert_eq!(writes, 1, "the step is written at once, and no transaction");
            return;
        }
    }
}

#[tokio::test]
async fn one_message_is_sent_for_a_recovery_that_a_program_begins_again() {
    for factor in ["EMAIL", "SMS"] {
        for writes in 0.. {
            let store = Arc::new(BrokenStore::after(usize::MAX));
            let orgs = orgs(&store);
            let sent = async || orgs.default_org().messages(|_| true).await.unwrap();
            let body = json!({"username": RECOVER, "factorType": factor});
            let (begun, is_complete) = send_twice(&orgs, &store, writes, "/recovery/password", &body).await;
            assert_eq!(begun["status"], "RECOVERY_CHALLENGE", "{begun}");
            assert_eq!(sent().await.len(), 1, "{factor} {writes}");
            if !is_complete {
                continue;
            }
            assert_eq!(writes, 1, "{factor}: the message and the state are written at once");
            if factor == "SMS" {
                let body = json!({"stateToken": begun["stateToken"]});
                let (_, is_first) = send_twice(&orgs, &store, 0, "/recovery/factors/SMS/resend", &body).await;
                assert_eq!((sent().await.len(), is_first), (2, false));
                let (_, is_first) = send_twice(&orgs, &store, 1, "/recovery/factors/SMS/resend", &body).await;
                assert_eq!(
                    (sent().await.len(), is_first),
                    (3, true),
                    "the next message and the state are written at once"
                );
                let code = sent().await[0].message.code.clone();
                let body = json!({"stateToken": begun["stateToken"], "passCode": code});
                assert_eq!(authn(&orgs, "/recovery/factors/SMS/verify", &body).await.1["status"], "RECOVERY");
            }
            break;
        }
    }
}
