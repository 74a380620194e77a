//! The methods of a mock in the process of the test.

use std::sync::LazyLock;
use std::time::Duration;

use mock_idp::{
    AssignmentSpec, DirectorySpec, FaultSpec, GroupSpec, KeyRotation, LoginSpec, MintSpec, MockIdp, NextTokenSpec,
    RequestQuery, SandboxSpec, SpawnedMockIdp, UserSpec,
};
use serde_json::{Value, json};

use crate::client::plain;
use crate::flow::{CALLBACK, WEB, authorize, browser, code_request, parameter, redeem};

static SHARED: LazyLock<SpawnedMockIdp> = LazyLock::new(|| MockIdp::builder().spawn().unwrap());

/// The status that a blocking client gets for a path below a base URL.
fn blocking_status(base: &str, path: &str) -> u16 {
    use std::io::{Read as _, Write as _};
    let rest = base.strip_prefix("http://").unwrap();
    let (authority, prefix) =
        rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
    let mut stream = std::net::TcpStream::connect(authority).unwrap();
    let request = format!("GET {prefix}{path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer[9..12].parse().unwrap()
}

const KEYS: &str = "/oauth2/default/v1/keys";

#[test]
fn a_spawned_mock_answers_blocking_clients_and_waits_for_operations() {
    let mock = &*SHARED;
    let sandbox = mock.wait(mock.sandbox()).unwrap();
    assert_eq!(blocking_status(sandbox.url(), KEYS), 200);
    mock.wait(sandbox.add_fault(&FaultSpec::named("http.status-503").path(KEYS).times(1))).unwrap();
    assert_eq!(blocking_status(sandbox.url(), KEYS), 503);
    assert_eq!(blocking_status(sandbox.url(), KEYS), 200);
    let requests = mock.wait(sandbox.requests()).unwrap();
    assert_eq!(requests.iter().map(|request| request.status).collect::<Vec<_>>(), [200, 503, 200]);
    assert!(requests.iter().all(|request| request.path == KEYS));
}

#[tokio::test]
async fn a_spawned_mock_can_be_used_and_dropped_on_the_only_thread_of_a_runtime() {
    let mock = MockIdp::builder().spawn().unwrap();
    assert_eq!(blocking_status(mock.url(), KEYS), 200);
    let clock = mock.org().advance_clock(Duration::from_secs(90)).await.unwrap();
    assert_eq!((clock.offset, clock.frozen), (90, false));
    assert_eq!(mock.wait(mock.org().clock()).unwrap().offset, 90);
    let url = mock.url().to_owned();
    drop(mock);
    let refused = plain().get(format!("{url}/healthz")).send().await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn a_dropped_sandbox_is_removed() {
    let mock = MockIdp::builder().start().await.unwrap();
    let sandbox = mock.sandbox_with(&SandboxSpec::default().name("dropped").from_org("market")).await.unwrap();
    assert_eq!(sandbox.issuer(), format!("{}/_org/dropped/oauth2/default", mock.url()));
    let keys = format!("{}{KEYS}", sandbox.url());
    assert_eq!(plain().get(&keys).send().await.unwrap().status(), 200);
    drop(sandbox);
    assert_eq!(plain().get(&keys).send().await.unwrap().status(), 404);
    assert!(mock.org_named("dropped").is_none());
}

#[tokio::test]
async fn clock_keys_consents_and_state_have_methods() {
    let mock = MockIdp::builder().control_token("control-secret").start().await.unwrap();
    let org = mock.org();
    assert_eq!((org.name(), org.url(), org.issuer()), ("market", mock.url(), mock.issuer()));
    org.set_clock("2030-01-31T12:00:00Z").await.unwrap();
    assert_eq!(org.freeze_clock(true).await.unwrap().now[..16].to_owned(), "2030-01-31T12:00");
    let before = org.rotate_keys("default").await.unwrap();
    assert_eq!(before[0].status, "ACTIVE");
    let saved = org.save_state().await.unwrap();
    assert_ne!(org.rotate_keys("default").await.unwrap()[0].kid, before[0].kid);
    org.load_state(&saved).await.unwrap();
    assert_eq!(org.save_state().await.unwrap(), saved);
    assert!(!org.reset_clock().await.unwrap().frozen);
    org.add_redirect_uri(WEB, "http://localhost:9999/new").await.unwrap();
    org.unlock("buyer@example.test").await.unwrap();
    assert_eq!(org.consents("buyer@example.test").await.unwrap(), []);
    assert_eq!(org.revoke_consents("buyer@example.test").await.unwrap(), []);
    org.reset().await.unwrap();
    let error = org.unlock("nobody").await.unwrap_err();
    assert_eq!((error.status, error.error.as_str()), (400, "no user has the login or id \"nobody\""));
}

#[tokio::test]
async fn a_fault_for_one_client_spoils_its_next_token() {
    let mock = MockIdp::builder().start().await.unwrap();
    let org = mock.org();
    org.add_fault(&FaultSpec::named("id_token.missing-sub").client(WEB).times(1)).await.unwrap();
    let arrived = authorize(&mock, &browser(), "buyer@example.test", &code_request(WEB, "openid")).await;
    assert!(arrived.starts_with(CALLBACK));
    let issued: Value = redeem(&mock, &parameter(&arrived, "code").unwrap()).await.json().await.unwrap();
    let (_, claims) = crate::flow::decode(issued["id_token"].as_str().unwrap());
    assert_eq!(claims.get("sub"), None);
    org.clear_faults().await.unwrap();
    assert!(org.add_fault(&FaultSpec::named("no.such-fault")).await.is_err());
}

/// The claims of a token.
fn claims(token: &str) -> Value {
    crate::flow::decode(token).1
}

const BUYER: &str = "buyer@example.test";

#[tokio::test]
async fn a_directory_change_is_in_the_tokens_of_the_next_login() {
    let mock = MockIdp::builder().start().await.unwrap();
    let org = mock.org();
    let ada = UserSpec::named("ada@example.test")
        .attribute("firstName", "Ada")
        .attribute("lastName", "Lovelace")
        .password("Passw0rd!")
        .join("Guests");
    let changes = DirectorySpec::default()
        .group(GroupSpec::named("Guests").description("People from outside"))
        .user(ada)
        .user(UserSpec::named("buyer").attribute("department", "Sales"))
        .assignment(AssignmentSpec::to_group("Market demo", "Guests"));
    let changed = org.change_directory(&changes).await.unwrap();
    assert_eq!(changed.groups[0].name, "Guests");
    assert_eq!((changed.users[0].login.as_str(), changed.users[0].status.as_str()), ("ada@example.test", "ACTIVE"));
    assert!(changed.users[0].groups.contains(&"Guests".to_owned()), "{changed:?}");

    let login = LoginSpec::at("Market demo").user("ada@example.test").scopes(&["openid", "profile"]).nonce("n-1");
    let tokens = org.login(&login).await.unwrap();
    let id_token = claims(&tokens.id_token.unwrap());
    assert_eq!((&id_token["name"], &id_token["nonce"]), (&json!("Ada Lovelace"), &json!("n-1")));
    assert_eq!(tokens.others["token_type"], "Bearer");

    org.change_directory(&DirectorySpec::default().user(UserSpec::named("ada@example.test").remove())).await.unwrap();
    let refused = org.login(&login).await.unwrap_err();
    assert_eq!(refused.status, 400, "{refused}");
    let unassigned = org.login(&LoginSpec::at("Market demo").user("unassigned").scopes(&["openid"])).await.unwrap_err();
    assert_eq!(unassigned.status, 403, "{unassigned}");
}

#[tokio::test]
async fn tokens_are_minted_and_the_next_ones_changed() {
    let mock = MockIdp::builder().start().await.unwrap();
    let org = mock.org();
    let spec = MintSpec::access_token("Market demo").user("buyer").scopes(&["products:read"]).lifetime(120);
    let minted = org.mint(&spec.claim("plan", "gold").drop_claim("cid")).await.unwrap();
    assert_eq!((&minted.claims["plan"], minted.claims.get("cid")), (&json!("gold"), None));
    assert_eq!(minted.claims["exp"].as_i64().unwrap() - minted.claims["iat"].as_i64().unwrap(), 120);
    assert_eq!(minted.header["kid"], org.keys().await.unwrap()["default"][0].kid);
    let unknown = org.mint(&MintSpec::id_token("Market demo", "buyer").fault("unknown-kid")).await.unwrap();
    assert_ne!(unknown.header["kid"], minted.header["kid"]);
    assert_eq!(org.mint(&MintSpec::logout_token("Market demo", "buyer")).await.unwrap().header["typ"], "logout+jwt");

    let changed = org.add_next_token(&NextTokenSpec::default().user("buyer").claim("tier", 3).times(2)).await.unwrap();
    let refusal = NextTokenSpec::error("invalid_grant").client("Market demo").always();
    let refusal = org.add_next_token(&refusal).await.unwrap();
    let listed = org.next_tokens().await.unwrap();
    assert_eq!(listed, [changed.clone(), refusal.clone()]);
    assert_eq!((changed.times, changed.user.as_deref(), refusal.times), (Some(2), Some(BUYER), None));
    let login = LoginSpec::at("Market demo").user("buyer").scopes(&["openid"]);
    assert_eq!(org.login(&login).await.unwrap_err().status, 403);
    org.remove_next_token(&refusal.id).await.unwrap();
    assert_eq!(claims(&org.login(&login).await.unwrap().access_token.unwrap())["tier"], 3);
    assert_eq!(org.clear_next_tokens().await.unwrap(), 1);
    assert_eq!(org.next_tokens().await.unwrap(), []);
}

#[tokio::test]
async fn users_in_the_queue_sign_in_and_their_requests_are_awaited() {
    let mock = MockIdp::builder().start().await.unwrap();
    let org = mock.org();
    org.queue_sign_ins(&["buyer", "admin"]).await.unwrap();
    let waiting = org.queue_sign_ins_at("Market demo", &["buyer"]).await.unwrap();
    assert_eq!(waiting.iter().map(|next| next.client_id.as_deref()).collect::<Vec<_>>(), [None, None, Some(WEB)]);
    let query = RequestQuery::default().path("/oauth2/default/v1/token").user("buyer").status(200).method("POST");
    let spawned = {
        let (org, query) = (org.clone(), query.clone());
        tokio::spawn(async move { org.wait_for_requests(1, Duration::from_secs(60), &query).await })
    };
    let url = format!("{}/v1/authorize", mock.issuer());
    let arrived = browser().get(url).query(&code_request(WEB, "openid")).send().await.unwrap();
    let code = parameter(&crate::flow::location(&arrived), "code").unwrap();
    assert_eq!(redeem(&mock, &code).await.status(), 200);
    let found = spawned.await.unwrap().unwrap();
    assert_eq!((found[0].user.as_deref(), found[0].client.as_deref()), (Some(BUYER), Some(WEB)));
    assert_eq!(org.waiting_sign_ins().await.unwrap().len(), 2);
    assert_eq!(org.clear_sign_ins().await.unwrap(), 2);

    redeem(&mock, "wrong").await;
    let refused = org.requests_that_fit(&RequestQuery::default().status("4xx").client("Market demo")).await.unwrap();
    assert_eq!(refused.iter().map(|request| request.path.as_str()).collect::<Vec<_>>(), ["/oauth2/default/v1/token"]);
    let explained = org.explain_request(&found[0].request_id).await.unwrap();
    assert_eq!(explained.request.path, "/oauth2/default/v1/token");
    assert!(!explained.notes.is_empty() && explained.why.is_object(), "{explained:?}");
    let late = org.wait_for_requests(1, Duration::from_secs(1), &RequestQuery::default().path("/never")).await;
    assert_eq!(late.unwrap_err().status, 408);
}

#[tokio::test]
async fn a_key_is_removed_at_once_and_states_are_compared() {
    let mock = MockIdp::builder().start().await.unwrap();
    let org = mock.org();
    let saved = org.save_state().await.unwrap();
    let before = org.keys().await.unwrap()["default"].clone();
    let rotated = org.rotate_keys_with(&KeyRotation::of("default").remove_previous().unannounced()).await.unwrap();
    assert_eq!(rotated.iter().map(|key| key.status.as_str()).collect::<Vec<_>>(), ["ACTIVE", "NEXT"]);
    assert!(rotated.iter().all(|key| !before.contains(key) && key.kid != before[1].kid), "{rotated:?} {before:?}");
    let compared = org.compare_state(&saved).await.unwrap();
    assert!(!compared.equal && compared.changes.iter().any(|change| change.path.starts_with("ledger/server_keys")));
    org.set_clock("2030-01-31T12:00:00Z").await.unwrap();
    org.load_state_at_its_time(&saved).await.unwrap();
    assert!(org.clock().await.unwrap().now.as_str() < "2030");
    assert_eq!(org.keys().await.unwrap()["default"], before);
}

#[tokio::test]
async fn faults_step_info_and_explanations_have_methods() {
    let mock = MockIdp::builder().start().await.unwrap();
    let org = mock.org();
    let fault = FaultSpec::named("http.oauth-error").error("invalid_grant").path("/oauth2/default/v1/token");
    let on = org.add_fault(&fault.error_description("no").probability(0.5, 7)).await.unwrap();
    assert_eq!(org.faults().await.unwrap(), on);
    assert_eq!(on[0].name(), "http.oauth-error");
    assert_eq!(org.step_clock(Duration::from_secs(60)).await.unwrap().step, 60);
    let info = org.info().await.unwrap();
    assert_eq!((info.org.as_str(), info.issuer.as_str()), ("market", mock.issuer()));
    assert!(info.warnings.iter().any(|warning| warning.contains("http.oauth-error")), "{info:?}");
    let parameters = [("client", "Market demo"), ("user", "buyer"), ("scope", "openid orders:update")];
    let explained = org.explain(&parameters).await.unwrap();
    assert_eq!(explained["outcome"], "refused", "{explained}");
    let sandbox = mock.sandbox().await.unwrap();
    let orgs = mock.orgs().await.unwrap();
    assert_eq!((orgs.len(), orgs[1].name.as_str(), orgs[1].sandbox), (2, sandbox.name(), true));
    mock.remove_sandbox(sandbox.name()).await.unwrap();
    assert_eq!(mock.remove_sandbox(sandbox.name()).await.unwrap_err().status, 404);
}

/// Operations for browsers and probes.
const WITHOUT_A_METHOD: [&str; 4] = ["/_mock/openapi.json", "/_mock/ca.pem", "/healthz", "/readyz"];

#[tokio::test]
async fn every_operation_of_the_control_api_has_a_method() {
    let mock = MockIdp::builder().start().await.unwrap();
    let sources = format!("{}/src/mock_idp", env!("CARGO_MANIFEST_DIR"));
    let read = |path: &std::path::Path| std::fs::read_to_string(path).unwrap();
    let mut methods = read(format!("{sources}/sandbox_org.rs").as_ref());
    for file in std::fs::read_dir(format!("{sources}/org_control")).unwrap() {
        methods += &read(&file.unwrap().path());
    }
    methods.retain(|character| !character.is_whitespace());
    let description: Value = mock.org().request(http::Method::GET, "/_mock/openapi.json", &()).await.unwrap();
    let mut found = 0;
    for (path, operations) in description["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let content = operation["responses"]["200"]["content"].as_object().unwrap();
            // `GET /_mock/explain` is the same as POST.
            let same = path == "/_mock/explain" && method == "get";
            if same || !content.contains_key("application/json") || WITHOUT_A_METHOD.contains(&path.as_str()) {
                continue;
            }
            let (method, path) = (method.to_uppercase(), path.split('{').next().unwrap());
            let direct = format!("Method::{method},\"{path}");
            let formatted = format!("Method::{method},&format!(\"{path}");
            let queried = format!("Method::{method},&query.path_of(\"{path}");
            let calls = [direct, formatted, queried];
            assert!(calls.iter().any(|call| methods.contains(call)), "{method} {path} has no method of OrgControl");
            found += 1;
        }
    }
    assert!(found > 30, "{found}");
}
