//! One journal entry and one log line for every request. Neither has a secret, a code or a token; the log line has no query, header or
//! body either.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::response::Response;
use http::{Method, StatusCode};
use mock_idp_core::ledger::LoggedRequest;

use crate::address::Address;
use crate::http::layers::recorded_body::RecordedRequest;
use crate::journal::{Explanation, JournalEntry, LOG_TARGET, WireMessage};
use crate::metrics::RequestLabel;
use crate::request_id::RequestId;

/// What is recorded of a request.
#[derive(Debug)]
pub(crate) struct RequestRecord {
    pub(crate) started: Instant,
    pub(crate) request_id: RequestId,
    pub(crate) method: Method,
    /// Without query and secrets.
    pub(crate) path: String,
    /// Method and template of its route; empty if it has none.
    pub(crate) route: (&'static str, &'static str),
    /// `None` for what is not recorded in a journal.
    pub(crate) sent: Option<RecordedRequest>,
    /// Its events in the System Log.
    pub(crate) logged: Option<Arc<LoggedRequest>>,
}

impl RequestRecord {
    /// Records an answer.
    pub(crate) fn answered(mut self, address: &Address, response: &mut Response, explanation: Explanation, log: bool) {
        let messages = self.sent.take().map(|sent| sent.answered(response));
        self.write(address, response.status().as_u16(), explanation, messages.unzip(), log);
    }

    /// Counts an answer of the control API, of which nothing is recorded.
    pub(crate) fn counted(&self, address: &Address, status: u16) {
        let (method, route) = self.route;
        address.org.metrics.answered(RequestLabel { route, method, status }, self.started.elapsed());
    }

    /// Records that there was no answer, as status 0.
    pub(crate) fn aborted(mut self, address: &Address, reason: &str, log: bool) {
        let explanation = Explanation { reason: Some(reason.to_owned()), ..Explanation::default() };
        let request = self.sent.take().map(RecordedRequest::aborted);
        self.write(address, 0, explanation, (request, None), log);
    }

    /// Logs a request that is for no org.
    pub(crate) fn misaddressed(self, status: StatusCode, reason: &str) {
        let Self { started, request_id, method, path, .. } = self;
        let entry = JournalEntry {
            request_id,
            time: 0,
            method,
            path,
            status: status.as_u16(),
            ms: milliseconds(started.elapsed()),
            client: None,
            user: None,
            reason: Some(reason.trim_end().to_owned()),
            notes: Vec::new(),
            request: None,
            response: None,
            logged: None,
            flow: None,
        };
        log_line(&entry, "");
    }

    fn write(
        self,
        address: &Address,
        status: u16,
        explanation: Explanation,
        (request, response): (Option<WireMessage>, Option<WireMessage>),
        log: bool,
    ) {
        self.counted(address, status);
        let Explanation { client, user, reason, notes, flow, .. } = explanation;
        let entry = JournalEntry {
            request_id: self.request_id,
            time: address.org.clock.now_millis(),
            method: self.method,
            path: self.path,
            status,
            ms: milliseconds(self.started.elapsed()),
            client,
            user,
            reason,
            notes,
            request,
            response,
            logged: self.logged,
            flow,
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

/// The one event of a request: an error for 5xx, a warning for 4xx and for no answer.
fn log_line(entry: &JournalEntry, path_prefix: &str) {
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
