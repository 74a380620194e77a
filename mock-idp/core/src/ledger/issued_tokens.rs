//! What has been issued to a user, so that all of it can be revoked at once.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// One credential of a user, by its key in the ledger.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum IssuedCredential {
    Session(String),
    Code(String),
    InteractionCode(String),
    /// An access token without a family, by its `jti`. Others are revoked with their family.
    AccessToken(String),
    Family(String),
    DeviceSecret(String),
    /// The device code of a device that the user has allowed, and that has not fetched its tokens.
    Device(String),
    /// The `auth_req_id` of a backchannel request that the user has allowed, and whose client has not fetched its tokens.
    Backchannel(String),
}

/// The credentials of a user, the latest last.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct IssuedTokens(VecDeque<IssuedCredential>);

impl IssuedTokens {
    /// The largest number for a user; beyond it, the oldest are dropped.
    const MOST: usize = 10_000;

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds one.
    pub fn add(&mut self, credential: IssuedCredential) {
        if self.0.len() >= Self::MOST {
            self.0.pop_front();
        }
        self.0.push_back(credential);
    }
}

impl IntoIterator for IssuedTokens {
    type Item = IssuedCredential;
    type IntoIter = std::collections::vec_deque::IntoIter<IssuedCredential>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
