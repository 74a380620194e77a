//! Where keys come from: a few that come with the mock, then generated ones.

use mock_idp_core::ledger::KeyMaterial;
use rand::Rng as _;
use rand::rngs::StdRng;
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};
use rsa::rand_core::{CryptoRng, RngCore};

use super::{KeyError, bank};
use crate::seed::Seed;

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
    generated: usize,
}

impl Default for KeyPool {
    fn default() -> Self {
        Self { first: FIRST, next: NEXT, generated: 0 }
    }
}

impl KeyPool {
    /// A pool that gives generated keys only.
    pub(crate) fn without_fixtures() -> Self {
        Self { first: 0..0, next: 0..0, generated: 0 }
    }

    /// A fixture key, or the other one if there is none left.
    pub(super) fn key(&mut self, other: Source) -> Source {
        if let Some(position) = self.first.next() {
            return Source::Fixture(position);
        }
        if matches!(other, Source::Generate) {
            self.generated += 1;
        }
        other
    }

    /// How many keys have to be generated, because there are more servers than fixture keys.
    pub(crate) fn generated(&self) -> usize {
        self.generated
    }

    pub(super) fn next_key(&mut self) -> Option<KeyMaterial> {
        self.next.next().map(KeyMaterial::Fixture)
    }
}

/// A key as PEM; a position that this version does not know is not a key.
pub(crate) fn pem(material: &KeyMaterial) -> &str {
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
    /// Generated on first use; always the same one.
    Derive(Seed),
}

/// Where the keys of an org come from that are not fixture keys.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum NewKeys {
    #[default]
    Generated,
    /// From the seed of the org.
    Derived(Seed),
}

impl NewKeys {
    /// The key for a purpose.
    pub(super) fn source(self, purpose: &[&str]) -> Source {
        match self {
            Self::Generated => Source::Generate,
            Self::Derived(seed) => Source::Derive(seed.derived(purpose)),
        }
    }
}

impl Source {
    pub(super) async fn material(self) -> Result<KeyMaterial, KeyError> {
        match self {
            Self::Fixture(position) => Ok(KeyMaterial::Fixture(position)),
            Self::Generate => bank::take().await,
            Self::Derive(seed) => tokio::task::spawn_blocking(move || derive(seed)).await?,
        }
    }
}

fn derive(seed: Seed) -> Result<KeyMaterial, KeyError> {
    let unusable = |error: &dyn std::fmt::Display| KeyError::Unusable(format!("deriving an RSA key failed: {error}"));
    let key = RsaPrivateKey::new(&mut SeededRng(seed.rng()), 2048).map_err(|error| unusable(&error))?;
    let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(|error| unusable(&error))?;
    Ok(KeyMaterial::Pem(pem.to_string()))
}

/// A seeded generator with the traits that the crate `rsa` knows.
struct SeededRng(StdRng);

impl RngCore for SeededRng {
    fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
        self.0.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for SeededRng {}
