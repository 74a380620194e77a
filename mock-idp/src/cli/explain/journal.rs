//! `mock-idp explain`: reads an entry from the journal of a running mock.

use std::fmt::Write as _;
use std::time::Duration;

use axum::body::Body;
use http::{Request, Uri, header};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use super::output::{CommandOutput, brief};
use crate::cli::config::ExplainArgs;
use crate::cli::failure::Failure;

/// Time limit for the whole exchange.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Largest entry, in bytes.
const MAX_ENTRY: usize = 16 * 1024 * 1024;

/// The journal entry of a request.
pub(in crate::cli) fn explain(args: &ExplainArgs) -> Result<CommandOutput, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::machine)?;
    let url = format!("{}/_mock/requests/{}", args.url.trim_end_matches('/'), args.request_id);
    let answer = async { tokio::time::timeout(TIMEOUT, get(&url, args.control_token.as_deref())).await };
    let (status, entry) = runtime
        .block_on(answer)
        .map_err(|_| Failure::machine(format!("no answer from {url} within {} s", TIMEOUT.as_secs())))??;
    if status != 200 {
        let error = entry.get("error").and_then(Value::as_str).unwrap_or("it is not a mock-idp");
        return Err(Failure::invalid(format!("{url} answered {status}: {error}")));
    }
    let text = match args.json {
        true => serde_json::to_string_pretty(&entry).map_err(Failure::machine)? + "\n",
        false => render(&entry),
    };
    Ok(CommandOutput { text, positive: true })
}

async fn get(url: &str, token: Option<&str>) -> Result<(u16, Value), Failure> {
    let uri: Uri = url.parse().map_err(|error| Failure::invalid(format!("{url:?} is not a URL: {error}")))?;
    let (Some("http"), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(Failure::invalid(format!(
            "{url:?}: the URL has to begin with http://; the port serves http and https"
        )));
    };
    let (host, port) = (authority.host().trim_matches(['[', ']']), authority.port_u16().unwrap_or(80));
    let unreachable =
        |error: &dyn std::fmt::Display| Failure::machine(format!("no mock is reachable at {authority}: {error}"));
    let stream = TcpStream::connect((host, port)).await.map_err(|error| unreachable(&error))?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| unreachable(&error))?;
    let driver = tokio::spawn(connection);
    let mut request = Request::get(uri.path()).header(header::HOST, authority.as_str());
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let request = request.body(String::new()).map_err(Failure::machine)?;
    let response = sender.send_request(request).await.map_err(|error| unreachable(&error))?;
    let status = response.status().as_u16();
    let body =
        axum::body::to_bytes(Body::new(response.into_body()), MAX_ENTRY).await.map_err(|error| unreachable(&error))?;
    driver.abort();
    Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

/// The entry, then its notes with their values.
fn render(entry: &Value) -> String {
    let field = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
    let status = entry.get("status").map(brief).unwrap_or_default();
    let mut text = format!("{} {} -> {status}   {}\n", field("method"), field("path"), field("time"));
    let _ = writeln!(text, "client {}, user {}", field("client"), field("user"));
    if let Some(reason) = entry.get("reason").and_then(Value::as_str) {
        let _ = writeln!(text, "refused: {reason}");
    }
    text.push('\n');
    for note in entry.get("notes").and_then(Value::as_array).into_iter().flatten() {
        let word = |name: &str| note.get(name).and_then(Value::as_str).unwrap_or_default();
        let mark = match word("verdict") {
            "matched" | "added" => '+',
            "refused" => '!',
            _ => '-',
        };
        let value = note.pointer("/detail/value").map(|value| format!(" = {value}")).unwrap_or_default();
        let _ = writeln!(text, "{mark} {}{value}: {}", word("subject"), word("because"));
        for step in note.pointer("/detail/steps").and_then(Value::as_array).into_iter().flatten() {
            let part = step.get("part").and_then(Value::as_str).unwrap_or_default();
            let _ = writeln!(text, "    {part} = {}", step.get("value").map(brief).unwrap_or_default());
        }
    }
    text
}
