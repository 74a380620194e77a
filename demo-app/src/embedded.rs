//! The mock org inside the process, for when no issuer is given. The only file that knows the mock.

use mock_idp::MockIdp;

/// The market org's confidential web client.
pub(crate) const CLIENT_ID: &str = "0oamarketweb000005d7";
/// Its secret: public knowledge, and good for nothing outside this process.
pub(crate) const CLIENT_SECRET: &str = "mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK";

/// A running mock that knows this app.
#[derive(Debug)]
pub(crate) struct Embedded(MockIdp);

impl Embedded {
    /// Starts the built-in org, on `port` if that is free, and registers the app's addresses there.
    pub(crate) async fn start(port: u16, app_url: &str, redirect_uri: &str) -> Result<Self, String> {
        let mock = MockIdp::builder().prefer_port(port).start().await.map_err(|error| error.to_string())?;
        mock.allow_redirect_uri(CLIENT_ID, redirect_uri).map_err(|error| error.to_string())?;
        mock.allow_post_logout_redirect_uri(CLIENT_ID, &format!("{app_url}/")).map_err(|error| error.to_string())?;
        Ok(Self(mock))
    }

    pub(crate) fn issuer(&self) -> String {
        self.0.issuer().to_string()
    }

    pub(crate) fn mock(&self) -> &MockIdp {
        &self.0
    }

    pub(crate) async fn stop(self) {
        self.0.stop().await;
    }
}
