//! What an expression reads, found without evaluating it.

use super::syntax::{Binary, Node, NodeKind};
use super::value::Value;

/// A part of an expression that reads something of the org.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading<'a> {
    /// As it is written: `user.department`, `isMemberOfGroupName('Staff')`.
    pub text: &'a str,
    /// Where it begins, in characters from the start of the expression.
    pub offset: usize,
    pub kind: ReadingKind<'a>,
}

/// What is read.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadingKind<'a> {
    /// A root as a whole: `appuser` in `appuser != null`.
    Root(&'static str),
    /// Properties of a root, from the outer one to the inner one.
    Property(&'static str, Vec<&'a str>),
    /// A function with its arguments, as far as they are constants.
    Call(&'static str, Vec<Option<Value>>),
    /// The regular expression behind `matches`.
    Pattern(&'a str),
}

/// Collects what a node and its parts read, in the order of the text.
pub(super) fn collect<'a>(source: &'a str, node: &'a Node, readings: &mut Vec<Reading<'a>>) {
    if let Some(kind) = kind(node) {
        let before = source.get(..node.span.0).unwrap_or_default();
        let text = source.get(node.span.0..node.span.1).unwrap_or_default().trim_end();
        readings.push(Reading { text, offset: before.chars().count(), kind });
    }
    let mut inside = |node| collect(source, node, readings);
    match &node.kind {
        NodeKind::Literal(_) | NodeKind::Root(_) | NodeKind::Element(_) => {}
        // A property of a root is one reading.
        NodeKind::Property { .. } if path(node).is_some() => {}
        NodeKind::Property { of, .. } | NodeKind::Not(of) | NodeKind::Negate(of) => inside(of),
        NodeKind::List(items) => items.iter().for_each(inside),
        NodeKind::Map(entries) => entries.iter().for_each(|(_, value)| inside(value)),
        NodeKind::Index { of, index: other } | NodeKind::Projection { of, each: other } => {
            inside(of);
            inside(other);
        }
        NodeKind::Call { arguments, .. } => arguments.iter().for_each(inside),
        NodeKind::Binary(_, parts) | NodeKind::Elvis(parts) => {
            inside(&parts.0);
            inside(&parts.1);
        }
        NodeKind::Ternary(parts) => {
            inside(&parts.0);
            inside(&parts.1);
            inside(&parts.2);
        }
    }
}

fn kind(node: &Node) -> Option<ReadingKind<'_>> {
    match &node.kind {
        NodeKind::Root(root) => Some(ReadingKind::Root(root)),
        NodeKind::Property { .. } => path(node).map(|(root, names)| ReadingKind::Property(root, names)),
        NodeKind::Call { function, arguments, .. } => {
            Some(ReadingKind::Call(function.name, arguments.iter().map(constant).collect()))
        }
        NodeKind::Binary(Binary::Matches, parts) => match &parts.1.kind {
            NodeKind::Literal(value) => match &**value {
                Value::String(pattern) => Some(ReadingKind::Pattern(pattern)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// The root that a chain of properties begins with, and the names of the properties.
fn path(node: &Node) -> Option<(&'static str, Vec<&str>)> {
    let mut names = Vec::new();
    let mut node = node;
    loop {
        match &node.kind {
            NodeKind::Root(root) => {
                names.reverse();
                return Some((root, names));
            }
            NodeKind::Property { of, name, .. } => {
                names.push(name.as_str());
                node = of;
            }
            _ => return None,
        }
    }
}

/// The value of a node that is the same whatever it is evaluated with.
fn constant(node: &Node) -> Option<Value> {
    match &node.kind {
        NodeKind::Literal(value) => Some((**value).clone()),
        NodeKind::List(items) => items.iter().map(constant).collect::<Option<_>>().map(Value::List),
        NodeKind::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| Some((key.clone(), constant(value)?)));
            entries.collect::<Option<_>>().map(Value::Map)
        }
        _ => None,
    }
}
