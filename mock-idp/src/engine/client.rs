//! Who calls: one way to authenticate a client, for every endpoint that clients call.

use mock_idp_core::endpoint::client_authentication::{self, Called, Fetched, KeySource, Presented};
use mock_idp_core::ledger::{SingleUse, Used};
use mock_idp_core::model::App;
use mock_idp_core::protocol::Refusal;

use super::{Call, OrgInstance};

impl Call {
    /// Authenticates the client of a request at this server's endpoint of that name: the part of its path behind `/v1/`.
    ///
    /// # Errors
    /// Okta's literal refusals; an unknown client is refused in the API's shape.
    pub(super) async fn client(&self, presented: Presented<'_>, endpoint: &str) -> Result<&App, Refusal> {
        let attempt = client_authentication::attempt(&self.org, presented)?;
        let fetched = self.instance.fetch_keys(attempt.key_source()).await;
        let called = Called { urls: &self.urls, server: &self.server, endpoint };
        let authenticated = attempt.decide(called, fetched.as_ref(), self.instance.clock.now())?;
        self.instance.spend(authenticated.spends).await?;
        Ok(authenticated.client)
    }
}

impl OrgInstance {
    /// The keys that a client keeps elsewhere.
    pub(super) async fn fetch_keys(&self, source: Option<KeySource<'_>>) -> Option<Fetched> {
        let KeySource { uri, kid } = source?;
        Some(self.key_sets.of(uri, kid, self.clock.now()).await)
    }

    /// Uses a value up.
    ///
    /// # Errors
    /// It has been used before.
    pub(super) async fn spend(&self, value: Option<SingleUse>) -> Result<(), Refusal> {
        let Some(value) = value else { return Ok(()) };
        let first = self.ledger.used.put_if_absent(&value.key, Used {}, value.ends, self.clock.now()).await;
        if first { Ok(()) } else { Err(value.refusal()) }
    }
}
