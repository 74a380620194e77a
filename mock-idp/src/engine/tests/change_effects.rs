//! Changes of the org that end sessions: both are stored at once, or neither.

use std::sync::Arc;

use axum::body::Body;
use futures_util::FutureExt as _;
use http::{Request, StatusCode, header};
use mock_idp_core::ledger::IssuedCredential;
use serde_json::Value;

use super::round_trips::{after, cookies_of, form};
use super::unfinished::{HANDLE, send, sign_in_page};
use super::{get, instance};
use crate::engine::{Orgs, SandboxSettings, issued_tokens};
use crate::ledger::Ledger;
use crate::ledger::tests::{BrokenStore, BytesInMemory};

const USER: &str = "/api/v1/users/00ubuyer0000000005d7";

fn orgs(ledger: Ledger) -> Arc<Orgs> {
    Arc::new(Orgs::new(instance(ledger), Vec::new(), SandboxSettings::default()))
}

fn management(method: &str, path: &str) -> Request<Body> {
    let request = get(path).method(method);
    let request = request.header(header::AUTHORIZATION, "SSWS 00mockMarketApiToken0123456789abcdefghijkl");
    let request = request.header(header::CONTENT_TYPE, "application/json").header(header::CONTENT_LENGTH, "2");
    request.body(Body::from("{}")).unwrap()
}

/// The cookies of a session of the buyer.
async fn sign_in(orgs: &Arc<Orgs>) -> String {
    let page = sign_in_page(orgs).await;
    let pick = format!("stateHandle={}&user=buyer%40example.test", after(&page.body, HANDLE));
    cookies_of(&send(orgs, form("/signin/pick", &cookies_of(&page.headers), &pick)).await.headers)
}

async fn user_status(orgs: &Arc<Orgs>) -> String {
    let user: Value = serde_json::from_str(&send(orgs, management("GET", USER)).await.body).unwrap();
    user["status"].as_str().unwrap().to_owned()
}

/// Whether the session is used, if its user is active.
async fn has_session(orgs: &Arc<Orgs>, cookies: &str) -> bool {
    let session = get("/api/v1/sessions/me").header(header::COOKIE, cookies).body(Body::empty()).unwrap();
    send(orgs, session).await.status == StatusCode::OK
}

#[tokio::test]
async fn a_user_is_deactivated_together_with_the_end_of_sessions_or_not_at_all() {
    for writes in 0.. {
        let store = Arc::new(BrokenStore::after(usize::MAX));
        let orgs = orgs(Ledger::in_store(Arc::clone(&store) as _));
        let cookies = sign_in(&orgs).await;
        let deactivate = || send(&orgs, management("POST", &format!("{USER}/lifecycle/deactivate")));
        store.fail_once_after(writes);
        let answer = deactivate().await;
        store.allow(usize::MAX);
        if answer.status == StatusCode::OK {
            assert_eq!(writes, 1, "the change of the org and the end of the session are one write");
            assert_eq!(send(&orgs, management("POST", &format!("{USER}/lifecycle/activate"))).await.status, 200);
            assert!(!has_session(&orgs, &cookies).await);
            return;
        }
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{writes} {}", answer.body);
        assert_eq!(user_status(&orgs).await, "ACTIVE", "{writes}");
        assert!(has_session(&orgs, &cookies).await, "{writes}");
    }
}

#[tokio::test]
async fn a_session_that_another_server_uses_ends_with_the_deactivation() {
    let store = Arc::new(BytesInMemory::default());
    let orgs = orgs(Ledger::in_store(Arc::clone(&store) as _));
    let cookies = sign_in(&orgs).await;
    let other = Ledger::in_store(Arc::clone(&store) as _);
    let now = orgs.default_org().clock.now();
    let issued = issued_tokens::of_user(other.at(now), "00ubuyer0000000005d7").await.unwrap();
    let session = issued.into_iter().find_map(|issued| match issued {
        IssuedCredential::Session(id) => Some(id),
        _ => None,
    });
    let session = session.unwrap();
    store.before_commit(move || {
        let at = other.at(now);
        let mut batch = at.batch();
        batch.update(at.sessions(), &session, |_| {});
        batch.commit().now_or_never().unwrap().unwrap();
    });
    let answer = send(&orgs, management("POST", &format!("{USER}/lifecycle/deactivate"))).await;
    assert_eq!((answer.status, user_status(&orgs).await.as_str()), (StatusCode::OK, "DEPROVISIONED"));
    assert_eq!(send(&orgs, management("POST", &format!("{USER}/lifecycle/activate"))).await.status, 200);
    assert!(!has_session(&orgs, &cookies).await);
}

#[tokio::test]
async fn the_message_of_a_reset_password_is_stored_with_the_change() {
    for writes in 0.. {
        let store = Arc::new(BrokenStore::after(usize::MAX));
        let orgs = orgs(Ledger::in_store(Arc::clone(&store) as _));
        let reset = || send(&orgs, management("POST", &format!("{USER}/lifecycle/reset_password?sendEmail=true")));
        store.fail_once_after(writes);
        let answer = reset().await;
        store.allow(usize::MAX);
        let messages = orgs.default_org().messages(|_| true).await.unwrap().len();
        if answer.status == StatusCode::OK {
            assert_eq!((writes, messages), (1, 1));
            return;
        }
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{writes} {}", answer.body);
        assert_eq!((user_status(&orgs).await.as_str(), messages), ("ACTIVE", 0), "{writes}");
    }
}
