//! The System Log of an org: a bounded list of requests with their events. A store on disk or on a server gets them behind the
//! requests, many at once.

use std::sync::Arc;

use mock_idp_core::ledger::{LedgerError, LogPosition, LoggedRequest, PackedEvents};
use mock_idp_core::management::system_log::LogQuery;
use mock_idp_core::management::{ApiError, ListedPage};
use mock_idp_core::protocol::Parameters;
use mock_idp_core::system_log::LogEvent;

use super::{Management, OrgInstance};
use crate::current_request::{CurrentRequest, RequestLog};
use crate::request_id::RequestId;

/// The largest number of records: the bound of their table.
const MAX_RECORDS: u64 = 10_000;

/// How many records are read at once: more than a page has without a limit in the query.
const READ_AT_ONCE: usize = 128;

/// Where events come from.
#[derive(Debug)]
pub(crate) struct LoggedFrom<'a> {
    pub(crate) request: &'a CurrentRequest,
    /// The path, without query and secrets.
    pub(crate) path: &'a str,
    /// The URL of the org.
    pub(crate) base: &'a str,
    pub(crate) user_agent: Option<String>,
}

impl OrgInstance {
    /// Adds the events of a request.
    pub(crate) async fn add_to_log(self: &Arc<Self>, log: RequestLog, from: LoggedFrom<'_>) -> Arc<LoggedRequest> {
        let LoggedFrom { request, path, base, user_agent } = from;
        let logged = Arc::new(LoggedRequest {
            published: self.clock.now_millis(),
            request_id: request.id.to_string(),
            is_request: true,
            address: request.address.to_string(),
            user_agent,
            path: path.to_owned(),
            api_token_id: log.api_token_id,
            events: PackedEvents::of(&log.events),
        });
        self.append(Arc::clone(&logged)).await;
        self.deliver_events(&logged, &log.events, base);
        logged
    }

    /// Adds an event that no request has caused.
    pub(super) async fn add_own_event(self: &Arc<Self>, event: LogEvent) {
        let logged = LoggedRequest {
            published: self.clock.now_millis(),
            request_id: RequestId::random().to_string(),
            is_request: false,
            address: String::new(),
            user_agent: None,
            path: String::new(),
            api_token_id: None,
            events: PackedEvents::of(&[event]),
        };
        self.append(Arc::new(logged)).await;
    }

    /// Adds a record. One request at a time writes the records that wait; the others do not wait for it. A query writes them first.
    async fn append(self: &Arc<Self>, logged: Arc<LoggedRequest>) {
        if !self.unwritten_log.add(logged) {
            return;
        }
        if self.is_stored() {
            let org = Arc::clone(self);
            drop(tokio::spawn(async move { warn_unwritten(org.write_waiting().await) }));
        } else {
            warn_unwritten(self.write_waiting().await);
        }
    }

    /// Waits until all events that have been added are in the ledger.
    ///
    /// # Errors
    /// The ledger's store is unavailable; the events wait.
    pub(crate) async fn write_log(self: &Arc<Self>) -> Result<(), LedgerError> {
        if !self.is_stored() {
            return self.write_waiting().await;
        }
        // A request that is given up must not lose the records that it has taken.
        let org = Arc::clone(self);
        let written = tokio::spawn(async move { org.write_waiting().await });
        written.await.unwrap_or_else(|error| Err(LedgerError::Unavailable(error.to_string())))
    }

    /// While the result is held, no record is written.
    pub(super) async fn lock_log(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.unwritten_log.writing.lock().await
    }

    async fn write_waiting(&self) -> Result<(), LedgerError> {
        let _writer = self.unwritten_log.writer();
        let _writing = self.unwritten_log.writing.lock().await;
        loop {
            let records = self.unwritten_log.take();
            if records.is_empty() {
                return Ok(());
            }
            if let Err(error) = self.write(&records).await {
                self.unwritten_log.put_back(records);
                return Err(error);
            }
        }
    }

    /// Writes records. Their numbers are taken together with them, so that clients that poll the log miss none.
    async fn write(&self, records: &[Arc<LoggedRequest>]) -> Result<(), LedgerError> {
        let now = self.clock.now();
        let ledger = self.ledger.at(now);
        let positions = ledger.log_positions();
        loop {
            let stored = positions.get_versioned(LogPosition::KEY).await?;
            let first = stored.as_ref().map_or(0, |stored| stored.value.next);
            let numbers = first..first + records.len() as u64;
            let next = LogPosition { next: numbers.end };
            let mut batch = ledger.batch();
            batch.replace_or_put(positions, LogPosition::KEY, stored.map(|stored| stored.version), next);
            let expires = now + LoggedRequest::LIFETIME;
            for (number, logged) in numbers.zip(records) {
                let logged = LoggedRequest::clone(logged);
                batch.put(ledger.logged_requests(), &LoggedRequest::key(number), logged, expires);
            }
            match batch.commit().await {
                Err(LedgerError::Conflict { .. }) => {}
                other => return other,
            }
        }
    }
}

fn warn_unwritten(written: Result<(), LedgerError>) {
    if let Err(error) = written {
        tracing::warn!("events of the System Log wait until they can be stored: {error}");
    }
}

impl Management {
    /// The events that a query asks for.
    ///
    /// # Errors
    /// The query is not valid, or the ledger's store is unavailable.
    pub(crate) async fn system_log(&self, parameters: &Parameters) -> Result<ListedPage, ApiError> {
        let instance = self.instance();
        let query = LogQuery::read(parameters, instance.clock.now_millis())?;
        instance.write_log().await?;
        let ledger = instance.ledger.at(instance.clock.now());
        let next = ledger.log_positions().get(LogPosition::KEY).await?.unwrap_or_default().next;
        let named = match query.cursor_record() {
            Some(number) => ledger.logged_requests().get(&LoggedRequest::key(number)).await?,
            None => None,
        };
        let query = query.in_log(next, named.as_ref());
        let mut page = query.page();
        let mut numbers = query.records(next.saturating_sub(MAX_RECORDS), next);
        let mut is_full = false;
        while !is_full {
            let read: Vec<u64> = numbers.by_ref().take(READ_AT_ONCE).collect();
            if read.is_empty() {
                break;
            }
            let keys: Vec<String> = read.iter().copied().map(LoggedRequest::key).collect();
            let found = ledger.logged_requests().get_all(&keys).await?;
            let mut found = read.into_iter().zip(found).filter_map(|(number, logged)| Some((number, logged?)));
            is_full = found.any(|(number, logged)| !query.add(&mut page, number, &logged));
        }
        self.read(|_, call| Ok(query.listed(call, page, next)))
    }
}
