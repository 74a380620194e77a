//! The changes that a request asks for.

use mock_idp_core::model::UserStatus;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

pub(super) const EXPECTED: &str = r#"{"groups"?: [{"group": name or id, "name"?, "description"?, "members"?: [], "remove"?: true}], "users"?: [{"user": login or id, "profile"?: {}, "status"?, "password"?, "groups"?: [], "join"?: [], "leave"?: [], "remove"?: true}], "assignments"?: [{"client": id or label, "user" or "group", "profile"?: {}, "remove"?: true}]}"#;

/// Changes, made in this order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct DirectoryChange {
    #[serde(default)]
    pub(super) groups: Vec<GroupChange>,
    #[serde(default)]
    pub(super) users: Vec<UserChange>,
    #[serde(default)]
    pub(super) assignments: Vec<AssignmentChange>,
}

/// A group that is added, changed or removed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupChange {
    /// Its name or id. A group of an unknown name is added.
    pub(super) group: String,
    /// Its new name.
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    /// All its members, by login or id.
    pub(super) members: Option<Vec<String>>,
    #[serde(default)]
    pub(super) remove: bool,
}

/// A user who is added, changed or removed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserChange {
    /// Login or id. A user of an unknown login is added; this needs `firstName` and `lastName` in the profile.
    pub(super) user: String,
    /// Attributes that are set; `null` removes one.
    #[serde(default)]
    pub(super) profile: Map<String, Value>,
    pub(super) status: Option<UserStatus>,
    pub(super) password: Option<String>,
    /// All groups of the user, by name or id.
    pub(super) groups: Option<Vec<String>>,
    /// Groups that the user joins.
    #[serde(default)]
    pub(super) join: Vec<String>,
    /// Groups that the user leaves.
    #[serde(default)]
    pub(super) leave: Vec<String>,
    #[serde(default)]
    pub(super) remove: bool,
}

/// An assignment of an app that is added, changed or removed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AssignmentChange {
    /// Client id or label of the app.
    pub(super) client: String,
    /// Login or id of the user, if it is assigned to a user.
    pub(super) user: Option<String>,
    /// Name or id of the group, if it is assigned to a group.
    pub(super) group: Option<String>,
    /// Attributes of the app user that are set; `null` removes one.
    #[serde(default)]
    pub(super) profile: Map<String, Value>,
    #[serde(default)]
    pub(super) remove: bool,
}
