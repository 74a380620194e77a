//! Where keys come from: a few that come with the mock, then generated ones.

use mock_idp_core::ledger::KeyMaterial;
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};

use super::KeyError;

/// Key pairs that come with the mock. They are public and protect nothing; they make starts fast and key ids stable.
const FIXTURES: [&str; 8] = [
    include_str!("../../../fixtures/keys/org.pem"),
    include_str!("../../../fixtures/keys/org-access-token.pem"),
    include_str!("../../../fixtures/keys/default.pem"),
    include_str!("../../../fixtures/keys/spare-1.pem"),
    include_str!("../../../fixtures/keys/spare-2.pem"),
    include_str!("../../../fixtures/keys/spare-3.pem"),
    include_str!("../../../fixtures/keys/org-next.pem"),
    include_str!("../../../fixtures/keys/default-next.pem"),
];

/// The positions of the keys that servers begin with, and of those that come next at the first servers.
const FIRST: std::ops::Range<usize> = 0..6;
const NEXT: std::ops::Range<usize> = 6..8;

/// The fixture keys that no server of this process has been given yet.
#[derive(Debug)]
pub(crate) struct KeyPool {
    first: std::ops::Range<usize>,
    next: std::ops::Range<usize>,
}

impl Default for KeyPool {
    fn default() -> Self {
        Self { first: FIRST, next: NEXT }
    }
}

impl KeyPool {
    pub(super) fn key(&mut self) -> Source {
        self.first.next().map_or(Source::Generate, Source::Fixture)
    }

    pub(super) fn next_key(&mut self) -> Option<KeyMaterial> {
        self.next.next().map(KeyMaterial::Fixture)
    }
}

/// A key as PEM; a position that this version does not know is no key.
pub(super) fn pem(material: &KeyMaterial) -> &str {
    match material {
        KeyMaterial::Fixture(position) => FIXTURES.get(*position).copied().unwrap_or_default(),
        KeyMaterial::Pem(pem) => pem,
    }
}

/// Where a key comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    Fixture(usize),
    /// Generated on first use; a different one after each start.
    Generate,
}

impl Source {
    pub(super) async fn material(self) -> Result<KeyMaterial, KeyError> {
        match self {
            Self::Fixture(position) => Ok(KeyMaterial::Fixture(position)),
            Self::Generate => {
                let generate = || RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048);
                let key = tokio::task::spawn_blocking(generate).await??;
                let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(|error| KeyError::Unusable(error.to_string()))?;
                Ok(KeyMaterial::Pem(pem.to_string()))
            }
        }
    }
}
