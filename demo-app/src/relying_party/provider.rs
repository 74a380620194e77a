//! The issuer's discovery document and keys (OIDC Discovery 1.0 4), fetched on first use and again for an unknown key.

use std::sync::Arc;

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthType, ClientId, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl,
    ProviderMetadata, RedirectUrl,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::transport::Recorder;
use crate::config::{ClientAuth, Settings};
use crate::session::Exchange;
use crate::token::keys::KeySet;

/// The client with the endpoints of the discovery document.
pub(super) type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

type Metadata = ProviderMetadata<
    MoreEndpoints,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Endpoints of other specifications (RFC 7662, RP-Initiated Logout 1.0) that Okta lists in the same document.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct MoreEndpoints {
    pub(super) end_session_endpoint: Option<Url>,
    pub(super) introspection_endpoint: Option<Url>,
}

impl AdditionalProviderMetadata for MoreEndpoints {}

/// The issuer, as fetched once.
#[derive(Debug)]
pub(super) struct Provider {
    pub(super) client: Client,
    /// The same keys, for the app's own checks.
    pub(super) keys: KeySet,
    pub(super) userinfo_endpoint: Option<Url>,
    pub(super) more: MoreEndpoints,
    /// The two requests of discovery.
    pub(super) exchanges: Vec<Exchange>,
}

/// Discovery failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the issuer's discovery document could not be used: {0}")]
pub(crate) struct DiscoveryFailed(pub(crate) String);

/// Caches the provider.
#[derive(Debug)]
pub(super) struct Providers {
    settings: Arc<Settings>,
    http: reqwest::Client,
    cached: tokio::sync::Mutex<Option<Arc<Provider>>>,
}

impl Providers {
    pub(super) fn new(settings: Arc<Settings>, http: reqwest::Client) -> Self {
        Self { settings, http, cached: tokio::sync::Mutex::new(None) }
    }

    /// The cached provider; fetched on first use.
    pub(super) async fn get(&self) -> Result<Arc<Provider>, DiscoveryFailed> {
        let mut cached = self.cached.lock().await;
        match &*cached {
            Some(provider) => Ok(provider.clone()),
            None => Ok(cached.insert(self.discover().await?).clone()),
        }
    }

    /// A provider that was fetched after `stale`.
    pub(super) async fn newer_than(&self, stale: &Arc<Provider>) -> Result<Arc<Provider>, DiscoveryFailed> {
        let mut cached = self.cached.lock().await;
        match &*cached {
            Some(provider) if !Arc::ptr_eq(provider, stale) => Ok(provider.clone()),
            _ => Ok(cached.insert(self.discover().await?).clone()),
        }
    }

    async fn discover(&self) -> Result<Arc<Provider>, DiscoveryFailed> {
        let failed = |error: &dyn std::error::Error| DiscoveryFailed(crate::outbound::error_chain(error));
        let issuer = IssuerUrl::new(self.settings.issuer.clone()).map_err(|error| failed(&error))?;
        let redirect = RedirectUrl::new(self.settings.redirect_uri.clone()).map_err(|error| failed(&error))?;
        let recorder = Recorder::new(self.http.clone(), "Discovery and keys, fetched once");
        let metadata = Metadata::discover_async(issuer, &recorder).await.map_err(|error| failed(&error))?;
        let jwks = serde_json::to_value(metadata.jwks()).unwrap_or(Value::Null);
        let client = CoreClient::from_provider_metadata(
            metadata.clone(),
            ClientId::new(self.settings.client_id.clone()),
            self.settings.client_secret.clone(),
        )
        .set_auth_type(match self.settings.client_auth {
            ClientAuth::Basic => AuthType::BasicAuth,
            ClientAuth::Post => AuthType::RequestBody,
        })
        .set_redirect_uri(redirect);
        tracing::debug!(issuer = %self.settings.issuer, "fetched the issuer's discovery document");
        Ok(Arc::new(Provider {
            client,
            keys: KeySet::from_json(&jwks),
            userinfo_endpoint: metadata.userinfo_endpoint().map(|endpoint| endpoint.url().clone()),
            more: metadata.additional_metadata().clone(),
            exchanges: recorder.exchanges(),
        }))
    }
}
