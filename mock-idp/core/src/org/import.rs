//! A document as tables, and back. Nothing is lost either way.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::document::Document;
use super::fresh;
use super::records::{AppAssignment, Assignee, Child, DirectoryRow, GroupEntry, OWNER};
use super::table::{Record, Row, Table};
use super::tables::{OrgSettings, Tables};
use crate::model::unix_time::from_rfc3339;
use crate::model::{AccessPolicy, App, Assignments, AuthorizationServer, DirectoryKind, DirectoryObject, User};

/// When the objects of a document were created, unless it says so itself: 2026-01-01T00:00:00Z.
pub(crate) const CREATED: i64 = 1_767_225_600;

impl From<Document> for Tables {
    fn from(document: Document) -> Self {
        let Document { org: identity, settings, api_tokens, .. } = document;
        let mut tables = Self {
            settings: Arc::new(OrgSettings { identity, settings, api_tokens }),
            groups: Table::default(),
            users: Table::default(),
            apps: Table::default(),
            assignments: Table::default(),
            servers: Table::default(),
            scopes: Table::default(),
            claims: Table::default(),
            policies: Table::default(),
            rules: Table::default(),
            session_policies: Table::default(),
            trusted_origins: Table::default(),
            directory: Table::default(),
        };
        for group in document.groups {
            push(&mut tables.groups, GroupEntry::new(group));
        }
        for user in document.users {
            let (created, last_updated) = times(&user);
            tables.users.push(Row::new(user, created, last_updated));
        }
        for app in document.apps {
            tables.import_app(app);
        }
        for server in document.authorization_servers {
            tables.import_server(server);
        }
        for policy in document.global_session_policies {
            push(&mut tables.session_policies, policy);
        }
        for origin in document.trusted_origins {
            push(&mut tables.trusted_origins, origin);
        }
        for (kind, objects) in document.directory {
            objects.into_iter().for_each(|object| push(&mut tables.directory, DirectoryRow { kind, object }));
        }
        tables
    }
}

fn push<T: Record>(table: &mut Table<T>, object: T) {
    table.push(Row::new(object, CREATED, CREATED));
}

fn times(user: &User) -> (i64, i64) {
    let created = user.created.as_deref().and_then(from_rfc3339).unwrap_or(CREATED);
    (created, user.last_updated.as_deref().and_then(from_rfc3339).unwrap_or(created))
}

impl Tables {
    fn import_app(&mut self, mut app: App) {
        let Assignments { users, groups } = app.assignments.take().unwrap_or_default();
        let of_kind = |assignee, assignments| std::iter::repeat(assignee).zip(assignments);
        for (assignee, assignment) in of_kind(Assignee::User, users).chain(of_kind(Assignee::Group, groups)) {
            push(&mut self.assignments, AppAssignment { app_id: app.id.as_str().into(), assignee, assignment });
        }
        let created = app.created.unwrap_or(CREATED);
        self.apps.push(Row::new(app, created, created));
    }

    fn import_server(&mut self, mut server: AuthorizationServer) {
        let owner: Box<str> = server.id.as_str().into();
        for object in std::mem::take(&mut server.scopes) {
            push(&mut self.scopes, Child { owner: owner.clone(), object });
        }
        for object in std::mem::take(&mut server.claims) {
            push(&mut self.claims, Child { owner: owner.clone(), object });
        }
        for mut policy in server.policies.take().unwrap_or_default() {
            for object in std::mem::take(&mut policy.rules) {
                push(&mut self.rules, Child { owner: policy.id.as_str().into(), object });
            }
            push(&mut self.policies, Child { owner: owner.clone(), object: policy });
        }
        push(&mut self.servers, server);
    }

    /// Closes the gaps that removed rows left.
    pub(super) fn compact(&mut self) {
        self.groups.compact();
        self.users.compact();
        self.apps.compact();
        self.assignments.compact();
        self.servers.compact();
        self.scopes.compact();
        self.claims.compact();
        self.policies.compact();
        self.rules.compact();
        self.session_policies.compact();
        self.trusted_origins.compact();
        self.directory.compact();
    }

    /// The tables as a document.
    #[must_use]
    pub fn to_document(&self) -> Document {
        Document {
            org: self.identity().clone(),
            settings: self.settings().clone(),
            groups: self.groups().cloned().collect(),
            users: self.users().cloned().collect(),
            apps: self.apps().map(|app| self.export_app(app)).collect(),
            authorization_servers: self.authorization_servers().map(|server| self.export_server(server)).collect(),
            global_session_policies: self.session_policies().cloned().collect(),
            trusted_origins: self.trusted_origins.iter().map(|row| (***row).clone()).collect(),
            api_tokens: self.api_tokens().to_vec(),
            directory: self.export_directory(),
        }
    }

    /// What a fresh org has is left out: every org gets it.
    fn export_directory(&self) -> BTreeMap<DirectoryKind, Vec<DirectoryObject>> {
        let mut directory: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut fresh = fresh::objects(self.identity(), self.settings().lockout, CREATED);
        for (_, schema) in
            fresh.iter_mut().filter(|(kind, object)| *kind == DirectoryKind::UserSchema && object.name() == "user")
        {
            fresh::define_attributes(schema, self.users());
        }
        for row in self.directory.iter() {
            let is_fresh = fresh.iter().any(|(kind, object)| (*kind, object) == (row.kind, &row.object));
            if !is_fresh && !self.follows_from_assignments(row) {
                let mut object = row.object.clone();
                self.leave_out_lockout(row.kind, &mut object);
                directory.entry(row.kind).or_default().push(object);
            }
        }
        directory
    }

    /// Whether completing a document adds this schema of app users, because of the attributes that their assignments have.
    fn follows_from_assignments(&self, row: &DirectoryRow) -> bool {
        let app = self.app(&row.object.owner).filter(|_| row.kind == DirectoryKind::AppUserSchema);
        app.filter(|app| app.is_client()).is_some_and(|app| {
            let mut schema = fresh::app_user_schema(app, app.created.unwrap_or(CREATED));
            let assignments = self.assigned_users(app).chain(self.assigned_groups(app));
            fresh::define_app_attributes(&mut schema, assignments) && schema == row.object
        })
    }

    /// The lockout of a password policy is left out if it is that of the settings, as completing a document adds it.
    fn leave_out_lockout(&self, kind: DirectoryKind, policy: &mut DirectoryObject) {
        let is_of_passwords = kind == DirectoryKind::Policy && policy.text("type") == Some("PASSWORD");
        let settings = policy.members.get_mut("settings").filter(|_| is_of_passwords);
        let settings = settings.and_then(|settings| settings.get_mut("password")).and_then(Value::as_object_mut);
        let own = fresh::lockout_settings(self.settings().lockout, &Value::Null);
        if let Some(settings) = settings.filter(|settings| settings.get("lockout") == Some(&own)) {
            settings.shift_remove("lockout");
        }
    }

    fn export_app(&self, app: &App) -> App {
        let users = self.assigned_users(app).cloned().collect();
        let groups = self.assigned_groups(app).cloned().collect();
        App { assignments: Some(Assignments { users, groups }), ..app.clone() }
    }

    fn export_server(&self, server: &AuthorizationServer) -> AuthorizationServer {
        let policy = |policy: &AccessPolicy| AccessPolicy {
            rules: self.rules.rows(OWNER, &policy.id).map(|row| row.object.clone()).collect(),
            ..policy.clone()
        };
        AuthorizationServer {
            scopes: self.scopes(&server.id).cloned().collect(),
            claims: self.claim_rules(&server.id).cloned().collect(),
            policies: Some(self.policies(&server.id).map(policy).collect()),
            ..server.clone()
        }
    }
}
