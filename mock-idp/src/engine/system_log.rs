//! The System Log of an org: a bounded list of requests with their events.

use std::sync::Arc;

use mock_idp_core::ledger::{LedgerError, LogPosition, LoggedRequest};
use mock_idp_core::management::system_log::{LogQuery, show};
use mock_idp_core::management::{ApiError, ListedPage};
use mock_idp_core::protocol::Parameters;
use mock_idp_core::system_log::LogEvent;
use serde_json::Value;

use super::{Management, OrgInstance};
use crate::current_request::{CurrentRequest, RequestLog};
use crate::ledger::{NEVER, Versioned};
use crate::request_id::RequestId;

/// The largest number of records: the bound of their table.
const MOST_RECORDS: u64 = 10_000;

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
    /// Adds the events of a request. A store that is unavailable fails the request itself, and the events are not added.
    pub(crate) async fn add_to_log(self: &Arc<Self>, log: RequestLog, from: LoggedFrom<'_>) {
        let LoggedFrom { request, path, base, user_agent } = from;
        let logged = LoggedRequest {
            published: self.clock.now_millis(),
            request_id: request.id.to_string(),
            is_request: true,
            address: request.address.to_string(),
            user_agent,
            path: path.to_owned(),
            api_token_id: log.api_token_id,
            events: log.events,
        };
        self.append_or_warn(&logged).await;
        self.deliver_events(&logged, base);
    }

    /// Adds an event that no request has caused.
    pub(super) async fn add_own_event(&self, event: LogEvent) {
        let logged = LoggedRequest {
            published: self.clock.now_millis(),
            request_id: RequestId::random().to_string(),
            is_request: false,
            address: String::new(),
            user_agent: None,
            path: String::new(),
            api_token_id: None,
            events: vec![event],
        };
        self.append_or_warn(&logged).await;
    }

    /// The events of a request, as `/api/v1/logs` shows them. Without a store there are none.
    pub(crate) async fn events_of_request(&self, request_id: &str) -> Vec<Value> {
        let ledger = self.ledger.at(self.clock.now());
        let next = ledger.log_positions().get(LogPosition::KEY).await.ok().flatten().unwrap_or_default().next;
        for number in (next.saturating_sub(MOST_RECORDS)..next).rev() {
            let is_it = |logged: &LoggedRequest| (logged.request_id == request_id).then(|| logged.clone());
            let found = ledger.logged_requests().read(&LoggedRequest::key(number), is_it).await;
            if let Ok(Some(Some(logged))) = found {
                return (0..logged.events.len()).map(|index| show(&logged, index)).collect();
            }
        }
        Vec::new()
    }

    async fn append_or_warn(&self, logged: &LoggedRequest) {
        if let Err(error) = self.append(logged).await {
            tracing::warn!("events of the System Log are lost: {error}");
        }
    }

    /// Adds a record. The number is taken together with the record, so that clients that poll the log miss no record.
    async fn append(&self, logged: &LoggedRequest) -> Result<(), LedgerError> {
        let now = self.clock.now();
        let ledger = self.ledger.at(now);
        let positions = ledger.log_positions();
        loop {
            let stored = positions.get_versioned(LogPosition::KEY).await?;
            let number = stored.as_ref().map_or(0, |stored| stored.value.next);
            let next = LogPosition { next: number + 1 };
            let mut batch = ledger.batch();
            match stored {
                Some(Versioned { version, .. }) => batch.replace(positions, LogPosition::KEY, version, next),
                None => batch.put_new(positions, LogPosition::KEY, next, NEVER),
            }
            let expires = now + LoggedRequest::LIFETIME;
            batch.put(ledger.logged_requests(), &LoggedRequest::key(number), logged.clone(), expires);
            match batch.commit().await {
                Err(LedgerError::Conflict { .. }) => {}
                other => return other,
            }
        }
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
        let ledger = instance.ledger.at(instance.clock.now());
        let next = ledger.log_positions().get(LogPosition::KEY).await?.unwrap_or_default().next;
        let mut page = query.page();
        for number in query.records(next.saturating_sub(MOST_RECORDS), next) {
            let found = ledger.logged_requests().get(&LoggedRequest::key(number)).await?;
            if found.is_some_and(|logged| !query.add(&mut page, number, &logged)) {
                break;
            }
        }
        self.read(|_, call| Ok(query.listed(call, page, next)))
    }
}
