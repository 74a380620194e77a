//! What one file names.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Item, ItemMod, ItemUse, Macro};

use crate::resolve::{Names, Resolved};
use crate::source::Source;
use crate::syntax::{is_for_tests, is_re_export, is_test, tree_paths};

/// What a file uses.
#[derive(Default)]
pub(crate) struct FileUses {
    /// Other files of the package, by index, and a name of each.
    pub(crate) sources: BTreeMap<usize, String>,
    /// First segments of paths that lead elsewhere.
    pub(crate) foreign: BTreeSet<String>,
}

/// What a file uses of others.
pub(crate) fn of(index: usize, source: &Source, names: &Names) -> FileUses {
    let mut visitor = Visitor { index, names, module: source.module.clone(), found: FileUses::default() };
    for item in &source.syntax.items {
        visitor.visit_item(item);
    }
    visitor.found
}

struct Visitor<'a> {
    /// The index of the file.
    index: usize,
    names: &'a Names,
    /// The module that the visited code is in: the file's, or an inline one.
    module: Vec<String>,
    found: FileUses,
}

impl Visitor<'_> {
    fn path(&mut self, path: &[String]) {
        match self.names.resolve(&self.module, path) {
            Resolved::Source(index) if index != self.index => {
                self.found.sources.entry(index).or_insert_with(|| path.join("::"));
            }
            Resolved::Source(_) | Resolved::Module => {}
            Resolved::Foreign(name) => drop(self.found.foreign.insert(name)),
        }
    }

    /// Macros take any tokens: paths in them are found by their `::`.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 && !path.is_empty() {
                        self.path(&std::mem::take(&mut path));
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    if !path.is_empty() {
                        self.path(&std::mem::take(&mut path));
                    }
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        if !path.is_empty() {
            self.path(&path);
        }
    }
}

impl<'ast> Visit<'ast> for Visitor<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        if !is_for_tests(&arm.attrs) {
            visit::visit_arm(self, arm);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_trait_item_fn(self, item);
        }
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        if !is_for_tests(&variant.attrs) {
            visit::visit_variant(self, variant);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        for import in tree_paths(&item.tree) {
            if !is_re_export(&item.vis) {
                self.path(&import.path);
            } else if let Resolved::Foreign(name) = self.names.resolve(&self.module, &import.path) {
                self.found.foreign.insert(name);
            }
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.path(&segments);
        visit::visit_path(self, path);
    }

    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_macro(&mut self, item: &'ast Macro) {
        self.tokens(item.tokens.clone());
        visit::visit_macro(self, item);
    }
}
