//! What two results of the same token request have different, and what in the org causes it.

mod cause;
mod changed;
mod field;
mod group;

use indexmap::IndexSet;
use serde_json::{Map, Value};

use crate::trace::Note;
use field::Field;

pub use changed::{Alteration, Changed};
pub use group::{ChangeGroup, ValueChange, grouped};

/// A result, and the notes on how it came about, if it was decided now.
#[derive(Clone, Copy, Debug)]
pub struct DecidedResult<'a> {
    pub result: &'a Map<String, Value>,
    pub notes: &'a [Note],
}

/// What is different; when one is refused and the other not, only that, the error and the scopes.
#[must_use]
pub fn compare(before: DecidedResult<'_>, after: DecidedResult<'_>) -> Vec<Changed> {
    if before.result == after.result {
        return Vec::new();
    }
    let (was, is) = (field::fields(before.result), field::fields(after.result));
    let fields: IndexSet<&Field<'_>> = was.keys().chain(is.keys()).collect();
    let same_outcome = was.get(&Field::Outcome) == is.get(&Field::Outcome);
    let mut changes = Vec::new();
    for field in fields {
        let [was, is] = [was.get(field).copied(), is.get(field).copied()];
        if was != is && (same_outcome || field.tells_of_an_outcome()) {
            let value = |value: Option<&Value>| value.cloned().unwrap_or(Value::Null);
            changes.push(Changed {
                what: field.to_string(),
                is_claim: field.is_claim(),
                before: value(was),
                after: value(is),
                cause: cause::cause(field, before.notes, after.notes),
            });
        }
    }
    changes
}

#[cfg(test)]
mod tests;
