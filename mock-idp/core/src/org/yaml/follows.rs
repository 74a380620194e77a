//! Which problems of the rest of a document follow from parts that could not be read.

use super::tree::{Node, Value, Yaml, node_id, written};
use crate::org::finding::Finding;
use crate::org::problem::Problem;

/// A part of the document that is not read as it is written.
struct Fault {
    path: String,
    /// The texts in it: names that something else may refer to.
    texts: Vec<String>,
}

/// The keys by which objects are named.
const NAMES: &[&str] =
    &["client_id", "credentials", "id", "key", "label", "login", "name", "oauthClient", "origin", "profile", "value"];

impl Yaml<'_> {
    /// The findings that are problems of their own, with path and place in the document as it is written. The others follow from what
    /// could not be read.
    pub(in crate::org) fn own_problems(&self, findings: Vec<Finding>) -> Vec<Problem> {
        let mut faults = Vec::new();
        self.collect(&self.root, String::new(), &mut faults);
        let own = findings.into_iter().filter(|finding| !self.follows(finding, &faults));
        own.map(|mut finding| {
            finding.first = finding.first.map(|first| self.find(&first).path);
            let mut problem = Problem::from(finding);
            problem.place = Some(self.place(&problem));
            problem.path = self.find(&problem.path).path;
            problem
        })
        .collect()
    }

    fn collect(&self, node: &Node, path: String, faults: &mut Vec<Fault>) {
        let leaves_out = |node| self.faults.leaves_out(node_id(node));
        let fault = |path: String, node| {
            let mut texts = Vec::new();
            self.texts(node, &mut texts);
            Fault { path, texts }
        };
        match &node.value {
            Value::Mapping(entries) => {
                let keys = self.faults.filled(node_id(node)).into_iter().map(str::to_owned);
                let meant = entries.iter().filter_map(|(key, _)| self.faults.meant(node_id(key)));
                let keys = keys.chain(meant);
                faults.extend(keys.map(|key| Fault { path: format!("{path}/{key}"), texts: Vec::new() }));
                for (key, value) in entries {
                    let below = format!("{path}/{}", written(self.text, key));
                    if leaves_out(key) || leaves_out(value) {
                        faults.push(fault(below, value));
                    } else {
                        self.collect(value, below, faults);
                    }
                }
            }
            Value::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    let below = format!("{path}/{index}");
                    if leaves_out(item) {
                        faults.push(fault(below, item));
                    } else {
                        self.collect(item, below, faults);
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

    fn follows(&self, finding: &Finding, faults: &[Fault]) -> bool {
        if faults.is_empty() {
            return false;
        }
        let is_faulty = |path: &str| faults.iter().any(|fault| is_in(path, &fault.path) || is_in(&fault.path, path));
        let found = self.find(&finding.problem.path);
        if is_faulty(&found.path) || finding.depends_on.iter().any(|path| is_faulty(&self.find(path).path)) {
            return true;
        }
        // A value that is not written depends on what is written beside it; an id on the names of its object.
        if found.path != found.written {
            let is_id = found.path.ends_with("/id");
            let object = found.written.as_str();
            let beside = |fault: &Fault| is_in(&fault.path, object) && (!is_id || is_name(&fault.path, object));
            if faults.iter().any(beside) {
                return true;
            }
        }
        finding.reference.as_ref().is_some_and(|reference| {
            let list = self.find(&reference.list).path;
            let name = reference.name.to_lowercase();
            faults.iter().any(|fault| {
                let of_list =
                    is_in(&list, &fault.path) || (is_in(&fault.path, &list) && is_name_in(&fault.path, &list));
                of_list || fault.texts.contains(&name)
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
