//! YAML as a tree whose values know their places. Typed values are read from the tree, so that all problems of a document, of its
//! shape and of its contents, have line and column.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_saphyr::Spanned;

use super::document::Document;
use super::problem::Problem;
use crate::model::User;

/// A YAML text and what it holds.
pub(super) struct Yaml<'a> {
    text: &'a str,
    root: Node,
}

type Node = Spanned<Value>;

/// Parser events that anchors may record and aliases may repeat.
const MOST_EXPANDED: usize = 250_000;

enum Value {
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
    pub(super) fn read(text: &'a str) -> Result<Self, Problem> {
        match serde_saphyr::from_str_with_options(text, options()) {
            Ok(root) => Ok(Self { text, root }),
            Err(error) => Err(Problem::from_yaml(&error)),
        }
    }

    /// What the text holds, as a `T`.
    ///
    /// # Errors
    /// The first value that a `T` cannot hold, with its place.
    pub(super) fn value<T: Deserialize<'a>>(&'a self) -> Result<T, Problem> {
        T::deserialize(Reader { text: self.text, node: &self.root })
    }

    /// Line and column, from 1, of the value at a JSON pointer; of the object that lacks it, if nothing is there.
    pub(super) fn place(&self, pointer: &str) -> (u64, u64) {
        let mut node = &self.root;
        for segment in pointer.split('/').skip(1) {
            let below = match &node.value {
                Value::Sequence(items) => segment.parse().ok().and_then(|index: usize| items.get(index)),
                Value::Mapping(entries) => {
                    entries.iter().find(|(key, _)| self.written(key) == segment).map(|(_, value)| value)
                }
                _ => None,
            };
            let Some(below) = below else { break };
            node = below;
        }
        place_of(node)
    }

    fn written<'n>(&'n self, node: &'n Node) -> &'n str {
        written(self.text, node)
    }
}

/// The size of a text has no limit: it is the user's own. What its aliases expand to has.
fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: usize::MAX,
            max_nodes: usize::MAX,
            max_total_scalar_bytes: usize::MAX,
            max_recorded_anchor_events: MOST_EXPANDED,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MOST_EXPANDED,
        },
    }
}

/// The document that a text holds. The users, which are most of a large document, are read one by one, so that their trees do not
/// exist at the same time. None if there is any problem.
pub(super) fn document_without_places(text: &str) -> Option<Document> {
    let read =
        |deserializer: serde_saphyr::Deserializer<'_, '_>| deserializer.deserialize_map(DocumentVisitor { text });
    serde_saphyr::with_deserializer_from_str_with_options(text, options(), read).ok()
}

struct DocumentVisitor<'a> {
    text: &'a str,
}

impl<'de> Visitor<'de> for DocumentVisitor<'_> {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an org document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut mapping: A) -> Result<Document, A::Error> {
        let (mut entries, mut users) = (Vec::new(), Vec::new());
        while let Some(key) = mapping.next_key::<Node>()? {
            if written(self.text, &key) == "users" {
                users = mapping.next_value_seed(UsersVisitor { text: self.text })?;
            } else {
                entries.push((key, mapping.next_value()?));
            }
        }
        let (first, _) = entries.first().ok_or_else(|| de::Error::custom("an empty document"))?;
        let reader = Reader { text: self.text, node: first };
        let entries = MapEntries { reader, entries: entries.iter(), value: None };
        let document = Document::deserialize(MapAccessDeserializer::new(entries)).map_err(de::Error::custom)?;
        Ok(Document { users, ..document })
    }
}

struct UsersVisitor<'a> {
    text: &'a str,
}

impl<'de> DeserializeSeed<'de> for UsersVisitor<'_> {
    type Value = Vec<User>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<User>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for UsersVisitor<'_> {
    type Value = Vec<User>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("users")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Vec<User>, A::Error> {
        let mut users = Vec::new();
        while let Some(node) = sequence.next_element::<Node>()? {
            let user = User::deserialize(Reader { text: self.text, node: &node });
            users.push(user.map_err(de::Error::custom)?);
        }
        Ok(users)
    }
}

fn place_of(node: &Node) -> (u64, u64) {
    (node.referenced.line(), node.referenced.column())
}

/// A scalar as it is written: a text may look like a number, such as `0123`.
fn written<'a>(text: &'a str, node: &'a Node) -> &'a str {
    if let Value::Text(text) = &node.value {
        return text;
    }
    let span = node.defined.span();
    let bounds = span.byte_offset().zip(span.byte_len());
    let bounds = bounds.and_then(|(from, length)| Some((usize::try_from(from).ok()?, usize::try_from(length).ok()?)));
    bounds.and_then(|(from, length)| text.get(from..from + length)).unwrap_or_default()
}

/// Reads typed values from a node.
#[derive(Clone, Copy)]
struct Reader<'a> {
    text: &'a str,
    node: &'a Node,
}

impl<'a> Reader<'a> {
    fn below(self, node: &'a Node) -> Self {
        Self { node, ..self }
    }

    /// Adds the place to a problem that has none: the innermost one counts.
    fn placed<T>(self, result: Result<T, Problem>) -> Result<T, Problem> {
        result.map_err(|mut problem| {
            problem.place.get_or_insert(place_of(self.node));
            problem
        })
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.placed(match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Integer(value) => visitor.visit_i64(*value),
            Value::Unsigned(value) => visitor.visit_u64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(value) => visitor.visit_borrowed_str(value),
            Value::Sequence(items) => visitor.visit_seq(SequenceItems { reader: self, items: items.iter() }),
            Value::Mapping(entries) => {
                visitor.visit_map(MapEntries { reader: self, entries: entries.iter(), value: None })
            }
        })
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match &self.node.value {
            Value::Bool(_) | Value::Integer(_) | Value::Unsigned(_) | Value::Float(_) => {
                self.placed(visitor.visit_borrowed_str(written(self.text, self.node)))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match &self.node.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        self.placed(match &self.node.value {
            Value::Mapping(entries) => {
                let entries = MapEntries { reader: self, entries: entries.iter(), value: None };
                visitor.visit_enum(MapAccessDeserializer::new(entries))
            }
            _ => visitor.visit_enum(StrDeserializer::new(written(self.text, self.node))),
        })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct ignored_any
    }
}

struct SequenceItems<'a> {
    reader: Reader<'a>,
    items: std::slice::Iter<'a, Node>,
}

impl<'a> SeqAccess<'a> for SequenceItems<'a> {
    type Error = Problem;

    fn next_element_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<Option<T::Value>, Problem> {
        self.items.next().map(|item| seed.deserialize(self.reader.below(item))).transpose()
    }
}

struct MapEntries<'a> {
    reader: Reader<'a>,
    entries: std::slice::Iter<'a, (Node, Node)>,
    value: Option<&'a Node>,
}

impl<'a> MapAccess<'a> for MapEntries<'a> {
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>, Problem> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some(value);
        let key = self.reader.below(key);
        // As text even for `flatten`, which asks for keys of any type.
        key.placed(seed.deserialize(StrDeserializer::new(written(key.text, key.node)))).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<T::Value, Problem> {
        match self.value.take() {
            Some(value) => seed.deserialize(self.reader.below(value)),
            None => Err(de::Error::custom("a value was read without its key")),
        }
    }
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
