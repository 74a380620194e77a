//! Sign-ins during which the store fails: what was submitted can be submitted again, and has its effect once.

use std::sync::Arc;

use axum::body::Body;
use http::{HeaderMap, Request, StatusCode, header};
use mock_idp_core::model::DirectoryKind;
use mock_idp_core::org::Org;
use serde_json::json;

use super::round_trips::{after, cookies_of, form};
use super::{authn, get, instance};
use crate::clock::Clock;
use crate::engine::randomness::Randomness;
use crate::engine::sign_in_queue::NextSignIn;
use crate::engine::{OrgInstance, Orgs, SandboxSettings};
use crate::http::front::Front;
use crate::keys::{KeyPool, KeyRing, NewKeys};
use crate::ledger::Ledger;
use crate::ledger::tests::BrokenStore;
use crate::routing::Table;

pub(super) const HANDLE: &str = "name=\"stateHandle\" value=\"";
pub(super) const CLIENT: &str = "client_id=0oamarketspa000005d7&redirect_uri=http%3A%2F%2Flocalhost%3A7803%2Fcallback";

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

pub(super) fn orgs(store: &Arc<BrokenStore>) -> Arc<Orgs> {
    let org = instance(Ledger::in_store(Arc::clone(store) as _));
    Arc::new(Orgs::new(org, Vec::new(), SandboxSettings::default()))
}

pub(super) async fn send(orgs: &Arc<Orgs>, request: Request<Body>) -> Answer {
    let front = Front::new(Arc::clone(orgs), Arc::default(), Table::new(&crate::http::GROUP, &[]).unwrap());
    let connection = front.for_connection(false, std::net::Ipv4Addr::LOCALHOST.into(), Arc::default());
    let (parts, body) = connection.answer(request).await.unwrap().into_parts();
    let body = axum::body::to_bytes(body, 1_000_000).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8(body.to_vec()).unwrap() }
}

/// The page of an authorization request.
pub(super) async fn sign_in_page(orgs: &Arc<Orgs>) -> Answer {
    let authorize = format!(
        "/oauth2/default/v1/authorize?{CLIENT}&response_type=code&scope=openid&state=s&nonce=n\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    );
    let page = send(orgs, get(&authorize).body(Body::empty()).unwrap()).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    page
}

pub(super) async fn redeem(orgs: &Arc<Orgs>, response: &Answer) -> StatusCode {
    let code = after(response.headers[header::LOCATION].to_str().unwrap(), "code=");
    let redemption = format!(
        "grant_type=authorization_code&code={code}&{CLIENT}&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    );
    send(orgs, form("/oauth2/default/v1/token", "", &redemption)).await.status
}

#[tokio::test]
async fn a_page_can_be_submitted_again_until_its_code_is_stored_and_not_after_that() {
    for writes in 0.. {
        let store = Arc::new(BrokenStore::after(usize::MAX));
        let orgs = orgs(&store);
        let page = sign_in_page(&orgs).await;
        let (handle, cookies) = (after(&page.body, HANDLE), cookies_of(&page.headers));
        let pick = format!("stateHandle={handle}&user=buyer%40example.test");
        let submit = || send(&orgs, form("/signin/pick", &cookies, &pick));
        store.allow(writes);
        let mut answer = submit().await;
        store.allow(usize::MAX);
        let is_complete = answer.status == StatusCode::FOUND;
        if !is_complete {
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{writes}");
            answer = submit().await;
        }
        assert_eq!((answer.status, redeem(&orgs, &answer).await), (StatusCode::FOUND, StatusCode::OK), "{writes}");
        assert_eq!(submit().await.status, StatusCode::BAD_REQUEST, "the page is used up");
        if is_complete {
            assert!(writes >= 1, "the step, the session and the code are written at once");
            return;
        }
    }
}

#[tokio::test]
async fn one_message_is_sent_for_a_page_that_is_submitted_again() {
    for writes in 0.. {
        let store = Arc::new(BrokenStore::after(usize::MAX));
        let orgs = orgs(&store);
        let page = sign_in_page(&orgs).await;
        let (handle, cookies) = (after(&page.body, HANDLE), cookies_of(&page.headers));
        let forgot = get(&format!("/signin/forgot-password?stateHandle={handle}")).header(header::COOKIE, &cookies);
        let page = send(&orgs, forgot.body(Body::empty()).unwrap()).await;
        let identify = format!("stateHandle={}&identifier=buyer%40example.test", after(&page.body, HANDLE));
        let submit = || send(&orgs, form("/signin/recovery/identify", &cookies, &identify));
        store.allow(writes);
        let mut answer = submit().await;
        store.allow(usize::MAX);
        let is_complete = answer.status == StatusCode::OK;
        if !is_complete {
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{writes}");
            answer = submit().await;
        }
        assert_eq!(answer.status, StatusCode::OK, "{writes} {}", answer.body);
        assert!(answer.body.contains("Verify with your email"), "{writes} {}", answer.body);
        assert_eq!(orgs.default_org().messages(|_| true).await.unwrap().len(), 1, "{writes}");
        if is_complete {
            assert!(writes >= 2, "the step with its message, and the next page are written");
            return;
        }
    }
}

#[tokio::test]
async fn other_sessions_end_with_a_new_password_that_is_submitted_again() {
    for writes in 0.. {
        let store = Arc::new(BrokenStore::after(usize::MAX));
        let orgs = orgs(&store);
        let page = sign_in_page(&orgs).await;
        let pick = format!("stateHandle={}&user=buyer%40example.test", after(&page.body, HANDLE));
        let other = cookies_of(&send(&orgs, form("/signin/pick", &cookies_of(&page.headers), &pick)).await.headers);
        let session =
            || send(&orgs, get("/api/v1/sessions/me").header(header::COOKIE, &other).body(Body::empty()).unwrap());
        assert_eq!(session().await.status, StatusCode::OK);
        let page = sign_in_page(&orgs).await;
        let (handle, cookies) = (after(&page.body, HANDLE), cookies_of(&page.headers));
        let forgot = get(&format!("/signin/forgot-password?stateHandle={handle}")).header(header::COOKIE, &cookies);
        let page = send(&orgs, forgot.body(Body::empty()).unwrap()).await;
        let identify = format!("stateHandle={}&identifier=buyer%40example.test", after(&page.body, HANDLE));
        let page = send(&orgs, form("/signin/recovery/identify", &cookies, &identify)).await;
        let code = orgs.default_org().messages(|_| true).await.unwrap()[0].message.code.clone().unwrap();
        let entered = format!("stateHandle={}&credentials.passcode={code}", after(&page.body, HANDLE));
        let page = send(&orgs, form("/signin/challenge", &cookies, &entered)).await;
        let chosen = format!(
            "stateHandle={}&credentials.passcode=Str0nger-than-before&confirmPassword=Str0nger-than-before\
             &credentials.revokeSessions=true",
            after(&page.body, HANDLE)
        );
        let submit = || send(&orgs, form("/signin/new-password", &cookies, &chosen));
        store.allow(writes);
        let mut answer = submit().await;
        store.allow(usize::MAX);
        let is_complete = answer.status == StatusCode::FOUND;
        if !is_complete {
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{writes} {}", answer.body);
            answer = submit().await;
        }
        assert_eq!(answer.status, StatusCode::FOUND, "{writes} {}", answer.body);
        assert_eq!(session().await.status, StatusCode::NOT_FOUND, "{writes}");
        if is_complete {
            assert!(writes >= 2, "the session ends before the step is written");
            return;
        }
    }
}

#[tokio::test]
async fn a_revocation_that_has_failed_ends_the_sessions_when_it_is_repeated() {
    for writes in 0.. {
        let store = Arc::new(BrokenStore::after(usize::MAX));
        let orgs = orgs(&store);
        let page = sign_in_page(&orgs).await;
        let pick = format!("stateHandle={}&user=buyer%40example.test", after(&page.body, HANDLE));
        let cookies = cookies_of(&send(&orgs, form("/signin/pick", &cookies_of(&page.headers), &pick)).await.headers);
        let session =
            || send(&orgs, get("/api/v1/sessions/me").header(header::COOKIE, &cookies).body(Body::empty()).unwrap());
        assert_eq!(session().await.status, StatusCode::OK);
        let revoke = || {
            let request = get("/api/v1/users/00ubuyer0000000005d7/sessions?oauthTokens=true").method("DELETE");
            let request = request.header(header::AUTHORIZATION, "SSWS 00mockMarketApiToken0123456789abcdefghijkl");
            send(&orgs, request.body(Body::empty()).unwrap())
        };
        store.allow(writes);
        let first = revoke().await.status;
        store.allow(usize::MAX);
        let is_complete = first == StatusCode::NO_CONTENT;
        if !is_complete {
            assert_eq!(revoke().await.status, StatusCode::NO_CONTENT, "{writes} {first}");
        }
        assert_eq!(session().await.status, StatusCode::NOT_FOUND, "{writes}");
        if is_complete {
            assert_eq!(writes, 1, "the session ends and the tokens are revoked at once");
            return;
        }
    }
}

#[tokio::test]
async fn a_session_token_is_used_up_together_with_the_session_that_it_begins() {
    for writes in 0.. {
        let store = Arc::new(BrokenStore::after(usize::MAX));
        let orgs = orgs(&store);
        let credentials = json!({"username": "buyer@example.test", "password": "Passw0rd!"});
        let (_, signed_in) = authn(&orgs, "", &credentials).await;
        let token = signed_in["sessionToken"].as_str().unwrap();
        let authorize = format!(
            "/oauth2/default/v1/authorize?{CLIENT}&response_type=code&scope=openid&state=s&nonce=n&sessionToken={token}\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
        );
        store.allow(writes);
        let first = send(&orgs, get(&authorize).body(Body::empty()).unwrap()).await;
        store.allow(usize::MAX);
        let location = first.headers.get(header::LOCATION).map_or("", |location| location.to_str().unwrap());
        if location.contains("code=") {
            assert!(writes >= 1, "the session and the code are written at once");
            let again = send(&orgs, get(&authorize).body(Body::empty()).unwrap()).await;
            assert_eq!(again.status, StatusCode::OK, "the token is used up: the sign-in page");
            return;
        }
        // RFC 6749 4.1.2.1: a redirect has this error instead of status 503.
        let is_unavailable = location.contains("error=temporarily_unavailable");
        assert!(is_unavailable || first.status == StatusCode::SERVICE_UNAVAILABLE, "{writes} {location}");
        let cookies = cookies_of(&first.headers);
        let again = get(&authorize).header(header::COOKIE, &cookies).body(Body::empty()).unwrap();
        let again = send(&orgs, again).await;
        assert_eq!((again.status, redeem(&orgs, &again).await), (StatusCode::FOUND, StatusCode::OK), "{writes}");
    }
}

#[tokio::test]
async fn a_sign_in_of_the_queue_waits_for_the_next_request_if_the_store_fails() {
    let store = Arc::new(BrokenStore::after(usize::MAX));
    let orgs = orgs(&store);
    let next = NextSignIn { user_id: "00ubuyer0000000005d7".to_owned(), client_id: None };
    assert!(orgs.default_org().sign_in_queue.add(vec![next.clone()]));
    let authorize = format!(
        "/oauth2/default/v1/authorize?{CLIENT}&response_type=code&scope=openid&state=s&nonce=n\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    );
    let ask = async || send(&orgs, get(&authorize).body(Body::empty()).unwrap()).await;
    store.allow(0);
    assert_eq!(ask().await.status, StatusCode::SERVICE_UNAVAILABLE);
    store.allow(usize::MAX);
    assert_eq!(orgs.default_org().sign_in_queue.list(), [next]);
    let answer = ask().await;
    assert_eq!((answer.status, redeem(&orgs, &answer).await), (StatusCode::FOUND, StatusCode::OK));
    assert_eq!(orgs.default_org().sign_in_queue.list(), []);
}

/// The built-in org, where users have to enroll an app at their second sign-in.
fn with_skips(store: &Arc<BrokenStore>) -> Arc<Orgs> {
    let mut document = super::org().to_document();
    let policy = json!({
        "name": "Default Policy", "type": "MFA_ENROLL",
        "settings": {"type": "AUTHENTICATORS", "authenticators": [
            {"key": "google_otp", "enroll": {"self": "REQUIRED", "gracePeriod": {"type": "BY_SKIP_COUNT", "skipCount": 5}}},
        ]},
        "rules": [{
            "name": "At the next sign-in", "priority": 1, "status": "ACTIVE", "actions": {"enroll": {"self": "LOGIN"}},
        }],
    });
    let policies = document.directory.entry(DirectoryKind::Policy).or_default();
    policies.push(serde_json::from_value(policy).unwrap());
    let org = Arc::new(Org::from_saved(document).unwrap());
    let clock = Clock::default();
    let keys = KeyRing::new(org.servers(), &mut KeyPool::default(), NewKeys::default(), clock.now());
    let ledger = Ledger::in_store(Arc::clone(store) as _);
    let org = OrgInstance::with(org, clock, keys, ledger, Randomness::new(None));
    Arc::new(Orgs::new(org, Vec::new(), SandboxSettings::default()))
}

#[tokio::test]
async fn an_enrollment_that_a_sign_in_of_the_queue_leaves_out_counts_once() {
    for writes in 0.. {
        let store = Arc::new(BrokenStore::after(usize::MAX));
        let orgs = with_skips(&store);
        let org = orgs.default_org();
        let user = "00ubuyer0000000005d7";
        assert!(org.sign_in_queue.add(vec![NextSignIn { user_id: user.to_owned(), client_id: None }]));
        let authorize = format!(
            "/oauth2/default/v1/authorize?{CLIENT}&response_type=code&scope=openid&state=s&nonce=n\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
        );
        let ask = async || send(&orgs, get(&authorize).body(Body::empty()).unwrap()).await;
        store.allow(writes);
        let mut answer = ask().await;
        store.allow(usize::MAX);
        let is_complete = answer.status == StatusCode::FOUND;
        if !is_complete {
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{writes} {}", answer.body);
            answer = ask().await;
        }
        assert_eq!((answer.status, redeem(&orgs, &answer).await), (StatusCode::FOUND, StatusCode::OK), "{writes}");
        let skipped = org.ledger.at(org.clock.now()).skipped_enrollments().get(user).await.unwrap().unwrap();
        assert_eq!(skipped.count("google_otp"), 1, "{writes}");
        if is_complete {
            assert!(writes >= 1, "the steps, the session and the code are written at once");
            return;
        }
    }
}
