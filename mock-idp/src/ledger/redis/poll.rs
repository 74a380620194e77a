//! Asks the server again and again what other processes have changed.

use std::sync::Arc;
use std::time::Duration;

use mock_idp_core::ledger::LedgerError;
use tokio::time::{MissedTickBehavior, interval};

use super::RedisServer;
use super::known::Known;
use super::operation::{FailedOperation, limited};

/// The time between two questions.
const INTERVAL: Duration = Duration::from_millis(40);

/// What is asked about an org.
#[derive(Clone, Debug)]
pub(super) struct Polled {
    pub(super) server: RedisServer,
    /// The key of the org's numbers.
    pub(super) numbers: String,
    pub(super) known: Arc<Known>,
}

impl Polled {
    /// Asks again and again.
    pub(super) async fn poll(self) {
        let mut ticks = interval(INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if self.ask().await.is_ok() && self.known.refuses_writes() {
                self.try_to_write().await;
            }
        }
    }

    /// Asks once.
    pub(super) async fn ask(&self) -> Result<(), LedgerError> {
        let question = self.known.question();
        let mut connection = self.server.connection();
        let mut command = redis::cmd("HMGET");
        command.arg(&self.numbers).arg("settings").arg("org");
        let answer: Result<(Option<u64>, Option<u64>), _> =
            limited(async { command.query_async(&mut connection).await }).await;
        match answer {
            Ok((settings, org)) => {
                self.known.note_revisions(&question, settings.unwrap_or_default(), org.unwrap_or_default());
                Ok(())
            }
            // The server may be slow rather than gone: the poll knows.
            Err(failed) if failed.is_late => Err(failed.into()),
            Err(failed) => {
                if self.known.fail(failed.message.clone()) {
                    tracing::error!(target: "mock_idp", "the store of the ledger does not answer: {}", failed.message);
                }
                Err(failed.into())
            }
        }
    }

    /// Tries whether the server, which has refused writes, writes again.
    async fn try_to_write(&self) {
        let mut connection = self.server.connection();
        let mut command = redis::cmd("HSET");
        command.arg(&self.numbers).arg("tried").arg(1);
        let tried: Result<(), FailedOperation> = limited(async { command.query_async(&mut connection).await }).await;
        if tried.is_ok() {
            self.known.refuse_writes(None);
        }
    }
}
