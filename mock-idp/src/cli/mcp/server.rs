//! The server: lists the tools, and makes the request that a call stands for.

use std::time::Duration;

use http::Method;
use mock_idp_core::text::nearest;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde_json::Value;
use tokio::time::timeout;

use super::tool::{ControlTool, tools};
use crate::cli::http_client::{Exchange, exchange};

/// A little longer than requests can wait for others.
const PATIENCE: Duration = Duration::from_secs(310);

const INSTRUCTIONS: &str = "Controls a local mock of an Okta org for development and tests. \
    info returns the issuer, explain what a token request would return and why, requests the recorded requests, and request the \
    explanation of one. add_org adds an org for an experiment, from an org document if one is given; in_org names it in other tools. \
    reset undoes all changes.";

/// The operations of one mock.
#[derive(Debug)]
pub(super) struct ControlServer {
    base: String,
    token: Option<String>,
    tools: Vec<ControlTool>,
}

impl ControlServer {
    /// The operations that a description has.
    pub(super) fn new(base: &str, token: Option<&str>, description: &Value) -> Self {
        Self { base: base.to_owned(), token: token.map(str::to_owned), tools: tools(description) }
    }

    fn tool(&self, name: &str) -> Result<&ControlTool, ErrorData> {
        self.tools.iter().find(|known| known.tool.name == name).ok_or_else(|| {
            let names = self.tools.iter().map(|known| known.tool.name.as_ref());
            let hint = nearest(name, names).map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
            ErrorData::invalid_params(format!("no tool is named {name:?}{hint}"), None)
        })
    }

    /// What the mock answers; whether it is an error.
    async fn call(&self, tool: &ControlTool, arguments: serde_json::Map<String, Value>) -> (String, bool) {
        let request = match tool.request(arguments) {
            Ok(request) => request,
            Err(error) => return (error, true),
        };
        let url = format!("{}{}", self.base, request.target);
        // What changes something has to be JSON, even without a body.
        let body = request.body.map(|body| body.to_string()).or((request.method != Method::GET).then(String::new));
        let (method, token) = (request.method, self.token.as_deref());
        match timeout(PATIENCE, exchange(&Exchange { method, url: url.clone(), token, body })).await {
            Ok(Ok((status, body))) => {
                (serde_json::to_string_pretty(&body).unwrap_or_default(), !(200..300).contains(&status))
            }
            Ok(Err(failure)) => (failure.text, true),
            Err(_) => (format!("no answer from {url} within {} s", PATIENCE.as_secs()), true),
        }
    }
}

impl ServerHandler for ControlServer {
    fn get_info(&self) -> ServerConfig {
        let own = Implementation::new("mock-idp", env!("CARGO_PKG_VERSION")).with_title("Local mock of an Okta org");
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(own)
            .with_instructions(INSTRUCTIONS)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.tool(name).ok().map(|known| known.tool.clone())
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools.iter().map(|known| known.tool.clone()).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let tool = self.tool(&request.name)?;
        let (text, is_error) = self.call(tool, request.arguments.unwrap_or_default()).await;
        let content = vec![ContentBlock::text(text)];
        let result = if is_error { CallToolResult::error(content) } else { CallToolResult::success(content) };
        Ok(result.into())
    }
}
