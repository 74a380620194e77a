//! The trace: notes that the rules add while they decide, which explain the decision.
//!
//! Notes go to the journal, the explain API and the pages, never into an Okta-shaped body. A note is data ([`About`]); its text is
//! made from the data when it is read, and is the same in every release.

mod claim;
mod hook;
mod policy;
mod scope;

use std::borrow::Cow;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::system_log::LogEvent;

pub use claim::{Absence, ClaimNote, ClaimSource, ClaimTarget, EvaluationStep, NeededScopes, shortened};
pub use hook::{HookNote, HookOperation, HookResult};
pub use policy::{Lifetimes, Person, PolicySummary, RuleSummary, Unmet};
pub use scope::{ConsentNote, Coverage, ScopeNote, ScopeSource};

/// One step of a decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    pub verdict: NoteStatus,
    pub about: About,
}

/// What a note is about, with the values that were decisive.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    /// Something that only text describes.
    Text {
        subject: Cow<'static, str>,
        because: String,
    },
    /// An access policy that does not apply to the client; its rules were not evaluated.
    Policy {
        policy: std::sync::Arc<PolicySummary>,
        client: String,
    },
    /// A policy rule, and its first condition that does not hold.
    Rule {
        rule: std::sync::Arc<RuleSummary>,
        unmet: Option<Unmet>,
    },
    /// How long the tokens live, and which rule sets that.
    Lifetimes(Lifetimes),
    /// The requested scopes, and whether each is granted.
    Scopes(Vec<ScopeNote>),
    Claim(Box<ClaimNote>),
    /// The call of a token inline hook.
    Hook(Box<HookNote>),
}

impl Note {
    /// About how many bytes of memory it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        let more = match &self.about {
            About::Text { subject, because } => subject.len() + because.len(),
            // Shared with the org.
            About::Policy { client, .. } => client.len(),
            About::Rule { .. } | About::Lifetimes(_) => 0,
            About::Scopes(scopes) => scopes.len() * 2 * size_of::<ScopeNote>(),
            About::Claim(claim) => claim.size(),
            About::Hook(hook) => hook.size(),
        };
        size_of::<Self>() + more
    }

    /// Shortens a text that is longer than `limit` bytes: parts of it can come from a request.
    pub fn shorten(&mut self, limit: usize) {
        if let About::Text { because, .. } = &mut self.about {
            shorten(because, limit);
        }
    }
}

/// Shortens a text that is longer than `limit` bytes.
pub fn shorten(text: &mut String, limit: usize) {
    if text.len() > limit {
        let end = (0..=limit).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        text.truncate(end);
        text.push('…');
        text.shrink_to_fit();
    }
}

/// What happened to the thing that a note is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteStatus {
    /// It applied or was granted.
    Matched,
    /// It was evaluated and does not apply.
    PassedOver,
    /// It added something to the answer.
    Added,
    /// It was left out of the answer.
    Absent,
    /// It ended the request.
    Refused,
}

impl NoteStatus {
    /// As text.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::PassedOver => "passed over",
            Self::Added => "added",
            Self::Absent => "absent",
            Self::Refused => "refused",
        }
    }
}

impl Note {
    /// Whether it is about a claim of a token.
    #[must_use]
    pub fn is_about_claim(&self) -> bool {
        matches!(self.about, About::Claim(_))
    }

    /// What it is about.
    #[must_use]
    pub fn subject(&self) -> Cow<'_, str> {
        match &self.about {
            About::Text { subject, .. } => Cow::Borrowed(subject.as_ref()),
            About::Policy { policy, .. } => policy.subject().into(),
            About::Rule { rule, .. } => rule.subject().into(),
            About::Lifetimes(_) => "lifetimes".into(),
            About::Scopes(_) => "scopes".into(),
            About::Claim(claim) => format!("claim {}", claim.name).into(),
            About::Hook(hook) => hook.subject().into(),
        }
    }

    /// The reason.
    #[must_use]
    pub fn because(&self) -> Cow<'_, str> {
        match &self.about {
            About::Text { because, .. } => because.into(),
            About::Policy { policy, client } => policy.lacks(client).into(),
            About::Rule { unmet: None, .. } => "every condition holds".into(),
            About::Rule { rule, unmet: Some(unmet) } => unmet.text(rule).into(),
            About::Lifetimes(lifetimes) => lifetimes.text().into(),
            About::Scopes(scopes) => scopes.iter().map(ScopeNote::text).collect::<Vec<_>>().join("; ").into(),
            About::Claim(claim) => claim.text(),
            About::Hook(hook) => hook.text(),
        }
    }
}

/// The text first, then the data it is made from: `detail` has a `kind`; it is absent if there is only text.
impl Serialize for Note {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let detail = match &self.about {
            About::Text { .. } => None,
            About::Policy { policy, client } => Some(policy.detail(client)),
            About::Rule { rule, unmet } => Some(rule.detail(unmet.as_ref())),
            About::Lifetimes(lifetimes) => Some(lifetimes.detail()),
            About::Scopes(scopes) => Some(serde_json::json!({"kind": "scopes", "scopes": scopes})),
            About::Claim(claim) => Some(claim.detail()),
            About::Hook(hook) => Some(hook.detail()),
        };
        let mut note = serializer.serialize_struct("Note", 3 + usize::from(detail.is_some()))?;
        note.serialize_field("verdict", &self.verdict)?;
        note.serialize_field("subject", &self.subject())?;
        note.serialize_field("because", &self.because())?;
        match detail {
            Some(detail) => note.serialize_field("detail", &detail)?,
            None => note.skip_field("detail")?,
        }
        note.end()
    }
}

/// The notes of one decision, in order, and what the decision means for the System Log.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Trace {
    pub notes: Vec<Note>,
    #[serde(skip)]
    pub events: Vec<LogEvent>,
}

impl Trace {
    /// Adds a note that is only text.
    pub fn note(&mut self, verdict: NoteStatus, subject: impl Into<Cow<'static, str>>, because: impl Into<String>) {
        self.add(verdict, About::Text { subject: subject.into(), because: because.into() });
    }

    /// Adds an event of the System Log.
    pub fn event(&mut self, event: LogEvent) {
        self.events.push(event);
    }

    /// Adds a note.
    pub fn add(&mut self, verdict: NoteStatus, about: About) {
        self.notes.push(Note { verdict, about });
    }
}
