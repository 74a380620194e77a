//! Starts the mock and the demo app in this process, through their public builders. Nothing else uses these packages.

use demo_app::DemoApp;
use mock_idp::MockIdp;
use url::Url;

use crate::issuer_target::Behavior;

/// Why the mock or the demo app does not start.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(String);

impl StartError {
    fn of(error: impl std::error::Error) -> Self {
        Self(error.to_string())
    }
}

/// A mock in this process. Dropping it stops the mock.
#[derive(Debug)]
pub struct Mock {
    /// The base URL.
    pub base: Url,
    /// The https base URL.
    pub https_base: Option<Url>,
    /// The certificate authority of the https URL.
    pub ca_pem: Option<String>,
    mock: MockIdp,
}

impl Mock {
    /// Starts the market org on a free port, with Okta's behavior.
    ///
    /// # Errors
    /// When it doesn't start.
    pub async fn start() -> Result<Self, StartError> {
        Self::start_as(Behavior::Okta).await
    }

    /// Starts the market org on a free port, with that behavior.
    ///
    /// # Errors
    /// When it doesn't start.
    pub async fn start_as(behavior: Behavior) -> Result<Self, StartError> {
        let behavior = match behavior {
            Behavior::Okta => mock_idp::Behavior::Okta,
            Behavior::OpenId => mock_idp::Behavior::Openid,
            Behavior::Fapi2 => mock_idp::Behavior::Fapi2,
        };
        let mock = MockIdp::builder().behavior(behavior).start().await.map_err(StartError::of)?;
        let address = |text: &str| Url::parse(text).map_err(StartError::of);
        Ok(Self {
            base: address(mock.url())?,
            https_base: Some(address(mock.https_url())?),
            ca_pem: Some(mock.ca_pem().to_owned()),
            mock,
        })
    }

    /// Registers the redirect URIs of the harness for these clients.
    ///
    /// # Errors
    /// When a client does not exist.
    pub fn register(&self, clients: &[&str], redirect_uri: &Url, signed_out_uri: &Url) -> Result<(), StartError> {
        self.mock.allow_return(clients, redirect_uri.as_str(), signed_out_uri.as_str()).map_err(StartError::of)
    }
}

/// The demo app in this process, for its resource server. Dropping it stops the app.
#[derive(Debug)]
pub struct Demo {
    /// The base URL.
    pub base: Url,
    _demo: DemoApp,
}

impl Demo {
    /// Starts it for an issuer and a client.
    ///
    /// # Errors
    /// When it doesn't start.
    pub async fn start(issuer: &str, client_id: &str, client_secret: &str) -> Result<Self, StartError> {
        let builder = DemoApp::builder().issuer(issuer).client_id(client_id).client_secret(client_secret);
        let demo = builder.start().await.map_err(StartError::of)?;
        Ok(Self { base: Url::parse(demo.url()).map_err(StartError::of)?, _demo: demo })
    }
}
