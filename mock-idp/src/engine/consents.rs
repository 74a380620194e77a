//! Consents that users have given, and revoking them.

use std::sync::Arc;

use mock_idp_core::ledger::{Consent, LedgerError};
use mock_idp_core::model::App;
use mock_idp_core::org::{CompiledServer, Org};
use mock_idp_core::protocol::Scopes;

use super::{Context, OrgInstance};
use crate::ledger::{Batch, LedgerAt};

/// Consents are kept until they are revoked: seconds.
const LIFETIME: i64 = 10 * 365 * 24 * 3600;

/// The scopes that a user has allowed a client at a server.
#[derive(Clone, Debug)]
pub(crate) struct GivenConsent {
    /// `org`, `default` or the server's id.
    pub server: String,
    pub server_id: String,
    pub client_id: String,
    pub scopes: Scopes,
    /// Seconds.
    pub created: i64,
    key: String,
}

/// The consents of an org's users, for the control API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Consents<'o>(&'o OrgInstance);

impl<'o> Consents<'o> {
    #[must_use]
    pub(crate) fn new(instance: &'o OrgInstance) -> Self {
        Self(instance)
    }

    /// All consents of a user.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn of_user(self, user_id: &str) -> Result<Vec<GivenConsent>, LedgerError> {
        given(&self.0.org(), self.0.ledger.at(self.0.clock.now()), user_id).await
    }

    /// Revokes a consent: the user is asked again. Tokens that were issued because of it stay valid, as Okta's do.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn revoke(self, consent: &GivenConsent) -> Result<(), LedgerError> {
        self.0.ledger.at(self.0.clock.now()).consents().take(&consent.key).await?;
        Ok(())
    }
}

/// All that a user has allowed. What has been taken back scope by scope is none.
pub(super) async fn given(org: &Org, ledger: LedgerAt<'_>, user_id: &str) -> Result<Vec<GivenConsent>, LedgerError> {
    let pairs: Vec<_> = org.servers().iter().flat_map(|server| org.clients().map(move |app| (server, app))).collect();
    let key = |(server, app): &(&Arc<CompiledServer>, &App)| Consent::key(&server.id, app.client_id(), user_id);
    let keys: Vec<String> = pairs.iter().map(key).collect();
    let consents = ledger.consents().get_all(&keys).await?;
    let given = pairs.into_iter().zip(keys).zip(consents).filter_map(|(((server, app), key), consent)| {
        let Consent { scopes, created } = consent.filter(|consent| !consent.scopes.is_empty())?;
        Some(GivenConsent {
            server: if server.is_org() { "org".to_owned() } else { server.path_name.clone() },
            server_id: server.id.clone(),
            client_id: app.client_id().to_owned(),
            scopes,
            created,
            key,
        })
    });
    Ok(given.collect())
}

/// What a user has allowed a client at a server.
pub(super) async fn find(
    context: &Context,
    server: &str,
    client_id: &str,
    user_id: &str,
) -> Result<Consent, LedgerError> {
    let key = Consent::key(server, client_id, user_id);
    Ok(context.ledger().consents().get(&key).await?.unwrap_or_default())
}

/// Adds scopes to what a user has allowed.
pub(super) fn add<'c>(
    context: &'c Context,
    batch: &mut Batch<'c>,
    server: &str,
    client_id: &str,
    user_id: &str,
    scopes: &Scopes,
) {
    let key = Consent::key(server, client_id, user_id);
    let (scopes, now) = (scopes.clone(), context.now);
    batch.update_or_default(context.ledger().consents(), &key, context.now + LIFETIME, move |consent: &mut Consent| {
        if consent.scopes.is_empty() {
            consent.created = now;
        }
        consent.scopes = consent.scopes.iter().chain(scopes.iter()).collect();
    });
}
