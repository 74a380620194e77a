//! The management API: who calls, and the keys of authorization servers.

use std::sync::Arc;

use mock_idp_core::endpoint::keys::{credential, credentials};
use mock_idp_core::management::{self, ApiRefusal, Credential, Denied};
use mock_idp_core::org::Server;
use serde_json::Value;

use super::Call;

impl Call {
    /// Lets a caller through that shows an API token, or an access token of the org server with one of these scopes. The call
    /// has to be one at the org server.
    ///
    /// # Errors
    /// Okta's refusals.
    pub async fn manages(&self, authorization: Option<&str>, scopes: &[&'static str]) -> Result<(), Denied> {
        let credential = Credential::read(authorization);
        let mut bearer = None;
        if let Credential::Bearer(token) = credential {
            let held = self.instance.keys(&self.server).await;
            bearer = held.ok().and_then(|held| held.access_token(token));
            if let Some(verified) = &bearer
                && self.is_revoked(verified).await
            {
                bearer = None;
            }
        }
        let now = self.instance.clock.now();
        management::check(&self.org, &self.urls, credential, bearer.as_deref(), scopes, now)
    }

    /// A custom authorization server by its id, or by the word `default`.
    ///
    /// # Errors
    /// There is none.
    pub fn managed_server(&self, id: &str) -> Result<Arc<Server>, ApiRefusal> {
        self.org.server(id).map(Arc::clone).ok_or_else(|| ApiRefusal::not_found(id, "AuthorizationServer"))
    }

    /// The keys of a server, each with its status.
    ///
    /// # Errors
    /// Key generation failed.
    pub async fn server_keys(&self, server: &Server) -> Result<Value, ApiRefusal> {
        let held = self.instance.keys(server).await.map_err(|refusal| ApiRefusal::internal(refusal.to_string()))?;
        Ok(credentials(held.published(), server, &self.urls))
    }

    /// One of them.
    ///
    /// # Errors
    /// No such key; key generation failed.
    pub async fn server_key(&self, server: &Server, kid: &str) -> Result<Value, ApiRefusal> {
        let held = self.instance.keys(server).await.map_err(|refusal| ApiRefusal::internal(refusal.to_string()))?;
        let found = held.published().iter().find(|published| published.key.kid() == kid);
        let key = found.ok_or_else(|| ApiRefusal::not_found(kid, "JsonWebKey"))?;
        Ok(credential(key, server, &self.urls))
    }

    /// Rotates the keys of a server.
    ///
    /// # Errors
    /// Key generation failed.
    pub async fn rotate_keys(&self, server: &Server) -> Result<Value, ApiRefusal> {
        let rotated = self.instance.rotate_keys(server).await;
        rotated.map_err(|refusal| ApiRefusal::internal(refusal.to_string()))?;
        self.server_keys(server).await
    }
}
