//! What differs between two states of an org, object by object.

use crate::model::{
    AccessPolicy, App, Assignment, AuthorizationServer, ClaimRule, DirectoryKind, DirectoryObject, GlobalSessionPolicy,
    Group, PolicyRule, Scope, TrustedOrigin, User,
};

use super::records::Assignee;
use super::table::{Record, Table};
use super::tables::Tables;

/// An object that was created, changed or removed.
#[derive(Clone, Copy, Debug)]
pub enum ObjectDifference<'a> {
    User(Difference<'a, User>),
    Group(Difference<'a, Group>),
    App(Difference<'a, App>),
    /// The assignment of the app to a user.
    UserAssignment(&'a str, Difference<'a, Assignment>),
    /// The assignment of the app to a group.
    GroupAssignment(&'a str, Difference<'a, Assignment>),
    Server(Difference<'a, AuthorizationServer>),
    /// A scope of the server.
    Scope(&'a str, Difference<'a, Scope>),
    /// A claim rule of the server.
    Claim(&'a str, Difference<'a, ClaimRule>),
    AccessPolicy(Difference<'a, AccessPolicy>),
    /// A rule of the policy.
    PolicyRule(&'a str, Difference<'a, PolicyRule>),
    SessionPolicy(Difference<'a, GlobalSessionPolicy>),
    TrustedOrigin(Difference<'a, TrustedOrigin>),
    Directory(DirectoryKind, Difference<'a, DirectoryObject>),
}

/// An object before and after.
#[derive(Debug)]
pub enum Difference<'a, T> {
    Created(&'a T),
    Changed { before: &'a T, after: &'a T },
    Removed(&'a T),
}

impl<T> Clone for Difference<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Difference<'_, T> {}

impl<'a, T> Difference<'a, T> {
    /// The object as it is, or as it was before it was removed.
    #[must_use]
    pub fn object(self) -> &'a T {
        match self {
            Self::Created(object) | Self::Removed(object) | Self::Changed { after: object, .. } => object,
        }
    }

    /// The same for a part of the object.
    fn map<U>(self, part: impl Fn(&'a T) -> &'a U) -> Difference<'a, U> {
        match self {
            Self::Created(object) => Difference::Created(part(object)),
            Self::Removed(object) => Difference::Removed(part(object)),
            Self::Changed { before, after } => Difference::Changed { before: part(before), after: part(after) },
        }
    }
}

impl Tables {
    /// What was created, changed or removed since `before`, of which this is a change.
    #[must_use]
    pub fn differences<'a>(&'a self, before: &'a Self) -> Vec<ObjectDifference<'a>> {
        use ObjectDifference as Object;
        let mut found = Vec::new();
        let mut add = |difference: ObjectDifference<'a>| found.push(difference);
        visit(&before.users, &self.users, |user| add(Object::User(user)));
        visit(&before.groups, &self.groups, |entry| add(Object::Group(entry.map(|entry| &entry.group))));
        visit(&before.apps, &self.apps, |app| add(Object::App(app)));
        visit(&before.assignments, &self.assignments, |row| {
            let (app_id, assignment) = (&*row.object().app_id, row.map(|row| &row.assignment));
            add(match row.object().assignee {
                Assignee::User => Object::UserAssignment(app_id, assignment),
                Assignee::Group => Object::GroupAssignment(app_id, assignment),
            });
        });
        visit(&before.servers, &self.servers, |server| add(Object::Server(server)));
        visit(&before.scopes, &self.scopes, |row| add(Object::Scope(&row.object().owner, row.map(|row| &row.object))));
        visit(&before.claims, &self.claims, |row| add(Object::Claim(&row.object().owner, row.map(|row| &row.object))));
        visit(&before.policies, &self.policies, |row| add(Object::AccessPolicy(row.map(|row| &row.object))));
        visit(&before.rules, &self.rules, |row| {
            add(Object::PolicyRule(&row.object().owner, row.map(|row| &row.object)));
        });
        visit(&before.session_policies, &self.session_policies, |policy| add(Object::SessionPolicy(policy)));
        visit(&before.trusted_origins, &self.trusted_origins, |origin| add(Object::TrustedOrigin(origin)));
        visit(&before.directory, &self.directory, |row| {
            add(Object::Directory(row.object().kind, row.map(|row| &row.object)));
        });
        found
    }
}

fn visit<'a, T: Record + PartialEq>(before: &'a Table<T>, after: &'a Table<T>, mut add: impl FnMut(Difference<'a, T>)) {
    after.differing(before, |old, new| match (old, new) {
        (Some(old), Some(new)) if **old == **new => {}
        (Some(old), Some(new)) => add(Difference::Changed { before: old, after: new }),
        (None, Some(new)) => add(Difference::Created(new)),
        (Some(old), None) => add(Difference::Removed(old)),
        (None, None) => {}
    });
}
