//! Standard administrator roles. Okta: Role Assignments API.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::serde_defaults::is_default;

macro_rules! roles {
    ($($variant:ident $name:literal $label:literal;)*) => {
        /// The standard roles.
        #[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
        pub enum RoleType { $(#[serde(rename = $name)] $variant),* }

        impl RoleType {
            /// All roles.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its wire name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// What Okta's pages call it.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),* }
            }
        }
    };
}

// Okta: the labels of answers. USER_ADMIN is the group administrator.
roles! {
    SuperAdmin "SUPER_ADMIN" "Super Administrator";
    OrgAdmin "ORG_ADMIN" "Organization Administrator";
    AppAdmin "APP_ADMIN" "Application Administrator";
    UserAdmin "USER_ADMIN" "Group Administrator";
    HelpDeskAdmin "HELP_DESK_ADMIN" "Help Desk Administrator";
    ReadOnlyAdmin "READ_ONLY_ADMIN" "Read Only Administrator";
    MobileAdmin "MOBILE_ADMIN" "Mobile Administrator";
    ApiAccessManagementAdmin "API_ACCESS_MANAGEMENT_ADMIN" "API Access Management Administrator";
    ReportAdmin "REPORT_ADMIN" "Report Administrator";
    GroupMembershipAdmin "GROUP_MEMBERSHIP_ADMIN" "Group Membership Administrator";
}

impl RoleType {
    /// Whether groups can be targets of the role. Okta: of the roles about users and groups.
    #[must_use]
    pub fn has_group_targets(self) -> bool {
        matches!(self, Self::UserAdmin | Self::HelpDeskAdmin | Self::GroupMembershipAdmin)
    }

    /// Whether apps can be targets of the role.
    #[must_use]
    pub fn has_app_targets(self) -> bool {
        self == Self::AppAdmin
    }

    /// The role of that wire name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.name() == name)
    }
}

/// A standard role of a user, a group or a client.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AdminRole {
    #[serde(rename = "type")]
    pub kind: RoleType,
    /// RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub targets: RoleTargets,
}

impl AdminRole {
    /// A role that is about everything.
    #[must_use]
    pub fn of(kind: RoleType) -> Self {
        Self { kind, created: None, targets: RoleTargets::default() }
    }
}

/// What a role is about. Without targets it is about everything.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleTargets {
    /// Ids of groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apps: Vec<AppTarget>,
}

/// An app, or all apps that were made from one of the catalog.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppTarget {
    /// What the app was made from: `oidc_client`, `bookmark` …
    pub name: String,
    /// The id of one app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}
