//! Reading YAML. Typed values are read from a tree that knows the places of its values, so that all problems of a document, of its
//! shape and of its contents, have line and column.

mod consequences;
mod document;
mod error;
mod known_keys;
mod mismatch;
mod missing_value;
mod reader;
mod tree;
mod unreadable;

pub(super) use document::read_document_without_places;
pub(super) use tree::Yaml;

use super::problem::Problem;

/// Adds the places in a document to problems that were found in its org, and sorts them by place.
pub fn locate(yaml: &str, problems: &mut [Problem]) {
    if problems.is_empty() {
        return;
    }
    let Ok(yaml) = Yaml::read(yaml) else { return };
    for problem in problems.iter_mut() {
        problem.place = Some(yaml.place(problem));
    }
    problems.sort_by_key(|problem| problem.place);
}
