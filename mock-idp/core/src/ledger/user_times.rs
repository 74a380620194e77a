//! What is known of the users of a browser: each with a time.

use serde::{Deserialize, Serialize};

/// Users, each with the time of something, in seconds since the epoch.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub(super) struct UserTimes(Vec<(String, i64)>);

impl UserTimes {
    /// How many users are kept; the first ones are dropped.
    pub(super) const CAPACITY: usize = 50;

    pub(super) fn last(&self, user_id: &str) -> Option<i64> {
        self.0.iter().find(|(known, _)| known == user_id).map(|(_, at)| *at)
    }

    pub(super) fn add(&mut self, user_id: &str, now: i64) {
        self.0.retain(|(known, _)| known != user_id);
        if self.0.len() >= Self::CAPACITY {
            self.0.remove(0);
        }
        self.0.push((user_id.to_owned(), now));
    }

    pub(super) fn remove(&mut self, user_id: &str) {
        self.0.retain(|(known, _)| known != user_id);
    }

    pub(super) fn users(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(user_id, _)| user_id.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_time_of_each_user_counts_and_the_first_users_are_dropped() {
        let mut times = UserTimes::default();
        times.add("ada", 1);
        times.add("ben", 2);
        times.add("ada", 3);
        assert_eq!((times.last("ada"), times.last("ben"), times.last("cy")), (Some(3), Some(2), None));
        for number in 0..UserTimes::CAPACITY - 1 {
            times.add(&number.to_string(), 4);
        }
        assert_eq!((times.last("ada"), times.last("ben")), (Some(3), None));
    }
}
