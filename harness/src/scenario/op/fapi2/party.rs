//! Who plays in FAPI 2: clients that register themselves, each with keys of its own.

use serde_json::{Value, json};
use url::Url;

use crate::flow::signed::Key;
use crate::issuer_target::Client;
use crate::scenario::stage::{Halt, Stage};

/// A client that has registered itself.
#[derive(Debug)]
pub(super) struct Party {
    pub(super) client: Client,
    pub(super) redirect_uri: Url,
    /// Signs assertions and request objects.
    key: Key,
    /// The token's: what its holder has to prove.
    pub(super) possession: Key,
}

impl Party {
    /// The story's own client, or its second one, with fresh keys.
    pub(super) async fn register(stage: &Stage, redirect_uri: Url, second: bool) -> Result<Self, Halt> {
        let (key, possession) = (Key::fresh()?, Key::fresh()?);
        let mut jwk = key.public()?;
        jwk["kid"] = json!(key.thumbprint()?);
        jwk["use"] = json!("sig");
        let metadata = json!({
            "redirect_uris": [redirect_uri.as_str()],
            "token_endpoint_auth_method": "private_key_jwt",
            "grant_types": ["authorization_code", "refresh_token"],
            "jwks": { "keys": [jwk] },
            "request_object_signing_alg": "ES256",
            "dpop_bound_access_tokens": true,
        });
        let client = match second {
            false => stage.own_client(&metadata).await?,
            true => stage.second_own_client(&metadata).await?,
        };
        // It signs with the key that was made for it.
        let client = Client { key: None, ..client.clone() };
        Ok(Self { client, redirect_uri, key, possession })
    }

    /// Signs those claims as the client.
    pub(super) fn sign(&self, claims: &Value) -> Result<String, Halt> {
        Ok(self.key.sign(&json!({ "kid": self.key.thumbprint()? }), claims)?)
    }
}
