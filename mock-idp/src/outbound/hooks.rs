//! Calls of hooks: bounded in time, size and number, so that a slow or talkative hook delays only the request that needs it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, header};
use mock_idp_core::model::{HookChannel, HookClient, HookCredential};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use url::Url;
use url::form_urlencoded::Serializer;

use super::client::{OutboundError, Permission, send, within};
use super::hook_targets::HookTargets;

/// RFC 7523 2.2.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Okta: the time limit for a call.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The time limit for a request to an external identity provider. Okta does not document one.
const PROVIDER_TIMEOUT: Duration = Duration::from_secs(10);

/// The number of calls of an org that run at once.
const MAX_RUNNING: usize = 32;

/// The number of those at one server, so that a slow server leaves room for the others.
const MAX_AT_SERVER: usize = 8;

/// How many servers are remembered that are not called at the moment.
const MAX_SERVERS: usize = 256;

/// Calls the hooks of an org.
#[derive(Debug)]
pub(crate) struct HookCaller {
    /// `None`: hooks are not called.
    targets: Option<HookTargets>,
    running: Semaphore,
    /// By scheme, host and port.
    servers: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// A call.
#[derive(Debug)]
pub(crate) struct HookRequest<'a> {
    pub channel: &'a HookChannel,
    /// The proof of a client that has a key.
    pub client_assertion: Option<&'a str>,
    /// Headers besides those of the channel.
    pub headers: &'a [(&'static str, &'a str)],
    /// `None`: GET.
    pub body: Option<&'a Value>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct HookReply {
    pub status: StatusCode,
    pub body: Bytes,
}

impl HookCaller {
    #[must_use]
    pub(crate) fn new(targets: HookTargets) -> Self {
        Self { targets: Some(targets), running: Semaphore::new(MAX_RUNNING), servers: Mutex::default() }
    }

    /// Calls none.
    #[must_use]
    pub(crate) fn off() -> Self {
        Self { targets: None, running: Semaphore::new(0), servers: Mutex::default() }
    }

    /// Makes a call that a request waits for. The time that it waits for other calls counts too.
    ///
    /// # Errors
    /// There is no answer in time, or the call may not be made.
    pub(crate) async fn call(&self, request: HookRequest<'_>) -> Result<HookReply, OutboundError> {
        self.call_within(TIMEOUT, request).await
    }

    async fn call_within(&self, limit: Duration, request: HookRequest<'_>) -> Result<HookReply, OutboundError> {
        let targets = self.targets.as_ref().ok_or(OutboundError::HooksOff)?;
        let call = async {
            let _turn = self.turn(&request.channel.uri).await;
            exchange(request, targets).await
        };
        within(limit, call).await
    }

    /// Makes a call that no request waits for. Its time begins when it may run: slow hooks delay others, and do not make them fail.
    ///
    /// # Errors
    /// The same as [`Self::call`].
    pub(crate) async fn deliver(&self, request: HookRequest<'_>) -> Result<HookReply, OutboundError> {
        self.deliver_within(TIMEOUT, request).await
    }

    async fn deliver_within(&self, limit: Duration, request: HookRequest<'_>) -> Result<HookReply, OutboundError> {
        let targets = self.targets.as_ref().ok_or(OutboundError::HooksOff)?;
        let _turn = self.turn(&request.channel.uri).await;
        within(limit, exchange(request, targets)).await
    }

    /// Sends a request to a server that an administrator of the org has named: an external identity provider.
    ///
    /// # Errors
    /// There is no answer in time, or the server may not be called.
    pub(crate) async fn send(&self, uri: &str, request: Request<Body>) -> Result<HookReply, OutboundError> {
        let targets = self.targets.as_ref().ok_or(OutboundError::HooksOff)?;
        let call = async {
            let _turn = self.turn(uri).await;
            let (status, body) = send(uri, request, Permission::Hooks(targets)).await?;
            Ok(HookReply { status, body })
        };
        within(PROVIDER_TIMEOUT, call).await
    }

    /// Waits until a call of this URI may run. Calls that wait for their server do not count as running.
    async fn turn(&self, uri: &str) -> (Option<OwnedSemaphorePermit>, Option<SemaphorePermit<'_>>) {
        let server = self.server(uri);
        // The semaphores are never closed.
        let at_server = server.acquire_owned().await.ok();
        (at_server, self.running.acquire().await.ok())
    }

    fn server(&self, uri: &str) -> Arc<Semaphore> {
        let name = Url::parse(uri).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization());
        let mut servers = self.servers.lock();
        if servers.len() >= MAX_SERVERS {
            servers.retain(|_, server| Arc::strong_count(server) > 1);
        }
        Arc::clone(servers.entry(name).or_insert_with(|| Arc::new(Semaphore::new(MAX_AT_SERVER))))
    }
}

impl Default for HookCaller {
    fn default() -> Self {
        Self::new(HookTargets::default())
    }
}

async fn exchange(request: HookRequest<'_>, targets: &HookTargets) -> Result<HookReply, OutboundError> {
    let HookRequest { channel, client_assertion, headers, body } = request;
    let uri = channel.uri.as_str();
    let method = match body {
        None => Method::GET,
        Some(_) => Method::from_bytes(channel.method.as_bytes()).map_err(http::Error::from)?,
    };
    // The client sets the URI again, with its path alone.
    let mut built = Request::builder().method(method).uri(uri);
    let text = body.map(Value::to_string).unwrap_or_default();
    if let Some(map) = built.headers_mut() {
        map.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        if body.is_some() {
            map.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            map.insert(header::CONTENT_LENGTH, text.len().into());
        }
        let custom = channel.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in custom.chain(headers.iter().copied()) {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(http::Error::from)?;
            map.insert(name, HeaderValue::from_str(value).map_err(http::Error::from)?);
        }
        if let Some(client) = &channel.oauth {
            let bearer = format!("Bearer {}", access_token(client, client_assertion, targets).await?);
            map.insert(header::AUTHORIZATION, HeaderValue::from_str(&bearer).map_err(http::Error::from)?);
        }
    }
    let (status, body) = send(uri, built.body(Body::from(text))?, Permission::Hooks(targets)).await?;
    Ok(HookReply { status, body })
}

/// An access token for a hook. Okta: `client_secret_post` or `private_key_jwt` at the token endpoint of the channel.
async fn access_token(
    client: &HookClient,
    assertion: Option<&str>,
    targets: &HookTargets,
) -> Result<String, OutboundError> {
    let failed = |reason: &str| OutboundError::HookToken(reason.to_owned());
    let credential = match (&client.credential, assertion) {
        (HookCredential::Secret(secret), _) => vec![("client_secret", secret.as_str())],
        (HookCredential::Key { .. }, Some(assertion)) => {
            vec![("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion)]
        }
        (HookCredential::Key { .. }, None) => return Err(failed("the hook key cannot be used")),
        (HookCredential::Missing, _) => {
            return Err(failed("the channel has no client secret, or names no hook key of this org"));
        }
    };
    let form = token_request(client, &credential);
    let request = Request::post(&client.token_url)
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::CONTENT_LENGTH, form.len())
        .body(Body::from(form))?;
    let (status, answer) = send(&client.token_url, request, Permission::Hooks(targets)).await?;
    if status != StatusCode::OK {
        return Err(failed(&format!("the token endpoint answered with status {}", status.as_u16())));
    }
    let answer: Value = serde_json::from_slice(&answer).map_err(|_| failed("the token endpoint did not send JSON"))?;
    let token = answer.get("access_token").and_then(Value::as_str);
    token.map(str::to_owned).ok_or_else(|| failed("the token endpoint sent no `access_token`"))
}

fn token_request(client: &HookClient, credential: &[(&str, &str)]) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials").append_pair("client_id", &client.client_id);
    form.extend_pairs(credential).append_pair("scope", &client.scope);
    form.finish()
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use futures_util::future::join_all;

    use super::*;

    fn channel() -> HookChannel {
        // TEST-NET-1 (RFC 5737 3), which hooks may not call unless that is allowed.
        let uri = "http://192.0.2.1/hook".to_owned();
        HookChannel { uri, method: "POST".to_owned(), headers: Vec::new(), oauth: None }
    }

    #[tokio::test]
    async fn only_what_a_request_waits_for_fails_while_other_calls_run() {
        let (caller, channel) = (HookCaller::default(), channel());
        let request = || HookRequest { channel: &channel, client_assertion: None, headers: &[], body: None };
        let others = join_all((0..MAX_AT_SERVER).map(|_| caller.turn(&channel.uri))).await;
        let called = caller.call_within(Duration::ZERO, request()).await;
        assert!(matches!(called, Err(OutboundError::Late(_))), "{called:?}");
        let mut delivered = Box::pin(caller.deliver_within(Duration::ZERO, request()));
        assert!((&mut delivered).now_or_never().is_none());
        drop(others);
        let delivered = delivered.await;
        assert!(matches!(delivered, Err(OutboundError::HookTarget { .. })), "{delivered:?}");
    }
}
