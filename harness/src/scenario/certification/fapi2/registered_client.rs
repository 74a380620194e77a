//! The clients of FAPI 2: each is registered with keys of its own.

use serde_json::{Value, json};
use url::Url;

use crate::flow::signed::Key;
use crate::issuer_target::Client;
use crate::scenario::context::ScenarioContext;
use crate::scenario::stopped::Stopped;

/// A dynamically registered client with its keys.
#[derive(Debug)]
pub(super) struct RegisteredClient {
    pub(super) client: Client,
    pub(super) redirect_uri: Url,
    /// Signs assertions and request objects.
    key: Key,
    /// The key that tokens are bound to.
    pub(super) possession: Key,
}

impl RegisteredClient {
    /// The first or second client of the scenario, with new keys. If it `signs`, all its requests are signed.
    pub(super) async fn register(
        context: &ScenarioContext,
        redirect_uri: Url,
        signs: bool,
        second: bool,
    ) -> Result<Self, Stopped> {
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
            "require_signed_request_object": signs,
            "dpop_bound_access_tokens": true,
        });
        let client = match second {
            false => context.registered_client(&metadata).await?,
            true => context.second_registered_client(&metadata).await?,
        };
        // It signs with `key`.
        let client = Client { key: None, ..client.clone() };
        Ok(Self { client, redirect_uri, key, possession })
    }

    /// Signs those claims as the client.
    pub(super) fn sign(&self, claims: &Value) -> Result<String, Stopped> {
        Ok(self.key.sign(&json!({ "kid": self.key.thumbprint()? }), claims)?)
    }
}
