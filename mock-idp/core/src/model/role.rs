//! Standard administrator roles. Okta: Role Assignments API.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    /// The role of that wire name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.name() == name)
    }
}

/// A standard role of a user or a client.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AdminRole {
    #[serde(rename = "type")]
    pub kind: RoleType,
    /// RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
}
