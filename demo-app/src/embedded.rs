//! The embedded mock, for when no issuer is configured. The only file that uses the mock's crate.

use openidconnect::ClientSecret;

pub(crate) use mock_idp::MockIdp;

use crate::config::Client;

/// The market org's confidential web client. Its secret is public and valid in this process only.
pub(crate) fn client() -> Client {
    let secret = "mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK";
    Client { id: "0oamarketweb000005d7".to_owned(), secret: Some(ClientSecret::new(secret.to_owned())) }
}

/// A running mock with this app registered.
#[derive(Debug)]
pub(crate) struct Embedded(MockIdp);

impl Embedded {
    /// Starts the built-in org, on `port` if that is free, and registers the app's addresses there.
    pub(crate) async fn start(port: u16, client_id: &str, app_url: &str, redirect_uri: &str) -> Result<Self, String> {
        let mock = MockIdp::builder().prefer_port(port).start().await.map_err(|error| error.to_string())?;
        mock.allow_return(&[client_id], redirect_uri, &format!("{app_url}/")).map_err(|error| error.to_string())?;
        Ok(Self(mock))
    }

    pub(crate) fn issuer(&self) -> String {
        self.0.issuer().to_owned()
    }

    pub(crate) fn mock(&self) -> &MockIdp {
        &self.0
    }

    pub(crate) async fn stop(self) {
        self.0.stop().await;
    }
}
