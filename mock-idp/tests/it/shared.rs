//! Several mocks that share a ledger in Redis act as one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use http::Method;
use mock_idp::MockIdp;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::client::{direct, plain};
use crate::crash::TV;
use crate::flow::{CALLBACK, WEB, WEB_SECRET, code_request, location, parameter, state_handle};
use crate::jose::{Key, jwt};
use crate::redis_server::{Redis, free_port};

const API_TOKEN: &str = "SSWS 00mockMarketApiToken0123456789abcdefghijkl";
const SECJWT: &str = "0oamarketjwtsec005d7";
const SECRET: &str = "mock-secret-jwtsec-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH";

async fn mocks<const N: usize>(redis: &Redis) -> [MockIdp; N] {
    let mut mocks = Vec::new();
    for _ in 0..N {
        mocks.push(mock_with(&redis.url).await);
    }
    mocks.try_into().ok().unwrap()
}

pub(crate) async fn mock_with(store: &str) -> MockIdp {
    MockIdp::builder().issuer_url("http://idp.test".parse().unwrap()).ledger(store).start().await.unwrap()
}

async fn ask(mock: &MockIdp, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let request = plain().request(method, format!("{}{path}", mock.url())).header("authorization", API_TOKEN);
    let answer = request.json(body).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

pub(crate) fn endpoint(mock: &MockIdp, name: &str) -> String {
    format!("{}/oauth2/default/v1/{name}", mock.url())
}

/// Asks until the answer is as expected.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < Duration::from_secs(20), "{what}");
        let _ = tokio::time::timeout(Duration::from_millis(5), std::future::pending::<()>()).await;
    }
}

#[tokio::test]
async fn a_sign_in_begins_on_one_mock_ends_on_another_and_its_code_is_redeemed_on_a_third() {
    let Some(redis) = Redis::start() else { return };
    let [first, second, third] = mocks(&redis).await;
    // Cookies do not depend on the port.
    let browser = crate::flow::browser();
    let page = browser.get(endpoint(&first, "authorize")).query(&code_request(WEB, "openid offline_access"));
    let handle = state_handle(&page.send().await.unwrap().text().await.unwrap());
    let form = [("stateHandle", handle.as_str()), ("user", "buyer@example.test")];
    let done = browser.post(format!("{}/signin/pick", second.url())).form(&form).send().await.unwrap();
    let code = parameter(&location(&done), "code").unwrap();
    let form = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
    let redeem = async |mock: &MockIdp| {
        let request = plain().post(endpoint(mock, "token")).basic_auth(WEB, Some(WEB_SECRET)).form(&form);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (status, tokens) = redeem(&third).await;
    assert_eq!(status, 200, "{tokens}");
    let access = tokens["access_token"].as_str().unwrap();
    for mock in [&first, &second, &third] {
        let userinfo = plain().get(endpoint(mock, "userinfo")).bearer_auth(access).send().await.unwrap();
        assert_eq!(userinfo.status(), 200, "all have the same keys");
    }
    assert_eq!(redeem(&first).await.0, 400, "the code is used up everywhere");
    let revoke = plain().post(endpoint(&first, "revoke")).basic_auth(WEB, Some(WEB_SECRET)).form(&[("token", access)]);
    assert_eq!(revoke.send().await.unwrap().status(), 200);
    let introspect = plain().post(endpoint(&second, "introspect")).basic_auth(WEB, Some(WEB_SECRET));
    let answer = introspect.form(&[("token", access)]).send().await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap(), json!({"active": false}), "it is revoked everywhere");
}

#[tokio::test]
async fn changes_of_org_keys_and_clock_reach_all_mocks() {
    let Some(redis) = Redis::start() else { return };
    let [first, second] = mocks(&redis).await;
    let profile = |name: &str| {
        let login = format!("{name}@example.test");
        json!({"profile": {"firstName": name, "lastName": "B", "email": login, "login": login}})
    };
    for number in 0..20 {
        let mock = [&first, &second][number % 2];
        let (status, user) = ask(mock, Method::POST, "/api/v1/users", &profile(&format!("user{number}"))).await;
        assert_eq!(status, 200, "changes of one org by turns: {user}");
    }
    let document = async |mock: &MockIdp| ask(mock, Method::GET, "/_mock/state", &Value::Null).await.1["org"].clone();
    until("both have all users", async || document(&first).await == document(&second).await).await;
    assert_eq!(
        document(&first).await["users"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|user| user["profile"]["login"].as_str().unwrap().starts_with("user"))
            .count(),
        20
    );

    let keys = async |mock: &MockIdp| ask(mock, Method::GET, "/oauth2/default/v1/keys", &Value::Null).await.1;
    let before = keys(&second).await;
    ask(&first, Method::POST, "/_mock/keys/rotate", &json!({})).await;
    assert_ne!(keys(&second).await, before);
    ask(&first, Method::POST, "/_mock/clock", &json!({"set": "2030-01-01T00:00:00Z", "freeze": true})).await;
    until("the clock is set", async || {
        ask(&second, Method::GET, "/_mock/clock", &Value::Null).await.1["now"] == "2030-01-01T00:00:00Z"
    })
    .await;

    let [third] = mocks(&redis).await;
    assert_eq!(document(&third).await, document(&first).await, "a mock that starts later has all changes");
    ask(&third, Method::POST, "/_mock/reset", &json!({})).await;
    until("a reset reaches the others", async || {
        ask(&first, Method::GET, "/api/v1/users/user1", &Value::Null).await.0 == 404
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_step_sets_a_password_while_another_mock_changes_the_org() {
    let Some(redis) = Redis::start() else { return };
    let [first, second] = mocks(&redis).await;
    let user = |name: &str| {
        let login = format!("{name}@example.test");
        let profile = json!({"firstName": name, "lastName": "B", "email": login, "login": login});
        json!({ "profile": profile, "credentials": { "password": { "value": "Xk7#mallard" } } })
    };
    for round in 0..10 {
        let login = format!("expires{round}@example.test");
        let created = ask(&first, Method::POST, "/api/v1/users", &user(&format!("expires{round}"))).await;
        assert_eq!(created.0, 200, "{created:?}");
        let expire = format!("/api/v1/users/{login}/lifecycle/expire_password");
        assert_eq!(ask(&first, Method::POST, &expire, &json!({})).await.0, 200);
        let credentials = json!({"username": login, "password": "Xk7#mallard"});
        let (_, expired) = ask(&first, Method::POST, "/api/v1/authn", &credentials).await;
        assert_eq!(expired["status"], "PASSWORD_EXPIRED", "{expired}");
        let change = json!({
            "stateToken": expired["stateToken"], "oldPassword": "Xk7#mallard", "newPassword": "Quite-An0ther",
        });
        let other = user(&format!("other{round}"));
        let (changed, added) = tokio::join!(
            ask(&first, Method::POST, "/api/v1/authn/credentials/change_password", &change),
            ask(&second, Method::POST, "/api/v1/users", &other),
        );
        assert_eq!((changed.0, added.0), (200, 200), "{changed:?} {added:?}");
        let credentials = json!({"username": login, "password": "Quite-An0ther"});
        until("the other mock knows the password", async || {
            ask(&second, Method::POST, "/api/v1/authn", &credentials).await.1["status"] == "SUCCESS"
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assertion_is_accepted_once_by_all_mocks_together() {
    let Some(redis) = Redis::start() else { return };
    let mocks: [MockIdp; 3] = mocks(&redis).await;
    for round in 0..20 {
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let aud = "http://idp.test/oauth2/default/v1/introspect";
        let claims = json!({"iss": SECJWT, "sub": SECJWT, "aud": aud, "jti": format!("j{round}"), "exp": now + 3_000});
        let assertion = jwt(&json!({"alg": "HS256"}), &claims, &Key::Secret(SECRET.to_owned()));
        let mut requests = tokio::task::JoinSet::new();
        for number in 0..12 {
            let (url, assertion) = (endpoint(&mocks[number % 3], "introspect"), assertion.clone());
            requests.spawn(async move {
                let form = [
                    ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                    ("client_assertion", assertion.as_str()),
                    ("token", "unknown"),
                ];
                plain().post(url).form(&form).send().await.unwrap().status().as_u16()
            });
        }
        let statuses = requests.join_all().await;
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_503_with_retry_after_until_it_answers_again() {
    let Some(redis) = Redis::start() else { return };
    let [mock] = mocks(&redis).await;
    let par = async || {
        let fields = [("response_type", "code"), ("redirect_uri", CALLBACK), ("scope", "openid"), ("state", "s")];
        plain().post(endpoint(&mock, "par")).basic_auth(WEB, Some(WEB_SECRET)).form(&fields).send().await.unwrap()
    };
    let ready = async || plain().get(format!("{}/readyz", mock.url())).send().await.unwrap().status().as_u16();
    assert_eq!((par().await.status().as_u16(), ready().await), (200, 200));
    redis.signal("STOP");
    until("the mock is not ready", async || ready().await == 503).await;
    let refused = par().await;
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    redis.signal("CONT");
    until("the mock is ready again", async || ready().await == 200).await;
    assert_eq!(par().await.status(), 200);
}

#[tokio::test]
async fn another_mock_sees_the_old_or_the_new_state_while_one_is_loaded() {
    let Some(redis) = Redis::start() else { return };
    let [first, second] = mocks(&redis).await;
    ask(&first, Method::POST, "/_mock/clock", &json!({"set": "2031-05-05T00:00:00Z", "freeze": true})).await;
    let device = plain().post(endpoint(&first, "device/authorize")).form(&[("client_id", TV), ("scope", "openid")]);
    let device: Value = device.send().await.unwrap().json().await.unwrap();
    let profile = json!({"firstName": "A", "lastName": "B", "email": "a@x.test", "login": "a@x.test"});
    let (status, user) = ask(&first, Method::POST, "/api/v1/users", &json!({ "profile": profile })).await;
    assert_eq!(status, 200, "{user}");
    let user = format!("/api/v1/users/{}", user["id"].as_str().unwrap());
    let (_, state) = ask(&first, Method::GET, "/_mock/state", &Value::Null).await;
    until("both have the user", async || ask(&second, Method::GET, &user, &Value::Null).await.0 == 200).await;

    let loads = async {
        for _ in 0..10 {
            let (status, loaded) = ask(&first, Method::PUT, "/_mock/state", &state).await;
            assert_eq!(status, 200, "{loaded}");
        }
    };
    let reads = async {
        loop {
            let form = [
                ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                ("client_id", TV),
                ("device_code", device["device_code"].as_str().unwrap()),
            ];
            let polled = plain().post(endpoint(&second, "token")).form(&form).send().await.unwrap();
            let polled: Value = polled.json().await.unwrap();
            let error = polled["error"].as_str().unwrap();
            assert!(["authorization_pending", "slow_down"].contains(&error), "{polled}");
            assert_eq!(ask(&second, Method::GET, &user, &Value::Null).await.0, 200);
            assert_eq!(ask(&second, Method::GET, "/_mock/clock", &Value::Null).await.1["now"], "2031-05-05T00:00:00Z");
        }
    };
    tokio::select! { () = loads => {}, () = reads => {} }
    assert_eq!(ask(&second, Method::GET, "/_mock/state", &Value::Null).await.1["org"], state["org"]);
    assert_eq!(redis.command("KEYS *staged*"), "");
}

#[tokio::test]
async fn a_seed_is_refused_because_the_mocks_would_issue_the_same_ids() {
    let Some(redis) = Redis::start() else { return };
    let seeded = crate::org::TestOrg::market().edit(|document| document.settings.seed = Some(7));
    let by_document = MockIdp::builder().ledger(&redis.url).org_yaml(seeded.yaml());
    for builder in [MockIdp::builder().ledger(&redis.url).seed(7), by_document] {
        let refused = builder.start().await.err().unwrap().to_string();
        assert!(refused.contains("seed") && refused.contains("would issue the same ids"), "{refused}");
    }
}

#[tokio::test]
async fn only_changes_of_the_org_wait_for_those_of_other_mocks() {
    let Some(redis) = Redis::start() else { return };
    let [mock] = mocks(&redis).await;
    // Another mock changes the org for as long as the test runs.
    redis.command("SET {mock-idp/market}:lock another EX 600");
    for (path, body) in [
        ("/_mock/login", json!({"client": WEB, "user": "buyer@example.test", "scopes": ["openid"]})),
        ("/_mock/clock", json!({"advance": 1})),
        ("/_mock/keys/rotate", json!({})),
    ] {
        let (status, answer) = ask(&mock, Method::POST, path, &body).await;
        assert_eq!(status, 200, "{path} {answer}");
    }
    let suspend = json!({"users": [{"user": "buyer", "status": "SUSPENDED"}]});
    let (status, refused) = ask(&mock, Method::POST, "/_mock/directory", &suspend).await;
    assert_eq!(status, 503, "{refused}");
    redis.command("DEL {mock-idp/market}:lock");
    let (status, changed) = ask(&mock, Method::POST, "/_mock/directory", &suspend).await;
    assert_eq!(status, 200, "{changed}");
}

#[tokio::test]
async fn metrics_have_the_tables_of_a_shared_store_and_whether_it_is_there() {
    let Some(redis) = Redis::start() else { return };
    let [mock] = mocks(&redis).await;
    let device = plain().post(endpoint(&mock, "device/authorize")).form(&[("client_id", TV), ("scope", "openid")]);
    assert_eq!(device.send().await.unwrap().status(), 200);
    let metrics = async || plain().get(format!("{}/metrics", mock.url())).send().await.unwrap().text().await.unwrap();
    let text = metrics().await;
    for line in [r#"mock_idp_store_up{org="market"} 1"#, r#"mock_idp_records{org="market",table="devices"} 1"#] {
        assert!(text.lines().any(|known| known == line), "{line} is missing in\n{text}");
    }
    let number = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name}\n{text}"));
        line.trim().parse::<u64>().unwrap()
    };
    assert!(number(r#"mock_idp_record_bytes{org="market",table="devices"}"#) > 50);
    assert!(number("mock_idp_store_read_duration_seconds_count") > 0);
    assert!(number("mock_idp_store_write_duration_seconds_count") > 0);
    redis.command("CONFIG SET min-replicas-to-write 1");
    let refused = plain().post(endpoint(&mock, "device/authorize")).form(&[("client_id", TV), ("scope", "openid")]);
    assert_eq!(refused.send().await.unwrap().status(), 503);
    let down = r#"mock_idp_store_up{org="market"} 0"#;
    until("a store that refuses writes is not up", async || metrics().await.lines().any(|line| line == down)).await;
}

/// A proxy that holds what the store answers back for a time.
async fn slow_store(store: u16, delay: Arc<AtomicU64>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://127.0.0.1:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let server = tokio::net::TcpStream::connect(("127.0.0.1", store)).await.unwrap();
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
            let delay = Arc::clone(&delay);
            tokio::spawn(async move {
                let mut answer = vec![0; 65_536];
                while let Ok(read @ 1..) = from_server.read(&mut answer).await {
                    let millis = Duration::from_millis(delay.load(Ordering::Acquire));
                    _ = tokio::time::timeout(millis, std::future::pending::<()>()).await;
                    if to_client.write_all(&answer[..read]).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    url
}

#[tokio::test]
async fn a_slow_store_is_503_with_retry_after_however_many_operations_a_request_has() {
    let Some(redis) = Redis::start() else { return };
    let delay = Arc::new(AtomicU64::new(0));
    let mock = mock_with(&slow_store(redis.port, Arc::clone(&delay)).await).await;
    let login = json!({"client": WEB, "user": "buyer@example.test", "scopes": ["openid"]});
    let login = async || {
        let request = plain().post(format!("{}/_mock/login", mock.url())).json(&login);
        request.send().await.unwrap()
    };
    assert_eq!(login().await.status(), 200);
    // Each operation is fast enough, but not all of them together.
    delay.store(150, Ordering::Release);
    let refused = login().await;
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    until("a request with few operations is answered", async || {
        plain().get(format!("{}/readyz", mock.url())).send().await.unwrap().status() == 200
    })
    .await;
    delay.store(0, Ordering::Release);
    until("the store is fast again", async || login().await.status() == 200).await;
}

/// Passes each connection on to the next of several ports; its own port.
async fn balancer(ports: Vec<u16>) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        for next in ports.into_iter().cycle() {
            let (mut client, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut server = tokio::net::TcpStream::connect(("127.0.0.1", next)).await.unwrap();
                // An error means that one side has closed the connection.
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    port
}

#[tokio::test]
async fn mocks_behind_a_load_balancer_are_one_issuer() {
    let Some(redis) = Redis::start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let issuer = format!("http://localhost:{}", free_port());
    let running: Vec<_> = (0..3)
        .map(|_| {
            let mut command = crate::program::program(dir.path());
            command.args(["--port", "0", "--log", "off", "--issuer-url", &issuer, "--ledger", &redis.url]);
            crate::program::Running::start(&mut command)
        })
        .collect();
    let base =
        format!("http://127.0.0.1:{}", balancer(running.iter().map(crate::program::Running::port).collect()).await);
    // A connection for each request: every step is at another mock.
    let browser = direct().cookie_store(true).pool_max_idle_per_host(0);
    let browser = browser.redirect(reqwest::redirect::Policy::none()).build().unwrap();
    for _ in 0..5 {
        let authorize = format!("{base}/oauth2/default/v1/authorize");
        let mut query = code_request(WEB, "openid offline_access");
        query.push(("prompt", "login"));
        let page = browser.get(authorize).query(&query).send().await.unwrap().text().await.unwrap();
        let form = [("stateHandle", state_handle(&page)), ("user", "buyer@example.test".to_owned())];
        let done = browser.post(format!("{base}/signin/pick")).form(&form).send().await.unwrap();
        let code = parameter(&location(&done), "code").unwrap();
        let mut form = vec![("grant_type", "authorization_code".to_owned()), ("code", code)];
        form.push(("redirect_uri", CALLBACK.to_owned()));
        // The code, then the refresh tokens, each at another mock.
        for _ in 0..4 {
            let token = plain().post(format!("{base}/oauth2/default/v1/token")).basic_auth(WEB, Some(WEB_SECRET));
            let answer = token.form(&form).send().await.unwrap();
            let (status, tokens) = (answer.status(), answer.json::<Value>().await.unwrap());
            assert_eq!(status, 200, "{tokens}");
            // The client's refresh tokens do not rotate.
            if let Some(refresh) = tokens["refresh_token"].as_str() {
                form = vec![("grant_type", "refresh_token".to_owned()), ("refresh_token", refresh.to_owned())];
            }
        }
    }
}
