//! Who may use an app, and under which name. Okta: Application Users and Application Groups APIs.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::serde_defaults::is_default;

/// Who may use an app.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignments {
    /// Direct assignments; they take precedence over those through a group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<Assignment>,
    /// Assignments through a group; the app profile is that of the first group that the user is a member of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Assignment>,
}

/// The assignment of one user or one group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Assignment {
    /// The user's or group's id.
    pub id: String,
    /// Only for groups: they are taken in ascending order. Behind all others if a document leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
    /// Only for users: the name at the app; the login if it is left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub credentials: AssignmentCredentials,
    /// Attributes of the app user, which expressions read as `appuser.…`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub profile: IndexMap<String, Value>,
}

impl Assignment {
    /// An assignment without app profile.
    #[must_use]
    pub fn of(id: impl Into<String>) -> Self {
        Self { id: id.into(), priority: None, credentials: AssignmentCredentials::default(), profile: IndexMap::new() }
    }
}

/// `credentials` of an app user.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AssignmentCredentials {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
}
