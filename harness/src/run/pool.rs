//! Runs scenarios at the same time, and stops on request.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::{Id, JoinError, JoinSet};

use super::plan::PlannedScenario;
use super::result::INTERRUPTED;
use super::worker::Worker;
use crate::record::run::{ScenarioRecord, State};

/// How long running scenarios may take after a signal, so that they can remove what they have created.
const GRACE: Duration = Duration::from_secs(3);

/// A scenario with its place in the report.
type Numbered = (usize, Arc<PlannedScenario>);

/// Runs scenarios until a signal.
pub(super) struct Pool<'a, S> {
    worker: Arc<Worker>,
    stop: Pin<&'a mut S>,
    stopped: Arc<AtomicBool>,
}

impl<'a, S: Future<Output = ()>> Pool<'a, S> {
    pub(super) fn new(worker: Arc<Worker>, stop: Pin<&'a mut S>) -> Self {
        Self { worker, stop, stopped: Arc::default() }
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Runs scenarios, `jobs` at the same time. Each has a record at the end.
    pub(super) async fn run(
        &mut self,
        scenarios: Vec<Numbered>,
        jobs: usize,
        finished: &mut impl FnMut(usize, ScenarioRecord),
    ) {
        let permits = Arc::new(Semaphore::new(jobs));
        let mut tasks = Tasks { set: JoinSet::new(), scenarios: HashMap::new() };
        for (index, planned) in scenarios {
            let (worker, permits, stopped) =
                (Arc::clone(&self.worker), Arc::clone(&permits), Arc::clone(&self.stopped));
            let running = Arc::clone(&planned);
            let task = tasks.set.spawn(async move {
                let _permit = permits.acquire_owned().await;
                if stopped.load(Ordering::Relaxed) {
                    return Worker::unfinished(&running, State::Skip, INTERRUPTED.to_owned());
                }
                worker.run(&running).await
            });
            tasks.scenarios.insert(task.id(), (index, planned));
        }
        if !self.is_stopped() {
            tokio::select! {
                () = tasks.drain(finished) => return,
                () = &mut self.stop => self.stopped.store(true, Ordering::Relaxed),
            }
        }
        if tokio::time::timeout(GRACE, tasks.drain(finished)).await.is_err() {
            tasks.set.abort_all();
            tasks.drain(finished).await;
        }
    }
}

/// Running scenarios.
struct Tasks {
    set: JoinSet<ScenarioRecord>,
    scenarios: HashMap<Id, Numbered>,
}

impl Tasks {
    /// Reports scenarios until all have ended.
    async fn drain(&mut self, finished: &mut impl FnMut(usize, ScenarioRecord)) {
        while let Some(joined) = self.set.join_next_with_id().await {
            let id = joined.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
            let Some((index, planned)) = self.scenarios.remove(&id) else { continue };
            let record = match joined {
                Ok((_, record)) => record,
                Err(error) if error.is_cancelled() => Worker::unfinished(&planned, State::Skip, INTERRUPTED.to_owned()),
                Err(error) => Worker::unfinished(&planned, State::Error, error.to_string()),
            };
            finished(index, record);
        }
    }
}
