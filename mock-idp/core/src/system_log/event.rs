//! One event.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::event_type::EventType;

/// Something that has happened in an org.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogEvent {
    pub event_type: EventType,
    pub outcome: EventOutcome,
    /// Who has done it; `None`: the caller of the management API, or Okta itself.
    pub actor: Option<EventEntity>,
    pub targets: Vec<EventEntity>,
    /// The public id of the user's session.
    pub session: Option<String>,
    /// Members of `debugContext.debugData`.
    pub debug_data: Vec<(Cow<'static, str>, String)>,
}

/// The result of an event.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum EventOutcome {
    Success,
    /// Okta: a short reason, such as `INVALID_CREDENTIALS`.
    Failure(Cow<'static, str>),
    Allow(Cow<'static, str>),
    Deny(Cow<'static, str>),
}

/// An actor or a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventEntity {
    pub id: String,
    /// Okta's name of its type, such as `User` or `AppInstance`.
    pub kind: Cow<'static, str>,
    pub alternate_id: Option<String>,
    pub display_name: Option<String>,
    pub detail: Option<Box<TokenDetail>>,
}

/// What Okta shows of a token as `detailEntry`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenDetail {
    /// When it expires.
    pub expires: String,
    /// Whom it is about.
    pub subject: String,
}

impl LogEvent {
    /// A success of the caller, or of Okta itself.
    #[must_use]
    pub fn new(event_type: EventType) -> Self {
        Self {
            event_type,
            outcome: EventOutcome::Success,
            actor: None,
            targets: Vec::new(),
            session: None,
            debug_data: Vec::new(),
        }
    }

    /// The same event with this outcome.
    #[must_use]
    pub fn with_outcome(self, outcome: EventOutcome) -> Self {
        Self { outcome, ..self }
    }

    /// The same event, failed.
    #[must_use]
    pub fn failed(self, reason: impl Into<Cow<'static, str>>) -> Self {
        self.with_outcome(EventOutcome::Failure(reason.into()))
    }

    /// The same event of this actor.
    #[must_use]
    pub fn by(self, actor: EventEntity) -> Self {
        Self { actor: Some(actor), ..self }
    }

    /// The same event with one more target.
    #[must_use]
    pub fn on(mut self, target: EventEntity) -> Self {
        self.targets.push(target);
        self
    }

    /// The same event in this session.
    #[must_use]
    pub fn in_session(self, session: Option<String>) -> Self {
        Self { session, ..self }
    }

    /// The same event with a member of the debug data.
    #[must_use]
    pub fn with_debug(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.debug_data.push((Cow::Borrowed(name), value.into()));
        self
    }
}

impl EventOutcome {
    /// Its public name.
    #[must_use]
    pub fn result(&self) -> &'static str {
        match self {
            Self::Success => "SUCCESS",
            Self::Failure(_) => "FAILURE",
            Self::Allow(_) => "ALLOW",
            Self::Deny(_) => "DENY",
        }
    }

    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Success => None,
            Self::Failure(reason) | Self::Allow(reason) | Self::Deny(reason) => Some(reason),
        }
    }
}

/// The most characters of a typed user name. Okta: user names have at most 100.
const MAX_TYPED: usize = 256;

impl EventEntity {
    /// Okta: the alternate id of an entity that has none is `unknown`.
    #[must_use]
    pub fn new(kind: &'static str, id: impl Into<String>, display_name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            kind: Cow::Borrowed(kind),
            alternate_id: Some("unknown".to_owned()),
            display_name: Some(display_name.into()),
            detail: None,
        }
    }

    /// The same entity with this alternate id.
    #[must_use]
    pub fn also_known_as(self, alternate_id: impl Into<String>) -> Self {
        Self { alternate_id: Some(alternate_id.into()), ..self }
    }

    /// A user that is not known: the beginning of what was typed.
    #[must_use]
    pub fn unknown_user(typed: &str) -> Self {
        Self::new("User", "unknown", "unknown").also_known_as(typed.chars().take(MAX_TYPED).collect::<String>())
    }

    /// What an event without an actor was done by.
    #[must_use]
    pub fn system() -> Self {
        Self::new("SystemPrincipal", "unknown", "Okta System").also_known_as("system@okta.com")
    }
}
