//! Reads a large document without a tree of the whole.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::reader::{MapEntries, Reader};
use super::tree::{Node, options, written};
use crate::model::User;
use crate::org::document::Document;

/// The document that a text holds. The users, which are most of a large document, are read one by one, so that their trees do not
/// exist at the same time. None if there is any problem.
pub(in crate::org) fn read_document_without_places(text: &str) -> Option<Document> {
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
        let reader = Reader { text: self.text, node: first, unreadable: None };
        let entries = MapEntries { reader, entries: entries.iter(), of: None, value: None, filled: Vec::new() };
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
            let user = User::deserialize(Reader { text: self.text, node: &node, unreadable: None });
            users.push(user.map_err(de::Error::custom)?);
        }
        Ok(users)
    }
}
