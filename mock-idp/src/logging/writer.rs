//! Writes log lines from a thread of its own, many at a time, so that a request never waits for a terminal or a file.

use std::io::{self, Write};
use std::sync::OnceLock;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// How long lines are gathered before they are written together.
const GATHER: Duration = Duration::from_millis(10);

/// How many bytes may wait. Beyond, whoever logs waits: no line is lost.
const MOST: usize = 1 << 20;

/// Longest wait for the last lines.
const LAST: Duration = Duration::from_millis(200);

/// Takes lines in.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogWriter(&'static Shared);

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    /// Something waits, or shall be written at once.
    arrived: Condvar,
    /// Everything is written.
    written: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    bytes: Vec<u8>,
    /// The thread is writing what it took.
    writing: bool,
    /// Somebody waits for the end of it.
    hurry: bool,
    /// There is no thread to be had: lines are written where they arise.
    alone: bool,
}

static STDERR: OnceLock<Shared> = OnceLock::new();

impl LogWriter {
    /// The writer of this process; its thread starts with the first line.
    pub(super) fn to_stderr() -> Self {
        let mut first = false;
        let shared = STDERR.get_or_init(|| {
            first = true;
            Shared::default()
        });
        if first {
            let thread = std::thread::Builder::new().name("mock-idp-log".to_owned());
            if thread.spawn(|| shared.write_on(&mut io::stderr())).is_err() {
                shared.waiting.lock().alone = true;
            }
        }
        Self(shared)
    }

    /// Waits until nothing waits any more.
    pub(super) fn flush_all() {
        let Some(shared) = STDERR.get() else { return };
        let mut waiting = shared.waiting.lock();
        while waiting.writing || !waiting.bytes.is_empty() {
            waiting.hurry = true;
            shared.arrived.notify_one();
            if shared.written.wait_for(&mut waiting, LAST).timed_out() {
                break;
            }
        }
    }
}

impl Write for LogWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut waiting = self.0.waiting.lock();
        if waiting.alone {
            return io::stderr().write(line);
        }
        while waiting.bytes.len() > MOST {
            self.0.written.wait_for(&mut waiting, LAST);
        }
        let idle = waiting.bytes.is_empty() && !waiting.writing;
        waiting.bytes.extend_from_slice(line);
        drop(waiting);
        if idle {
            self.0.arrived.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    /// Writes what arrives, for as long as the process lives.
    fn write_on(&self, out: &mut impl Write) {
        let mut batch = Vec::new();
        loop {
            let mut waiting = self.waiting.lock();
            waiting.writing = false;
            if waiting.bytes.is_empty() {
                waiting.hurry = false;
                self.written.notify_all();
                self.arrived.wait(&mut waiting);
            }
            if !waiting.hurry {
                self.arrived.wait_for(&mut waiting, GATHER);
            }
            batch.clear();
            std::mem::swap(&mut batch, &mut waiting.bytes);
            waiting.writing = true;
            drop(waiting);
            // There is nobody left to tell when stderr is gone.
            let _ = out.write_all(&batch);
        }
    }
}
