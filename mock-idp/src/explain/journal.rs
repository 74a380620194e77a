//! `mock-idp explain`: asks a running mock's journal why it answered a request as it did.

use std::fmt::Write as _;
use std::time::Duration;

use axum::body::Body;
use http::{Request, Uri, header};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use super::{Said, brief};
use crate::Failure;
use crate::config::ExplainArgs;

/// How long a mock on this machine may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest entry, in bytes.
const LONGEST: usize = 16 * 1024 * 1024;

/// What the journal says of a request.
pub(crate) fn explain(args: &ExplainArgs) -> Result<Said, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::machine)?;
    let url = format!("{}/_mock/requests/{}", args.url.trim_end_matches('/'), args.request_id);
    let asked = async { tokio::time::timeout(PATIENCE, get(&url, args.control_token.as_deref())).await };
    let (status, entry) = runtime
        .block_on(asked)
        .map_err(|_| Failure::machine(format!("no answer from {url} within {} s", PATIENCE.as_secs())))??;
    if status != 200 {
        let error = entry.get("error").and_then(Value::as_str).unwrap_or("it is no mock-idp");
        return Err(Failure::wrong(format!("{url} answered {status}: {error}")));
    }
    let text = match args.json {
        true => serde_json::to_string_pretty(&entry).map_err(Failure::machine)? + "\n",
        false => told(&entry),
    };
    Ok(Said { text, good: true })
}

async fn get(url: &str, token: Option<&str>) -> Result<(u16, Value), Failure> {
    let uri: Uri = url.parse().map_err(|error| Failure::wrong(format!("{url:?} is no address: {error}")))?;
    let (Some("http"), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(Failure::wrong(format!("{url:?}: the mock's address begins with http://; one port speaks both")));
    };
    let (host, port) = (authority.host().trim_matches(['[', ']']), authority.port_u16().unwrap_or(80));
    let unreachable =
        |error: &dyn std::fmt::Display| Failure::machine(format!("no mock answers at {authority}: {error}"));
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
        axum::body::to_bytes(Body::new(response.into_body()), LONGEST).await.map_err(|error| unreachable(&error))?;
    driver.abort();
    Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

/// The entry, then its notes: what decided, and on which values.
fn told(entry: &Value) -> String {
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
