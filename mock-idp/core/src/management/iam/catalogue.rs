//! The permissions of custom roles. Okta: the catalogue of permissions.

/// A call, as permissions tell calls apart.
#[derive(Clone, Copy, Debug)]
pub struct Operation<'a> {
    /// One of these scopes.
    pub scopes: &'a [&'static str],
    pub method: &'a str,
    /// Below the org's address.
    pub path: &'a str,
}

impl Operation<'_> {
    /// Whether this is an operation of a permission, written as method and path.
    fn is(&self, written: &str) -> bool {
        let Some((method, template)) = written.split_once(' ') else { return false };
        let own = if self.method == "HEAD" { "GET" } else { self.method };
        let mut segments = self.path.trim_end_matches('/').split('/');
        own == method
            && template.split('/').all(|part| segments.next().is_some_and(|segment| part == "*" || part == segment))
            && segments.next().is_none()
    }
}

/// What a permission admits.
#[derive(Clone, Copy, Debug)]
struct Permission {
    label: &'static str,
    /// All operations that need one of these scopes.
    scopes: &'static [&'static str],
    /// Single operations, as method and path.
    operations: &'static [&'static str],
    /// Permissions that it contains.
    includes: &'static [&'static str],
}

const fn scopes(label: &'static str, scopes: &'static [&'static str]) -> Permission {
    Permission { label, scopes, operations: &[], includes: &[] }
}

const fn operations(label: &'static str, operations: &'static [&'static str]) -> Permission {
    Permission { label, scopes: &[], operations, includes: &[] }
}

const fn includes(label: &'static str, includes: &'static [&'static str]) -> Permission {
    Permission { label, scopes: &[], operations: &[], includes }
}

/// One about something that the mock does not have, or that has no operation of its own.
const fn without_operation(label: &'static str) -> Permission {
    operations(label, &[])
}

const CATALOGUE: &[Permission] = &[
    without_operation("okta.agents.manage"),
    without_operation("okta.agents.read"),
    without_operation("okta.agents.register"),
    operations(
        "okta.apps.assignment.manage",
        &[
            "POST /api/v1/apps/*/users",
            "POST /api/v1/apps/*/users/*",
            "PUT /api/v1/apps/*/users/*",
            "DELETE /api/v1/apps/*/users/*",
            "PUT /api/v1/apps/*/groups/*",
            "PATCH /api/v1/apps/*/groups/*",
            "DELETE /api/v1/apps/*/groups/*",
            "GET /api/v1/apps/*/users",
            "GET /api/v1/apps/*/users/*",
            "GET /api/v1/apps/*/groups",
            "GET /api/v1/apps/*/groups/*",
        ],
    ),
    operations(
        "okta.apps.clientCredentials.read",
        &[
            "GET /api/v1/apps/*/credentials/secrets",
            "GET /api/v1/apps/*/credentials/secrets/*",
            "GET /api/v1/apps/*/credentials/jwks",
            "GET /api/v1/apps/*/credentials/jwks/*",
        ],
    ),
    scopes("okta.apps.manage", &["okta.apps.manage"]),
    without_operation("okta.apps.manageFirstPartyApps"),
    scopes("okta.apps.read", &["okta.apps.read"]),
    without_operation("okta.apps.universalLogout.manage"),
    without_operation("okta.apps.universalLogout.read"),
    scopes("okta.authzServers.manage", &["okta.authorizationServers.manage", "okta.authorizationServers.read"]),
    scopes("okta.authzServers.read", &["okta.authorizationServers.read"]),
    scopes(
        "okta.customizations.manage",
        &["okta.brands.manage", "okta.brands.read", "okta.templates.manage", "okta.templates.read"],
    ),
    scopes("okta.customizations.read", &["okta.brands.read", "okta.templates.read"]),
    without_operation("okta.devices.lifecycle.activate"),
    without_operation("okta.devices.lifecycle.deactivate"),
    without_operation("okta.devices.lifecycle.delete"),
    without_operation("okta.devices.lifecycle.manage"),
    without_operation("okta.devices.lifecycle.suspend"),
    without_operation("okta.devices.lifecycle.unsuspend"),
    scopes("okta.devices.manage", &["okta.devices.manage", "okta.devices.read"]),
    scopes("okta.devices.read", &["okta.devices.read"]),
    without_operation("okta.directories.manage"),
    without_operation("okta.directories.read"),
    scopes("okta.eventhooks.manage", &["okta.eventHooks.manage", "okta.eventHooks.read"]),
    scopes("okta.eventhooks.read", &["okta.eventHooks.read"]),
    without_operation("okta.governance.accessCertifications.manage"),
    without_operation("okta.governance.accessRequests.manage"),
    // Okta: okta.apps.assignment.manage is needed beside it.
    without_operation("okta.groups.appAssignment.manage"),
    operations("okta.groups.create", &["POST /api/v1/groups"]),
    scopes("okta.groups.manage", &["okta.groups.manage", "okta.groups.read"]),
    operations(
        "okta.groups.members.manage",
        &["GET /api/v1/groups/*/users", "PUT /api/v1/groups/*/users/*", "DELETE /api/v1/groups/*/users/*"],
    ),
    scopes("okta.groups.read", &["okta.groups.read"]),
    scopes("okta.iam.read", &["okta.roles.read"]),
    scopes("okta.identityProviders.manage", &["okta.idps.manage", "okta.idps.read"]),
    scopes("okta.identityProviders.read", &["okta.idps.read"]),
    scopes("okta.inlinehooks.manage", &["okta.inlineHooks.manage", "okta.inlineHooks.read"]),
    scopes("okta.inlinehooks.read", &["okta.inlineHooks.read"]),
    scopes("okta.policies.manage", &["okta.policies.manage", "okta.policies.read"]),
    scopes("okta.policies.read", &["okta.policies.read"]),
    without_operation("okta.profilesources.import.run"),
    scopes("okta.realms.manage", &["okta.realms.manage", "okta.realms.read"]),
    scopes("okta.realms.read", &["okta.realms.read"]),
    without_operation("okta.ssf.securityEventsProviders.manage"),
    without_operation("okta.ssf.securityEventsProviders.read"),
    without_operation("okta.support.cases.manage"),
    operations("okta.users.apitokens.clear", &["DELETE /api/v1/api-tokens/*"]),
    scopes("okta.users.apitokens.manage", &["okta.apiTokens.manage", "okta.apiTokens.read"]),
    scopes("okta.users.apitokens.read", &["okta.apiTokens.read"]),
    // Okta: okta.apps.assignment.manage is needed beside it.
    without_operation("okta.users.appAssignment.manage"),
    operations("okta.users.create", &["POST /api/v1/users"]),
    operations(
        "okta.users.credentials.expirePassword",
        &[
            "POST /api/v1/users/*/lifecycle/expire_password",
            "POST /api/v1/users/*/lifecycle/expire_password_with_temp_password",
        ],
    ),
    Permission {
        label: "okta.users.credentials.manage",
        scopes: &[],
        operations: &[
            "POST /api/v1/users/*/credentials/change_password",
            "POST /api/v1/users/*/credentials/change_recovery_question",
        ],
        includes: &[
            "okta.users.credentials.expirePassword",
            "okta.users.credentials.resetFactors",
            "okta.users.credentials.resetPassword",
        ],
    },
    without_operation("okta.users.credentials.manageTemporaryAccessCode"),
    operations(
        "okta.users.credentials.resetFactors",
        &["POST /api/v1/users/*/lifecycle/reset_factors", "DELETE /api/v1/users/*/factors/*"],
    ),
    operations(
        "okta.users.credentials.resetPassword",
        &[
            "POST /api/v1/users/*/lifecycle/reset_password",
            "POST /api/v1/users/*/credentials/forgot_password",
            "POST /api/v1/users/*/credentials/forgot_password_recovery_question",
        ],
    ),
    // Okta: okta.groups.members.manage is needed beside it.
    without_operation("okta.users.groupMembership.manage"),
    operations(
        "okta.users.lifecycle.activate",
        &["POST /api/v1/users/*/lifecycle/activate", "POST /api/v1/users/*/lifecycle/reactivate"],
    ),
    operations("okta.users.lifecycle.clearSessions", &["DELETE /api/v1/users/*/sessions"]),
    operations("okta.users.lifecycle.deactivate", &["POST /api/v1/users/*/lifecycle/deactivate"]),
    operations("okta.users.lifecycle.delete", &["DELETE /api/v1/users/*"]),
    includes(
        "okta.users.lifecycle.manage",
        &[
            "okta.users.lifecycle.activate",
            "okta.users.lifecycle.clearSessions",
            "okta.users.lifecycle.deactivate",
            "okta.users.lifecycle.delete",
            "okta.users.lifecycle.suspend",
            "okta.users.lifecycle.unlock",
            "okta.users.lifecycle.unsuspend",
        ],
    ),
    operations("okta.users.lifecycle.suspend", &["POST /api/v1/users/*/lifecycle/suspend"]),
    operations("okta.users.lifecycle.unlock", &["POST /api/v1/users/*/lifecycle/unlock"]),
    operations("okta.users.lifecycle.unsuspend", &["POST /api/v1/users/*/lifecycle/unsuspend"]),
    scopes("okta.users.manage", &["okta.users.manage", "okta.users.read"]),
    scopes("okta.users.read", &["okta.users.read"]),
    scopes("okta.users.risk.manage", &["okta.userRisk.manage", "okta.userRisk.read"]),
    scopes("okta.users.risk.read", &["okta.userRisk.read"]),
    operations(
        "okta.users.userprofile.manage",
        &["GET /api/v1/users", "GET /api/v1/users/*", "POST /api/v1/users/*", "PUT /api/v1/users/*"],
    ),
    operations("okta.users.userprofile.read", &["GET /api/v1/users", "GET /api/v1/users/*"]),
    without_operation("okta.workflows.invoke"),
    without_operation("okta.workflows.read"),
];

/// Whether Okta has a permission with this label.
pub(super) fn is_known(label: &str) -> bool {
    find(label).is_some()
}

/// Whether a permission admits an operation.
pub(in crate::management) fn admits(label: &str, operation: Operation<'_>) -> bool {
    let Some(permission) = find(label) else { return false };
    permission.scopes.iter().any(|scope| operation.scopes.contains(scope))
        || permission.operations.iter().any(|written| operation.is(written))
        || permission.includes.iter().any(|included| admits(included, operation))
}

fn find(label: &str) -> Option<&'static Permission> {
    CATALOGUE.iter().find(|permission| permission.label == label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_unique_and_included_ones_exist() {
        for (position, permission) in CATALOGUE.iter().enumerate() {
            assert!(CATALOGUE[..position].iter().all(|other| other.label != permission.label), "{}", permission.label);
            assert!(permission.includes.iter().all(|label| is_known(label)), "{}", permission.label);
        }
    }

    #[test]
    fn a_permission_admits_its_operations_only() {
        let operation = |method, path| Operation { scopes: &["okta.users.manage"], method, path };
        let unlock = operation("POST", "/api/v1/users/00u1/lifecycle/unlock");
        assert!(admits("okta.users.lifecycle.unlock", unlock) && admits("okta.users.lifecycle.manage", unlock));
        assert!(admits("okta.users.manage", unlock));
        for label in ["okta.users.lifecycle.suspend", "okta.users.read", "okta.users.create", "okta.unknown"] {
            assert!(!admits(label, unlock), "{label}");
        }
        for path in [
            "/api/v1/users/00u1/credentials/forgot_password",
            "/api/v1/users/00u1/credentials/forgot_password_recovery_question",
        ] {
            assert!(admits("okta.users.credentials.resetPassword", operation("POST", path)), "{path}");
            assert!(!admits("okta.users.credentials.resetFactors", operation("POST", path)), "{path}");
        }
        assert!(admits("okta.users.create", operation("POST", "/api/v1/users/")));
        assert!(!admits("okta.users.create", operation("POST", "/api/v1/users/00u1")));
        assert!(admits("okta.users.userprofile.read", operation("HEAD", "/api/v1/users")));
    }
}
