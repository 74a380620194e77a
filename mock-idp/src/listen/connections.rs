//! The open connections: how many there may be, and how long each waits for its client.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// Time limit for the head of a request, from its first byte on.
pub(super) const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection may stay open between requests, or without progress while an answer is sent.
pub(super) const IDLE_TIMEOUT: Duration = Duration::from_secs(75);

/// Largest number of connections, if no other is set and the process may open as many files.
pub(crate) const MAX_CONNECTIONS: usize = 4_096;

/// Files that are left for everything else: listeners, the org file, requests that the mock sends itself.
const OTHER_FILES: usize = 64;

/// Fewest connections, however few files the process may open.
const MIN_CONNECTIONS: usize = 16;

/// The open connections of one port.
#[derive(Debug)]
pub(super) struct Connections {
    open: Mutex<HashMap<u64, Arc<Progress>>>,
    max: usize,
    next: AtomicU64,
    closed: Notify,
    started: Instant,
}

/// A place among the open connections; free again when this is dropped.
#[derive(Debug)]
pub(super) struct Admitted {
    connections: Arc<Connections>,
    number: u64,
    pub(super) progress: Arc<Progress>,
}

/// What a connection is doing, and since when.
#[derive(Debug)]
pub(super) struct Progress {
    phase: AtomicU8,
    /// Milliseconds since the start of the server.
    since: AtomicU64,
    started: Instant,
    /// The connection has to end.
    pub(super) ending: CancellationToken,
}

/// What a connection is doing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub(super) enum Phase {
    /// Nothing was sent yet, or no request follows yet.
    Idle,
    /// A part of a request's head has arrived.
    Head,
    /// A request is answered.
    Serving,
}

impl Connections {
    pub(super) fn new(max: Option<usize>) -> Arc<Self> {
        let max = max.unwrap_or_else(|| most_connections(open_files()));
        let (open, next, closed) = (Mutex::default(), AtomicU64::new(0), Notify::new());
        Arc::new(Self { open, max, next, closed, started: Instant::now() })
    }

    /// A place for a new connection. If there is none, the connection that has waited longest for its client ends; if all are
    /// serving requests, the new one waits for the end of one.
    pub(super) async fn admit(self: &Arc<Self>, ending: CancellationToken) -> Admitted {
        loop {
            let closed = self.closed.notified();
            if self.open.lock().len() < self.max || self.end_longest_waiting() {
                return self.add(ending);
            }
            closed.await;
        }
    }

    /// Ends the connection that has waited longest for its client; false if none waits.
    pub(super) fn end_longest_waiting(&self) -> bool {
        let mut open = self.open.lock();
        let waiting = open.iter().filter(|(_, progress)| progress.phase() != Phase::Serving);
        let longest = waiting.min_by_key(|(_, progress)| progress.since.load(Ordering::Relaxed));
        let Some((number, progress)) = longest else { return false };
        progress.ending.cancel();
        let number = *number;
        open.remove(&number);
        true
    }

    /// Waits until a connection has closed.
    pub(super) async fn one_closed(&self) {
        self.closed.notified().await;
    }

    /// How many connections are serving requests.
    pub(super) fn serving(&self) -> usize {
        self.open.lock().values().filter(|progress| progress.phase() == Phase::Serving).count()
    }

    fn add(self: &Arc<Self>, ending: CancellationToken) -> Admitted {
        let started = self.started;
        let progress = Progress { phase: AtomicU8::new(0), since: AtomicU64::new(0), started, ending };
        progress.enter(Phase::Idle);
        let progress = Arc::new(progress);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.open.lock().insert(number, Arc::clone(&progress));
        Admitted { connections: Arc::clone(self), number, progress }
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.connections.open.lock().remove(&self.number);
        self.connections.closed.notify_waiters();
    }
}

impl Progress {
    pub(super) fn enter(&self, phase: Phase) {
        self.enter_at(phase, Instant::now());
    }

    fn enter_at(&self, phase: Phase, now: Instant) {
        self.touch(now);
        self.phase.store(phase as u8, Ordering::Relaxed);
    }

    /// Bytes of the client have arrived.
    pub(super) fn received(&self) {
        if self.phase() == Phase::Idle {
            self.enter(Phase::Head);
        }
    }

    /// Bytes of an answer were taken by the client.
    pub(super) fn sent(&self) {
        if self.phase() == Phase::Idle {
            self.touch(Instant::now());
        }
    }

    pub(super) fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Relaxed) {
            0 => Phase::Idle,
            1 => Phase::Head,
            _ => Phase::Serving,
        }
    }

    /// Resolves when the client has been waited for too long.
    pub(super) async fn overdue(&self) {
        loop {
            let now = Instant::now();
            let deadline = self.deadline().unwrap_or(now + HEAD_TIMEOUT);
            if deadline <= now {
                return;
            }
            // The phase can change to one with a shorter limit.
            sleep_until(deadline.min(now + HEAD_TIMEOUT)).await;
        }
    }

    /// When the client has been waited for too long; none while a request is answered.
    fn deadline(&self) -> Option<Instant> {
        let since = self.started + Duration::from_millis(self.since.load(Ordering::Relaxed));
        match self.phase() {
            Phase::Idle => Some(since + IDLE_TIMEOUT),
            Phase::Head => Some(since + HEAD_TIMEOUT),
            Phase::Serving => None,
        }
    }

    fn touch(&self, now: Instant) {
        let since = now.saturating_duration_since(self.started).as_millis();
        self.since.store(u64::try_from(since).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// How many connections fit into this number of open files.
fn most_connections(files: Option<usize>) -> usize {
    let room = files.map_or(MAX_CONNECTIONS, |files| files.saturating_sub(OTHER_FILES));
    room.clamp(MIN_CONNECTIONS, MAX_CONNECTIONS)
}

/// How many files this process may open.
fn open_files() -> Option<usize> {
    #[cfg(unix)]
    {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
        limit.current.and_then(|files| usize::try_from(files).ok())
    }
    #[cfg(not(unix))]
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn admit(connections: &Arc<Connections>) -> Admitted {
        connections.admit(CancellationToken::new()).await
    }

    #[test]
    fn the_limit_leaves_files_for_everything_else() {
        assert_eq!(most_connections(None), MAX_CONNECTIONS);
        assert_eq!(most_connections(Some(256)), 192);
        assert_eq!(most_connections(Some(20)), MIN_CONNECTIONS);
        assert_eq!(most_connections(Some(1_000_000)), MAX_CONNECTIONS);
    }

    #[tokio::test]
    async fn a_new_connection_ends_the_one_that_has_waited_longest() {
        let connections = Connections::new(Some(3));
        let (first, second, third) = (admit(&connections).await, admit(&connections).await, admit(&connections).await);
        first.progress.enter(Phase::Serving);
        third.progress.enter_at(Phase::Head, Instant::now() + Duration::from_secs(1));
        let _fourth = admit(&connections).await;
        let ended = [&first, &second, &third].map(|admitted| admitted.progress.ending.is_cancelled());
        assert_eq!(ended, [false, true, false]);
    }

    #[tokio::test]
    async fn while_all_are_serving_a_new_connection_waits_for_the_end_of_one() {
        let connections = Connections::new(Some(1));
        let first = admit(&connections).await;
        first.progress.enter(Phase::Serving);
        let waiting = tokio::spawn({
            let connections = Arc::clone(&connections);
            async move { admit(&connections).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(first);
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn a_client_is_waited_for_as_long_as_its_phase_allows() {
        let connections = Connections::new(None);
        let progress = admit(&connections).await.progress.clone();
        let start = connections.started + Duration::from_secs(100);
        progress.enter_at(Phase::Idle, start);
        assert_eq!(progress.deadline(), Some(start + Duration::from_secs(75)));
        progress.enter_at(Phase::Head, start);
        assert_eq!(progress.deadline(), Some(start + Duration::from_secs(10)));
        // Further bytes of a head do not prolong it.
        progress.received();
        progress.sent();
        assert_eq!(progress.deadline(), Some(start + Duration::from_secs(10)));
        progress.enter_at(Phase::Serving, start);
        assert_eq!(progress.deadline(), None);
    }

    #[tokio::test]
    async fn an_overdue_client_is_noticed() {
        let connections = Connections::new(None);
        let admitted = admit(&connections).await;
        let long_ago = Progress { started: Instant::now() - Duration::from_secs(80), ..progress_like(&admitted) };
        long_ago.overdue().await;
    }

    fn progress_like(admitted: &Admitted) -> Progress {
        Progress {
            phase: AtomicU8::new(Phase::Idle as u8),
            since: AtomicU64::new(0),
            started: admitted.progress.started,
            ending: CancellationToken::new(),
        }
    }
}
