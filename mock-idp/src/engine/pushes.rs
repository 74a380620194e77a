//! Push notifications to the app Okta Verify, which is a page of this mock.

use mock_idp_core::ledger::{LedgerError, PushNotification, PushNotifications};

use super::{Context, OrgInstance};
use crate::ledger::{Batch, NEVER};

/// Adds a notification to a batch.
pub(super) fn store<'c>(context: &'c Context, batch: &mut Batch<'c>, push: PushNotification) {
    let now = context.now;
    let add = move |pushes: &mut PushNotifications| pushes.add(push.clone(), now);
    batch.update_or_default(context.ledger().pushes(), PushNotifications::KEY, NEVER, add);
}

impl OrgInstance {
    /// The notification with this id, if it has not been dropped.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn push(&self, id: &str) -> Result<Option<PushNotification>, LedgerError> {
        let pushes = self.ledger.at(self.clock.now()).pushes();
        let found = pushes.read(PushNotifications::KEY, |pushes| pushes.find(id).cloned()).await?;
        Ok(found.flatten())
    }

    /// The notifications that wait for an answer, the oldest first.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn waiting_pushes(&self) -> Result<Vec<PushNotification>, LedgerError> {
        let now = self.clock.now();
        let waiting = |pushes: &PushNotifications| pushes.waiting(now).cloned().collect();
        Ok(self.ledger.at(now).pushes().read(PushNotifications::KEY, waiting).await?.unwrap_or_default())
    }

    /// Answers the waiting notifications that match, and returns them. `number`: what the user has chosen.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn answer_pushes(
        &self,
        approves: bool,
        number: Option<u8>,
        matches: impl Fn(&PushNotification) -> bool,
    ) -> Result<Vec<PushNotification>, LedgerError> {
        let now = self.clock.now();
        let answer = |pushes: &mut PushNotifications| pushes.answer(approves, number, &matches, now);
        Ok(self.ledger.at(now).pushes().update(PushNotifications::KEY, answer).await?.unwrap_or_default())
    }
}
