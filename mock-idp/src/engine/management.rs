//! The management API: access to it, and the keys of authorization servers.

use std::sync::Arc;

use mock_idp_core::endpoint::keys::{credential, credentials};
use mock_idp_core::management::{
    self, AccessError, AccessNeeds, ApiError, Caller, Challenged, Credential, NamedObject, Operation, clients,
};
use mock_idp_core::org::CompiledServer;
use mock_idp_core::system_log::{EventType, LogEvent};
use mock_idp_core::tokens::dpop::{Freshness, ProvenRequest};
use mock_idp_core::tokens::resource;
use serde_json::Value;

use super::nonces::registration_key;
use super::single_use::consume;
use super::{Context, token_lookup};
use crate::keys::{LoadedKeys, Rotation};

/// The credentials of a call of the management API, and the request that they came with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ManagementCredentials<'a> {
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The `DPoP` headers.
    pub dpop: &'a [String],
    pub method: &'a str,
    /// Below the org's address.
    pub path: &'a str,
    /// The first object that the path names.
    pub object: Option<NamedObject<'a>>,
}

/// Access to the management API of an org; the request has to be one at the org server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ManagementAccess<'c>(&'c Context);

impl<'c> ManagementAccess<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// The same for a call at the registration endpoint, about the client with this id or to register one. Under `behavior: openid`
    /// standard clients need what RFC 7591 and RFC 7592 provide.
    ///
    /// # Errors
    /// Okta's errors.
    pub(crate) async fn check_registration(
        self,
        credentials: ManagementCredentials<'_>,
        client_id: Option<&str>,
        scopes: &[&'static str],
    ) -> Result<Caller, AccessError> {
        let Context { org, .. } = self.0;
        let credential = Credential::read(credentials.authorization);
        let admitted = org.behavior().registers_standard_clients()
            && match client_id {
                None => clients::may_register(org, credential),
                Some(id) => registration_key(self.0).await.map_err(ApiError::from)?.admits(org, credential, id),
            };
        if admitted { Ok(Caller::default()) } else { self.check(credentials, scopes).await }
    }

    /// Allows the call to a caller with an API token, or with an access token of the org server that has one of these scopes.
    ///
    /// # Errors
    /// Okta's errors.
    pub(crate) async fn check(
        self,
        credentials: ManagementCredentials<'_>,
        scopes: &[&'static str],
    ) -> Result<Caller, AccessError> {
        let Context { org, urls, now, .. } = self.0;
        let credential = Credential::read(credentials.authorization);
        let mut verified = None;
        if let Credential::AccessToken(scheme, token) = credential {
            let keys = self.0.keys().await.map_err(ApiError::from)?;
            verified = keys.access_token(token);
            if let Some(claims) = &verified {
                let scope = scopes.first().copied().unwrap_or_default();
                let challenged = |refusal| AccessError::Challenged(Challenged { scheme, refusal, scope });
                let is_uri = |uri: &str| urls.is_at(credentials.path, uri);
                let request = ProvenRequest {
                    method: credentials.method,
                    is_uri: &is_uri,
                    behavior: org.behavior(),
                    freshness: Freshness::AccessToken(token),
                };
                let single_use =
                    resource::check_possession(scheme, claims, credentials.dpop, request, *now).map_err(challenged)?;
                consume(self.0, single_use).await.map_err(challenged)?;
                if token_lookup::is_revoked(self.0, claims).await.map_err(ApiError::from)? {
                    verified = None;
                }
            }
        }
        let operation = Operation { scopes, method: credentials.method, path: credentials.path };
        let address = self.0.request.as_ref().and_then(|request| request.origin.address);
        let needs = AccessNeeds { operation, object: credentials.object, address };
        management::check(org, urls, credential, verified.as_deref(), needs, *now)
    }
}

/// The keys of an org's custom authorization servers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServerKeyManagement<'c>(&'c Context);

impl<'c> ServerKeyManagement<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// A custom authorization server by its id, or by the name `default`.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn server(self, id: &str) -> Result<Arc<CompiledServer>, ApiError> {
        self.0.org.server(id).map(Arc::clone).ok_or_else(|| ApiError::not_found(id, "AuthorizationServer"))
    }

    /// The keys of a server, each with its status.
    ///
    /// # Errors
    /// Key generation failed, or the ledger's store is unavailable.
    pub(crate) async fn list(self, server: &CompiledServer) -> Result<Value, ApiError> {
        let keys = self.keys(server).await?;
        Ok(credentials(keys.published(), server, &self.0.urls))
    }

    /// One key.
    ///
    /// # Errors
    /// There is no such key, key generation failed, or the ledger's store is unavailable.
    pub(crate) async fn get(self, server: &CompiledServer, kid: &str) -> Result<Value, ApiError> {
        let keys = self.keys(server).await?;
        let found = keys.published().iter().find(|published| published.key.kid() == kid);
        let key = found.ok_or_else(|| ApiError::not_found(kid, "JsonWebKey"))?;
        Ok(credential(key, server, &self.0.urls))
    }

    /// Rotates the keys of a server.
    ///
    /// # Errors
    /// Key generation failed, or the ledger's store is unavailable.
    pub(crate) async fn rotate(self, server: &CompiledServer) -> Result<Value, ApiError> {
        self.0.instance.rotate_keys(server, Rotation::default()).await?;
        let kind = server.event_type(EventType::OrgKeyRollover, EventType::KeyRollover);
        self.0.log([LogEvent::new(kind).on(server.event_entity())]);
        self.list(server).await
    }

    async fn keys(self, server: &CompiledServer) -> Result<Arc<LoadedKeys>, ApiError> {
        Ok(self.0.instance.keys(server, self.0.now).await?)
    }
}
