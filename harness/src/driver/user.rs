//! The user of a driver.

use crate::issuer_target::Account;
use crate::wire::consent::Consent;

/// The user who signs in.
#[derive(Clone, Copy, Debug)]
pub struct User<'a> {
    /// Without an account the driver stops at the sign-in page.
    pub account: Option<&'a Account>,
    pub consent: Consent,
}

impl<'a> User<'a> {
    /// A user who gives consent.
    #[must_use]
    pub const fn consenting(account: &'a Account) -> Self {
        Self { account: Some(account), consent: Consent::Allow }
    }

    /// A user without an account: the driver stops at the first page that asks something.
    #[must_use]
    pub const fn anonymous() -> Self {
        Self { account: None, consent: Consent::Deny }
    }
}
