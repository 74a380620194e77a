//! The keys of a server, loaded: parsing a private key is expensive.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use mock_idp_core::endpoint::keys::{self, KeyStatus, PublishedKey};
use mock_idp_core::ledger::{KeyMaterial, KeyRecord};
use mock_idp_core::model::RotationMode;
use mock_idp_core::org::CompiledServer;
use mock_idp_core::tokens::{ServerKeys, SignatureAlgorithm, SigningKey, Verified, verify_access_token};

use super::KeyError;
use super::source::pem;
use super::verified::VerifiedTokens;

/// Keys, their published half, and the access tokens that they have verified lately. Each rotation has its own, so that no token
/// is remembered beyond it.
#[derive(Debug)]
pub(crate) struct LoadedKeys {
    pub(crate) keys: ServerKeys,
    pub(super) record: KeyRecord,
    algorithm: SignatureAlgorithm,
    published: OnceLock<Vec<PublishedKey>>,
    key_set: OnceLock<Bytes>,
    verified: VerifiedTokens,
}

impl LoadedKeys {
    /// Okta: keys are rotated about every 90 days.
    pub(crate) const PERIOD: i64 = 90 * 24 * 3600;

    /// Loads the keys of a record; those that `earlier` has are shared.
    pub(super) fn load(
        record: KeyRecord,
        algorithm: SignatureAlgorithm,
        earlier: Option<&Self>,
    ) -> Result<Self, KeyError> {
        let load = |material: &KeyMaterial| match earlier.and_then(|earlier| earlier.key(material)) {
            Some(key) => Ok(key),
            None => parse(material, algorithm),
        };
        let published = load(&record.active)?;
        let access = record.access.as_ref().map_or_else(|| Ok(Arc::clone(&published)), load)?;
        let retired = record.retired.as_ref().map(load).transpose()?;
        let keys = ServerKeys { published, access, retired };
        let (published, key_set) = (OnceLock::new(), OnceLock::new());
        Ok(Self { keys, record, algorithm, published, key_set, verified: VerifiedTokens::default() })
    }

    fn key(&self, material: &KeyMaterial) -> Option<Arc<SigningKey>> {
        if *material == self.record.active {
            return Some(Arc::clone(&self.keys.published));
        }
        if self.record.access.as_ref() == Some(material) {
            return Some(Arc::clone(&self.keys.access));
        }
        self.keys.retired.clone().filter(|_| self.record.retired.as_ref() == Some(material))
    }

    /// When the active key became active.
    pub(crate) fn last_rotated(&self) -> i64 {
        self.record.last_rotated
    }

    /// When the keys will be rotated automatically, if they will.
    pub(crate) fn next_rotation(&self, server: &CompiledServer) -> Option<i64> {
        (server.rotation == RotationMode::Auto).then_some(self.record.last_rotated + Self::PERIOD)
    }

    /// The published keys, the active one first.
    pub(crate) fn published(&self) -> &[PublishedKey] {
        self.published.get_or_init(|| {
            let with = |status| move |key: Arc<SigningKey>| PublishedKey { status, key };
            let next = self.record.next.as_ref().and_then(|next| parse(next, self.algorithm).ok());
            std::iter::once(Arc::clone(&self.keys.published))
                .map(with(KeyStatus::Active))
                .chain(next.map(with(KeyStatus::Next)))
                .chain(self.keys.retired.clone().map(with(KeyStatus::Expired)))
                .collect()
        })
    }

    /// The key set as it is sent.
    pub(crate) fn key_set(&self) -> Bytes {
        self.key_set.get_or_init(|| keys::document(self.published()).to_string().into()).clone()
    }

    /// The claims of an access token that these keys have signed.
    pub(crate) fn access_token(&self, token: &str) -> Option<Arc<Verified>> {
        self.verified.or_verify(token, || verify_access_token(token, &self.keys))
    }
}

fn parse(material: &KeyMaterial, algorithm: SignatureAlgorithm) -> Result<Arc<SigningKey>, KeyError> {
    let key = SigningKey::from_pem(pem(material), algorithm);
    key.map(Arc::new).map_err(|error| KeyError::Unusable(error.to_string()))
}

/// How many automatic rotations are due.
pub(super) fn periods_due(record: &KeyRecord, server: &CompiledServer, now: i64) -> i64 {
    match server.rotation {
        RotationMode::Auto => ((now - record.last_rotated) / LoadedKeys::PERIOD).max(0),
        RotationMode::Manual => 0,
    }
}
