//! The objects of an org as flat tables, and how they are found.

use std::sync::Arc;

use super::document::{OrgIdentity, RateLimits, Settings, SignInForm};
use super::records::{
    APP_CLIENT_ID, APP_GROUPS, APP_TRUSTED, APP_USERS, AppAssignment, Child, DirectoryRow, GROUP_TYPE, GroupEntry,
    OF_KIND, OF_OWNER, ORIGIN, OWNER, SCOPE_NAME, USER_GROUP, USER_LOGIN, USER_SHORT_NAME, assignment_id,
    directory_key, scope_key,
};
use super::table::{Table, Times};
use crate::behavior::Behavior;
use crate::expression::GroupView;
use crate::model::{
    AccessPolicy, ApiToken, App, Assignment, AuthorizationServer, ClaimRule, DirectoryKind, DirectoryObject,
    GlobalSessionPolicy, Group, GroupType, PolicyRule, RoleType, Scope, TrustedOrigin, TrustedOriginScopeType, User,
};
use crate::moment::Moment;

/// What an administrator wrote. Objects that a document nests (the scopes of a server, the rules of a policy, the assignments of
/// an app) are rows of their own here, and the lists that nest them are empty.
#[derive(Clone, Debug)]
pub struct Tables {
    pub(super) settings: Arc<OrgSettings>,
    pub(super) groups: Table<GroupEntry>,
    pub(super) users: Table<User>,
    pub(super) apps: Table<App>,
    pub(super) assignments: Table<AppAssignment>,
    pub(super) servers: Table<AuthorizationServer>,
    pub(super) scopes: Table<Child<Scope>>,
    pub(super) claims: Table<Child<ClaimRule>>,
    pub(super) policies: Table<Child<AccessPolicy>>,
    pub(super) rules: Table<Child<PolicyRule>>,
    pub(super) session_policies: Table<GlobalSessionPolicy>,
    pub(super) trusted_origins: Table<TrustedOrigin>,
    pub(super) directory: Table<DirectoryRow>,
}

/// What there is once per org.
#[derive(Clone, Debug)]
pub(super) struct OrgSettings {
    pub(super) identity: OrgIdentity,
    pub(super) settings: Settings,
    pub(super) api_tokens: Vec<ApiToken>,
}

impl Tables {
    /// Id, name and subdomain of the org.
    #[must_use]
    pub fn identity(&self) -> &OrgIdentity {
        &self.settings.identity
    }

    /// The choices about the mock.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings.settings
    }

    /// The API tokens.
    #[must_use]
    pub fn api_tokens(&self) -> &[ApiToken] {
        &self.settings.api_tokens
    }

    /// The rule set for the places where Okta departs from OpenID Connect.
    #[must_use]
    pub fn behavior(&self) -> Behavior {
        self.settings().behavior
    }

    /// Whether the org is like one of Okta's Classic Engine, as its sign-in page is.
    #[must_use]
    pub fn is_classic(&self) -> bool {
        self.settings().sign_in_page.form == SignInForm::Classic
    }

    /// Whether the port of this client's loopback redirect URIs does not count.
    #[must_use]
    pub fn accepts_any_loopback_port(&self, client: &App) -> bool {
        self.settings().any_loopback_port.iter().any(|client_id| client_id == client.client_id())
    }

    /// What happens to requests beyond a rate limit.
    #[must_use]
    pub fn rate_limits(&self) -> RateLimits {
        self.settings().rate_limits
    }

    /// A code for a user, as it is sent by email, text message and call.
    #[must_use]
    pub fn one_time_code(&self, moment: &mut Moment<'_>) -> String {
        match &self.settings().one_time_code {
            Some(fixed) => fixed.as_str().to_owned(),
            None => moment.letters(b"0123456789", 6),
        }
    }

    /// When the object with an id was created and last changed.
    #[must_use]
    pub fn times(&self, id: &str) -> Option<Times> {
        match id.get(..3)? {
            "00g" => self.groups.get(id).map(|row| row.times),
            "00u" => self.users.get(id).map(|row| row.times),
            "0oa" => self.apps.get(id).map(|row| row.times),
            "aus" => self.servers.get(id).map(|row| row.times),
            "scp" => self.scopes.get(id).map(|row| row.times),
            "ocl" => self.claims.get(id).map(|row| row.times),
            "00p" => {
                let access = self.policies.get(id).map(|row| row.times);
                access.or_else(|| self.session_policies.get(id).map(|row| row.times))
            }
            "0pr" => self.rules.get(id).map(|row| row.times),
            "tos" => self.trusted_origins.get(id).map(|row| row.times),
            _ => None,
        }
    }

    /// The users in document order.
    pub fn users(&self) -> impl Iterator<Item = &User> + Clone {
        self.users.iter().map(|row| &***row)
    }

    /// A user by id.
    #[must_use]
    pub fn user(&self, id: &str) -> Option<&User> {
        self.users.get(id).map(|row| &***row)
    }

    /// A user by what is typed into the sign-in page: the login, or the part before its `@`. Okta: logins ignore case.
    #[must_use]
    pub fn user_by_identifier(&self, identifier: &str) -> Option<&User> {
        let wanted = identifier.trim().to_lowercase();
        let by_login = self.users.first(USER_LOGIN, &wanted);
        by_login.or_else(|| self.users.only(USER_SHORT_NAME, &wanted)).map(|row| &***row)
    }

    /// The groups in document order.
    pub fn groups(&self) -> impl Iterator<Item = &Group> + Clone {
        self.groups.iter().map(|row| &row.group)
    }

    /// A group by id.
    #[must_use]
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.groups.get(id).map(|row| &row.group)
    }

    /// The id of the built-in group of all users.
    #[must_use]
    pub fn everyone(&self) -> Option<&str> {
        self.groups.first(GROUP_TYPE, GroupType::BuiltIn.name()).map(|row| row.group.id.as_str())
    }

    /// The ids of a user's groups, `Everyone` first.
    pub fn group_ids<'a>(&'a self, user: &'a User) -> impl Iterator<Item = &'a str> {
        self.everyone().into_iter().chain(user.group_ids.iter().map(String::as_str))
    }

    /// A user's groups, `Everyone` first, as expressions and group filters see them.
    pub fn group_views<'a>(&'a self, user: &'a User) -> impl Iterator<Item = &'a Arc<GroupView>> {
        self.group_ids(user).filter_map(|id| self.groups.get(id)).map(|row| &row.view)
    }

    /// The apps in document order.
    pub fn apps(&self) -> impl Iterator<Item = &App> + Clone {
        self.apps.iter().map(|row| &***row)
    }

    /// The apps that can request tokens, in document order.
    pub fn clients(&self) -> impl Iterator<Item = &App> + Clone {
        self.apps().filter(|app| app.is_client())
    }

    /// An app by id.
    #[must_use]
    pub fn app(&self, id: &str) -> Option<&App> {
        self.apps.get(id).map(|row| &***row)
    }

    /// A client by its `client_id`.
    #[must_use]
    pub fn client(&self, client_id: &str) -> Option<&App> {
        self.apps.first(APP_CLIENT_ID, client_id).map(|row| &***row)
    }

    /// The assignments of an app to users, in document order.
    pub fn assigned_users(&self, app: &App) -> impl Iterator<Item = &Assignment> {
        self.assignments.rows(APP_USERS, &app.id).map(|row| &row.assignment)
    }

    /// The assignments of an app to groups, by priority.
    pub fn assigned_groups(&self, app: &App) -> impl Iterator<Item = &Assignment> {
        self.group_priorities(&app.id).into_iter().map(|(assignment, _)| assignment)
    }

    /// The assignments of an app to groups with their priorities. Okta: they count from 0; one without a priority is behind the others.
    #[must_use]
    pub fn group_priorities(&self, app_id: &str) -> Vec<(&Assignment, u32)> {
        let mut assignments: Vec<&Assignment> =
            self.assignments.rows(APP_GROUPS, app_id).map(|row| &row.assignment).collect();
        assignments.sort_by_key(|assignment| assignment.priority.unwrap_or(u32::MAX));
        let mut next = 0;
        let with_priority = |assignment: &'_ Assignment| {
            let priority = assignment.priority.unwrap_or(next);
            next = priority.saturating_add(1);
            priority
        };
        let priorities: Vec<u32> = assignments.iter().copied().map(with_priority).collect();
        assignments.into_iter().zip(priorities).collect()
    }

    /// When an assignment was made and last changed.
    #[must_use]
    pub fn assignment_times(&self, app_id: &str, assignee_id: &str) -> Option<Times> {
        self.assignments.get(&assignment_id(app_id, assignee_id)).map(|row| row.times)
    }

    /// How a user is assigned to an app: directly, else through the first assigned group that holds the user.
    #[must_use]
    pub fn assignment(&self, app: &App, user: &User) -> Option<&Assignment> {
        let direct = self.assignments.get(&assignment_id(&app.id, &user.id)).map(|row| &row.assignment);
        direct
            .or_else(|| self.assigned_groups(app).find(|assignment| self.group_ids(user).any(|id| id == assignment.id)))
    }

    /// Whether a user may use an app. Okta: in Federation Broker Mode everybody may, without an assignment.
    #[must_use]
    pub fn is_assigned(&self, app: &App, user: &User) -> bool {
        app.settings.implicit_assignment || self.assignment(app, user).is_some()
    }

    /// Whether some app trusts this one with its sign-in. Okta: a trust mapping.
    #[must_use]
    pub fn is_trusted_by_an_app(&self, origin: &App) -> bool {
        self.apps.rows(APP_TRUSTED, &origin.id).any(|app| app.status.is_active())
    }

    /// The custom authorization servers in document order.
    pub fn authorization_servers(&self) -> impl Iterator<Item = &AuthorizationServer> + Clone {
        self.servers.iter().map(|row| &***row)
    }

    /// A custom authorization server by id.
    #[must_use]
    pub fn authorization_server(&self, id: &str) -> Option<&AuthorizationServer> {
        self.servers.get(id).map(|row| &***row)
    }

    /// The scopes that are configured on a custom authorization server.
    pub fn scopes(&self, server_id: &str) -> impl Iterator<Item = &Scope> {
        self.scopes.rows(OWNER, server_id).map(|row| &row.object)
    }

    /// Whether a scope of that name is configured on a custom authorization server.
    #[must_use]
    pub fn has_scope(&self, server_id: &str, name: &str) -> bool {
        self.scopes.first(SCOPE_NAME, &scope_key(server_id, name)).is_some()
    }

    /// The claim rules of a custom authorization server.
    pub fn claim_rules(&self, server_id: &str) -> impl Iterator<Item = &ClaimRule> {
        self.claims.rows(OWNER, server_id).map(|row| &row.object)
    }

    /// A claim rule by id.
    #[must_use]
    pub fn claim_rule(&self, id: &str) -> Option<&ClaimRule> {
        self.claims.get(id).map(|row| &row.object)
    }

    /// The access policies of a custom authorization server.
    pub fn policies(&self, server_id: &str) -> impl Iterator<Item = &AccessPolicy> {
        self.policies.rows(OWNER, server_id).map(|row| &row.object)
    }

    /// An access policy by id.
    #[must_use]
    pub fn policy(&self, id: &str) -> Option<&AccessPolicy> {
        self.policies.get(id).map(|row| &row.object)
    }

    /// The rules of an access policy.
    pub fn rules(&self, policy_id: &str) -> impl Iterator<Item = &PolicyRule> {
        self.rules.rows(OWNER, policy_id).map(|row| &row.object)
    }

    /// A rule of an access policy by id.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&PolicyRule> {
        self.rules.get(id).map(|row| &row.object)
    }

    /// The access policy that a rule belongs to.
    #[must_use]
    pub fn policy_of_rule(&self, rule_id: &str) -> Option<&AccessPolicy> {
        self.policy(&self.rules.get(rule_id)?.owner)
    }

    /// The trusted origins in document order.
    pub fn trusted_origins(&self) -> impl Iterator<Item = &TrustedOrigin> {
        self.trusted_origins.iter().map(|row| &***row)
    }

    /// A trusted origin by id.
    #[must_use]
    pub fn trusted_origin(&self, id: &str) -> Option<&TrustedOrigin> {
        self.trusted_origins.get(id).map(|row| &***row)
    }

    /// The directory objects of a kind, in the order in which they were added.
    pub fn objects(&self, kind: DirectoryKind) -> impl Iterator<Item = &DirectoryObject> + use<'_> {
        self.directory.rows(OF_KIND, kind.name()).map(|row| &row.object)
    }

    /// A directory object by kind and id.
    #[must_use]
    pub fn object(&self, kind: DirectoryKind, id: &str) -> Option<&DirectoryObject> {
        self.directory.get(&directory_key(kind, id)).map(|row| &row.object)
    }

    /// The authenticator with a key, such as `okta_email`.
    #[must_use]
    pub fn authenticator(&self, key: &str) -> Option<&DirectoryObject> {
        self.objects(DirectoryKind::Authenticator).find(|authenticator| authenticator.text("key") == Some(key))
    }

    /// The directory objects of a kind that belong to another object.
    pub fn objects_of(&self, kind: DirectoryKind, owner: &str) -> impl Iterator<Item = &DirectoryObject> + use<'_> {
        self.directory.rows(OF_OWNER, &directory_key(kind, owner)).map(|row| &row.object)
    }

    /// The users that are members of a group, in document order.
    pub fn members(&self, group: &Group) -> Box<dyn Iterator<Item = &User> + '_> {
        if group.kind == GroupType::BuiltIn && self.everyone() == Some(&group.id) {
            return Box::new(self.users());
        }
        Box::new(self.users.rows(USER_GROUP, &group.id).map(|row| &***row))
    }

    /// A user by id, login, or the part of the login before its `@`.
    #[must_use]
    pub fn user_named(&self, name: &str) -> Option<&User> {
        self.user(name).or_else(|| self.user_by_identifier(name))
    }

    /// A user by the exact login, whatever its case.
    #[must_use]
    pub fn user_by_login(&self, login: &str) -> Option<&User> {
        self.users.first(USER_LOGIN, &login.to_lowercase()).map(|row| &***row)
    }

    /// The user that acts when an API token is used: its owner, else the first super administrator, if there is one.
    #[must_use]
    pub fn owner_of(&self, token: &ApiToken) -> Option<&User> {
        let written = token.user_id.as_deref().and_then(|id| self.user(id));
        written.or_else(|| self.users().find(|user| user.has_role(RoleType::SuperAdmin)))
    }

    /// The global session policies in document order.
    pub fn session_policies(&self) -> impl Iterator<Item = &GlobalSessionPolicy> {
        self.session_policies.iter().map(|row| &***row)
    }

    /// Whether a browser page of that origin may read answers.
    #[must_use]
    pub fn trusts_origin(&self, origin: &str) -> bool {
        self.trusts(origin, TrustedOriginScopeType::Cors)
    }

    /// Whether browsers may be redirected to pages of that origin.
    #[must_use]
    pub fn trusts_redirect_to(&self, origin: &str) -> bool {
        self.trusts(origin, TrustedOriginScopeType::Redirect)
    }

    fn trusts(&self, origin: &str, wanted: TrustedOriginScopeType) -> bool {
        self.trusted_origins
            .rows(ORIGIN, origin)
            .any(|trusted| trusted.status.is_active() && trusted.scopes.iter().any(|scope| scope.kind == wanted))
    }
}
