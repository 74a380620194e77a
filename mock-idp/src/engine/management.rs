//! The management API: who calls, and the keys of authorization servers.

use std::sync::Arc;

use mock_idp_core::endpoint::keys::{credential, credentials};
use mock_idp_core::management::{self, AccessError, ApiError, Challenged, Credential};
use mock_idp_core::org::CompiledServer;
use mock_idp_core::tokens::dpop::{Freshness, ProvenRequest};
use mock_idp_core::tokens::resource;
use serde_json::Value;

use super::Context;

/// What a caller of the management API shows, and for which request.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The `DPoP` headers.
    pub dpop: &'a [String],
    pub method: &'a str,
    /// Below the org's address.
    pub path: &'a str,
}

impl Context {
    /// Lets a caller through that shows an API token, or an access token of the org server with one of these scopes. The call
    /// has to be one at the org server.
    ///
    /// # Errors
    /// Okta's refusals.
    pub async fn manages(&self, shown: Shown<'_>, scopes: &[&'static str]) -> Result<(), AccessError> {
        let credential = Credential::read(shown.authorization);
        let now = self.instance.clock.now();
        let mut verified = None;
        if let Credential::AccessToken(scheme, token) = credential {
            let held = self.instance.keys(&self.server).await;
            verified = held.ok().and_then(|held| held.access_token(token));
            if let Some(claims) = &verified {
                let scope = scopes.first().copied().unwrap_or_default();
                let challenged = |refusal| AccessError::Challenged(Challenged { scheme, refusal, scope });
                let is_uri = |uri: &str| self.urls.is_at(shown.path, uri);
                let request = ProvenRequest {
                    method: shown.method,
                    is_uri: &is_uri,
                    skew: self.org.behavior().clock_skew(),
                    freshness: Freshness::AccessToken(token),
                };
                let spends =
                    resource::check_possession(scheme, claims, shown.dpop, request, now).map_err(challenged)?;
                self.instance.spend(spends).await.map_err(challenged)?;
                if self.is_revoked(claims).await {
                    verified = None;
                }
            }
        }
        management::check(&self.org, &self.urls, credential, verified.as_deref(), scopes, now)
    }

    /// A custom authorization server by its id, or by the word `default`.
    ///
    /// # Errors
    /// There is none.
    pub fn managed_server(&self, id: &str) -> Result<Arc<CompiledServer>, ApiError> {
        self.org.server(id).map(Arc::clone).ok_or_else(|| ApiError::not_found(id, "AuthorizationServer"))
    }

    /// The keys of a server, each with its status.
    ///
    /// # Errors
    /// Key generation failed.
    pub async fn server_keys(&self, server: &CompiledServer) -> Result<Value, ApiError> {
        let held = self.instance.keys(server).await.map_err(|refusal| ApiError::internal(refusal.to_string()))?;
        Ok(credentials(held.published(), server, &self.urls))
    }

    /// One of them.
    ///
    /// # Errors
    /// No such key; key generation failed.
    pub async fn server_key(&self, server: &CompiledServer, kid: &str) -> Result<Value, ApiError> {
        let held = self.instance.keys(server).await.map_err(|refusal| ApiError::internal(refusal.to_string()))?;
        let found = held.published().iter().find(|published| published.key.kid() == kid);
        let key = found.ok_or_else(|| ApiError::not_found(kid, "JsonWebKey"))?;
        Ok(credential(key, server, &self.urls))
    }

    /// Rotates the keys of a server.
    ///
    /// # Errors
    /// Key generation failed.
    pub async fn rotate_keys(&self, server: &CompiledServer) -> Result<Value, ApiError> {
        let rotated = self.instance.rotate_keys(server).await;
        rotated.map_err(|refusal| ApiError::internal(refusal.to_string()))?;
        self.server_keys(server).await
    }
}
