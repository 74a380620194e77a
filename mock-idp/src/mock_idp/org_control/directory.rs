//! Users, groups, memberships and assignments.

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ControlFailure, OrgControl, owned};

/// Changes of users, groups, memberships and assignments. All are made or none.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DirectorySpec {
    groups: Vec<GroupSpec>,
    users: Vec<UserSpec>,
    assignments: Vec<AssignmentSpec>,
}

impl DirectorySpec {
    /// Adds, changes or removes a group. Groups come before users.
    #[must_use]
    pub fn group(mut self, group: GroupSpec) -> Self {
        self.groups.push(group);
        self
    }

    /// Adds, changes or removes a user.
    #[must_use]
    pub fn user(mut self, user: UserSpec) -> Self {
        self.users.push(user);
        self
    }

    /// Adds, changes or removes an assignment of an app. Assignments come last.
    #[must_use]
    pub fn assignment(mut self, assignment: AssignmentSpec) -> Self {
        self.assignments.push(assignment);
        self
    }
}

/// A group that is added, changed or removed.
#[derive(Clone, Debug, Serialize)]
pub struct GroupSpec {
    group: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<Vec<String>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    remove: bool,
}

impl GroupSpec {
    /// The group with this name or id. One of an unknown name is added.
    #[must_use]
    pub fn named(group: impl Into<String>) -> Self {
        Self { group: group.into(), name: None, description: None, members: None, remove: false }
    }

    /// Renames it.
    #[must_use]
    pub fn rename(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// Its description.
    #[must_use]
    pub fn description(self, description: impl Into<String>) -> Self {
        Self { description: Some(description.into()), ..self }
    }

    /// All its members, by login or id.
    #[must_use]
    pub fn members(self, members: &[&str]) -> Self {
        Self { members: Some(owned(members)), ..self }
    }

    /// Removes it.
    #[must_use]
    pub fn remove(self) -> Self {
        Self { remove: true, ..self }
    }
}

/// A user who is added, changed or removed.
#[derive(Clone, Debug, Serialize)]
pub struct UserSpec {
    user: String,
    #[serde(skip_serializing_if = "Map::is_empty")]
    profile: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    join: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    leave: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    remove: bool,
}

impl UserSpec {
    /// The user with this login or id. One of an unknown login is added; this needs the attributes `firstName` and `lastName`.
    #[must_use]
    pub fn named(user: impl Into<String>) -> Self {
        let (status, password, groups, remove) = (None, None, None, false);
        let (profile, join, leave) = (Map::new(), Vec::new(), Vec::new());
        Self { user: user.into(), profile, status, password, groups, join, leave, remove }
    }

    /// Sets an attribute of the profile; `Value::Null` removes it.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.profile.insert(name.into(), value.into());
        self
    }

    /// Okta's status, for example `SUSPENDED`.
    #[must_use]
    pub fn status(self, status: impl Into<String>) -> Self {
        Self { status: Some(status.into()), ..self }
    }

    /// The password.
    #[must_use]
    pub fn password(self, password: impl Into<String>) -> Self {
        Self { password: Some(password.into()), ..self }
    }

    /// All groups of the user, by name or id.
    #[must_use]
    pub fn groups(self, groups: &[&str]) -> Self {
        Self { groups: Some(owned(groups)), ..self }
    }

    /// Adds the user to a group.
    #[must_use]
    pub fn join(mut self, group: impl Into<String>) -> Self {
        self.join.push(group.into());
        self
    }

    /// Removes the user from a group.
    #[must_use]
    pub fn leave(mut self, group: impl Into<String>) -> Self {
        self.leave.push(group.into());
        self
    }

    /// Removes the user.
    #[must_use]
    pub fn remove(self) -> Self {
        Self { remove: true, ..self }
    }
}

/// An assignment of an app that is added, changed or removed.
#[derive(Clone, Debug, Serialize)]
pub struct AssignmentSpec {
    client: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    profile: Map<String, Value>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    remove: bool,
}

impl AssignmentSpec {
    /// An assignment of an app (client id or label) to a user (login or id).
    #[must_use]
    pub fn to_user(client: impl Into<String>, user: impl Into<String>) -> Self {
        Self { client: client.into(), user: Some(user.into()), group: None, profile: Map::new(), remove: false }
    }

    /// An assignment of an app (client id or label) to a group (name or id).
    #[must_use]
    pub fn to_group(client: impl Into<String>, group: impl Into<String>) -> Self {
        Self { client: client.into(), user: None, group: Some(group.into()), profile: Map::new(), remove: false }
    }

    /// Sets an attribute of the app user; `Value::Null` removes it.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.profile.insert(name.into(), value.into());
        self
    }

    /// Removes it.
    #[must_use]
    pub fn remove(self) -> Self {
        Self { remove: true, ..self }
    }
}

/// The changed users and groups as they are now, without those that were removed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[non_exhaustive]
pub struct ChangedDirectory {
    pub groups: Vec<ChangedGroup>,
    pub users: Vec<ChangedUser>,
}

/// A changed group.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[non_exhaustive]
pub struct ChangedGroup {
    pub id: String,
    pub name: String,
}

/// A changed user.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[non_exhaustive]
pub struct ChangedUser {
    pub id: String,
    pub login: String,
    /// Okta's status.
    pub status: String,
    /// Names, with `Everyone`.
    pub groups: Vec<String>,
}

impl OrgControl {
    /// Changes users, groups, memberships and assignments until the next reset; returns the changed users and groups.
    pub async fn change_directory(&self, changes: &DirectorySpec) -> Result<ChangedDirectory, ControlFailure> {
        self.request(Method::POST, "/_mock/directory", changes).await
    }
}
