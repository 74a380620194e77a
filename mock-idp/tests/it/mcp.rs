//! Sessions of the Model Context Protocol over standard input and output.

use std::process::Stdio;

use mock_idp::MockIdp;
use rmcp::model::{CallToolRequestParams, CallToolResult};
use rmcp::service::RunningService;
use rmcp::{RoleClient, ServiceExt as _};
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::client::TENANT_2;
use crate::program::program;

/// A session with `mock-idp mcp`.
struct Session {
    client: RunningService<RoleClient, ()>,
    child: Child,
    _state: tempfile::TempDir,
}

impl Session {
    async fn start(arguments: &[&str]) -> Self {
        let state = tempfile::tempdir().unwrap();
        let mut command = program(state.path());
        command.arg("mcp").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = Command::from(command).kill_on_drop(true).spawn().unwrap();
        let streams = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
        let client = ().serve(streams).await.unwrap();
        Self { client, child, _state: state }
    }

    async fn result(&self, name: &'static str, arguments: Value) -> CallToolResult {
        let arguments = arguments.as_object().unwrap().clone();
        self.client.call_tool(CallToolRequestParams::new(name).with_arguments(arguments)).await.unwrap()
    }

    /// The JSON that a tool returns.
    async fn call(&self, name: &'static str, arguments: Value) -> Value {
        let result = self.result(name, arguments).await;
        assert_eq!(result.is_error, Some(false), "{name}: {result:?}");
        serde_json::from_str(text(&result)).unwrap()
    }

    /// The text of a refusal.
    async fn refusal(&self, name: &'static str, arguments: Value) -> String {
        let result = self.result(name, arguments).await;
        assert_eq!(result.is_error, Some(true), "{name}: {result:?}");
        text(&result).to_owned()
    }

    /// Closes the session; the exit code of the program.
    async fn end(mut self) -> Option<i32> {
        self.client.cancel().await.unwrap();
        self.child.wait().await.unwrap().code()
    }
}

fn text(result: &CallToolResult) -> &str {
    &result.content[0].as_text().unwrap().text
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_sets_up_an_org_asks_why_a_token_is_refused_and_reads_the_journal() {
    let session = Session::start(&["--port", "0"]).await;
    let info = session.client.peer_info().unwrap();
    assert_eq!(info.server_info.as_ref().unwrap().name, "mock-idp");
    assert!(info.instructions.as_deref().unwrap().contains("local mock of an Okta org"));
    let issuer = session.call("info", json!({})).await["issuer"].as_str().unwrap().to_owned();
    assert!(issuer.starts_with("http://localhost:") && issuer.ends_with("/oauth2/default"), "{issuer}");

    let added = session.call("add_org", json!({ "from": "market", "name": "agent" })).await;
    assert_eq!(added["issuer"], issuer.replace("/oauth2", "/_org/agent/oauth2"));
    let change = json!({ "in_org": "agent", "users": [{ "user": "buyer", "join": ["Admins"] }] });
    let changed = session.call("change_directory", change).await;
    assert!(changed["users"][0]["groups"].as_array().unwrap().contains(&json!("Admins")), "{changed}");

    let unknown = session.refusal("info", json!({ "in_org": "none" })).await;
    assert!(unknown.contains("none"), "{unknown}");

    let question = json!({ "client": "Market demo", "user": "unassigned", "scope": "openid" });
    let explained = session.call("explain", question).await;
    assert_eq!((&explained["outcome"], &explained["id"]), (&json!("refused"), &json!("user_not_assigned")));
    let login = json!({ "client": "Market demo", "user": "buyer", "scopes": ["openid"], "in_org": "agent" });
    let tokens = session.call("login", login).await;
    assert!(tokens["tokens"]["id_token"].is_string(), "{tokens}");

    let url = format!("{}/v1/token", issuer.replace("/oauth2", "/_org/agent/oauth2"));
    let form = [("grant_type", "authorization_code"), ("code", "none"), ("client_id", "nobody")];
    let refused = crate::client::plain().post(url).form(&form).send().await.unwrap();
    assert_eq!(refused.status(), 401);
    let waiting = json!({ "path": "/oauth2/default/v1/token", "in_org": "agent", "timeout": 60 });
    let requests = session.call("wait_for_requests", waiting).await;
    assert_eq!((requests.as_array().unwrap().len(), &requests[0]["status"]), (1, &json!(401)));
    let why = json!({ "request_id": requests[0]["request_id"], "in_org": "agent" });
    let request = session.call("request", why).await;
    assert!(request["reason"].as_str().unwrap().contains("nobody"), "{request}");
    assert_eq!(request["request"]["body"]["client_id"], "nobody");
    assert_eq!(session.call("remove_org", json!({ "org": "agent" })).await, json!({ "removed": "agent" }));
    assert_eq!(session.end().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tools_are_the_operations_that_the_running_mock_describes() {
    let mock = MockIdp::builder().control_token("opensesame").start().await.unwrap();
    let session = Session::start(&["--url", mock.url(), "--control-token", "opensesame"]).await;
    let tools = session.client.list_all_tools().await.unwrap();
    let description: Value = mock.org().request(http::Method::GET, "/_mock/openapi.json", &()).await.unwrap();
    let mut described: Vec<&str> = Vec::new();
    for operation in
        description["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values())
    {
        if operation.pointer("/responses/200/content/application~1json").is_some() {
            described.push(operation["operationId"].as_str().unwrap());
        }
    }
    let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_ref()).collect();
    let not_offered = ["openapi", "healthz", "readyz", "state", "load_state", "compare_state", "explain_json"];
    described.retain(|id| !not_offered.contains(id));
    assert_eq!(names, described);
    assert!(names.len() > 25, "{names:?}");
    for tool in &tools {
        let schema = serde_json::to_value(&*tool.input_schema).unwrap();
        assert!(schema["properties"]["in_org"].is_object(), "{}", tool.name);
        assert!(!schema.to_string().contains("#/components/"), "{schema}");
        let hints = tool.annotations.as_ref().unwrap();
        assert_eq!(hints.read_only_hint, Some(tool.description.as_ref().unwrap().contains("\nGET ")), "{}", tool.name);
    }

    session.call("change_clock", json!({ "set": "2030-01-31T12:00:00Z" })).await;
    assert!(mock.org().clock().await.unwrap().now.starts_with("2030-01-31"));
    let refusal = session.refusal("add_fault", json!({ "name": "id_token.wrong-nonse" })).await;
    assert!(refusal.contains("did you mean \\\"id_token.wrong-nonce\\\"?"), "{refusal}");
    let refusal = session.refusal("clock", json!({ "inorg": "market" })).await;
    assert_eq!(refusal, "clock has no argument \"inorg\"; did you mean \"in_org\"?");
    let unknown = session.client.call_tool(CallToolRequestParams::new("add_falt")).await.unwrap_err().to_string();
    assert!(unknown.contains("did you mean \"add_fault\"?"), "{unknown}");
    assert_eq!(session.end().await, Some(0));
    assert!(mock.org().clock().await.is_ok(), "the running mock goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mock_of_an_org_document_is_started_and_a_wrong_url_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let org = dir.path().join("org.yaml");
    std::fs::write(&org, TENANT_2).unwrap();
    let session = Session::start(&["--org", org.to_str().unwrap(), "--port", "0"]).await;
    assert_eq!(session.call("orgs", json!({})).await[0]["name"], "tenant2");
    assert_eq!(session.end().await, Some(0));

    let closed = MockIdp::builder().control_token("opensesame").start().await.unwrap();
    for (url, code, text) in [
        (closed.url(), 2, "answered 401: the control token is missing or wrong"),
        ("http://localhost:1", 5, "no mock is reachable at localhost:1"),
        ("https://localhost:1", 2, "has to begin with http://"),
    ] {
        let mut command = program(dir.path());
        let url = url.to_owned();
        let ended = tokio::task::spawn_blocking(move || command.args(["mcp", "--url", &url]).output().unwrap());
        let ended = ended.await.unwrap();
        assert_eq!(ended.status.code(), Some(code), "{ended:?}");
        assert!(String::from_utf8_lossy(&ended.stderr).contains(text), "{ended:?}");
    }
}
