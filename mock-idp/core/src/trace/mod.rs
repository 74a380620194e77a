//! Notes that the rules leave behind as they decide, so that every decision can explain itself.
//!
//! Notes go to the journal, the explain API and the pages; never into an Okta-shaped body. A note says what was looked at as
//! data ([`About`]); its words are made from that data when somebody reads it, and stay the same from release to release.

mod claim;
mod policy;
mod scope;

use std::borrow::Cow;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

pub use claim::{Absence, ClaimNote, ClaimSource, Needed, Step, TokenKind, kept};
pub use policy::{Lifetimes, Person, PolicySummary, RuleSummary, Unmet};
pub use scope::{Agreement, Cover, ScopeNote, ScopeSource};

/// One step of a decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    pub verdict: NoteStatus,
    pub about: About,
}

/// What was looked at, with the values that decided.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    /// What words alone describe.
    Words {
        subject: Cow<'static, str>,
        because: String,
    },
    /// An access policy that was passed over for its clients; its rules were not looked at.
    Policy {
        policy: std::sync::Arc<PolicySummary>,
        client: String,
    },
    /// A policy rule, and its first condition that does not hold.
    Rule {
        rule: std::sync::Arc<RuleSummary>,
        unmet: Option<Unmet>,
    },
    /// How long the tokens live, and what says so.
    Lifetimes(Lifetimes),
    /// The scopes asked for, and what became of each.
    Scopes(Vec<ScopeNote>),
    Claim(Box<ClaimNote>),
}

/// What became of the thing looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteStatus {
    /// It applied or was granted.
    Matched,
    /// It was looked at and did not apply.
    PassedOver,
    /// It put something into the answer.
    Added,
    /// It was left out of the answer.
    Absent,
    /// It ended the request.
    Refused,
}

impl NoteStatus {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
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

    /// What was looked at.
    #[must_use]
    pub fn subject(&self) -> Cow<'_, str> {
        match &self.about {
            About::Words { subject, .. } => Cow::Borrowed(subject.as_ref()),
            About::Policy { policy, .. } => policy.subject().into(),
            About::Rule { rule, .. } => rule.subject().into(),
            About::Lifetimes(_) => "lifetimes".into(),
            About::Scopes(_) => "scopes".into(),
            About::Claim(claim) => format!("claim {}", claim.name).into(),
        }
    }

    /// The values that decided.
    #[must_use]
    pub fn because(&self) -> Cow<'_, str> {
        match &self.about {
            About::Words { because, .. } => because.into(),
            About::Policy { policy, client } => policy.lacks(client).into(),
            About::Rule { unmet: None, .. } => "every condition holds".into(),
            About::Rule { rule, unmet: Some(unmet) } => unmet.words(rule).into(),
            About::Lifetimes(lifetimes) => lifetimes.words().into(),
            About::Scopes(scopes) => scopes.iter().map(ScopeNote::words).collect::<Vec<_>>().join("; ").into(),
            About::Claim(claim) => claim.words(),
        }
    }
}

/// The words first, then the data they were made from: `detail` has a `kind`, or is not there where words are all there is.
impl Serialize for Note {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let detail = match &self.about {
            About::Words { .. } => None,
            About::Policy { policy, client } => Some(policy.detail(client)),
            About::Rule { rule, unmet } => Some(rule.detail(unmet.as_ref())),
            About::Lifetimes(lifetimes) => Some(lifetimes.detail()),
            About::Scopes(scopes) => Some(serde_json::json!({"kind": "scopes", "scopes": scopes})),
            About::Claim(claim) => Some(claim.detail()),
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

/// The notes of one decision, in the order in which they were made.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Trace {
    pub notes: Vec<Note>,
}

impl Trace {
    /// Adds a note of words.
    pub fn note(&mut self, verdict: NoteStatus, subject: impl Into<Cow<'static, str>>, because: impl Into<String>) {
        self.add(verdict, About::Words { subject: subject.into(), because: because.into() });
    }

    /// Adds a note.
    pub fn add(&mut self, verdict: NoteStatus, about: About) {
        self.notes.push(Note { verdict, about });
    }
}
