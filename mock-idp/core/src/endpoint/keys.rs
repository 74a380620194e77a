//! The key set. Okta: `{"keys":[…]}`, members in the order kty, alg, kid, use, e, n; one to three keys.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::org::{CompiledServer, Urls};
use crate::tokens::{SigningKey, public_jwk};

/// The present use of a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum KeyStatus {
    /// Signs.
    Active,
    /// Will sign after the next rotation; published early, so that caches contain it in time.
    Next,
    /// Signed until the last rotation.
    Expired,
}

/// A key of a server's key set.
#[derive(Clone, Debug)]
pub struct PublishedKey {
    pub status: KeyStatus,
    pub key: Arc<SigningKey>,
}

/// The JWK set of a server. Okta: the org server's key for access tokens is not among them.
#[must_use]
pub fn document(keys: &[PublishedKey]) -> Value {
    let keys: Vec<Value> = keys.iter().map(|published| public_jwk(&published.key)).collect();
    json!({ "keys": keys })
}

/// The keys as the management API shows them. Okta: `kty, status, alg, kid, use, _links, e, n`.
#[must_use]
pub fn credentials(keys: &[PublishedKey], server: &CompiledServer, urls: &Urls) -> Value {
    keys.iter().map(|published| credential(published, server, urls)).collect()
}

/// One key as the management API shows it.
#[must_use]
pub fn credential(published: &PublishedKey, server: &CompiledServer, urls: &Urls) -> Value {
    let mut jwk = match public_jwk(&published.key) {
        Value::Object(jwk) => jwk,
        _ => Map::new(),
    };
    let kid = published.key.kid();
    let href = format!("{}/api/v1/authorizationServers/{}/credentials/keys/{kid}", urls.endpoint_base, server.id);
    jwk.insert("status".to_owned(), json!(published.status));
    jwk.insert("_links".to_owned(), json!({ "self": { "href": href, "hints": { "allow": ["GET"] } } }));
    let order = ["kty", "status", "alg", "kid", "use", "_links", "e", "n"];
    order.into_iter().filter_map(|name| Some((name.to_owned(), jwk.remove(name)?))).collect::<Map<_, _>>().into()
}
