//! The inbox of an org: the messages that it would send to its users.

use mock_idp_core::ledger::{Inbox, InboxMessage, LedgerError, OutgoingMessage};
use tokio::sync::watch;

use super::OrgInstance;
use crate::ledger::NEVER;

impl OrgInstance {
    /// Sends a message: it goes to the inbox, and nowhere else.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn send(&self, message: OutgoingMessage) -> Result<(), LedgerError> {
        let time = self.clock.now_millis();
        let ledger = self.ledger.at(self.clock.now());
        let mut batch = ledger.batch();
        let add = move |inbox: &mut Inbox| inbox.add(time, message.clone());
        batch.update_or_default(ledger.inboxes(), Inbox::KEY, NEVER, add);
        batch.commit().await?;
        self.sent.send_replace(());
        Ok(())
    }

    /// The messages that fit, the newest first.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn messages(
        &self,
        fits: impl Fn(&InboxMessage) -> bool,
    ) -> Result<Vec<InboxMessage>, LedgerError> {
        let read = |inbox: &Inbox| inbox.newest_first().filter(|message| fits(message)).cloned().collect();
        Ok(self.ledger.at(self.clock.now()).inboxes().read(Inbox::KEY, read).await?.unwrap_or_default())
    }

    /// Removes the messages that fit; how many.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn remove_messages(&self, fits: impl Fn(&InboxMessage) -> bool) -> Result<usize, LedgerError> {
        let removed =
            self.ledger.at(self.clock.now()).inboxes().update(Inbox::KEY, |inbox| inbox.remove(&fits)).await?;
        Ok(removed.unwrap_or_default())
    }

    /// Tells when there are messages that were sent after this call by this process.
    pub(crate) fn watch_messages(&self) -> watch::Receiver<()> {
        self.sent.subscribe()
    }

    /// Whether other processes send messages too.
    pub(crate) fn shares_inbox(&self) -> bool {
        self.ledger.is_shared()
    }
}
