//! The key set. Okta: `{"keys":[…]}`, members in the order kty, alg, kid, use, e, n.

use serde_json::{Value, json};

use crate::tokens::{ServerKeys, public_jwk};

/// The JWK set of a server. Okta: the org server's key for access tokens is not among them.
#[must_use]
pub fn document(keys: &ServerKeys) -> Value {
    json!({"keys": [public_jwk(&keys.published)]})
}
