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
    /// A browser or a device that is remembered for a second authenticator.
    RememberedDevice(String),
}

impl IssuedCredential {
    fn key(&self) -> &str {
        match self {
            Self::Session(key)
            | Self::Code(key)
            | Self::InteractionCode(key)
            | Self::AccessToken(key)
            | Self::Family(key)
            | Self::DeviceSecret(key)
            | Self::Device(key)
            | Self::Backchannel(key)
            | Self::RememberedDevice(key) => key,
        }
    }
}

/// Some of the credentials of a user, the latest last. They are in several records, so that requests for one user do not all change
/// the same one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct IssuedTokens(VecDeque<IssuedCredential>);

impl IssuedTokens {
    /// How many records a user has at most. They are many and small, because a store outside of the process reads and writes a whole
    /// record for each credential.
    const PARTS: u32 = 256;

    /// The largest number in one record; beyond it, the oldest are dropped.
    const MAX: usize = 40;

    /// The key of the record that has a credential of a user.
    #[must_use]
    pub fn key(user_id: &str, credential: &IssuedCredential) -> String {
        // FNV-1a.
        let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
        let part = credential.key().bytes().fold(2_166_136_261, mix) % Self::PARTS;
        format!("{user_id}/{part}")
    }

    /// The key of the record that has the remembered devices of a user. They are apart from the others, which revocations remove.
    #[must_use]
    pub fn device_key(user_id: &str) -> String {
        format!("{user_id}/devices")
    }

    /// The keys of all other records of a user.
    pub fn keys(user_id: &str) -> impl Iterator<Item = String> {
        (0..Self::PARTS).map(move |part| format!("{user_id}/{part}"))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds one, which may be known.
    pub fn add(&mut self, credential: IssuedCredential) {
        self.0.retain(|known| *known != credential);
        while self.0.len() >= Self::MAX {
            self.0.pop_front();
        }
        self.0.push_back(credential);
    }

    /// Removes some. Returns whether any are left.
    #[must_use]
    pub fn remove(&mut self, credentials: &[IssuedCredential]) -> bool {
        self.0.retain(|known| !credentials.contains(known));
        !self.0.is_empty()
    }
}

impl IntoIterator for IssuedTokens {
    type Item = IssuedCredential;
    type IntoIter = std::collections::vec_deque::IntoIter<IssuedCredential>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn credentials_of_a_user_are_spread_over_the_records_of_the_user() {
        let all: BTreeSet<String> = IssuedTokens::keys("u").collect();
        let used: BTreeSet<String> = (0..10_000)
            .map(|number| IssuedTokens::key("u", &IssuedCredential::Code(format!("code{number}"))))
            .collect();
        assert_eq!(used, all);
        assert!(all.iter().all(|key| key.starts_with("u/")));
    }
}
