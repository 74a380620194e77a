//! The control API of an org as methods: the same operations, without a connection.

mod clock;
mod directory;
mod explanations;
mod faults;
mod filter;
mod inbox;
mod journal;
mod keys;
mod sign_ins;
mod state;
mod tokens;

use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use self::clock::OrgClock;
pub use self::directory::{
    AssignmentSpec, ChangedDirectory, ChangedGroup, ChangedUser, DirectorySpec, GroupSpec, UserSpec,
};
pub use self::explanations::OrgInfo;
pub use self::faults::FaultSpec;
pub use self::inbox::{MessageQuery, SentMessage};
pub use self::journal::{ExplainedRequest, RecordedMessage, RecordedRequest, RequestQuery};
pub use self::keys::{KeyRotation, PublishedKey};
pub use self::sign_ins::{BackchannelRequest, PushNotification, RecordedConsent, WaitingSignIn};
pub use self::state::{SavedState, StateChange, StateComparison};
pub use self::tokens::{LoginSpec, LoginTokens, MintSpec, MintedToken, NextToken, NextTokenSpec};
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

    /// Registers a redirect URI for a client until the next reset.
    pub async fn add_redirect_uri(&self, client_id: &str, uri: &str) -> Result<(), ControlFailure> {
        let body = json!({ "client": client_id, "redirect_uri": uri });
        self.request::<Value>(Method::POST, "/_mock/redirect-uris", &body).await.map(drop)
    }

    /// Any operation of the control API: its method, its path from `/_mock` on, and its body in JSON.
    pub async fn request<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &(impl Serialize + Sync + ?Sized),
    ) -> Result<T, ControlFailure> {
        let request = self.build(method, path, body).map_err(ControlFailure::inside)?;
        let response =
            self.front.for_connection(false, Ipv4Addr::LOCALHOST.into(), Arc::default()).answer(request).await;
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
        // The address is in the tokens of the answers.
        let (_, address) = self.url.split_once("://").unwrap_or_default();
        let (host, prefix) = address.split_at(address.find('/').unwrap_or(address.len()));
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{prefix}{path}"))
            .header(header::HOST, host)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_LENGTH, body.len());
        if let Some(token) = &self.control_token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        Ok(request.body(Body::from(body))?)
    }
}

/// How many were removed.
#[derive(Debug, Deserialize)]
struct RemovedCount {
    removed: usize,
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

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
