//! What a document names beyond what decisions rely on. Okta does not check it in all places, and removing an object leaves such names
//! behind, so that only documents are checked.

use std::collections::BTreeMap;

use super::check::{Check, is_id};
use crate::expression::Expression;
use crate::model::{AdminRole, DirectoryKind, DirectoryObject};
use crate::org::records::{DirectoryRow, directory_key};
use crate::org::references::{Named, each_reference, is_word, references};

impl Check<'_> {
    pub(super) fn references(&mut self) {
        let tables = self.tables;
        for (index, token) in tables.api_tokens().iter().enumerate() {
            for (list, zones) in [("include", &token.network.include), ("exclude", &token.network.exclude)] {
                for (position, zone) in zones.iter().enumerate() {
                    let path = format!("/apiTokens/{index}/network/{list}/{position}");
                    self.object(path, DirectoryKind::NetworkZone, zone);
                }
            }
        }
        for (index, group) in tables.groups().enumerate() {
            self.role_targets(&format!("/groups/{index}"), &group.roles);
        }
        for (index, user) in tables.users().enumerate() {
            if user.roles.is_empty() && user.user_type.is_none() {
                continue;
            }
            let path = format!("/users/{index}");
            self.role_targets(&path, &user.roles);
            // Users of another org come with the id of its default type.
            if let Some(kind) = &user.user_type
                && !is_id(&kind.id, DirectoryKind::UserType.prefix())
            {
                self.object(format!("{path}/type/id"), DirectoryKind::UserType, &kind.id);
            }
        }
        for (index, app) in tables.apps().enumerate() {
            let path = format!("/apps/{index}");
            self.role_targets(&path, &app.roles);
            for (key, policy) in
                [("accessPolicy", &app.access_policy), ("profileEnrollmentPolicy", &app.profile_enrollment_policy)]
            {
                if let Some(policy) = policy {
                    self.object(format!("{path}/{key}"), DirectoryKind::Policy, policy);
                }
            }
        }
        self.inline_hooks();
        for (index, policy) in tables.session_policies().enumerate() {
            let path = format!("/globalSessionPolicies/{index}");
            let own = (format!("{path}/conditions"), &policy.conditions);
            let rules = policy.rules.iter().enumerate();
            let rules = rules.map(|(index, rule)| (format!("{path}/rules/{index}/conditions"), &rule.conditions));
            for (path, conditions) in rules.chain([own]) {
                conditions.clone().each_reference(|below, kind, id| self.object(format!("{path}{below}"), kind, id));
            }
        }
        let mut positions: BTreeMap<DirectoryKind, usize> = BTreeMap::new();
        for (_, row) in tables.directory.slots() {
            let next = positions.entry(row.kind).or_default();
            let position = *next;
            *next += 1;
            // Okta: a rule whose group is gone is INVALID.
            if row.object.text("status") != Some("INVALID") && !references(row.kind).is_empty() {
                self.named_by(&format!("/directory/{}/{position}", row.kind.name()), row);
            }
        }
    }

    fn role_targets(&mut self, path: &str, roles: &[AdminRole]) {
        for (index, role) in roles.iter().enumerate() {
            let path = format!("{path}/roles/{index}/targets");
            for (position, group) in role.targets.groups.iter().enumerate() {
                self.group(|| format!("{path}/groups/{position}"), group);
            }
            for (position, target) in role.targets.apps.iter().enumerate() {
                if let Some(id) = &target.id {
                    self.app_with_id(format!("{path}/apps/{position}/id"), id);
                }
            }
        }
    }

    fn inline_hooks(&mut self) {
        let tables = self.tables;
        for (slot, row) in tables.rules.slots() {
            if let Some(hook) = &row.object.actions.token.inline_hook {
                let path = format!("{}/actions/token/inlineHook/id", self.rule_path(slot));
                self.object(path, DirectoryKind::InlineHook, &hook.id);
            }
        }
    }

    fn named_by(&mut self, own: &str, row: &DirectoryRow) {
        let mut object = row.object.clone();
        each_reference(row.kind, &mut object, |path, named, name| {
            let path = format!("{own}{path}");
            match named {
                Named::User => self.user(|| path.clone(), name),
                Named::Group => self.group(|| path.clone(), name),
                Named::UserOrGroup => {
                    if !self.tables.users.contains(name) {
                        self.group(|| path.clone(), name);
                    }
                }
                Named::App => self.app_with_id(path, name),
                Named::AppOrProvider => {
                    if self.tables.object(DirectoryKind::IdentityProvider, name).is_none() {
                        self.app_with_id(path, name);
                    }
                }
                Named::MappingEnd => {
                    let kinds = [DirectoryKind::UserType, DirectoryKind::IdentityProvider];
                    if kinds.iter().all(|kind| self.tables.object(*kind, name).is_none()) {
                        self.app_with_id(path, name);
                    }
                }
                Named::Object(kind) => self.object(path, kind, name),
            }
        });
        if row.kind == DirectoryKind::GroupRule {
            self.membership_expression(own, &row.object);
        }
    }

    fn membership_expression(&mut self, own: &str, rule: &DirectoryObject) {
        let conditions = rule.members.get("conditions");
        let value = conditions.and_then(|conditions| conditions.pointer("/expression/value")?.as_str());
        if let Some(Err(error)) = value.map(Expression::parse) {
            self.problem(format!("{own}/conditions/expression/value"), error.to_string());
        }
    }

    /// A reference to a directory object.
    fn object(&mut self, path: String, kind: DirectoryKind, id: &str) {
        let directory = &self.tables.directory;
        if is_word(id) || directory.contains(&directory_key(kind, id)) {
            return;
        }
        let known = self.tables.objects(kind).flat_map(|object| [object.id.as_str(), object.name()]);
        let message = format!("no object of `directory.{}` has the id or name `{id}`", kind.name());
        let known: Vec<&str> = known.collect();
        self.unknown(path, &format!("/directory/{}", kind.name()), message, id, known);
    }
}
