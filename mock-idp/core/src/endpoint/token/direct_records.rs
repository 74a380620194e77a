//! The records of grants that sign a user in at the token endpoint.

use crate::ledger::{DirectSignIn, FailedSignIns, OobChallenge, PushNotification, UsedCode};

/// What names the records of such a grant.
#[derive(Clone, Copy, Debug, Default)]
pub struct DirectNames<'a> {
    /// The user, if the request names one.
    pub user_id: Option<&'a str>,
    pub mfa_token: Option<&'a str>,
    pub oob_code: Option<&'a str>,
}

/// The records. A grant changes them, whether it is redeemed or not.
#[derive(Clone, Debug, Default)]
pub struct DirectRecords {
    /// The wrong passwords and codes of the user.
    pub failed: FailedSignIns,
    /// The one-time passwords that were used last, by the id of the factor.
    pub used_codes: Vec<(String, UsedCode)>,
    /// The sign-in with the `mfa_token`.
    pub sign_in: Option<DirectSignIn>,
    /// The challenge with the `oob_code`.
    pub challenge: Option<OobChallenge>,
    /// The notification of the challenge. It is only read.
    pub push: Option<PushNotification>,
    /// A sign-in that begins, by its `mfa_token`.
    pub begun: Option<(String, DirectSignIn)>,
}

impl DirectRecords {
    /// Keeps the one-time password of a factor from being used again.
    pub(super) fn use_code(&mut self, factor_id: String, used: UsedCode) {
        self.used_codes.retain(|(id, _)| *id != factor_id);
        self.used_codes.push((factor_id, used));
    }
}
