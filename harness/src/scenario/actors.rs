//! The parties of a flow: an authorization server, a client and a user.

use url::Url;

use super::context::ScenarioContext;
use super::stopped::Stopped;
use crate::issuer_target::{Account, AccountName, Client, ClientName, Endpoint, Server, ServerKind};

/// The server, client and user account of a flow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Actors<'a> {
    pub(super) context: &'a ScenarioContext,
    pub(super) server: &'a Server,
    pub(super) client: &'a Client,
    pub(super) account: &'a Account,
}

impl ScenarioContext {
    /// The server, client and account of those names.
    pub(super) fn actors(
        &self,
        server: ServerKind,
        client: ClientName,
        account: AccountName,
    ) -> Result<Actors<'_>, Stopped> {
        let (server, client, account) = (self.server(server)?, self.client(client)?, self.account(account)?);
        Ok(Actors { context: self, server, client, account })
    }
}

impl<'a> Actors<'a> {
    /// The same server and user with another client.
    pub(super) const fn with_client(self, client: &'a Client) -> Self {
        Self { client, ..self }
    }

    /// Skips the scenario if the client may not use the grant type.
    pub(super) fn may_use(&self, grant_type: &str) -> Result<(), Stopped> {
        self.client.lacks_grant_type(grant_type).map_or(Ok(()), |reason| Err(Stopped::Skipped(reason)))
    }

    /// An endpoint of the server.
    pub(super) fn endpoint(&self, endpoint: Endpoint) -> Result<&'a Url, Stopped> {
        self.context.endpoint(self.server, endpoint)
    }
}
