//! Clients' key sets at their `jwks_uri`: kept for a while, fetched again when a key is asked for that they lack.

use std::collections::HashMap;
use std::sync::Arc;

use mock_idp_core::protocol::jose::JwkSet;
use parking_lot::Mutex;

/// How long a set is kept, in seconds of the org's clock.
const KEPT: i64 = 300;

/// The sets fetched lately, by URI.
#[derive(Debug, Default)]
pub(crate) struct KeySets(Mutex<HashMap<String, Held>>);

#[derive(Debug)]
struct Held {
    set: Arc<JwkSet>,
    ends: i64,
}

impl KeySets {
    /// The set at that address, with the key in it unless the client does not publish it.
    ///
    /// # Errors
    /// The set cannot be fetched or read; in words.
    pub(crate) async fn of(&self, uri: &str, kid: Option<&str>, now: i64) -> Result<Arc<JwkSet>, String> {
        if let Some(held) = self.0.lock().get(uri)
            && now < held.ends
            && kid.is_none_or(|kid| held.set.has(kid))
        {
            return Ok(Arc::clone(&held.set));
        }
        let document = super::fetch(uri).await.map_err(|error| error.to_string())?;
        let set = JwkSet::read(&document).map_err(|error| format!("the answer is no key set: {error}"))?;
        let set = Arc::new(set);
        self.0.lock().insert(uri.to_owned(), Held { set: Arc::clone(&set), ends: now + KEPT });
        Ok(set)
    }

    /// Forgets all of them.
    pub(crate) fn clear(&self) {
        self.0.lock().clear();
    }
}
