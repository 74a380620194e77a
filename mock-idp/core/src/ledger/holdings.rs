//! What a user has been given: what falls when all of it is revoked at once.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// One thing that a user's sign-ins have led to, by its ledger key.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum Holding {
    Session(String),
    Code(String),
    /// By its `jti`; one of a family falls with the family.
    AccessToken(String),
    Family(String),
    DeviceSecret(String),
    /// An allowed device that has not fetched its tokens; by device code.
    Device(String),
    /// An allowed request of the back channel whose client has not fetched its tokens; by `auth_req_id`.
    Backchannel(String),
}

/// All of them, the latest last.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Holdings(VecDeque<Holding>);

impl Holdings {
    /// How many are remembered of a user; beyond, the oldest are forgotten.
    const MOST: usize = 10_000;

    /// Remembers one.
    pub fn add(&mut self, holding: Holding) {
        if self.0.len() >= Self::MOST {
            self.0.pop_front();
        }
        self.0.push_back(holding);
    }
}

impl IntoIterator for Holdings {
    type Item = Holding;
    type IntoIter = std::collections::vec_deque::IntoIter<Holding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
