//! What the checks of all objects share.

use crate::org::found_problem::{FoundProblem, UnknownReference};
use crate::org::problem::Problem;
use crate::org::table::{ID, Record, Table};
use crate::org::tables::Tables;

/// Up to this number of problems, the nearest known name is searched for.
const MAX_PROBLEMS_WITH_SUGGESTION: usize = 100;

pub(super) struct Check<'a> {
    pub(super) tables: &'a Tables,
    pub(super) found: Vec<FoundProblem>,
    /// Of two rows that exclude each other the second one is wrong; else both are.
    pub(super) first_is_right: bool,
}

impl<'a> Check<'a> {
    pub(super) fn problem(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.found.push(Problem::at(path, message).into());
    }

    /// A problem of a value that other values decide about.
    pub(super) fn problem_of(&mut self, path: String, depends_on: Vec<String>, message: impl Into<String>) {
        self.found.push(FoundProblem { depends_on, ..Problem::at(path, message).into() });
    }

    /// Something that may be there once; `first` is its other path.
    pub(super) fn twice(&mut self, path: String, message: String, first: String) {
        self.found.push(FoundProblem { first: Some(first), ..Problem::at(path, message).into() });
    }

    /// A name that nothing in a list has.
    pub(super) fn unknown<'n>(
        &mut self,
        path: String,
        list: &str,
        message: String,
        name: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let problem = Problem::at(path, message);
        let search = self.found.len() < MAX_PROBLEMS_WITH_SUGGESTION;
        let problem = if search { problem.near(name, known) } else { problem };
        let reference = Some(UnknownReference { name: name.to_owned(), list: list.to_owned() });
        self.found.push(FoundProblem { reference, ..problem.into() });
    }

    /// Okta: object ids have 20 characters, of which the first three name the type.
    pub(super) fn id(&mut self, path: &str, id: &str, prefix: &str) {
        if !is_id(id, prefix) {
            self.problem(
                path,
                format!("`{id}` is not a valid id: expected 20 letters and digits that start with `{prefix}`"),
            );
        }
    }

    /// The id of a row, which no other row has.
    pub(super) fn row_id<T: Record>(
        &mut self,
        table: &Table<T>,
        slot: u32,
        id: &str,
        prefix: &str,
        path: impl Fn(u32) -> String,
    ) {
        self.id_form(id, prefix, || path(slot));
        if let Some(other) = self.other(table, ID, slot, id) {
            let message = format!("the id `{id}` is used twice");
            self.twice(format!("{}/id", path(slot)), message, format!("{}/id", path(other)));
        }
    }

    /// The id of a nested row; `twin` is the path of another row that has it.
    pub(super) fn unique_id(&mut self, path: &str, id: &str, prefix: &str, twin: Option<String>) {
        let path = format!("{path}/id");
        self.id(&path, id, prefix);
        if let Some(twin) = twin {
            self.twice(path, format!("the id `{id}` is used twice"), format!("{twin}/id"));
        }
    }

    fn id_form(&mut self, id: &str, prefix: &str, path: impl Fn() -> String) {
        if !is_id(id, prefix) {
            self.id(&format!("{}/id", path()), id, prefix);
        }
    }

    /// Another row under the same key that makes this one wrong.
    pub(super) fn other<T: Record>(&self, table: &Table<T>, index: usize, slot: u32, key: &str) -> Option<u32> {
        let other = table.matches(index, key).filter(|other| *other != slot).min()?;
        (!self.first_is_right || other < slot).then_some(other)
    }

    pub(super) fn bounded(&mut self, path: String, value: u32, range: std::ops::RangeInclusive<u32>, unit: &str) {
        if let Some(message) = out_of_bounds(value, &range, unit) {
            self.problem(path, message);
        }
    }

    pub(super) fn http_uri(&mut self, path: String, uri: &str) {
        if !url::Url::parse(uri).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
            self.problem(path, format!("`{uri}` is not an absolute http or https URI"));
        }
    }
}

pub(super) fn out_of_bounds(value: u32, range: &std::ops::RangeInclusive<u32>, unit: &str) -> Option<String> {
    let (start, end) = (range.start(), range.end());
    (!range.contains(&value)).then(|| format!("{value} is out of bounds: expected {start} to {end} {unit}"))
}

pub(super) fn is_id(id: &str, prefix: &str) -> bool {
    id.len() == 20 && id.starts_with(prefix) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
