//! What the enumeration of token requests is narrowed to, in names that a person knows.

use indexmap::IndexSet;

use super::names::{clients, grant, servers, users};
use super::parameter::BadParameter;
use crate::org::Org;
use crate::protocol::{GrantType, Scopes};

/// The selected clients, users, servers, grants and scope sets. What is not selected is everything that the orgs have.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    pub(super) clients: Option<IndexSet<String>>,
    pub(super) users: Option<IndexSet<String>>,
    pub(super) servers: Option<IndexSet<String>>,
    pub(super) grants: Option<IndexSet<GrantType>>,
    /// Each with its scopes in one text.
    pub(super) scopes: Option<IndexSet<String>>,
}

/// There is no token request in a selection.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no token request to compare: {why}")]
pub struct NoCase {
    /// Its place in the list of selections.
    pub selection: usize,
    pub why: String,
}

/// The names that a selection is made with.
const KNOWN: [&str; 5] = ["client", "user", "server", "grant", "scope"];

impl Selection {
    /// Reads a selection from parameters with the names and values of a question's: `client`, `user`, `server`, `grant` and
    /// `scope`, each as often as needed. Names that one of the orgs has are known.
    ///
    /// # Errors
    /// A name that no org has.
    pub fn read<'p>(
        orgs: &[&Org],
        parameters: impl IntoIterator<Item = (&'p str, &'p str)>,
    ) -> Result<Self, BadParameter> {
        let mut selection = Self::default();
        for (name, value) in parameters {
            selection.add(orgs, name, value)?;
        }
        Ok(selection)
    }

    /// Selects one more client, user, server, grant or scope set.
    ///
    /// # Errors
    /// A name that no org has.
    pub fn add(&mut self, orgs: &[&Org], name: &str, value: &str) -> Result<(), BadParameter> {
        match name {
            "client" => self.clients.get_or_insert_default().extend(clients(orgs, value)?),
            "user" => self.users.get_or_insert_default().extend(users(orgs, value)?),
            "server" => self.servers.get_or_insert_default().extend(servers(orgs, value)?),
            "grant" => _ = self.grants.get_or_insert_default().insert(grant(value)?),
            "scope" => _ = self.scopes.get_or_insert_default().insert(scopes(orgs, value)?.join()),
            _ => return Err(BadParameter::unknown(name, "no parameter is named", name, KNOWN.into_iter())),
        }
        Ok(())
    }
}

/// Scopes that some server has: a misspelt one would be refused in every org.
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
