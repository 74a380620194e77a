//! Reads objects of requests as Okta does: null is the same as nothing, and members that an object does not have are ignored.

use std::cell::RefCell;

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
    T::deserialize(Tolerant { value, at: String::new(), ignored: None })
        .map_err(|error| ApiError::not_well_formed(error.to_string()))
}

/// Reads a value and lists the unknown members that have a value, as paths such as `settings.color`.
///
/// # Errors
/// The path of a value that has another type or is an unknown word, and a message.
pub(crate) fn read_noting<T: DeserializeOwned>(
    value: Value,
    ignored: &RefCell<Vec<String>>,
) -> Result<T, serde_path_to_error::Error<Error>> {
    serde_path_to_error::deserialize(Tolerant { value, at: String::new(), ignored: Some(ignored) })
}

/// A value whose objects are read without null and unknown members.
struct Tolerant<'n> {
    value: Value,
    /// Where the value is. Only kept for the list of ignored members.
    at: String,
    ignored: Option<&'n RefCell<Vec<String>>>,
}

impl<'n> Tolerant<'n> {
    fn member(ignored: Option<&'n RefCell<Vec<String>>>, at: &str, name: &str, value: Value) -> Self {
        let at = match ignored {
            None => String::new(),
            Some(_) if at.is_empty() => name.to_owned(),
            Some(_) => format!("{at}.{name}"),
        };
        Self { value, at, ignored }
    }
}

impl<'de> IntoDeserializer<'de, Error> for Tolerant<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Tolerant<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Self { value, at, ignored } = self;
        match value {
            Value::Object(members) => {
                visitor.visit_map(MapDeserializer::new(members.into_iter().map(|(key, value)| {
                    let member = Self::member(ignored, &at, &key, value);
                    (key, member)
                })))
            }
            Value::Array(elements) => {
                let elements = elements.into_iter().enumerate();
                visitor.visit_seq(SeqDeserializer::new(elements.map(|(index, value)| {
                    let index = if ignored.is_some() { index.to_string() } else { String::new() };
                    Self::member(ignored, &at, &index, value)
                })))
            }
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let Self { value, at, ignored } = self;
        let Value::Object(mut members) = value else { return Self { value, at, ignored }.deserialize_any(visitor) };
        members.retain(|key, value| {
            let known = fields.contains(&key.as_str());
            if let Some(ignored) = ignored.filter(|_| !known && !value.is_null()) {
                ignored.borrow_mut().push(if at.is_empty() { key.clone() } else { format!("{at}.{key}") });
            }
            known && !value.is_null()
        });
        Self { value: Value::Object(members), at, ignored }.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
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
        self.value.deserialize_enum(name, variants, visitor)
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
    use crate::model::{App, Scope, UserNameTemplate};

    #[test]
    fn null_and_unknown_members_are_left_out() {
        let scope: Scope =
            read(json!({ "name": "orders:read", "description": null, "consent": null, "color": 7 })).unwrap();
        assert_eq!((scope.name.as_str(), scope.description), ("orders:read", None));
        let template: UserNameTemplate = read(json!({ "template": null, "type": "CUSTOM" })).unwrap();
        assert_eq!(template, UserNameTemplate { kind: "CUSTOM".into(), ..Default::default() });
    }

    #[test]
    fn unknown_members_with_a_value_are_listed_with_their_paths() {
        let ignored = RefCell::new(Vec::new());
        let app = json!({
            "label": "Shop", "logo": null, "color": 7,
            "credentials": { "userNameTemplate": { "template": "x", "age": 1 }, "seal": { "kid": "a" } },
        });
        let app: App = read_noting(app, &ignored).unwrap();
        assert_eq!(app.label, "Shop");
        let expected = ["color", "credentials.seal", "credentials.userNameTemplate.age"];
        let mut ignored = ignored.into_inner();
        ignored.sort();
        assert_eq!(ignored, expected);
    }

    #[test]
    fn a_value_of_another_type_is_not_well_formed() {
        let error = read::<Scope>(json!({ "name": ["orders:read"] })).unwrap_err();
        assert_eq!(error.code(), "E0000003");
        assert_eq!(read::<Scope>(json!([1])).unwrap_err().code(), "E0000003");
    }
}
