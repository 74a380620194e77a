//! The public keys of an issuer, cached by `kid`: fetched on first use, again for an unknown `kid`, and again after an
//! hour. Concurrent requests share one fetch.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey};
use parking_lot::RwLock;
use serde_json::Value;
use tokio::time::Instant;

use crate::clock;

/// Okta rotates keys about four times a year and publishes the next one ahead of time.
const MAX_AGE_SECONDS: i64 = 3600;

/// The verification keys of one JWKS document, decoded.
#[derive(Default)]
pub(crate) struct KeySet {
    keys: HashMap<String, DecodingKey>,
}

impl std::fmt::Debug for KeySet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.keys.keys()).finish()
    }
}

impl KeySet {
    /// Reads a JWKS (RFC 7517 5). Skips keys of unknown type, without `kid` or not for signatures.
    pub(crate) fn from_json(jwks: &Value) -> Self {
        let listed = jwks.get("keys").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let readable = listed.iter().filter_map(|key| serde_json::from_value::<Jwk>(key.clone()).ok()).collect();
        let keys = JwkSet { keys: readable }
            .keys
            .into_iter()
            .filter(|jwk| {
                jwk.common.public_key_use.as_ref().is_none_or(|it| it == &jsonwebtoken::jwk::PublicKeyUse::Signature)
            })
            .filter_map(|jwk| Some((jwk.common.key_id.clone()?, DecodingKey::from_jwk(&jwk).ok()?)))
            .collect();
        Self { keys }
    }

    pub(crate) fn contains(&self, kid: &str) -> bool {
        self.keys.contains_key(kid)
    }

    /// The key ids, sorted.
    pub(crate) fn kids(&self) -> Vec<&str> {
        let mut kids: Vec<&str> = self.keys.keys().map(String::as_str).collect();
        kids.sort_unstable();
        kids
    }

    /// Whether `signature` (Base64url) is that of `message` under the key `kid` and `algorithm`.
    pub(crate) fn verifies(&self, kid: &str, algorithm: Algorithm, message: &str, signature: &str) -> bool {
        self.keys.get(kid).is_some_and(|key| {
            key.family() == algorithm.family()
                && jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, algorithm).unwrap_or(false)
        })
    }
}

/// The keys could not be fetched.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the issuer's keys could not be fetched from {url}: {reason}")]
pub(crate) struct KeysUnavailable {
    pub(crate) url: String,
    pub(crate) reason: String,
}

/// The cached keys of one issuer.
#[derive(Debug)]
pub(crate) struct KeyCache {
    http: reqwest::Client,
    issuer: String,
    cached: RwLock<Option<CachedKeys>>,
    fetching: tokio::sync::Mutex<FetchBudget>,
}

/// How many times keys may be fetched: anybody can send a token with an unknown `kid`.
#[derive(Debug)]
struct FetchBudget {
    left: u32,
    since: Instant,
}

impl FetchBudget {
    /// Fetches in a row, for an issuer that rotates its keys in a test.
    const BURST: u32 = 10;
    /// One more after this time.
    const REFILL: Duration = Duration::from_secs(10);

    fn new(now: Instant) -> Self {
        Self { left: Self::BURST, since: now }
    }

    /// Whether one more fetch is allowed, which it then counts.
    fn take(&mut self, now: Instant) -> bool {
        let periods = now.saturating_duration_since(self.since).as_secs() / Self::REFILL.as_secs();
        if periods > 0 {
            self.left = self.left.saturating_add(u32::try_from(periods).unwrap_or(Self::BURST)).min(Self::BURST);
            self.since = now;
        }
        let allowed = self.left > 0;
        self.left = self.left.saturating_sub(1);
        allowed
    }
}

#[derive(Clone, Debug)]
struct CachedKeys {
    keys: Arc<KeySet>,
    fetched_at: i64,
    generation: u64,
}

impl CachedKeys {
    fn is_fresh(&self) -> bool {
        clock::machine_now() - self.fetched_at < MAX_AGE_SECONDS
    }
}

impl KeyCache {
    pub(crate) fn new(http: reqwest::Client, issuer: &str) -> Self {
        Self {
            http,
            issuer: issuer.to_owned(),
            cached: RwLock::new(None),
            fetching: tokio::sync::Mutex::new(FetchBudget::new(Instant::now())),
        }
    }

    /// The keys for a token with this `kid`: the cached ones if they contain it, otherwise newly fetched ones.
    pub(crate) async fn keys_for(&self, kid: Option<&str>) -> Result<Arc<KeySet>, KeysUnavailable> {
        let before = self.cached.read().clone();
        if let Some(cached) = &before
            && cached.is_fresh()
            && kid.is_none_or(|kid| cached.keys.contains(kid))
        {
            return Ok(cached.keys.clone());
        }
        let mut budget = self.fetching.lock().await;
        // Another request may have fetched the keys while this one waited for the lock.
        let generation = before.as_ref().map_or(0, |cached| cached.generation);
        let latest = self.cached.read().clone();
        if let Some(cached) = latest.filter(|cached| cached.generation > generation) {
            return Ok(cached.keys);
        }
        // Without the key, the token is refused as by an issuer that does not have it.
        if let Some(cached) = before.filter(CachedKeys::is_fresh)
            && !budget.take(Instant::now())
        {
            tracing::warn!("unknown keys were asked for too often; the issuer's keys are not fetched for a moment");
            return Ok(cached.keys);
        }
        let keys = Arc::new(KeySet::from_json(&self.fetch().await?));
        tracing::debug!(kids = ?keys.kids(), "fetched the issuer's keys");
        *self.cached.write() =
            Some(CachedKeys { keys: keys.clone(), fetched_at: clock::machine_now(), generation: generation + 1 });
        Ok(keys)
    }

    async fn fetch(&self) -> Result<Value, KeysUnavailable> {
        let discovery_url = format!("{}/.well-known/openid-configuration", self.issuer);
        let metadata = self.get_json(&discovery_url).await?;
        // OIDC Discovery 4.3: the issuer in the document must match the requested one.
        if metadata.get("issuer").and_then(Value::as_str) != Some(&self.issuer) {
            let reason = format!("its issuer is {}, not {}", metadata["issuer"], self.issuer);
            return Err(KeysUnavailable { url: discovery_url, reason });
        }
        match metadata.get("jwks_uri").and_then(Value::as_str) {
            Some(url) => self.get_json(url).await,
            None => Err(KeysUnavailable { url: discovery_url, reason: "it has no jwks_uri".to_owned() }),
        }
    }

    async fn get_json(&self, url: &str) -> Result<Value, KeysUnavailable> {
        let unavailable = |reason: String| KeysUnavailable { url: url.to_owned(), reason };
        let answer =
            self.http.get(url).send().await.map_err(|error| unavailable(crate::outbound::error_chain(&error)))?;
        if !answer.status().is_success() {
            return Err(unavailable(format!("status {}", answer.status())));
        }
        let body =
            crate::body::read(answer).await.map_err(|error| unavailable(crate::outbound::error_chain(&error)))?;
        serde_json::from_slice(&body).map_err(|error| unavailable(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fetches_are_limited_and_allowed_again_later() {
        let start = Instant::now();
        let mut budget = FetchBudget::new(start);
        let taken = (0..100).filter(|_| budget.take(start)).count();
        assert_eq!(taken, 10);
        assert!(!budget.take(start + Duration::from_secs(9)));
        assert!(budget.take(start + Duration::from_secs(10)));
        assert!(!budget.take(start + Duration::from_secs(11)));
        let later = start + Duration::from_secs(100_000);
        assert_eq!((0..100).filter(|_| budget.take(later)).count(), 10);
    }
}
