//! A user of a provider.

use serde_json::{Map, Value};

/// A user whom a provider has authenticated.
#[derive(Clone, Debug)]
pub struct ProviderUser {
    /// Id of the provider.
    pub provider: String,
    /// The provider's own id of the user: `sub`.
    pub external_id: String,
    /// The claims of the ID token, and those of userinfo.
    pub claims: Map<String, Value>,
}
