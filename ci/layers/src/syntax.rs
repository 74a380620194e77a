//! Attributes, imports and visibility of parsed items.

use syn::{Attribute, Item, UseTree, Visibility};

/// One name that an import brings in, and the path it stands for; no name for a glob or `_`.
pub(crate) struct Import {
    pub(crate) name: Option<String>,
    pub(crate) path: Vec<String>,
}

/// Whether an item is compiled for tests only.
pub(crate) fn is_test(item: &Item) -> bool {
    let attributes: &[Attribute] = match item {
        Item::Const(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    };
    is_for_tests(attributes)
}

pub(crate) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
    })
}

/// The paths of an import, one for each name.
pub(crate) fn tree_paths(tree: &UseTree) -> Vec<Import> {
    let mut imports = Vec::new();
    collect(tree, &mut Vec::new(), &mut imports);
    imports
}

fn collect(tree: &UseTree, path: &mut Vec<String>, imports: &mut Vec<Import>) {
    let with = |path: &[String], name: &syn::Ident| match name.to_string().as_str() {
        "self" => path.to_vec(),
        name => path.iter().cloned().chain([name.to_owned()]).collect(),
    };
    match tree {
        UseTree::Path(tree) => {
            path.push(tree.ident.to_string());
            collect(&tree.tree, path, imports);
            path.pop();
        }
        UseTree::Name(tree) => {
            let path = with(path, &tree.ident);
            imports.push(Import { name: path.last().cloned(), path });
        }
        UseTree::Rename(tree) => {
            let path = with(path, &tree.ident);
            imports.push(Import { name: Some(tree.rename.to_string()), path });
        }
        UseTree::Glob(_) => imports.push(Import { name: None, path: path.clone() }),
        UseTree::Group(tree) => {
            for tree in &tree.items {
                collect(tree, path, imports);
            }
        }
    }
}

/// Whether an import passes its names on.
pub(crate) fn is_re_export(visibility: &Visibility) -> bool {
    !matches!(visibility, Visibility::Inherited)
}
