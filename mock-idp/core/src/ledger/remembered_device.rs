//! Browsers in which users are not asked for a second authenticator again.

use serde::{Deserialize, Serialize};

use super::user_times::UserTimes;

/// The users of a browser, each with the time of the last second authenticator. Stored under the id of the browser, or under the hash of
/// the token of a device.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct RememberedDevice {
    verified: UserTimes,
}

impl RememberedDevice {
    /// Seconds for which the record is kept after the first second authenticator.
    pub const LIFETIME: i64 = 365 * 24 * 3600;

    /// When a user has proved a second authenticator last, in seconds since the epoch.
    #[must_use]
    pub fn last(&self, user_id: &str) -> Option<i64> {
        self.verified.last(user_id)
    }

    /// Notes that a user has proved a second authenticator.
    pub fn add(&mut self, user_id: &str, at: i64) {
        self.verified.add(user_id, at);
    }

    /// Forgets a user.
    pub fn forget(&mut self, user_id: &str) {
        self.verified.remove(user_id);
    }

    /// The users that are kept.
    pub fn users(&self) -> impl Iterator<Item = &str> {
        self.verified.users()
    }
}
