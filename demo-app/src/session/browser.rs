//! The session of one browser: typed access to what is stored for it.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use http::request::Parts;
use serde::Serialize;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq as _;
use tower_sessions::Session;

use super::api_call::ApiCall;
use super::notice::{Notice, NoticeKind};
use super::sign_in::{PendingSignIn, SignedIn};
use crate::endpoint::Id;

/// Sign-ins that one browser may have pending at the same time, in several tabs.
const MAX_PENDING: usize = 8;

/// HTTP messages that are kept of one sign-in and what followed.
const MAX_EXCHANGES: usize = 40;

/// The session of the browser that sent the request.
#[derive(Clone, Debug)]
pub(crate) struct BrowserSession(Session);

/// The session store failed.
#[derive(Debug, thiserror::Error)]
#[error("the session could not be read or written: {0}")]
pub(crate) struct SessionError(#[from] tower_sessions::session::Error);

impl IntoResponse for SessionError {
    fn into_response(self) -> Response {
        tracing::error!(reason = %self, "session");
        (StatusCode::INTERNAL_SERVER_ERROR, "The session could not be read or written. Try again.").into_response()
    }
}

type Result<T, E = SessionError> = std::result::Result<T, E>;

impl<S: Send + Sync> FromRequestParts<S> for BrowserSession {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Session::from_request_parts(parts, state).await.map(Self)
    }
}

impl BrowserSession {
    /// The CSRF token of this session, created on first use.
    pub(crate) async fn csrf(&self) -> Result<String> {
        if let Some(token) = self.get::<String>("csrf").await? {
            return Ok(token);
        }
        let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>());
        self.put("csrf", &token).await?;
        Ok(token)
    }

    /// Whether `sent` is the CSRF token of this session.
    pub(crate) async fn csrf_matches(&self, sent: &str) -> Result<bool> {
        let stored = self.get::<String>("csrf").await?;
        Ok(stored.is_some_and(|stored| stored.as_bytes().ct_eq(sent.as_bytes()).into()))
    }

    /// Stores a pending sign-in; drops the oldest when there are too many.
    pub(crate) async fn add_pending(&self, pending: PendingSignIn) -> Result<()> {
        let mut list = self.get::<Vec<PendingSignIn>>("pending").await?.unwrap_or_default();
        list.push(pending);
        let excess = list.len().saturating_sub(MAX_PENDING);
        list.drain(..excess);
        self.put("pending", &list).await
    }

    /// Removes and returns the pending sign-in with this `state`.
    pub(crate) async fn take_pending(&self, state: &str) -> Result<Option<PendingSignIn>> {
        let mut list = self.get::<Vec<PendingSignIn>>("pending").await?.unwrap_or_default();
        let Some(at) = list.iter().position(|pending| bool::from(pending.state.as_bytes().ct_eq(state.as_bytes())))
        else {
            return Ok(None);
        };
        let taken = list.remove(at);
        self.put("pending", &list).await?;
        Ok(Some(taken))
    }

    /// Whether the browser had no session before this request.
    pub(crate) async fn is_new(&self) -> bool {
        self.0.is_empty().await
    }

    pub(crate) async fn signed_in(&self) -> Result<Option<SignedIn>> {
        self.get("signed_in").await
    }

    /// Starts the signed-in session under a new id, against session fixation.
    pub(crate) async fn sign_in(&self, signed_in: SignedIn) -> Result<()> {
        self.0.cycle_id().await?;
        self.0.remove_value("calls").await?;
        self.0.remove_value("csrf").await?;
        self.update(signed_in).await
    }

    /// Stores the changed sign-in, with its newest messages.
    pub(crate) async fn update(&self, mut signed_in: SignedIn) -> Result<()> {
        let excess = signed_in.exchanges.len().saturating_sub(MAX_EXCHANGES);
        signed_in.exchanges.drain(..excess);
        self.put("signed_in", &signed_in).await
    }

    /// Removes all data; the response starts a new session.
    pub(crate) async fn sign_out(&self) -> Result<()> {
        self.0.clear().await;
        Ok(self.0.cycle_id().await?)
    }

    pub(crate) async fn set_notice(&self, kind: NoticeKind, title: &str, text: impl Into<String>) -> Result<()> {
        self.show_notice(&Notice { kind, title: title.to_owned(), text: text.into(), journal: None }).await
    }

    pub(crate) async fn show_notice(&self, notice: &Notice) -> Result<()> {
        self.put("notice", notice).await
    }

    pub(crate) async fn notice(&self) -> Result<Option<Notice>> {
        self.get("notice").await
    }

    pub(crate) async fn take_notice(&self) -> Result<Option<Notice>> {
        Ok(self.0.remove("notice").await?)
    }

    /// The last call of each endpoint, the newest first.
    pub(crate) async fn calls(&self) -> Result<Vec<ApiCall>> {
        Ok(self.get("calls").await?.unwrap_or_default())
    }

    pub(crate) async fn add_call(&self, call: ApiCall) -> Result<()> {
        let mut calls = self.calls().await?;
        calls.retain(|earlier| earlier.endpoint != call.endpoint);
        calls.insert(0, call);
        self.put("calls", &calls).await
    }

    /// The body of a call that waits for another sign-in.
    pub(crate) async fn set_draft(&self, endpoint: Id, body: String) -> Result<()> {
        self.put("draft", &(endpoint, body)).await
    }

    pub(crate) async fn draft(&self) -> Result<Option<(Id, String)>> {
        self.get("draft").await
    }

    async fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        Ok(self.0.get(key).await?)
    }

    async fn put<T: Serialize>(&self, key: &str, value: &T) -> Result<()> {
        Ok(self.0.insert(key, value).await?)
    }
}
