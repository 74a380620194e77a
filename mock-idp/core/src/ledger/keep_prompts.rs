//! When users were asked whether to stay signed in.

use serde::{Deserialize, Serialize};

/// The users of a browser, each with the time of the last question. Stored under the id of the browser.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct KeepPrompts {
    asked: Vec<(String, i64)>,
}

impl KeepPrompts {
    /// How many users of a browser are kept; the first ones are dropped.
    pub const CAPACITY: usize = 50;
    /// Seconds for which the record is kept after the last question.
    pub const LIFETIME: i64 = 365 * 24 * 3600;

    /// When a user was asked last, in seconds since the epoch.
    #[must_use]
    pub fn last(&self, user_id: &str) -> Option<i64> {
        self.asked.iter().find(|(known, _)| known == user_id).map(|(_, at)| *at)
    }

    /// Notes that a user was asked.
    pub fn add(&mut self, user_id: &str, now: i64) {
        self.asked.retain(|(known, _)| known != user_id);
        if self.asked.len() >= Self::CAPACITY {
            self.asked.remove(0);
        }
        self.asked.push((user_id.to_owned(), now));
    }

    /// The users that are kept.
    pub fn users(&self) -> impl Iterator<Item = &str> {
        self.asked.iter().map(|(user_id, _)| user_id.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_question_of_each_user_counts_and_the_first_users_are_dropped() {
        let mut prompts = KeepPrompts::default();
        prompts.add("ada", 1);
        prompts.add("ben", 2);
        prompts.add("ada", 3);
        assert_eq!((prompts.last("ada"), prompts.last("ben"), prompts.last("cy")), (Some(3), Some(2), None));
        for number in 0..KeepPrompts::CAPACITY - 1 {
            prompts.add(&number.to_string(), 4);
        }
        assert_eq!((prompts.last("ada"), prompts.last("ben")), (Some(3), None));
    }
}
