//! Calls of the management API: what they read, and how they change the org.

use mock_idp_core::management::authorization_servers::SigningState;
use mock_idp_core::management::{ApiError, Caller, ManagementCall, ManagementChange};
use mock_idp_core::org::Org;
use mock_idp_core::trace::Trace;

use super::Context;

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
        self.context.instance.change(|draft| {
            self.context.decide(&mut Trace::default(), |moment| {
                rule(&mut ManagementChange { draft, moment, call: self.call() })
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

    fn call(&self) -> ManagementCall<'_> {
        ManagementCall { urls: &self.context.urls, caller: &self.caller, now: self.context.now }
    }
}
