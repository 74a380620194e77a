//! The wrong passwords of users.

use mock_idp_core::ledger::LedgerError;
use mock_idp_core::model::{User, UserStatus};
use mock_idp_core::org::Problems;
use mock_idp_core::policy::password_rules::lockout;

use super::OrgInstance;

impl OrgInstance {
    /// Unlocks an account, whatever has locked it; whether it was locked. A status of the org document is changed until the next
    /// reset.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn unlock(&self, user: &User) -> Result<bool, LedgerError> {
        let now = self.clock.now();
        let failed = self.ledger.at(now).failed_sign_ins().take(&user.id).await?;
        let by_attempts = failed.is_some_and(|failed| failed.lock(&lockout(&self.org(), user), now));
        let by_status = user.status == UserStatus::LockedOut;
        if by_status {
            let activate = |user: &mut User| {
                user.status = UserStatus::Active;
                Some(())
            };
            // An active user is as valid as a locked one.
            let _ = self.change::<_, Problems>(|draft| Ok(draft.change_user(&user.id, activate)));
        }
        Ok(by_attempts || by_status)
    }
}
