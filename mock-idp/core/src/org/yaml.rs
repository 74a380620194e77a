//! YAML as a tree whose values know their places. An org document is read from the tree, so that whatever is wrong with it,
//! its shape or its sense, is told with line and column.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_saphyr::Spanned;

use super::problem::Problem;

/// A YAML text and what it holds.
pub(super) struct Yaml<'a> {
    text: &'a str,
    root: Node,
}

type Node = Spanned<Value>;

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
        match serde_saphyr::from_str(text) {
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

fn place_of(node: &Node) -> (u64, u64) {
    (node.referenced.line(), node.referenced.column())
}

/// A scalar as its author wrote it: `0123` is no other text for being a number too.
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

    /// The innermost place counts: it is the first that an error passes on its way out.
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
            Value::Sequence(items) => visitor.visit_seq(Items { reader: self, items: items.iter() }),
            Value::Mapping(entries) => {
                visitor.visit_map(Entries { reader: self, entries: entries.iter(), value: None })
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
                let entries = Entries { reader: self, entries: entries.iter(), value: None };
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

struct Items<'a> {
    reader: Reader<'a>,
    items: std::slice::Iter<'a, Node>,
}

impl<'a> SeqAccess<'a> for Items<'a> {
    type Error = Problem;

    fn next_element_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<Option<T::Value>, Problem> {
        self.items.next().map(|item| seed.deserialize(self.reader.below(item))).transpose()
    }
}

struct Entries<'a> {
    reader: Reader<'a>,
    entries: std::slice::Iter<'a, (Node, Node)>,
    value: Option<&'a Node>,
}

impl<'a> MapAccess<'a> for Entries<'a> {
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>, Problem> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some(value);
        let key = self.reader.below(key);
        // Whoever reads keys as they are (`flatten`) wants them as text all the same.
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
