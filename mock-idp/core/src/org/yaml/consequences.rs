//! Which problems of the rest of a document follow from parts that could not be read.

use super::tree::{Node, Value, Yaml, node_id, written};
use crate::org::found_problem::FoundProblem;
use crate::org::problem::Problem;

/// A part of the document that is not read as it is written.
struct UnreadablePart {
    path: String,
    /// The texts in it: names that something else may refer to.
    texts: Vec<String>,
}

/// The keys by which objects are named.
const NAMES: &[&str] =
    &["client_id", "credentials", "id", "key", "label", "login", "name", "oauthClient", "origin", "profile", "value"];

impl Yaml<'_> {
    /// The problems of their own, with path and place in the document as it is written. The others follow from what
    /// could not be read.
    pub(in crate::org) fn own_problems(&self, found_problems: Vec<FoundProblem>) -> Vec<Problem> {
        let mut unreadable = Vec::new();
        self.collect(&self.root, String::new(), &mut unreadable);
        let own = found_problems.into_iter().filter(|found_problem| !self.follows(found_problem, &unreadable));
        own.map(|mut found_problem| {
            found_problem.first = found_problem.first.map(|first| self.find(&first).path);
            let mut problem = Problem::from(found_problem);
            problem.place = Some(self.place(&problem));
            problem.path = self.find(&problem.path).path;
            problem
        })
        .collect()
    }

    fn collect(&self, node: &Node, path: String, unreadable: &mut Vec<UnreadablePart>) {
        let leaves_out = |node| self.unreadable.leaves_out(node_id(node));
        let part = |path: String, node| {
            let mut texts = Vec::new();
            self.texts(node, &mut texts);
            UnreadablePart { path, texts }
        };
        match &node.value {
            Value::Mapping(entries) => {
                let keys = self.unreadable.filled(node_id(node)).into_iter().map(str::to_owned);
                let meant = entries.iter().filter_map(|(key, _)| self.unreadable.meant(node_id(key)));
                let keys = keys.chain(meant);
                unreadable.extend(keys.map(|key| UnreadablePart { path: format!("{path}/{key}"), texts: Vec::new() }));
                for (key, value) in entries {
                    let below = format!("{path}/{}", written(self.text, key));
                    if leaves_out(key) || leaves_out(value) {
                        unreadable.push(part(below, value));
                    } else {
                        self.collect(value, below, unreadable);
                    }
                }
            }
            Value::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    let below = format!("{path}/{index}");
                    if leaves_out(item) {
                        unreadable.push(part(below, item));
                    } else {
                        self.collect(item, below, unreadable);
                    }
                }
            }
            _ => {}
        }
    }

    fn texts(&self, node: &Node, texts: &mut Vec<String>) {
        match &node.value {
            Value::Sequence(items) => items.iter().for_each(|item| self.texts(item, texts)),
            Value::Mapping(entries) => entries.iter().for_each(|(_, value)| self.texts(value, texts)),
            _ => texts.push(written(self.text, node).to_lowercase()),
        }
    }

    fn follows(&self, found_problem: &FoundProblem, unreadable: &[UnreadablePart]) -> bool {
        if unreadable.is_empty() {
            return false;
        }
        let is_faulty = |path: &str| unreadable.iter().any(|part| is_in(path, &part.path) || is_in(&part.path, path));
        let found = self.find(&found_problem.problem.path);
        if is_faulty(&found.path) || found_problem.depends_on.iter().any(|path| is_faulty(&self.find(path).path)) {
            return true;
        }
        // A value that is not written depends on what is written beside it; an id on the names of its object.
        if found.path != found.written {
            let is_id = found.path.ends_with("/id");
            let object = found.written.as_str();
            let beside = |part: &UnreadablePart| is_in(&part.path, object) && (!is_id || is_name(&part.path, object));
            if unreadable.iter().any(beside) {
                return true;
            }
        }
        found_problem.reference.as_ref().is_some_and(|reference| {
            let list = self.find(&reference.list).path;
            let name = reference.name.to_lowercase();
            unreadable.iter().any(|part| {
                let of_list = is_in(&list, &part.path) || (is_in(&part.path, &list) && is_name_in(&part.path, &list));
                of_list || part.texts.contains(&name)
            })
        })
    }
}

/// Whether a path is at or below another one.
fn is_in(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether all segments below an object are keys by which objects are named.
fn is_name(path: &str, object: &str) -> bool {
    path[object.len()..].split('/').skip(1).all(|key| NAMES.contains(&key))
}

/// Whether a path is an element of a list, or names it.
fn is_name_in(path: &str, list: &str) -> bool {
    path[list.len()..].split('/').skip(2).all(|key| NAMES.contains(&key))
}
