//! Signals: received on a thread of their own, so that they are obeyed whatever the server is doing.

use std::future::pending;
use std::process;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use super::failure::Failure;

/// How long an orderly end may take after the first signal.
const PATIENCE: Duration = Duration::from_secs(2);

/// The exit code of a process that did not end in an orderly way, as shells have it for Ctrl-C.
const INTERRUPTED: i32 = 130;

/// What signals ask for.
#[derive(Clone, Debug)]
pub(super) struct Signals {
    stop: watch::Receiver<bool>,
    reload: Arc<Notify>,
}

impl Signals {
    /// Receives signals from now on. Ctrl-C or SIGTERM asks for an orderly end; the second one, or the end of the patience, ends the
    /// process at once, after `last`. SIGHUP asks to read the org files again. An orderly end may take `drain` longer.
    pub(super) fn receive(drain: Duration, last: impl FnOnce() + Send + 'static) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::machine)?;
        let mut received = {
            let _entered = runtime.enter();
            Received::new().map_err(Failure::machine)?
        };
        let (stopping, stop) = watch::channel(false);
        let reload = Arc::new(Notify::new());
        let signals = Self { stop, reload: Arc::clone(&reload) };
        let receive = async move {
            received.stop(&reload).await;
            // An error means that the server has ended.
            let _ = stopping.send(true);
            let _ = timeout(PATIENCE + drain, received.stop(&reload)).await;
            last();
            process::exit(INTERRUPTED);
        };
        let thread = std::thread::Builder::new().name("mock-idp-signals".to_owned());
        thread.spawn(move || runtime.block_on(receive)).map_err(Failure::machine)?;
        Ok(signals)
    }

    /// Resolves once the process has to end.
    pub(super) async fn stopped(&self) {
        if self.stop.clone().wait_for(|stop| *stop).await.is_err() {
            pending::<()>().await;
        }
    }

    /// Resolves when the org files have to be read again.
    pub(super) async fn reload(&self) {
        self.reload.notified().await;
    }
}

#[cfg(unix)]
struct Received {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Received {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Resolves on Ctrl-C and SIGTERM.
    async fn stop(&mut self, reload: &Notify) {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => return,
                _ = self.terminate.recv() => return,
                _ = self.hangup.recv() => reload.notify_one(),
            }
        }
    }
}

#[cfg(not(unix))]
struct Received;

#[cfg(not(unix))]
impl Received {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn stop(&mut self, _: &Notify) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
