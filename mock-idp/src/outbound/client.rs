//! The HTTP client, bounded in time and size.
//!
//! http and https. Redirects are not followed and proxies not used: the other end is a program on this machine or in the network
//! of the test.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Request, StatusCode, Uri, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::hook_targets::HookTargets;
use super::networks::{AddressType, Networks};

/// Time limit for a whole exchange.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Largest answer, in bytes.
const MAX_ANSWER: usize = 256 * 1024;

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutboundError {
    #[error("`{0}` is not an http or https URI")]
    NotAnAddress(String),
    #[error("no connection: {0}")]
    Connection(#[from] std::io::Error),
    #[error(
        "`{host}` is {address}, an address of {}; start the mock with --allow-private-networks if it may be called",
        if AddressType::of(*address) == AddressType::Loopback { "this machine, which other machines can reach through this mock" } else { "a private network" }
    )]
    Network { host: String, address: IpAddr },
    #[error(
        "requests of hooks and identity providers may not be sent to `{host}`, which is {address}; to allow it, start the mock with --hooks {host}"
    )]
    HookTarget { host: String, address: IpAddr },
    #[error("hooks and identity providers are not called here")]
    HooksOff,
    #[error("the access token for the hook: {0}")]
    HookToken(String),
    #[error("TLS is unavailable: {0}")]
    Tls(#[from] rustls::Error),
    #[error("the exchange failed: {0}")]
    Exchange(#[from] hyper::Error),
    #[error("the request cannot be written: {0}")]
    Request(#[from] http::Error),
    #[error("the answer cannot be read, or is longer than {MAX_ANSWER} bytes: {0}")]
    Answer(#[from] axum::Error),
    #[error("status {}", .0.as_u16())]
    Status(StatusCode),
    #[error("no answer within {0} s")]
    Late(u64),
}

/// Fetches a document.
///
/// # Errors
/// Anything but a 200 in time.
pub(crate) async fn fetch(uri: &str, networks: Networks) -> Result<Bytes, OutboundError> {
    within(TIMEOUT, get(uri, networks)).await
}

async fn get(uri: &str, networks: Networks) -> Result<Bytes, OutboundError> {
    let request = Request::get(uri).header(header::ACCEPT, "application/json").body(Body::empty())?;
    let (status, answer) = send(uri, request, Permission::Networks(networks)).await?;
    if status == StatusCode::OK { Ok(answer) } else { Err(OutboundError::Status(status)) }
}

/// Posts a form.
///
/// # Errors
/// Anything but a success in time.
pub(crate) async fn post_form(uri: &str, form: String, networks: Networks) -> Result<(), OutboundError> {
    let post = async {
        let request = Request::post(uri)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::CONTENT_LENGTH, form.len())
            .body(Body::from(form))?;
        let (status, _) = send(uri, request, Permission::Networks(networks)).await?;
        if status.is_success() { Ok(()) } else { Err(OutboundError::Status(status)) }
    };
    within(TIMEOUT, post).await
}

/// Runs an exchange for at most this time. Boxed: requests that may need one, and seldom do, stay small.
pub(super) fn within<'e, T>(
    limit: Duration,
    exchange: impl Future<Output = Result<T, OutboundError>> + Send + 'e,
) -> BoxFuture<'e, Result<T, OutboundError>> {
    let late = move |_| OutboundError::Late(limit.as_secs());
    Box::pin(async move { tokio::time::timeout(limit, exchange).await.map_err(late)? })
}

/// Where a request may go.
#[derive(Clone, Copy, Debug)]
pub(super) enum Permission<'a> {
    Networks(Networks),
    Hooks(&'a HookTargets),
}

impl Permission<'_> {
    /// The error if a request may not go to this address of the host.
    fn refuses(self, host: &str, port: u16, address: IpAddr) -> Option<OutboundError> {
        let host = host.to_owned();
        match self {
            Self::Networks(networks) if !networks.permit(address) => Some(OutboundError::Network { host, address }),
            Self::Hooks(targets) if !targets.permit(&host, port, address) => {
                Some(OutboundError::HookTarget { host, address })
            }
            _ => None,
        }
    }
}

/// Sends a request; the status and body of its answer.
pub(super) async fn send(
    text: &str,
    mut request: Request<Body>,
    permission: Permission<'_>,
) -> Result<(StatusCode, Bytes), OutboundError> {
    let not_an_address = || OutboundError::NotAnAddress(text.to_owned());
    let uri: Uri = text.parse().map_err(|_| not_an_address())?;
    let authority = uri.authority().ok_or_else(not_an_address)?;
    let secure = match uri.scheme_str() {
        Some("http") => false,
        Some("https") => true,
        _ => return Err(not_an_address()),
    };
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = path.parse().map_err(|_| not_an_address())?;
    let headers = request.headers_mut();
    headers.insert(header::HOST, HeaderValue::from_str(authority.as_str()).map_err(|_| not_an_address())?);
    headers.insert(header::USER_AGENT, HeaderValue::from_static(concat!("mock-idp/", env!("CARGO_PKG_VERSION"))));
    let stream = connect(host, port, permission).await?;
    if !secure {
        return exchange(stream, request).await;
    }
    let name = ServerName::try_from(host.to_owned()).map_err(|_| not_an_address())?;
    let connector = TlsConnector::from(tls()?);
    exchange(connector.connect(name, stream).await?, request).await
}

/// Connects to the addresses of a host that may be called. RFC 6761 6.3: names under `localhost` are this machine; resolvers may not
/// know them.
async fn connect(host: &str, port: u16, permission: Permission<'_>) -> Result<TcpStream, OutboundError> {
    let resolved = if host.ends_with(".localhost") { "localhost" } else { host };
    let mut error = OutboundError::Connection(std::io::ErrorKind::AddrNotAvailable.into());
    for address in tokio::net::lookup_host((resolved, port)).await? {
        if let Some(refused) = permission.refuses(host, port, address.ip()) {
            error = refused;
            continue;
        }
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(refused) => error = refused.into(),
        }
    }
    Err(error)
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Body>,
) -> Result<(StatusCode, Bytes), OutboundError> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // The connection is driven until the answer has been read.
    let driver = tokio::spawn(connection);
    let answer = async {
        let response = sender.send_request(request).await?;
        let status = response.status();
        let answer = axum::body::to_bytes(Body::new(response.into_body()), MAX_ANSWER).await?;
        Ok((status, answer))
    };
    let answer = answer.await;
    driver.abort();
    answer
}

/// Certificates are verified as by the system. Made on first use: reading the system's roots takes a while.
fn tls() -> Result<Arc<ClientConfig>, rustls::Error> {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(config) = CONFIG.get() {
        return Ok(Arc::clone(config));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::clone(CONFIG.get_or_init(|| Arc::new(config))))
}
