//! `/_mock/inbox`: the messages that the org would send.

use std::time::Duration;

use axum::Json;
use http::StatusCode;
use mock_idp_core::ledger::{InboxMessage, InboxPosition, MessageKind, MessageTemplate};
use mock_idp_core::org::Org;
use mock_idp_core::protocol::Parameters;
use schemars::JsonSchema;
use serde::Serialize;

use crate::address::Address;
use crate::clock::rfc3339;
use crate::control::ControlError;
use crate::control::names::user;
use crate::control::request_filter::time;
use crate::control::requests::{DEFAULT_WAIT, MAX_WAIT, number};
use crate::routing::{At, PathParameters, Query};

/// Without `?limit=`.
const DEFAULT_LIMIT: usize = 100;

/// How often messages of other processes are looked for.
const POLL: Duration = Duration::from_millis(200);

/// A message that the org would have sent.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename = "Message")]
pub(super) struct ShownMessage {
    /// The messages of an org are numbered from 1 on.
    pub(super) id: String,
    /// By the org's clock, RFC 3339.
    pub(super) time: String,
    /// `email`, `sms`, `voice` or `push`.
    pub(super) kind: &'static str,
    /// The email address, the phone number or, of a push notification, the login.
    pub(super) to: String,
    /// Login of the user it is for.
    pub(super) user: Option<String>,
    /// Okta's name of the template, where it has one.
    pub(super) template: Option<&'static str>,
    /// Only in emails.
    pub(super) subject: Option<String>,
    pub(super) text: String,
    /// The code in the text.
    pub(super) code: Option<String>,
    /// The link in the text.
    pub(super) link: Option<String>,
}

/// How many were removed.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct RemovedMessages {
    removed: usize,
}

/// The newest that fit.
pub(super) async fn list(At(address): At, Query(query): Query) -> Result<Json<Vec<ShownMessage>>, ControlError> {
    let limit = number(&query, "limit", InboxPosition::CAPACITY)?.unwrap_or(DEFAULT_LIMIT);
    let filter = MessageFilter::read(&address.org.org(), &query)?;
    let mut found = address.org.messages(|message| filter.fits(message)).await?;
    found.truncate(limit);
    let org = address.org.org();
    Ok(Json(found.into_iter().map(|message| shown(&org, message)).collect()))
}

/// The newest message that fits, as soon as there is one.
pub(super) async fn wait(At(address): At, Query(query): Query) -> Result<Json<ShownMessage>, ControlError> {
    let seconds = number(&query, "timeout", MAX_WAIT)?.unwrap_or(DEFAULT_WAIT);
    let filter = MessageFilter::read(&address.org.org(), &query)?;
    let limit = Duration::from_secs(seconds.try_into().unwrap_or(u64::MAX));
    let found = tokio::time::timeout(limit, newest(&address, &filter)).await.map_err(|_| {
        let error = format!("no message fits after {seconds} seconds");
        ControlError::new(StatusCode::REQUEST_TIMEOUT, error, "a message that fits, or a larger timeout")
    })??;
    Ok(Json(shown(&address.org.org(), found)))
}

async fn newest(address: &Address, filter: &MessageFilter) -> Result<InboxMessage, ControlError> {
    let mut sent = address.org.watch_messages();
    loop {
        sent.mark_unchanged();
        // The request may ask for a long time, so that each question has the time of a request.
        let found = address.org.limit_store_time(address.org.messages(|message| filter.fits(message))).await?;
        if let Some(newest) = found.into_iter().next() {
            return Ok(newest);
        }
        // The sender lives as long as the org, and an error of the timer only means that the store is asked again.
        let next = sent.changed();
        if address.org.shares_inbox() {
            _ = tokio::time::timeout(POLL, next).await;
        } else {
            _ = next.await;
        }
    }
}

/// One message.
pub(super) async fn one(At(address): At, path: PathParameters) -> Result<Json<ShownMessage>, ControlError> {
    let id = path.get("message_id");
    let found = address.org.messages(|message| message.number.to_string() == id).await?.into_iter().next();
    let found = found.ok_or_else(|| unknown(&address, &id))?;
    Ok(Json(shown(&address.org.org(), found)))
}

/// Removes the messages that fit.
pub(super) async fn clear(At(address): At, Query(query): Query) -> Result<Json<RemovedMessages>, ControlError> {
    let filter = MessageFilter::read(&address.org.org(), &query)?;
    let removed = address.org.remove_messages(|message| filter.fits(message)).await?;
    Ok(Json(RemovedMessages { removed }))
}

/// Removes one message.
pub(super) async fn remove(At(address): At, path: PathParameters) -> Result<Json<RemovedMessages>, ControlError> {
    let id = path.get("message_id");
    match address.org.remove_messages(|message| message.number.to_string() == id).await? {
        0 => Err(unknown(&address, &id)),
        removed => Ok(Json(RemovedMessages { removed })),
    }
}

pub(super) fn shown(org: &Org, sent: InboxMessage) -> ShownMessage {
    let InboxMessage { number, time, message } = sent;
    ShownMessage {
        id: number.to_string(),
        time: rfc3339(time),
        kind: message.kind.name(),
        to: message.to,
        user: message.user_id.map(|id| org.user(&id).map_or(id, |user| user.profile.login.clone())),
        template: message.template.map(MessageTemplate::name),
        subject: message.subject,
        text: message.text,
        code: message.code,
        link: message.link,
    }
}

fn unknown(address: &Address, id: &str) -> ControlError {
    ControlError::new(
        StatusCode::NOT_FOUND,
        format!("the inbox of {:?} has no message {id:?}", address.org.name),
        "the id of a message of GET /_mock/inbox",
    )
}

/// Which messages are asked for. What is not given fits every message.
#[derive(Debug, Default)]
struct MessageFilter {
    kind: Option<MessageKind>,
    to: Option<String>,
    user_id: Option<String>,
    template: Option<MessageTemplate>,
    /// Milliseconds since 1970.
    since: Option<i64>,
    after: Option<u64>,
}

impl MessageFilter {
    /// Reads the filters of a query. Users, kinds and templates must be known, so that a wrong name is an error and not an empty list.
    fn read(org: &Org, query: &Parameters) -> Result<Self, ControlError> {
        let kinds = MessageKind::ALL.iter().map(|kind| (kind.name(), *kind));
        let templates = MessageTemplate::ALL.iter().map(|template| (template.name(), *template));
        let user_id = query.get("user").map(|name| user(org, name, "login or id").map(|user| user.id.clone()));
        let after = query.get("after").map(|text| {
            text.parse().map_err(|_| ControlError::bad_request(format!("after: {text:?} is not an id"), "after=1"))
        });
        Ok(Self {
            kind: named(query, "kind", kinds)?,
            to: query.get("to").map(str::to_owned),
            user_id: user_id.transpose()?,
            template: named(query, "template", templates)?,
            since: query.get("since").map(|text| time("since", text)).transpose()?,
            after: after.transpose()?,
        })
    }

    fn fits(&self, sent: &InboxMessage) -> bool {
        let message = &sent.message;
        self.kind.is_none_or(|kind| kind == message.kind)
            && self.to.as_ref().is_none_or(|to| *to == message.to)
            && (self.user_id.is_none() || self.user_id == message.user_id)
            && self.template.is_none_or(|template| message.template == Some(template))
            && self.since.is_none_or(|since| sent.time >= since)
            && self.after.is_none_or(|after| sent.number > after)
    }
}

/// The value of a parameter that has one of these names.
fn named<T>(
    query: &Parameters,
    parameter: &str,
    values: impl Iterator<Item = (&'static str, T)> + Clone,
) -> Result<Option<T>, ControlError> {
    let Some(text) = query.get(parameter) else { return Ok(None) };
    let found = values.clone().find(|(name, _)| *name == text).map(|(_, value)| value);
    found.map(Some).ok_or_else(|| {
        let names: Vec<&str> = values.map(|(name, _)| name).collect();
        ControlError::bad_request(format!("{parameter}: {text:?} is not known"), names)
    })
}
