//! Queries of the System Log. Okta: "System Log query".

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::form_urlencoded::Serializer;

use super::show::show;
use crate::ledger::LoggedRequest;
use crate::management::filter::{Filter, read_json};
use crate::management::{ApiError, ApiErrorId, ListedPage, ManagementCall};
use crate::protocol::Parameters;
use crate::system_log::LogEvent;

/// Okta: events of a page, unless the request has another limit.
const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;

/// Okta: without `since`, the events of a week.
const WEEK: i64 = 7 * 24 * 3_600_000;

/// Okta: a query must not begin earlier.
const EARLIEST: i64 = 180 * 24 * 3_600_000;

/// Okta: the longest keyword.
const MAX_KEYWORD: usize = 40;

/// The members of events that a filter may name, or the beginning of their path.
const FIELDS: &[&str] = &[
    "actor",
    "authenticationContext",
    "client",
    "debugContext",
    "device",
    "displayMessage",
    "eventType",
    "legacyEventType",
    "outcome",
    "request",
    "securityContext",
    "severity",
    "target",
    "transaction",
    "uuid",
    "version",
];

/// The order of a list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LogOrder {
    Ascending,
    Descending,
}

/// A place between two events: before this event of this record.
#[derive(Clone, Copy, Debug)]
struct LogCursor {
    record: u64,
    event: usize,
    /// Milliseconds since 1970 of the record before; in a descending list, of this record.
    time: i64,
}

/// How many events of a record cursors can tell apart.
const EVENTS: u64 = 1 << 16;

/// A query.
#[derive(Clone, Debug)]
pub struct LogQuery {
    pub order: LogOrder,
    after: Option<LogCursor>,
    limit: usize,
    /// Milliseconds since 1970.
    since: i64,
    until: i64,
    filter: Option<Filter>,
    /// In lower case.
    keywords: Vec<String>,
    /// Okta: a query without an end, for those who ask again and again; it always has a next page.
    polls: bool,
    parameters: Vec<(String, String)>,
}

/// A page under construction.
#[derive(Debug)]
pub struct LogPage {
    events: Vec<Value>,
    /// Where the next page begins.
    next: Option<LogCursor>,
    /// Behind the last record that has been looked at.
    end: Option<LogCursor>,
    is_full: bool,
}

impl LogQuery {
    /// Reads the parameters. `now` is in milliseconds since 1970.
    ///
    /// # Errors
    /// A time, a filter, a keyword or a cursor that is not valid.
    pub fn read(query: &Parameters, now: i64) -> Result<Self, ApiError> {
        let until = query.get("until").filter(|text| !text.is_empty()).map(|text| time("until", text)).transpose()?;
        let since = query.get("since").filter(|text| !text.is_empty()).map(|text| time("since", text)).transpose()?;
        if since.is_some_and(|since| since < now - EARLIEST) {
            let text = "Invalid parameter: The since parameter is over 180 days prior to the current day.";
            return Err(invalid(text));
        }
        let order = match query.get("sortOrder") {
            None | Some("" | "ASCENDING") => LogOrder::Ascending,
            Some("DESCENDING") => LogOrder::Descending,
            Some(_) => return Err(ApiError::invalid("sortOrder", "must be ASCENDING or DESCENDING")),
        };
        let limit = match query.get("limit").filter(|text| !text.is_empty()).map(str::parse::<usize>) {
            None => DEFAULT_LIMIT,
            // Okta: a larger limit counts as the largest one.
            Some(Ok(limit)) => limit.min(MAX_LIMIT),
            Some(Err(_)) => return Err(ApiError::validation("limit", vec!["limit: Invalid limit".to_owned()])),
        };
        let filter = query.get("filter").filter(|text| !text.trim().is_empty()).map(read_filter).transpose()?;
        let after = query.get("after").map(|text| LogCursor::read(text).ok_or_else(|| ApiError::invalid_cursor(text)));
        let keywords: Vec<String> =
            query.get("q").unwrap_or_default().split_whitespace().map(str::to_lowercase).collect();
        if keywords.iter().any(|keyword| keyword.chars().count() > MAX_KEYWORD) {
            let text = "'q': Freeform search cannot contain items longer than 40 characters. Please shorten the items in your search or use an advanced filter to query by specific fields.";
            return Err(ApiError { causes: Vec::new(), ..ApiError::validation(text, Vec::new()) });
        }
        let parameters = query.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(Self {
            order,
            after: after.transpose()?,
            limit,
            since: since.unwrap_or_else(|| until.unwrap_or(now) - WEEK),
            until: until.unwrap_or(i64::MAX),
            filter,
            keywords,
            polls: until.is_none() && order == LogOrder::Ascending,
            parameters,
        })
    }

    /// The number of the record whose time the cursor has.
    #[must_use]
    pub fn cursor_record(&self) -> Option<u64> {
        let cursor = self.after?;
        match self.order {
            LogOrder::Ascending if cursor.event == 0 => cursor.record.checked_sub(1),
            LogOrder::Ascending | LogOrder::Descending => Some(cursor.record),
        }
    }

    /// The query in a log whose next record has this number; `named` is the record with the number of [`Self::cursor_record`], if it is
    /// still there. A cursor of a log that has been emptied since is a time.
    #[must_use]
    pub fn in_log(mut self, next: u64, named: Option<&LoggedRequest>) -> Self {
        let is_gone = self.cursor_record().is_some_and(|number| number >= next);
        let is_of_other_log = |cursor: &LogCursor| is_gone || named.is_some_and(|named| named.published != cursor.time);
        if let Some(cursor) = self.after.take_if(|cursor| is_of_other_log(cursor)) {
            match self.order {
                LogOrder::Ascending => self.since = self.since.max(cursor.time.saturating_add(1)),
                LogOrder::Descending => self.until = self.until.min(cursor.time),
            }
        }
        self
    }

    /// The numbers of the records to look at, of those that are there, in order.
    pub fn records(&self, first: u64, next: u64) -> Box<dyn Iterator<Item = u64> + Send> {
        match (self.order, self.after) {
            (LogOrder::Ascending, after) => Box::new(after.map_or(first, |after| after.record.max(first))..next),
            (LogOrder::Descending, None) => Box::new((first..next).rev()),
            (LogOrder::Descending, Some(after)) => {
                let end = after.record.saturating_add(u64::from(after.event > 0)).min(next);
                Box::new((first..end).rev())
            }
        }
    }

    /// An empty page.
    #[must_use]
    pub fn page(&self) -> LogPage {
        LogPage { events: Vec::new(), next: None, end: None, is_full: false }
    }

    /// Adds the events of a record that fit; `false`: the page is full.
    pub fn add(&self, page: &mut LogPage, number: u64, request: &LoggedRequest) -> bool {
        page.end = Some(LogCursor { record: number + 1, event: 0, time: request.published });
        if !(self.since..self.until).contains(&request.published) {
            return true;
        }
        let events = request.events.unpack();
        let ordered: Box<dyn Iterator<Item = (usize, &LogEvent)>> = match self.order {
            LogOrder::Ascending => Box::new(events.iter().enumerate()),
            LogOrder::Descending => Box::new(events.iter().enumerate().rev()),
        };
        for (index, event) in ordered {
            let time = request.published;
            let place = LogCursor { record: number, event: index, time };
            let is_seen = match (self.order, self.after) {
                (_, None) => false,
                (LogOrder::Ascending, Some(after)) => place.order() < after.order(),
                (LogOrder::Descending, Some(after)) => place.order() >= after.order(),
            };
            if is_seen {
                continue;
            }
            let shown = show(request, index, event);
            if !self.accepts(&shown) {
                continue;
            }
            if page.events.len() >= self.limit {
                page.is_full = true;
                return false;
            }
            page.events.push(shown);
            page.next = Some(match self.order {
                LogOrder::Ascending => LogCursor { record: number, event: index + 1, time },
                LogOrder::Descending => place,
            });
        }
        true
    }

    fn accepts(&self, shown: &Value) -> bool {
        let by_filter = self
            .filter
            .as_ref()
            .is_none_or(|filter| filter.accepts(&|path, visit| read_json(shown, &camel_case(path), visit)));
        by_filter && self.keywords.iter().all(|keyword| mentions(shown, keyword))
    }

    /// The page with its links. `end` is the number of the next record that will be added.
    #[must_use]
    pub fn listed(&self, call: ManagementCall<'_>, page: LogPage, end: u64) -> ListedPage {
        let link = |relation: &str, after: Option<LogCursor>| {
            let mut query = Serializer::new(String::new());
            let kept = self.parameters.iter().filter(|(name, _)| after.is_none() || name != "after");
            query.extend_pairs(kept);
            query.extend_pairs(after.map(|after| ("after", after.text())));
            let query = query.finish();
            let mark = if query.is_empty() { "" } else { "?" };
            format!("<{}/api/v1/logs{mark}{query}>; rel=\"{relation}\"", call.base())
        };
        let mut links = vec![link("self", None)];
        let next = match (page.is_full, self.polls) {
            (true, _) => page.next,
            (false, true) if page.next.is_some() => page.next,
            // There is nothing new: the same place, or the end of the log.
            (false, true) => {
                let now = call.now.saturating_mul(1_000);
                let end = page.end.unwrap_or(LogCursor { record: end, event: 0, time: now });
                Some(self.after.unwrap_or(end))
            }
            (false, false) => None,
        };
        links.extend(next.map(|next| link("next", Some(next))));
        ListedPage { objects: page.events, links }
    }
}

impl LogCursor {
    /// The time does not count: a clock can be set back.
    fn order(self) -> (u64, usize) {
        (self.record, self.event)
    }

    /// Okta: a time, and a number.
    fn read(text: &str) -> Option<Self> {
        let (time, number) = text.split_once('_')?;
        let number: u64 = number.parse().ok()?;
        let event = usize::try_from(number % EVENTS).ok()?;
        Some(Self { record: number / EVENTS, event, time: time.parse().ok()? })
    }

    fn text(self) -> String {
        format!("{}_{}", self.time, self.record * EVENTS + self.event as u64)
    }
}

/// `E0000053`.
fn invalid(text: impl Into<String>) -> ApiError {
    let text = text.into();
    ApiError { arguments: vec![text.clone()], ..ApiError::new(ApiErrorId::InvalidLogQuery, text) }
}

fn time(name: &str, text: &str) -> Result<i64, ApiError> {
    // A plus sign that was not encoded is a blank.
    let parsed = OffsetDateTime::parse(&text.replace(' ', "+"), &Rfc3339);
    parsed.map(|time| (time.unix_timestamp_nanos() / 1_000_000) as i64).map_err(|_| {
        let problems = [
            "The date format in your query is not recognized. Please enter dates using ISO8601 string format.",
            "must be a valid date-time or empty.",
        ];
        let summary = problems.map(|problem| format!("'{name}': {problem}")).join(" ");
        ApiError::validation(&summary, problems.map(|problem| format!("{name}: {problem}")).into())
    })
}

fn read_filter(text: &str) -> Result<Filter, ApiError> {
    let filter = Filter::parse(text).map_err(|error| {
        let reason = error.reason.rsplit_once("`: ").map_or(error.reason.as_str(), |(_, reason)| reason);
        invalid(format!("Invalid filter '{text}': {reason}"))
    })?;
    for path in filter.attributes() {
        let path = camel_case(path);
        let first = path.split('.').next().unwrap_or_default();
        // Okta: times are compared by since and until.
        if !FIELDS.contains(&first) {
            return Err(invalid(format!("field is not valid: {path}")));
        }
    }
    Ok(filter)
}

/// Okta: `event_type` is `eventType`.
fn camel_case(path: &str) -> String {
    let mut camel = String::with_capacity(path.len());
    let mut upper = false;
    for letter in path.chars() {
        match letter {
            '_' => upper = true,
            letter if upper => {
                camel.extend(letter.to_uppercase());
                upper = false;
            }
            letter => camel.push(letter),
        }
    }
    camel
}

/// Okta: keywords are whole words of values; words with hyphens count in parts too.
fn mentions(value: &Value, keyword: &str) -> bool {
    match value {
        Value::String(text) => text.split_whitespace().any(|word| {
            let is_keyword = |word: &str| word.to_lowercase() == keyword;
            is_keyword(word) || word.split('-').any(is_keyword)
        }),
        Value::Array(elements) => elements.iter().any(|element| mentions(element, keyword)),
        Value::Object(members) => members.values().any(|member| mentions(member, keyword)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
