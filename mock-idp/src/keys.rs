//! Signing keys: a pair for each authorization server, loaded when first needed, never made before the port is open.

mod verified;

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use mock_idp_core::endpoint::keys;
use mock_idp_core::org::Server;
use mock_idp_core::tokens::{ServerKeys, SigningKey, Verified, verify_access_token};
use parking_lot::Mutex;
use rsa::RsaPrivateKey;
use tokio::sync::OnceCell;
use verified::VerifiedTokens;

/// Key pairs that come with the mock. They are public and protect nothing; they make starts fast and key ids stable.
const FIXTURES: [&str; 6] = [
    include_str!("../../fixtures/keys/org.pem"),
    include_str!("../../fixtures/keys/org-access-token.pem"),
    include_str!("../../fixtures/keys/default.pem"),
    include_str!("../../fixtures/keys/spare-1.pem"),
    include_str!("../../fixtures/keys/spare-2.pem"),
    include_str!("../../fixtures/keys/spare-3.pem"),
];

/// The fixture keys that no server of this process' mock has taken yet.
#[derive(Debug)]
pub struct KeyPool(std::slice::Iter<'static, &'static str>);

impl Default for KeyPool {
    fn default() -> Self {
        Self(FIXTURES.iter())
    }
}

impl KeyPool {
    fn next(&mut self) -> Source {
        self.0.next().map_or(Source::Generated, |pem| Source::Fixture(pem))
    }
}

/// Where a key comes from.
#[derive(Clone, Copy, Debug)]
enum Source {
    Fixture(&'static str),
    /// Made on first use; another one after each start.
    Generated,
}

/// The keys of one org's servers.
#[derive(Debug)]
pub(crate) struct KeyRing {
    slots: Mutex<HashMap<String, Arc<Slot>>>,
}

#[derive(Debug)]
struct Slot {
    published: Source,
    /// The org server's second pair.
    access: Option<Source>,
    keys: OnceCell<Arc<Held>>,
}

/// Keys, their published half as it goes over the wire, and what they have verified lately.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) keys: ServerKeys,
    pub(crate) key_set: Bytes,
    verified: VerifiedTokens,
}

impl Held {
    /// The claims of an access token that these keys have signed.
    pub(crate) fn access_token(&self, token: &str) -> Option<Arc<Verified>> {
        self.verified.or_verify(token, || verify_access_token(token, &self.keys))
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

impl KeyRing {
    /// Allots keys to the servers, the org server's first.
    #[must_use]
    pub(crate) fn new(servers: &[Arc<Server>], pool: &mut KeyPool) -> Self {
        let slots = servers.iter().map(|server| {
            let published = pool.next();
            let access = server.is_org().then(|| pool.next());
            (server.id.clone(), Arc::new(Slot { published, access, keys: OnceCell::new() }))
        });
        Self { slots: Mutex::new(slots.collect()) }
    }

    /// The keys of a server.
    ///
    /// # Errors
    /// Key generation failed.
    pub(crate) async fn of(&self, server: &Server) -> Result<Arc<Held>, KeyError> {
        let slot = {
            let mut slots = self.slots.lock();
            // A server that was added after the start.
            let added = || Arc::new(Slot { published: Source::Generated, access: None, keys: OnceCell::new() });
            Arc::clone(slots.entry(server.id.clone()).or_insert_with(added))
        };
        slot.keys.get_or_try_init(|| make(slot.published, slot.access)).await.map(Arc::clone)
    }
}

async fn make(published: Source, access: Option<Source>) -> Result<Arc<Held>, KeyError> {
    let published = load(published).await?;
    let access = match access {
        Some(source) => load(source).await?,
        None => Arc::clone(&published),
    };
    let keys = ServerKeys { published, access };
    let key_set = Bytes::from(keys::document(&keys).to_string());
    Ok(Arc::new(Held { keys, key_set, verified: VerifiedTokens::default() }))
}

async fn load(source: Source) -> Result<Arc<SigningKey>, KeyError> {
    let key = match source {
        Source::Fixture(pem) => SigningKey::from_pem(pem),
        Source::Generated => {
            let made = tokio::task::spawn_blocking(|| RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048)).await??;
            SigningKey::new(&made)
        }
    };
    key.map(Arc::new).map_err(|error| KeyError::Unusable(error.to_string()))
}
