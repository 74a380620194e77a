//! Calls of the management API: what they read, and how they change the org.

use mock_idp_core::management::authorization_servers::SigningState;
use mock_idp_core::management::{ApiError, Caller, ManagementCall, ManagementChange, users};
use mock_idp_core::org::Org;
use mock_idp_core::trace::Trace;

use super::global_revocation::GlobalRevocation;
use super::{Context, IssuedGrants};

/// A call whose caller may make it.
#[derive(Clone, Debug)]
pub(crate) struct Management {
    context: Context,
    caller: Caller,
}

impl Management {
    pub(crate) fn new(context: Context, caller: Caller) -> Self {
        Self { context, caller }
    }

    /// Runs a rule that reads the org.
    ///
    /// # Errors
    /// The rule's own.
    pub(crate) fn read<T>(
        &self,
        rule: impl FnOnce(&Org, ManagementCall<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        rule(&self.context.org, self.call())
    }

    /// Runs a rule that changes the org. Changes are made one after the other, on the latest snapshot.
    ///
    /// # Errors
    /// The rule's own, or the changed org is not valid; the org stays as it is.
    pub(crate) fn change<T>(
        &self,
        rule: impl FnOnce(&mut ManagementChange<'_, '_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.run(rule).map(|(result, _)| result)
    }

    /// The same for a rule that may end the sessions of users, and revoke their tokens.
    ///
    /// # Errors
    /// As of [`Self::change`]; or the ledger's store is unavailable.
    pub(crate) async fn change_and_end_sessions<T>(
        &self,
        rule: impl FnOnce(&mut ManagementChange<'_, '_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let (result, ended) = self.run(rule)?;
        for user in ended {
            self.end_sessions(&user, true).await?;
        }
        Ok(result)
    }

    /// Ends the sessions of a user, and revokes the user's tokens if that is asked for.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn end_sessions(&self, user_id: &str, with_tokens: bool) -> Result<(), ApiError> {
        let revocation = GlobalRevocation::new(&self.context);
        let ended = if with_tokens { revocation.revoke(user_id).await } else { revocation.end_sessions(user_id).await };
        ended.map_err(ApiError::from)
    }

    /// Unlocks a user, whether wrong passwords or the status have locked the account.
    ///
    /// # Errors
    /// There is no such user, or it is not locked; or the ledger's store is unavailable.
    pub(crate) async fn unlock(&self, name: &str) -> Result<(), ApiError> {
        let user = self.read(|org, call| users::find(org, call, name).cloned())?;
        let unlocked = self.context.instance.unlock(&user).await?;
        if unlocked { Ok(()) } else { Err(users::not_locked(&user)) }
    }

    fn run<T>(
        &self,
        rule: impl FnOnce(&mut ManagementChange<'_, '_>) -> Result<T, ApiError>,
    ) -> Result<(T, Vec<String>), ApiError> {
        self.context.instance.change(|draft| {
            self.context.decide(&mut Trace::default(), |moment| {
                let mut change = ManagementChange { draft, moment, call: self.call(), ended_users: Vec::new() };
                let result = rule(&mut change)?;
                Ok((result, change.ended_users))
            })
        })
    }

    /// Runs a rule that reads the latest snapshot of the org: the result of a change of this call.
    ///
    /// # Errors
    /// The rule's own.
    pub(crate) fn read_latest<T>(
        &self,
        rule: impl FnOnce(&Org, ManagementCall<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        rule(&self.context.instance.org(), self.call())
    }

    /// The state of the keys of an authorization server of the latest snapshot.
    ///
    /// # Errors
    /// There is no such server, key generation failed, or the ledger's store is unavailable.
    pub(crate) async fn signing_state(&self, server_id: &str) -> Result<SigningState, ApiError> {
        let org = self.context.instance.org();
        let server = org.server(server_id).ok_or_else(|| ApiError::not_found(server_id, "AuthorizationServer"))?;
        let keys = self.context.instance.keys(server, self.context.now).await?;
        let kid = keys.published().first().map(|published| published.key.kid().to_owned()).unwrap_or_default();
        Ok(SigningState { kid, last_rotated: keys.last_rotated(), next_rotation: keys.next_rotation(server) })
    }

    /// The id of the key that signs ID tokens of the org authorization server.
    ///
    /// # Errors
    /// Key generation failed, or the ledger's store is unavailable.
    pub(crate) async fn signing_key_id(&self) -> Result<String, ApiError> {
        let keys = self.context.keys().await?;
        Ok(keys.published().first().map(|published| published.key.kid().to_owned()).unwrap_or_default())
    }

    /// The refresh tokens and consents of users.
    pub(crate) fn issued_grants(&self) -> IssuedGrants<'_> {
        IssuedGrants::new(&self.context)
    }

    fn call(&self) -> ManagementCall<'_> {
        ManagementCall { urls: &self.context.urls, caller: &self.caller, now: self.context.now }
    }
}
