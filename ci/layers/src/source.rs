//! The source files of a package and their places in the module tree.

use std::path::{Path, PathBuf};

use syn::Item;

use crate::syntax::is_test;

/// A parsed source file.
#[derive(Debug)]
pub struct Source {
    /// Below the `src` folder.
    pub path: PathBuf,
    /// The path of its module: `policy/rule.rs` is `["policy", "rule"]`, `lib.rs` is empty.
    pub module: Vec<String>,
    pub(crate) syntax: syn::File,
}

/// A source file that cannot be used.
#[derive(Debug)]
pub struct SourceError {
    path: PathBuf,
    reason: String,
}

impl std::fmt::Display for SourceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

impl std::error::Error for SourceError {}

impl Source {
    /// The module of the package's root that the file belongs to; none for `lib.rs` and `main.rs`.
    #[must_use]
    pub fn top(&self) -> Option<&str> {
        self.module.first().map(String::as_str)
    }

    pub(crate) fn parse(path: PathBuf, code: &str) -> Result<Self, SourceError> {
        let syntax =
            syn::parse_file(code).map_err(|error| SourceError { path: path.clone(), reason: error.to_string() })?;
        let mut module: Vec<String> =
            path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
        if module.last().is_some_and(|name| matches!(name.as_str(), "mod" | "lib" | "main")) {
            module.pop();
        }
        Ok(Self { path, module, syntax })
    }
}

/// Reads every source file below a folder, but those of unit tests.
pub(crate) fn read(root: &Path) -> Result<Vec<Source>, SourceError> {
    let mut folders = vec![root.to_owned()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        let failed = |error: std::io::Error| SourceError { path: folder.clone(), reason: error.to_string() };
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.file_stem().is_some_and(|name| name == "tests") {
                continue;
            } else if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let code = std::fs::read_to_string(&path)
                    .map_err(|error| SourceError { path: path.clone(), reason: error.to_string() })?;
                let below = path.strip_prefix(root).unwrap_or(&path).to_owned();
                sources.push(Source::parse(below, &code)?);
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(without_tests(sources))
}

/// Leaves out the files of modules that are compiled for tests only.
pub(crate) fn without_tests(mut sources: Vec<Source>) -> Vec<Source> {
    let mut tests: Vec<Vec<String>> = Vec::new();
    for source in &sources {
        for item in &source.syntax.items {
            if let Item::Mod(module) = item
                && is_test(item)
            {
                tests.push(source.module.iter().cloned().chain([module.ident.to_string()]).collect());
            }
        }
    }
    sources.retain(|source| !tests.iter().any(|test| source.module.starts_with(test)));
    sources
}
