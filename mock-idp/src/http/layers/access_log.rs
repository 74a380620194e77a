//! One journal entry and one log line for every request. Neither holds a query, a body, a header, a code or a token.

use std::time::{Duration, Instant};

use axum::response::Response;
use http::{Method, StatusCode};

use crate::address::Address;
use crate::journal::{Entry, Explanation, LOG_TARGET, presentable_path};
use crate::request_id::RequestId;

/// A request on its way to an answer.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) started: Instant,
    pub(crate) request_id: RequestId,
    pub(crate) method: Method,
    pub(crate) path: String,
}

impl Pending {
    /// Writes the answer down; takes the explanation off it.
    pub(crate) fn answered(self, address: &Address, response: &mut Response, log: bool) {
        let explanation = response.extensions_mut().remove::<Explanation>().unwrap_or_default();
        self.write(address, response.status().as_u16(), explanation, log);
    }

    /// Writes down that there was no answer, as status 0.
    pub(crate) fn aborted(self, address: &Address, reason: &str, log: bool) {
        let explanation = Explanation { reason: Some(reason.to_owned()), ..Explanation::default() };
        self.write(address, 0, explanation, log);
    }

    /// A log line for a request that no org answered.
    pub(crate) fn misaddressed(self, status: StatusCode, reason: &str) {
        let Self { started, request_id, method, path } = self;
        let entry = Entry {
            request_id,
            time: 0,
            method,
            path: presentable_path(path),
            status: status.as_u16(),
            ms: milliseconds(started.elapsed()),
            client: None,
            user: None,
            reason: Some(reason.trim_end().to_owned()),
            notes: Vec::new(),
        };
        log_line(&entry, "");
    }

    fn write(self, address: &Address, status: u16, explanation: Explanation, log: bool) {
        let Explanation { client, user, reason, notes } = explanation;
        let entry = Entry {
            request_id: self.request_id,
            time: address.org.clock.now_millis(),
            method: self.method,
            path: presentable_path(self.path),
            status,
            ms: milliseconds(self.started.elapsed()),
            client,
            user,
            reason,
            notes,
        };
        if log {
            log_line(&entry, &address.path_prefix);
        }
        address.org.journal.record(entry);
    }
}

/// To a microsecond.
fn milliseconds(elapsed: Duration) -> f64 {
    (elapsed.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}

/// The one event of a request. Refusals stand out as warnings, our own failures as errors.
fn log_line(entry: &Entry, path_prefix: &str) {
    macro_rules! event {
        ($level:ident) => {
            tracing::$level!(
                target: LOG_TARGET,
                status = entry.status,
                method = %entry.method,
                path = format_args!("{path_prefix}{}", entry.path),
                client = entry.client.as_deref(),
                user = entry.user.as_deref(),
                reason = entry.reason.as_deref(),
                ms = entry.ms,
                request_id = entry.request_id.as_str(),
            )
        };
    }
    match entry.status {
        500.. => event!(error),
        0 | 400.. => event!(warn),
        _ => event!(info),
    }
}
