//! Why: the notes of a decision, put in the order in which a person asks. Policies and their rules, then scopes, lifetimes,
//! claims, and what else was noted. The same for a preview and for a request of the journal.

use serde::Serialize;
use serde_json::Value;

use crate::trace::{About, ClaimNote, ClaimSource, ClaimTarget, HookOperation, Lifetimes, Note, NoteStatus, ScopeNote};

/// A decision, explained.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Why {
    /// In the order in which they were looked at; the search ends with the first match.
    pub policies: Vec<PolicyWhy>,
    pub scopes: Vec<ScopeWhy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifetimes: Option<LifetimesWhy>,
    pub claims: Vec<ClaimWhy>,
    /// The calls of token inline hooks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<HookWhy>,
    /// Everything else, in order: sign-in, consent, the refusal.
    pub steps: Vec<StepWhy>,
}

/// A policy that was looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PolicyWhy {
    pub id: String,
    pub name: String,
    pub verdict: NoteStatus,
    pub because: String,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub unmet: Option<UnmetWhy>,
    pub rules: Vec<RuleWhy>,
}

/// A rule that was looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleWhy {
    pub id: String,
    pub name: String,
    pub verdict: NoteStatus,
    pub because: String,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub unmet: Option<UnmetWhy>,
}

/// The first condition that does not hold, with both its values.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct UnmetWhy {
    pub condition: &'static str,
    pub wanted: Vec<String>,
    pub had: Vec<String>,
}

/// A scope and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScopeWhy {
    #[serde(flatten)]
    pub note: ScopeNote,
    pub because: String,
}

/// How long tokens live, in seconds, and what says so.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LifetimesWhy {
    pub access_token: i64,
    /// `None` is unlimited.
    pub refresh_token: Option<i64>,
    pub refresh_window: i64,
    pub because: String,
}

/// A claim: where it came from, or why it is absent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClaimWhy {
    pub token: ClaimTarget,
    pub claim: String,
    pub verdict: NoteStatus,
    pub because: String,
    /// `standard`, `expression`, `groups`, `app_groups` or `inline_hook`.
    pub source: &'static str,
    /// Id of the claim rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// What the parts of the expression came to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartWhy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absent: Option<&'static str>,
}

/// A part of an expression.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartWhy {
    pub part: String,
    pub value: Value,
}

/// The call of a token inline hook, and the changes that it asked for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HookWhy {
    pub id: String,
    pub name: String,
    pub verdict: NoteStatus,
    pub because: String,
    pub uri: String,
    /// HTTP status of the answer; `None` if there was none.
    pub status: Option<u16>,
    pub operations: Vec<HookOperation>,
}

/// What words alone say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepWhy {
    pub verdict: NoteStatus,
    pub subject: String,
    pub because: String,
}

impl Why {
    /// Whether the explanation is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Puts notes in order.
    #[must_use]
    pub fn of(notes: &[Note]) -> Self {
        let mut why = Self::default();
        for note in notes {
            let because = note.because().into_owned();
            match &note.about {
                About::Text { .. } => {
                    let subject = note.subject().into_owned();
                    why.steps.push(StepWhy { verdict: note.verdict, subject, because });
                }
                About::Policy { policy, client } => why.policies.push(PolicyWhy {
                    id: policy.id.clone(),
                    name: policy.name.clone(),
                    verdict: note.verdict,
                    because,
                    unmet: Some(UnmetWhy {
                        condition: "clients.include",
                        wanted: policy.clients.clone(),
                        had: vec![client.clone()],
                    }),
                    rules: Vec::new(),
                }),
                About::Rule { rule, unmet } => {
                    if why.policies.last().is_none_or(|policy| policy.id != rule.policy.id) {
                        why.policies.push(PolicyWhy {
                            id: rule.policy.id.clone(),
                            name: rule.policy.name.clone(),
                            verdict: NoteStatus::PassedOver,
                            because: "no rule of it matches".to_owned(),
                            unmet: None,
                            rules: Vec::new(),
                        });
                    }
                    let Some(policy) = why.policies.last_mut() else { continue };
                    if note.verdict == NoteStatus::Matched {
                        policy.verdict = NoteStatus::Matched;
                        policy.because = format!("its rule \"{}\" matches", rule.name);
                    }
                    policy.rules.push(RuleWhy {
                        id: rule.id.clone(),
                        name: rule.name.clone(),
                        verdict: note.verdict,
                        because,
                        unmet: unmet.as_ref().map(|unmet| UnmetWhy {
                            condition: unmet.condition(),
                            wanted: unmet.wanted(rule),
                            had: unmet.had(),
                        }),
                    });
                }
                About::Lifetimes(lifetimes) => {
                    let Lifetimes { access_token, refresh_token, refresh_window, .. } = *lifetimes;
                    why.lifetimes = Some(LifetimesWhy { access_token, refresh_token, refresh_window, because });
                }
                About::Scopes(scopes) => {
                    why.scopes
                        .extend(scopes.iter().map(|scope| ScopeWhy { note: scope.clone(), because: scope.because() }));
                }
                About::Claim(claim) => why.claims.push(ClaimWhy::of(note.verdict, because, claim)),
                About::Hook(hook) => why.hooks.push(HookWhy {
                    id: hook.hook.clone(),
                    name: hook.name.clone(),
                    verdict: note.verdict,
                    because,
                    uri: hook.uri.clone(),
                    status: hook.status,
                    operations: hook.operations.clone(),
                }),
            }
        }
        why
    }
}

impl ClaimWhy {
    fn of(verdict: NoteStatus, because: String, claim: &ClaimNote) -> Self {
        let (expression, parts) = match &claim.source {
            ClaimSource::Expression { text, .. } => {
                let part = |step: &crate::trace::EvaluationStep| PartWhy {
                    part: step.part(text).to_owned(),
                    value: step.value.clone(),
                };
                (Some(text.to_string()), claim.steps.iter().map(part).collect())
            }
            _ => (None, Vec::new()),
        };
        let (value, absent) = match &claim.value {
            Ok(value) => (Some(value.clone()), None),
            Err(absence) => (None, Some(absence.name())),
        };
        Self {
            token: claim.token,
            claim: claim.name.to_string(),
            verdict,
            because,
            source: claim.source.name(),
            rule: claim.source.rule().map(str::to_owned),
            expression,
            parts,
            value,
            absent,
        }
    }
}
