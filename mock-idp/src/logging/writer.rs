//! Writes to stderr in batches on a thread of its own, so that requests do not wait for a terminal, a file, or a pipe
//! that is not read.

use std::io::{self, Write};
use std::sync::OnceLock;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// How long lines are collected for one batch.
const BATCH_PERIOD: Duration = Duration::from_millis(10);

/// Largest number of buffered bytes. Lines that do not fit are dropped and counted.
const MAX_BUFFERED: usize = 1 << 20;

/// Longest wait for lines to be written, at the end.
const MAX_WAIT: Duration = Duration::from_millis(200);

/// Accepts log lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogWriter(&'static Shared);

#[derive(Debug, Default)]
struct Shared {
    buffer: Mutex<Buffer>,
    /// There are bytes to write, or they have to be written at once.
    arrived: Condvar,
    /// All bytes are written.
    written: Condvar,
}

#[derive(Debug, Default)]
struct Buffer {
    bytes: Vec<u8>,
    /// The thread is writing a batch.
    writing: bool,
    /// A caller waits for the end of it.
    urgent: bool,
    /// The thread could not be started: callers write themselves.
    unthreaded: bool,
    /// Lines that were dropped since the last batch.
    dropped: u64,
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
            if thread.spawn(|| shared.write_batches(&mut io::stderr())).is_err() {
                shared.buffer.lock().unthreaded = true;
            }
        }
        Self(shared)
    }

    /// Waits until all lines are written.
    pub(super) fn flush_all() {
        let Some(shared) = STDERR.get() else { return };
        let mut buffer = shared.buffer.lock();
        while buffer.writing || !buffer.bytes.is_empty() {
            buffer.urgent = true;
            shared.arrived.notify_one();
            if shared.written.wait_for(&mut buffer, MAX_WAIT).timed_out() {
                break;
            }
        }
    }
}

impl Write for LogWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut buffer = self.0.buffer.lock();
        if buffer.unthreaded {
            return io::stderr().write(line);
        }
        if buffer.bytes.len() + line.len() > MAX_BUFFERED {
            buffer.dropped += 1;
            return Ok(line.len());
        }
        let idle = buffer.bytes.is_empty() && !buffer.writing;
        buffer.bytes.extend_from_slice(line);
        drop(buffer);
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
    /// Writes batches until the process ends.
    fn write_batches(&self, out: &mut impl Write) {
        let mut batch = Vec::new();
        loop {
            let mut buffer = self.buffer.lock();
            buffer.writing = false;
            if buffer.bytes.is_empty() {
                buffer.urgent = false;
                self.written.notify_all();
                self.arrived.wait(&mut buffer);
            }
            if !buffer.urgent {
                self.arrived.wait_for(&mut buffer, BATCH_PERIOD);
            }
            batch.clear();
            std::mem::swap(&mut batch, &mut buffer.bytes);
            let dropped = std::mem::take(&mut buffer.dropped);
            buffer.writing = true;
            drop(buffer);
            // An error of stderr cannot be reported.
            let _ = out.write_all(&batch);
            if dropped > 0 {
                tracing::warn!(target: "mock_idp", dropped, "log lines were dropped because stderr was not read");
            }
        }
    }
}
