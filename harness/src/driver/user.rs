//! The user of a driver.

use crate::issuer_target::{Account, Credential, ScriptStep, Target};
use crate::wire::consent::Consent;

/// The user who signs in.
#[derive(Clone, Copy, Debug)]
pub struct User<'a> {
    /// Without an account the driver stops at the sign-in page.
    pub account: Option<&'a Account>,
    pub consent: Consent,
    /// The issuer's time, in seconds since 1970; without it that of this machine.
    pub now: Option<i64>,
}

impl<'a> User<'a> {
    /// A user who gives consent.
    #[must_use]
    pub const fn consenting(account: &'a Account) -> Self {
        Self { account: Some(account), consent: Consent::Allow, now: None }
    }

    /// A user without an account: the driver stops at the first page that asks something.
    #[must_use]
    pub const fn anonymous() -> Self {
        Self { account: None, consent: Consent::Deny, now: None }
    }

    /// The same user at that time of the issuer.
    #[must_use]
    pub const fn at(self, now: i64) -> Self {
        Self { now: Some(now), ..self }
    }

    /// The steps of a script that the user can take.
    pub(super) fn can_take(self, step: &ScriptStep) -> bool {
        self.account.is_none_or(|account| account.can_take(step))
    }

    /// What the user types for a credential.
    pub(super) fn typed(self, credential: Credential) -> Option<String> {
        self.account?.typed(credential, self.now.unwrap_or_else(Target::machine_time))
    }
}
