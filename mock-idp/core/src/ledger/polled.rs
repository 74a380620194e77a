//! Requests that their clients poll for while a user decides elsewhere: on a device with a browser (RFC 8628), or by the back
//! channel (OpenID CIBA).

use serde::{Deserialize, Serialize};

use super::Authentication;
use crate::protocol::Scopes;

/// A request that its client polls for while a user decides elsewhere. RFC 8628; OpenID CIBA, poll mode.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Polled {
    pub server: String,
    pub client_id: String,
    pub scopes: Scopes,
    /// Seconds since the epoch.
    pub expires: i64,
    /// When the client last asked.
    pub polled: Option<i64>,
    pub decision: Decision,
}

impl Polled {
    /// Seconds that a client has to wait between two polls.
    pub const INTERVAL: i64 = 5;
    /// Seconds for which an expired request is remembered, so that its client gets the error for it.
    pub const REMEMBERED: i64 = 3600;

    /// Records the user's word; whether the request was still waiting for it.
    pub fn settle(&mut self, decision: Decision, now: i64) -> bool {
        let waits = self.waits(now);
        if waits {
            self.decision = decision;
        }
        waits
    }

    /// Takes an allowance back that has given nothing yet.
    pub fn recall(&mut self) {
        if matches!(self.decision, Decision::Allowed(_)) {
            self.decision = Decision::Denied;
        }
    }

    /// Whether the user's word is still missing and would still count.
    #[must_use]
    pub fn waits(&self, now: i64) -> bool {
        self.decision == Decision::Pending && now < self.expires
    }
}

/// The user's word on a polled request, and what became of it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum Decision {
    Pending,
    Allowed(Authentication),
    Denied,
    /// The client has its tokens.
    Redeemed,
}

/// Which device a user code belongs to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UserCode {
    pub device_code: String,
}

/// A client's request for a user's word by the back channel, as whoever gives that word sees it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BackchannelRequest {
    /// Names the request to whoever decides; it redeems nothing.
    pub id: String,
    pub auth_req_id: String,
    pub client_id: String,
    pub user_id: String,
    pub scopes: Scopes,
    pub binding_message: Option<String>,
    /// Seconds since the epoch.
    pub expires: i64,
}

/// The requests that wait for a user's word.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Inbox {
    pub requests: Vec<BackchannelRequest>,
}

impl Inbox {
    /// Its one key in the ledger.
    pub const KEY: &'static str = "inbox";
    /// How many requests may wait; beyond, the oldest go.
    const MOST: usize = 1_000;

    /// Adds a request; those that are over make room.
    pub fn add(&mut self, request: BackchannelRequest, now: i64) {
        self.requests.retain(|waiting| now < waiting.expires);
        if self.requests.len() >= Self::MOST {
            self.requests.remove(0);
        }
        self.requests.push(request);
    }

    /// Takes out the requests that are meant.
    pub fn take(&mut self, meant: impl Fn(&BackchannelRequest) -> bool, now: i64) -> Vec<BackchannelRequest> {
        self.requests.retain(|waiting| now < waiting.expires);
        let (taken, left) = std::mem::take(&mut self.requests).into_iter().partition(meant);
        self.requests = left;
        taken
    }
}
