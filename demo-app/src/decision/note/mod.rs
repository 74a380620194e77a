//! One note of a decision, with a sentence made from the data that the mock recorded.

use serde::Serialize;
use serde_json::Value;

use super::detail::{Claim, Detail};

/// One step of a decision.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Note {
    pub(crate) verdict: String,
    /// What was looked at.
    pub(crate) subject: String,
    /// Which values decided.
    pub(crate) because: String,
    #[serde(skip)]
    detail: Option<Detail>,
}

impl Note {
    /// Reads a note of the mock's journal. A note without data keeps its text; data of an unknown kind is listed.
    pub(crate) fn from_journal(note: &Value) -> Option<Self> {
        let text = |name: &str| note.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let verdict = note.get("verdict")?.as_str()?.to_owned();
        let Some(data) = note.get("detail") else {
            return Some(Self { verdict, subject: text("subject"), because: text("because"), detail: None });
        };
        Some(match serde_json::from_value::<Detail>(data.clone()) {
            Ok(detail) => Self { verdict, subject: detail.subject(), because: detail.because(), detail: Some(detail) },
            Err(_) => Self { verdict, subject: kind_of(data), because: listed(data), detail: None },
        })
    }

    pub(crate) fn mark(&self) -> &'static str {
        match self.verdict.as_str() {
            "matched" | "added" => "✓",
            "refused" => "✗",
            _ => "–",
        }
    }

    pub(crate) fn class(&self) -> &'static str {
        match self.verdict.as_str() {
            "matched" | "added" => "ok",
            "refused" => "error",
            _ => "muted",
        }
    }

    pub(crate) fn word(&self) -> String {
        self.verdict.replace('_', " ")
    }

    /// Whether it is about an access policy or one of its rules.
    pub(super) fn is_about_policy(&self) -> bool {
        matches!(self.detail, Some(Detail::Policy { .. } | Detail::Rule { .. }))
    }

    /// Whether it is one of the few that decided: a refusal, a rule, the scopes, the lifetimes, a custom claim.
    pub(crate) fn is_decisive(&self) -> bool {
        match &self.detail {
            _ if self.verdict == "refused" => true,
            Some(Detail::Rule { .. } | Detail::Scopes { .. } | Detail::Lifetimes(_)) => true,
            Some(Detail::Claim(claim)) => self.verdict == "added" && claim.is_custom(),
            Some(Detail::Policy { .. }) | None => false,
        }
    }

    /// The token (`id_token` or `access_token`) and the name of the claim that it is about.
    pub(crate) fn claim(&self) -> Option<(&str, &str)> {
        match &self.detail {
            Some(Detail::Claim(claim)) => Some((&claim.token, &claim.claim)),
            _ => None,
        }
    }

    /// Whether it is about this claim of this token (`id_token` or `access_token`).
    pub(crate) fn is_about_claim(&self, token: &str, name: &str) -> bool {
        matches!(&self.detail, Some(Detail::Claim(Claim { token: of, claim, .. })) if of == token && claim == name)
    }
}

fn kind_of(data: &Value) -> String {
    data.get("kind").and_then(Value::as_str).unwrap_or("note").replace('_', " ")
}

/// The members of an object of unknown kind: `name: value; name: value`.
fn listed(data: &Value) -> String {
    let members = data.as_object().into_iter().flatten().filter(|(name, _)| *name != "kind");
    let shown = members.map(|(name, value)| match value {
        Value::String(text) => format!("{}: {text}", name.replace('_', " ")),
        other => format!("{}: {other}", name.replace('_', " ")),
    });
    shown.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
