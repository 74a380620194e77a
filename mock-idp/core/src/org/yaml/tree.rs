//! YAML as a tree whose values know their places.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use super::unreadable::{NodeId, Unreadable};
use crate::org::problem::Problem;

/// A YAML text and what it holds.
pub(in crate::org) struct Yaml<'a> {
    pub(super) text: &'a str,
    pub(super) root: Node,
    pub(super) unreadable: Unreadable,
}

pub(super) fn node_id(node: &Node) -> NodeId {
    std::ptr::from_ref(node).addr()
}

pub(super) type Node = Spanned<Value>;

/// Levels of lists and objects inside each other.
const MAX_DEPTH: usize = 64;

/// Parser events that anchors may record and aliases may repeat.
const MAX_EXPANDED: usize = 250_000;

pub(super) enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
    Sequence(Vec<Node>),
    Mapping(Vec<(Node, Node)>),
}

impl<'a> Yaml<'a> {
    /// # Errors
    /// The first error of syntax, with its place.
    pub(in crate::org) fn read(text: &'a str) -> Result<Self, Problem> {
        let root: Node =
            serde_saphyr::from_str_with_options(text, options()).map_err(|error| super::error::problem(&error))?;
        let refuse = |message| Err(Problem { place: Some(place_of(&root)), ..Problem::at("", message) });
        match root.value {
            Value::Mapping(_) => Ok(Self { text, root, unreadable: Unreadable::default() }),
            Value::Null => refuse("the document is empty; `mock-idp init` writes an example"),
            _ => refuse("the document is not an object; its first line is usually `org:`"),
        }
    }

    /// Line and column, from 1, of a problem's part of the document.
    pub(in crate::org) fn place(&self, problem: &Problem) -> (u64, u64) {
        let node = self.find(&problem.path).node;
        let (line, column) = place_of(node);
        (line, column + self.column_inside(node, problem.offset))
    }

    /// How far behind the beginning of a text its characters are; 0 if it is not written as it is read.
    fn column_inside(&self, node: &Node, characters: usize) -> u64 {
        let Value::Text(text) = &node.value else { return 0 };
        let (Some(written), true) = (source(self.text, node), node.defined == node.referenced) else { return 0 };
        let quote = match written.strip_prefix(['"', '\'']).and_then(|rest| rest.get(..rest.len().saturating_sub(1))) {
            Some(inside) if inside == text => 1,
            _ if written.trim_end() == text => 0,
            _ => return 0,
        };
        if text.contains('\n') { 0 } else { (quote + characters) as u64 }
    }

    /// The value at a JSON pointer; the object that lacks it, if nothing is there. What is left out does not count in lists.
    pub(super) fn find(&self, pointer: &str) -> Found<'_> {
        let mut found = Found { node: &self.root, path: String::new(), written: String::new() };
        let mut segments = pointer.split('/').skip(1);
        for segment in segments.by_ref() {
            let below = match &found.node.value {
                Value::Sequence(items) => segment.parse().ok().and_then(|index: usize| {
                    if self.unreadable.are_none() {
                        return items.get(index).map(|item| (segment.to_owned(), item));
                    }
                    let read = items.iter().enumerate().filter(|(_, item)| !self.unreadable.leaves_out(node_id(item)));
                    read.map(|(index, item)| (index.to_string(), item)).nth(index)
                }),
                Value::Mapping(entries) => entries
                    .iter()
                    .find(|(key, _)| self.written(key) == segment)
                    .map(|(_, value)| (segment.to_owned(), value)),
                _ => None,
            };
            let Some((name, node)) = below else {
                found.path = format!("{}/{segment}", found.written);
                break;
            };
            found = Found { node, path: String::new(), written: format!("{}/{name}", found.written) };
        }
        if found.path.is_empty() {
            found.path.clone_from(&found.written);
        }
        segments.for_each(|segment| {
            found.path.push('/');
            found.path.push_str(segment);
        });
        found
    }

    /// The JSON pointer of a node.
    pub(super) fn path_of(&self, node: NodeId) -> Option<String> {
        path_below(self.text, &self.root, node)
    }

    /// Whether the value of a key of an object is left out.
    pub(super) fn leaves_out(&self, object: NodeId, key: &str) -> bool {
        let Some(Value::Mapping(entries)) = find(&self.root, object).map(|node| &node.value) else { return false };
        entries.iter().any(|(name, value)| {
            self.written(name) == key && [name, value].iter().any(|node| self.unreadable.leaves_out(node_id(node)))
        })
    }

    fn written<'n>(&'n self, node: &'n Node) -> &'n str {
        written(self.text, node)
    }
}

/// A value of the document by its JSON pointer.
pub(super) struct Found<'y> {
    pub(super) node: &'y Node,
    /// The pointer in the document as it is written.
    pub(super) path: String,
    /// The part of it that is there.
    pub(super) written: String,
}

fn path_below(text: &str, node: &Node, id: NodeId) -> Option<String> {
    if node_id(node) == id {
        return Some(String::new());
    }
    match &node.value {
        Value::Sequence(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| path_below(text, item, id).map(|below| format!("/{index}{below}"))),
        Value::Mapping(entries) => entries.iter().find_map(|(key, value)| {
            let below = if node_id(key) == id { Some(String::new()) } else { path_below(text, value, id) };
            below.map(|below| format!("/{}{below}", written(text, key)))
        }),
        _ => None,
    }
}

fn find(node: &Node, id: NodeId) -> Option<&Node> {
    if node_id(node) == id {
        return Some(node);
    }
    match &node.value {
        Value::Sequence(items) => items.iter().find_map(|item| find(item, id)),
        Value::Mapping(entries) => entries.iter().find_map(|(_, value)| find(value, id)),
        _ => None,
    }
}

/// The size of a text has no limit: it is the user's own. What its aliases expand to has.
pub(super) fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
            max_events: usize::MAX,
            max_nodes: usize::MAX,
            max_total_scalar_bytes: usize::MAX,
            max_recorded_anchor_events: MAX_EXPANDED,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MAX_EXPANDED,
        },
    }
}

pub(super) fn place_of(node: &Node) -> (u64, u64) {
    (node.referenced.line(), node.referenced.column())
}

/// A scalar as it is written: a text may look like a number, such as `0123`.
pub(super) fn written<'a>(text: &'a str, node: &'a Node) -> &'a str {
    if let Value::Text(text) = &node.value {
        return text;
    }
    source(text, node).unwrap_or_default()
}

/// The part of the document that a node is written as.
fn source<'a>(text: &'a str, node: &Node) -> Option<&'a str> {
    let span = node.defined.span();
    let bounds = span.byte_offset().zip(span.byte_len());
    let bounds = bounds.and_then(|(from, length)| Some((usize::try_from(from).ok()?, usize::try_from(length).ok()?)));
    bounds.and_then(|(from, length)| text.get(from..from + length))
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Unsigned(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Value::Sequence(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut mapping: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = mapping.next_entry()? {
            entries.push(entry);
        }
        Ok(Value::Mapping(entries))
    }
}
