//! The settings of an app that has not started, and why it may not start.

use std::io;

use openidconnect::ClientSecret;

use crate::config::{self, ClientAuth};

/// Why the app did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The issuer is not an absolute http or https URL.
    #[error("the issuer {0} is not an http or https URL")]
    Issuer(String),
    /// An issuer was given without a client.
    #[error("an issuer needs a client id: --client-id or OKTA_CLIENT_ID")]
    ClientId,
    /// The address could not be listened on.
    #[error("cannot listen on {host} port {port}")]
    Listen {
        /// The requested host.
        host: String,
        /// The requested port.
        port: u16,
        /// The system's error.
        source: io::Error,
    },
    /// The CA's PEM or the TLS set-up is unusable.
    #[error("the HTTP client could not be created")]
    Client(#[from] reqwest::Error),
    /// The embedded mock did not start, or did not accept the app's redirect URI.
    #[error("the embedded mock did not start: {0}")]
    Mock(String),
}

/// Collects the settings of a [`DemoApp`](crate::DemoApp).
#[derive(Clone, Debug)]
pub struct Builder {
    pub(crate) issuer: Option<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) client_secret: Option<ClientSecret>,
    pub(crate) client_auth: ClientAuth,
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) audience: String,
    pub(crate) ca_pem: Option<String>,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) mock_port: u16,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            issuer: None,
            client_id: None,
            client_secret: None,
            client_auth: ClientAuth::default(),
            scopes: None,
            audience: config::DEFAULT_AUDIENCE.to_owned(),
            ca_pem: None,
            host: "localhost".to_owned(),
            port: 0,
            mock_port: 0,
        }
    }
}

impl Builder {
    /// URL of the authorization server, without a slash at the end. Without one, an embedded mock org starts.
    #[must_use]
    pub fn issuer(mut self, url: impl Into<String>) -> Self {
        self.issuer = Some(url.into().trim_end_matches('/').to_owned());
        self
    }

    /// The app's client id at the issuer.
    #[must_use]
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.client_id = Some(id.into());
        self
    }

    /// The app's client secret. Without one it is a public client, protected by PKCE.
    #[must_use]
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.client_secret = Some(ClientSecret::new(secret.into()));
        self
    }

    /// How the client secret is sent; HTTP Basic by default.
    #[must_use]
    pub fn client_auth(mut self, method: ClientAuth) -> Self {
        self.client_auth = method;
        self
    }

    /// Scopes to request at sign-in. By default OpenID Connect's and, from an issuer on this machine, the market's.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// Audience that the API accepts; `api://default` by default.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = audience.into();
        self
    }

    /// PEM of the CA of an https issuer; no other CA is trusted then.
    #[must_use]
    pub fn ca_pem(mut self, pem: impl Into<String>) -> Self {
        self.ca_pem = Some(pem.into());
        self
    }

    /// Address to listen on, and host name in the app's URL; `localhost` by default.
    #[must_use]
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// Port of the app; 0, the default, takes a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Port of the embedded mock; 0, the default, takes a free one.
    #[must_use]
    pub fn mock_port(mut self, port: u16) -> Self {
        self.mock_port = port;
        self
    }
}
