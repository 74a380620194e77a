//! The sign-ins of a session: pending and completed.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::endpoint::Id;

/// A sign-in whose answer from the issuer has not arrived.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct PendingSignIn {
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) pkce_verifier: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) max_age: Option<i64>,
    /// The endpoint whose call needs the sign-in: the console shows it again afterwards.
    pub(crate) endpoint: Option<Id>,
    pub(crate) authorization: Exchange,
}

/// The tokens of a completed sign-in, with what was learned about them.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct SignedIn {
    pub(crate) id_token: String,
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<String>,
    pub(crate) received_at: i64,
    pub(crate) expires_in: Option<i64>,
    pub(crate) requested_scopes: Vec<String>,
    pub(crate) granted_scopes: Vec<String>,
    /// `None` after a refresh.
    pub(crate) nonce: Option<String>,
    pub(crate) max_age: Option<i64>,
    pub(crate) subject: String,
    /// `x-okta-request-id` of the response with these tokens.
    pub(crate) request_id: Option<String>,
    /// The newest first.
    pub(crate) refreshes: Vec<Refreshed>,
    pub(crate) userinfo: Option<Inspection>,
    /// The last answer about each token.
    pub(crate) introspections: Vec<Inspection>,
    /// The HTTP messages since the sign-in started, secrets masked.
    pub(crate) exchanges: Vec<Exchange>,
}

impl SignedIn {
    /// Adds an answer of introspection, in place of an earlier one about the same token.
    pub(crate) fn add_introspection(&mut self, answer: Inspection) {
        self.introspections.retain(|earlier| earlier.of != answer.of);
        self.introspections.insert(0, answer);
    }

    /// The answers, marked as being about earlier tokens.
    pub(crate) fn earlier_answers(&self) -> (Option<Inspection>, Vec<Inspection>) {
        let earlier = |answer: &Inspection| Inspection { is_earlier: true, ..answer.clone() };
        (self.userinfo.as_ref().map(earlier), self.introspections.iter().map(earlier).collect())
    }
}

/// What a refresh changed.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Refreshed {
    pub(crate) at: i64,
    pub(crate) changes: Vec<TokenChange>,
    pub(crate) rotated: bool,
}

/// One token before and after a refresh, by fingerprint.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct TokenChange {
    pub(crate) token: String,
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) changed: bool,
}

/// A response of userinfo or introspection.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Inspection {
    pub(crate) of: String,
    pub(crate) url: String,
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) remark: Option<String>,
    /// It is about the tokens before the last refresh.
    pub(crate) is_earlier: bool,
}

impl Inspection {
    /// The body, indented.
    pub(crate) fn body_text(&self) -> String {
        serde_json::to_string_pretty(&self.body).unwrap_or_default()
    }
}

/// One HTTP request between app and issuer and its response. Secrets are masked before it is stored.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Exchange {
    pub(crate) title: String,
    /// `front`: through the browser; `back`: from server to server.
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
