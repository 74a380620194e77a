//! One state of an org.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::document::Document;
use super::found_problem::FoundProblem;
use super::network_zones;
use super::picker::PickerUser;
use super::problem::{Problem, Problems};
use super::server::CompiledServer;
use super::servers::Servers;
use super::tables::Tables;
use super::validate;
use super::yaml::{Yaml, read_document_without_places};
use crate::model::DirectoryObject;

/// A snapshot of an org. A change builds the next one, which shares all that did not change.
#[derive(Debug)]
pub struct Org {
    pub(super) tables: Tables,
    pub(super) servers: Arc<Servers>,
    picker: OnceLock<Arc<Vec<PickerUser>>>,
    blocks_addresses: OnceLock<bool>,
}

impl Deref for Org {
    type Target = Tables;

    fn deref(&self) -> &Tables {
        &self.tables
    }
}

impl Org {
    /// The org of a document in YAML (JSON is YAML too).
    ///
    /// # Errors
    /// The first syntax error; else every unknown key, missing key and wrong type, and every problem that [`Self::from_document`] finds in
    /// what could be read. Each with line and column.
    pub fn parse(yaml: &str) -> Result<Self, Problems> {
        Self::read(yaml).map_err(|found| Problems(found.into_iter().map(|(problem, _)| problem).collect()))
    }

    /// The same of a document that has no lines: each problem has a path in their place.
    ///
    /// # Errors
    /// The same as [`Self::parse`].
    pub fn parse_json(document: &serde_json::Value) -> Result<Self, Problems> {
        let with_path = |(problem, path)| Problem { path, place: None, ..problem };
        Self::read(&document.to_string()).map_err(|found| Problems(found.into_iter().map(with_path).collect()))
    }

    /// The problems are in the order of the document, with their places, and with their paths beside them.
    fn read(yaml: &str) -> Result<Self, Vec<(Problem, String)>> {
        // Without the places of values, which take several times the memory of the org.
        if let Some(document) = read_document_without_places(yaml)
            && let Ok(org) = Self::checked(document)
        {
            return Ok(org);
        }
        let yaml = Yaml::read(yaml).map_err(|problem| vec![(problem, String::new())])?;
        let (document, mut problems) = yaml.value::<Document>();
        match document.map(Self::checked) {
            Some(Ok(org)) if problems.is_empty() => return Ok(org),
            Some(Err(found)) => {
                problems.extend(yaml.own_problems(found).into_iter().map(|problem| {
                    let path = problem.path.clone();
                    (problem, path)
                }));
            }
            _ => {}
        }
        problems.sort_by_key(|(problem, _)| problem.place);
        Err(problems)
    }

    /// The org of a document.
    ///
    /// # Errors
    /// Every dangling reference, duplicate id and value out of bounds, each with its place as a JSON pointer.
    pub fn from_document(document: Document) -> Result<Self, Problems> {
        Ok(Self::checked(document)?)
    }

    /// The org of a document that a running mock has written. As in Okta, it can name objects that have been removed where no decision
    /// relies on them.
    ///
    /// # Errors
    /// The same as [`Self::from_document`].
    pub fn from_saved(document: Document) -> Result<Self, Problems> {
        let tables = completed(document);
        let found = validate::everything(&tables);
        Ok(Self::sound(tables, found)?)
    }

    fn checked(document: Document) -> Result<Self, Vec<FoundProblem>> {
        let tables = completed(document);
        let references = validate::references(&tables);
        let mut found = validate::everything(&tables);
        // A name is not a valid id either.
        found.retain(|one| references.iter().all(|reference| reference.problem.path != one.problem.path));
        found.extend(references);
        Self::sound(tables, found)
    }

    /// The org of tables in which nothing was found.
    fn sound(tables: Tables, found: Vec<FoundProblem>) -> Result<Self, Vec<FoundProblem>> {
        if !found.is_empty() {
            return Err(found);
        }
        let servers = Arc::new(Servers::new(&tables));
        Ok(Self::of(tables, servers))
    }

    /// The same org under another subdomain. It shares everything else.
    ///
    /// # Errors
    /// The name is not a host label.
    pub fn renamed(&self, subdomain: &str) -> Result<Self, Problems> {
        let mut tables = self.tables.clone();
        subdomain.clone_into(&mut Arc::make_mut(&mut tables.settings).identity.subdomain);
        let problems = validate::identity(&tables);
        if !problems.is_empty() {
            return Err(problems.into());
        }
        Ok(Self::of(tables, Arc::clone(&self.servers)))
    }

    pub(super) fn of(tables: Tables, servers: Arc<Servers>) -> Self {
        Self { tables, servers, picker: OnceLock::new(), blocks_addresses: OnceLock::new() }
    }

    /// The org authorization server.
    #[must_use]
    pub fn org_server(&self) -> &Arc<CompiledServer> {
        &self.servers.list[0]
    }

    /// The org authorization server, then the custom ones in document order.
    #[must_use]
    pub fn servers(&self) -> &[Arc<CompiledServer>] {
        &self.servers.list
    }

    /// A custom authorization server by its id or, for the default one, by the word `default`.
    #[must_use]
    pub fn server(&self, name: &str) -> Option<&Arc<CompiledServer>> {
        self.servers.by_name.get(name).map(|index| &self.servers.list[*index])
    }

    /// Any authorization server by the id that records keep.
    #[must_use]
    pub fn server_by_id(&self, id: &str) -> Option<&Arc<CompiledServer>> {
        if id == self.identity().id { Some(self.org_server()) } else { self.server(id) }
    }

    /// All users, as the development picker shows them.
    pub fn picker_users(&self) -> &Arc<Vec<PickerUser>> {
        self.picker.get_or_init(|| Arc::new(self.users().map(|user| PickerUser::new(self, user)).collect()))
    }

    /// Whether a network zone blocks addresses.
    pub fn blocks_addresses(&self) -> bool {
        *self.blocks_addresses.get_or_init(|| network_zones::blocklists(self).next().is_some())
    }

    /// The network zone that blocks all requests from an address.
    pub fn blocking_zone(&self, address: IpAddr) -> Option<&DirectoryObject> {
        network_zones::blocking_zone(self, address).filter(|_| self.blocks_addresses())
    }
}

fn completed(mut document: Document) -> Tables {
    document.complete();
    Tables::from(document)
}

impl Document {
    /// Reads a valid org document from YAML (JSON is YAML too).
    ///
    /// # Errors
    /// The same as [`Org::parse`].
    pub fn parse(yaml: &str) -> Result<Self, Problems> {
        Org::parse(yaml).map(|org| org.to_document())
    }
}
