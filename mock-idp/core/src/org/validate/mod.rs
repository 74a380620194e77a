//! What objects must satisfy beyond their shape: references resolve, ids are unique, values are within Okta's bounds.

mod app;
mod check;
mod directory;
mod keys;
mod policy;
mod redirect;
mod references;
mod server;
mod trust;

use check::Check;

use super::found_problem::FoundProblem;
use super::records::{APP_GROUPS, APP_USERS, OWNER};
use super::table::{Record, Table};
use super::tables::Tables;
use super::touched::Touched;

/// Every problem of an org, in document order.
pub(super) fn everything(tables: &Tables) -> Vec<FoundProblem> {
    let mut check = Check { tables, found: Vec::new(), first_is_right: true };
    check.identity();
    check.settings();
    for (slot, group) in tables.groups.slots() {
        check.group_row(slot, &group.group);
    }
    check.built_in_group();
    for (slot, user) in tables.users.slots() {
        check.user_row(slot, user);
    }
    for (slot, app) in tables.apps.slots() {
        check.app(slot, app);
        for index in [APP_USERS, APP_GROUPS] {
            tables.assignments.find(index, &app.id).into_iter().for_each(|slot| check.assignment(slot));
        }
    }
    check.defaults();
    for (slot, server) in tables.servers.slots() {
        check.server(slot, server);
        tables.scopes.find(OWNER, &server.id).into_iter().for_each(|slot| check.scope_row(slot));
        tables.claims.find(OWNER, &server.id).into_iter().for_each(|slot| check.claim(slot));
        check.trust(&check.server_path(slot), server);
        for slot in tables.policies.find(OWNER, &server.id) {
            check.policy(slot);
            let Some(policy) = tables.policies.at(slot) else { continue };
            tables.rules.find(OWNER, &policy.object.id).into_iter().for_each(|slot| check.rule(slot));
        }
    }
    for (slot, policy) in tables.session_policies.slots() {
        check.session_policy(slot, policy);
    }
    for (slot, origin) in tables.trusted_origins.slots() {
        check.trusted_origin(slot, origin);
    }
    for (slot, row) in tables.directory.slots() {
        check.directory_object(slot, row);
    }
    check.api_tokens();
    check.found
}

/// The names in a document that nothing has, beyond those that [`everything`] finds.
pub(super) fn references(tables: &Tables) -> Vec<FoundProblem> {
    let mut check = Check { tables, found: Vec::new(), first_is_right: true };
    check.references();
    check.found
}

/// The problems of the id and the subdomain of an org.
pub(super) fn identity(tables: &Tables) -> Vec<FoundProblem> {
    let mut check = Check { tables, found: Vec::new(), first_is_right: false };
    check.identity();
    check.found
}

/// The problems of the rows that a change touched, and of those that refer to what it took away.
pub(super) fn touched(tables: &Tables, touched: &Touched) -> Vec<FoundProblem> {
    let mut check = Check { tables, found: Vec::new(), first_is_right: false };
    if touched.settings {
        check.identity();
        check.settings();
        check.api_tokens();
    }
    if touched.any_group {
        check.built_in_group();
    }
    for (slot, group) in rows(&tables.groups, &touched.groups) {
        check.group_row(slot, &group.group);
    }
    for (slot, user) in rows(&tables.users, &touched.users) {
        check.user_row(slot, user);
    }
    for (slot, app) in rows(&tables.apps, &touched.apps) {
        check.app(slot, app);
    }
    touched.assignments.iter().for_each(|slot| check.assignment(*slot));
    if !touched.servers.is_empty() {
        check.defaults();
    }
    for (slot, server) in rows(&tables.servers, &touched.servers) {
        check.server(slot, server);
        check.trust(&check.server_path(slot), server);
    }
    touched.scopes.iter().for_each(|slot| check.scope_row(*slot));
    touched.claims.iter().for_each(|slot| check.claim(*slot));
    touched.policies.iter().for_each(|slot| check.policy(*slot));
    touched.rules.iter().for_each(|slot| check.rule(*slot));
    for (slot, policy) in rows(&tables.session_policies, &touched.session_policies) {
        check.session_policy(slot, policy);
    }
    for (slot, origin) in rows(&tables.trusted_origins, &touched.trusted_origins) {
        check.trusted_origin(slot, origin);
    }
    for (slot, row) in rows(&tables.directory, &touched.directory) {
        check.directory_object(slot, row);
    }
    check.found
}

fn rows<'a, T: Record>(
    table: &'a Table<T>,
    slots: impl IntoIterator<Item = &'a u32>,
) -> impl Iterator<Item = (u32, &'a T)> {
    slots.into_iter().filter_map(|slot| Some((*slot, &***table.at(*slot)?)))
}
