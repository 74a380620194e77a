//! What an expression is evaluated with.

use std::sync::Arc;

use indexmap::IndexMap;

use super::value::Value;

/// The values that an expression can use: the subject, the client, the session and the time.
pub trait Roots {
    /// `user`, `appuser`, `app`, `org`, `session`, `access`, … as a map. `Some(Null)` and `None` both mean that there
    /// is none here, as with `appuser` in the client credentials grant; its properties are then null.
    fn root(&self, name: &str) -> Option<Value>;

    /// One property of a root. Implementations can avoid building the whole map.
    fn property(&self, root: &str, name: &str) -> Option<Value> {
        match self.root(root)? {
            Value::Map(mut entries) => entries.swap_remove(name),
            _ => None,
        }
    }

    /// The groups of the subject.
    fn groups(&self) -> &[Arc<GroupView>];

    /// `user.getInternalProperty(name)`: `id`, `status`, and the times `created`, `lastUpdated`, … of the user.
    fn internal_property(&self, name: &str) -> Option<Value>;

    /// Another profile that is related to the subject. A local org has no directory, so that the default is none.
    fn related(&self, relation: Relation<'_>) -> Option<Value> {
        let _ = relation;
        None
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    fn now(&self) -> i64;

    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now_millis(&self) -> i64 {
        self.now().saturating_mul(1000)
    }
}

/// The related profile that a function reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Relation<'a> {
    /// `user.getLinkedObject(primaryName)`.
    LinkedObject(&'a str),
    /// `findDirectoryUser()`: the only Active Directory assignment.
    DirectoryUser,
    /// `findWorkdayUser()`.
    WorkdayUser,
    /// `getManagerUser(source)`.
    Manager(&'a str),
    /// `getManagerAppUser(source, attributes)`.
    ManagerAppUser(&'a str, &'a str),
    /// `getAssistantUser(source)`.
    Assistant(&'a str),
    /// `getAssistantAppUser(source, attributes)`.
    AssistantAppUser(&'a str, &'a str),
}

/// One group of the subject, as the group functions need it.
#[derive(Clone, Debug, Default)]
pub struct GroupView {
    /// `00g…`.
    pub id: String,
    /// The profile's name.
    pub name: String,
    /// `OKTA_GROUP`, `BUILT_IN` or `APP_GROUP`.
    pub kind: String,
    /// Id of the app instance (`0oa…`) that a group comes from.
    pub source_id: Option<String>,
    /// Type of that app, `active_directory` for example.
    pub source_name: Option<String>,
    /// Other members of the group resource and its profile: `created`, `objectClass`, `profile` as a map, …
    pub attributes: IndexMap<String, Value>,
}
