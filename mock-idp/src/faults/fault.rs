//! A fault that is on: what it does, to whom, and how often.

use mock_idp_core::protocol::OAuthError;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::kind::FaultKind;

/// A fault that is on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fault {
    /// Its id, by which it is removed. Given when it is added.
    pub id: String,
    pub kind: FaultKind,
    /// How many times it still applies. `None`: until it is cleared.
    pub times: Option<u32>,
    /// Only what is issued to this client.
    pub client_id: Option<String>,
    /// Only what is issued for the user with this id.
    pub user_id: Option<String>,
    /// Only paths with this prefix (transport faults).
    pub path: Option<String>,
    /// Applies only in some of the cases.
    pub chance: Option<Chance>,
}

/// How often a fault applies where it could.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chance {
    /// From 0 to 1.
    pub probability: f64,
    /// The same seed gives the same series.
    pub seed: u64,
    /// How often it has been decided.
    pub draws: u64,
}

/// The client and the user that something is issued to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IssuedTo<'a> {
    pub client_id: &'a str,
    pub user_id: Option<&'a str>,
}

impl Fault {
    /// One that always applies.
    pub(crate) fn new(kind: FaultKind) -> Self {
        Self { id: String::new(), kind, times: None, client_id: None, user_id: None, path: None, chance: None }
    }

    pub(super) fn concerns(&self, to: IssuedTo<'_>) -> bool {
        let fits = |only: &Option<String>, is: Option<&str>| only.as_deref().is_none_or(|only| is == Some(only));
        fits(&self.client_id, Some(to.client_id)) && fits(&self.user_id, to.user_id)
    }

    pub(super) fn concerns_path(&self, path: &str) -> bool {
        self.path.as_deref().is_none_or(|only| path.starts_with(only))
    }

    /// Whether it applies to something that it concerns. Counts the use if it does.
    pub(super) fn apply(&mut self) -> bool {
        if !self.chance.as_mut().is_none_or(Chance::draw) {
            return false;
        }
        self.times = self.times.map(|times| times.saturating_sub(1));
        true
    }

    pub(super) fn is_used_up(&self) -> bool {
        self.times == Some(0)
    }

    /// The error that it returns in place of the tokens of an answer.
    pub(super) fn token_error(&self) -> Option<&OAuthError> {
        match &self.kind {
            FaultKind::TokenError(error) => Some(error),
            _ => None,
        }
    }
}

impl Chance {
    fn draw(&mut self) -> bool {
        let mut rng = StdRng::seed_from_u64(self.seed.wrapping_add(self.draws));
        self.draws += 1;
        rng.random::<f64>() < self.probability
    }
}
