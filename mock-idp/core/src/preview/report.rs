//! A preview as one JSON object: what the explain API answers and the command line prints.

use serde::Serialize;
use serde_json::Value;

use super::{Change, Preview, PreviewOutcome, Question, ShownRequest, Why};
use crate::org::Org;
use crate::trace::Note;

/// Changes that, made together, would grant what was refused.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Remedy {
    pub changes: Vec<Change>,
    /// In words, one sentence without a full stop.
    pub words: String,
}

/// The smallest changes that would grant what was refused, as far as they were searched for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Remedies {
    pub found: Vec<Remedy>,
    /// Why the search ended before everything was tried, if it did.
    pub cut_short: Option<&'static str>,
}

/// A preview, whole. Its field names are stable.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub question: QuestionSummary,
    #[serde(flatten)]
    pub outcome: PreviewOutcome,
    /// The smallest changes that would grant it; empty unless it is refused.
    pub what_would_it_take: Vec<Remedy>,
    /// Why the search for these changes ended before everything was tried, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_cut_short: Option<&'static str>,
    pub why: Why,
    pub requests: Vec<ShownRequest>,
    pub notes: Vec<Note>,
}

/// The question as it was understood: everything that was left out is filled in.
#[derive(Clone, Debug, Serialize)]
pub struct QuestionSummary {
    pub client: Value,
    pub user: Value,
    pub grant: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_type: Option<String>,
    pub scope: String,
    pub server: Value,
    pub consent: &'static str,
}

impl Report {
    /// Puts a preview together.
    #[must_use]
    pub fn new(org: &Org, question: &Question, preview: Preview, remedies: Remedies) -> Self {
        let Preview { outcome, requests, notes } = preview;
        let why = Why::of(&notes);
        Self {
            question: QuestionSummary::of(org, question),
            outcome,
            what_would_it_take: remedies.found,
            search_cut_short: remedies.cut_short,
            why,
            requests,
            notes,
        }
    }
}

impl QuestionSummary {
    fn of(org: &Org, question: &Question) -> Self {
        let label = org.client(&question.client_id).map(|app| app.label.as_str());
        let user = question.user(org).map(|user| serde_json::json!({"id": user.id, "login": user.profile.login}));
        Self {
            client: serde_json::json!({"id": question.client_id, "label": label}),
            user: user.unwrap_or(Value::Null),
            grant: question.grant_type.name(),
            response_type: question.effective_response_type(org),
            scope: question.scopes.join(),
            server: serde_json::json!({"id": question.server, "name": question.server_name(org)}),
            consent: if question.consent_given { "given" } else { "missing" },
        }
    }
}
