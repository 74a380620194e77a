//! Changes of groups, users, global session policies and trusted origins.

use std::sync::Arc;

use super::{Draft, put, put_row};
use crate::model::{
    ApiToken, DirectoryKind, DirectoryObject, GlobalSessionPolicy, Group, People, Status, TrustedOrigin,
    TrustedOriginScope, TrustedOriginScopeType, User,
};
use crate::org::defaults::complete_id;
use crate::org::records::{ASSIGNEE, DirectoryRow, GroupEntry, OF_OWNER, ORIGIN, USER_GROUP, directory_key};
use crate::org::table::Row;
use crate::org::tables::Tables;

impl Draft {
    /// Puts a group. Without an id, it gets that of its name.
    pub fn put_group(&mut self, mut group: Group) {
        complete_id(&mut group.id, "00g", &[&group.profile.name]);
        let id = group.id.clone();
        let renamed = self.group(&id).is_some_and(|known| known.profile.name != group.profile.name);
        let slot = put(&mut self.tables.groups, &id, GroupEntry::new(group), self.now);
        self.touched.groups.insert(slot);
        self.touched.any_group = true;
        if renamed {
            self.compile_rules_about(&id);
        }
    }

    /// Removes a group. It must not be referred to any more.
    pub fn remove_group(&mut self, id: &str) {
        let Some(slot) = self.tables.groups.slot(id) else { return };
        self.tables.groups.remove(slot);
        self.touched.any_group = true;
        self.touched.users.extend(self.tables.users.find(USER_GROUP, id));
        self.touch_references_to(id);
    }

    /// Puts a user. Without an id, they get that of their login.
    pub fn put_user(&mut self, mut user: User) {
        complete_id(&mut user.id, "00u", &[&user.profile.login]);
        let id = user.id.clone();
        let renamed = self.user(&id).is_some_and(|known| known.profile.login != user.profile.login);
        let slot = put(&mut self.tables.users, &id, user, self.now);
        self.touched.users.insert(slot);
        if renamed {
            self.compile_rules_about(&id);
        }
    }

    /// Puts a user whose memberships are others than before, at the time of its last change.
    pub fn put_members(&mut self, user: User) {
        let id = user.id.clone();
        let changed = self.tables.users.get(&id).map_or(self.now, |row| row.times.last_updated);
        let slot = put_row(&mut self.tables.users, &id, Row::new(user, changed, changed));
        self.touched.users.insert(slot);
    }

    /// Changes a user; `None` if there is none of that id, or the change finds nothing to do.
    pub fn change_user(&mut self, id: &str, change: impl FnOnce(&mut User) -> Option<()>) -> Option<()> {
        let mut user = self.user(id)?.clone();
        change(&mut user)?;
        self.put_user(user);
        Some(())
    }

    /// Removes a user and the assignments of apps to this user. Rules must not name the user any more.
    pub fn remove_user(&mut self, id: &str) {
        let Some(slot) = self.tables.users.slot(id) else { return };
        self.tables.users.remove(slot);
        for slot in self.tables.assignments.find(ASSIGNEE, id) {
            self.tables.assignments.remove(slot);
        }
        self.touch_references_to(id);
    }

    /// Removes a user, and takes it out of the rules that name it.
    pub fn forget_user(&mut self, id: &str) {
        self.unname(id);
        self.remove_objects_of(id);
        self.remove_user(id);
    }

    /// Removes a group, and takes it out of memberships, assignments and the rules that name it.
    pub fn forget_group(&mut self, id: &str) {
        self.unname(id);
        for slot in self.tables.users.find(USER_GROUP, id) {
            let Some(user) = self.tables.users.at(slot).map(|row| (***row).clone()) else { continue };
            self.put_user(without_group(user, id));
        }
        for slot in self.tables.assignments.find(ASSIGNEE, id) {
            self.tables.assignments.remove(slot);
        }
        self.remove_group(id);
    }

    /// Takes a user or group out of the rules that name it.
    fn unname(&mut self, id: &str) {
        let Tables { rules, session_policies, .. } = &self.tables;
        let rules: Vec<_> = rules
            .iter()
            .filter(|rule| mentions(&rule.object.conditions.people, id))
            .map(|rule| (rule.owner.clone(), rule.object.clone()))
            .collect();
        let policies: Vec<GlobalSessionPolicy> = session_policies.iter().map(|row| (***row).clone()).collect();
        for (owner, mut rule) in rules {
            unlist(&mut rule.conditions.people, id);
            self.put_rule(&owner, rule);
        }
        for mut policy in policies {
            let before = policy.clone();
            unlist(&mut policy.conditions.people, id);
            policy.rules.iter_mut().for_each(|rule| unlist(&mut rule.conditions.people, id));
            if policy != before {
                self.put_session_policy(policy);
            }
        }
    }

    /// Puts a global session policy.
    pub fn put_session_policy(&mut self, policy: GlobalSessionPolicy) {
        let id = policy.id.clone();
        let slot = put(&mut self.tables.session_policies, &id, policy, self.now);
        self.touched.session_policies.insert(slot);
    }

    pub fn remove_session_policy(&mut self, id: &str) {
        if let Some(slot) = self.tables.session_policies.slot(id) {
            self.tables.session_policies.remove(slot);
        }
    }

    pub fn put_trusted_origin(&mut self, trusted: TrustedOrigin) {
        let id = trusted.id.clone();
        let slot = put(&mut self.tables.trusted_origins, &id, trusted, self.now);
        self.touched.trusted_origins.insert(slot);
    }

    pub fn remove_trusted_origin(&mut self, id: &str) {
        if let Some(slot) = self.tables.trusted_origins.slot(id) {
            self.tables.trusted_origins.remove(slot);
        }
    }

    pub fn put_object(&mut self, kind: DirectoryKind, object: DirectoryObject) {
        let key = directory_key(kind, &object.id);
        let slot = put(&mut self.tables.directory, &key, DirectoryRow { kind, object }, self.now);
        self.touched.directory.insert(slot);
    }

    pub fn remove_object(&mut self, kind: DirectoryKind, id: &str) {
        if let Some(slot) = self.tables.directory.slot(&directory_key(kind, id)) {
            self.tables.directory.remove(slot);
        }
    }

    /// Removes the directory objects that belong to another object.
    pub fn remove_objects_of(&mut self, owner: &str) {
        for kind in DirectoryKind::ALL {
            for slot in self.tables.directory.find(OF_OWNER, &directory_key(*kind, owner)) {
                self.tables.directory.remove(slot);
            }
        }
    }

    /// Changes the API tokens.
    pub fn put_api_tokens(&mut self, tokens: Vec<ApiToken>) {
        Arc::make_mut(&mut self.tables.settings).api_tokens = tokens;
        self.touched.settings = true;
    }

    /// Lets scripts of that origin's pages read answers.
    pub fn trust_origin(&mut self, origin: &str) {
        let origins = &self.tables.trusted_origins;
        if origins.matches(ORIGIN, origin).next().is_some() {
            return;
        }
        let ids = (origins.len() + 1..).map(|number| format!("tos{number:0>14}5d7"));
        let Some(id) = ids.into_iter().find(|id| !origins.contains(id)) else { return };
        self.put_trusted_origin(TrustedOrigin {
            id,
            name: origin.to_owned(),
            origin: origin.to_owned(),
            status: Status::Active,
            scopes: vec![TrustedOriginScope { kind: TrustedOriginScopeType::Cors }],
            created_by: None,
            last_updated_by: None,
        });
    }

    /// Rules show the names of users and groups.
    fn compile_rules_about(&mut self, id: &str) {
        let about: Vec<Box<str>> = self
            .tables
            .rules
            .iter()
            .filter(|rule| mentions(&rule.object.conditions.people, id))
            .map(|rule| rule.owner.clone())
            .collect();
        about.iter().for_each(|policy_id| self.compile_server_of_policy(policy_id));
    }

    /// A user or group is gone.
    fn touch_references_to(&mut self, id: &str) {
        let Tables { assignments, rules, session_policies, .. } = &self.tables;
        self.touched.assignments.extend(assignments.find(ASSIGNEE, id));
        let named = rules.slots().filter(|(_, rule)| mentions(&rule.object.conditions.people, id));
        self.touched.rules.extend(named.map(|(slot, _)| slot));
        let named = session_policies.slots().filter(|(_, policy)| {
            let rules = policy.rules.iter().map(|rule| &rule.conditions.people);
            rules.chain([&policy.conditions.people]).any(|people| mentions(people, id))
        });
        self.touched.session_policies.extend(named.map(|(slot, _)| slot));
    }
}

fn mentions(people: &People, id: &str) -> bool {
    let lists = [&people.users.include, &people.users.exclude, &people.groups.include, &people.groups.exclude];
    lists.into_iter().flatten().any(|named| named == id)
}

fn unlist(people: &mut People, id: &str) {
    let (users, groups) = (&mut people.users, &mut people.groups);
    for list in [&mut users.include, &mut users.exclude, &mut groups.include, &mut groups.exclude] {
        list.retain(|named| named != id);
    }
}

fn without_group(mut user: User, id: &str) -> User {
    user.group_ids.retain(|known| known != id);
    user.rule_memberships.shift_remove(id);
    user
}
