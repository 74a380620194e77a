//! `mock-idp mcp`: the control API as a server of the Model Context Protocol over standard input and output.

mod server;
mod tool;

use std::io::IsTerminal as _;

use http::Method;
use mock_idp::write_stderr;
use rmcp::ServiceExt as _;
use rmcp::transport::stdio;
use serde_json::Value;
use tokio::runtime::Runtime;

use self::server::ControlServer;
use super::config::McpArgs;
use super::failure::Failure;
use super::http_client::{Exchange, exchange};

/// Runs `mock-idp mcp` until its client closes standard input.
pub(super) fn run(args: &McpArgs) -> Result<(), Failure> {
    let runtime = Runtime::new().map_err(Failure::machine)?;
    let result = runtime.block_on(serve(args));
    // A read of standard input cannot be cancelled.
    runtime.shutdown_background();
    result
}

async fn serve(args: &McpArgs) -> Result<(), Failure> {
    let Some(url) = &args.url else {
        let mock = args.builder()?.start().await?;
        mock.warnings().iter().for_each(|warning| write_stderr(&format!("mock-idp: {warning}\n")));
        let served = serve_mock(mock.url(), args.control_token()).await;
        mock.stop().await;
        return served;
    };
    serve_mock(url, args.control_token()).await
}

/// Serves the operations that the mock at this URL describes.
async fn serve_mock(url: &str, token: Option<&str>) -> Result<(), Failure> {
    let url = url.trim_end_matches('/');
    let description = format!("{url}/_mock/openapi.json");
    let asked = Exchange { method: Method::GET, url: description.clone(), token, body: None };
    let (status, document) = exchange(&asked).await?;
    if status != 200 {
        let error = document.get("error").and_then(Value::as_str).unwrap_or("it is not a mock-idp");
        return Err(Failure::invalid(format!("{description} answered {status}: {error}")));
    }
    if std::io::stdin().is_terminal() {
        write_stderr(&format!("mock-idp: MCP server for {url}; a client sends requests on standard input\n"));
    }
    let server = ControlServer::new(url, token, &document);
    // A client that closes standard input at once has not begun a session.
    let Ok(running) = server.serve(stdio()).await else { return Ok(()) };
    running.waiting().await.map_err(Failure::machine).map(drop)
}
