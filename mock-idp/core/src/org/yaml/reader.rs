//! Reads typed values from a tree.

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::known_keys::is_known;
use super::tree::{Node, Value, Yaml, place_of, written};
use crate::org::problem::Problem;

impl<'a> Yaml<'a> {
    /// What the text holds, as a `T`.
    ///
    /// # Errors
    /// The first value that a `T` cannot hold, with its place.
    pub(in crate::org) fn value<T: Deserialize<'a>>(&'a self) -> Result<T, Problem> {
        T::deserialize(Reader { text: self.text, node: &self.root })
    }
}

/// Reads typed values from a node.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) node: &'a Node,
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
                visitor.visit_map(MapEntries { reader: self, entries: entries.iter(), of: None, value: None })
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

    /// Without the lists of values that derived visitors accept for an object, and without what Okta's answers have and a document
    /// does not keep.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        match &self.node.value {
            Value::Mapping(entries) => {
                let of = Some(TypeKeys { name, fields });
                self.placed(visitor.visit_map(MapEntries { reader: self, entries: entries.iter(), of, value: None }))
            }
            Value::Sequence(_) => self.placed(Err(de::Error::invalid_type(de::Unexpected::Other("a list"), &visitor))),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        self.placed(match &self.node.value {
            Value::Mapping(entries) => {
                let entries = MapEntries { reader: self, entries: entries.iter(), of: None, value: None };
                visitor.visit_enum(MapAccessDeserializer::new(entries))
            }
            _ => visitor.visit_enum(StrDeserializer::new(written(self.text, self.node))),
        })
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
    type Error = Problem;

    fn next_element_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<Option<T::Value>, Problem> {
        self.items.next().map(|item| seed.deserialize(self.reader.below(item))).transpose()
    }
}

pub(super) struct MapEntries<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) entries: std::slice::Iter<'a, (Node, Node)>,
    pub(super) of: Option<TypeKeys>,
    pub(super) value: Option<&'a Node>,
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
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>, Problem> {
        let (of, text) = (self.of, self.reader.text);
        let skips = |key, value: &Node| of.is_some_and(|of| of.skips(written(text, key), &value.value));
        let Some((key, value)) = self.entries.find(|(key, value)| !skips(key, value)) else { return Ok(None) };
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
