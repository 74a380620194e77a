//! The org: an immutable snapshot of what an administrator wrote, with everything looked up ahead.

mod api_scopes;
mod document;
mod persona;
mod problem;
mod server;
mod urls;
mod validate;
mod yaml;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

pub use api_scopes::API_SCOPES;
pub use document::{Document, OrgIdentity, Settings, SignInForm, SignInPageSettings, json_schema};
pub use persona::Persona;
pub use problem::{Problem, Problems};
pub use server::{ClaimValue, CompiledClaim, CompiledPolicy, CompiledRule, CompiledServer, GroupFilter, ServerKind};
pub use urls::Urls;

use crate::behavior::Behavior;
use crate::expression::GroupView;
use crate::model::{App, Assignment, Group, GroupType, TrustedOriginScopeType, User};

/// A snapshot of an org. A change builds the next one.
#[derive(Debug)]
pub struct Org {
    document: Document,
    /// The org authorization server first, then the custom ones in document order.
    servers: Vec<Arc<CompiledServer>>,
    server_by_name: HashMap<String, usize>,
    app_by_client_id: HashMap<String, usize>,
    user_by_id: HashMap<String, usize>,
    user_by_login: HashMap<String, usize>,
    group_by_id: HashMap<String, usize>,
    everyone: Option<String>,
    /// The groups in document order, as expressions and group filters see them.
    group_views: Vec<Arc<GroupView>>,
    personas: OnceLock<Arc<Vec<Persona>>>,
}

impl Org {
    /// Builds the snapshot.
    ///
    /// # Errors
    /// Every dangling reference, duplicate id and value out of bounds, each with the place it stands at.
    pub fn new(document: Document) -> Result<Self, Problems> {
        let mut problems = validate::problems(&document);
        let servers = server::compile(&document, &mut problems);
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        let mut server_by_name = HashMap::new();
        for (index, server) in servers.iter().enumerate().skip(1) {
            server_by_name.insert(server.id.clone(), index);
            server_by_name.insert(server.path_name.clone(), index);
        }
        let index = |keys: Vec<String>| keys.into_iter().enumerate().map(|(index, key)| (key, index)).collect();
        Ok(Self {
            app_by_client_id: index(document.apps.iter().map(|app| app.client_id().to_owned()).collect()),
            user_by_id: index(document.users.iter().map(|user| user.id.clone()).collect()),
            user_by_login: index(document.users.iter().map(|user| user.profile.login.to_lowercase()).collect()),
            group_by_id: index(document.groups.iter().map(|group| group.id.clone()).collect()),
            everyone: document
                .groups
                .iter()
                .find(|group| group.kind == GroupType::BuiltIn)
                .map(|group| group.id.clone()),
            group_views: document.groups.iter().map(|group| Arc::new(group_view(group))).collect(),
            personas: OnceLock::new(),
            servers: servers.into_iter().map(Arc::new).collect(),
            server_by_name,
            document,
        })
    }

    /// What the administrator wrote.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Whose way is followed where Okta departs from OpenID Connect.
    #[must_use]
    pub fn behavior(&self) -> Behavior {
        self.document.settings.behavior
    }

    /// The org authorization server.
    #[must_use]
    pub fn org_server(&self) -> &Arc<CompiledServer> {
        &self.servers[0]
    }

    /// The org authorization server, then the custom ones.
    #[must_use]
    pub fn servers(&self) -> &[Arc<CompiledServer>] {
        &self.servers
    }

    /// A custom authorization server by its id or, for the default one, by the word `default`.
    #[must_use]
    pub fn server(&self, name: &str) -> Option<&Arc<CompiledServer>> {
        self.server_by_name.get(name).map(|index| &self.servers[*index])
    }

    /// Any authorization server by the id that records keep.
    #[must_use]
    pub fn server_by_id(&self, id: &str) -> Option<&Arc<CompiledServer>> {
        if id == self.document.org.id { Some(self.org_server()) } else { self.server(id) }
    }

    /// A client by its `client_id`.
    #[must_use]
    pub fn client(&self, client_id: &str) -> Option<&App> {
        self.app_by_client_id.get(client_id).map(|index| &self.document.apps[*index])
    }

    /// A user by id.
    #[must_use]
    pub fn user(&self, id: &str) -> Option<&User> {
        self.user_by_id.get(id).map(|index| &self.document.users[*index])
    }

    /// A user by what is typed into the sign-in page: the login, or the part before its `@`. Okta: logins ignore case.
    #[must_use]
    pub fn user_by_identifier(&self, identifier: &str) -> Option<&User> {
        let wanted = identifier.trim().to_lowercase();
        if let Some(index) = self.user_by_login.get(&wanted) {
            return self.document.users.get(*index);
        }
        let mut short =
            self.document.users.iter().filter(|user| {
                user.profile.login.split_once('@').is_some_and(|(name, _)| name.to_lowercase() == wanted)
            });
        match (short.next(), short.next()) {
            (Some(user), None) => Some(user),
            _ => None,
        }
    }

    /// A group by id.
    #[must_use]
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.group_by_id.get(id).map(|index| &self.document.groups[*index])
    }

    /// The ids of a user's groups, `Everyone` first.
    pub fn group_ids<'a>(&'a self, user: &'a User) -> impl Iterator<Item = &'a str> {
        self.everyone.iter().chain(&user.group_ids).map(String::as_str)
    }

    /// The id of the built-in group of all users.
    #[must_use]
    pub fn everyone(&self) -> Option<&str> {
        self.everyone.as_deref()
    }

    /// A user's groups, `Everyone` first, as expressions and group filters see them.
    pub fn group_views<'a>(&'a self, user: &'a User) -> impl Iterator<Item = &'a Arc<GroupView>> {
        let index = |id| self.group_by_id.get(id);
        self.group_ids(user).filter_map(index).map(|index| &self.group_views[*index])
    }

    /// All users, as the development picker shows them.
    pub fn personas(&self) -> &Arc<Vec<Persona>> {
        self.personas
            .get_or_init(|| Arc::new(self.document.users.iter().map(|user| Persona::new(self, user)).collect()))
    }

    /// How a user is assigned to a client: directly, else through the first assigned group that holds the user.
    #[must_use]
    pub fn assignment<'a>(&'a self, app: &'a App, user: &User) -> Option<&'a Assignment> {
        app.assignments.users.iter().find(|assignment| assignment.id == user.id).or_else(|| {
            app.assignments.groups.iter().find(|assignment| self.group_ids(user).any(|id| id == assignment.id))
        })
    }

    /// Whether some app trusts this one with its sign-in. Okta: a trust mapping.
    #[must_use]
    pub fn may_hand_over(&self, origin: &App) -> bool {
        self.document.apps.iter().any(|target| target.status.is_active() && target.trusts(origin))
    }

    /// Whether a browser page of that origin may read answers.
    #[must_use]
    pub fn trusts_origin(&self, origin: &str) -> bool {
        self.document.trusted_origins.iter().any(|trusted| {
            trusted.status.is_active()
                && trusted.origin == origin
                && trusted.scopes.iter().any(|scope| scope.kind == TrustedOriginScopeType::Cors)
        })
    }
}

fn group_view(group: &Group) -> GroupView {
    GroupView {
        id: group.id.clone(),
        name: group.profile.name.clone(),
        kind: group.kind.name().to_owned(),
        source_id: group.source.as_ref().map(|source| source.id.clone()),
        attributes: [("description".to_owned(), group.profile.description.as_str().into())].into(),
        ..GroupView::default()
    }
}
