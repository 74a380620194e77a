//! How often programs sign a user in.

use std::collections::HashMap;

use parking_lot::Mutex;

/// Okta: sign-ins of one user name by `/token` and `/api/v1/authn` in a second.
const MAX_SIGN_INS_PER_SECOND: u32 = 4;

/// The sign-ins of the current second, by user name.
#[derive(Debug, Default)]
pub(super) struct UserRates(Mutex<(i64, HashMap<String, u32>)>);

impl UserRates {
    /// Counts a sign-in; whether it is beyond the limit.
    pub(super) fn exceeds(&self, username: &str, now: i64) -> bool {
        let mut counted = self.0.lock();
        let (second, counts) = &mut *counted;
        if *second != now {
            *second = now;
            counts.clear();
        }
        let count = counts.entry(username.trim().to_lowercase()).or_default();
        *count += 1;
        *count > MAX_SIGN_INS_PER_SECOND
    }

    pub(super) fn clear(&self) {
        self.0.lock().1.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_sign_ins_of_a_user_in_a_second_exceed_the_limit() {
        let rates = UserRates::default();
        let five = |name: &str, now| (0..5).map(|_| rates.exceeds(name, now)).collect::<Vec<_>>();
        assert_eq!(five("ada@a.test", 1), [false, false, false, false, true]);
        assert!(rates.exceeds("ADA@a.test ", 1) && !rates.exceeds("ben@a.test", 1));
        assert_eq!(five("ada@a.test", 2), [false, false, false, false, true]);
    }
}
