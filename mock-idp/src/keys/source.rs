//! Where keys come from: a few that come with the mock, then made ones.

use std::sync::Arc;

use mock_idp_core::tokens::SigningKey;
use rsa::RsaPrivateKey;

/// Key pairs that come with the mock. They are public and protect nothing; they make starts fast and key ids stable.
const KEYS: [&str; 6] = [
    include_str!("../../../fixtures/keys/org.pem"),
    include_str!("../../../fixtures/keys/org-access-token.pem"),
    include_str!("../../../fixtures/keys/default.pem"),
    include_str!("../../../fixtures/keys/spare-1.pem"),
    include_str!("../../../fixtures/keys/spare-2.pem"),
    include_str!("../../../fixtures/keys/spare-3.pem"),
];

/// The keys that come after those of the first servers.
const NEXT_KEYS: [&str; 2] =
    [include_str!("../../../fixtures/keys/org-next.pem"), include_str!("../../../fixtures/keys/default-next.pem")];

/// The fixture keys that no server of this process' mock has taken yet.
#[derive(Debug)]
pub struct KeyPool {
    keys: std::slice::Iter<'static, &'static str>,
    next: std::slice::Iter<'static, &'static str>,
}

impl Default for KeyPool {
    fn default() -> Self {
        Self { keys: KEYS.iter(), next: NEXT_KEYS.iter() }
    }
}

impl KeyPool {
    pub(super) fn key(&mut self) -> Source {
        self.keys.next().map_or(Source::Generated, |pem| Source::Fixture(pem))
    }

    pub(super) fn next_key(&mut self) -> Next {
        self.next.next().map_or(Next::Unmade, |pem| Next::Fixture(pem))
    }
}

/// Where a key comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    Fixture(&'static str),
    /// Made on first use; another one after each start.
    Generated,
}

impl Source {
    pub(super) async fn load(self) -> Result<Arc<SigningKey>, KeyError> {
        let key = match self {
            Self::Fixture(pem) => SigningKey::from_pem(pem),
            Self::Generated => {
                let made =
                    tokio::task::spawn_blocking(|| RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048)).await??;
                SigningKey::new(&made)
            }
        };
        key.map(Arc::new).map_err(|error| KeyError::Unusable(error.to_string()))
    }
}

/// The key that will sign after the next rotation.
#[derive(Clone, Debug)]
pub(super) enum Next {
    Fixture(&'static str),
    Made(Arc<SigningKey>),
    /// Not published ahead: making a key takes too long for a server that may never rotate.
    Unmade,
}

impl Next {
    /// The key, if it is there to be published.
    pub(super) fn published(&self) -> Option<Arc<SigningKey>> {
        match self {
            Self::Fixture(pem) => SigningKey::from_pem(pem).ok().map(Arc::new),
            Self::Made(key) => Some(Arc::clone(key)),
            Self::Unmade => None,
        }
    }

    pub(super) async fn load(&self) -> Result<Arc<SigningKey>, KeyError> {
        match self {
            Self::Fixture(pem) => Source::Fixture(pem).load().await,
            Self::Made(key) => Ok(Arc::clone(key)),
            Self::Unmade => Source::Generated.load().await,
        }
    }
}

/// Why a server has no keys.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("{0}")]
    Unusable(String),
    #[error("making an RSA key failed: {0}")]
    Generation(#[from] rsa::Error),
    #[error("the task that makes the key was cancelled")]
    Cancelled(#[from] tokio::task::JoinError),
}
