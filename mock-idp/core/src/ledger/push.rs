//! Push notifications to the app Okta Verify of users, and what the users have answered.

use serde::{Deserialize, Serialize};

/// A notification.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PushNotification {
    pub id: String,
    pub user_id: String,
    /// The factor that it verifies, or that it enrolls.
    pub factor_id: String,
    /// Whether the user sets the app up with it.
    #[serde(default)]
    pub enrolls: bool,
    /// What the user signs in to.
    pub app: String,
    /// The first second at which it cannot be answered.
    pub expires: i64,
    /// The user chooses the number that the sign-in shows.
    pub challenge: Option<NumberChallenge>,
    pub answer: Option<PushAnswer>,
}

/// The number that a sign-in shows, and those that the phone offers.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct NumberChallenge {
    pub correct: u8,
    pub offered: [u8; 3],
}

/// What a user has answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum PushAnswer {
    Approved,
    Rejected,
}

/// How far a notification is. Okta: `factorResult`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum PushResult {
    Waiting,
    Approved,
    Rejected,
    TimedOut,
}

impl PushNotification {
    /// Seconds for which it can be answered. Okta: its clients give up after them.
    pub const LIFETIME: i64 = 300;

    #[must_use]
    pub fn result(&self, now: i64) -> PushResult {
        match self.answer {
            Some(PushAnswer::Approved) => PushResult::Approved,
            Some(PushAnswer::Rejected) => PushResult::Rejected,
            None if now < self.expires => PushResult::Waiting,
            None => PushResult::TimedOut,
        }
    }
}

impl PushResult {
    /// Okta's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "WAITING",
            Self::Approved => "SUCCESS",
            Self::Rejected => "REJECTED",
            Self::TimedOut => "TIMEOUT",
        }
    }
}

/// The notifications of an org that have not been dropped, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PushNotifications {
    pub notifications: Vec<PushNotification>,
}

impl PushNotifications {
    /// The key of the only record.
    pub const KEY: &'static str = "pushes";

    /// How many are kept; the oldest are dropped first.
    pub const CAPACITY: usize = 1_000;

    /// Seconds for which a notification is kept after it has expired: a sign-in may ask later for an answer that was given in time.
    const KEPT: i64 = 3_600;

    /// Adds one. Those that expired long ago are dropped.
    pub fn add(&mut self, notification: PushNotification, now: i64) {
        self.notifications.retain(|known| now < known.expires + Self::KEPT);
        if self.notifications.len() >= Self::CAPACITY {
            self.notifications.remove(0);
        }
        self.notifications.push(notification);
    }

    #[must_use]
    pub fn find(&self, id: &str) -> Option<&PushNotification> {
        self.notifications.iter().find(|known| known.id == id)
    }

    /// The newest one by which a factor is enrolled.
    #[must_use]
    pub fn enrollment(&self, factor_id: &str) -> Option<&PushNotification> {
        self.notifications.iter().rev().find(|known| known.enrolls && known.factor_id == factor_id)
    }

    /// Those that wait for an answer.
    pub fn waiting(&self, now: i64) -> impl Iterator<Item = &PushNotification> {
        self.notifications.iter().filter(move |known| known.result(now) == PushResult::Waiting)
    }

    /// Answers those that wait and match; returns them. Okta: another number than the sign-in shows rejects it.
    pub fn answer(
        &mut self,
        approves: bool,
        number: Option<u8>,
        matches: impl Fn(&PushNotification) -> bool,
        now: i64,
    ) -> Vec<PushNotification> {
        let waiting = |known: &&mut PushNotification| known.result(now) == PushResult::Waiting && matches(known);
        let decide = |known: &mut PushNotification| {
            let right = known.challenge.as_ref().is_none_or(|challenge| number == Some(challenge.correct));
            known.answer = Some(if approves && right { PushAnswer::Approved } else { PushAnswer::Rejected });
            known.clone()
        };
        self.notifications.iter_mut().filter(waiting).map(decide).collect()
    }

    /// Drops one that has not been answered.
    pub fn withdraw(&mut self, id: &str) {
        self.notifications.retain(|known| known.id != id || known.answer.is_some());
    }

    /// Drops one.
    pub fn cancel(&mut self, id: &str) {
        self.notifications.retain(|known| known.id != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notification(id: &str, challenge: Option<NumberChallenge>) -> PushNotification {
        PushNotification {
            id: id.to_owned(),
            user_id: "00u".to_owned(),
            factor_id: "opf".to_owned(),
            enrolls: false,
            app: "Market".to_owned(),
            expires: 300,
            challenge,
            answer: None,
        }
    }

    #[test]
    fn a_notification_is_answered_once_and_in_time() {
        let mut pushes = PushNotifications::default();
        pushes.add(notification("a", None), 0);
        pushes.add(notification("b", None), 0);
        assert_eq!(pushes.waiting(299).count(), 2);
        assert_eq!(pushes.answer(true, None, |known| known.id == "a", 299)[0].result(299), PushResult::Approved);
        assert_eq!(pushes.answer(false, None, |known| known.id == "a", 299), []);
        assert_eq!(pushes.find("a").unwrap().result(1_000), PushResult::Approved);
        assert_eq!(pushes.answer(true, None, |_| true, 300), [], "it is too late");
        assert_eq!(pushes.find("b").unwrap().result(300), PushResult::TimedOut);
        pushes.add(notification("c", None), 300);
        assert_eq!(pushes.find("a").unwrap().result(301), PushResult::Approved, "an answer outlives the five minutes");
        pushes.add(notification("d", None), 300 + PushNotifications::KEPT);
        assert_eq!(pushes.notifications.len(), 1, "those that expired an hour ago are dropped");
    }

    #[test]
    fn a_notification_that_is_withdrawn_cannot_be_answered_and_an_answer_stays() {
        let mut pushes = PushNotifications::default();
        pushes.add(notification("a", None), 0);
        pushes.add(notification("b", None), 0);
        pushes.answer(true, None, |known| known.id == "a", 1);
        pushes.withdraw("a");
        pushes.withdraw("b");
        assert_eq!(pushes.answer(true, None, |_| true, 1), []);
        assert_eq!(pushes.find("a").unwrap().result(1), PushResult::Approved);
    }

    #[test]
    fn another_number_than_the_shown_one_rejects_the_sign_in() {
        for (number, expected) in
            [(Some(42), PushResult::Approved), (Some(17), PushResult::Rejected), (None, PushResult::Rejected)]
        {
            let mut pushes = PushNotifications::default();
            pushes.add(notification("a", Some(NumberChallenge { correct: 42, offered: [17, 42, 90] })), 0);
            assert_eq!(pushes.answer(true, number, |_| true, 1)[0].result(1), expected);
        }
    }
}
