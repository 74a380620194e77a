//! What administrator roles may do.

use super::iam::{self, Operation, bindings};
use super::role_scope::{Reach, is_about as about};
use crate::model::{AdminRole, App, RoleType, User};
use crate::org::Tables;

/// What a user may work on by an operation; `None` if no role admits it. Standard roles are those of the user and of groups.
pub(super) fn reach_of_user(org: &Tables, user: &User, operation: Operation<'_>) -> Option<Reach> {
    let standard = by_standard_roles(standard_roles(org, user), operation);
    if standard == Some(Reach::EVERYTHING) {
        return standard;
    }
    let custom = bindings::reaches(org, user, operation);
    standard.into_iter().chain(custom).reduce(merged)
}

/// The standard roles that a user has, directly or by a group.
pub(super) fn standard_roles<'o>(org: &'o Tables, user: &'o User) -> impl Iterator<Item = &'o AdminRole> {
    let groups = org.group_ids(user).filter_map(|id| org.group(id));
    groups.flat_map(|group| &group.roles).chain(&user.roles)
}

/// What a client may work on that makes a call for itself. A client without a role may do what a super administrator may: Okta has a
/// setting that gives new clients this role.
pub(super) fn reach_of_client(client: &App, operation: Operation<'_>) -> Option<Reach> {
    if client.roles.is_empty() { Some(Reach::EVERYTHING) } else { by_standard_roles(client.roles.iter(), operation) }
}

fn by_standard_roles<'r>(roles: impl Iterator<Item = &'r AdminRole>, operation: Operation<'_>) -> Option<Reach> {
    let admitting = roles.filter(|role| admits(role.kind, operation));
    admitting.map(|role| Reach::of_role(role, operation.scopes)).reduce(merged)
}

fn merged(mut one: Reach, other: Reach) -> Reach {
    one.extend(other);
    one
}

/// Whether a user or group has a role. An org whose document has no roles has no administrators.
pub(super) fn has_administrators(org: &Tables) -> bool {
    org.users().any(|user| !user.roles.is_empty()) || org.groups().any(|group| !group.roles.is_empty())
}

/// What help desk administrators may do beside what their scopes say. Okta: they help users to sign in, and do not change them.
const HELP_DESK: [&str; 3] =
    ["okta.users.credentials.manage", "okta.users.lifecycle.unlock", "okta.users.lifecycle.clearSessions"];

/// Whether a role admits an operation. Okta: the table of permissions of the standard administrator roles, in the terms of scopes.
pub(super) fn admits(role: RoleType, operation: Operation<'_>) -> bool {
    let scopes = operation.scopes;
    let reads = || scopes.iter().any(|scope| scope.ends_with(".read"));
    let reads_about = |areas: &[&str]| reads() && about(scopes, areas);
    match role {
        RoleType::SuperAdmin => true,
        RoleType::OrgAdmin => {
            reads() || !about(scopes, &["roles", "authorizationServers", "apps", "appGrants", "clients"])
        }
        RoleType::AppAdmin => {
            about(scopes, &["apps", "appGrants", "clients", "profileMappings", "schemas", "inlineHooks"])
                || reads_about(&["users", "groups", "userTypes", "logs", "policies"])
        }
        RoleType::UserAdmin => {
            about(scopes, &["users", "groups", "sessions", "factors"]) || reads_about(&["userTypes", "schemas", "logs"])
        }
        RoleType::HelpDeskAdmin => {
            about(scopes, &["factors", "sessions"])
                || reads_about(&["users", "groups", "userTypes", "schemas"])
                || HELP_DESK.iter().any(|label| iam::admits(label, operation))
        }
        RoleType::GroupMembershipAdmin => about(scopes, &["groups"]) || reads_about(&["users", "userTypes", "schemas"]),
        RoleType::ReadOnlyAdmin => reads(),
        RoleType::ReportAdmin => reads_about(&["logs", "reports", "users", "groups"]),
        RoleType::MobileAdmin => reads_about(&["users", "groups", "apps", "logs"]),
        RoleType::ApiAccessManagementAdmin => {
            about(scopes, &["authorizationServers", "apps", "appGrants", "clients"])
                || reads_about(&["users", "groups", "logs", "policies"])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLS: [&[&str]; 6] = [
        &["okta.users.read", "okta.users.manage"],
        &["okta.users.manage"],
        &["okta.groups.manage"],
        &["okta.apps.manage"],
        &["okta.authorizationServers.manage"],
        &["okta.logs.read"],
    ];

    #[test]
    fn roles_admit_what_okta_documents() {
        for (role, expected) in [
            (RoleType::SuperAdmin, [true, true, true, true, true, true]),
            (RoleType::OrgAdmin, [true, true, true, false, false, true]),
            (RoleType::AppAdmin, [true, false, false, true, false, true]),
            (RoleType::UserAdmin, [true, true, true, false, false, true]),
            (RoleType::GroupMembershipAdmin, [true, false, true, false, false, false]),
            (RoleType::HelpDeskAdmin, [true, false, false, false, false, false]),
            (RoleType::ApiAccessManagementAdmin, [true, false, false, true, true, true]),
            (RoleType::ReadOnlyAdmin, [true, false, false, false, false, true]),
            (RoleType::ReportAdmin, [true, false, false, false, false, true]),
            (RoleType::MobileAdmin, [true, false, false, false, false, true]),
        ] {
            let admitted =
                CALLS.map(|scopes| admits(role, Operation { scopes, method: "POST", path: "/api/v1/users/00u1" }));
            assert_eq!(admitted, expected, "{role:?}");
        }
    }
}
