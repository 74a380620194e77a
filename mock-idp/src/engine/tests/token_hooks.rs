//! Token inline hooks of requests that are decided again.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::FutureExt as _;
use http::{StatusCode, header};
use mock_idp_core::ledger::IssuedCredential;
use mock_idp_core::model::{DirectoryKind, InlineHook};
use mock_idp_core::org::{Document, Org};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::round_trips::{after, cookies_of, form};
use super::unfinished::{CLIENT, HANDLE, send, sign_in_page};
use super::{get, instance_of};
use crate::engine::{Orgs, SandboxSettings, issued_tokens};
use crate::ledger::Ledger;
use crate::ledger::tests::BytesInMemory;

const HOOK: &str = "calloyalty00000005d7";

/// The market, with a token inline hook at this address in all rules of its server.
fn hooked(uri: &str) -> Org {
    let mut document = Document::parse(crate::BUILT_IN_ORG).unwrap();
    let hook = json!({
        "id": HOOK, "status": "ACTIVE", "name": "Loyalty", "type": "com.okta.oauth2.tokens.transform", "version": "1.0.0",
        "channel": { "type": "HTTP", "version": "1.0.0", "config": { "uri": uri, "method": "POST" } },
    });
    document.directory.entry(DirectoryKind::InlineHook).or_default().push(serde_json::from_value(hook).unwrap());
    let policies = document.authorization_servers.iter_mut().flat_map(|server| server.policies.iter_mut().flatten());
    for rule in policies.flat_map(|policy| &mut policy.rules) {
        rule.actions.token.inline_hook = Some(InlineHook { id: HOOK.to_owned() });
    }
    Org::from_document(document).unwrap()
}

#[tokio::test]
async fn a_hook_is_called_once_for_a_request_that_is_decided_again() {
    let store = Arc::new(BytesInMemory::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/hook", listener.local_addr().unwrap());
    let ledger = Ledger::in_store(Arc::clone(&store) as _);
    let orgs = Arc::new(Orgs::new(instance_of(Arc::new(hooked(&uri)), ledger), Vec::new(), SandboxSettings::default()));
    let page = sign_in_page(&orgs).await;
    let pick = format!("stateHandle={}&user=buyer%40example.test", after(&page.body, HANDLE));
    let arrived = send(&orgs, form("/signin/pick", &cookies_of(&page.headers), &pick)).await;
    let now = orgs.default_org().clock.now();
    let other = Arc::new(Ledger::in_store(Arc::clone(&store) as _));
    let issued = issued_tokens::of_user(other.at(now), "00ubuyer0000000005d7").await.unwrap();
    let mut codes = issued.into_iter().filter_map(|issued| match issued {
        IssuedCredential::Code(code) => Some(code),
        _ => None,
    });
    let key = codes.next_back().unwrap();

    let change_code = move || {
        let at = other.at(now);
        let mut batch = at.batch();
        batch.update(at.codes(), &key, |_| {});
        batch.commit().now_or_never().unwrap().unwrap();
    };
    let change = Arc::new(Mutex::new(Some(change_code)));
    let (called, mut calls) = mpsc::unbounded_channel();
    let app = Router::new().fallback(async move || {
        // The code is read before the hook is called. Another server changes it before this one commits.
        if let Some(change) = change.lock().take() {
            store.before_commit(change);
        }
        called.send(()).unwrap();
        let patch = json!([{ "op": "add", "path": "/claims/tier", "value": "gold" }]);
        axum::Json(json!({ "commands": [{ "type": "com.okta.access.patch", "value": patch }] }))
    });
    tokio::spawn(async move { axum::serve(listener, app).await });

    let code = after(arrived.headers[header::LOCATION].to_str().unwrap(), "code=").to_owned();
    let redemption = format!(
        "grant_type=authorization_code&code={code}&{CLIENT}&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    );
    let answer = send(&orgs, form("/oauth2/default/v1/token", "", &redemption)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    let payload = body["access_token"].as_str().unwrap().split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    assert_eq!(claims["tier"], "gold");
    calls.try_recv().unwrap();
    assert!(calls.try_recv().is_err(), "the answer of the first call is used again");
    let log = get("/api/v1/logs?filter=eventType%20eq%20%22inline_hook.executed%22");
    let log = log.header(header::AUTHORIZATION, "SSWS 00mockMarketApiToken0123456789abcdefghijkl");
    let log = send(&orgs, log.body(Body::empty()).unwrap()).await;
    let events: Vec<Value> = serde_json::from_str(&log.body).unwrap();
    assert_eq!(events.len(), 1, "{}", log.body);
}
