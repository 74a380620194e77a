//! What one browser's session keeps: sign-ins under way, the tokens of the one that succeeded, the CSRF token and
//! what the last action has to say. All of it stays on the server; the browser holds the session id only.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use subtle::ConstantTimeEq as _;
use tower_sessions::Session;

use crate::token::check::Check;

/// Sign-ins that one browser may have under way at the same time (tabs).
const MAX_PENDING: usize = 8;

/// Messages kept of one sign-in and what followed it.
const MAX_EXCHANGES: usize = 40;

/// A sign-in that was sent to the issuer and has not come back.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct PendingSignIn {
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) pkce_verifier: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) max_age: Option<i64>,
    pub(crate) authorization: Exchange,
}

/// The tokens of a finished sign-in and what is known about them.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct SignedIn {
    pub(crate) id_token: String,
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<String>,
    pub(crate) received_at: i64,
    pub(crate) expires_in: Option<i64>,
    pub(crate) requested_scopes: Vec<String>,
    pub(crate) granted_scopes: Vec<String>,
    /// `None` once refreshed.
    pub(crate) nonce: Option<String>,
    pub(crate) max_age: Option<i64>,
    pub(crate) subject: String,
    /// The issuer's own id of the request that gave these tokens.
    pub(crate) request_id: Option<String>,
    pub(crate) refreshed: Option<Refreshed>,
    pub(crate) userinfo: Option<Inspection>,
    pub(crate) introspection: Option<Inspection>,
    /// The messages of the sign-in, secrets masked.
    pub(crate) exchanges: Vec<Exchange>,
}

/// What a refresh changed.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Refreshed {
    pub(crate) at: i64,
    pub(crate) changes: Vec<Change>,
    pub(crate) rotated: bool,
}

/// One token before and after, by fingerprint.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Change {
    pub(crate) token: String,
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) changed: bool,
}

/// An answer of userinfo or introspection.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Inspection {
    pub(crate) of: String,
    pub(crate) url: String,
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) remark: Option<String>,
}

impl Inspection {
    /// The body as a page shows it.
    pub(crate) fn body_text(&self) -> String {
        serde_json::to_string_pretty(&self.body).unwrap_or_default()
    }
}

/// One HTTP message pair between app and issuer, with every secret masked before it got here.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Exchange {
    pub(crate) title: String,
    /// `front` goes through the browser, `back` from server to server.
    pub(crate) channel: String,
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) status: Option<u16>,
    pub(crate) answer: String,
    pub(crate) milliseconds: Option<u64>,
    pub(crate) request_id: Option<String>,
}

/// Something to say once on the next page.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Notice {
    pub(crate) kind: NoticeKind,
    pub(crate) title: String,
    pub(crate) text: String,
}

/// How a notice is meant.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NoticeKind {
    Good,
    Bad,
}

impl NoticeKind {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Bad => "error",
        }
    }

    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Bad => "✗",
        }
    }
}

/// The last call made from the console.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ApiCall {
    pub(crate) endpoint: String,
    pub(crate) variant: String,
    pub(crate) variant_title: String,
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) request_headers: Vec<(String, String)>,
    pub(crate) request_body: Option<String>,
    pub(crate) expected_status: u16,
    pub(crate) status: u16,
    pub(crate) reason: String,
    pub(crate) response_headers: Vec<(String, String)>,
    pub(crate) response_body: String,
    pub(crate) checks: Vec<Check>,
}

/// The session of the visitor who sent this request.
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
    /// The CSRF token of this session, made at first need.
    pub(crate) async fn csrf(&self) -> Result<String> {
        if let Some(token) = self.get::<String>("csrf").await? {
            return Ok(token);
        }
        let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>());
        self.put("csrf", &token).await?;
        Ok(token)
    }

    /// Whether a form carried this session's CSRF token.
    pub(crate) async fn csrf_matches(&self, sent: &str) -> Result<bool> {
        let stored = self.get::<String>("csrf").await?;
        Ok(stored.is_some_and(|stored| stored.as_bytes().ct_eq(sent.as_bytes()).into()))
    }

    /// Remembers a sign-in under way; the oldest gives way when there are too many.
    pub(crate) async fn add_pending(&self, pending: PendingSignIn) -> Result<()> {
        let mut list = self.get::<Vec<PendingSignIn>>("pending").await?.unwrap_or_default();
        list.push(pending);
        let excess = list.len().saturating_sub(MAX_PENDING);
        list.drain(..excess);
        self.put("pending", &list).await
    }

    /// Takes the sign-in that `state` belongs to. It can be taken once.
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

    /// Whether this browser came with a session at all.
    pub(crate) async fn is_new(&self) -> bool {
        self.0.is_empty().await
    }

    pub(crate) async fn signed_in(&self) -> Result<Option<SignedIn>> {
        self.get("signed_in").await
    }

    /// Starts the signed-in session under a new id, so that an id known before sign-in is worth nothing after it.
    pub(crate) async fn sign_in(&self, signed_in: SignedIn) -> Result<()> {
        self.0.cycle_id().await?;
        self.0.remove_value("last_call").await?;
        self.0.remove_value("csrf").await?;
        self.update(signed_in).await
    }

    /// Keeps what changed about the sign-in; of its messages the newest.
    pub(crate) async fn update(&self, mut signed_in: SignedIn) -> Result<()> {
        let excess = signed_in.exchanges.len().saturating_sub(MAX_EXCHANGES);
        signed_in.exchanges.drain(..excess);
        self.put("signed_in", &signed_in).await
    }

    /// Forgets everything; the next answer starts a new session.
    pub(crate) async fn sign_out(&self) -> Result<()> {
        self.0.clear().await;
        Ok(self.0.cycle_id().await?)
    }

    pub(crate) async fn set_notice(&self, kind: NoticeKind, title: &str, text: impl Into<String>) -> Result<()> {
        self.put("notice", &Notice { kind, title: title.to_owned(), text: text.into() }).await
    }

    pub(crate) async fn notice(&self) -> Result<Option<Notice>> {
        self.get("notice").await
    }

    pub(crate) async fn take_notice(&self) -> Result<Option<Notice>> {
        Ok(self.0.remove("notice").await?)
    }

    pub(crate) async fn last_call(&self) -> Result<Option<ApiCall>> {
        self.get("last_call").await
    }

    pub(crate) async fn set_last_call(&self, call: &ApiCall) -> Result<()> {
        self.put("last_call", call).await
    }

    async fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        Ok(self.0.get(key).await?)
    }

    async fn put<T: Serialize>(&self, key: &str, value: &T) -> Result<()> {
        Ok(self.0.insert(key, value).await?)
    }
}
