//! The org itself, groups, users, trusted origins.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::check::Check;
use crate::model::{DirectoryKind, Group, GroupType, TrustedOrigin, User};
use crate::org::records::{DirectoryRow, GROUP_NAME, GROUP_TYPE, USER_LOGIN, directory_key};
use crate::org::table::ID;

impl Check<'_> {
    pub(super) fn identity(&mut self) {
        self.id("/org/id", &self.tables.identity().id, "00o");
        self.subdomain();
    }

    fn subdomain(&mut self) {
        let name = &self.tables.identity().subdomain;
        let label = !name.is_empty()
            && name.len() <= 63
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !name.starts_with('-')
            && !name.ends_with('-');
        if !label {
            self.problem(
                "/org/subdomain",
                format!("`{name}` is not a host label: lower-case letters, digits and inner hyphens"),
            );
        }
    }

    pub(super) fn api_tokens(&mut self) {
        for (index, token) in self.tables.api_tokens().iter().enumerate() {
            // Okta: an SSWS secret is 42 characters that start with 00.
            if !token.value.is_empty() && (token.value.len() != 42 || !token.value.starts_with("00")) {
                let message = "an API token has 42 characters and starts with `00`";
                self.problem(format!("/apiTokens/{index}"), message);
            }
            if let Some(owner) = &token.user_id {
                self.user(|| format!("/apiTokens/{index}/userId"), owner);
            }
        }
    }

    /// The clients that the settings name.
    pub(super) fn settings(&mut self) {
        let tables = self.tables;
        for (index, client_id) in tables.settings().any_loopback_port.iter().enumerate() {
            if tables.client(client_id).is_none() {
                let known = tables.clients().flat_map(|app| [app.client_id(), app.label.as_str()]);
                let path = format!("/settings/anyLoopbackPort/{index}");
                let message = format!("no app has the client id or label `{client_id}`");
                self.unknown(path, "/apps", message, client_id, known);
            }
        }
    }

    pub(super) fn built_in_group(&mut self) {
        if self.tables.groups.matches(GROUP_TYPE, GroupType::BuiltIn.name()).count() != 1 {
            self.problem("/groups", "exactly one group must have `type: BUILT_IN`: `Everyone`, which holds every user");
        }
    }

    pub(super) fn group_row(&mut self, slot: u32, group: &Group) {
        let groups = &self.tables.groups;
        let path = |slot| format!("/groups/{}", groups.position(slot));
        self.row_id(groups, slot, &group.id, "00g", path);
        let name = &group.profile.name;
        if self.other(groups, GROUP_NAME, slot, name).is_some() {
            self.problem(format!("{}/profile/name", path(slot)), format!("two groups are named `{name}`"));
        }
    }

    pub(super) fn user_row(&mut self, slot: u32, user: &User) {
        let users = &self.tables.users;
        let path = |slot| format!("/users/{}", users.position(slot));
        self.row_id(users, slot, &user.id, "00u", path);
        let login = &user.profile.login;
        if self.other(users, USER_LOGIN, slot, &login.to_lowercase()).is_some() {
            self.problem(format!("{}/profile/login", path(slot)), format!("two users have the login `{login}`"));
        }
        for (name, time) in user.times() {
            if let Some(time) = time
                && OffsetDateTime::parse(time, &Rfc3339).is_err()
            {
                self.problem(format!("{}/{name}", path(slot)), format!("`{time}` is not an RFC 3339 time"));
            }
        }
        for (index, factor) in user.factors.iter().enumerate() {
            let place = || format!("{}/factors/{index}", path(slot));
            if let Some((member, message)) = factor.problem() {
                self.problem(format!("{}/{member}", place()), message);
            }
            if user.factors[..index].iter().any(|other| other.id == factor.id) {
                self.problem(place(), format!("the user has two factors with the id `{}`", factor.id));
            }
        }
        for (member, group) in user.group_ids.iter().enumerate() {
            self.group(|| format!("{}/groupIds/{member}", path(slot)), group);
        }
    }

    /// A reference to a group.
    pub(super) fn group(&mut self, path: impl Fn() -> String, id: &str) {
        let groups = &self.tables.groups;
        if !groups.contains(id) {
            let known = groups.iter().flat_map(|row| [row.group.id.as_str(), row.group.profile.name.as_str()]);
            self.unknown(path(), "/groups", format!("no group has the id or name `{id}`"), id, known);
        }
    }

    /// A reference to a user.
    pub(super) fn user(&mut self, path: impl Fn() -> String, id: &str) {
        let users = &self.tables.users;
        if !users.contains(id) {
            let known = users.iter().flat_map(|row| [row.id.as_str(), row.profile.login.as_str()]);
            self.unknown(path(), "/users", format!("no user has the id or login `{id}`"), id, known);
        }
    }

    fn directory_path(&self, slot: u32, kind: DirectoryKind) -> String {
        let before = self.tables.directory.slots().filter(|(other, _)| *other < slot);
        let position = before.filter(|(_, other)| other.kind == kind).count();
        format!("/directory/{}/{position}", kind.name())
    }

    pub(super) fn directory_object(&mut self, slot: u32, row: &DirectoryRow) {
        let directory = &self.tables.directory;
        let path = |slot| self.directory_path(slot, row.kind);
        if let Some(other) = self.other(directory, ID, slot, &directory_key(row.kind, &row.object.id)) {
            let message = format!("the id `{}` is used twice", row.object.id);
            self.twice(format!("{}/id", path(slot)), message, format!("{}/id", path(other)));
        }
    }

    pub(super) fn trusted_origin(&mut self, slot: u32, trusted: &TrustedOrigin) {
        let origins = &self.tables.trusted_origins;
        let path = |slot| format!("/trustedOrigins/{}", origins.position(slot));
        self.row_id(origins, slot, &trusted.id, "tos", path);
        let origin = &trusted.origin;
        if !url::Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == *origin) {
            let message = format!("`{origin}` is not an origin (scheme://host[:port], no path)");
            self.problem(format!("{}/origin", path(slot)), message);
        }
    }
}
