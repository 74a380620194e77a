//! Applies the changes that were made at run time to a changed document.

use std::sync::Arc;

use super::problem::Problems;
use super::rows::id_of;
use super::servers::Servers;
use super::snapshot::Org;
use super::table::{Record, Table};
use super::tables::Tables;
use super::validate;

impl Org {
    /// This org with the changes that made `current` out of `seed`. Where this org differs from `seed` in the same object, it wins.
    ///
    /// # Errors
    /// The changes do not fit: for instance, something refers to an object that this org does not have.
    pub fn with_changes(&self, seed: &Self, current: &Self) -> Result<Self, Problems> {
        let mut tables = self.tables.clone();
        tables.merge(&seed.tables, &current.tables);
        let problems = validate::everything(&tables);
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let servers = Arc::new(Servers::new(&tables));
        Ok(Self::of(tables, servers))
    }
}

impl Tables {
    fn merge(&mut self, seed: &Self, current: &Self) {
        merge(&mut self.groups, &seed.groups, &current.groups);
        merge(&mut self.users, &seed.users, &current.users);
        merge(&mut self.apps, &seed.apps, &current.apps);
        merge(&mut self.assignments, &seed.assignments, &current.assignments);
        merge(&mut self.servers, &seed.servers, &current.servers);
        merge(&mut self.scopes, &seed.scopes, &current.scopes);
        merge(&mut self.claims, &seed.claims, &current.claims);
        merge(&mut self.policies, &seed.policies, &current.policies);
        merge(&mut self.rules, &seed.rules, &current.rules);
        merge(&mut self.session_policies, &seed.session_policies, &current.session_policies);
        merge(&mut self.trusted_origins, &seed.trusted_origins, &current.trusted_origins);
        merge(&mut self.directory, &seed.directory, &current.directory);
    }
}

fn merge<T: Record + PartialEq>(next: &mut Table<T>, seed: &Table<T>, current: &Table<T>) {
    for row in current.iter() {
        let id = id_of(&***row);
        let (old, new) = (seed.get(&id), next.get(&id));
        let mine = match (old, new) {
            (Some(old), _) if Arc::ptr_eq(old, row) => false,
            (Some(old), Some(new)) => ***old == ***new,
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if mine {
            next.put_shared(&id, Arc::clone(row));
        }
    }
    for old in seed.iter() {
        let id = id_of(&***old);
        if !current.contains(&id)
            && next.get(&id).is_some_and(|new| ***new == ***old)
            && let Some(slot) = next.slot(&id)
        {
            next.remove(slot);
        }
    }
}
