//! One operation of the server, and why it fails.

use std::cell::Cell;
use std::time::{Duration, Instant};

use mock_idp_core::ledger::LedgerError;
use tokio::time::timeout;

/// How long an operation may take.
pub(super) const LIMIT: Duration = Duration::from_millis(700);
/// How long all operations of a request may take together.
const REQUEST_LIMIT: Duration = Duration::from_millis(800);

tokio::task_local! {
    /// How long further operations of the current request may take.
    static LEFT: Cell<Duration>;
}

/// Runs a request, whose operations may take a limited time together.
pub(crate) async fn limit_request<T>(request: impl Future<Output = T>) -> T {
    limit_together(REQUEST_LIMIT, request).await
}

/// Runs operations that may take this long together, whatever is left of the request.
pub(super) async fn limit_together<T>(limit: Duration, operations: impl Future<Output = T>) -> T {
    LEFT.scope(Cell::new(limit), operations).await
}

/// Why an operation has failed.
#[derive(Debug)]
pub(super) struct FailedOperation {
    pub(super) message: String,
    /// Whether the server answers, but writes nothing now.
    pub(super) refuses_writes: bool,
    /// Whether earlier operations of the request have left less than the usual time.
    pub(super) is_late: bool,
}

impl From<FailedOperation> for LedgerError {
    fn from(failed: FailedOperation) -> Self {
        Self::Unavailable(failed.message)
    }
}

/// Runs an operation within the limit.
pub(super) async fn limited<T>(operation: impl Future<Output = redis::RedisResult<T>>) -> Result<T, FailedOperation> {
    let limit = LEFT.try_with(Cell::get).unwrap_or(LIMIT).min(LIMIT);
    let began = Instant::now();
    let answer = timeout(limit, operation).await;
    // Outside of requests each operation has the whole time.
    let _ = LEFT.try_with(|left| left.set(left.get().saturating_sub(began.elapsed())));
    let is_late = limit < LIMIT;
    match answer {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(FailedOperation {
            // A replica; too few replicas; the disk cannot be written; the memory is full.
            refuses_writes: matches!(error.code(), Some("READONLY" | "NOREPLICAS" | "MISCONF" | "OOM")),
            message: error.to_string(),
            is_late,
        }),
        Err(_) => {
            let message = format!("no answer within {} ms", limit.as_millis());
            Err(FailedOperation { message, refuses_writes: false, is_late })
        }
    }
}
