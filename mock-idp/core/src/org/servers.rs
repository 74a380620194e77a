//! The authorization servers of an org, prepared for deciding.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::compile::{compile_org_server, compile_server};
use super::server::CompiledServer;
use super::tables::Tables;

/// The org authorization server first, then the custom ones in document order.
#[derive(Debug)]
pub(super) struct Servers {
    pub(super) list: Vec<Arc<CompiledServer>>,
    pub(super) by_name: HashMap<String, usize>,
}

impl Servers {
    pub(super) fn new(tables: &Tables) -> Self {
        let org = Arc::new(compile_org_server(tables));
        let custom = tables.authorization_servers().map(|server| Arc::new(compile_server(tables, server)));
        Self::of(std::iter::once(org).chain(custom).collect())
    }

    /// The servers of changed tables, of which only those with these ids are other than before.
    pub(super) fn next(&self, tables: &Tables, changed: &BTreeSet<Box<str>>) -> Self {
        let known = |id: &str| self.by_name.get(id).map(|index| &self.list[*index]);
        let custom = tables.authorization_servers().map(|server| match known(&server.id) {
            Some(known) if !changed.contains(server.id.as_str()) => Arc::clone(known),
            _ => Arc::new(compile_server(tables, server)),
        });
        Self::of(std::iter::once(Arc::clone(&self.list[0])).chain(custom).collect())
    }

    fn of(list: Vec<Arc<CompiledServer>>) -> Self {
        let custom = || list.iter().enumerate().skip(1);
        let ids = custom().map(|(index, server)| (server.id.clone(), index));
        let names = custom().map(|(index, server)| (server.path_name.clone(), index));
        let by_name = ids.chain(names).collect();
        Self { list, by_name }
    }
}
