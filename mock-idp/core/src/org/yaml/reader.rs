//! Reads typed values from a tree.

use serde::de::value::StrDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::known_keys::is_known;
use super::mismatch::{Mismatch, MismatchKind};
use super::missing_value::Filled;
use super::tree::{Node, Value, Yaml, node_id, place_of, written};
use super::unreadable::Unreadable;
use crate::org::problem::Problem;

/// Up to this number of parts that do not fit are reported.
const MAX_REPORTED: usize = 100;

impl<'a> Yaml<'a> {
    /// What the text holds, as a `T`, and each part that a `T` cannot hold, with its JSON pointer. Such a part is left out while the others
    /// are read, and keys that are missing are filled in.
    pub(in crate::org) fn value<T: Deserialize<'a>>(&'a self) -> (Option<T>, Vec<(Problem, String)>) {
        let mut problems = Vec::new();
        loop {
            let reader = Reader { text: self.text, node: &self.root, unreadable: Some(&self.unreadable) };
            let Mismatch { problem, kind, node } = match T::deserialize(reader) {
                Ok(value) => return (Some(value), problems),
                Err(mismatch) => mismatch,
            };
            // The value of a key that was left out is missing, which is not a problem of its own.
            let follows = node.is_some_and(|node| match kind {
                MismatchKind::MissingKey(key) => self.leaves_out(node, key),
                MismatchKind::Unfillable => true,
                _ => self.unreadable.leaves_out(node),
            });
            let meant = problem.nearest.clone().filter(|_| kind == MismatchKind::UnknownKey);
            if !follows {
                let path = node.and_then(|node| self.path_of(node)).unwrap_or_default();
                problems.push((problem, path));
            }
            let Some(node) = node.filter(|_| problems.len() < MAX_REPORTED) else { return (None, problems) };
            let filled = matches!(kind, MismatchKind::MissingKey(key) if self.unreadable.fill(node, key));
            if !filled && (node == node_id(&self.root) || !self.unreadable.leave_out(node, meant)) {
                return (None, problems);
            }
        }
    }
}

/// Reads typed values from a node.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) node: &'a Node,
    pub(super) unreadable: Option<&'a Unreadable>,
}

impl<'a> Reader<'a> {
    fn below(self, node: &'a Node) -> Self {
        Self { node, ..self }
    }

    fn leaves_out(self, node: &Node) -> bool {
        self.unreadable.is_some_and(|unreadable| unreadable.leaves_out(node_id(node)))
    }

    fn entries(self, entries: &'a [(Node, Node)], of: Option<TypeKeys>) -> MapEntries<'a> {
        let filled = self.unreadable.map(|unreadable| unreadable.filled(node_id(self.node))).unwrap_or_default();
        MapEntries { reader: self, entries: entries.iter(), of, value: None, filled }
    }

    /// Adds the place to a mismatch that has none: the innermost one counts.
    fn placed<T>(self, result: Result<T, Mismatch>) -> Result<T, Mismatch> {
        result.map_err(|mut mismatch| {
            mismatch.problem.place.get_or_insert(place_of(self.node));
            mismatch.node.get_or_insert(node_id(self.node));
            mismatch
        })
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.placed(match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Integer(value) => visitor.visit_i64(*value),
            Value::Unsigned(value) => visitor.visit_u64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(value) => visitor.visit_borrowed_str(value),
            Value::Sequence(items) => visitor.visit_seq(SequenceItems { reader: self, items: items.iter() }),
            Value::Mapping(entries) => visitor.visit_map(self.entries(entries, None)),
        })
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match &self.node.value {
            Value::Bool(_) | Value::Integer(_) | Value::Unsigned(_) | Value::Float(_) => {
                self.placed(visitor.visit_borrowed_str(written(self.text, self.node)))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match &self.node.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    /// Without the lists of values that derived visitors accept for an object, and without what Okta's answers have and a document
    /// does not keep.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match &self.node.value {
            Value::Mapping(entries) => {
                self.placed(visitor.visit_map(self.entries(entries, Some(TypeKeys { name, fields }))))
            }
            Value::Sequence(_) => self.placed(Err(de::Error::invalid_type(de::Unexpected::Other("a list"), &visitor))),
            _ => self.deserialize_any(visitor),
        }
    }

    /// The enums of documents are words.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        let found = match &self.node.value {
            Value::Mapping(_) => "an object",
            Value::Sequence(_) => "a list",
            _ => return self.placed(visitor.visit_enum(StrDeserializer::new(written(self.text, self.node)))),
        };
        let message = format!("{found} where one of {} is expected", words.join(", "));
        self.placed(Err(de::Error::custom(message)))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple
        tuple_struct map ignored_any
    }
}

struct SequenceItems<'a> {
    reader: Reader<'a>,
    items: std::slice::Iter<'a, Node>,
}

impl<'a> SeqAccess<'a> for SequenceItems<'a> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
        let reader = self.reader;
        self.items
            .find(|item| !reader.leaves_out(item))
            .map(|item| seed.deserialize(self.reader.below(item)))
            .transpose()
    }
}

pub(super) struct MapEntries<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) entries: std::slice::Iter<'a, (Node, Node)>,
    pub(super) of: Option<TypeKeys>,
    pub(super) value: Option<&'a Node>,
    /// Keys that are missing, behind the others.
    pub(super) filled: Vec<&'static str>,
}

/// The type of an object, and its keys.
#[derive(Clone, Copy)]
pub(super) struct TypeKeys {
    name: &'static str,
    fields: &'static [&'static str],
}

impl TypeKeys {
    /// Whether an entry says nothing: a key of Okta's that is not kept, or a key of the type without a value.
    fn skips(self, key: &str, value: &Value) -> bool {
        if self.fields.contains(&key) { matches!(value, Value::Null) } else { is_known(self.name, key) }
    }
}

impl<'a> MapAccess<'a> for MapEntries<'a> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>, Mismatch> {
        let (of, reader) = (self.of, self.reader);
        let skips = |key, value: &Node| {
            reader.leaves_out(key)
                || reader.leaves_out(value)
                || of.is_some_and(|of| of.skips(written(reader.text, key), &value.value))
        };
        let Some((key, value)) = self.entries.find(|(key, value)| !skips(key, value)) else {
            let filled = self.filled.last().copied().map(StrDeserializer::new);
            return filled.map(|key| seed.deserialize(key)).transpose();
        };
        self.value = Some(value);
        let key = self.reader.below(key);
        // As text even for `flatten`, which asks for keys of any type.
        key.placed(seed.deserialize(StrDeserializer::new(written(key.text, key.node)))).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<T::Value, Mismatch> {
        match self.value.take() {
            Some(value) => seed.deserialize(self.reader.below(value)),
            None if self.filled.pop().is_some() => {
                seed.deserialize(Filled).map_err(|mismatch| Mismatch { kind: MismatchKind::Unfillable, ..mismatch })
            }
            None => Err(de::Error::custom("a value was read without its key")),
        }
    }
}
