//! A mock with threads of its own: for blocking clients, and for a mock that several tests share.

use std::ops::Deref;
use std::thread;

use tokio::runtime::{Builder as RuntimeBuilder, Runtime};

use super::MockIdp;
use super::builder::Builder;
use crate::start_error::StartError;

/// A running mock with threads of its own. It needs no runtime of the test, and answers whatever the test's threads do.
///
/// It stops when it is dropped. In a `static` it lives as long as the process.
#[derive(Debug)]
pub struct SpawnedMockIdp {
    // Dropped before the runtime.
    mock: Option<MockIdp>,
    runtime: Option<Runtime>,
}

impl Builder {
    /// Starts the mock on threads of its own.
    ///
    /// # Errors
    /// The same as [`Self::start`], or no threads can be started.
    pub fn spawn(self) -> Result<SpawnedMockIdp, StartError> {
        let runtime = RuntimeBuilder::new_multi_thread().worker_threads(2).thread_name("mock-idp").enable_all().build();
        let runtime = runtime.map_err(|error| StartError::Runtime(error.to_string()))?;
        let mock = wait(&runtime, self.start())?;
        Ok(SpawnedMockIdp { mock: Some(mock), runtime: Some(runtime) })
    }
}

impl SpawnedMockIdp {
    /// Waits for an operation of the mock, in code that is not asynchronous: `mock.wait(mock.org().reset())`.
    pub fn wait<F>(&self, operation: F) -> F::Output
    where
        F: Future + Send,
        F::Output: Send,
    {
        #[expect(clippy::expect_used, reason = "only dropping it takes the runtime")]
        wait(self.runtime.as_ref().expect("the runtime lives as long as the mock"), operation)
    }
}

impl Deref for SpawnedMockIdp {
    type Target = MockIdp;

    fn deref(&self) -> &MockIdp {
        #[expect(clippy::expect_used, reason = "only dropping it takes the mock")]
        self.mock.as_ref().expect("the mock lives as long as its threads")
    }
}

impl Drop for SpawnedMockIdp {
    fn drop(&mut self) {
        drop(self.mock.take());
        // Does not wait: a test may drop it on a thread of its own runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Waits on another thread: a thread of a runtime must not wait for a future.
fn wait<F>(runtime: &Runtime, operation: F) -> F::Output
where
    F: Future + Send,
    F::Output: Send,
{
    thread::scope(|scope| {
        let waiting = scope.spawn(|| runtime.block_on(operation));
        waiting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
