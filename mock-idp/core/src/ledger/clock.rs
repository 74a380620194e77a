//! The setting of an org's clock.

use serde::{Deserialize, Serialize};

/// How an org's clock is set: the record that the processes of the org share.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct ClockSetting {
    /// By how much it differs from the machine's clock while it runs.
    pub offset_millis: i64,
    /// The time that it shows while it is stopped: milliseconds since 1970.
    pub frozen_at: Option<i64>,
    /// By how much each request moves it, before it is answered.
    #[serde(default)]
    pub step_millis: i64,
}

impl ClockSetting {
    /// The key of the only record.
    pub const KEY: &'static str = "clock";

    /// A clock that is stopped at this time, in seconds since 1970.
    #[must_use]
    pub fn frozen(seconds: i64) -> Self {
        Self { frozen_at: Some(seconds.saturating_mul(1000)), ..Self::default() }
    }
}
