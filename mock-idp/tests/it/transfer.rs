//! `mock-idp import` and `mock-idp export`: a mock as the live org, a mock that is started with the result, a Terraform state.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use mock_idp::MockIdp;
use mock_idp_core::org::Org;
use mock_idp_core::transfer::{ApiList, WALK};
use reqwest::Client;
use serde_json::{Value, json};

use crate::client;
use crate::flow::WEB;
use crate::org::TestOrg;
use crate::program::{output, program, stderr, stdout};

pub(crate) const TOKEN: &str = "00mockMarketApiToken0123456789abcdefghijkl";

/// The market with objects of the kinds that it does not have.
pub(crate) async fn live_org() -> MockIdp {
    let mock = TestOrg::market().start().await;
    let client = client::plain();
    let create = async |path: &str, body: Value| -> Value {
        let request = client.post(format!("{}{path}", mock.url())).header("authorization", format!("SSWS {TOKEN}"));
        let answer = request.json(&body).send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    };
    let id = |object: &Value| object["id"].as_str().unwrap().to_owned();
    let schema = json!({ "definitions": { "custom": { "id": "#custom", "type": "object", "properties": {
        "badge": { "title": "Badge", "type": "string", "scope": "NONE" },
    } } } });
    create("/api/v1/meta/schemas/user/default", schema.clone()).await;
    create("/api/v1/meta/schemas/group/default", schema).await;
    let kind = json!({ "name": "contractor", "displayName": "Contractor", "description": "From outside" });
    create("/api/v1/meta/types/user", kind).await;
    let group = create("/api/v1/groups", json!({ "profile": { "name": "Fixers", "badge": "green" } })).await;
    let user = create("/api/v1/users?activate=true", json!({
        "profile": { "login": "rex@example.test", "email": "rex@example.test", "firstName": "Rex", "lastName": "O", "badge": "7" },
        "credentials": { "password": { "value": "Rex-Passw0rd" }, "recovery_question": { "question": "Who?", "answer": "the dog" } },
    }))
    .await;
    create(
        "/api/v1/groups/rules",
        json!({
            "type": "group_rule", "name": "Fixers by badge",
            "conditions": { "expression": { "type": "urn:okta:expression:1.0", "value": "user.badge==\"7\"" } },
            "actions": { "assignUserToGroups": { "groupIds": [id(&group)] } },
        }),
    )
    .await;
    create(&format!("/api/v1/users/{}/roles", id(&user)), json!({ "type": "READ_ONLY_ADMIN" })).await;
    let put = async |path: String| {
        let request = client.put(format!("{}{path}", mock.url())).header("authorization", format!("SSWS {TOKEN}"));
        assert!(request.json(&json!({})).send().await.unwrap().status().is_success(), "{path}");
    };
    for (owner, role, target) in [
        (format!("/api/v1/users/{}", id(&user)), "USER_ADMIN", format!("groups/{}", id(&group))),
        (format!("/api/v1/groups/{}", id(&group)), "APP_ADMIN", "catalog/apps/bookmark".to_owned()),
        (format!("/oauth2/v1/clients/{WEB}"), "APP_ADMIN", format!("catalog/apps/oidc_client/{WEB}")),
    ] {
        let role = create(&format!("{owner}/roles"), json!({ "type": role })).await;
        put(format!("{owner}/roles/{}/targets/{target}", id(&role))).await;
    }
    let mappings = client.get(format!("{}/api/v1/mappings?targetId={WEB}", mock.url()));
    let mappings = mappings.header("authorization", format!("SSWS {TOKEN}")).send().await.unwrap();
    let mappings: Value = serde_json::from_str(&mappings.text().await.unwrap()).unwrap();
    let nickname = json!({ "properties": { "nickname": { "expression": "user.department" } } });
    create(&format!("/api/v1/mappings/{}", id(&mappings[0])), nickname).await;
    let zone = json!({ "type": "IP", "name": "Office", "gateways": [{ "type": "CIDR", "value": "192.0.2.0/24" }] });
    create("/api/v1/zones", zone).await;
    create(
        "/api/v1/trustedOrigins",
        json!({
            "name": "Docs", "origin": "https://docs.example.test", "scopes": [{ "type": "CORS" }],
        }),
    )
    .await;
    create(
        "/api/v1/inlineHooks",
        json!({
            "name": "Claims", "type": "com.okta.oauth2.tokens.transform", "version": "1.0.0",
            "channel": { "type": "HTTP", "version": "1.0.0", "config": {
                "uri": "https://hook.example.test/", "method": "POST", "headers": [],
                "authScheme": { "type": "HEADER", "key": "x-key", "value": "hook-secret" },
            } },
        }),
    )
    .await;
    create(
        "/api/v1/meta/schemas/user/linkedObjects",
        json!({
            "primary": { "name": "manager", "title": "Manager", "description": "", "type": "USER" },
            "associated": { "name": "report", "title": "Report", "description": "", "type": "USER" },
        }),
    )
    .await;
    let role = create(
        "/api/v1/iam/roles",
        json!({
            "label": "Readers", "description": "Read users", "permissions": ["okta.users.read"],
        }),
    )
    .await;
    let base = mock.url().trim_end_matches('/').to_owned();
    let set = json!({ "label": "People", "description": "All", "resources": [format!("{base}/api/v1/users")] });
    let set = create("/api/v1/iam/resource-sets", set).await;
    let members = json!({ "role": id(&role), "members": [format!("{base}/api/v1/groups/{}", id(&group))] });
    create(&format!("/api/v1/iam/resource-sets/{}/bindings", id(&set)), members).await;
    let server = create(
        "/api/v1/authorizationServers",
        json!({ "name": "Second", "description": "", "audiences": ["api://2"] }),
    )
    .await;
    let server = format!("/api/v1/authorizationServers/{}", id(&server));
    create(&format!("{server}/scopes"), json!({ "name": "parts:read" })).await;
    create(&format!("{server}/claims"), json!({
        "name": "badge", "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": "user.badge", "status": "ACTIVE",
        "alwaysIncludeInToken": true, "conditions": { "scopes": ["parts:read"] },
    }))
    .await;
    create(
        "/api/v1/apps",
        json!({
            "name": "bookmark", "label": "Wiki", "signOnMode": "BOOKMARK",
            "settings": { "app": { "requestIntegration": false, "url": "https://wiki.example.test" } },
        }),
    )
    .await;
    mock
}

/// The answers of an org to all lists of an import, with the same host.
async fn answers(mock: &MockIdp) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    let client = client::plain();
    for list in WALK {
        read(&client, mock, list, &[], &mut found).await;
    }
    found
}

async fn read(
    client: &Client,
    mock: &MockIdp,
    list: &'static ApiList,
    keys: &[&str],
    found: &mut BTreeMap<String, Value>,
) {
    let path = format!("{}?{}", list.path_of(keys), list.query);
    let request = client.get(format!("{}{path}", mock.url())).header("authorization", format!("SSWS {TOKEN}"));
    let text = request.send().await.unwrap().text().await.unwrap();
    let answer: Value = serde_json::from_str(&text.replace(mock.url(), "http://org")).unwrap();
    let objects = list.member.map_or(&answer, |member| &answer[member]).as_array().cloned();
    for object in objects.into_iter().flatten() {
        let Some(key) = (list.key)(&object) else { continue };
        let keys: Vec<&str> = keys.iter().copied().chain([key]).collect();
        for below in list.below.iter().filter(|below| (below.of)(&object)) {
            Box::pin(read(client, mock, below, &keys, found)).await;
        }
    }
    // A document does not have the times of these objects.
    let without = ["/api/v1/authorizationServers", "/api/v1/trustedOrigins", "/roles?"];
    let has_times = !without.iter().any(|part| path.contains(part));
    found.insert(path, comparable(answer, has_times));
}

/// What is new in each org: ids of errors, keys, and times of changes.
const NEW: [&str; 7] =
    ["client_id_issued_at", "errorId", "expiresAt", "kid", "lastRotated", "nextRotation", "lastUpdated"];

/// Without what is new in each org. Lists are sorted.
fn comparable(value: Value, has_times: bool) -> Value {
    match value {
        Value::Array(elements) => {
            let mut elements: Vec<Value> = elements.into_iter().map(|element| comparable(element, has_times)).collect();
            elements.sort_by_key(Value::to_string);
            elements.into()
        }
        Value::Object(members) => {
            let is_kept = |name: &str| !NEW.contains(&name) && (has_times || name != "created");
            let kept = members.into_iter().filter(|(name, _)| is_kept(name));
            Value::Object(kept.map(|(name, value)| (name, comparable(value, has_times))).collect())
        }
        other => other,
    }
}

fn assert_same(actual: &BTreeMap<String, Value>, expected: &BTreeMap<String, Value>) {
    for (path, answer) in expected {
        assert_eq!(actual.get(path), Some(answer), "{path}");
    }
    assert_eq!(actual.len(), expected.len());
}

/// Runs the program in a thread of its own, so that the mock of the test can answer.
pub(crate) async fn run(state: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = program(state);
    command.args(args).env("OKTA_API_TOKEN", TOKEN);
    let output = tokio::task::spawn_blocking(move || output(&mut command)).await.unwrap();
    (output.status.code().unwrap(), stdout(&output), stderr(&output))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_org_answers_like_the_one_that_it_came_from() {
    let (folder, live) = (tempfile::tempdir().unwrap(), live_org().await);
    let file = folder.path().join("imported.yaml");
    let (file, report) = (file.to_str().unwrap(), folder.path().join("report.json"));
    let args = ["import", "--url", live.url(), "--password", "Passw0rd!", "--out", file, "--report"];
    let (code, _, said) = run(folder.path(), &[&args[..], &[report.to_str().unwrap()]].concat()).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("users: ") && said.contains("Imported ") && said.contains("Next: mock-idp --org "), "{said}");
    // The value of the API token is not imported: it is written into the document.
    let text = std::fs::read_to_string(file).unwrap();
    let token = "apiTokens:\n- ";
    assert_eq!(text.matches(token).count(), 1);
    std::fs::write(file, text.replace(token, &format!("{token}value: {TOKEN}\n  "))).unwrap();
    let imported = MockIdp::builder().org_file(file).unwrap().start().await.unwrap();
    assert_same(&answers(&imported).await, &answers(&live).await);

    let report: Value = serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
    let members: Vec<&str> = report.as_array().unwrap().iter().map(|one| one["member"].as_str().unwrap()).collect();
    assert!(members.contains(&"channel.config.authScheme.value"), "{members:?}");
    assert!(members.contains(&"credentials.recovery_question.answer"), "{members:?}");
    assert!(!members.contains(&"credentials.password"), "{members:?}");
    let kinds: Vec<&str> = report.as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    for kind in ["factors of users", "links between users", "apps that trust each other", "hook keys"] {
        assert_eq!(kinds.iter().filter(|known| **known == kind).count(), 1, "{kind}: {kinds:?}");
    }

    let (code, _, said) = run(folder.path(), &args[..args.len() - 1]).await;
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("exists already; it is left as it is"), "{said}");
}

/// A proxy that refuses the first request of each path by the rate limit.
async fn limiting_proxy(target: String) -> SocketAddr {
    type Seen = Arc<(String, Mutex<Vec<String>>)>;
    async fn forward(State(state): State<Seen>, request: Request) -> Response {
        let path = request.uri().path_and_query().unwrap().to_string();
        let is_new = {
            let mut seen = state.1.lock().unwrap();
            let is_new = !seen.contains(&path);
            seen.push(path.clone());
            is_new
        };
        if is_new {
            let headers = [("date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("x-rate-limit-reset", "784111777")];
            return (StatusCode::TOO_MANY_REQUESTS, headers, "{}").into_response();
        }
        let token = request.headers()["authorization"].clone();
        let answer =
            client::plain().get(format!("{}{path}", state.0)).header("authorization", token).send().await.unwrap();
        let links: Vec<_> = answer.headers().get_all("link").iter().cloned().collect();
        let status = answer.status();
        let mut response = (status, answer.text().await.unwrap()).into_response();
        links.into_iter().for_each(|link| _ = response.headers_mut().append("link", link));
        response
    }
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let state = Arc::new((target, Mutex::new(Vec::new())));
    let routes = Router::new().fallback(forward).with_state(state);
    tokio::spawn(async move { axum::serve(socket, routes).await });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_beyond_the_rate_limit_are_repeated() {
    let (folder, live) = (tempfile::tempdir().unwrap(), TestOrg::market().start().await);
    let (code, expected, _) = run(folder.path(), &["import", "--url", live.url()]).await;
    assert_eq!(code, 0);
    let proxy = format!("http://{}", limiting_proxy(live.url().trim_end_matches('/').to_owned()).await);
    let (code, actual, said) = run(folder.path(), &["import", "--url", &proxy, "--subdomain", "localhost"]).await;
    assert_eq!(code, 0, "{said}");
    let without_origin = |text: &str| text.split_once('\n').unwrap().1.to_owned();
    assert_eq!(without_origin(&actual), without_origin(&expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_and_a_host_that_is_not_an_org_are_errors() {
    let (folder, live) = (tempfile::tempdir().unwrap(), TestOrg::market().start().await);
    let (code, _, said) = run(folder.path(), &["import", "--url", live.url(), "--token", "00wrong"]).await;
    assert_eq!((code, said.lines().last()), (2, Some("mock-idp: the org does not accept the token (401)")));
    let (code, _, said) = run(folder.path(), &["import", "--url", "ftp://org.example"]).await;
    assert_eq!((code, said.as_str()), (2, "mock-idp: ftp://org.example/ is not the URL of an org\n"));
    let (code, _, said) = run(folder.path(), &["import"]).await;
    assert_eq!(code, 2);
    assert!(said.contains("--url <URL>|--state <FILE>|--answers <DIR>"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_with_answers_is_imported() {
    let folder = tempfile::tempdir().unwrap();
    let answers = folder.path().join("answers");
    let write = |path: &str, text: String| {
        let file = answers.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    };
    let user = |name: &str| {
        let login = format!("{name}@example.test");
        json!({ "id": format!("00u{name}00000000000000"), "status": "ACTIVE", "profile": {
            "login": login, "email": login, "firstName": name, "lastName": "Z",
        } })
    };
    write(
        "api/v1/groups.json",
        json!([{ "id": "00gsome0000000000000", "type": "OKTA_GROUP", "profile": { "name": "Some" } }]).to_string(),
    );
    write("api/v1/groups/00gsome0000000000000/users.json", json!([user("ann")]).to_string());
    let line = |path: &str, answer: Value| {
        json!({ "method": "GET", "path": path, "status": 200, "answer": answer.to_string() }).to_string()
    };
    let lines = [
        line("/api/v1/users?limit=1", json!([user("ann")])),
        line("/api/v1/users?after=00uann00000000000000&limit=1", json!([user("bob")])),
        json!({ "method": "GET", "path": "/api/v1/zones", "status": 403, "answer": "{}" }).to_string(),
    ];
    write("tape.jsonl", lines.join("\n"));
    let (code, yaml, said) = run(folder.path(), &["import", "--answers", answers.to_str().unwrap()]).await;
    assert_eq!(code, 0, "{said}");
    let org = Org::parse(&yaml).unwrap();
    let users: Vec<_> = org.users().map(|user| (user.id.as_str(), user.group_ids.join(","))).collect();
    assert_eq!(
        users,
        [("00uann00000000000000", "00gsome0000000000000".to_owned()), ("00ubob00000000000000", String::new())]
    );
    write("broken.jsonl", "{}\n{".to_owned());
    let (code, _, said) = run(folder.path(), &["import", "--answers", answers.to_str().unwrap()]).await;
    assert_eq!(code, 2);
    assert!(said.contains("broken.jsonl:2:"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tape_is_imported_as_the_org_that_was_there_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let call = |method: &str, path: &str, status: u16, answer: Value| {
        json!({ "method": method, "path": path, "status": status, "answer": answer.to_string() }).to_string()
    };
    let conditions = json!({ "people": { "groups": { "include": [] } } });
    let policy = json!({
        "id": "00pold00000000000000", "type": "MFA_ENROLL", "status": "ACTIVE", "name": "Old", "priority": 1, "system": false,
        "conditions": conditions, "settings": { "type": "AUTHENTICATORS", "authenticators": [] },
    });
    let flags = json!({ "itpEnabled": true });
    let organization = json!({ "id": "00orecorded000000000", "cell": "ok9", "pipeline": "v1", "settings": flags });
    let feature = json!({
        "id": "ftrold00000000000000", "type": "self-service", "name": "Old feature", "status": "DISABLED", "description": "Old",
        "stage": { "value": "BETA", "state": "OPEN" }, "_links": { "helpDoc": { "href": "https://docs.example.test/" } },
    });
    let lines = [
        call("GET", "/.well-known/okta-organization", 200, organization),
        call("GET", "/api/v1/policies/00pold00000000000000", 200, policy.clone()),
        call("POST", "/api/v1/policies", 200, json!({ "id": "00pnew00000000000000", "type": "MFA_ENROLL" })),
        call("GET", "/api/v1/policies/00pnew00000000000000", 200, json!({ "id": "00pnew00000000000000" })),
        call("GET", "/api/v1/features", 200, json!([feature])),
        call("GET", "/api/v1/authorizationServers", 401, json!({ "errorCode": "E0000015" })),
    ];
    std::fs::create_dir(folder.path().join("answers")).unwrap();
    std::fs::write(folder.path().join("answers/tape.jsonl"), lines.join("\n")).unwrap();
    let (answers, file) = (folder.path().join("answers"), folder.path().join("okta.yaml"));
    let (answers, file) = (answers.to_str().unwrap(), file.to_str().unwrap());
    let args = ["import", "--answers", answers, "--api-token", TOKEN, "--subdomain", "recorded", "--out", file];
    let (code, _, said) = run(folder.path(), &args).await;
    assert_eq!(code, 0, "{said}");

    // A tape that says nothing of the org is one of a fresh org.
    std::fs::write(folder.path().join("answers/tape.jsonl"), &lines[2]).unwrap();
    let (code, yaml, said) = run(folder.path(), &["import", "--answers", answers]).await;
    assert_eq!((code, Org::parse(&yaml).unwrap().users().count()), (0, 0), "{said}");

    let mock = MockIdp::builder().org_file(file).unwrap().start().await.unwrap();
    let get = async |path: &str| {
        let request = client::plain().get(format!("{}{path}", mock.url()));
        let answer = request.header("authorization", format!("SSWS {TOKEN}")).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str::<Value>(&answer.text().await.unwrap()).unwrap())
    };
    let (_, organization) = get("/.well-known/okta-organization").await;
    assert_eq!((&organization["cell"], &organization["pipeline"]), (&json!("ok9"), &json!("v1")));
    assert_eq!(organization["settings"]["itpEnabled"], true);
    let (status, found) = get("/api/v1/policies/00pold00000000000000").await;
    assert_eq!((status, &found["name"], &found["type"]), (200, &policy["name"], &policy["type"]));
    assert_eq!(get("/api/v1/policies/00pnew00000000000000").await.0, 404);
    let (_, features) = get("/api/v1/features").await;
    assert_eq!(features[0]["id"], "ftrold00000000000000");
    assert_eq!(features[0]["_links"]["helpDoc"]["href"], "https://docs.example.test/");
    assert_eq!(get("/api/v1/authorizationServers").await.0, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_org_is_exported_as_it_is_now() {
    let (folder, live) = (tempfile::tempdir().unwrap(), live_org().await);
    let (code, yaml, said) = run(folder.path(), &["export", "--url", live.url()]).await;
    assert_eq!(code, 0, "{said}");
    let exported = MockIdp::builder().org_yaml(&yaml).start().await.unwrap();
    assert_same(&answers(&exported).await, &answers(&live).await);
    let (_, again, _) = run(folder.path(), &["export", "--url", exported.url()]).await;
    assert_eq!(again, yaml);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_org_is_exported_as_terraform_and_its_state_imported() {
    let folder = tempfile::tempdir().unwrap();
    let (code, hcl, said) = run(folder.path(), &["export", "--format", "terraform"]).await;
    assert_eq!(code, 0);
    assert!(hcl.contains("resource \"okta_app_oauth\" \"market_demo\" {") && !hcl.contains("Passw0rd!"));
    assert!(said.starts_with("Not exported:\n"), "{said}");
    let state = json!({ "version": 4, "resources": [{ "mode": "managed", "type": "okta_user", "name": "ada", "instances": [{
        "attributes": {
            "id": "00uada00000000000000", "login": "ada@example.test", "email": "ada@example.test", "first_name": "Ada", "last_name": "L",
            "status": "ACTIVE", "raw_status": "LOCKED_OUT", "custom_profile_attributes": "{\"badge\":\"7\"}", "city": "",
        },
    }] }] });
    let file = folder.path().join("terraform.tfstate");
    std::fs::write(&file, state.to_string()).unwrap();
    let (code, yaml, said) = run(folder.path(), &["import", "--state", file.to_str().unwrap()]).await;
    assert_eq!(code, 0, "{said}");
    let org = Org::parse(&yaml).unwrap();
    let ada = org.user("00uada00000000000000").unwrap();
    assert_eq!((ada.status.name(), ada.profile.others["badge"].as_str()), ("LOCKED_OUT", Some("7")));
    assert_eq!(org.identity().subdomain, "imported");
}
