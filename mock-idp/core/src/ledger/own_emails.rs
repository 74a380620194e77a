//! Email addresses that users change themselves.

use serde::{Deserialize, Serialize};

use super::one_time_token::OneTimeToken;

/// The addresses that a user has added and not verified yet, and the codes that were sent. Stored under the id of the user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OwnEmails {
    pub unverified: Vec<UnverifiedEmail>,
    pub challenges: Vec<EmailChallenge>,
}

/// An address that is not that of the user yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnverifiedEmail {
    pub email: String,
    pub role: EmailRole,
}

/// What an address is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum EmailRole {
    Primary,
    Secondary,
}

impl EmailRole {
    /// Okta's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Primary => "PRIMARY",
            Self::Secondary => "SECONDARY",
        }
    }
}

/// A code that was sent to an address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmailChallenge {
    pub id: String,
    pub email: String,
    /// The hash of the code.
    pub code: String,
    /// How many wrong codes were entered.
    pub wrong: u8,
    pub is_verified: bool,
    /// The first second at which it cannot be answered.
    pub expires: i64,
}

impl OwnEmails {
    /// Seconds for which an address waits to be verified.
    pub const LIFETIME: i64 = 7 * 24 * 3600;
    /// How many addresses a user can add, and how many codes are kept; the first ones are dropped.
    pub const CAPACITY: usize = 20;

    /// Adds an address. Returns whether it is new. Codes that were sent to it when it was added before are dropped.
    pub fn add(&mut self, email: &str, role: EmailRole) -> bool {
        let is_new = self.find(email).is_none();
        if is_new {
            self.remove(email);
            drop_first(&mut self.unverified);
            self.unverified.push(UnverifiedEmail { email: email.to_owned(), role });
        }
        is_new
    }

    /// An address that is not verified.
    #[must_use]
    pub fn find(&self, email: &str) -> Option<&UnverifiedEmail> {
        self.unverified.iter().find(|known| known.email.eq_ignore_ascii_case(email))
    }

    /// Removes an address with its codes.
    pub fn remove(&mut self, email: &str) {
        self.unverified.retain(|known| !known.email.eq_ignore_ascii_case(email));
        self.challenges.retain(|challenge| !challenge.email.eq_ignore_ascii_case(email));
    }

    /// Adds a code. Those that were sent to the address before cannot be used any more.
    pub fn challenge(&mut self, challenge: EmailChallenge) {
        self.challenges.retain(|known| !known.email.eq_ignore_ascii_case(&challenge.email));
        drop_first(&mut self.challenges);
        self.challenges.push(challenge);
    }

    /// A code that can still be asked about.
    #[must_use]
    pub fn known_challenge(&self, email: &str, id: &str, now: i64) -> Option<&EmailChallenge> {
        let is_known = |known: &&EmailChallenge| known.id == id && known.email == email && now < known.expires;
        self.challenges.iter().find(is_known)
    }

    /// Enters a code.
    pub fn answer(&mut self, id: &str, code: &str) -> EmailAnswer {
        let known = self.challenges.iter_mut().find(|known| known.id == id && !known.is_verified);
        let Some(known) = known else { return EmailAnswer::Unknown };
        if known.code != OneTimeToken::hash(code) {
            known.wrong += 1;
            if known.wrong >= OneTimeToken::MAX_WRONG {
                self.challenges.retain(|known| known.id != id);
            }
            return EmailAnswer::Wrong;
        }
        known.is_verified = true;
        let index = self.unverified.iter().position(|waiting| waiting.email.eq_ignore_ascii_case(&known.email));
        index.map_or(EmailAnswer::Known, |index| EmailAnswer::Added(self.unverified.remove(index)))
    }
}

/// What a code that was entered has done.
#[derive(Clone, Debug, PartialEq)]
pub enum EmailAnswer {
    /// None: there is no such challenge, or its code was used.
    Unknown,
    /// None: another code was sent.
    Wrong,
    /// It has confirmed an address that the user has.
    Known,
    /// It has verified an address that the user has added.
    Added(UnverifiedEmail),
}

fn drop_first<T>(list: &mut Vec<T>) {
    if list.len() >= OwnEmails::CAPACITY {
        list.remove(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_counts_once_and_not_for_an_address_that_is_added_again() {
        let mut own = OwnEmails::default();
        let challenge = |id: &str| EmailChallenge {
            id: id.to_owned(),
            email: "ben@example.test".to_owned(),
            code: OneTimeToken::hash("1"),
            wrong: 0,
            is_verified: false,
            expires: 100,
        };
        own.add("ben@example.test", EmailRole::Primary);
        own.challenge(challenge("a"));
        assert_eq!(own.answer("a", "2"), EmailAnswer::Wrong);
        let added = UnverifiedEmail { email: "ben@example.test".to_owned(), role: EmailRole::Primary };
        assert_eq!((own.answer("a", "1"), own.answer("a", "1")), (EmailAnswer::Added(added), EmailAnswer::Unknown));
        own.challenge(challenge("b"));
        own.add("Ben@example.test", EmailRole::Primary);
        assert_eq!(own.answer("b", "1"), EmailAnswer::Unknown);
    }
}
