//! Reads the sources of a package and says which file uses which.
//!
//! A file uses another one when it names an item that the other defines, however the name gets there: through `crate::`,
//! `super::`, an import or a re-export. A re-export (`pub use`) alone is not a use. Code under `#[cfg(test)]` is left out.

mod resolve;
mod source;
mod syntax;
mod uses;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

pub use source::{Source, SourceError};

/// Which files of a package use which, and which other crates they name.
#[derive(Debug)]
pub struct Package {
    sources: Vec<Source>,
    /// By index of the source: the sources that it uses, and a name that it uses of each.
    uses: Vec<BTreeMap<usize, String>>,
    /// By index of the source: the first segments of paths that lead out of the package.
    foreign: Vec<BTreeSet<String>>,
}

impl Package {
    /// Reads all sources below `root`, the `src` folder of a package.
    ///
    /// # Errors
    /// A file that cannot be read or parsed, with its path.
    pub fn read(root: &Path) -> Result<Self, SourceError> {
        Ok(Self::new(source::read(root)?))
    }

    fn new(sources: Vec<Source>) -> Self {
        let names = resolve::Names::new(&sources);
        let found: Vec<_> = sources.iter().enumerate().map(|(index, source)| uses::of(index, source, &names)).collect();
        let (uses, foreign) = found.into_iter().map(|found| (found.sources, found.foreign)).unzip();
        Self { sources, uses, foreign }
    }

    /// The files, in the order of their paths.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Every use of one file by another: the user, the used file, and a name that is used.
    pub fn uses(&self) -> impl Iterator<Item = (&Source, &Source, &str)> {
        self.uses.iter().enumerate().flat_map(move |(from, used)| {
            used.iter().map(move |(to, name)| (&self.sources[from], &self.sources[*to], name.as_str()))
        })
    }

    /// Each file with the names of other crates that it mentions.
    pub fn foreign(&self) -> impl Iterator<Item = (&Source, &BTreeSet<String>)> {
        self.sources.iter().zip(&self.foreign)
    }

    /// The groups of files that use each other, directly or through others: how many files each has, and its shortest cycle.
    #[must_use]
    pub fn cycles(&self) -> Vec<String> {
        let mut graph = DiGraphMap::<usize, ()>::new();
        for (from, used) in self.uses.iter().enumerate() {
            for to in used.keys() {
                graph.add_edge(from, *to, ());
            }
        }
        let groups = tarjan_scc(&graph).into_iter().filter(|group| group.len() > 1);
        groups.map(|group| self.describe(&group.into_iter().collect())).collect()
    }

    fn describe(&self, group: &BTreeSet<usize>) -> String {
        let cycles = group.iter().filter_map(|start| self.shortest_cycle(*start, group));
        let cycle = cycles.min_by_key(Vec::len).unwrap_or_default();
        let mut text = format!("{} files use each other, for example\n", group.len());
        for (at, from) in cycle.iter().enumerate() {
            let to = cycle[(at + 1) % cycle.len()];
            let name = &self.uses[*from][&to];
            let (from, to) = (self.sources[*from].path.display(), self.sources[to].path.display());
            text.push_str(&format!("  {from} uses {name} of {to}\n"));
        }
        text
    }

    /// The shortest way from a file back to itself inside a group, by breadth-first search.
    fn shortest_cycle(&self, start: usize, group: &BTreeSet<usize>) -> Option<Vec<usize>> {
        let mut before = BTreeMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(file) = queue.pop_front() {
            for used in self.uses[file].keys().filter(|used| group.contains(used)) {
                if *used == start {
                    let mut cycle: Vec<usize> =
                        std::iter::successors(Some(file), |file| before.get(file).copied()).collect();
                    cycle.reverse();
                    return Some(cycle);
                }
                if let Entry::Vacant(entry) = before.entry(*used) {
                    entry.insert(file);
                    queue.push_back(*used);
                }
            }
        }
        None
    }

    /// The uses between top-level modules that do not go down the layers, and the modules that have no layer.
    ///
    /// `layers` lists the names of top-level modules from the lowest layer to the highest. A module may use modules of
    /// lower layers only.
    #[must_use]
    pub fn violations(&self, layers: &[&[&str]]) -> Vec<String> {
        let layer = |module: &str| layers.iter().position(|layer| layer.contains(&module));
        let mut found = BTreeSet::new();
        for source in &self.sources {
            if let Some(module) = source.top().filter(|module| layer(module).is_none()) {
                found.insert(format!("{module} has no layer"));
            }
        }
        for (user, used, name) in self.uses() {
            let (Some(from), Some(to)) = (user.top(), used.top()) else { continue };
            if from != to && layer(to) >= layer(from) {
                found.insert(format!("{} uses {name} of {}", user.path.display(), used.path.display()));
            }
        }
        found.into_iter().collect()
    }
}

#[cfg(test)]
mod tests;
