//! Browsers come back from an external identity provider while the store fails, or while another request is faster.

use std::sync::Arc;

use axum::body::Body;
use axum::response::IntoResponse as _;
use axum::routing::{get as read, post};
use axum::{Json, Router};
use futures_util::FutureExt as _;
use http::{Request, StatusCode, header};
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::round_trips::{after, cookies_of};
use super::unfinished::{Answer, CLIENT, redeem, send};
use super::used_once::signed;
use super::{get, instance};
use crate::clock::Clock;
use crate::engine::{Orgs, SandboxSettings};
use crate::ledger::Ledger;
use crate::ledger::tests::{BrokenStore, BytesInMemory};

const SECRET: &str = "mock-secret-of-the-market-at-its-provider";

/// An identity provider with one user, the buyer. It redeems each code once.
#[derive(Clone, Default)]
struct Provider {
    url: String,
    redeemed: Arc<Mutex<Vec<String>>>,
    nonce: Arc<Mutex<String>>,
}

impl Provider {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let provider = Self { url: format!("http://{}", listener.local_addr().unwrap()), ..Self::default() };
        let own = provider.clone();
        let redeem = move |form: String| async move {
            match own.redeem(after(&form, "&code=")) {
                Some(tokens) => Json(tokens).into_response(),
                None => (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response(),
            }
        };
        let keys = || async { Json(json!({"keys": []})) };
        let routes = Router::new().route("/token", post(redeem)).route("/keys", read(keys));
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        provider
    }

    fn redeem(&self, code: String) -> Option<Value> {
        let mut redeemed = self.redeemed.lock();
        let is_first = !redeemed.contains(&code);
        redeemed.push(code);
        let now = Clock::default().now();
        let claims = json!({
            "iss": self.url, "aud": "market", "sub": "buyer-there", "email": "buyer@example.test", "nonce": &*self.nonce.lock(),
            "iat": now, "exp": now + 300,
        });
        is_first.then(|| json!({"access_token": "at", "token_type": "Bearer", "id_token": signed(&claims, SECRET)}))
    }

    /// An org whose users may sign in here, and the id of its provider.
    async fn in_org(&self, ledger: Ledger) -> (Arc<Orgs>, String) {
        let orgs = Arc::new(Orgs::new(instance(ledger), Vec::new(), SandboxSettings::default()));
        let endpoint = |path: &str| json!({"url": format!("{}/{path}", self.url), "binding": "HTTP-REDIRECT"});
        let body = json!({
            "type": "OIDC", "name": "Partners", "issuerMode": "DYNAMIC",
            "protocol": {
                "type": "OIDC", "scopes": ["openid", "email"], "issuer": {"url": self.url},
                "endpoints": {
                    "authorization": endpoint("authorize"), "token": endpoint("token"), "jwks": endpoint("keys"),
                },
                "credentials": {"client": {"client_id": "market", "client_secret": SECRET}},
            },
            "policy": {
                "accountLink": {"action": "AUTO"}, "maxClockSkew": 0,
                "provisioning": {"action": "DISABLED"},
                "subject": {"matchType": "USERNAME", "userNameTemplate": {"template": "idpuser.email"}},
            },
        });
        let body = body.to_string();
        let request = Request::post("/api/v1/idps")
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_LENGTH, body.len())
            .header(header::AUTHORIZATION, "SSWS 00mockMarketApiToken0123456789abcdefghijkl");
        let created = send(&orgs, request.body(Body::from(body)).unwrap()).await;
        assert_eq!(created.status, StatusCode::OK, "{}", created.body);
        let created: Value = serde_json::from_str(&created.body).unwrap();
        (orgs, created["id"].as_str().unwrap().to_owned())
    }

    /// A browser that has been at the provider and comes back with a code.
    async fn visit(&self, orgs: &Arc<Orgs>, id: &str, code: &str) -> Visit {
        let authorize = format!(
            "/oauth2/default/v1/authorize?{CLIENT}&response_type=code&scope=openid&state=s&nonce=n&idp={id}\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
        );
        let left = send(orgs, get(&authorize).body(Body::empty()).unwrap()).await;
        assert_eq!(left.status, StatusCode::FOUND, "{}", left.body);
        let location = left.headers[header::LOCATION].to_str().unwrap();
        assert!(location.starts_with(&self.url), "{location}");
        *self.nonce.lock() = after(location, "nonce=");
        Visit { state: after(location, "&state="), code: code.to_owned(), cookies: cookies_of(&left.headers) }
    }

    fn asked(&self) -> usize {
        self.redeemed.lock().len()
    }
}

struct Visit {
    state: String,
    code: String,
    cookies: String,
}

impl Visit {
    async fn come_back(&self, orgs: &Arc<Orgs>) -> Answer {
        let callback = format!("/oauth2/v1/authorize/callback?state={}&code={}", self.state, self.code);
        let request = get(&callback).header(header::COOKIE, &self.cookies);
        send(orgs, request.body(Body::empty()).unwrap()).await
    }
}

/// A sign-in at a provider during which the store fails after each number of writes; how many it takes. `linked`: the provider has signed
/// the user in before, so that the org does not change.
async fn writes_of_sign_in(linked: bool) -> usize {
    for writes in 0.. {
        let store = Arc::new(BrokenStore::after(usize::MAX));
        let provider = Provider::start().await;
        let (orgs, id) = provider.in_org(Ledger::in_store(Arc::clone(&store) as _)).await;
        if linked {
            let earlier = provider.visit(&orgs, &id, "earlier").await.come_back(&orgs).await;
            assert_eq!(earlier.status, StatusCode::FOUND, "{}", earlier.body);
        }
        let visit = provider.visit(&orgs, &id, "code").await;
        let asked = provider.asked();
        // The System Log is written behind the answers.
        orgs.default_org().write_log().await.unwrap();
        store.allow(writes);
        let mut answer = visit.come_back(&orgs).await;
        store.allow(usize::MAX);
        let has_code = |answer: &Answer| {
            let location = answer.headers.get(header::LOCATION).map_or("", |location| location.to_str().unwrap());
            location.contains("code=")
        };
        let is_complete = has_code(&answer);
        if !is_complete {
            answer = visit.come_back(&orgs).await;
        }
        assert!(has_code(&answer), "{writes} {} {:?}", answer.status, answer.headers);
        assert_eq!(redeem(&orgs, &answer).await, StatusCode::OK, "{writes}");
        assert_eq!(provider.asked(), asked + 1, "{writes}");
        assert_eq!(visit.come_back(&orgs).await.status, StatusCode::BAD_REQUEST, "{writes}: it is used up");
        if is_complete {
            return writes;
        }
    }
    unreachable!("the store works after enough writes")
}

#[tokio::test]
async fn a_browser_can_come_back_again_until_its_code_is_stored() {
    assert_eq!(writes_of_sign_in(true).await, 1, "the step, the session and the code are written at once");
    assert!(writes_of_sign_in(false).await >= 2, "the link to the provider is written first");
}

#[tokio::test]
async fn of_two_answers_with_one_code_one_signs_the_user_in() {
    for linked in [true, false] {
        let provider = Provider::start().await;
        let (orgs, id) = provider.in_org(Ledger::in_store(Arc::new(BytesInMemory::default()))).await;
        if linked {
            provider.visit(&orgs, &id, "earlier").await.come_back(&orgs).await;
        }
        let visit = provider.visit(&orgs, &id, "code").await;
        let asked = provider.asked();
        let (first, second) = tokio::join!(visit.come_back(&orgs), visit.come_back(&orgs));
        let mut answers = [first, second];
        answers.sort_by_key(|answer| answer.status);
        assert_eq!(answers.each_ref().map(|answer| answer.status), [StatusCode::FOUND, StatusCode::BAD_REQUEST]);
        assert_eq!(redeem(&orgs, &answers[0]).await, StatusCode::OK, "{linked}");
        assert_eq!(provider.asked(), asked + 1, "{linked}");
    }
}

#[tokio::test]
async fn an_answer_that_is_decided_again_is_not_redeemed_again() {
    let provider = Provider::start().await;
    let store = Arc::new(BytesInMemory::default());
    let (orgs, id) = provider.in_org(Ledger::in_store(Arc::clone(&store) as _)).await;
    provider.visit(&orgs, &id, "earlier").await.come_back(&orgs).await;
    let visit = provider.visit(&orgs, &id, "code").await;
    let (asked, other, state) = (provider.asked(), Arc::clone(&orgs), visit.state.clone());
    store.before_commit(move || {
        let org = other.default_org();
        let ledger = org.ledger.at(org.clock.now());
        let known = ledger.provider_visits().get(&state).now_or_never().unwrap().unwrap().unwrap();
        let changed = ledger.transactions().update(&known.transaction, |stored| stored.remember = true);
        assert_eq!(changed.now_or_never().unwrap(), Ok(Some(())));
    });
    let answer = visit.come_back(&orgs).await;
    assert_eq!((answer.status, redeem(&orgs, &answer).await), (StatusCode::FOUND, StatusCode::OK));
    assert_eq!(provider.asked(), asked + 1);
}
