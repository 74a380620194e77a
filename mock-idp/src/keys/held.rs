//! The keys that a server has at one time, between two rotations. Okta: ACTIVE signs, NEXT is published ahead so that caches
//! know it in time, EXPIRED still verifies.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use mock_idp_core::endpoint::keys::{self, KeyStatus, PublishedKey};
use mock_idp_core::model::RotationMode;
use mock_idp_core::org::CompiledServer;
use mock_idp_core::tokens::{ServerKeys, SigningKey, Verified, verify_access_token};

use super::source::{KeyError, Next, Source};
use super::verified::VerifiedTokens;

/// Keys, their published half, and what they have verified lately. A rotation makes another one of these, so that nothing
/// remembered outlives it.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) keys: ServerKeys,
    next: Next,
    last_rotated: i64,
    published: OnceLock<Vec<PublishedKey>>,
    key_set: OnceLock<Bytes>,
    verified: VerifiedTokens,
}

impl Held {
    /// Okta: keys are rotated about every 90 days.
    pub(crate) const PERIOD: i64 = 90 * 24 * 3600;

    pub(super) async fn first(active: Source, access: Option<Source>, next: Next, born: i64) -> Result<Self, KeyError> {
        let active = active.load().await?;
        let access = match access {
            Some(source) => source.load().await?,
            None => Arc::clone(&active),
        };
        Ok(Self::new(ServerKeys { published: active, access, retired: None }, next, born))
    }

    fn new(keys: ServerKeys, next: Next, last_rotated: i64) -> Self {
        let (published, key_set) = (OnceLock::new(), OnceLock::new());
        Self { keys, next, last_rotated, published, key_set, verified: VerifiedTokens::default() }
    }

    /// What the server has after a rotation: NEXT becomes ACTIVE, ACTIVE becomes EXPIRED, and there is a new NEXT.
    pub(super) async fn rotated(&self, at: i64) -> Result<Self, KeyError> {
        let active = self.next.load().await?;
        let next = Next::Made(Source::Generated.load().await?);
        // The org server's second pair is not published, so nobody could tell that it rotates.
        let own_access = !Arc::ptr_eq(&self.keys.access, &self.keys.published);
        let access = if own_access { Arc::clone(&self.keys.access) } else { Arc::clone(&active) };
        let retired = Some(Arc::clone(&self.keys.published));
        Ok(Self::new(ServerKeys { published: active, access, retired }, next, at))
    }

    /// When the keys became what they are: seconds since the epoch.
    pub(crate) fn last_rotated(&self) -> i64 {
        self.last_rotated
    }

    /// When they will be rotated by themselves, if ever.
    pub(crate) fn next_rotation(&self, server: &CompiledServer) -> Option<i64> {
        (server.rotation == RotationMode::Auto).then_some(self.last_rotated + Self::PERIOD)
    }

    /// How many rotations were missed.
    pub(super) fn periods_due(&self, server: &CompiledServer, now: i64) -> i64 {
        match server.rotation {
            RotationMode::Auto => ((now - self.last_rotated) / Self::PERIOD).max(0),
            RotationMode::Manual => 0,
        }
    }

    /// The published keys, the one that signs first.
    pub(crate) fn published(&self) -> &[PublishedKey] {
        self.published.get_or_init(|| {
            let with = |status| move |key: Arc<SigningKey>| PublishedKey { status, key };
            std::iter::once(Arc::clone(&self.keys.published))
                .map(with(KeyStatus::Active))
                .chain(self.next.published().map(with(KeyStatus::Next)))
                .chain(self.keys.retired.clone().map(with(KeyStatus::Expired)))
                .collect()
        })
    }

    /// The key set as it goes over the wire.
    pub(crate) fn key_set(&self) -> Bytes {
        self.key_set.get_or_init(|| keys::document(self.published()).to_string().into()).clone()
    }

    /// The claims of an access token that these keys have signed.
    pub(crate) fn access_token(&self, token: &str) -> Option<Arc<Verified>> {
        self.verified.or_verify(token, || verify_access_token(token, &self.keys))
    }
}
