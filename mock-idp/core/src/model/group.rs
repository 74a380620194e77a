//! Groups. Okta: Groups API.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::AdminRole;

/// A group of users.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Group {
    /// `00g` and 17 more characters. Derived from the name if a document leaves it out.
    #[serde(default)]
    pub id: String,
    #[serde(rename = "type", default)]
    pub kind: GroupType,
    pub profile: GroupProfile,
    /// The source app of an `APP_GROUP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<GroupSource>,
    /// The standard administrator roles of the members.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<AdminRole>,
    /// RFC 3339, like the times below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_updated: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_membership_updated: Option<String>,
}

/// The source app of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupSource {
    /// `0oa` and 17 more characters. The app, most often a directory, need not be in the document.
    pub id: String,
    /// The type of the app, such as `active_directory`: expressions may name it instead of the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The source of a group. All users are members of the built-in group `Everyone`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum GroupType {
    #[default]
    OktaGroup,
    BuiltIn,
    AppGroup,
}

impl GroupType {
    /// Its wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OktaGroup => "OKTA_GROUP",
            Self::BuiltIn => "BUILT_IN",
            Self::AppGroup => "APP_GROUP",
        }
    }
}

/// A group's profile.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupProfile {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Custom attributes, as the schema of groups defines them.
    #[serde(flatten)]
    pub others: IndexMap<String, Value>,
}
