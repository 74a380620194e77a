//! The control API of an org as methods: the same operations, without a connection.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::MockIdp;
use crate::http::front::Front;

/// The operations of the control API on one org of a running mock.
///
/// They need no connection, but the runtime of the mock.
#[derive(Clone, Debug)]
pub struct OrgControl {
    front: Front,
    control_token: Option<String>,
    name: String,
    url: String,
    issuer: String,
}

/// Why an operation was not carried out.
#[derive(Debug, thiserror::Error)]
#[error("{error} (expected: {expected})")]
pub struct ControlFailure {
    /// The status that the control API would answer.
    pub status: u16,
    /// What is wrong.
    pub error: String,
    /// What would be right.
    pub expected: Value,
}

/// The clock of an org.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[non_exhaustive]
pub struct OrgClock {
    /// The org's time, RFC 3339.
    pub now: String,
    /// Seconds by which it differs from the machine's.
    pub offset: i64,
    /// Whether it is stopped.
    pub frozen: bool,
}

/// A request of the journal.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// Value of the answer's `x-okta-request-id`.
    pub request_id: String,
    pub method: String,
    /// Without query and secrets.
    pub path: String,
    pub status: u16,
    /// Client id, as far as known.
    pub client: Option<String>,
    /// Login of the user, as far as known.
    pub user: Option<String>,
    /// Why the request was refused.
    pub reason: Option<String>,
}

/// A published signing key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[non_exhaustive]
pub struct PublishedKey {
    pub kid: String,
    /// `ACTIVE`, `NEXT` or `EXPIRED`.
    pub status: String,
}

/// Scopes that a user has allowed a client.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[non_exhaustive]
pub struct RecordedConsent {
    pub client: String,
    /// `default`, `org`, or the id of a server.
    pub server: String,
    /// Separated by spaces.
    pub scope: String,
}

/// A fault to switch on; its name is one of those of `/_mock/faults`, for example `id_token.expired`.
#[derive(Clone, Debug, Serialize)]
pub struct FaultSpec {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_ms: Option<u64>,
}

impl FaultSpec {
    /// The fault of this name, for all requests, until it is switched off.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), times: None, client_id: None, path: None, delay_ms: None }
    }

    /// Only so many times.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Only for tokens of this client.
    #[must_use]
    pub fn client(self, client_id: impl Into<String>) -> Self {
        Self { client_id: Some(client_id.into()), ..self }
    }

    /// Only for requests whose path begins like this.
    #[must_use]
    pub fn path(self, path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    /// How long `http.slow` waits.
    #[must_use]
    pub fn delay(self, delay: Duration) -> Self {
        Self { delay_ms: u64::try_from(delay.as_millis()).ok(), ..self }
    }
}

/// The whole state of an org, with its secrets.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(transparent)]
pub struct SavedState(Value);

impl MockIdp {
    /// The operations on the default org.
    #[must_use]
    pub fn org(&self) -> OrgControl {
        self.control_of(&self.orgs.default_org().name, self.url.clone(), self.issuer.clone())
    }

    /// The operations on an org, which may be a sandbox; `None` if there is none of this name.
    #[must_use]
    pub fn org_named(&self, name: &str) -> Option<OrgControl> {
        let org = self.orgs.org(name)?;
        if Arc::ptr_eq(&org, self.orgs.default_org()) {
            return Some(self.org());
        }
        let base = self.issuer.strip_suffix("/oauth2/default").unwrap_or(&self.url);
        Some(self.control_of(name, format!("{}/_org/{name}", self.url), format!("{base}/_org/{name}/oauth2/default")))
    }

    fn control_of(&self, name: &str, url: String, issuer: String) -> OrgControl {
        let (front, control_token) = (self.front.clone(), self.builder.control_token.clone());
        OrgControl { front, control_token, name: name.to_owned(), url, issuer }
    }
}

impl OrgControl {
    /// The org's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The base of all its addresses.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The issuer of its `default` authorization server.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Goes back to what the org was started with.
    pub async fn reset(&self) -> Result<(), ControlFailure> {
        self.request::<Value>(Method::POST, "/_mock/reset", &json!({})).await.map(drop)
    }

    /// The clock.
    pub async fn clock(&self) -> Result<OrgClock, ControlFailure> {
        self.request(Method::GET, "/_mock/clock", &()).await
    }

    /// Moves the clock forward, by whole seconds.
    pub async fn advance_clock(&self, by: Duration) -> Result<OrgClock, ControlFailure> {
        self.change_clock(&json!({ "advance": by.as_secs() })).await
    }

    /// Sets the clock to a time in RFC 3339.
    pub async fn set_clock(&self, to: &str) -> Result<OrgClock, ControlFailure> {
        self.change_clock(&json!({ "set": to })).await
    }

    /// Stops the clock at the time that it shows, or lets it run on.
    pub async fn freeze_clock(&self, frozen: bool) -> Result<OrgClock, ControlFailure> {
        self.change_clock(&json!({ "freeze": frozen })).await
    }

    /// Sets the clock back to how it was at the start.
    pub async fn reset_clock(&self) -> Result<OrgClock, ControlFailure> {
        self.change_clock(&json!({ "reset": true })).await
    }

    async fn change_clock(&self, change: &Value) -> Result<OrgClock, ControlFailure> {
        self.request(Method::POST, "/_mock/clock", change).await
    }

    /// Switches a fault on.
    pub async fn add_fault(&self, fault: &FaultSpec) -> Result<(), ControlFailure> {
        self.request::<Value>(Method::POST, "/_mock/faults", fault).await.map(drop)
    }

    /// Switches all faults off.
    pub async fn clear_faults(&self) -> Result<(), ControlFailure> {
        self.request::<Value>(Method::DELETE, "/_mock/faults", &()).await.map(drop)
    }

    /// The last requests, the newest first.
    pub async fn requests(&self) -> Result<Vec<RecordedRequest>, ControlFailure> {
        self.request(Method::GET, "/_mock/requests", &()).await
    }

    /// Rotates the keys of a server (`default`, `org`, or an id), and returns those that are published then.
    pub async fn rotate_keys(&self, server: &str) -> Result<Vec<PublishedKey>, ControlFailure> {
        self.request(Method::POST, "/_mock/keys/rotate", &json!({ "server": server })).await
    }

    /// The consents of a user, by login or id.
    pub async fn consents(&self, user: &str) -> Result<Vec<RecordedConsent>, ControlFailure> {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("user", user).finish();
        self.request(Method::GET, &format!("/_mock/consents?{query}"), &()).await
    }

    /// Revokes all consents of a user, and returns them.
    pub async fn revoke_consents(&self, user: &str) -> Result<Vec<RecordedConsent>, ControlFailure> {
        self.request(Method::DELETE, "/_mock/consents", &json!({ "user": user })).await
    }

    /// Unlocks the account of a user.
    pub async fn unlock(&self, user: &str) -> Result<(), ControlFailure> {
        self.request::<Value>(Method::POST, "/_mock/unlock", &json!({ "user": user })).await.map(drop)
    }

    /// Registers a redirect URI for a client until the next reset.
    pub async fn add_redirect_uri(&self, client_id: &str, uri: &str) -> Result<(), ControlFailure> {
        let body = json!({ "client": client_id, "redirect_uri": uri });
        self.request::<Value>(Method::POST, "/_mock/redirect-uris", &body).await.map(drop)
    }

    /// The whole state.
    pub async fn save_state(&self) -> Result<SavedState, ControlFailure> {
        self.request(Method::GET, "/_mock/state", &()).await
    }

    /// Replaces the whole state.
    pub async fn load_state(&self, state: &SavedState) -> Result<(), ControlFailure> {
        self.request::<Value>(Method::PUT, "/_mock/state", state).await.map(drop)
    }

    /// Any operation of the control API: its method, its path from `/_mock` on, and its body in JSON.
    pub async fn request<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &(impl Serialize + Sync + ?Sized),
    ) -> Result<T, ControlFailure> {
        let request = self.build(method, path, body).map_err(ControlFailure::inside)?;
        let response = self.front.for_connection(false, Arc::default()).answer(request).await;
        let (head, body) = response.map_err(ControlFailure::inside)?.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.map_err(ControlFailure::inside)?;
        if head.status.is_success() {
            return serde_json::from_slice(&body).map_err(ControlFailure::inside);
        }
        let refused: Value = serde_json::from_slice(&body).unwrap_or_default();
        let error = refused.get("error").and_then(Value::as_str).map(str::to_owned);
        Err(ControlFailure {
            status: head.status.as_u16(),
            error: error.unwrap_or_else(|| String::from_utf8_lossy(&body).trim_end().to_owned()),
            expected: refused.get("expected").cloned().unwrap_or_default(),
        })
    }

    fn build(&self, method: Method, path: &str, body: &(impl Serialize + ?Sized)) -> Result<Request<Body>, BuildError> {
        let body = if method == Method::GET { Vec::new() } else { serde_json::to_vec(body)? };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/_org/{}{path}", self.name))
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_LENGTH, body.len());
        if let Some(token) = &self.control_token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        Ok(request.body(Body::from(body))?)
    }
}

#[derive(Debug, thiserror::Error)]
enum BuildError {
    #[error(transparent)]
    Body(#[from] serde_json::Error),
    #[error(transparent)]
    Head(#[from] http::Error),
}

impl ControlFailure {
    pub(super) fn inside(error: impl std::fmt::Display) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR.as_u16();
        Self { status, error: error.to_string(), expected: Value::Null }
    }
}
