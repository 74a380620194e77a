//! Completes a document: ids, which are derived from names; references by name; what a fresh Okta org has.

use std::cell::LazyCell;
use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::defaults::{complete_id, default_policy, derived_id, everyone, value_type};
use super::document::{Document, OrgIdentity};
use super::fresh;
use super::import::CREATED;
use super::references::{Named, each_reference, id_by_content};
use crate::model::{
    AccessPolicy, AdminRole, ApiTokenNetwork, App, Assignment, Assignments, AuthorizationServer, ClaimType,
    DirectoryKind, DirectoryObject, GlobalSessionPolicy, Group, GroupType, IncludeExclude, LAST, People,
};

impl Document {
    /// Fills in everything that a document may leave out. Completing twice changes nothing.
    pub(super) fn complete(&mut self) {
        self.org.complete();
        let is_everyone = |group: &Group| group.kind == GroupType::BuiltIn || group.profile.name == "Everyone";
        if !self.groups.iter().any(is_everyone) {
            // Behind the others, whose positions problems name.
            self.groups.push(everyone());
        }
        self.complete_ids();
        self.complete_directory();
        self.resolve_names();
        self.define_app_attributes();
    }

    fn complete_ids(&mut self) {
        for group in &mut self.groups {
            complete_id(&mut group.id, "00g", &[&group.profile.name]);
        }
        for user in &mut self.users {
            complete_id(&mut user.id, "00u", &[&user.profile.login]);
            for factor in &mut user.factors {
                let mut names = vec![&*user.id, factor.factor_type.name(), factor.provider.name()];
                names.extend(factor.profile.credential_id.as_deref());
                let prefix = factor.id_prefix();
                complete_id(&mut factor.id, prefix, &names);
            }
        }
        self.apps.iter_mut().for_each(App::complete);
        self.authorization_servers.iter_mut().for_each(AuthorizationServer::complete);
        order(self.global_session_policies.iter_mut().map(|policy| &mut policy.priority));
        self.global_session_policies.iter_mut().for_each(GlobalSessionPolicy::complete);
        for origin in &mut self.trusted_origins {
            complete_id(&mut origin.id, "tos", &[&origin.origin]);
        }
    }

    /// Adds what a fresh org has and the document does not write, behind the others, whose positions problems name.
    fn complete_directory(&mut self) {
        // The ids that the document has for objects of a fresh org.
        let mut written_ids: HashMap<String, String> = HashMap::new();
        for (kind, mut object) in fresh::objects(&self.org, self.settings.lockout, CREATED) {
            if let Some(owner) = written_ids.get(&object.owner) {
                object.owner.clone_from(owner);
            }
            let written = self.directory.entry(kind).or_default();
            match written.iter_mut().find(|written| is_same(written, &object)) {
                Some(written) if written.id.is_empty() => complete_object(written, object),
                // One with an id is complete: it comes from an org that had it.
                Some(written) => _ = written_ids.insert(object.id, written.id.clone()),
                None => written.push(object),
            }
        }
        for (kind, objects) in &mut self.directory {
            for object in objects.iter_mut().filter(|object| id_by_content(*kind, object).is_none()) {
                let names = [object.owner.clone(), object.name().to_owned()];
                complete_id(&mut object.id, kind.prefix(), &[&names[0], &names[1]]);
            }
        }
        self.complete_lockouts();
        self.define_attributes();
        for token in &mut self.api_tokens {
            complete_id(&mut token.id, "00T", &[&token.value]);
            if token.name.is_empty() {
                "API token".clone_into(&mut token.name);
            }
        }
    }

    /// Password policies that say nothing of lockouts get what the settings say.
    fn complete_lockouts(&mut self) {
        let policies = self.directory.get_mut(&DirectoryKind::Policy).into_iter().flatten();
        for policy in policies.filter(|policy| policy.text("type") == Some("PASSWORD")) {
            let settings = policy.members.get_mut("settings").and_then(|settings| settings.get_mut("password"));
            if let Some(settings) = settings.filter(|settings| settings.is_object()) {
                settings["lockout"] = fresh::lockout_settings(self.settings.lockout, &settings["lockout"]);
            }
        }
    }

    /// Attributes of users that the schema does not define are added to it, with the type of their values.
    fn define_attributes(&mut self) {
        let schemas = self.directory.get_mut(&DirectoryKind::UserSchema).into_iter().flatten();
        if let Some(schema) = schemas.into_iter().find(|schema| schema.name() == "user") {
            fresh::define_attributes(schema, &self.users);
        }
    }

    /// The same for the attributes of app users and app groups. The attributes of apps of Okta's catalogue are not known: those have a
    /// schema only if the org has changed it.
    fn define_app_attributes(&mut self) {
        for app in self.apps.iter().filter(|app| app.is_client()) {
            let Some(Assignments { users, groups }) = &app.assignments else { continue };
            let assignments = || users.iter().chain(groups);
            if assignments().all(|assignment| assignment.profile.is_empty()) {
                continue;
            }
            let schemas = self.directory.entry(DirectoryKind::AppUserSchema).or_default();
            if let Some(schema) = schemas.iter_mut().find(|schema| schema.owner == app.id) {
                fresh::define_app_attributes(schema, assignments());
            } else {
                let mut schema = fresh::app_user_schema(app, app.created.unwrap_or(CREATED));
                if fresh::define_app_attributes(&mut schema, assignments()) {
                    schemas.push(schema);
                }
            }
        }
    }

    fn resolve_names(&mut self) {
        let Self { settings, groups, users, apps, authorization_servers, global_session_policies, .. } = self;
        let Self { directory: objects, api_tokens, .. } = self;
        let everyone = groups
            .iter()
            .find(|group| group.kind == GroupType::BuiltIn)
            .map(|group| group.id.clone())
            .unwrap_or_default();
        let group_names = Names::new(groups.iter().map(|group| (group.profile.name.clone(), group.id.as_str())));
        let app_names = Names::new(apps.iter().map(|app| (app.label.clone(), app.id.as_str())));
        let client_names = Names::new(apps.iter().map(|app| (app.label.clone(), app.client_id())));
        let server_names =
            Names::new(authorization_servers.iter().map(|server| (server.name.clone(), server.id.as_str())));
        let object_names: BTreeMap<DirectoryKind, Names> =
            objects.iter().map(|(kind, objects)| (*kind, Names::of_objects(objects.iter()))).collect();
        let resolve_object = |kind, id: &mut String| {
            if let Some(names) = object_names.get(&kind) {
                names.resolve(id);
            }
        };
        let targets = |roles: &mut [AdminRole]| {
            for targets in roles.iter_mut().map(|role| &mut role.targets) {
                targets.groups.iter_mut().for_each(|id| group_names.resolve(id));
                targets.apps.iter_mut().filter_map(|app| app.id.as_mut()).for_each(|id| app_names.resolve(id));
            }
        };
        for group in groups.iter_mut() {
            targets(&mut group.roles);
            group.source.iter_mut().for_each(|source| app_names.resolve(&mut source.id));
        }
        for user in users.iter_mut() {
            user.group_ids.iter_mut().for_each(|id| group_names.resolve(id));
            targets(&mut user.roles);
            if let Some(kind) = &mut user.user_type {
                resolve_object(DirectoryKind::UserType, &mut kind.id);
            }
        }
        // Most documents refer to no user by name, and large ones have many users.
        let user_names = LazyCell::new(|| {
            Names::new(users.iter().map(|user| (user.profile.login.to_lowercase(), user.id.as_str())))
        });
        let resolve_user = |id: &mut String| {
            if id.contains('@') || !id.starts_with("00u") {
                *id = user_names.ids.get(&id.to_lowercase()).unwrap_or(id).clone();
            }
        };
        let directory = Directory { user: &resolve_user, groups: &group_names, everyone: &everyone };
        settings.any_loopback_port.iter_mut().for_each(|id| client_names.resolve(id));
        for token in api_tokens {
            token.user_id.iter_mut().for_each(&resolve_user);
            let ApiTokenNetwork { include, exclude, .. } = &mut token.network;
            include.iter_mut().chain(exclude).for_each(|id| resolve_object(DirectoryKind::NetworkZone, id));
        }
        let policies = objects.get(&DirectoryKind::Policy).map(Vec::as_slice).unwrap_or_default();
        // Policies of different types can have the same name.
        let policy_names = |kind| Names::of_objects(policies.iter().filter(|one| one.text("type") == Some(kind)));
        let (access, enrollment) = (policy_names("ACCESS_POLICY"), policy_names("PROFILE_ENROLLMENT"));
        for app in apps {
            targets(&mut app.roles);
            app.access_policy.iter_mut().for_each(|id| access.resolve(id));
            app.profile_enrollment_policy.iter_mut().for_each(|id| enrollment.resolve(id));
            app.resolve_names(&directory, &app_names, &server_names);
        }
        for server in authorization_servers {
            server.associated_servers.iter_mut().for_each(|id| server_names.resolve(id));
            for policy in server.policies.iter_mut().flatten() {
                policy.conditions.clients.include.iter_mut().for_each(|id| client_names.resolve(id));
                for rule in &mut policy.rules {
                    directory.people(&mut rule.conditions.people);
                    if let Some(hook) = &mut rule.actions.token.inline_hook {
                        resolve_object(DirectoryKind::InlineHook, &mut hook.id);
                    }
                }
            }
        }
        for policy in global_session_policies {
            let rules = policy.rules.iter_mut().map(|rule| &mut rule.conditions);
            for conditions in rules.chain([&mut policy.conditions]) {
                directory.people(&mut conditions.people);
                conditions.each_reference(|_, kind, id| resolve_object(kind, id));
            }
        }
        for (kind, objects) in objects {
            for object in objects {
                each_reference(*kind, object, |_, named, id| match named {
                    Named::User => resolve_user(id),
                    Named::Group => group_names.resolve(id),
                    Named::UserOrGroup => {
                        group_names.resolve(id);
                        if !id.starts_with("00g") {
                            resolve_user(id);
                        }
                    }
                    Named::App => app_names.resolve(id),
                    Named::AppOrProvider => {
                        resolve_object(DirectoryKind::IdentityProvider, id);
                        app_names.resolve(id);
                    }
                    Named::MappingEnd => {
                        resolve_object(DirectoryKind::UserType, id);
                        resolve_object(DirectoryKind::IdentityProvider, id);
                        app_names.resolve(id);
                    }
                    Named::Object(kind) => resolve_object(kind, id),
                });
                if object.id.is_empty() {
                    object.id = id_by_content(*kind, object).unwrap_or_default();
                }
                if *kind == DirectoryKind::ResourceSet {
                    complete_resource_set(object);
                }
            }
        }
    }
}

/// Whether a document writes an object of a fresh org: by its id, or by type and name.
fn is_same(written: &DirectoryObject, fresh: &DirectoryObject) -> bool {
    let same_owner = written.owner.is_empty() || written.owner == fresh.owner;
    let same_name = !written.name().is_empty() && written.name() == fresh.name();
    let same_type = written.text("type").is_none() || written.text("type") == fresh.text("type");
    written.id == fresh.id || (same_owner && same_name && same_type)
}

/// What a document leaves out of an object of a fresh org is as in a fresh org.
fn complete_object(written: &mut DirectoryObject, fresh: DirectoryObject) {
    written.id = fresh.id;
    written.owner = fresh.owner;
    complete_members(&mut written.members, fresh.members);
}

fn complete_members(written: &mut Map<String, Value>, fresh: Map<String, Value>) {
    for (name, value) in fresh {
        match (written.get_mut(&name), value) {
            (Some(Value::Object(written)), Value::Object(fresh)) => complete_members(written, fresh),
            (Some(_), _) => {}
            (None, value) => _ = written.insert(name, value),
        }
    }
}

/// The ids of the resources of a set and of the members of its bindings.
fn complete_resource_set(set: &mut DirectoryObject) {
    let set_id = set.id.clone();
    let complete = |element: &mut Value, prefix: &str, named: &str, role: &str| {
        let name = element[named].as_str().unwrap_or_default().to_owned();
        if let Some(element) = element.as_object_mut() {
            element.entry("id").or_insert_with(|| derived_id(prefix, &[&set_id, role, &name]).into());
        }
    };
    fn elements(list: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
        list.and_then(Value::as_array_mut).into_iter().flatten()
    }
    for resource in elements(set.members.get_mut("resources")) {
        complete(resource, "ire", "orn", "");
    }
    for binding in elements(set.members.get_mut("bindings")) {
        let role = binding["role"].as_str().unwrap_or_default().to_owned();
        for member in elements(binding.get_mut("members")) {
            complete(member, "irb", "path", &role);
        }
    }
}

impl OrgIdentity {
    fn complete(&mut self) {
        if self.name.is_empty() {
            self.name = if self.subdomain.is_empty() { "Local org".to_owned() } else { self.subdomain.clone() };
        }
        if self.subdomain.is_empty() {
            let words: Vec<String> = self
                .name
                .split(|letter: char| !letter.is_ascii_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(str::to_ascii_lowercase)
                .collect();
            self.subdomain = words.join("-").chars().take(63).collect::<String>().trim_end_matches('-').to_owned();
        }
        if self.subdomain.is_empty() {
            "org".clone_into(&mut self.subdomain);
        }
        complete_id(&mut self.id, "00o", &[&self.subdomain]);
    }
}

impl AuthorizationServer {
    fn complete(&mut self) {
        complete_id(&mut self.id, "aus", &[&self.name]);
        for scope in &mut self.scopes {
            complete_id(&mut scope.id, "scp", &[&self.id, &scope.name]);
        }
        for claim in &mut self.claims {
            claim.value_type = value_type(claim.value_type, claim.group_filter_type.is_some());
            let token = if claim.claim_type == ClaimType::Resource { "access token" } else { "ID token" };
            complete_id(&mut claim.id, "ocl", &[&self.id, token, &claim.name]);
        }
        if self.policies.is_none() {
            self.policies = Some(if self.default { vec![default_policy()] } else { Vec::new() });
        }
        let policies = self.policies.get_or_insert_default();
        order(policies.iter_mut().map(|policy| &mut policy.priority));
        policies.iter_mut().for_each(|policy| policy.complete(&self.id));
    }
}

impl AccessPolicy {
    fn complete(&mut self, server_id: &str) {
        complete_id(&mut self.id, "00p", &[server_id, &self.name]);
        order(self.rules.iter_mut().map(|rule| &mut rule.priority));
        for rule in &mut self.rules {
            complete_id(&mut rule.id, "0pr", &[&self.id, &rule.name]);
        }
    }
}

impl GlobalSessionPolicy {
    fn complete(&mut self) {
        complete_id(&mut self.id, "00p", &["session", &self.name]);
        order(self.rules.iter_mut().map(|rule| &mut rule.priority));
        for rule in &mut self.rules {
            complete_id(&mut rule.id, "0pr", &[&self.id, &rule.name]);
        }
    }
}

/// Gives the priorities that are left out, behind the others in document order.
fn order<'a>(priorities: impl Iterator<Item = &'a mut u32>) {
    let (open, written): (Vec<_>, Vec<_>) = priorities.partition(|priority| **priority == LAST);
    let mut last = written.into_iter().map(|priority| *priority).max().unwrap_or_default();
    for priority in open {
        last += 1;
        *priority = last;
    }
}

impl App {
    fn resolve_names(&mut self, directory: &Directory<'_>, apps: &Names, servers: &Names) {
        let Assignments { users, groups } = self.assignments.get_or_insert_with(|| Assignments {
            users: Vec::new(),
            // Okta: what the Admin Console offers for a new app.
            groups: vec![Assignment::of(directory.everyone)],
        });
        users.iter_mut().for_each(|assignment| (directory.user)(&mut assignment.id));
        groups.iter_mut().for_each(|assignment| directory.groups.resolve(&mut assignment.id));
        for grant in &mut self.grants {
            complete_id(&mut grant.id, "oag", &[&self.id, &grant.scope_id]);
        }
        self.interclient_allowed_apps.iter_mut().for_each(|id| apps.resolve(id));
        if let Some(agent) = &mut self.agent {
            apps.resolve(&mut agent.app_id);
        }
        for connection in &mut self.connections {
            if let Some(id) = &mut connection.authorization_server_id {
                servers.resolve(id);
            }
            let server = connection.authorization_server_id.as_deref().or(connection.issuer_url.as_deref());
            complete_id(&mut connection.id, "mcn", &[&self.id, server.unwrap_or_default()]);
        }
    }
}

/// The users and groups that others refer to.
struct Directory<'a> {
    user: &'a dyn Fn(&mut String),
    groups: &'a Names,
    /// The id of the group of all users.
    everyone: &'a str,
}

impl Directory<'_> {
    fn people(&self, people: &mut People) {
        let IncludeExclude { include, exclude } = &mut people.users;
        include.iter_mut().chain(exclude).for_each(self.user);
        let IncludeExclude { include, exclude } = &mut people.groups;
        include.iter_mut().chain(exclude).for_each(|id| self.groups.resolve(id));
    }
}

/// The ids of objects by their names.
struct Names {
    ids: HashMap<String, String>,
}

impl Names {
    /// The ids of objects by their names, from pairs of name and id. The first object of a name counts.
    fn new<'a>(objects: impl Iterator<Item = (String, &'a str)>) -> Self {
        let mut ids = HashMap::new();
        for (name, id) in objects {
            ids.entry(name).or_insert_with(|| id.to_owned());
        }
        Self { ids }
    }

    fn of_objects<'a>(objects: impl Iterator<Item = &'a DirectoryObject>) -> Self {
        Self::new(objects.map(|object| (object.name().to_owned(), object.id.as_str())))
    }

    /// Replaces a name by the id. An unknown name stays, and is reported as a problem unless it is an id.
    fn resolve(&self, reference: &mut String) {
        if let Some(id) = self.ids.get(reference) {
            reference.clone_from(id);
        }
    }
}
