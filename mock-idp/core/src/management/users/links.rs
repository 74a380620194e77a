//! The links of a user: what can be done in its status.

use serde_json::Value;

use super::user_type::type_id;
use crate::management::{Links, ManagementCall};
use crate::model::{DirectoryKind, User, UserStatus};
use crate::org::Tables;

const ALL: &[&str] = &[
    "suspend",
    "resetPassword",
    "forgotPassword",
    "expirePassword",
    "changeRecoveryQuestion",
    "resetFactors",
    "changePassword",
    "deactivate",
];

/// Names of operations, and their paths below the user.
const OPERATIONS: [(&str, &str); 13] = [
    ("suspend", "lifecycle/suspend"),
    ("unsuspend", "lifecycle/unsuspend"),
    ("activate", "lifecycle/activate"),
    ("reactivate", "lifecycle/reactivate"),
    ("unlock", "lifecycle/unlock"),
    ("resetPassword", "lifecycle/reset_password"),
    ("expirePassword", "lifecycle/expire_password"),
    ("resetFactors", "lifecycle/reset_factors"),
    ("forgotPassword", "credentials/forgot_password"),
    ("changePassword", "credentials/change_password"),
    ("deactivate", "lifecycle/deactivate"),
    ("changeRecoveryQuestion", "credentials/change_recovery_question"),
    ("delete", ""),
];

pub(super) fn links(org: &Tables, call: ManagementCall<'_>, user: &User) -> Value {
    let possible: &[&str] = match user.status {
        UserStatus::Staged => &["activate", "resetFactors"],
        UserStatus::Provisioned => &["suspend", "resetPassword", "reactivate", "resetFactors", "deactivate"],
        UserStatus::Active | UserStatus::PasswordExpired => ALL,
        UserStatus::Recovery => &["suspend", "resetPassword", "reactivate", "resetFactors", "deactivate"],
        UserStatus::LockedOut => &["unlock", "resetPassword", "forgotPassword", "resetFactors", "deactivate"],
        UserStatus::Suspended => &["unsuspend", "resetFactors", "deactivate"],
        UserStatus::Deprovisioned => &["activate", "resetFactors", "delete"],
    };
    let own = format!("/api/v1/users/{}", user.id);
    let mut links = Links::at(call.base());
    for (name, path) in OPERATIONS.iter().filter(|(name, _)| possible.contains(name)) {
        links = match *name {
            "delete" => links.by_method(name, &own, "DELETE"),
            _ => links.by_method(name, &format!("{own}/{path}"), "POST"),
        };
    }
    let type_id = type_id(org, user);
    let schema = org.objects_of(DirectoryKind::UserSchema, type_id).next().map_or("default", |schema| &schema.id);
    links
        .bare("schema", &format!("/api/v1/meta/schemas/user/{schema}"))
        .bare("self", &own)
        .bare("type", &format!("/api/v1/meta/types/user/{type_id}"))
        .into_value()
}
