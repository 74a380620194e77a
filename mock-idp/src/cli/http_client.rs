//! Requests to a running mock.

use std::time::Duration;

use axum::body::Body;
use http::{Method, Request, Uri, header};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use super::failure::Failure;

/// Time limit for the whole exchange.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Largest answer, in bytes.
const MAX_ANSWER: usize = 256 * 1024 * 1024;

/// A request to a mock.
#[derive(Debug)]
pub(super) struct Exchange<'a> {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) token: Option<&'a str>,
    /// JSON.
    pub(super) body: Option<String>,
}

/// Status and JSON body of the answer to a GET request.
pub(super) fn get(url: &str, token: Option<&str>) -> Result<(u16, Value), Failure> {
    send(&Exchange { method: Method::GET, url: url.to_owned(), token, body: None })
}

/// Status and JSON body of an answer; a body that is not JSON becomes a string.
pub(super) fn send(exchanged: &Exchange<'_>) -> Result<(u16, Value), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::machine)?;
    let answer = async { tokio::time::timeout(TIMEOUT, exchange(exchanged)).await };
    let late = || Failure::machine(format!("no answer from {} within {} s", exchanged.url, TIMEOUT.as_secs()));
    let answer = runtime.block_on(answer).map_err(|_| late())?;
    runtime.shutdown_background();
    answer
}

/// Makes a request; status and JSON body of the answer. A body that is not JSON becomes a string.
pub(super) async fn exchange(Exchange { method, url, token, body }: &Exchange<'_>) -> Result<(u16, Value), Failure> {
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
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, authority.as_str());
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let request = request.body(body.clone().unwrap_or_default()).map_err(Failure::machine)?;
    let response = sender.send_request(request).await.map_err(|error| unreachable(&error))?;
    let status = response.status().as_u16();
    let body =
        axum::body::to_bytes(Body::new(response.into_body()), MAX_ANSWER).await.map_err(|error| unreachable(&error))?;
    driver.abort();
    let text = || Value::String(String::from_utf8_lossy(&body).into_owned());
    Ok((status, serde_json::from_slice(&body).unwrap_or_else(|_| text())))
}
