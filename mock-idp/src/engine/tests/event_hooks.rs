//! Event hooks for which too many events wait.

use std::sync::Arc;

use axum::body::Body;
use axum::{Json, Router};
use http::{StatusCode, header};
use mock_idp_core::ledger::{LoggedRequest, PackedEvents};
use mock_idp_core::model::DirectoryKind;
use mock_idp_core::org::{Document, Org};
use mock_idp_core::system_log::{EventType, LogEvent};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::unfinished::send;
use super::{get, instance_of};
use crate::engine::{Orgs, SandboxSettings};
use crate::ledger::Ledger;

/// The market, with an event hook at this address.
fn hooked(uri: &str) -> Org {
    let mut document = Document::parse(crate::BUILT_IN_ORG).unwrap();
    let hook = json!({
        "id": "whogroups00000005d7a", "name": "Groups", "status": "ACTIVE", "verificationStatus": "VERIFIED",
        "events": { "type": "EVENT_TYPE", "items": ["group.lifecycle.create"] },
        "channel": { "type": "HTTP", "version": "1.0.0", "config": { "uri": uri } },
    });
    document.directory.entry(DirectoryKind::EventHook).or_default().push(serde_json::from_value(hook).unwrap());
    Org::from_document(document).unwrap()
}

#[tokio::test]
async fn the_system_log_says_how_many_events_were_dropped() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let org = hooked(&format!("http://{}/hook", listener.local_addr().unwrap()));
    let orgs =
        Arc::new(Orgs::new(instance_of(Arc::new(org), Ledger::default()), Vec::new(), SandboxSettings::default()));
    let (delivered, mut deliveries) = mpsc::unbounded_channel();
    let app = Router::new().fallback(async move |Json(delivery): Json<Value>| {
        delivered.send(delivery["data"]["events"].as_array().map(Vec::len)).unwrap();
        StatusCode::OK
    });
    tokio::spawn(async move { axum::serve(listener, app).await });

    // No other task runs until all of them wait.
    let events = vec![LogEvent::new(EventType::GroupCreate); 1_102];
    let logged = LoggedRequest {
        published: orgs.default_org().clock.now_millis(),
        request_id: "request".to_owned(),
        is_request: true,
        address: String::new(),
        user_agent: None,
        path: String::new(),
        api_token_id: None,
        events: PackedEvents::of(&events),
    };
    orgs.default_org().deliver_events(&logged, &events, "http://localhost");
    for _ in 0..10 {
        assert_eq!(deliveries.recv().await, Some(Some(100)));
    }
    let log = get("/api/v1/logs?filter=eventType%20eq%20%22event_hook.delivery%22");
    let log = log.header(header::AUTHORIZATION, "SSWS 00mockMarketApiToken0123456789abcdefghijkl");
    let log: Value = serde_json::from_str(&send(&orgs, log.body(Body::empty()).unwrap()).await.body).unwrap();
    let outcomes: Vec<&Value> = log.as_array().unwrap().iter().map(|event| &event["outcome"]).collect();
    let expected = json!({ "result": "FAILURE", "reason": "102 events were dropped: more than 1000 waited" });
    assert_eq!(outcomes, [&expected], "{log}");
    assert_eq!(log[0]["target"][0]["id"], "whogroups00000005d7a");
    assert!(deliveries.try_recv().is_err());
}
