//! The inbox of an org: the messages that it would send to its users.

use mock_idp_core::ledger::{InboxMessage, InboxPosition, LedgerError, OutgoingMessage};
use tokio::sync::watch;

use super::OrgInstance;
use crate::ledger::{Batch, LedgerAt, NEVER};

impl OrgInstance {
    /// Sends a message: it goes to the inbox, and nowhere else.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn send(&self, message: OutgoingMessage) -> Result<(), LedgerError> {
        loop {
            let mut batch = self.ledger.at(self.clock.now()).batch();
            self.add_messages(&mut batch, vec![message.clone()]).await?;
            match batch.commit().await {
                // Another request has sent or removed a message in the meantime.
                Err(LedgerError::Conflict { .. }) => {}
                Err(error) => return Err(error),
                Ok(()) => break,
            }
        }
        self.note_messages();
        Ok(())
    }

    /// Adds messages to a batch. It cannot be committed if another request sends or removes one in the meantime.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(super) async fn add_messages<'l>(
        &'l self,
        batch: &mut Batch<'l>,
        messages: Vec<OutgoingMessage>,
    ) -> Result<(), LedgerError> {
        if messages.is_empty() {
            return Ok(());
        }
        let time = self.clock.now_millis();
        let ledger = self.ledger.at(self.clock.now());
        let positions = ledger.inbox_positions();
        let stored = positions.get_versioned(InboxPosition::KEY).await?;
        let (version, mut position) =
            stored.map_or_else(Default::default, |stored| (Some(stored.version), stored.value));
        for message in messages {
            let (number, removed) = position.add();
            if let Some(removed) = removed {
                batch.delete(ledger.messages(), &InboxMessage::key(removed));
            }
            let added = InboxMessage::new(number, time, message);
            batch.put(ledger.messages(), &InboxMessage::key(number), added, NEVER);
        }
        batch.replace_or_put(positions, InboxPosition::KEY, version, position);
        Ok(())
    }

    /// Notifies those who watch the messages.
    pub(super) fn note_messages(&self) {
        self.sent.send_replace(());
    }

    /// The messages that fit, the newest first.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn messages(
        &self,
        fits: impl Fn(&InboxMessage) -> bool,
    ) -> Result<Vec<InboxMessage>, LedgerError> {
        let ledger = self.ledger.at(self.clock.now());
        let position = ledger.inbox_positions().get(InboxPosition::KEY).await?.unwrap_or_default();
        let mut messages = kept(ledger, &position).await?;
        messages.retain(|message| fits(message));
        Ok(messages)
    }

    /// Removes the messages that fit; how many.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn remove_messages(&self, fits: impl Fn(&InboxMessage) -> bool) -> Result<usize, LedgerError> {
        let ledger = self.ledger.at(self.clock.now());
        let positions = ledger.inbox_positions();
        loop {
            let Some(stored) = positions.get_versioned(InboxPosition::KEY).await? else { return Ok(0) };
            let mut position = stored.value;
            let (removed, left): (Vec<_>, Vec<_>) = kept(ledger, &position).await?.into_iter().partition(&fits);
            if removed.is_empty() {
                return Ok(0);
            }
            position.keep(left.iter().map(|message| message.number));
            let mut batch = ledger.batch();
            batch.replace(positions, InboxPosition::KEY, stored.version, position);
            for message in &removed {
                batch.delete(ledger.messages(), &InboxMessage::key(message.number));
            }
            match batch.commit().await {
                Err(LedgerError::Conflict { .. }) => {}
                other => return other.map(|()| removed.len()),
            }
        }
    }

    /// Notifies when this process sends messages after this call.
    pub(crate) fn watch_messages(&self) -> watch::Receiver<()> {
        self.sent.subscribe()
    }

    /// Whether other processes send messages too.
    pub(crate) fn shares_inbox(&self) -> bool {
        self.ledger.is_shared()
    }
}

/// The messages that are kept, the newest first.
async fn kept(ledger: LedgerAt<'_>, position: &InboxPosition) -> Result<Vec<InboxMessage>, LedgerError> {
    let keys: Vec<String> = position.newest_first().map(InboxMessage::key).collect();
    Ok(ledger.messages().get_all(&keys).await?.into_iter().flatten().collect())
}
