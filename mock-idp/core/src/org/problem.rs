//! What is wrong with an org document, and where.

use std::fmt;

use indexmap::IndexMap;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

/// One thing that is wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// Where, as a JSON pointer: `/apps/0/assignments/groups/1/id`. Empty when only the place is known.
    pub path: String,
    /// Line and column, both from 1.
    pub place: Option<(u64, u64)>,
    /// What is wrong and what was expected.
    pub message: String,
    /// The nearest thing that would have been right.
    pub nearest: Option<String>,
}

/// Everything that is wrong with a document.
#[derive(Clone, Debug, Default, Eq, PartialEq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// One line for each problem, `origin:line:column: …` as editors and terminals link it.
    #[must_use]
    pub fn told_of(&self, origin: &str) -> String {
        let lines: Vec<String> = self
            .0
            .iter()
            .map(|problem| format!("{origin}:{}{problem}", if problem.place.is_none() { " " } else { "" }))
            .collect();
        lines.join("\n")
    }
}

impl Problem {
    pub(super) fn at(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), place: None, message: message.into(), nearest: None }
    }

    /// Adds the nearest of the known names, if one is near at all.
    pub(super) fn near<'a>(mut self, wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        self.nearest = nearest(wanted, known);
        self
    }

    pub(super) fn from_yaml(error: &serde_saphyr::Error) -> Self {
        let error = error.without_snippet();
        let place = error.location().map(|location| (location.line(), location.column()));
        let (message, nearest) = match error {
            serde_saphyr::Error::SerdeUnknownField { field, expected, .. } => (
                format!("unknown key `{field}`; expected one of {}", expected.join(", ")),
                nearest(field, expected.iter().copied()),
            ),
            serde_saphyr::Error::SerdeMissingField { field, .. } => (format!("the key `{field}` is missing"), None),
            serde_saphyr::Error::SerdeUnknownVariant { variant, expected, .. } => (
                format!("unknown value `{variant}`; expected one of {}", expected.join(", ")),
                nearest(variant, expected.iter().copied()),
            ),
            other => {
                let text = other.to_string();
                // The place is told apart from the words, so that both show once.
                (text.split(" at line ").next().unwrap_or(&text).to_owned(), None)
            }
        };
        Self { path: String::new(), place, message, nearest }
    }
}

fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&wanted.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, name)| name.to_owned())
}

impl fmt::Display for Problem {
    /// `line:column: message (did you mean …?)`, the path behind it when there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.place {
            write!(f, "{line}:{column}: ")?;
        }
        f.write_str(&self.message)?;
        if !self.path.is_empty() {
            write!(f, " (at {})", self.path)?;
        }
        if let Some(nearest) = &self.nearest {
            write!(f, "; did you mean `{nearest}`?")?;
        }
        Ok(())
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

/// Line and column of the value at a path. Reads the text again: only for documents that are wrong.
pub(super) fn locate(yaml: &str, path: &str) -> Option<(u64, u64)> {
    let mut node: Spanned<Node> = serde_saphyr::from_str(yaml).ok()?;
    for segment in path.split('/').skip(1) {
        node = match node.value {
            Node::Sequence(mut items) => {
                let index: usize = segment.parse().ok()?;
                (index < items.len()).then(|| items.swap_remove(index))?
            }
            // A missing key is told at the object that lacks it.
            Node::Mapping(mut entries) => match entries.swap_remove(segment) {
                Some(value) => value,
                None => break,
            },
            Node::Scalar => break,
        };
    }
    Some((node.referenced.line(), node.referenced.column()))
}

/// A document of which only the shape and the places matter.
enum Node {
    Scalar,
    Sequence(Vec<Spanned<Node>>),
    Mapping(IndexMap<String, Spanned<Node>>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_str<E>(self, _: &str) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Node::Sequence(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut mapping: A) -> Result<Node, A::Error> {
        let mut entries = IndexMap::new();
        while let Some((key, value)) = mapping.next_entry()? {
            entries.insert(key, value);
        }
        Ok(Node::Mapping(entries))
    }
}
