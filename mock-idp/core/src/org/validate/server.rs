//! Authorization servers, their scopes and claim rules.

use super::check::Check;
use crate::model::{AuthorizationServer, ClaimType, ClaimValueType};
use crate::org::compile::compile_claim;
use crate::org::records::{Child, OWNER, SCOPE_NAME, scope_key};
use crate::org::table::{ID, Record, Table};
use crate::protocol::{OIDC_SCOPES, is_oidc, is_reserved_in_access_token, is_reserved_in_id_token};

impl Check<'_> {
    pub(super) fn defaults(&mut self) {
        if self.tables.authorization_servers().filter(|server| server.default).count() > 1 {
            self.problem("/authorizationServers", "only one authorization server can be the default one");
        }
    }

    pub(super) fn server_path(&self, slot: u32) -> String {
        format!("/authorizationServers/{}", self.tables.servers.position(slot))
    }

    pub(super) fn server(&mut self, slot: u32, server: &AuthorizationServer) {
        let servers = &self.tables.servers;
        let position = |slot| format!("/authorizationServers/{}", servers.position(slot));
        self.row_id(servers, slot, &server.id, "aus", position);
        let path = &position(slot);
        if server.audiences.len() != 1 {
            self.problem(format!("{path}/audiences"), "an authorization server has exactly one audience");
        }
        self.server_keys(path, server);
    }

    /// The path of an object in one of its server's lists.
    pub(super) fn path_in_server<T>(&self, table: &Table<Child<T>>, slot: u32, list: &str) -> String
    where
        Child<T>: Record,
    {
        let Some(row) = table.at(slot) else { return String::new() };
        let server = self.tables.servers.slot(&row.owner).map(|slot| self.server_path(slot)).unwrap_or_default();
        let position = table.matches(OWNER, &row.owner).filter(|other| *other < slot).count();
        format!("{server}/{list}/{position}")
    }

    pub(super) fn scope_row(&mut self, slot: u32) {
        let tables = self.tables;
        let Some(row) = tables.scopes.at(slot) else { return };
        let (scope, path) = (&row.object, self.path_in_server(&tables.scopes, slot, "scopes"));
        if !self.custom_server(&path, &row.owner) {
            return;
        }
        let position = |slot| self.path_in_server(&tables.scopes, slot, "scopes");
        let twin = self.other(&tables.scopes, ID, slot, &scope.id).map(position);
        self.unique_id(&path, &scope.id, "scp", twin);
        // RFC 6749 3.3: scope-token is printable ASCII without space, quote and backslash.
        let legal = !scope.name.is_empty()
            && scope.name.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
        if !legal {
            self.problem(format!("{path}/name"), format!("`{}` is not a scope name", scope.name));
        }
        let key = scope_key(&row.owner, &scope.name);
        if self.other(&tables.scopes, SCOPE_NAME, slot, &key).is_some() {
            self.problem(format!("{path}/name"), format!("two scopes are named `{}`", scope.name));
        }
    }

    pub(super) fn claim(&mut self, slot: u32) {
        let tables = self.tables;
        let Some(row) = tables.claims.at(slot) else { return };
        let (claim, path) = (&row.object, self.path_in_server(&tables.claims, slot, "claims"));
        if !self.custom_server(&path, &row.owner) {
            return;
        }
        let position = |slot| self.path_in_server(&tables.claims, slot, "claims");
        let twin = self.other(&tables.claims, ID, slot, &claim.id).map(position);
        self.unique_id(&path, &claim.id, "ocl", twin);
        let (is_reserved, tokens) = match claim.claim_type {
            ClaimType::Resource => (is_reserved_in_access_token(&claim.name), "access tokens"),
            ClaimType::Identity => (is_reserved_in_id_token(&claim.name), "ID tokens"),
        };
        // A built-in claim is only kept to be shown.
        let built_in = claim.system || claim.value_type == ClaimValueType::System;
        if is_reserved && !built_in {
            let message = format!("`{}` is a reserved claim name in {tokens}", claim.name);
            self.problem_of(format!("{path}/name"), vec![format!("{path}/claimType")], message);
        }
        if claim.value_type == ClaimValueType::Groups && claim.group_filter_type.is_none() {
            self.problem(&path, "a GROUPS claim needs `group_filter_type`: STARTS_WITH, EQUALS, CONTAINS or REGEX");
        }
        for (index, scope) in claim.conditions.scopes.iter().enumerate() {
            self.scope(format!("{path}/conditions/scopes/{index}"), &row.owner, scope);
        }
        if !built_in && let Err(message) = compile_claim(claim) {
            let depends_on = vec![format!("{path}/valueType"), format!("{path}/group_filter_type")];
            self.problem_of(format!("{path}/value"), depends_on, format!("claim `{}`: {message}", claim.name));
        }
    }

    /// A reference to a scope of a server.
    pub(super) fn scope(&mut self, path: String, server_id: &str, name: &str) {
        let tables = self.tables;
        if !is_oidc(name) && !tables.has_scope(server_id, name) {
            let known = tables.scopes(server_id).map(|scope| scope.name.as_str()).chain(OIDC_SCOPES.iter().copied());
            let server = tables.servers.slot(server_id).map(|slot| self.server_path(slot)).unwrap_or_default();
            let message = format!("the authorization server has no scope `{name}`");
            self.unknown(path, &format!("{server}/scopes"), message, name, known);
        }
    }

    /// A reference to a custom server; whether there is one.
    pub(super) fn custom_server(&mut self, path: &str, id: &str) -> bool {
        let servers = &self.tables.servers;
        let known = servers.contains(id);
        if !known {
            let known = servers.iter().flat_map(|row| [row.id.as_str(), row.name.as_str()]);
            let message = format!("no authorization server has the id or name `{id}`");
            self.unknown(path.to_owned(), "/authorizationServers", message, id, known);
        }
        known
    }
}
