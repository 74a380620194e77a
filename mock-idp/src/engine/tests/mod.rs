//! What clients get when the ledger's store is unavailable, and what a reset restores.

mod change_effects;
mod event_hooks;
mod inbox;
mod log_bound;
mod own_account;
mod provider_sign_ins;
mod recoveries;
mod round_trips;
mod token_hooks;
mod unfinished;
mod used_once;

use std::sync::Arc;

use axum::body::Body;
use axum::response::IntoResponse as _;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{Request, StatusCode, header};
use mock_idp_core::ledger::{Authentication, ClockSetting, PolledRequest, UserDecision};
use mock_idp_core::model::{User, UserStatus};
use mock_idp_core::org::{Org, Problems, Urls};
use mock_idp_core::protocol::Scopes;
use serde_json::{Value, json};

use super::randomness::Randomness;
use super::{Context, OrgInstance, Orgs, SandboxSettings};
use crate::clock::Clock;
use crate::control::ControlError;
use crate::http::front::Front;
use crate::keys::{KeyPool, KeyRing, NewKeys, Rotation};
use crate::ledger::Ledger;
use crate::ledger::tests::{BrokenStore, BytesInMemory};
use crate::routing::Table;

fn org() -> Arc<Org> {
    Arc::new(Org::parse(crate::BUILT_IN_ORG).unwrap())
}

/// The built-in org with this ledger.
fn instance(ledger: Ledger) -> OrgInstance {
    instance_of(org(), ledger)
}

fn instance_of(org: Arc<Org>, ledger: Ledger) -> OrgInstance {
    let clock = Clock::default();
    let keys = KeyRing::new(org.servers(), &mut KeyPool::default(), NewKeys::default(), clock.now());
    OrgInstance::with(org, clock, keys, ledger, Randomness::new(None))
}

/// A request to the default server of the built-in org.
pub(super) fn context() -> Context {
    let instance = Arc::new(instance(Ledger::default()));
    let org = instance.org();
    let server = Arc::clone(org.server("default").unwrap());
    Context::new(instance, org, server, Urls::default())
}

/// The response of an org whose store is unavailable, and the reason in its journal.
async fn respond(request: Request<Body>) -> (StatusCode, String, Option<String>) {
    let ledger = Ledger::in_store(Arc::new(BrokenStore::silent()));
    let orgs = Arc::new(Orgs::new(instance(ledger), Vec::new(), SandboxSettings::default()));
    let front = Front::new(Arc::clone(&orgs), Arc::default(), Table::new(&crate::http::GROUP, &[]).unwrap());
    let response = front
        .for_connection(false, std::net::Ipv4Addr::LOCALHOST.into(), Arc::default())
        .answer(request)
        .await
        .unwrap();
    let (parts, body) = response.into_parts();
    let unavailable = parts.status == StatusCode::SERVICE_UNAVAILABLE;
    let retry_after = parts.headers.get(header::RETRY_AFTER).map(|value| value.to_str().unwrap());
    assert_eq!(retry_after, unavailable.then_some("1"), "a page says too when to try again");
    let body = axum::body::to_bytes(body, 1_000_000).await.unwrap();
    let id = parts.headers["x-okta-request-id"].to_str().unwrap();
    let reason = orgs.default_org().journal.find(id).unwrap().reason;
    (parts.status, String::from_utf8(body.to_vec()).unwrap(), reason)
}

fn get(path: &str) -> http::request::Builder {
    Request::get(path).header(header::HOST, "localhost")
}

fn post(path: &str, content_type: &str, body: &str) -> Request<Body> {
    let basic = "0oamarketservice05d7:mock-secret-service-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG";
    Request::post(path)
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, content_type)
        .header(header::CONTENT_LENGTH, body.len())
        .header(header::AUTHORIZATION, format!("Basic {}", STANDARD.encode(basic)))
        .body(Body::from(body.to_owned()))
        .unwrap()
}

fn temporarily_unavailable() -> Value {
    json!({
        "error": "temporarily_unavailable",
        "error_description": "The authorization server is currently unable to handle the request due to a temporary overloading \
                              or maintenance of the server.",
    })
}

const REASON: &str = "the ledger's store is unavailable: connection refused";

#[tokio::test]
async fn the_oauth_endpoints_answer_503_when_the_store_is_unavailable() {
    let form = "application/x-www-form-urlencoded";
    for (path, body) in [
        ("/oauth2/default/v1/token", "grant_type=client_credentials&scope=orders:read"),
        ("/oauth2/default/v1/introspect", "token=unknown"),
        ("/oauth2/default/v1/revoke", "token=unknown"),
    ] {
        let (status, body, reason) = respond(post(path, form, body)).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{path} {body}");
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), temporarily_unavailable(), "{path}");
        assert!(reason.is_some_and(|reason| reason.ends_with(REASON)), "{path}");
    }
    let (status, body, _) = respond(get("/oauth2/default/v1/keys").body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), temporarily_unavailable());
}

#[tokio::test]
async fn the_authorization_endpoint_shows_a_503_page_when_the_store_is_unavailable() {
    let query = "client_id=0oamarketweb000005d7&response_type=code&scope=openid&state=s\
                 &redirect_uri=http%3A%2F%2Flocalhost%3A7803%2Fcallback";
    for accepted in ["text/html", "application/json"] {
        let request = get(&format!("/oauth2/default/v1/authorize?{query}")).header(header::ACCEPT, accepted);
        let (status, body, reason) = respond(request.body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(body.contains("temporarily_unavailable"), "{body}");
        assert!(reason.is_some_and(|reason| reason.ends_with(REASON)));
    }
}

#[tokio::test]
async fn oktas_apis_answer_with_the_503_envelope_when_the_store_is_unavailable() {
    let sign_in = json!({"username": "buyer@example.test", "password": "Passw0rd!"}).to_string();
    let keys = get("/api/v1/authorizationServers/default/credentials/keys")
        .header(header::AUTHORIZATION, "SSWS 00mockMarketApiToken0123456789abcdefghijkl")
        .body(Body::empty())
        .unwrap();
    for request in [post("/api/v1/authn", "application/json", &sign_in), keys] {
        let (status, body, reason) = respond(request).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["errorCode"], "E0000181");
        assert_eq!(body["errorSummary"], "Service temporarily unavailable.");
        assert!(reason.is_some_and(|reason| reason.ends_with(REASON)));
    }
}

#[tokio::test]
async fn the_control_api_answers_503_when_the_store_is_unavailable() {
    let org = instance(Ledger::in_store(Arc::new(BrokenStore::silent())));
    let clock = org.clock.setting();
    let error = org.change_clock(Clock::freeze).await.unwrap_err();
    let response = ControlError::from(error).into_response();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    assert_eq!(org.clock.setting(), clock, "the clock is not changed");
    assert_eq!(org.reset().await.unwrap_err(), BrokenStore::error());
}

/// Two processes that share a store.
fn two_processes() -> [OrgInstance; 2] {
    let store = Arc::new(BytesInMemory::default());
    [(); 2].map(|()| instance(Ledger::in_store(Arc::clone(&store) as _)))
}

#[tokio::test]
async fn a_clock_that_another_process_has_changed_is_followed() {
    let [first, second] = two_processes();
    assert!(second.clock_is_current());
    first.change_clock(|clock| clock.set(1_700_000_000)).await.unwrap();
    first.change_clock(Clock::freeze).await.unwrap();
    assert!(!second.clock_is_current());
    second.follow_clock().await.unwrap();
    assert!(second.clock_is_current());
    assert_eq!(second.clock.setting(), first.clock.setting());
    second.reset().await.unwrap();
    first.follow_clock().await.unwrap();
    assert_eq!((first.clock.state().offset, first.clock.state().frozen), (0, false));
}

/// Trusts an origin.
fn trust(process: &OrgInstance, origin: &str) {
    process
        .change(|draft| {
            draft.trust_origin(origin);
            Ok::<_, Problems>(())
        })
        .unwrap();
}

#[tokio::test]
async fn a_change_of_the_org_by_another_process_is_followed() {
    let [first, second] = two_processes();
    trust(&first, "https://a.test");
    first.settle().await.unwrap();
    assert!(!second.org().trusts_origin("https://a.test"));
    second.follow_store().await.unwrap();
    assert!(second.org().trusts_origin("https://a.test"));
    let servers = Arc::clone(&second.org().servers()[0]);
    trust(&first, "https://b.test");
    first.settle().await.unwrap();
    second.follow_store().await.unwrap();
    assert!(second.org().trusts_origin("https://b.test"));
    assert!(Arc::ptr_eq(&second.org().servers()[0], &servers), "only what has changed is loaded");
    first.reset().await.unwrap();
    second.follow_store().await.unwrap();
    assert!(!second.org().trusts_origin("https://a.test"), "a reset is followed too");
}

#[tokio::test]
async fn of_two_changes_of_one_revision_the_later_is_refused_and_undone() {
    let [first, second] = two_processes();
    trust(&first, "https://a.test");
    trust(&second, "https://b.test");
    first.settle().await.unwrap();
    second.settle().await.unwrap_err();
    second.follow_store().await.unwrap();
    assert!(second.org().trusts_origin("https://a.test") && !second.org().trusts_origin("https://b.test"));
    trust(&second, "https://b.test");
    second.settle().await.unwrap();
    first.follow_store().await.unwrap();
    assert!(first.org().trusts_origin("https://b.test"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_changes_of_the_clock_by_several_processes_count() {
    let processes = two_processes().map(Arc::new);
    processes[0].change_clock(|clock| clock.follow(ClockSetting::frozen(1_000))).await.unwrap();
    let mut changes = tokio::task::JoinSet::new();
    for number in 0..64 {
        let process = Arc::clone(&processes[number % 2]);
        changes.spawn(async move { process.change_clock(|clock| clock.advance(1)).await.unwrap() });
    }
    changes.join_all().await;
    for process in processes {
        process.follow_clock().await.unwrap();
        assert_eq!(process.clock.now(), 1_064);
    }
}

/// Asks for tokens with a device code that a user has allowed. Returns the status and the error.
async fn redeem_device_code(orgs: &Arc<Orgs>) -> (StatusCode, String) {
    let front = Front::new(Arc::clone(orgs), Arc::default(), Table::new(&crate::http::GROUP, &[]).unwrap());
    let form =
        "grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id=0oamarkettv0000005d7&device_code=code";
    let request = Request::post("/oauth2/default/v1/token")
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::CONTENT_LENGTH, form.len())
        .body(Body::from(form))
        .unwrap();
    let response = front
        .for_connection(false, std::net::Ipv4Addr::LOCALHOST.into(), Arc::default())
        .answer(request)
        .await
        .unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1_000_000).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    (status, body["error"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_device_code_can_be_redeemed_again_if_its_tokens_could_not_be_stored() {
    let store = Arc::new(BrokenStore::after(usize::MAX));
    let org = instance(Ledger::in_store(Arc::clone(&store) as _));
    let now = org.clock.now();
    let authentication = Authentication {
        user_id: "00ubuyer0000000005d7".to_owned(),
        auth_time: now,
        amr: vec!["pwd".to_owned()],
        proofs: Vec::new(),
        idp: None,
        session_id: "idx".to_owned(),
    };
    let allowed = PolledRequest {
        server: "ausmarket000000005d7".to_owned(),
        client_id: "0oamarkettv0000005d7".to_owned(),
        scopes: Scopes::parse("openid"),
        expires: now + 600,
        polled: None,
        decision: UserDecision::Allowed(authentication),
    };
    org.ledger.at(now).devices().put("code", allowed, now + 600).await.unwrap();
    let orgs = Arc::new(Orgs::new(org, Vec::new(), SandboxSettings::default()));
    store.allow(0);
    let unavailable = (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable".to_owned());
    assert_eq!(redeem_device_code(&orgs).await, unavailable);
    store.allow(usize::MAX);
    assert_eq!(redeem_device_code(&orgs).await, (StatusCode::OK, String::new()));
    assert_eq!(redeem_device_code(&orgs).await, (StatusCode::BAD_REQUEST, "invalid_grant".to_owned()));
}

/// Sends JSON to the authentication API.
async fn authn(orgs: &Arc<Orgs>, path: &str, body: &Value) -> (StatusCode, Value) {
    let front = Front::new(Arc::clone(orgs), Arc::default(), Table::new(&crate::http::GROUP, &[]).unwrap());
    let request = post(&format!("/api/v1/authn{path}"), "application/json", &body.to_string());
    let response = front
        .for_connection(false, std::net::Ipv4Addr::LOCALHOST.into(), Arc::default())
        .answer(request)
        .await
        .unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1_000_000).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn a_state_token_is_used_up_together_with_the_change_of_the_org_or_not_at_all() {
    for writes in 0.. {
        let store = Arc::new(BrokenStore::after(usize::MAX));
        let org = instance(Ledger::in_store(Arc::clone(&store) as _));
        let expire = |user: &mut User| {
            user.status = UserStatus::PasswordExpired;
            Some(())
        };
        org.change(|draft| Ok::<_, Problems>(draft.change_user("00ubuyer0000000005d7", expire))).unwrap();
        org.settle().await.unwrap();
        let orgs = Arc::new(Orgs::new(org, Vec::new(), SandboxSettings::default()));
        let sign_in = |password: &str| json!({"username": "buyer@example.test", "password": password});
        let (_, expired) = authn(&orgs, "", &sign_in("Passw0rd!")).await;
        assert_eq!(expired["status"], "PASSWORD_EXPIRED", "{expired}");
        let change = json!({
            "stateToken": expired["stateToken"], "oldPassword": "Passw0rd!", "newPassword": "Quite-An0ther",
        });
        let send = async || authn(&orgs, "/credentials/change_password", &change).await;
        store.allow(writes);
        let (status, changed) = send().await;
        store.allow(usize::MAX);
        if status == StatusCode::OK {
            assert!(writes > 0, "{changed}");
            return;
        }
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{changed}");
        let (_, with_new) = authn(&orgs, "", &sign_in("Quite-An0ther")).await;
        assert_eq!(with_new["errorCode"], "E0000004", "{writes} {with_new}");
        let (status, again) = send().await;
        assert_eq!((status, &again["status"]), (StatusCode::OK, &json!("SUCCESS")), "{writes} {again}");
    }
}

#[tokio::test]
async fn a_reset_restores_keys_nonces_and_clock() {
    let org = instance(Ledger::default());
    let server = Arc::clone(org.org().server("default").unwrap());
    let (key_set, nonce) = (org.key_set(&server).await.unwrap().0, org.dpop_nonce().await.unwrap());
    org.rotate_keys(&server, Rotation::default()).await.unwrap();
    assert_ne!(org.key_set(&server).await.unwrap().0, key_set);
    org.change_clock(|clock| clock.advance(10)).await.unwrap();
    org.reset().await.unwrap();
    assert_eq!(org.key_set(&server).await.unwrap().0, key_set);
    assert_eq!(org.dpop_nonce().await.unwrap(), nonce);
    assert_eq!(org.clock.state().offset, 0);
}
