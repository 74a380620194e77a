//! How the objects of a fresh org are made.

use serde_json::{Map, Value};

use crate::model::{DirectoryKind, DirectoryObject, Lockout};
use crate::org::defaults::derived_id;
use crate::org::document::OrgIdentity;

/// What all objects of a fresh org have in common.
pub(super) struct Fresh<'a> {
    pub(super) org: &'a OrgIdentity,
    pub(super) lockout: Lockout,
    pub(super) created: String,
}

impl Fresh<'_> {
    /// An object with an id that depends on the org and the name.
    pub(super) fn object(&self, kind: DirectoryKind, owner: &str, name: &str, members: Value) -> DirectoryObject {
        let mut object = DirectoryObject {
            id: self.id(kind.prefix(), name),
            owner: owner.to_owned(),
            members: match members {
                Value::Object(members) => members,
                _ => Map::new(),
            },
        };
        for time in ["created", "lastUpdated"] {
            object.members.insert(time.to_owned(), self.created.as_str().into());
        }
        object
    }

    pub(super) fn id(&self, prefix: &str, name: &str) -> String {
        derived_id(prefix, &[&self.org.id, name])
    }
}
