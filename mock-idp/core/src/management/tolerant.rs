//! Reads objects of requests as Okta does: null is the same as nothing, and members that an object does not have are ignored.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};

use super::ApiError;

/// Reads a value of a request.
///
/// # Errors
/// Okta: `E0000003` for a value of another type, an unknown word, or a missing member.
pub(super) fn read<T: DeserializeOwned>(value: Value) -> Result<T, ApiError> {
    T::deserialize(Tolerant(value)).map_err(|error| ApiError::not_well_formed(error.to_string()))
}

/// A value whose objects are read without null and unknown members.
struct Tolerant(Value);

impl IntoDeserializer<'_, Error> for Tolerant {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Tolerant {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(members) => {
                visitor.visit_map(MapDeserializer::new(members.into_iter().map(|(key, value)| (key, Self(value)))))
            }
            Value::Array(elements) => visitor.visit_seq(SeqDeserializer::new(elements.into_iter().map(Self))),
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(mut members) => {
                members.retain(|key, value| fields.contains(&key.as_str()) && !value.is_null());
                Self(Value::Object(members)).deserialize_any(visitor)
            }
            other => Self(other).deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Scope, UserNameTemplate};

    #[test]
    fn null_and_unknown_members_are_left_out() {
        let scope: Scope =
            read(json!({ "name": "orders:read", "description": null, "consent": null, "color": 7 })).unwrap();
        assert_eq!((scope.name.as_str(), scope.description), ("orders:read", None));
        let template: UserNameTemplate = read(json!({ "template": null, "type": "CUSTOM" })).unwrap();
        assert_eq!(template, UserNameTemplate { kind: "CUSTOM".into(), ..Default::default() });
    }

    #[test]
    fn a_value_of_another_type_is_not_well_formed() {
        let error = read::<Scope>(json!({ "name": ["orders:read"] })).unwrap_err();
        assert_eq!(error.code(), "E0000003");
        assert_eq!(read::<Scope>(json!([1])).unwrap_err().code(), "E0000003");
    }
}
