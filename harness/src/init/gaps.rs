//! Which scenarios each missing value adds.

use std::collections::BTreeSet;

use super::slot::Slot;
use crate::issuer_target::{AccountName, ClientName, Target};
use crate::scenario::Scenario;

/// A client or an account without values, and what it would add.
#[derive(Clone, Debug)]
pub struct Gap {
    /// The heading in the file, such as `clients.web`.
    pub table: String,
    /// The variables that fill it.
    pub variables: Vec<String>,
    /// What it is for.
    pub purpose: &'static str,
    /// The number of scenarios that run with it, in addition to those of the gaps before it.
    pub adds: usize,
    /// The areas of these scenarios.
    pub areas: Vec<String>,
}

impl Gap {
    /// What filling it in adds, in words.
    #[must_use]
    pub fn effect(&self) -> String {
        match self.adds {
            0 => "adds scenarios together with the next table".to_owned(),
            1 => format!("adds 1 scenario: {}", self.areas.join(", ")),
            more => format!("adds {more} scenarios: {}", self.areas.join(", ")),
        }
    }
}

/// The number of scenarios that run without any client or account, and what each adds. `target` has all of them.
pub(super) fn count(mut target: Target, slots: &[Slot], scenarios: &[Scenario]) -> (usize, Vec<Gap>) {
    let mut clients = std::mem::take(&mut target.clients);
    let mut accounts = std::mem::take(&mut target.accounts);
    let runnable = |target: &Target| -> BTreeSet<String> {
        let runs = scenarios.iter().filter(|scenario| scenario.unmet(target, false).is_none());
        runs.map(|scenario| scenario.id.to_string()).collect()
    };
    let mut known = runnable(&target);
    let runs = known.len();
    let gaps = slots.iter().map(|slot| {
        let (client, account) = (ClientName::from(slot.name), AccountName::from(slot.name));
        if let Some((name, client)) = clients.remove_entry(&client) {
            target.clients.insert(name, client);
        } else if let Some((name, account)) = accounts.remove_entry(&account) {
            target.accounts.insert(name, account);
        }
        let now = runnable(&target);
        let added: Vec<&String> = now.difference(&known).collect();
        let areas: BTreeSet<&str> = added.iter().filter_map(|id| id.split('.').next()).collect();
        let gap = Gap {
            table: slot.table(),
            variables: slot.variables(),
            purpose: slot.purpose,
            adds: added.len(),
            areas: areas.into_iter().map(str::to_owned).collect(),
        };
        known = now;
        gap
    });
    let mut gaps: Vec<Gap> = gaps.collect();
    // The last ones that add nothing are not needed.
    while gaps.last().is_some_and(|gap| gap.adds == 0) {
        gaps.pop();
    }
    (runs, gaps)
}
