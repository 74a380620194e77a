//! Calls of the management API: what they read, and how they change the org.

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

    fn call(&self) -> ManagementCall<'_> {
        ManagementCall { urls: &self.context.urls, caller: &self.caller, now: self.context.now }
    }
}
