//! Where keys come from: a few that come with the mock, then generated ones.

use mock_idp_core::ledger::KeyMaterial;

use super::{KeyError, bank};

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

    pub(super) fn key(&mut self) -> Source {
        self.first.next().map_or_else(
            || {
                self.generated += 1;
                Source::Generate
            },
            Source::Fixture,
        )
    }

    /// How many keys have to be generated, because there are more servers than fixture keys.
    pub(crate) fn generated(&self) -> usize {
        self.generated
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
            Self::Generate => bank::take().await,
        }
    }
}
