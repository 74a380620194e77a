//! Requests whose clients poll while a user decides elsewhere: on a device with a browser (RFC 8628), or over the back channel
//! (OpenID CIBA).

use serde::{Deserialize, Serialize};

use super::session::Authentication;
use crate::protocol::Scopes;

/// A request whose client polls until the user has decided. RFC 8628; OpenID CIBA, poll mode.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PolledRequest {
    pub server: String,
    pub client_id: String,
    pub scopes: Scopes,
    /// Seconds since the epoch.
    pub expires: i64,
    /// When the client polled last.
    pub polled: Option<i64>,
    pub decision: UserDecision,
}

impl PolledRequest {
    /// Seconds that a client has to wait between two polls.
    pub const INTERVAL: i64 = 5;
    /// Seconds for which the record of an expired request is kept, so that its client gets the error for it.
    pub const KEPT: i64 = 3600;

    /// A request that waits for the user's decision.
    #[must_use]
    pub fn pending(server: &str, client_id: &str, scopes: Scopes, expires: i64) -> Self {
        let (server, client_id) = (server.to_owned(), client_id.to_owned());
        Self { server, client_id, scopes, expires, polled: None, decision: UserDecision::Pending }
    }

    /// Records the user's decision; `false` if the request does not wait for one any more.
    pub fn decide(&mut self, decision: UserDecision, now: i64) -> bool {
        let pending = self.is_pending(now);
        if pending {
            self.decision = decision;
        }
        pending
    }

    /// Withdraws the user's permission, unless the client has its tokens already.
    pub fn withdraw(&mut self) {
        if matches!(self.decision, UserDecision::Allowed(_)) {
            self.decision = UserDecision::Denied;
        }
    }

    /// Whether the user can still decide.
    #[must_use]
    pub fn is_pending(&self, now: i64) -> bool {
        self.decision == UserDecision::Pending && now < self.expires
    }
}

/// The user's decision on a polled request.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum UserDecision {
    Pending,
    Allowed(Authentication),
    Denied,
    /// It was allowed, and the client has its tokens.
    Redeemed,
}

/// The device that shows a user code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UserCode {
    pub device_code: String,
}

/// A backchannel authentication request, as the person who decides on it sees it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BackchannelRequest {
    /// Names the request to the person who decides. It cannot be redeemed.
    pub id: String,
    pub auth_req_id: String,
    pub client_id: String,
    pub user_id: String,
    pub scopes: Scopes,
    pub binding_message: Option<String>,
    /// Seconds since the epoch, like the time below.
    #[serde(default)]
    pub created: i64,
    pub expires: i64,
}

/// The backchannel authentication requests that wait for a decision.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PendingRequests {
    pub requests: Vec<BackchannelRequest>,
}

impl PendingRequests {
    /// The key of the one record.
    pub const KEY: &'static str = "pending";
    /// The largest number of requests; beyond it, the oldest are dropped.
    const MOST: usize = 1_000;

    /// Adds a request, and removes those that have expired.
    pub fn add(&mut self, request: BackchannelRequest, now: i64) {
        self.requests.retain(|pending| now < pending.expires);
        if self.requests.len() >= Self::MOST {
            self.requests.remove(0);
        }
        self.requests.push(request);
    }

    /// Removes the requests that match, and returns them.
    pub fn take(&mut self, matches: impl Fn(&BackchannelRequest) -> bool, now: i64) -> Vec<BackchannelRequest> {
        self.requests.retain(|pending| now < pending.expires);
        let (taken, left) = std::mem::take(&mut self.requests).into_iter().partition(matches);
        self.requests = left;
        taken
    }
}
