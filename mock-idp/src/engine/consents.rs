//! Consents that users have given, and how they are taken back.

use mock_idp_core::ledger::Consent;
use mock_idp_core::protocol::Scopes;

use super::OrgInstance;

/// What a user has allowed a client on a server.
#[derive(Clone, Debug)]
pub struct GivenConsent {
    /// `org`, `default` or the server's id.
    pub server: String,
    pub client_id: String,
    pub scopes: Scopes,
    key: String,
}

impl OrgInstance {
    /// Everything that a user has allowed.
    pub async fn consents(&self, user_id: &str) -> Vec<GivenConsent> {
        let (org, now) = (self.org(), self.clock.now());
        let mut given = Vec::new();
        for server in org.servers() {
            for app in org.apps() {
                let key = Consent::key(&server.id, app.client_id(), user_id);
                let Some(Consent { scopes }) = self.ledger.consents.get(&key, now).await else { continue };
                let server = if server.is_org() { "org".to_owned() } else { server.path_name.clone() };
                given.push(GivenConsent { server, client_id: app.client_id().to_owned(), scopes, key });
            }
        }
        given
    }

    /// Takes a consent back: the user is asked again. Tokens that were made of it live on, as Okta's do.
    pub async fn revoke_consent(&self, consent: &GivenConsent) {
        self.ledger.consents.take(&consent.key, self.clock.now()).await;
    }
}
