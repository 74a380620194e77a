//! When users were asked whether to stay signed in.

use serde::{Deserialize, Serialize};

use super::user_times::UserTimes;

/// The users of a browser, each with the time of the last question. Stored under the id of the browser.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct KeepPrompts {
    asked: UserTimes,
}

impl KeepPrompts {
    /// Seconds for which the record is kept after the last question.
    pub const LIFETIME: i64 = 365 * 24 * 3600;

    /// When a user was asked last, in seconds since the epoch.
    #[must_use]
    pub fn last(&self, user_id: &str) -> Option<i64> {
        self.asked.last(user_id)
    }

    /// Notes that a user was asked.
    pub fn add(&mut self, user_id: &str, now: i64) {
        self.asked.add(user_id, now);
    }

    /// The users that are kept.
    pub fn users(&self) -> impl Iterator<Item = &str> {
        self.asked.users()
    }
}
