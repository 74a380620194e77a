//! Wrong passwords and codes.

use serde::{Deserialize, Serialize};

use crate::model::Lockout;

/// The wrong passwords of a user since the last right one, and the wrong codes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct FailedSignIns {
    count: u32,
    /// A right password does not clear them: with it, codes could be guessed without end.
    codes: u32,
    /// Seconds since the epoch.
    locked_at: Option<i64>,
}

impl FailedSignIns {
    /// Whether they have locked the account.
    #[must_use]
    pub fn lock(&self, lockout: &Lockout, now: i64) -> bool {
        let minutes = i64::from(lockout.auto_unlock_minutes);
        lockout.max_attempts > 0 && self.locked_at.is_some_and(|since| minutes == 0 || now < since + minutes * 60)
    }

    /// Adds a wrong password, and returns how many there are now.
    pub fn add(&mut self, lockout: &Lockout, now: i64) -> u32 {
        self.forget_if_over(lockout, now);
        self.count = self.count.saturating_add(1);
        self.lock_at(self.count, lockout, now);
        self.count
    }

    /// Adds a wrong code or answer.
    pub fn add_code(&mut self, lockout: &Lockout, now: i64) {
        self.forget_if_over(lockout, now);
        self.codes = self.codes.saturating_add(1);
        self.lock_at(self.codes, lockout, now);
    }

    /// A right password has been entered while nothing locked the account.
    pub fn clear_passwords(&mut self) {
        let codes = if self.locked_at.is_some() { 0 } else { self.codes };
        *self = Self { codes, ..Self::default() };
    }

    fn forget_if_over(&mut self, lockout: &Lockout, now: i64) {
        if self.locked_at.is_some() && !self.lock(lockout, now) {
            *self = Self::default();
        }
    }

    fn lock_at(&mut self, count: u32, lockout: &Lockout, now: i64) {
        if lockout.max_attempts > 0 && count >= lockout.max_attempts {
            self.locked_at.get_or_insert(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_allowed_attempt_locks_until_the_minutes_are_over() {
        let lockout = Lockout { max_attempts: 2, auto_unlock_minutes: 5, show_lockout_failures: false };
        let mut failed = FailedSignIns::default();
        assert_eq!(failed.add(&lockout, 1_000), 1);
        assert!(!failed.lock(&lockout, 1_000));
        assert_eq!(failed.add(&lockout, 1_000), 2);
        assert!(failed.lock(&lockout, 1_299));
        assert!(!failed.lock(&lockout, 1_300));
        assert_eq!(failed.add(&lockout, 1_300), 1, "counting begins again");
        assert!(!failed.lock(&lockout, 1_300));
    }

    #[test]
    fn a_right_password_clears_wrong_passwords_and_not_wrong_codes() {
        let lockout = Lockout { max_attempts: 2, auto_unlock_minutes: 5, show_lockout_failures: false };
        let mut failed = FailedSignIns::default();
        failed.add(&lockout, 0);
        failed.add_code(&lockout, 0);
        failed.clear_passwords();
        assert_eq!(failed.add(&lockout, 0), 1);
        assert!(!failed.lock(&lockout, 0));
        failed.add_code(&lockout, 0);
        assert!(failed.lock(&lockout, 299));
        failed.clear_passwords();
        assert_eq!(failed, FailedSignIns::default(), "the lock is over");
    }

    #[test]
    fn nothing_locks_without_a_maximum_and_nothing_unlocks_without_minutes() {
        let off = Lockout { max_attempts: 0, ..Lockout::default() };
        let mut failed = FailedSignIns::default();
        for _ in 0..20 {
            failed.add(&off, 0);
        }
        assert!(!failed.lock(&off, 0));
        failed = FailedSignIns::default();
        for _ in 0..Lockout::default().max_attempts {
            failed.add(&Lockout::default(), 0);
        }
        assert!(failed.lock(&Lockout::default(), i64::MAX));
    }
}
