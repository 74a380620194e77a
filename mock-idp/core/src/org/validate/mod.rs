//! What objects must satisfy beyond their shape: references resolve, ids are unique, values are within Okta's bounds.

mod app;
mod directory;
mod keys;
mod policy;
mod redirect;
mod server;
mod trust;

use super::problem::Problem;
use super::records::{APP_GROUPS, APP_USERS, OWNER};
use super::table::{ID, Record, Table};
use super::tables::Tables;
use super::touched::Touched;

/// Up to this number of problems, the nearest known name is searched for.
const MOST_WITH_NEAREST: usize = 100;

/// Every problem of an org, in document order.
pub(super) fn everything(tables: &Tables) -> Vec<Problem> {
    let mut check = Check { tables, found: Vec::new(), first_is_right: true };
    check.id("/org/id", &tables.identity().id, "00o");
    check.subdomain();
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
    check.api_tokens();
    check.found
}

/// The problems of the rows that a change touched, and of those that refer to what it took away.
pub(super) fn touched(tables: &Tables, touched: &Touched) -> Vec<Problem> {
    let mut check = Check { tables, found: Vec::new(), first_is_right: false };
    if touched.settings {
        check.id("/org/id", &tables.identity().id, "00o");
        check.subdomain();
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
    check.found
}

fn rows<'a, T: Record>(
    table: &'a Table<T>,
    slots: impl IntoIterator<Item = &'a u32>,
) -> impl Iterator<Item = (u32, &'a T)> {
    slots.into_iter().filter_map(|slot| Some((*slot, &***table.at(*slot)?)))
}

struct Check<'a> {
    tables: &'a Tables,
    found: Vec<Problem>,
    /// Of two rows that exclude each other the second one is wrong; else both are.
    first_is_right: bool,
}

impl<'a> Check<'a> {
    fn problem(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.found.push(Problem::at(path, message));
    }

    /// A name that nothing has.
    fn unknown<'n>(&mut self, path: String, message: String, name: &str, known: impl IntoIterator<Item = &'n str>) {
        let problem = Problem::at(path, message);
        let search = self.found.len() < MOST_WITH_NEAREST;
        self.found.push(if search { problem.near(name, known) } else { problem });
    }

    /// Okta: object ids have 20 characters, of which the first three name the type.
    fn id(&mut self, path: &str, id: &str, prefix: &str) {
        if !is_id(id, prefix) {
            self.problem(
                path,
                format!("`{id}` is not an id here: expected 20 letters and digits that start with `{prefix}`"),
            );
        }
    }

    /// The id of a row, which no other row has.
    fn row_id<T: Record>(&mut self, table: &Table<T>, slot: u32, id: &str, prefix: &str, path: impl Fn(u32) -> String) {
        self.id_form(id, prefix, || path(slot));
        if let Some(other) = self.other(table, ID, slot, id) {
            self.problem(
                format!("{}/id", path(slot)),
                format!("the id `{id}` is used twice; first at {}/id", path(other)),
            );
        }
    }

    /// The id of a nested row; `twin` is the path of another row that has it.
    fn unique_id(&mut self, path: &str, id: &str, prefix: &str, twin: Option<String>) {
        let path = format!("{path}/id");
        self.id(&path, id, prefix);
        if let Some(twin) = twin {
            self.problem(path, format!("the id `{id}` is used twice; first at {twin}/id"));
        }
    }

    fn id_form(&mut self, id: &str, prefix: &str, path: impl Fn() -> String) {
        if !is_id(id, prefix) {
            self.id(&format!("{}/id", path()), id, prefix);
        }
    }

    /// Another row under the same key that makes this one wrong.
    fn other<T: Record>(&self, table: &Table<T>, index: usize, slot: u32, key: &str) -> Option<u32> {
        let other = table.matches(index, key).filter(|other| *other != slot).min()?;
        (!self.first_is_right || other < slot).then_some(other)
    }

    fn bounded(&mut self, path: String, value: u32, range: std::ops::RangeInclusive<u32>, unit: &str) {
        if !range.contains(&value) {
            self.problem(
                path,
                format!("{value} is out of bounds: expected {} to {} {unit}", range.start(), range.end()),
            );
        }
    }

    fn http_uri(&mut self, path: String, uri: &str) {
        if !url::Url::parse(uri).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
            self.problem(path, format!("`{uri}` is not an absolute http or https URI"));
        }
    }
}

fn is_id(id: &str, prefix: &str) -> bool {
    id.len() == 20 && id.starts_with(prefix) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
