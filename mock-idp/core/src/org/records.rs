//! What the tables of an org hold, and under which keys each object is found.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::table::{KeysOf, Record};
use crate::expression::GroupView;
use crate::model::{
    AccessPolicy, App, Assignment, AuthorizationServer, ClaimRule, DirectoryKind, DirectoryObject, GlobalSessionPolicy,
    Group, PolicyRule, Scope, TrustedOrigin, User,
};

pub(super) const USER_LOGIN: usize = 1;
/// The part of the login before its `@`.
pub(super) const USER_SHORT_NAME: usize = 2;
pub(super) const USER_GROUP: usize = 3;

impl Record for User {
    const INDEXES: &'static [KeysOf<Self>] = &[
        |user, key| key(&user.id),
        |user, key| key(&user.profile.login.to_lowercase()),
        |user, key| {
            if let Some((name, _)) = user.profile.login.split_once('@') {
                key(&name.to_lowercase());
            }
        },
        |user, key| user.group_ids.iter().for_each(|id| key(id)),
    ];
}

/// A group, and how expressions and group filters see it.
#[derive(Debug)]
pub(super) struct GroupEntry {
    pub(super) group: Group,
    pub(super) view: Arc<GroupView>,
}

/// The view is made from the group.
impl PartialEq for GroupEntry {
    fn eq(&self, other: &Self) -> bool {
        self.group == other.group
    }
}

/// The group alone.
impl Serialize for GroupEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.group.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for GroupEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Group::deserialize(deserializer).map(Self::new)
    }
}

impl GroupEntry {
    pub(super) fn new(group: Group) -> Self {
        let profile = &group.profile;
        let mut attributes =
            IndexMap::from([("description".to_owned(), profile.description.as_deref().unwrap_or_default().into())]);
        attributes.extend(profile.others.iter().map(|(name, value)| (name.clone(), value.clone().into())));
        let view = GroupView {
            id: group.id.clone(),
            name: group.profile.name.clone(),
            kind: group.kind.name().to_owned(),
            source_id: group.source.as_ref().map(|source| source.id.clone()),
            source_name: group.source.as_ref().and_then(|source| source.name.clone()),
            attributes,
        };
        Self { group, view: Arc::new(view) }
    }
}

pub(super) const GROUP_NAME: usize = 1;
pub(super) const GROUP_TYPE: usize = 2;

impl Record for GroupEntry {
    const INDEXES: &'static [KeysOf<Self>] = &[
        |entry, key| key(&entry.group.id),
        |entry, key| key(&entry.group.profile.name),
        |entry, key| key(entry.group.kind.name()),
    ];
}

pub(super) const APP_CLIENT_ID: usize = 1;
/// The apps that an app lets sign its users in.
pub(super) const APP_TRUSTED: usize = 2;
pub(super) const APP_CONNECTION: usize = 3;

impl Record for App {
    const INDEXES: &'static [KeysOf<Self>] = &[
        |app, key| key(&app.id),
        |app, key| {
            if app.is_client() {
                key(app.client_id());
            }
        },
        |app, key| app.interclient_allowed_apps.iter().for_each(|id| key(id)),
        |app, key| app.connections.iter().for_each(|connection| key(&connection.id)),
    ];
}

/// What an app is assigned to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) enum Assignee {
    User,
    Group,
}

/// The assignment of an app to a user or a group.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct AppAssignment {
    pub(super) app_id: Box<str>,
    pub(super) assignee: Assignee,
    pub(super) assignment: Assignment,
}

pub(super) const APP_USERS: usize = 1;
pub(super) const APP_GROUPS: usize = 2;
pub(super) const ASSIGNEE: usize = 3;

impl Record for AppAssignment {
    const INDEXES: &'static [KeysOf<Self>] = &[
        |row, key| key(&assignment_id(&row.app_id, &row.assignment.id)),
        |row, key| {
            if row.assignee == Assignee::User {
                key(&row.app_id);
            }
        },
        |row, key| {
            if row.assignee == Assignee::Group {
                key(&row.app_id);
            }
        },
        |row, key| key(&row.assignment.id),
    ];
}

pub(super) fn assignment_id(app_id: &str, assignee_id: &str) -> String {
    format!("{app_id}/{assignee_id}")
}

impl Record for AuthorizationServer {
    const INDEXES: &'static [KeysOf<Self>] = &[|server, key| key(&server.id)];
}

/// An object that belongs to another one: a scope to its server, a rule to its policy.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Child<T> {
    /// Id of the object that it belongs to.
    pub(super) owner: Box<str>,
    pub(super) object: T,
}

pub(super) const OWNER: usize = 1;

macro_rules! child_records {
    ($($object:ty),*) => {$(
        impl Record for Child<$object> {
            const INDEXES: &'static [KeysOf<Self>] =
                &[|child, key| key(&child.object.id), |child, key| key(&child.owner)];
        }
    )*};
}

pub(super) const SCOPE_NAME: usize = 2;

impl Record for Child<Scope> {
    const INDEXES: &'static [KeysOf<Self>] = &[
        |child, key| key(&child.object.id),
        |child, key| key(&child.owner),
        |child, key| key(&scope_key(&child.owner, &child.object.name)),
    ];
}

pub(super) fn scope_key(server_id: &str, name: &str) -> String {
    format!("{server_id} {name}")
}

child_records!(ClaimRule, AccessPolicy, PolicyRule);

impl Record for GlobalSessionPolicy {
    const INDEXES: &'static [KeysOf<Self>] = &[|policy, key| key(&policy.id)];
}

pub(super) const ORIGIN: usize = 1;

impl Record for TrustedOrigin {
    const INDEXES: &'static [KeysOf<Self>] = &[|trusted, key| key(&trusted.id), |trusted, key| key(&trusted.origin)];
}

/// A directory object of a kind.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct DirectoryRow {
    pub(super) kind: DirectoryKind,
    pub(super) object: DirectoryObject,
}

pub(super) const OF_KIND: usize = 1;
/// The objects of a kind that belong to another object.
pub(super) const OF_OWNER: usize = 2;

impl Record for DirectoryRow {
    const INDEXES: &'static [KeysOf<Self>] = &[
        |row, key| key(&directory_key(row.kind, &row.object.id)),
        |row, key| key(row.kind.name()),
        |row, key| {
            if !row.object.owner.is_empty() {
                key(&directory_key(row.kind, &row.object.owner));
            }
        },
    ];
}

pub(super) fn directory_key(kind: DirectoryKind, id: &str) -> String {
    format!("{} {id}", kind.name())
}
