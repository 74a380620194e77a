//! The fixtures: read from a folder if there is one, else from the copy in the program.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../fixtures/targets/"]
#[prefix = "targets/"]
struct Targets;

#[derive(RustEmbed)]
#[folder = "../fixtures/sign_in/"]
#[prefix = "sign_in/"]
struct SignIn;

#[derive(RustEmbed)]
#[folder = "../fixtures/scopes/"]
#[prefix = "scopes/"]
struct Scopes;

#[derive(RustEmbed)]
#[folder = "../fixtures/claims/"]
#[prefix = "claims/"]
struct Claims;

/// Single files: the known divergences and the keys that clients sign with.
const SINGLE: &[(&str, &str)] = &[
    ("divergences.toml", DIVERGENCES),
    ("keys/client.pem", include_str!("../../../fixtures/keys/client.pem")),
    ("keys/registered.pem", include_str!("../../../fixtures/keys/registered.pem")),
    ("keys/registered-next.pem", include_str!("../../../fixtures/keys/registered-next.pem")),
    ("keys/spare-1.pem", include_str!("../../../fixtures/keys/spare-1.pem")),
];

const DIVERGENCES: &str = include_str!("../../../fixtures/divergences.toml");

/// The source of target files, sign-in scripts, scope tables, claim snapshots, keys and known divergences.
#[derive(Clone, Debug)]
pub struct Fixtures {
    folder: Option<PathBuf>,
}

impl Fixtures {
    /// Uses the given folder, else `fixtures` in the current folder if that has target files, else the built-in copy.
    #[must_use]
    pub fn find(asked: Option<PathBuf>) -> Self {
        let here = || Some(PathBuf::from("fixtures")).filter(|folder| folder.join("targets").is_dir());
        Self { folder: asked.or_else(here) }
    }

    /// Uses the built-in copy.
    #[must_use]
    pub const fn built_in() -> Self {
        Self { folder: None }
    }

    /// The folder, if there is one. Accepted snapshots are written to it.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The text of a file such as `targets/mock.toml`.
    #[must_use]
    pub fn read(&self, path: &str) -> Option<String> {
        let on_disk = self.folder.as_ref().and_then(|folder| std::fs::read_to_string(folder.join(path)).ok());
        on_disk.or_else(|| built_in(path))
    }

    /// The names of the files in `area` (`targets`, `scopes`, …) that end with `ending`, without the ending.
    #[must_use]
    pub fn names(&self, area: &str, ending: &str) -> Vec<String> {
        let mut names: BTreeSet<String> = built_in_paths(area)
            .filter_map(|path| Some(path.strip_prefix(area)?.strip_prefix('/')?.strip_suffix(ending)?.to_owned()))
            .collect();
        let folder = self.folder.as_ref().map(|folder| folder.join(area));
        for entry in folder.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten() {
            names.extend(entry.file_name().to_str().and_then(|name| name.strip_suffix(ending)).map(str::to_owned));
        }
        names.into_iter().collect()
    }
}

fn built_in(path: &str) -> Option<String> {
    if let Some((_, text)) = SINGLE.iter().find(|(name, _)| *name == path) {
        return Some((*text).to_owned());
    }
    let folders = [Targets::get, SignIn::get, Scopes::get, Claims::get];
    let file = folders.into_iter().find_map(|get| get(path))?;
    String::from_utf8(file.data.into_owned()).ok()
}

fn built_in_paths(area: &str) -> Box<dyn Iterator<Item = Cow<'static, str>>> {
    match area {
        "targets" => Box::new(Targets::iter()),
        "sign_in" => Box::new(SignIn::iter()),
        "scopes" => Box::new(Scopes::iter()),
        "claims" => Box::new(Claims::iter()),
        _ => Box::new(std::iter::empty()),
    }
}
