//! The refresh tokens and consents of users, for the management API.

use mock_idp_core::ledger::{Consent, IssuedCredential};
use mock_idp_core::management::ApiError;
use mock_idp_core::management::consent_grants::ConsentGrant;
use mock_idp_core::management::refresh_tokens::{IssuedRefreshToken, RefreshTokenFilter};

use super::{Context, consents, issued_tokens, revocations};

/// How many users are read at once.
const USERS_AT_ONCE: usize = 16;

/// Reads and revokes what clients have been given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IssuedGrants<'c>(&'c Context);

impl<'c> IssuedGrants<'c> {
    pub(super) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// The refresh tokens that can be used, the oldest first.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn refresh_tokens(self, filter: &RefreshTokenFilter) -> Result<Vec<IssuedRefreshToken>, ApiError> {
        let ledger = self.0.ledger();
        let users: Vec<String> = match &filter.user_id {
            Some(id) => vec![id.clone()],
            None => self.0.org.users().map(|user| user.id.clone()).collect(),
        };
        let mut found = Vec::new();
        for users in users.chunks(USERS_AT_ONCE) {
            let issued = issued_tokens::of_users(ledger, users).await?.into_iter();
            let family_id = |credential| if let IssuedCredential::Family(id) = credential { Some(id) } else { None };
            let ids: Vec<String> = issued.filter_map(family_id).collect();
            let families = ledger.families().get_all(&ids).await?;
            for (id, family) in ids.into_iter().zip(families) {
                let Some(family) = family else { continue };
                if family.refresh_tokens(self.0.now).is_some() && filter.accepts(&family) {
                    found.push(IssuedRefreshToken { id, family });
                }
            }
        }
        found.sort_by_key(|token| token.family.created);
        Ok(found)
    }

    /// Revokes refresh tokens, with the access tokens of their families.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn revoke(self, tokens: &[IssuedRefreshToken]) -> Result<(), ApiError> {
        let mut batch = self.0.ledger().batch();
        for token in tokens {
            revocations::revoke_family(self.0, &mut batch, &token.id);
        }
        batch.commit().await?;
        Ok(())
    }

    /// The scopes that a user has allowed clients.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn consents(self, user_id: &str) -> Result<Vec<ConsentGrant>, ApiError> {
        let given = consents::given(&self.0.org, self.0.ledger(), user_id).await?;
        let grants = given.iter().flat_map(|consent| {
            consent.scopes.iter().map(|scope| ConsentGrant {
                server_id: consent.server_id.clone(),
                client_id: consent.client_id.clone(),
                scope: scope.to_owned(),
                created: consent.created,
            })
        });
        Ok(grants.collect())
    }

    /// Takes scopes back: the user is asked again.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn withdraw(self, user_id: &str, grants: &[ConsentGrant]) -> Result<(), ApiError> {
        let mut batch = self.0.ledger().batch();
        for grant in grants {
            let key = Consent::key(&grant.server_id, &grant.client_id, user_id);
            let scope = grant.scope.clone();
            batch.update(self.0.ledger().consents(), &key, move |consent: &mut Consent| {
                consent.scopes = consent.scopes.iter().filter(|known| *known != scope).collect();
            });
        }
        batch.commit().await?;
        Ok(())
    }
}
