//! The journal of an org: the last requests, their answers, and the reasons.
//!
//! Bounded in entries and bytes: new entries replace the oldest. It shows no secrets, codes or tokens: paths are recorded without them, and
//! what the route calls a secret is masked in queries, headers and bodies when an entry is shown.

mod message;
mod ring;
mod scrub;

use std::collections::VecDeque;
use std::sync::Arc;

use http::Method;
use mock_idp_core::ledger::{LoggedRequest, RecordSize as _};
use mock_idp_core::management::system_log;
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::trace::{Note, shorten};
use parking_lot::Mutex;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::Value;
use tokio::sync::watch;

pub(crate) use self::message::{MAX_BODY, RecordedMessage, WireBody, WireMessage};
use self::ring::{MessageRing, StoredMessage};
pub(crate) use self::scrub::{Scrubber, SecretParameters};
use crate::clock::rfc3339;
use crate::request_id::RequestId;

/// The largest number of entries.
pub(crate) const CAPACITY: usize = 1_000;

/// The largest size of all entries, in bytes.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The largest size of the messages of all entries, in bytes. Beyond it, the oldest entries lose theirs.
const MAX_MESSAGE_BYTES: usize = 2 * 1024 * 1024;

/// The longest text of an entry, in bytes. Longer ones are shortened: they can come from a request.
const MAX_TEXT: usize = 2_048;

/// Target of the log line that repeats an entry.
pub(crate) const LOG_TARGET: &str = "mock_idp::request";

/// What a request does in a flow: a sign-in and what its client does with the result.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum FlowPart {
    /// It begins one.
    Begins,
    /// It begins one, and the authorization request that uses it follows.
    Pushes,
    /// It begins one, or continues that of a pushed request.
    Authorizes,
    /// It continues the flow of its client, or begins one if there is none.
    Redeems,
}

/// The inside half of an answer: the client and user it concerns, and the reasons. It never reaches the wire.
#[derive(Clone, Debug, Default)]
pub(crate) struct Explanation {
    /// Client id, as far as known.
    pub client: Option<String>,
    /// The user's login name, as far as known.
    pub user: Option<String>,
    /// Inside reason of a refusal.
    pub reason: Option<String>,
    /// The error that a browser was shown, or that was redirected to the client.
    pub error: Option<Box<OAuthError>>,
    /// The decision, step by step.
    pub notes: Vec<Note>,
    /// What the request does in a flow. `None`: it continues one, if its client has one.
    pub flow: Option<FlowPart>,
}

impl Explanation {
    /// An empty explanation of a request that begins, continues or ends a flow.
    pub(crate) fn in_flow(part: FlowPart) -> Self {
        Self { flow: Some(part), ..Self::default() }
    }
}

/// A result, and the explanation of the decision behind it.
#[derive(Debug)]
pub(crate) struct Explained<T> {
    pub result: T,
    pub explanation: Explanation,
}

impl<T> Explained<T> {
    /// A result that needs no explanation: nothing was decided.
    pub(crate) fn undecided(result: T) -> Self {
        Self { result, explanation: Explanation::default() }
    }

    /// A refusal, with the inside reason.
    pub(crate) fn refused(result: T, reason: impl Into<String>) -> Self {
        Self { result, explanation: Explanation { reason: Some(reason.into()), ..Explanation::default() } }
    }

    /// The same result, with this inside reason.
    #[must_use]
    pub(crate) fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.explanation.reason = Some(reason.into());
        self
    }

    /// The same explanation of another result.
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Explained<U> {
        Explained { result: change(self.result), explanation: self.explanation }
    }
}

/// One request and its answer.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub(crate) struct JournalEntry {
    /// Value of the answer's `x-okta-request-id`.
    #[schemars(with = "String")]
    pub request_id: RequestId,
    /// When it was answered, by the org's clock: milliseconds since 1970, written as RFC 3339.
    #[serde(serialize_with = "as_rfc3339")]
    #[schemars(with = "String")]
    pub time: i64,
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String")]
    pub method: Method,
    /// Path without query and secrets.
    pub path: String,
    pub status: u16,
    /// How long the answer took, in milliseconds.
    pub ms: f64,
    pub client: Option<String>,
    pub user: Option<String>,
    pub reason: Option<String>,
    /// The decision, step by step.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Option<Vec<serde_json::Value>>")]
    pub notes: Vec<Note>,
    /// What was sent. Older entries have none, nor have those of a list without messages.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_shown")]
    #[schemars(with = "Option<RecordedMessage>")]
    pub request: Option<WireMessage>,
    /// What was answered.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_shown")]
    #[schemars(with = "Option<RecordedMessage>")]
    pub response: Option<WireMessage>,
    /// Its events in the System Log.
    #[serde(skip)]
    pub logged: Option<Arc<LoggedRequest>>,
    /// What the request does in a flow.
    #[serde(skip)]
    pub flow: Option<FlowPart>,
}

impl JournalEntry {
    /// Its events, as `/api/v1/logs` shows them.
    #[must_use]
    pub(crate) fn events(&self) -> Vec<Value> {
        let Some(logged) = &self.logged else { return Vec::new() };
        let events = logged.events.unpack();
        events.iter().enumerate().map(|(index, event)| system_log::show(logged, index, event)).collect()
    }

    /// The same entry with shortened texts.
    fn shortened(mut self) -> Self {
        shorten(&mut self.path, MAX_TEXT);
        for text in [&mut self.client, &mut self.user, &mut self.reason].into_iter().flatten() {
            shorten(text, MAX_TEXT);
        }
        self.notes.iter_mut().for_each(|note| note.shorten(MAX_TEXT));
        self
    }

    /// About how many bytes of memory it takes without its messages.
    fn size(&self) -> usize {
        let texts = [&self.client, &self.user, &self.reason].into_iter().flatten().map(String::len).sum::<usize>();
        let logged = self.logged.as_ref().map_or(0, |logged| logged.size());
        size_of::<Self>() + self.path.len() + texts + self.notes.iter().map(Note::size).sum::<usize>() + logged
    }
}

/// The last [`CAPACITY`] entries, or fewer if they are large.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    recorded: Mutex<Recorded>,
    /// Changes with each entry.
    added: watch::Sender<()>,
}

#[derive(Debug)]
struct Recorded {
    entries: VecDeque<StoredEntry>,
    /// The sizes of all entries, without their messages.
    bytes: usize,
    messages: MessageRing,
}

/// An entry, and where its messages are.
#[derive(Debug)]
struct StoredEntry {
    /// Without messages.
    entry: JournalEntry,
    size: usize,
    request: Option<StoredMessage>,
    response: Option<StoredMessage>,
}

impl Journal {
    /// Adds an entry. The oldest ones are dropped when the journal is full.
    pub(crate) fn record(&self, entry: JournalEntry) {
        let mut entry = entry.shortened();
        let size = entry.size();
        let (request, response) = (entry.request.take(), entry.response.take());
        let mut dropped = Vec::new();
        let mut recorded = self.recorded.lock();
        while recorded.entries.len() >= CAPACITY || recorded.bytes + size > MAX_BYTES {
            let Some(oldest) = recorded.entries.pop_front() else { break };
            recorded.bytes -= oldest.size;
            dropped.push(oldest);
        }
        recorded.bytes += size;
        let [request_at, response_at] =
            [&request, &response].map(|message| message.as_ref().map(|message| recorded.messages.add(message)));
        recorded.entries.push_back(StoredEntry { entry, size, request: request_at, response: response_at });
        drop(recorded);
        if self.added.receiver_count() > 0 {
            self.added.send_replace(());
        }
        // Freed outside the lock.
        drop(dropped);
    }

    /// The newest entries first, at most `limit`, without their messages.
    #[must_use]
    pub(crate) fn latest(&self, limit: usize) -> Vec<JournalEntry> {
        self.recorded.lock().entries.iter().rev().take(limit).map(|stored| stored.entry.clone()).collect()
    }

    /// The same with their messages.
    #[must_use]
    pub(crate) fn latest_with_messages(&self, limit: usize) -> Vec<JournalEntry> {
        let recorded = self.recorded.lock();
        recorded.entries.iter().rev().take(limit).map(|stored| recorded.with_messages(stored)).collect()
    }

    /// Notifies when entries are added after this call.
    pub(crate) fn watch(&self) -> watch::Receiver<()> {
        self.added.subscribe()
    }

    /// The entry of one request, with its messages.
    #[must_use]
    pub(crate) fn find(&self, request_id: &str) -> Option<JournalEntry> {
        let recorded = self.recorded.lock();
        let found = recorded.entries.iter().rev().find(|stored| stored.entry.request_id.as_str() == request_id)?;
        Some(recorded.with_messages(found))
    }

    /// Removes all entries.
    pub(crate) fn clear(&self) {
        *self.recorded.lock() = Recorded::default();
    }
}

impl Default for Recorded {
    fn default() -> Self {
        Self { entries: VecDeque::new(), bytes: 0, messages: MessageRing::new(MAX_MESSAGE_BYTES) }
    }
}

impl Recorded {
    fn with_messages(&self, stored: &StoredEntry) -> JournalEntry {
        let message = |at: &Option<StoredMessage>| self.messages.get(at.as_ref()?);
        let (request, response) = (message(&stored.request), message(&stored.response));
        JournalEntry { request, response, ..stored.entry.clone() }
    }
}

fn as_rfc3339<S: Serializer>(millis: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rfc3339(*millis))
}

fn as_shown<S: Serializer>(message: &Option<WireMessage>, serializer: S) -> Result<S::Ok, S::Error> {
    message.as_ref().map(WireMessage::shown).serialize(serializer)
}

fn as_text<S: Serializer>(method: &Method, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(method.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str) -> JournalEntry {
        JournalEntry {
            request_id: RequestId::random(),
            time: 1_700_000_000_000,
            method: Method::GET,
            path: path.into(),
            status: 200,
            ms: 0.5,
            client: None,
            user: None,
            reason: None,
            notes: Vec::new(),
            request: None,
            response: None,
            logged: None,
            flow: None,
        }
    }

    #[test]
    fn the_oldest_entry_is_dropped_when_the_journal_is_full() {
        let journal = Journal::default();
        let entries: Vec<JournalEntry> = (0..=CAPACITY).map(|number| entry(&number.to_string())).collect();
        for entry in entries.clone() {
            journal.record(entry);
        }
        assert!(journal.find(entries[0].request_id.as_str()).is_none());
        assert_eq!(journal.find(entries[1].request_id.as_str()).unwrap().path, "1");
        let latest = journal.latest(2);
        assert_eq!(latest.iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>(), ["1000", "999"]);
        assert_eq!(journal.latest(usize::MAX).len(), CAPACITY);
        journal.clear();
        assert!(journal.latest(1).is_empty());
    }

    #[test]
    fn long_texts_are_shortened() {
        let journal = Journal::default();
        let long = "é".repeat(30_000);
        journal.record(JournalEntry { reason: Some(long.clone()), client: Some(long.clone()), ..entry(&long) });
        let found = journal.latest(1).remove(0);
        for text in [&found.path, &found.reason.unwrap(), &found.client.unwrap()] {
            assert_eq!(text.len(), MAX_TEXT + '…'.len_utf8());
        }
    }

    #[test]
    fn the_oldest_entries_are_dropped_when_the_journal_has_too_many_bytes() {
        let journal = Journal::default();
        let text = "x".repeat(MAX_TEXT);
        let note = || Note {
            verdict: mock_idp_core::trace::NoteStatus::Matched,
            about: mock_idp_core::trace::About::Text { subject: "subject".into(), because: text.clone() },
        };
        for number in 0..CAPACITY {
            journal.record(JournalEntry { notes: (0..32).map(|_| note()).collect(), ..entry(&number.to_string()) });
        }
        let kept = journal.latest(usize::MAX);
        assert!((200..256).contains(&kept.len()), "each takes a little more than 64 KiB: {}", kept.len());
        assert_eq!(kept[0].path, "999");
    }

    #[test]
    fn the_oldest_entries_lose_their_messages_when_those_of_all_are_too_large() {
        let journal = Journal::default();
        let message = || {
            let headers =
                http::HeaderMap::from_iter([(http::header::CONTENT_TYPE, "application/json".parse().unwrap())]);
            let message = WireMessage::of_response(&headers, Some(Scrubber::new(&[], false)));
            let body = || WireBody::Whole(format!("\"{}\"", "x".repeat(10_000)).into());
            Some(message.with_body(body))
        };
        for number in 0..=CAPACITY {
            journal.record(JournalEntry { response: message(), ..entry(&number.to_string()) });
        }
        let kept = journal.latest_with_messages(usize::MAX);
        assert_eq!(kept.len(), CAPACITY);
        let with_messages = kept.iter().take_while(|entry| entry.response.is_some()).count();
        assert!((190..=209).contains(&with_messages), "2 MiB of a little more than 10,000 bytes: {with_messages}");
        assert!(kept[with_messages..].iter().all(|entry| entry.response.is_none()));
        assert!(journal.latest(usize::MAX).iter().all(|entry| entry.response.is_none()));
    }

    #[test]
    fn an_entry_is_serialized_with_its_id_time_and_text_fields() {
        let entry = entry("/");
        assert_eq!(
            serde_json::to_value(&entry).unwrap(),
            serde_json::json!({
                "request_id": entry.request_id.as_str(), "time": "2023-11-14T22:13:20Z", "method": "GET", "path": "/", "status": 200,
                "ms": 0.5, "client": null, "user": null, "reason": null,
            })
        );
    }
}
