//! A change of an org: rows are put and removed, then the next snapshot is built beside the one it started from.

use std::ops::Deref;
use std::sync::Arc;

use super::document::Settings;
use super::records::{
    APP_CLIENT_ID, APP_GROUPS, APP_TRUSTED, APP_USERS, ASSIGNEE, AppAssignment, Assignee, Child, GroupEntry, ORIGIN,
    OWNER, USER_GROUP, assignment_id,
};
use super::table::{Record, Row, Table};
use super::tables::Tables;
use super::touched::Touched;
use super::{Org, Problems, Servers, validate};
use crate::model::{
    AccessPolicy, App, Assignment, Assignments, AuthorizationServer, ClaimRule, GlobalSessionPolicy, Group, People,
    PolicyRule, Scope, Status, TrustedOrigin, TrustedOriginScope, TrustedOriginScopeType, User,
};

/// The objects of an org during a change. What reads the org reads the changed objects.
///
/// Objects are put by id: in the place of the one that has the id, or behind the others. Rows that are put later win.
#[derive(Debug)]
pub struct Draft {
    tables: Tables,
    touched: Touched,
    servers: Arc<Servers>,
    now: i64,
}

impl Deref for Draft {
    type Target = Tables;

    fn deref(&self) -> &Tables {
        &self.tables
    }
}

impl Draft {
    /// A change of this org, at a time in seconds since the epoch.
    #[must_use]
    pub fn new(org: &Org, now: i64) -> Self {
        let (tables, servers) = (org.tables.clone(), Arc::clone(&org.servers));
        Self { tables, touched: Touched::default(), servers, now }
    }

    /// The next snapshot.
    ///
    /// # Errors
    /// Every problem of the changed rows and of those that refer to them.
    pub fn finish(mut self) -> Result<Org, Problems> {
        let problems = validate::touched(&self.tables, &self.touched);
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        self.tables.compact();
        let servers = match (self.touched.settings, self.touched.compiled.is_empty()) {
            (true, _) => Arc::new(Servers::new(&self.tables)),
            (false, true) => self.servers,
            (false, false) => Arc::new(self.servers.next(&self.tables, &self.touched.compiled)),
        };
        Ok(Org::of(self.tables, servers))
    }

    /// Changes the choices about the mock.
    pub fn put_settings(&mut self, settings: Settings) {
        Arc::make_mut(&mut self.tables.settings).settings = settings;
        self.touched.settings = true;
    }

    pub fn put_group(&mut self, group: Group) {
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

    pub fn put_user(&mut self, user: User) {
        let id = user.id.clone();
        let renamed = self.user(&id).is_some_and(|known| known.profile.login != user.profile.login);
        let slot = put(&mut self.tables.users, &id, user, self.now);
        self.touched.users.insert(slot);
        if renamed {
            self.compile_rules_about(&id);
        }
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

    /// Puts an app. The assignments that it lists are added to those that it has.
    pub fn put_app(&mut self, mut app: App) {
        let (id, created) = (app.id.clone(), app.created.unwrap_or(self.now));
        let Assignments { users, groups } = std::mem::take(&mut app.assignments);
        let client_id = self.tables.apps.get(&id).map(|known| known.client_id().to_owned());
        if let Some(old) = client_id.filter(|old| old != app.client_id()) {
            self.touch_policies_for(&old);
        }
        let row = Row::new(app, created, self.now);
        let slot = put_row(&mut self.tables.apps, &id, row);
        self.touched.apps.insert(slot);
        users.into_iter().for_each(|assignment| self.assign_user(&id, assignment));
        groups.into_iter().for_each(|assignment| self.assign_group(&id, assignment));
    }

    /// Changes a client; `None` if there is none of that id, or the change finds nothing to do.
    pub fn change_client(&mut self, client_id: &str, change: impl FnOnce(&mut App) -> Option<()>) -> Option<()> {
        let mut app = self.client(client_id)?.clone();
        change(&mut app)?;
        self.put_app(app);
        Some(())
    }

    /// Removes a client and its assignments, and takes it out of the policies that name it.
    pub fn remove_client(&mut self, client_id: &str) {
        let Some(slot) = self.tables.apps.matches(APP_CLIENT_ID, client_id).min() else { return };
        let Some(app) = self.tables.apps.remove(slot) else { return };
        for index in [APP_USERS, APP_GROUPS] {
            for slot in self.tables.assignments.find(index, &app.id) {
                self.tables.assignments.remove(slot);
            }
        }
        self.touched.apps.extend(self.tables.apps.find(APP_TRUSTED, &app.id));
        let linked = |other: &App| other.agent.as_ref().is_some_and(|agent| agent.app_id == app.id);
        self.touched.apps.extend(self.tables.apps.slots().filter(|(_, other)| linked(other)).map(|(slot, _)| slot));
        for slot in self.policies_for(client_id) {
            let Some(row) = self.tables.policies.at(slot) else { continue };
            let (owner, mut policy) = (row.owner.clone(), row.object.clone());
            policy.conditions.clients.include.retain(|named| named != client_id);
            self.put_policy(&owner, policy);
        }
    }

    /// Assigns an app to a user.
    pub fn assign_user(&mut self, app_id: &str, assignment: Assignment) {
        self.assign(app_id, Assignee::User, assignment);
    }

    /// Assigns an app to a group.
    pub fn assign_group(&mut self, app_id: &str, assignment: Assignment) {
        self.assign(app_id, Assignee::Group, assignment);
    }

    fn assign(&mut self, app_id: &str, assignee: Assignee, assignment: Assignment) {
        let key = assignment_id(app_id, &assignment.id);
        let row = AppAssignment { app_id: app_id.into(), assignee, assignment };
        let slot = put(&mut self.tables.assignments, &key, row, self.now);
        self.touched.assignments.insert(slot);
    }

    /// Takes the assignment of an app to a user or group back.
    pub fn unassign(&mut self, app_id: &str, assignee_id: &str) {
        if let Some(slot) = self.tables.assignments.slot(&assignment_id(app_id, assignee_id)) {
            self.tables.assignments.remove(slot);
        }
    }

    /// Puts an authorization server. The scopes, claim rules and policies that it lists are added to those that it has.
    pub fn put_server(&mut self, mut server: AuthorizationServer) {
        let id = server.id.clone();
        let (scopes, claims) = (std::mem::take(&mut server.scopes), std::mem::take(&mut server.claims));
        let policies = std::mem::take(&mut server.policies);
        let slot = put(&mut self.tables.servers, &id, server, self.now);
        self.touched.servers.insert(slot);
        self.touched.compiled.insert(id.as_str().into());
        scopes.into_iter().for_each(|scope| self.put_scope(&id, scope));
        claims.into_iter().for_each(|claim| self.put_claim_rule(&id, claim));
        policies.into_iter().for_each(|policy| self.put_policy(&id, policy));
    }

    /// Changes an authorization server; `None` if there is none of that id.
    pub fn change_server(&mut self, id: &str, change: impl FnOnce(&mut AuthorizationServer)) -> Option<()> {
        let mut server = self.authorization_server(id)?.clone();
        change(&mut server);
        self.put_server(server);
        Some(())
    }

    /// Puts a scope of an authorization server.
    pub fn put_scope(&mut self, server_id: &str, scope: Scope) {
        let id = scope.id.clone();
        let renamed = self.tables.scopes.get(&id).is_some_and(|known| known.object.name != scope.name);
        let slot = put(&mut self.tables.scopes, &id, child(server_id, scope), self.now);
        self.touched.scopes.insert(slot);
        self.touched.compiled.insert(server_id.into());
        if renamed {
            self.touch_references_to_scopes_of(server_id);
        }
    }

    /// Puts a claim rule of an authorization server.
    pub fn put_claim_rule(&mut self, server_id: &str, claim: ClaimRule) {
        let id = claim.id.clone();
        let slot = put(&mut self.tables.claims, &id, child(server_id, claim), self.now);
        self.touched.claims.insert(slot);
        self.touched.compiled.insert(server_id.into());
    }

    /// Puts an access policy of an authorization server. The rules that it lists are added to those that it has.
    pub fn put_policy(&mut self, server_id: &str, mut policy: AccessPolicy) {
        let id = policy.id.clone();
        let rules = std::mem::take(&mut policy.rules);
        let slot = put(&mut self.tables.policies, &id, child(server_id, policy), self.now);
        self.touched.policies.insert(slot);
        self.touched.compiled.insert(server_id.into());
        rules.into_iter().for_each(|rule| self.put_rule(&id, rule));
    }

    /// Changes an access policy; `None` if there is none of that id, or the change finds nothing to do.
    pub fn change_policy(&mut self, id: &str, change: impl FnOnce(&mut AccessPolicy) -> Option<()>) -> Option<()> {
        let row = self.tables.policies.get(id)?;
        let (owner, mut policy) = (row.owner.clone(), row.object.clone());
        change(&mut policy)?;
        self.put_policy(&owner, policy);
        Some(())
    }

    /// Puts a rule of an access policy.
    pub fn put_rule(&mut self, policy_id: &str, rule: PolicyRule) {
        let id = rule.id.clone();
        let slot = put(&mut self.tables.rules, &id, child(policy_id, rule), self.now);
        self.touched.rules.insert(slot);
        self.compile_server_of_policy(policy_id);
    }

    /// Changes a rule; `None` if there is none of that id, or the change finds nothing to do.
    pub fn change_rule(&mut self, id: &str, change: impl FnOnce(&mut PolicyRule) -> Option<()>) -> Option<()> {
        let row = self.tables.rules.get(id)?;
        let (owner, mut rule) = (row.owner.clone(), row.object.clone());
        change(&mut rule)?;
        self.put_rule(&owner, rule);
        Some(())
    }

    /// Removes a rule of an access policy.
    pub fn remove_rule(&mut self, id: &str) {
        let Some(slot) = self.tables.rules.slot(id) else { return };
        if let Some(rule) = self.tables.rules.remove(slot) {
            self.compile_server_of_policy(&rule.owner);
        }
    }

    /// Puts a global session policy.
    pub fn put_session_policy(&mut self, policy: GlobalSessionPolicy) {
        let id = policy.id.clone();
        let slot = put(&mut self.tables.session_policies, &id, policy, self.now);
        self.touched.session_policies.insert(slot);
    }

    /// Lets scripts of that origin's pages read answers.
    pub fn trust_origin(&mut self, origin: &str) {
        let origins = &mut self.tables.trusted_origins;
        if origins.matches(ORIGIN, origin).next().is_some() {
            return;
        }
        let ids = (origins.len() + 1..).map(|number| format!("tos{number:0>14}5d7"));
        let Some(id) = ids.into_iter().find(|id| !origins.contains(id)) else { return };
        let trusted = TrustedOrigin {
            id: id.clone(),
            name: origin.to_owned(),
            origin: origin.to_owned(),
            status: Status::Active,
            scopes: vec![TrustedOriginScope { kind: TrustedOriginScopeType::Cors }],
        };
        let slot = put(origins, &id, trusted, self.now);
        self.touched.trusted_origins.insert(slot);
    }

    fn compile_server_of_policy(&mut self, policy_id: &str) {
        if let Some(policy) = self.tables.policies.get(policy_id) {
            self.touched.compiled.insert(policy.owner.clone());
        }
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

    fn touch_references_to_scopes_of(&mut self, server_id: &str) {
        let Tables { claims, policies, rules, apps, .. } = &self.tables;
        self.touched.claims.extend(claims.find(OWNER, server_id));
        for slot in policies.find(OWNER, server_id) {
            let Some(policy) = policies.at(slot) else { continue };
            self.touched.rules.extend(rules.find(OWNER, &policy.object.id));
        }
        let connected = |app: &App| {
            app.connections.iter().any(|connection| connection.authorization_server_id.as_deref() == Some(server_id))
        };
        self.touched.apps.extend(apps.slots().filter(|(_, app)| connected(app)).map(|(slot, _)| slot));
    }

    fn touch_policies_for(&mut self, client_id: &str) {
        let named = self.policies_for(client_id);
        self.touched.policies.extend(named);
    }

    /// The slots of the policies that name a client.
    fn policies_for(&self, client_id: &str) -> Vec<u32> {
        let names = |policy: &AccessPolicy| policy.conditions.clients.include.iter().any(|named| named == client_id);
        self.tables.policies.slots().filter(|(_, row)| names(&row.object)).map(|(slot, _)| slot).collect()
    }
}

fn child<T>(owner: &str, object: T) -> Child<T> {
    Child { owner: owner.into(), object }
}

fn mentions(people: &People, id: &str) -> bool {
    let lists = [&people.users.include, &people.users.exclude, &people.groups.include, &people.groups.exclude];
    lists.into_iter().flatten().any(|named| named == id)
}

fn put<T: Record>(table: &mut Table<T>, id: &str, object: T, now: i64) -> u32 {
    put_row(table, id, Row::new(object, now, now))
}

/// A row keeps the time of its creation.
fn put_row<T: Record>(table: &mut Table<T>, id: &str, mut row: Row<T>) -> u32 {
    if let Some(known) = table.get(id) {
        row.times.created = known.times.created;
    }
    table.put(id, row)
}
