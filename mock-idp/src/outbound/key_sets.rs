//! Clients' key sets at their `jwks_uri`: cached, and fetched again when a needed key is missing. Both have limits.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mock_idp_core::protocol::jose::JwkSet;
use parking_lot::Mutex;

use super::client::fetch;
use super::networks::Networks;

/// Seconds of the org's clock for which a set is cached.
const LIFETIME: i64 = 300;

/// Largest number of addresses that sets are kept of. Beyond it, the one that was used longest ago goes.
const MAX_SETS: usize = 256;

/// How often a set may be fetched in a row: when its keys change, and no more because of keys that it does not have.
const BURST: u32 = 5;

/// One more fetch is allowed after this time.
const REFILL: Duration = Duration::from_secs(10);

/// The cached sets, by URI.
#[derive(Debug, Default)]
pub(crate) struct KeySets(Mutex<HashMap<String, CachedSet>>);

#[derive(Debug)]
struct CachedSet {
    set: Option<Arc<JwkSet>>,
    ends: i64,
    used: Instant,
    /// Fetches that are allowed now, and since when they are counted.
    fetches: u32,
    since: Instant,
}

/// What to do for a set.
#[derive(Debug)]
enum Next {
    Use(Arc<JwkSet>),
    Fetch,
    Wait,
}

impl KeySets {
    /// The set at that address. With `kid`, a set without the key is fetched again, but not too often.
    ///
    /// # Errors
    /// The set cannot be fetched or read.
    pub(crate) async fn of(
        &self,
        uri: &str,
        kid: Option<&str>,
        now: i64,
        networks: Networks,
    ) -> Result<Arc<JwkSet>, String> {
        match self.next(uri, kid, now, Instant::now()) {
            Next::Use(set) => return Ok(set),
            Next::Wait => {
                let seconds = REFILL.as_secs();
                return Err(format!(
                    "{uri} was asked {BURST} times in a row; it is asked again in at most {seconds} s"
                ));
            }
            Next::Fetch => {}
        }
        let fetched = match fetch(uri, networks).await {
            Ok(document) => JwkSet::read(&document).map_err(|error| format!("the answer is not a key set: {error}")),
            Err(error) => Err(error.to_string()),
        };
        let fetched = fetched.map(Arc::new);
        if let Some(cached) = self.0.lock().get_mut(uri) {
            (cached.set, cached.ends) = (fetched.as_ref().ok().map(Arc::clone), now + LIFETIME);
        }
        fetched
    }

    fn next(&self, uri: &str, kid: Option<&str>, now: i64, time: Instant) -> Next {
        let mut sets = self.0.lock();
        if !sets.contains_key(uri) && sets.len() >= MAX_SETS {
            let oldest = sets.iter().min_by_key(|(_, cached)| cached.used).map(|(uri, _)| uri.clone());
            oldest.and_then(|uri| sets.remove(&uri));
        }
        let cached = sets.entry(uri.to_owned()).or_insert_with(|| CachedSet::new(time));
        cached.used = time;
        let current = cached.set.as_ref().filter(|_| now < cached.ends);
        let current = current.map(Arc::clone);
        match current {
            Some(set) if kid.is_none_or(|kid| set.has(kid)) => Next::Use(set),
            // An expired set is fetched as planned.
            None if cached.set.is_some() => Next::Fetch,
            _ if cached.may_fetch(time) => Next::Fetch,
            // The caller finds that the key is missing.
            Some(set) => Next::Use(set),
            None => Next::Wait,
        }
    }

    /// Removes all.
    pub(crate) fn clear(&self) {
        self.0.lock().clear();
    }
}

impl CachedSet {
    fn new(time: Instant) -> Self {
        Self { set: None, ends: 0, used: time, fetches: BURST, since: time }
    }

    /// Counts a fetch, if one is allowed.
    fn may_fetch(&mut self, time: Instant) -> bool {
        let periods = time.saturating_duration_since(self.since).as_secs() / REFILL.as_secs();
        if periods > 0 {
            self.fetches = self.fetches.saturating_add(u32::try_from(periods).unwrap_or(BURST)).min(BURST);
            self.since = time;
        }
        let allowed = self.fetches > 0;
        self.fetches = self.fetches.saturating_sub(1);
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetches(sets: &KeySets, uri: &str, time: Instant, tries: usize) -> usize {
        (0..tries).filter(|_| matches!(sets.next(uri, Some("unknown"), 0, time), Next::Fetch)).count()
    }

    #[test]
    fn an_unknown_key_is_fetched_a_few_times_and_later_again() {
        let (sets, start) = (KeySets::default(), Instant::now());
        assert_eq!(fetches(&sets, "http://a/", start, 50), 5);
        assert_eq!(fetches(&sets, "http://a/", start + Duration::from_secs(9), 50), 0);
        assert_eq!(fetches(&sets, "http://a/", start + Duration::from_secs(10), 50), 1);
        assert_eq!(fetches(&sets, "http://b/", start, 50), 5);
    }

    #[test]
    fn the_set_that_was_used_longest_ago_is_removed() {
        let (sets, start) = (KeySets::default(), Instant::now());
        for number in 0..1_000_u64 {
            sets.next(&format!("http://{number}/"), None, 0, start + Duration::from_secs(number));
        }
        let kept = sets.0.lock();
        assert_eq!(kept.len(), MAX_SETS);
        assert!(kept.contains_key("http://999/") && !kept.contains_key("http://743/"));
    }
}
