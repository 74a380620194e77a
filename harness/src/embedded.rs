//! The only place that knows our own products: starts the mock and the demo's resource server in this
//! process, through their public builders.

use demo_app::DemoApp;
use mock_idp::{Behavior, MockIdp};
use url::Url;

/// Why a product can't be started here.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(String);

impl StartError {
    fn of(error: impl std::error::Error) -> Self {
        Self(error.to_string())
    }
}

/// A mock in this process. It ends when this is dropped.
#[derive(Debug)]
pub struct Mock {
    /// Where it is.
    pub base: Url,
    /// Where it is over https.
    pub https_base: Option<Url>,
    /// The certificate authority of its https.
    pub ca_pem: Option<String>,
    mock: MockIdp,
}

impl Mock {
    /// Starts the market org on a free port, as Okta behaves.
    ///
    /// # Errors
    /// When it doesn't start.
    pub async fn start() -> Result<Self, StartError> {
        Self::start_as(false).await
    }

    /// Starts the market org on a free port, behaving as OpenID conformance asks where Okta departs from it.
    ///
    /// # Errors
    /// When it doesn't start.
    pub async fn start_as(openid: bool) -> Result<Self, StartError> {
        let behavior = if openid { Behavior::Openid } else { Behavior::Okta };
        let mock = MockIdp::builder().behavior(behavior).start().await.map_err(StartError::of)?;
        let address = |text: &str| Url::parse(text).map_err(StartError::of);
        Ok(Self {
            base: address(mock.url())?,
            https_base: Some(address(mock.https_url())?),
            ca_pem: Some(mock.ca_pem().to_owned()),
            mock,
        })
    }

    /// Registers where the harness listens, for each of those clients.
    ///
    /// # Errors
    /// When a client is not there.
    pub fn register(&self, clients: &[&str], redirect_uri: &Url, signed_out_uri: &Url) -> Result<(), StartError> {
        self.mock.allow_return(clients, redirect_uri.as_str(), signed_out_uri.as_str()).map_err(StartError::of)
    }
}

/// The demo in this process, for its resource server. It ends when this is dropped.
#[derive(Debug)]
pub struct Demo {
    /// Where it is.
    pub base: Url,
    _demo: DemoApp,
}

impl Demo {
    /// Starts it for that issuer, as that client.
    ///
    /// # Errors
    /// When it doesn't start.
    pub async fn start(issuer: &str, client_id: &str, client_secret: &str) -> Result<Self, StartError> {
        let builder = DemoApp::builder().issuer(issuer).client_id(client_id).client_secret(client_secret);
        let demo = builder.start().await.map_err(StartError::of)?;
        Ok(Self { base: Url::parse(demo.url()).map_err(StartError::of)?, _demo: demo })
    }
}
