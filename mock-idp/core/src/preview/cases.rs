//! The token requests over which two orgs are compared: clients, servers, grants, users and scope sets.

use indexmap::IndexSet;
use serde::Serialize;

use super::names::{GRANTS, clients, grant, has_user, servers, users};
use super::parameter::BadParameter;
use super::question::{Question, Session};
use crate::org::{CompiledServer, Org};
use crate::protocol::{GrantType, Scopes};

/// A token request, in names that a person knows.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Case {
    pub user: Option<String>,
    pub client: String,
    pub grant: &'static str,
    pub server: String,
    /// None: the server's default scopes.
    pub scope: Option<String>,
}

/// What a comparison is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    clients: Option<IndexSet<String>>,
    users: Option<IndexSet<String>>,
    servers: Option<IndexSet<String>>,
    grant: Option<GrantType>,
    scopes: Option<Scopes>,
}

/// There is nothing to compare.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no token request to compare: {0}")]
pub struct NoCase(String);

impl Selection {
    /// Reads a selection from parameters with the names and values of a question's: `client`, `user`, `server`, `grant` and
    /// `scope`. Names that one of the orgs has are known.
    ///
    /// # Errors
    /// A name that no org has.
    pub fn read<'p>(
        orgs: [&Org; 2],
        parameters: impl IntoIterator<Item = (&'p str, &'p str)>,
    ) -> Result<Self, BadParameter> {
        const KNOWN: [&str; 5] = ["client", "user", "server", "grant", "scope"];
        let mut selection = Self::default();
        for (name, value) in parameters {
            match name {
                "client" => selection.clients = Some(clients(&orgs, value)?),
                "user" => selection.users = Some(users(&orgs, value)?),
                "server" => selection.servers = Some(servers(&orgs, value)?),
                "grant" => selection.grant = Some(grant(value)?),
                "scope" => selection.scopes = Some(scopes(&orgs, value)?),
                _ => return Err(BadParameter::unknown(name, "no parameter is named", name, KNOWN.into_iter())),
            }
        }
        Ok(selection)
    }
}

/// Scopes that some server has: a misspelt one would be refused in both orgs.
fn scopes(orgs: &[&Org], given: &str) -> Result<Scopes, BadParameter> {
    let servers = orgs.iter().flat_map(|org| org.servers());
    let known: IndexSet<&str> = servers.flat_map(|server| &server.scopes).map(|scope| scope.name.as_str()).collect();
    let scopes = Scopes::parse(&given.replace(',', " "));
    if let Some(unknown) = scopes.iter().find(|scope| !known.contains(scope)) {
        let what = "no authorization server has the scope";
        return Err(BadParameter::unknown("scope", what, unknown, known.iter().copied()));
    }
    Ok(scopes)
}

/// The selected requests of two orgs.
#[derive(Debug)]
pub struct Cases<'a> {
    orgs: [&'a Org; 2],
    users: Vec<&'a str>,
    groups: Vec<Group<'a>>,
}

/// The requests of one client at one server.
#[derive(Debug)]
struct Group<'a> {
    client: &'a str,
    /// Of a custom server; the org authorization server has another id in each org.
    server: Option<&'a str>,
    grants: Vec<GrantType>,
    scopes: IndexSet<String>,
}

impl<'a> Cases<'a> {
    /// The selected requests.
    ///
    /// # Errors
    /// There is none.
    pub fn new(before: &'a Org, after: &'a Org, selection: &Selection) -> Result<Self, NoCase> {
        let orgs = [before, after];
        let is_selected =
            |names: &Option<IndexSet<String>>, id: &str| names.as_ref().is_none_or(|ids| ids.contains(id));
        let clients: IndexSet<&str> = orgs.iter().flat_map(|org| org.apps()).map(|app| app.client_id()).collect();
        let users: IndexSet<&str> = orgs.iter().flat_map(|org| org.users()).map(|user| user.id.as_str()).collect();
        let custom = orgs.iter().flat_map(|org| org.authorization_servers()).map(|server| Some(server.id.as_str()));
        let servers: IndexSet<Option<&str>> = std::iter::once(None).chain(custom).collect();
        let is_selected_server = |server: Option<&str>| match server {
            Some(id) => is_selected(&selection.servers, id),
            None => orgs.iter().any(|org| is_selected(&selection.servers, &org.identity().id)),
        };
        let mut groups = Vec::new();
        for client in clients.into_iter().filter(|client| is_selected(&selection.clients, client)) {
            let grants = grants(&orgs, client, selection);
            for server in servers.iter().copied().filter(|server| is_selected_server(*server)) {
                let scopes = match &selection.scopes {
                    Some(scopes) => IndexSet::from([scopes.join()]),
                    None => scope_sets(&orgs, client, server),
                };
                groups.push(Group { client, server, grants: grants.clone(), scopes });
            }
        }
        let users: Vec<&str> = users.into_iter().filter(|user| is_selected(&selection.users, user)).collect();
        let cases = Self { orgs, users, groups };
        if cases.is_empty() { Err(NoCase(cases.why_none(selection))) } else { Ok(cases) }
    }

    /// The number of requests.
    #[must_use]
    pub fn len(&self) -> usize {
        let users = |grant: &GrantType| if has_user(*grant) { self.users.len() } else { 1 };
        self.groups.iter().map(|group| group.grants.iter().map(users).sum::<usize>() * group.scopes.len()).sum()
    }

    /// Never: a selection of nothing is an error.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn why_none(&self, selection: &Selection) -> String {
        if self.groups.is_empty() {
            return "neither org has a client".to_owned();
        }
        if self.groups.iter().any(|group| !group.grants.is_empty()) {
            return "neither org has a user".to_owned();
        }
        let grants = match (selection.grant, &selection.users) {
            (Some(grant), Some(_)) if !has_user(grant) => return format!("{} has no user", grant.name()),
            (Some(grant), _) => grant.name().to_owned(),
            (None, Some(_)) => {
                let with_user: Vec<&str> =
                    GRANTS.into_iter().filter(|grant| has_user(*grant)).map(GrantType::name).collect();
                format!("a grant in which a user signs in ({})", with_user.join(", "))
            }
            (None, None) => format!("a grant that can be previewed ({})", GRANTS.map(GrantType::name).join(", ")),
        };
        let mut clients: Vec<&str> = self.groups.iter().map(|group| group.client).collect();
        clients.dedup();
        match clients.as_slice() {
            [client] => format!("the client {client} may not use {grants}"),
            _ => format!("no client may use {grants}"),
        }
    }

    /// Each request, with the question that it is to each of the orgs.
    pub fn iter(&self) -> impl Iterator<Item = (Case, [Question; 2])> {
        self.groups.iter().flat_map(move |group| {
            group.grants.iter().flat_map(move |grant| {
                let nobody = (!has_user(*grant)).then_some(None);
                let somebody = self.users.iter().filter(|_| has_user(*grant)).map(|user| Some(*user));
                nobody
                    .into_iter()
                    .chain(somebody)
                    .flat_map(move |user| group.scopes.iter().map(move |scopes| self.case(group, *grant, user, scopes)))
            })
        })
    }

    fn case(&self, group: &Group<'_>, grant: GrantType, user: Option<&str>, scopes: &str) -> (Case, [Question; 2]) {
        let login = |id: &str| self.orgs.iter().find_map(|org| org.user(id)).map(|user| user.profile.login.clone());
        let name =
            |id: &str| self.orgs.iter().find_map(|org| org.server_by_id(id)).map(|server| server.path_name.clone());
        let case = Case {
            user: user.map(|id| login(id).unwrap_or_else(|| id.to_owned())),
            client: group.client.to_owned(),
            grant: grant.name(),
            server: group.server.map_or_else(|| "org".to_owned(), |id| name(id).unwrap_or_else(|| id.to_owned())),
            scope: (!scopes.is_empty()).then(|| scopes.to_owned()),
        };
        let bound = |org: &&Org| org.client(group.client).is_some_and(|client| client.oauth().dpop_bound_access_tokens);
        let proves_key = self.orgs.iter().any(bound);
        let question = |org: &Org| Question {
            client_id: group.client.to_owned(),
            user_id: user.map(str::to_owned),
            server: group.server.unwrap_or(&org.identity().id).to_owned(),
            grant_type: grant,
            response_type: None,
            scopes: Scopes::parse(scopes),
            nonce: None,
            acr_values: None,
            prompt: None,
            max_age: None,
            session: Session::default(),
            consent_given: true,
            proves_key,
        };
        (case, self.orgs.map(question))
    }
}

/// The grants of a client in either org that can be previewed and are selected.
fn grants(orgs: &[&Org; 2], client: &str, selection: &Selection) -> Vec<GrantType> {
    let of_client = orgs.iter().filter_map(|org| org.client(client)).flat_map(|app| &app.oauth().grant_types);
    let grants: IndexSet<GrantType> = of_client.copied().filter(|grant| GRANTS.contains(grant)).collect();
    let is_selected = |grant: &GrantType| {
        selection.grant.is_none_or(|selected| selected == *grant) && (selection.users.is_none() || has_user(*grant))
    };
    grants.into_iter().filter(is_selected).collect()
}

/// The server's default scopes, each scope alone, and all that the rules for this client mention.
fn scope_sets(orgs: &[&Org; 2], client: &str, server: Option<&str>) -> IndexSet<String> {
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
