//! Sandboxes: orgs that tests add and remove while the mock runs.

use std::collections::HashSet;

use http::Method;
use mock_idp::MockIdp;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::client;
use crate::flow::{CALLBACK, WEB, WEB_SECRET, browser, code_request, decode, location, parameter, state_handle};

/// Status and body.
async fn ask(method: Method, url: String, body: Value) -> (u16, Value) {
    let request = client::plain().request(method.clone(), url).json(&body);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// Adds a sandbox, and returns its description.
async fn add(mock: &MockIdp, body: Value) -> Value {
    let (status, sandbox) = ask(Method::POST, format!("{}/_mock/orgs", mock.url()), body).await;
    assert_eq!(status, 200, "{sandbox}");
    sandbox
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// Signs a user in at the org of this base URL, and redeems the code.
async fn tokens(base: &str, browser: &Client, login: &str) -> Value {
    let authorize = format!("{base}/oauth2/default/v1/authorize");
    let page = browser.get(authorize).query(&code_request(WEB, "openid offline_access")).send().await.unwrap();
    let form = [("stateHandle", state_handle(&page.text().await.unwrap())), ("user", login.to_owned())];
    let done = browser.post(format!("{base}/signin/pick")).form(&form).send().await.unwrap();
    let code = parameter(&location(&done), "code").unwrap();
    let form = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
    let request = browser.post(format!("{base}/oauth2/default/v1/token")).basic_auth(WEB, Some(WEB_SECRET));
    request.form(&form).send().await.unwrap().json().await.unwrap()
}

async fn userinfo(base: &str, token: &str) -> Response {
    client::plain().get(format!("{base}/oauth2/default/v1/userinfo")).bearer_auth(token).send().await.unwrap()
}

#[tokio::test]
async fn a_sandbox_has_a_base_url_an_issuer_and_an_end() {
    let mock = MockIdp::builder().start().await.unwrap();
    let sandbox = add(&mock, json!({ "from": "market", "name": "checkout-7" })).await;
    let url = format!("{}/_org/checkout-7", mock.url());
    assert_eq!(text(&sandbox, "url"), url);
    assert_eq!(text(&sandbox, "issuer"), format!("{url}/oauth2/default"));
    assert_eq!(text(&sandbox, "host_url"), format!("http://checkout-7.localhost:{}", mock.port()));
    assert_eq!((&sandbox["name"], &sandbox["sandbox"]), (&json!("checkout-7"), &json!(true)));
    assert!(text(&sandbox, "expires").ends_with('Z'));
    let discovery = format!("{url}/oauth2/default/.well-known/openid-configuration");
    let document: Value = client::plain().get(discovery).send().await.unwrap().json().await.unwrap();
    assert_eq!(document["issuer"], sandbox["issuer"]);
    let (_, orgs) = ask(Method::GET, format!("{}/_mock/orgs", mock.url()), json!({})).await;
    assert_eq!((&orgs[0]["name"], &orgs[0]["sandbox"]), (&json!("market"), &json!(false)));
    assert_eq!(orgs[1], sandbox);
    // Asked at the sandbox, the addresses are the same.
    assert_eq!(ask(Method::GET, format!("{url}/_mock/orgs"), json!({})).await.1, orgs);
}

#[tokio::test]
async fn a_sandbox_answers_under_its_host_name_with_and_without_tls() {
    let mock = MockIdp::builder().start().await.unwrap();
    add(&mock, json!({ "name": "tenant2" })).await;
    for base in
        [format!("http://tenant2.localhost:{}", mock.port()), format!("https://tenant2.localhost:{}", mock.port())]
    {
        let discovery = format!("{base}/oauth2/default/.well-known/openid-configuration");
        let answer = client::trusting(mock.ca_pem()).get(discovery).send().await.unwrap();
        let document: Value = answer.json().await.unwrap();
        assert_eq!(document["issuer"], format!("{base}/oauth2/default"));
    }
}

#[tokio::test]
async fn a_sandbox_of_a_document_has_the_users_of_the_document() {
    let mock = MockIdp::builder().start().await.unwrap();
    let document = json!({
        "org": { "subdomain": "own" },
        "users": [{ "profile": { "login": "ann@own.test", "email": "ann@own.test", "firstName": "Ann", "lastName": "A" },
                    "credentials": { "password": { "value": "Passw0rd!" } } }],
    });
    let sandbox = add(&mock, json!({ "from": document })).await;
    assert!(text(&sandbox, "name").starts_with("own-"), "{sandbox}");
    let authn = |base: &str| {
        ask(
            Method::POST,
            format!("{base}/api/v1/authn"),
            json!({ "username": "ann@own.test", "password": "Passw0rd!" }),
        )
    };
    assert_eq!(authn(text(&sandbox, "url")).await.1["status"], "SUCCESS");
    assert_eq!(authn(mock.url()).await.0, 401);
}

#[tokio::test]
async fn a_document_is_read_like_a_file() {
    let mock = MockIdp::builder().start().await.unwrap();
    // Objects of Okta's API, with what Okta computes and without values.
    let mut document = json!({
        "org": { "name": "Pasted" },
        "groups": [{ "id": "00g1emaKYZTWRYYRRTSK", "objectClass": ["okta:user_group"], "type": "OKTA_GROUP",
                     "profile": { "name": "Staff", "description": null }, "_links": {}, "_embedded": {} }],
        "users": [{ "profile": { "login": "ann@own.test", "email": "ann@own.test", "firstName": "Ann", "lastName": "A" },
                    "lastLogin": null, "realmId": null, "groupIds": ["Staff"], "_links": {},
                    "credentials": { "password": { "value": "Passw0rd!" }, "provider": { "type": "OKTA", "name": "OKTA" } } }],
        "apps": [{ "label": "Web", "signOnMode": "OPENID_CONNECT", "profile": null, "_links": {},
                   "settings": { "signOn": null, "oauthClient": { "application_type": "web",
                                 "redirect_uris": ["http://localhost/cb"], "logo_uri": null } } }],
    });
    add(&mock, json!({ "from": document })).await;

    document["users"][0]["status"] = json!("ACTVE");
    document["users"][0]["groupIds"] = json!(["Stuff"]);
    document["apps"][0]["lable"] = json!("Web");
    document["apps"][0]["settings"]["oauthClient"]["redirect_uris"] = json!(["callback"]);
    let (status, error) = ask(Method::POST, format!("{}/_mock/orgs", mock.url()), json!({ "from": document })).await;
    assert_eq!(status, 400, "{error}");
    let lines: Vec<&str> = text(&error, "error").lines().collect();
    assert_eq!(lines.len(), 4, "{lines:#?}");
    for (path, message, nearest) in [
        ("/users/0/status", "unknown value `ACTVE`; expected one of STAGED", Some("ACTIVE")),
        ("/users/0/groupIds/0", "no group has the id or name `Stuff`", Some("Staff")),
        ("/apps/0/lable", "unknown key `lable`; expected one of", Some("label")),
        ("/apps/0/settings/oauthClient/redirect_uris/0", "`callback` is not an absolute URI", None),
    ] {
        let line = lines
            .iter()
            .find(|line| line.contains(&format!("(at {path})")))
            .unwrap_or_else(|| panic!("{path}: {lines:#?}"));
        assert!(line.contains(message), "{line}");
        assert!(nearest.is_none_or(|nearest| line.ends_with(&format!("; did you mean `{nearest}`?"))), "{line}");
    }
    assert!(text(&error, "expected").contains("an org document as an object"), "{error}");
}

#[tokio::test]
async fn a_request_for_a_sandbox_that_cannot_be_is_refused_with_the_remedy() {
    let mock = MockIdp::builder().max_sandboxes(1).start().await.unwrap();
    let orgs = format!("{}/_mock/orgs", mock.url());
    for (body, status, word) in [
        (json!({ "from": "nowhere" }), 404, "no org is named \"nowhere\""),
        (json!({ "name": "market" }), 409, "named \"market\" already"),
        (json!({ "name": "Upper Case" }), 400, "not a host label"),
        (json!({ "lifetime": 0 }), 400, "lifetime is from 1 to 86400 seconds"),
        (json!({ "lifetime": 86_401 }), 400, "lifetime is from 1 to 86400 seconds"),
        (json!({ "from": { "users": 3 } }), 400, "the org document is invalid"),
        (json!({ "form": "market" }), 400, "unknown field `form`"),
    ] {
        let (answered, error) = ask(Method::POST, orgs.clone(), body.clone()).await;
        assert_eq!(answered, status, "{body}: {error}");
        assert!(text(&error, "error").contains(word), "{error}");
    }
    add(&mock, json!({ "name": "first" })).await;
    let (status, error) = ask(Method::POST, orgs.clone(), json!({})).await;
    assert_eq!((status, text(&error, "error")), (429, "there are 1 sandboxes already, which is the most"));
    assert!(text(&error, "expected").contains("--max-sandboxes"), "{error}");
    for (name, status) in [("market", 409), ("nobody", 404), ("first", 200), ("first", 404)] {
        assert_eq!(ask(Method::DELETE, format!("{orgs}/{name}"), json!({})).await.0, status, "{name}");
    }
    add(&mock, json!({})).await;
}

#[tokio::test]
async fn a_removed_sandbox_is_gone_with_its_tokens_and_its_name_can_be_used_again() {
    let mock = MockIdp::builder().start().await.unwrap();
    let url = text(&add(&mock, json!({ "name": "again" })).await, "url").to_owned();
    let issued = tokens(&url, &browser(), "buyer@example.test").await;
    let token = text(&issued, "access_token");
    assert_eq!(userinfo(&url, token).await.status(), 200);
    let (status, removed) = ask(Method::DELETE, format!("{}/_mock/orgs/again", mock.url()), json!({})).await;
    assert_eq!((status, removed), (200, json!({ "removed": "again" })));
    let gone = userinfo(&url, token).await;
    assert_eq!(gone.status(), 404);
    assert!(gone.text().await.unwrap().starts_with("No org is named \"again\" here."));
    add(&mock, json!({ "name": "again" })).await;
    // It has other keys.
    assert_eq!(userinfo(&url, token).await.status(), 401);
}

#[tokio::test]
async fn a_sandbox_is_removed_after_its_lifetime() {
    let mock = MockIdp::builder().start().await.unwrap();
    let url = text(&add(&mock, json!({ "lifetime": 1 })).await, "url").to_owned();
    let slow = json!({ "name": "http.slow", "delay_ms": 600_000 });
    assert_eq!(ask(Method::POST, format!("{url}/_mock/faults"), slow).await.0, 200);
    // The request waits for the fault, and ends with the sandbox.
    let ended = client::plain().get(format!("{url}/oauth2/default/v1/keys")).send().await.unwrap();
    assert_eq!((ended.status().as_u16(), &ended.headers()["connection"]), (404, &"close".parse().unwrap()));
    assert!(ended.text().await.unwrap().ends_with("has been removed.\n"));
    let (_, orgs) = ask(Method::GET, format!("{}/_mock/orgs", mock.url()), json!({})).await;
    assert_eq!(orgs.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_connection_to_the_host_name_of_a_sandbox_ends_with_it() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mock = MockIdp::builder().start().await.unwrap();
    add(&mock, json!({ "name": "short" })).await;
    let mut connection = tokio::net::TcpStream::connect(("127.0.0.1", mock.port())).await.unwrap();
    connection.write_all(b"GET /_mock/info HTTP/1.1\r\nhost: short.localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        connection.read_buf(&mut answer).await.unwrap();
    }
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    ask(Method::DELETE, format!("{}/_mock/orgs/short", mock.url()), json!({})).await;
    assert_eq!(connection.read(&mut [0; 64]).await.unwrap(), 0, "the connection is closed");
}

/// What a worker does in its own sandbox, and what only it may see there.
async fn work(base: String, worker: i64) {
    let login = if worker % 2 == 0 { "buyer@example.test" } else { "admin@example.test" };
    let browser = browser();
    let year = 2030 + worker % 60;
    let set = json!({ "set": format!("{year}-01-31T12:00:00Z"), "freeze": true });
    assert_eq!(ask(Method::POST, format!("{base}/_mock/clock"), set).await.0, 200);
    let issued = tokens(&base, &browser, login).await;
    let (_, claims) = decode(text(&issued, "access_token"));
    assert_eq!((&claims["sub"], &claims["iss"]), (&json!(login), &json!(format!("{base}/oauth2/default"))));
    let iat = time::OffsetDateTime::from_unix_timestamp(claims["iat"].as_i64().unwrap()).unwrap();
    assert_eq!(i64::from(iat.year()), year, "the clock is that of the sandbox");
    let fault = json!({ "name": "http.status-503", "path": "/oauth2/default/v1/userinfo", "times": 1 });
    let faulty = worker % 3 == 0;
    if faulty {
        ask(Method::POST, format!("{base}/_mock/faults"), fault).await;
    }
    let status = userinfo(&base, text(&issued, "access_token")).await.status().as_u16();
    assert_eq!(status, if faulty { 503 } else { 200 });
    let (_, journal) = ask(Method::GET, format!("{base}/_mock/requests"), json!({})).await;
    let users: Vec<&str> = journal.as_array().unwrap().iter().filter_map(|entry| entry["user"].as_str()).collect();
    assert!(!users.is_empty() && users.iter().all(|user| *user == login), "{users:?}");
    let refresh = async || {
        let form = [("grant_type", "refresh_token"), ("refresh_token", text(&issued, "refresh_token"))];
        let request = browser.post(format!("{base}/oauth2/default/v1/token")).basic_auth(WEB, Some(WEB_SECRET));
        request.form(&form).send().await.unwrap().status().as_u16()
    };
    assert_eq!(refresh().await, 200, "no other worker's reset has reached this sandbox");
    if worker % 4 == 0 {
        ask(Method::POST, format!("{base}/_mock/reset"), json!({})).await;
        assert_eq!(refresh().await, 400);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_workers_with_a_sandbox_each_do_not_see_one_another() {
    let mock = std::sync::Arc::new(MockIdp::builder().start().await.unwrap());
    let mut workers = JoinSet::new();
    for worker in 0..12 {
        let mock = std::sync::Arc::clone(&mock);
        workers.spawn(async move {
            let sandbox = add(&mock, json!({ "from": "market" })).await;
            work(text(&sandbox, "url").to_owned(), worker).await;
            let name = format!("{}/_mock/orgs/{}", mock.url(), text(&sandbox, "name"));
            assert_eq!(ask(Method::DELETE, name, json!({})).await.0, 200);
        });
    }
    workers.join_all().await;
    let (_, orgs) = ask(Method::GET, format!("{}/_mock/orgs", mock.url()), json!({})).await;
    assert_eq!(orgs.as_array().unwrap().len(), 1);
    let (_, journal) = ask(Method::GET, format!("{}/_mock/requests", mock.url()), json!({})).await;
    assert_eq!(journal, json!([]), "nothing has reached the first org");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_sandboxes_at_once_answer_sign_users_in_and_are_removed() {
    let mock = std::sync::Arc::new(MockIdp::builder().start().await.unwrap());
    let mut workers = JoinSet::new();
    for _ in 0..200 {
        let mock = std::sync::Arc::clone(&mock);
        workers.spawn(async move {
            let sandbox = add(&mock, json!({})).await;
            let (_, info) = ask(Method::GET, format!("{}/_mock/info", text(&sandbox, "url")), json!({})).await;
            assert_eq!(info["org"], sandbox["name"]);
            sandbox
        });
    }
    let sandboxes = workers.join_all().await;
    let names: HashSet<&str> = sandboxes.iter().map(|sandbox| text(sandbox, "name")).collect();
    assert_eq!(names.len(), 200);

    // Each signs with a key of its own, which takes time to make: some are enough.
    let mut signing = JoinSet::new();
    for sandbox in sandboxes.clone().into_iter().step_by(5) {
        signing.spawn(async move { signing_key(&sandbox).await });
    }
    let keys: HashSet<String> = signing.join_all().await.into_iter().collect();
    assert_eq!(keys.len(), 40);

    for name in names {
        let (status, _) = ask(Method::DELETE, format!("{}/_mock/orgs/{name}", mock.url()), json!({})).await;
        assert_eq!(status, 200);
    }
    let (_, orgs) = ask(Method::GET, format!("{}/_mock/orgs", mock.url()), json!({})).await;
    assert_eq!(orgs.as_array().unwrap().len(), 1);
}

/// Signs a user in; the id of the key of the access token, which the org publishes.
async fn signing_key(sandbox: &Value) -> String {
    let url = text(sandbox, "url");
    let login = json!({ "client": "Market demo", "user": "buyer", "scopes": ["openid"] });
    let (status, login) = ask(Method::POST, format!("{url}/_mock/login"), login).await;
    assert_eq!(status, 200, "{login}");
    let (header, claims) = decode(login["tokens"]["access_token"].as_str().unwrap());
    assert_eq!(claims["iss"], sandbox["issuer"]);
    let (_, keys) = ask(Method::GET, format!("{url}/oauth2/default/v1/keys"), json!({})).await;
    let kid = header["kid"].as_str().unwrap().to_owned();
    assert!(keys["keys"].as_array().unwrap().iter().any(|key| key["kid"] == *kid), "{keys}");
    kid
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_ten_sandboxes_signs_with_a_key_of_its_own() {
    let mock = MockIdp::builder().start().await.unwrap();
    let mut signing = HashSet::new();
    for _ in 0..10 {
        let sandbox = mock.sandbox().await.unwrap();
        let token = sandbox.mint(&mock_idp::MintSpec::access_token("Market demo").user("buyer")).await.unwrap();
        let published = &sandbox.keys().await.unwrap()["default"];
        assert_eq!(token.header["kid"], published[0].kid);
        assert!(signing.insert(published[0].kid.clone()), "{published:?}");
    }
    let own = mock.org().keys().await.unwrap();
    assert!(own.values().flatten().all(|key| !signing.contains(&key.kid)));
}
