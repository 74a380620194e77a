//! One operation of the server, and why it fails.

use std::time::Duration;

use mock_idp_core::ledger::LedgerError;
use tokio::time::timeout;

/// How long an operation may take.
pub(super) const LIMIT: Duration = Duration::from_millis(700);

/// Why an operation has failed.
#[derive(Debug)]
pub(super) struct FailedOperation {
    pub(super) message: String,
    /// Whether the server answers, but writes nothing now.
    pub(super) refuses_writes: bool,
}

impl From<FailedOperation> for LedgerError {
    fn from(failed: FailedOperation) -> Self {
        Self::Unavailable(failed.message)
    }
}

/// Runs an operation within the limit.
pub(super) async fn limited<T>(operation: impl Future<Output = redis::RedisResult<T>>) -> Result<T, FailedOperation> {
    match timeout(LIMIT, operation).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(FailedOperation {
            // A replica; too few replicas; the disk cannot be written; the memory is full.
            refuses_writes: matches!(error.code(), Some("READONLY" | "NOREPLICAS" | "MISCONF" | "OOM")),
            message: error.to_string(),
        }),
        Err(_) => {
            let message = format!("no answer within {} ms", LIMIT.as_millis());
            Err(FailedOperation { message, refuses_writes: false })
        }
    }
}
