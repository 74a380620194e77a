//! The only place that knows our own products: starts the mock and the demo's resource server in this
//! process, through their public builders.

use url::Url;

/// Why a product can't be started here.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(String);

/// A mock in this process. It ends when this is dropped.
#[derive(Debug)]
pub struct Mock {
    /// Where it is.
    pub base: Url,
    /// Where it is over https.
    pub https_base: Option<Url>,
    /// The certificate authority of its https.
    pub ca_pem: Option<String>,
}

impl Mock {
    /// Starts the market org on a free port.
    ///
    /// # Errors
    /// When it doesn't start.
    pub async fn start() -> Result<Self, StartError> {
        Err(StartError("no mock is built in".to_owned()))
    }

    /// Registers where the harness listens, for each of those clients.
    ///
    /// # Errors
    /// When a client is not there.
    pub fn register(&self, _clients: &[&str], _redirect_uri: &Url, _signed_out_uri: &Url) -> Result<(), StartError> {
        Ok(())
    }
}

/// The demo's resource server in this process.
#[derive(Debug)]
pub struct Demo {
    /// Where it is.
    pub base: Url,
}

impl Demo {
    /// Starts it for that issuer; none when it isn't built in.
    ///
    /// # Errors
    /// When it doesn't start.
    pub async fn start(_issuer: &str, _client_id: &str, _client_secret: &str) -> Result<Option<Self>, StartError> {
        Ok(None)
    }
}
