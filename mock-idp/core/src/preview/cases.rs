//! The token requests that snapshots record and comparisons compare: clients, servers, grants, users and scope sets.

use indexmap::{IndexMap, IndexSet};
use serde::Serialize;

use super::names::{CaseNames, GRANTS, has_user};
use super::question::{Question, Session};
use super::selection::{NoCase, Selection};
use crate::org::{CompiledServer, Org};
use crate::protocol::{GrantType, Scopes};

/// A token request, in names that a person knows.
#[derive(Clone, Debug, Eq, Hash, PartialEq, Serialize)]
pub struct TokenCase {
    /// The login; none for a client that acts for itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The label; the id, if several clients have the label.
    pub client: String,
    pub client_id: String,
    pub grant: &'static str,
    /// `org`, `default`, or the name; the id, if several servers have the name.
    pub server: String,
    /// None: the server's default scopes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

impl TokenCase {
    /// The case of a question.
    #[must_use]
    pub fn of(org: &Org, question: &Question) -> Self {
        let server = (question.server != org.identity().id).then_some(question.server.as_str());
        let scopes = question.scopes.join();
        let (client, grant, user) = (&question.client_id, question.grant_type, question.user_id.as_deref());
        CaseNames::new(&[org]).case(&[org], Request { client, server, grant, user, scopes: &scopes })
    }

    /// On one line.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { client, grant, server, .. } = self;
        let (user, scope) = (self.user_words(), self.scope_words());
        format!("{user} · {client} · {grant} · {server} · {scope}")
    }

    /// The login, or that there is no user.
    #[must_use]
    pub fn user_words(&self) -> &str {
        self.user.as_deref().unwrap_or("no user")
    }

    /// The scopes, or that there are none.
    #[must_use]
    pub fn scope_words(&self) -> &str {
        self.scope.as_deref().unwrap_or("(default scopes)")
    }
}

/// The value of `nonce` in every authorization request.
const NONCE: &str = "preview";

/// The selected requests of some orgs, each once.
#[derive(Debug)]
pub struct Cases<'a, const N: usize> {
    orgs: [&'a Org; N],
    names: CaseNames<'a>,
    blocks: Vec<Block<'a>>,
}

/// The requests of one selection.
#[derive(Debug)]
struct Block<'a> {
    users: IndexSet<&'a str>,
    /// By client and server.
    groups: IndexMap<(&'a str, ServerId<'a>), Group>,
}

/// The id of a custom server. None is the org authorization server, which has another id in each org.
type ServerId<'a> = Option<&'a str>;

/// The requests of one client at one server.
#[derive(Debug)]
struct Group {
    grants: Vec<GrantType>,
    scopes: IndexSet<String>,
}

/// One request, in ids.
#[derive(Clone, Copy, Debug)]
struct Request<'c> {
    client: &'c str,
    server: ServerId<'c>,
    grant: GrantType,
    user: Option<&'c str>,
    scopes: &'c str,
}

impl<'a, const N: usize> Cases<'a, N> {
    /// The requests of all the selections.
    ///
    /// # Errors
    /// A selection has none.
    pub fn new(orgs: [&'a Org; N], selections: &[Selection]) -> Result<Self, NoCase> {
        let mut blocks = Vec::new();
        for (index, selection) in selections.iter().enumerate() {
            let block = Block::new(&orgs, selection);
            if block.len() == 0 {
                return Err(NoCase { selection: index, why: block.why_none(selection) });
            }
            blocks.push(block);
        }
        Ok(Self { orgs, names: CaseNames::new(&orgs), blocks })
    }

    /// The number of requests.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.blocks.as_slice() {
            [block] => block.len(),
            _ => self.requests().count(),
        }
    }

    /// Whether nothing was selected from.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Each request, with the question that it is to each of the orgs.
    pub fn iter(&self) -> impl Iterator<Item = (TokenCase, [Question; N])> {
        self.requests()
            .map(|request| (self.names.case(&self.orgs, request), self.orgs.map(|org| self.question(org, request))))
    }

    fn requests(&self) -> impl Iterator<Item = Request<'_>> {
        self.blocks.iter().enumerate().flat_map(|(index, block)| {
            let earlier = &self.blocks[..index];
            block.requests().filter(|request| !earlier.iter().any(|block| block.contains(*request)))
        })
    }

    fn question(&self, org: &Org, request: Request<'_>) -> Question {
        let Request { client, server, grant, user, scopes } = request;
        let bound = |org: &&Org| org.client(client).is_some_and(|client| client.oauth().dpop_bound_access_tokens);
        Question {
            client_id: client.to_owned(),
            user_id: user.map(str::to_owned),
            server: server.unwrap_or(&org.identity().id).to_owned(),
            grant_type: grant,
            response_type: None,
            scopes: Scopes::parse(scopes),
            nonce: Some(NONCE.to_owned()),
            acr_values: None,
            prompt: None,
            max_age: None,
            session: Session::default(),
            consent_given: true,
            proves_key: self.orgs.iter().any(bound),
        }
    }
}

impl CaseNames<'_> {
    fn case(&self, orgs: &[&Org], request: Request<'_>) -> TokenCase {
        let Request { client, server, grant, user, scopes } = request;
        let login = |id: &str| orgs.iter().find_map(|org| org.user(id)).map(|user| user.profile.login.clone());
        TokenCase {
            user: user.map(|id| login(id).unwrap_or_else(|| id.to_owned())),
            user_id: user.map(str::to_owned),
            client: self.client(client).to_owned(),
            client_id: client.to_owned(),
            grant: grant.name(),
            server: server.map_or("org", |id| self.server(id)).to_owned(),
            scope: (!scopes.is_empty()).then(|| scopes.to_owned()),
        }
    }
}

impl<'a> Block<'a> {
    fn new(orgs: &[&'a Org], selection: &Selection) -> Self {
        let is_selected =
            |names: &Option<IndexSet<String>>, id: &str| names.as_ref().is_none_or(|ids| ids.contains(id));
        let clients: IndexSet<&str> = orgs.iter().flat_map(|org| org.clients()).map(|app| app.client_id()).collect();
        let users = orgs.iter().flat_map(|org| org.users()).map(|user| user.id.as_str());
        let custom = orgs.iter().flat_map(|org| org.authorization_servers()).map(|server| Some(server.id.as_str()));
        let is_selected_server = |server: &ServerId<'_>| match server {
            Some(id) => is_selected(&selection.servers, id),
            None => orgs.iter().any(|org| is_selected(&selection.servers, &org.identity().id)),
        };
        let servers: IndexSet<ServerId<'_>> =
            std::iter::once(None).chain(custom).filter(|server| is_selected_server(server)).collect();
        let mut groups = IndexMap::new();
        for client in clients.into_iter().filter(|client| is_selected(&selection.clients, client)) {
            let grants = grants(orgs, client, selection);
            for server in &servers {
                let scopes = match &selection.scopes {
                    Some(scopes) => scopes.clone(),
                    None if grants.is_empty() => IndexSet::new(),
                    None => scope_sets(orgs, client, *server),
                };
                groups.insert((client, *server), Group { grants: grants.clone(), scopes });
            }
        }
        Self { users: users.filter(|user| is_selected(&selection.users, user)).collect(), groups }
    }

    fn len(&self) -> usize {
        let users = |grant: &GrantType| if has_user(*grant) { self.users.len() } else { 1 };
        self.groups.values().map(|group| group.grants.iter().map(users).sum::<usize>() * group.scopes.len()).sum()
    }

    fn contains(&self, request: Request<'_>) -> bool {
        let Request { client, server, grant, user, scopes } = request;
        user.is_none_or(|user| self.users.contains(user))
            && self
                .groups
                .get(&(client, server))
                .is_some_and(|group| group.grants.contains(&grant) && group.scopes.contains(scopes))
    }

    fn requests(&self) -> impl Iterator<Item = Request<'_>> {
        self.groups.iter().flat_map(move |(&(client, server), group)| {
            group.grants.iter().flat_map(move |&grant| {
                let by_itself = (!has_user(grant)).then_some(None);
                let by_users = self.users.iter().filter(move |_| has_user(grant)).map(|user| Some(*user));
                by_itself.into_iter().chain(by_users).flat_map(move |user| {
                    group.scopes.iter().map(move |scopes| Request { client, server, grant, user, scopes })
                })
            })
        })
    }

    fn why_none(&self, selection: &Selection) -> String {
        if self.groups.is_empty() {
            return "no org has a client".to_owned();
        }
        if self.groups.values().any(|group| !group.grants.is_empty()) {
            return "no org has a user".to_owned();
        }
        let selected: Option<Vec<GrantType>> = selection.grants.as_ref().map(|grants| grants.iter().copied().collect());
        let grants = match (selected.as_deref(), &selection.users) {
            (Some([grant]), Some(_)) if !has_user(*grant) => return format!("{} has no user", grant.name()),
            (Some(grants), _) => listed(grants),
            (None, Some(_)) => {
                let with_user: Vec<GrantType> = GRANTS.into_iter().filter(|grant| has_user(*grant)).collect();
                format!("a grant in which a user signs in ({})", listed(&with_user))
            }
            (None, None) => format!("a grant that can be previewed ({})", listed(&GRANTS)),
        };
        let clients: IndexSet<&str> = self.groups.keys().map(|(client, _)| *client).collect();
        match clients.first() {
            Some(client) if clients.len() == 1 => format!("the client {client} may not use {grants}"),
            _ => format!("no client may use {grants}"),
        }
    }
}

fn listed(grants: &[GrantType]) -> String {
    grants.iter().map(|grant| grant.name()).collect::<Vec<_>>().join(", ")
}

/// The grants of a client in any of the orgs that can be previewed and are selected.
fn grants(orgs: &[&Org], client: &str, selection: &Selection) -> Vec<GrantType> {
    let of_client = orgs.iter().filter_map(|org| org.client(client)).flat_map(|app| &app.oauth().grant_types);
    let grants: IndexSet<GrantType> = of_client.copied().filter(|grant| GRANTS.contains(grant)).collect();
    let is_selected = |grant: &GrantType| {
        selection.grants.as_ref().is_none_or(|selected| selected.contains(grant))
            && (selection.users.is_none() || has_user(*grant))
    };
    grants.into_iter().filter(is_selected).collect()
}

/// The server's default scopes, each scope alone, and all that the rules for this client mention.
fn scope_sets(orgs: &[&Org], client: &str, server: ServerId<'_>) -> IndexSet<String> {
    let server = |org: &&'_ Org| org.server_by_id(server.unwrap_or(&org.identity().id)).cloned();
    let servers: Vec<_> = orgs.iter().filter_map(server).collect();
    let mut sets = IndexSet::from([String::new()]);
    sets.extend(servers.iter().flat_map(|server| &server.scopes).map(|scope| scope.name.clone()));
    let mentioned: Scopes = std::iter::once("openid".to_owned())
        .chain(servers.iter().flat_map(|server| mentioned(server, client)))
        .filter(|scope| scope != "*")
        .collect();
    sets.insert(mentioned.join());
    sets
}

fn mentioned(server: &CompiledServer, client: &str) -> Vec<String> {
    let policies = server
        .policies
        .iter()
        .filter(|policy| policy.summary.clients.iter().any(|listed| listed == "ALL_CLIENTS" || listed == client));
    policies.flat_map(|policy| &policy.rules).flat_map(|rule| rule.summary.scopes.clone()).collect()
}
