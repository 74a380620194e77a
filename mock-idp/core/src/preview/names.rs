//! What the names in a question mean, in one org or in several that are compared.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::parameter::BadParameter;
use crate::model::App;
use crate::org::{CompiledServer, Org};
use crate::protocol::GrantType;

/// The grants that can be previewed.
pub const GRANTS: [GrantType; 8] = [
    GrantType::AuthorizationCode,
    GrantType::Implicit,
    GrantType::RefreshToken,
    GrantType::ClientCredentials,
    GrantType::Password,
    GrantType::DeviceCode,
    GrantType::Ciba,
    GrantType::TokenExchange,
];

/// Whether a user signs in.
pub(super) fn has_user(grant_type: GrantType) -> bool {
    grant_type != GrantType::ClientCredentials
}

/// The client that is meant in each of the orgs, by its id or label.
pub(super) fn clients(orgs: &[&Org], given: &str) -> Result<IndexSet<String>, BadParameter> {
    let mut found = IndexSet::new();
    for org in orgs {
        found.extend(client(org, given)?.map(|app| app.client_id().to_owned()));
    }
    if found.is_empty() {
        let names = orgs.iter().flat_map(|org| org.clients()).flat_map(|app| [app.client_id(), app.label.as_str()]);
        let known: IndexSet<&str> = names.collect();
        return Err(BadParameter::unknown("client", "no client is", given, known.iter().copied()));
    }
    Ok(found)
}

fn client<'a>(org: &'a Org, given: &str) -> Result<Option<&'a App>, BadParameter> {
    if let Some(app) = org.client(given) {
        return Ok(Some(app));
    }
    let exact: Vec<&App> = org.clients().filter(|app| app.label == given).collect();
    let alike = || org.clients().filter(|app| app.label.eq_ignore_ascii_case(given)).collect();
    match if exact.is_empty() { alike() } else { exact }.as_slice() {
        [] => Ok(None),
        [app] => Ok(Some(app)),
        several => {
            let error = format!("{} clients have the label {given:?}", several.len());
            let ids = several.iter().map(|app| app.client_id().to_owned()).collect();
            Err(BadParameter::new("client", error, ids))
        }
    }
}

/// The user who is meant in each of the orgs, by id or login.
pub(super) fn users(orgs: &[&Org], given: &str) -> Result<IndexSet<String>, BadParameter> {
    let user = |org: &&Org| org.user(given).or_else(|| org.user_by_identifier(given)).map(|user| user.id.clone());
    let found: IndexSet<String> = orgs.iter().filter_map(user).collect();
    if found.is_empty() {
        let logins: IndexSet<&str> =
            orgs.iter().flat_map(|org| org.users()).map(|user| user.profile.login.as_str()).collect();
        return Err(BadParameter::unknown("user", "no user is", given, logins.iter().copied()));
    }
    Ok(found)
}

/// Some logins of an org.
pub(super) fn logins(org: &Org) -> Vec<String> {
    const MAX: usize = 100;
    org.users().take(MAX).map(|user| user.profile.login.clone()).collect()
}

fn only_server_named<'a>(org: &'a Org, name: &str) -> Option<&'a Arc<CompiledServer>> {
    let mut named = org.servers().iter().filter(|server| !server.is_org() && server.name == name);
    named.next().filter(|_| named.next().is_none())
}

/// The authorization server that is meant in each of the orgs: `org`, `default`, its name or its id.
pub(super) fn servers(orgs: &[&Org], given: &str) -> Result<IndexSet<String>, BadParameter> {
    let server = |org: &&Org| match given {
        "org" => Some(org.identity().id.clone()),
        _ => org
            .server(given)
            .or_else(|| org.server_by_id(given))
            .or_else(|| only_server_named(org, given))
            .map(|server| server.id.clone()),
    };
    let found: IndexSet<String> = orgs.iter().filter_map(server).collect();
    if found.is_empty() {
        let custom = orgs.iter().flat_map(|org| org.servers().iter().skip(1));
        let custom = custom.flat_map(|server| [server.path_name.as_str(), server.name.as_str()]);
        let known: IndexSet<&str> = std::iter::once("org").chain(custom).collect();
        return Err(BadParameter::unknown("server", "no authorization server is", given, known.iter().copied()));
    }
    Ok(found)
}

/// The grant of that name. The last part of a URN is enough.
pub(super) fn grant(given: &str) -> Result<GrantType, BadParameter> {
    let short = |grant: &GrantType| grant.name().rsplit(':').next().is_some_and(|last| last == given);
    let found = GRANTS.into_iter().find(|grant| grant.name() == given || short(grant));
    found.ok_or_else(|| {
        let known = GRANTS.iter().map(|grant| grant.name());
        BadParameter::unknown("grant", "no preview is made of the grant", given, known)
    })
}

/// The grant that fits a user or their absence.
pub(super) fn fitting_grant(org: &Org, client_id: &str, user: bool) -> GrantType {
    let client = org.client(client_id);
    let has = |grant| client.is_some_and(|client| client.oauth().grant_types.contains(&grant));
    match user {
        false => GrantType::ClientCredentials,
        true => GRANTS
            .into_iter()
            .filter(|grant| has_user(*grant) && *grant != GrantType::RefreshToken)
            .find(|grant| has(*grant))
            .unwrap_or(GrantType::AuthorizationCode),
    }
}

/// The names of clients and servers in cases. A name that several of them have, in any letter case, is replaced by the id.
#[derive(Debug)]
pub(super) struct CaseNames<'a> {
    clients: IndexMap<&'a str, &'a str>,
    servers: IndexMap<&'a str, &'a str>,
}

impl<'a> CaseNames<'a> {
    pub(super) fn new(orgs: &[&'a Org]) -> Self {
        let apps = orgs.iter().flat_map(|org| org.clients()).map(|app| (app.client_id(), app.label.as_str()));
        let custom = orgs.iter().flat_map(|org| org.servers()).filter(|server| !server.is_org());
        let custom = custom.map(|server| match server.path_name.as_str() {
            "default" => (server.id.as_str(), "default"),
            _ => (server.id.as_str(), server.name.as_str()),
        });
        Self { clients: unambiguous(apps, &[]), servers: unambiguous(custom, &["org"]) }
    }

    pub(super) fn client<'i>(&self, id: &'i str) -> &'i str
    where
        'a: 'i,
    {
        self.clients.get(id).copied().unwrap_or(id)
    }

    /// The name of a custom authorization server.
    pub(super) fn server<'i>(&self, id: &'i str) -> &'i str
    where
        'a: 'i,
    {
        self.servers.get(id).copied().unwrap_or(id)
    }
}

/// The names by id. Of an object that several orgs have, the first one's counts.
fn unambiguous<'a>(named: impl Iterator<Item = (&'a str, &'a str)>, reserved: &[&str]) -> IndexMap<&'a str, &'a str> {
    let mut names: IndexMap<&str, &str> = IndexMap::new();
    for (id, name) in named {
        names.entry(id).or_insert(name);
    }
    let mut owners: IndexMap<String, usize> = reserved.iter().map(|name| ((*name).to_owned(), 1)).collect();
    for name in names.values() {
        *owners.entry(name.to_lowercase()).or_default() += 1;
    }
    names.retain(|_, name| !name.trim().is_empty() && owners.get(&name.to_lowercase()) == Some(&1));
    names
}
