//! Who calls: one way to authenticate a client, for every endpoint that clients call.

use mock_idp_core::endpoint::client_authentication::{self, Presented};
use mock_idp_core::model::App;
use mock_idp_core::protocol::Refusal;

use super::Call;

impl Call {
    /// Authenticates the client of a request at this server's endpoint of that name: the part of its path behind `/v1/`.
    ///
    /// # Errors
    /// Okta's literal refusals; an unknown client is refused in the API's shape.
    pub(super) async fn client(&self, presented: Presented<'_>, endpoint: &str) -> Result<&App, Refusal> {
        let url = format!("{}/v1/{endpoint}", self.urls.endpoints(&self.server));
        client_authentication::authenticate(&self.org, presented, &url)
    }
}
