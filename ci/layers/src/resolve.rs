//! Which file defines what a path names.

use std::collections::HashMap;

use syn::{Item, UseTree};

use crate::source::Source;
use crate::syntax::{is_test, tree_paths};

/// What the modules of a package define, import and re-export.
pub(crate) struct Names {
    modules: HashMap<Vec<String>, Module>,
}

/// The names in one module.
#[derive(Default)]
struct Module {
    /// Index of the file that it is in.
    source: usize,
    /// Items defined in it.
    defined: Vec<String>,
    /// Imported name to the path that it stands for.
    imported: HashMap<String, Vec<String>>,
    /// Modules whose names are all imported.
    globs: Vec<Vec<String>>,
}

/// What a path leads to.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Resolved {
    /// An item in this file.
    Source(usize),
    /// A module as a whole, or a name of this file that cannot be found.
    Module,
    /// Another crate, or a name of the language's prelude.
    Foreign(String),
}

/// Re-exports lead to re-exports; more than this is a circle.
const MAX_CHAIN: usize = 16;

impl Names {
    pub(crate) fn new(sources: &[Source]) -> Self {
        let mut names = Self { modules: HashMap::new() };
        for (index, source) in sources.iter().enumerate() {
            names.add(index, &source.module, &source.syntax.items);
        }
        names
    }

    fn add(&mut self, source: usize, path: &[String], items: &[Item]) {
        let mut module = self.modules.remove(path).unwrap_or_default();
        module.source = source;
        for item in items.iter().filter(|item| !is_test(item)) {
            match item {
                Item::Use(item) => module.import(&item.tree),
                Item::Mod(item) => {
                    let child: Vec<String> = path.iter().cloned().chain([item.ident.to_string()]).collect();
                    if let Some((_, items)) = &item.content {
                        self.add(source, &child, items);
                    }
                }
                _ => module.defined.extend(defined(item)),
            }
        }
        self.modules.insert(path.to_vec(), module);
    }

    /// Follows a path that is written in `from`.
    pub(crate) fn resolve(&self, from: &[String], path: &[String]) -> Resolved {
        self.follow(from, path, 0)
    }

    fn follow(&self, from: &[String], path: &[String], depth: usize) -> Resolved {
        let Some((first, rest)) = path.split_first() else { return Resolved::Module };
        match first.as_str() {
            "crate" => self.descend(Vec::new(), rest, depth),
            "self" => self.descend(from.to_vec(), rest, depth),
            "super" => self.follow(&from[..from.len().saturating_sub(1)], &with_self(rest), depth),
            _ if self.knows(from, first) => self.descend(from.to_vec(), path, depth),
            _ => Resolved::Foreign(first.clone()),
        }
    }

    fn knows(&self, module: &[String], name: &str) -> bool {
        let Some(known) = self.modules.get(module) else { return false };
        known.defined.iter().any(|defined| defined == name)
            || known.imported.contains_key(name)
            || self.modules.contains_key(&child(module, name))
            || known.globs.iter().any(|glob| self.glob(module, glob).is_some_and(|glob| self.knows(&glob, name)))
    }

    /// The module of the package that a glob import takes everything of.
    fn glob(&self, from: &[String], path: &[String]) -> Option<Vec<String>> {
        let mut module = from.to_vec();
        for (at, step) in path.iter().enumerate() {
            match step.as_str() {
                "crate" => module.clear(),
                "self" => {}
                "super" => drop(module.pop()),
                name => {
                    module.push(name.to_owned());
                    if at == 0 && !self.modules.contains_key(&module) {
                        return None;
                    }
                }
            }
        }
        (self.modules.contains_key(&module) && module != from).then_some(module)
    }

    fn descend(&self, module: Vec<String>, path: &[String], depth: usize) -> Resolved {
        let Some((name, rest)) = path.split_first() else { return Resolved::Module };
        if name == "super" {
            return self.descend(module[..module.len().saturating_sub(1)].to_vec(), rest, depth);
        }
        let below = child(&module, name);
        if self.modules.contains_key(&below) {
            return self.descend(below, rest, depth);
        }
        let Some(known) = self.modules.get(&module) else { return Resolved::Module };
        if known.defined.iter().any(|defined| defined == name) {
            return Resolved::Source(known.source);
        }
        if depth < MAX_CHAIN {
            if let Some(imported) = known.imported.get(name) {
                let path: Vec<String> = imported.iter().chain(rest).cloned().collect();
                return self.follow(&module, &path, depth + 1);
            }
            for glob in &known.globs {
                if let Some(glob) = self.glob(&module, glob).filter(|glob| self.knows(glob, name)) {
                    return self.descend(glob, path, depth + 1);
                }
            }
        }
        Resolved::Source(known.source)
    }
}

fn child(module: &[String], name: &str) -> Vec<String> {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

fn with_self(path: &[String]) -> Vec<String> {
    match path.first().map(String::as_str) {
        Some("super") => path.to_vec(),
        _ => ["self".to_owned()].into_iter().chain(path.iter().cloned()).collect(),
    }
}

impl Module {
    fn import(&mut self, tree: &UseTree) {
        for import in tree_paths(tree) {
            match import.name {
                Some(name) => drop(self.imported.insert(name, import.path)),
                None => self.globs.push(import.path),
            }
        }
    }
}

/// The names that an item defines in its module.
fn defined(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::TraitAlias(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}
