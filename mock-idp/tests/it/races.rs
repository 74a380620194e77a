//! Single-use values are consumed once, however many concurrent requests use them.

use std::collections::HashMap;
use std::sync::Arc;

use mock_idp::MockIdp;
use reqwest::Client;
use serde_json::Value;
use tokio::sync::{Barrier, Semaphore};
use tokio::task::JoinSet;

use crate::client::plain;
use crate::flow::{CALLBACK, WEB, authorize, browser, code_request, parameter, state_handle};
use crate::refusals::{token, token_error};
use crate::{ciba, device};

const SPA: &str = "0oamarketspa000005d7";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const SERVER: &str = "/oauth2/default";
/// Each request has two sockets, the client's and the mock's, and a process may open 1,024.
pub(crate) const AT_ONCE: usize = 250;

/// Sends the same form so many times concurrently. Returns the number of responses by status and error, and the body of
/// the one that succeeded.
async fn storm(mock: &MockIdp, times: usize, basic: Option<(&str, &str)>, form: &[(&str, &str)]) -> Storm {
    let url = format!("{}/v1/token", mock.issuer());
    let client: Client = browser();
    let form: Arc<Vec<(String, String)>> =
        Arc::new(form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect());
    let basic = basic.map(|(id, secret)| (id.to_owned(), secret.to_owned()));
    let start = Arc::new(Barrier::new(times));
    let sockets = Arc::new(Semaphore::new(AT_ONCE));
    let mut requests = JoinSet::new();
    for _ in 0..times {
        let (client, url, form, basic) = (client.clone(), url.clone(), Arc::clone(&form), basic.clone());
        let (start, sockets) = (Arc::clone(&start), Arc::clone(&sockets));
        requests.spawn(async move {
            start.wait().await;
            let _socket = sockets.acquire().await.unwrap();
            let request = client.post(url).form(&*form);
            let request = match basic {
                Some((id, secret)) => request.basic_auth(id, Some(secret)),
                None => request,
            };
            let response = request.send().await.unwrap();
            (response.status().as_u16(), response.json::<Value>().await.unwrap())
        });
    }
    let mut storm = Storm::default();
    while let Some(answer) = requests.join_next().await {
        let (status, body) = answer.unwrap();
        let error = body["error"].as_str().unwrap_or_default().to_owned();
        *storm.answers.entry((status, error)).or_default() += 1;
        if status == 200 {
            storm.winner = body;
        }
    }
    storm
}

#[derive(Default)]
struct Storm {
    answers: HashMap<(u16, String), usize>,
    winner: Value,
}

impl Storm {
    #[track_caller]
    fn has_one_winner(&self, times: usize, error: &str) {
        let expected = [((200, String::new()), 1), ((400, error.to_owned()), times - 1)];
        assert_eq!(self.answers, HashMap::from(expected));
    }
}

async fn spa_code(mock: &MockIdp) -> String {
    let mut request = code_request(SPA, "openid offline_access");
    request
        .extend([("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"), ("code_challenge_method", "S256")]);
    let arrived = authorize(mock, &browser(), "buyer@example.test", &request).await;
    parameter(&arrived, "code").unwrap()
}

fn redemption(code: &str) -> [(&str, &str); 5] {
    [
        ("grant_type", "authorization_code"),
        ("client_id", SPA),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_concurrent_redemptions_of_one_code_succeed_once() {
    let mock = MockIdp::builder().start().await.unwrap();
    let code = spa_code(&mock).await;
    storm(&mock, 1_000, None, &redemption(&code)).await.has_one_winner(1_000, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_concurrent_refreshes_without_grace_succeed_once_and_revoke_the_family() {
    let mock = MockIdp::builder().start().await.unwrap();
    let code = spa_code(&mock).await;
    let tokens: Value = token(&mock, SERVER, None, &redemption(&code)).await.json().await.unwrap();
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("client_id", SPA), ("refresh_token", refresh)];
    let storm = storm(&mock, 1_000, None, &form).await;
    storm.has_one_winner(1_000, "invalid_grant");

    // Okta: the reuse takes the newest refresh token down, and every access token since the sign-in.
    let newest = storm.winner["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("client_id", SPA), ("refresh_token", newest)];
    let words = "The refresh token is invalid or expired.";
    let expected = (400, "invalid_grant".to_owned(), words.to_owned());
    assert_eq!(token_error(token(&mock, SERVER, None, &form).await).await, expected);
    for body in [&tokens, &storm.winner] {
        let form = [("client_id", SPA), ("token", body["access_token"].as_str().unwrap())];
        let url = format!("{}/v1/introspect", mock.issuer());
        let shown: Value = browser().post(url).form(&form).send().await.unwrap().json().await.unwrap();
        assert_eq!(shown, serde_json::json!({ "active": false }));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_polls_with_one_device_code_succeed_once() {
    let mock = MockIdp::builder().start().await.unwrap();
    let device_code = device::allowed(&mock, "openid", "buyer@example.test").await;
    let form = [("grant_type", device::GRANT), ("client_id", device::TV), ("device_code", &device_code)];
    storm(&mock, 200, None, &form).await.has_one_winner(200, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_polls_with_one_auth_req_id_succeed_once() {
    let mock = MockIdp::builder().start().await.unwrap();
    let id = ciba::approved(&mock).await;
    let form = [("grant_type", ciba::GRANT), ("auth_req_id", &id)];
    let kiosk = Some((ciba::KIOSK, ciba::SECRET));
    storm(&mock, 200, kiosk, &form).await.has_one_winner(200, "expired_token");
}

#[tokio::test]
async fn a_page_that_is_submitted_many_times_at_once_begins_one_session() {
    const TIMES: usize = 32;
    let (mock, client) = (MockIdp::builder().start().await.unwrap(), browser());
    let url = format!("{}/v1/authorize", mock.issuer());
    let page = client.get(url).query(&code_request(WEB, "openid")).send().await.unwrap().text().await.unwrap();
    let form = [("stateHandle", state_handle(&page)), ("user", "buyer@example.test".to_owned())];
    let start = Arc::new(Barrier::new(TIMES));
    let mut requests = JoinSet::new();
    for _ in 0..TIMES {
        let (client, form, start) = (client.clone(), form.clone(), Arc::clone(&start));
        let url = format!("{}/signin/pick", mock.url());
        requests.spawn(async move {
            start.wait().await;
            client.post(url).form(&form).send().await.unwrap().status().as_u16()
        });
    }
    let mut statuses = requests.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [&[302][..], &[400; TIMES - 1]].concat());
    let state = plain().get(format!("{}/_mock/state", mock.url())).send().await.unwrap().json::<Value>().await.unwrap();
    assert_eq!(state["ledger"]["sessions"].as_array().unwrap().len(), 1);
}
