//! Changes of apps and their assignments.

use super::{Draft, put, put_row};
use crate::model::{AccessPolicy, App, Assignment, Assignments, DirectoryKind, DirectoryObject};
use crate::org::records::{APP_GROUPS, APP_TRUSTED, APP_USERS, AppAssignment, Assignee, assignment_id};
use crate::org::table::Row;

impl Draft {
    /// Puts an app. The assignments that it lists are added to those that it has.
    pub fn put_app(&mut self, mut app: App) {
        let (id, created) = (app.id.clone(), app.created.unwrap_or(self.now));
        let Assignments { users, groups } = app.assignments.take().unwrap_or_default();
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
    pub fn change_client<T>(&mut self, client_id: &str, change: impl FnOnce(&mut App) -> Option<T>) -> Option<T> {
        let mut app = self.client(client_id)?.clone();
        let changed = change(&mut app)?;
        self.put_app(app);
        Some(changed)
    }

    /// Removes a client, as [`Self::remove_app`] does.
    pub fn remove_client(&mut self, client_id: &str) {
        if let Some(id) = self.client(client_id).map(|app| app.id.clone()) {
            self.remove_app(&id);
        }
    }

    /// Removes an app and its assignments, and takes it out of the policies that name it.
    pub fn remove_app(&mut self, id: &str) {
        let Some(slot) = self.tables.apps.slot(id) else { return };
        let Some(app) = self.tables.apps.remove(slot) else { return };
        for index in [APP_USERS, APP_GROUPS] {
            for slot in self.tables.assignments.find(index, &app.id) {
                self.tables.assignments.remove(slot);
            }
        }
        self.remove_objects_of(&app.id);
        let gives_access = |connection: &&DirectoryObject| connection.text("resourceAppInstanceId") == Some(&app.id);
        let connections = self.objects(DirectoryKind::AppConnection).filter(gives_access);
        for id in connections.map(|connection| connection.id.clone()).collect::<Vec<_>>() {
            self.remove_object(DirectoryKind::AppConnection, &id);
        }
        self.touched.apps.extend(self.tables.apps.find(APP_TRUSTED, &app.id));
        let linked = |other: &App| other.agent.as_ref().is_some_and(|agent| agent.app_id == app.id);
        self.touched.apps.extend(self.tables.apps.slots().filter(|(_, other)| linked(other)).map(|(slot, _)| slot));
        if !app.is_client() {
            return;
        }
        for slot in self.policies_for(app.client_id()) {
            let Some(row) = self.tables.policies.at(slot) else { continue };
            let (owner, mut policy) = (row.owner.clone(), row.object.clone());
            policy.conditions.clients.include.retain(|named| named != app.client_id());
            self.put_policy(&owner, policy);
        }
    }

    /// Assigns an app to a user.
    pub fn assign_user(&mut self, app_id: &str, assignment: Assignment) {
        self.assign(app_id, Assignee::User, assignment);
    }

    /// Assigns an app to a group: at the priority of the assignment, else at its present one, else behind the others. Okta: the groups
    /// at that priority and behind it move back by one.
    pub fn assign_group(&mut self, app_id: &str, mut assignment: Assignment) {
        let known: Vec<(Assignment, u32)> =
            self.group_priorities(app_id).into_iter().map(|(known, priority)| (known.clone(), priority)).collect();
        let (own, others): (Vec<_>, Vec<_>) = known.into_iter().partition(|(known, _)| known.id == assignment.id);
        assignment.priority = assignment.priority.or_else(|| own.first().and_then(|(known, _)| known.priority));
        if let Some(wanted) = assignment.priority
            && others.iter().any(|(_, priority)| *priority == wanted)
        {
            for (mut other, priority) in others.into_iter().filter(|(_, priority)| *priority >= wanted) {
                other.priority = Some(priority.saturating_add(1));
                self.assign(app_id, Assignee::Group, other);
            }
        }
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
