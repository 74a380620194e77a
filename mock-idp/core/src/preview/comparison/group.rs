//! The changes of many cases, each once, with the cases that it affects.

use indexmap::IndexMap;
use serde_json::Value;

use super::changed::{Alteration, Changed};
use crate::preview::TokenCase;

/// Changes of one value by one cause.
#[derive(Clone, Debug)]
pub struct ChangeGroup<'a> {
    /// As in [`Changed`]. A refusal in place of tokens, or the reverse, is one change: `outcome`.
    pub what: &'a str,
    pub cause: &'a str,
    pub is_claim: bool,
    pub values: Vec<ValueChange<'a>>,
}

/// The cases in which a value changes in the same way.
#[derive(Clone, Debug)]
pub struct ValueChange<'a> {
    pub before: Value,
    pub after: Value,
    pub cases: Vec<&'a TokenCase>,
}

impl ChangeGroup<'_> {
    /// The number of cases.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.values.iter().map(|value| value.cases.len()).sum()
    }
}

/// The changes by value and cause, claims first.
#[must_use]
pub fn grouped(alterations: &[Alteration]) -> Vec<ChangeGroup<'_>> {
    type Values<'a> = IndexMap<(String, String), ValueChange<'a>>;
    let mut groups: IndexMap<(bool, &str, &str), Values<'_>> = IndexMap::new();
    for Alteration { case, changes } in alterations {
        let refusal = refusal(changes);
        let single = refusal.is_none().then_some(changes).into_iter().flatten();
        let values = single.map(|changed| (changed, changed.before.clone(), changed.after.clone()));
        for (Changed { what, is_claim, cause, .. }, before, after) in values.chain(refusal) {
            let values = groups.entry((!is_claim, what, cause)).or_default();
            let value = values.entry((before.to_string(), after.to_string())).or_insert_with(|| ValueChange {
                before,
                after,
                cases: Vec::new(),
            });
            value.cases.push(case);
        }
    }
    let mut found = Vec::new();
    for ((other, what, cause), values) in groups {
        found.push(ChangeGroup { what, cause, is_claim: !other, values: values.into_values().collect() });
    }
    found.sort_by_key(|group| !group.is_claim);
    found
}

/// The outcome before and after, if one of them is a refusal: with its error.
fn refusal(changes: &[Changed]) -> Option<(&Changed, Value, Value)> {
    let find = |what: &str| changes.iter().find(|changed| changed.what == what);
    let (outcome, error) = (find("outcome")?, find("error")?);
    let with_error = |outcome: &Value, error: &Value| match (outcome.as_str(), error.as_str()) {
        (Some(outcome), Some(error)) => format!("{outcome}: {error}").into(),
        _ => outcome.clone(),
    };
    let before = with_error(&outcome.before, &error.before);
    Some((outcome, before, with_error(&outcome.after, &error.after)))
}
