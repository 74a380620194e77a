//! Seeds: what an org's random values are derived from if they have to be the same in each run.

use aws_lc_rs::digest::{Context, SHA256};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

/// A seed, or one that is derived from it for a purpose.
#[derive(Clone, Copy)]
pub(crate) struct Seed([u8; 32]);

/// Without the value, from which keys can be derived.
impl std::fmt::Debug for Seed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Seed(…)")
    }
}

impl Seed {
    /// The seed of an org: the orgs of a mock have different ones.
    #[must_use]
    pub(crate) fn of_org(number: u64, name: &str) -> Self {
        Self::digest([&number.to_be_bytes()[..], name.as_bytes()])
    }

    /// The seed for one purpose.
    #[must_use]
    pub(crate) fn derived(self, purpose: &[&str]) -> Self {
        Self::digest(std::iter::once(&self.0[..]).chain(purpose.iter().map(|part| part.as_bytes())))
    }

    #[must_use]
    pub(crate) fn rng(self) -> StdRng {
        StdRng::from_seed(self.0)
    }

    fn digest<'p>(parts: impl IntoIterator<Item = &'p [u8]>) -> Self {
        let mut digest = Context::new(&SHA256);
        for part in parts {
            digest.update(&(part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        let mut seed = [0; 32];
        seed.copy_from_slice(digest.finish().as_ref());
        Self(seed)
    }
}
