//! Clients' key sets at their `jwks_uri`: cached, and fetched again when a needed key is missing.

use std::collections::HashMap;
use std::sync::Arc;

use mock_idp_core::protocol::jose::JwkSet;
use parking_lot::Mutex;

use super::client::fetch;

/// Seconds of the org's clock for which a set is cached.
const LIFETIME: i64 = 300;

/// The cached sets, by URI.
#[derive(Debug, Default)]
pub(crate) struct KeySets(Mutex<HashMap<String, CachedSet>>);

#[derive(Debug)]
struct CachedSet {
    set: Arc<JwkSet>,
    ends: i64,
}

impl KeySets {
    /// The set at that address. With `kid`, a cached set counts only if it has the key.
    ///
    /// # Errors
    /// The set cannot be fetched or read.
    pub(crate) async fn of(&self, uri: &str, kid: Option<&str>, now: i64) -> Result<Arc<JwkSet>, String> {
        if let Some(cached) = self.0.lock().get(uri)
            && now < cached.ends
            && kid.is_none_or(|kid| cached.set.has(kid))
        {
            return Ok(Arc::clone(&cached.set));
        }
        let document = fetch(uri).await.map_err(|error| error.to_string())?;
        let set = JwkSet::read(&document).map_err(|error| format!("the answer is not a key set: {error}"))?;
        let set = Arc::new(set);
        self.0.lock().insert(uri.to_owned(), CachedSet { set: Arc::clone(&set), ends: now + LIFETIME });
        Ok(set)
    }

    /// Removes all.
    pub(crate) fn clear(&self) {
        self.0.lock().clear();
    }
}
