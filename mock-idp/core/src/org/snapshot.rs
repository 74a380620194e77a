//! One state of an org.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::document::Document;
use super::picker::PickerUser;
use super::problem::Problems;
use super::server::CompiledServer;
use super::servers::Servers;
use super::tables::Tables;
use super::validate;
use super::yaml::{Yaml, read_document_without_places};

/// A snapshot of an org. A change builds the next one, which shares all that did not change.
#[derive(Debug)]
pub struct Org {
    pub(super) tables: Tables,
    pub(super) servers: Arc<Servers>,
    picker: OnceLock<Arc<Vec<PickerUser>>>,
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
    /// The first syntax error; else every unknown key, missing key and wrong type, and, if there are no others than unknown keys, every
    /// problem that [`Self::from_document`] finds. Each with line and column.
    pub fn parse(yaml: &str) -> Result<Self, Problems> {
        // Without the places of values, which take several times the memory of the org.
        if let Some(document) = read_document_without_places(yaml)
            && let Ok(org) = Self::from_document(document)
        {
            return Ok(org);
        }
        let yaml = Yaml::read(yaml).map_err(|problem| Problems(vec![problem]))?;
        let (document, mut problems) = yaml.value::<Document>();
        match document.map(Self::from_document) {
            Some(Ok(org)) if problems.is_empty() => return Ok(org),
            Some(Err(found)) => problems.extend(found.0.into_iter().map(|mut problem| {
                problem.place = Some(yaml.place(&problem));
                problem
            })),
            _ => {}
        }
        problems.sort_by_key(|problem| problem.place);
        Err(Problems(problems))
    }

    /// The org of a document.
    ///
    /// # Errors
    /// Every dangling reference, duplicate id and value out of bounds, each with its place as a JSON pointer.
    pub fn from_document(mut document: Document) -> Result<Self, Problems> {
        document.complete();
        let tables = Tables::from(document);
        let problems = validate::everything(&tables);
        if !problems.is_empty() {
            return Err(Problems(problems));
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
            return Err(Problems(problems));
        }
        Ok(Self::of(tables, Arc::clone(&self.servers)))
    }

    pub(super) fn of(tables: Tables, servers: Arc<Servers>) -> Self {
        Self { tables, servers, picker: OnceLock::new() }
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
}

impl Document {
    /// Reads a valid org document from YAML (JSON is YAML too).
    ///
    /// # Errors
    /// As of [`Org::parse`].
    pub fn parse(yaml: &str) -> Result<Self, Problems> {
        Org::parse(yaml).map(|org| org.to_document())
    }
}
