//! A change of an org: rows are put and removed, then the next snapshot is built beside the one it started from.

mod apps;
mod directory;
mod servers;

use std::ops::Deref;
use std::sync::Arc;

use super::document::Settings;
use super::problem::Problems;
use super::servers::Servers;
use super::snapshot::Org;
use super::table::{Record, Row, Table};
use super::tables::Tables;
use super::touched::Touched;
use super::validate;

/// The objects of an org during a change. What reads the org reads the changed objects.
///
/// Objects are put by id: in the place of the one that has the id, or behind the others. Rows that are put later win.
#[derive(Debug)]
pub struct Draft {
    tables: Tables,
    touched: Touched,
    servers: Arc<Servers>,
    now: i64,
}

impl Deref for Draft {
    type Target = Tables;

    fn deref(&self) -> &Tables {
        &self.tables
    }
}

impl Draft {
    /// A change of this org, at a time in seconds since the epoch.
    #[must_use]
    pub fn new(org: &Org, now: i64) -> Self {
        let (tables, servers) = (org.tables.clone(), Arc::clone(&org.servers));
        Self { tables, touched: Touched::default(), servers, now }
    }

    /// The next snapshot.
    ///
    /// # Errors
    /// Every problem of the changed rows and of those that refer to them.
    pub fn finish(mut self) -> Result<Org, Problems> {
        let problems = validate::touched(&self.tables, &self.touched);
        if !problems.is_empty() {
            return Err(problems.into());
        }
        self.tables.compact();
        let servers = match (self.touched.settings, self.touched.compiled.is_empty()) {
            (true, _) => Arc::new(Servers::new(&self.tables)),
            (false, true) => self.servers,
            (false, false) => Arc::new(self.servers.next(&self.tables, &self.touched.compiled)),
        };
        Ok(Org::of(self.tables, servers))
    }

    /// Changes the choices about the mock.
    pub fn put_settings(&mut self, settings: Settings) {
        Arc::make_mut(&mut self.tables.settings).settings = settings;
        self.touched.settings = true;
    }
}

fn put<T: Record>(table: &mut Table<T>, id: &str, object: T, now: i64) -> u32 {
    put_row(table, id, Row::new(object, now, now))
}

/// A row keeps the time of its creation.
fn put_row<T: Record>(table: &mut Table<T>, id: &str, mut row: Row<T>) -> u32 {
    if let Some(known) = table.get(id) {
        row.times.created = known.times.created;
    }
    table.put(id, row)
}
