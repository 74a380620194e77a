//! The clock.

use std::time::Duration;

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ControlFailure, OrgControl};

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
    /// Seconds by which each request moves it.
    #[serde(default)]
    pub step: i64,
}

impl OrgControl {
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

    /// Lets each request to Okta's paths move the clock by whole seconds before it is answered; zero ends it.
    pub async fn step_clock(&self, by: Duration) -> Result<OrgClock, ControlFailure> {
        self.change_clock(&json!({ "step": by.as_secs() })).await
    }

    /// Sets the clock back to how it was at the start.
    pub async fn reset_clock(&self) -> Result<OrgClock, ControlFailure> {
        self.change_clock(&json!({ "reset": true })).await
    }

    async fn change_clock(&self, change: &Value) -> Result<OrgClock, ControlFailure> {
        self.request(Method::POST, "/_mock/clock", change).await
    }
}
