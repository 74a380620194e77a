//! The fixtures: target files, sign-in scripts, scope tables, snapshots, keys and known divergences.
//!
//! They come from a folder or from the copy in the program. Target files, sign-in scripts and keys are looked up by
//! name, first in the folder. Tables, snapshots and divergences are about one org, so a folder that has its own replaces
//! the built-in ones as a whole.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use rust_embed::RustEmbed;

use crate::nearest::nearest;

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
#[folder = "../fixtures/snapshots/"]
#[prefix = "snapshots/"]
struct BuiltInSnapshots;

/// Single files: the known divergences and the keys that clients sign with.
const SINGLE: &[(&str, &str)] = &[
    (DIVERGENCES, include_str!("../../../fixtures/divergences.toml")),
    ("keys/client.pem", include_str!("../../../fixtures/keys/client.pem")),
    ("keys/registered.pem", include_str!("../../../fixtures/keys/registered.pem")),
    ("keys/registered-next.pem", include_str!("../../../fixtures/keys/registered-next.pem")),
    ("keys/spare-1.pem", include_str!("../../../fixtures/keys/spare-1.pem")),
];

/// The file of known divergences.
pub const DIVERGENCES: &str = "divergences.toml";

/// The areas of a fixtures folder with the endings of their files.
const AREAS: &[(&str, &[&str])] = &[
    ("targets", &[".toml"]),
    ("sign_in", &[".toml"]),
    ("scopes", &[".toml"]),
    (SNAPSHOTS, &[".toml", ".json"]),
    ("keys", &[".pem"]),
];

/// The area of snapshots. Its files are in folders.
pub const SNAPSHOTS: &str = "snapshots";

/// The areas that a folder replaces as a whole.
const REPLACED: [&str; 2] = ["scopes", SNAPSHOTS];

/// Why fixtures cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FixturesError {
    /// The folder of the command line does not exist or has none of the expected files.
    #[error("--fixtures {folder}: {reason}")]
    Folder { folder: String, reason: String },
    /// A file that exists and cannot be read.
    #[error("{path}: {reason}")]
    File { path: String, reason: String },
}

/// The source of all documents of a run.
#[derive(Clone, Debug, Default)]
pub struct Fixtures {
    folder: Option<PathBuf>,
    /// In place of the snapshots of the folder.
    snapshots: Option<PathBuf>,
}

impl Fixtures {
    /// Uses the given folder, else `fixtures` in the current folder if that has files of the harness, else the built-in
    /// copy.
    ///
    /// # Errors
    /// When the given folder does not exist, or has no file that the harness reads; when a folder has files of the harness in a place
    /// where it does not look for them.
    pub fn find(asked: Option<PathBuf>) -> Result<Self, FixturesError> {
        let Some(folder) = asked else {
            let here = PathBuf::from("fixtures");
            misplaced(&here)?;
            return Ok(Self { folder: Some(here).filter(|here| has_any(here)), snapshots: None });
        };
        let wrong = |reason: String| FixturesError::Folder { folder: folder.display().to_string(), reason };
        let entry = std::fs::metadata(&folder).map_err(|error| wrong(error.to_string()))?;
        if !entry.is_dir() {
            return Err(wrong("not a folder".to_owned()));
        }
        misplaced(&folder)?;
        if !has_any(&folder) {
            let expected = AREAS.iter().map(|(area, endings)| format!("{area}/*{}", endings[0]));
            let expected: Vec<String> = expected.chain([DIVERGENCES.to_owned()]).collect();
            return Err(wrong(format!("has no file that the harness reads ({})", expected.join(", "))));
        }
        Ok(Self { folder: Some(folder), snapshots: None })
    }

    /// With the snapshots of this folder.
    ///
    /// # Errors
    /// When the folder does not exist.
    pub fn with_snapshots(self, folder: Option<PathBuf>) -> Result<Self, FixturesError> {
        if let Some(missing) = folder.as_ref().filter(|folder| !folder.is_dir()) {
            let reason = "no such folder of snapshots".to_owned();
            return Err(FixturesError::File { path: missing.display().to_string(), reason });
        }
        Ok(Self { snapshots: folder, ..self })
    }

    /// Uses the built-in copy.
    #[must_use]
    pub const fn built_in() -> Self {
        Self { folder: None, snapshots: None }
    }

    /// The folder, if there is one.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The folder of snapshots that is not that of the fixtures.
    #[must_use]
    pub fn own_snapshots(&self) -> Option<&Path> {
        self.snapshots.as_deref()
    }

    /// The folder of an area, if there is one. Accepted snapshots are written to theirs.
    #[must_use]
    pub fn area_folder(&self, area: &str) -> Option<PathBuf> {
        let own = self.snapshots.clone().filter(|_| area == SNAPSHOTS);
        own.or_else(|| self.folder.as_ref().map(|folder| folder.join(area)))
    }

    /// The file of a path such as `targets/mock.toml`, if there is a folder for it.
    fn own_file(&self, path: &str) -> Option<PathBuf> {
        match path.split_once('/') {
            Some((area, rest)) => self.area_folder(area).map(|folder| folder.join(rest)),
            None => self.folder.as_ref().map(|folder| folder.join(path)),
        }
    }

    /// Whether the folder has that file.
    #[must_use]
    pub fn is_own(&self, path: &str) -> bool {
        self.own_file(path).is_some_and(|file| file.exists())
    }

    /// Where the documents come from, in words.
    #[must_use]
    pub fn description(&self) -> String {
        let snapshots = self.snapshots.as_ref().map(|folder| format!("{} ({SNAPSHOTS})", folder.display()));
        let folder = self.folder.as_ref().map(|folder| {
            let elsewhere = |area: &str| self.snapshots.is_some() && area == SNAPSHOTS;
            let areas = AREAS.iter().map(|(area, _)| *area).filter(|area| self.has_own(area) && !elsewhere(area));
            let own: Vec<&str> = areas.chain(folder.join(DIVERGENCES).is_file().then_some(DIVERGENCES)).collect();
            format!("{} ({})", folder.display(), own.join(", "))
        });
        match snapshots.into_iter().chain(folder).collect::<Vec<_>>().join(", ") {
            none if none.is_empty() => "built-in".to_owned(),
            folders => format!("{folders}, otherwise built-in"),
        }
    }

    /// The text of a file such as `targets/mock.toml`, or none if there is no such file.
    ///
    /// # Errors
    /// When the file exists and cannot be read.
    pub fn read(&self, path: &str) -> Result<Option<String>, FixturesError> {
        if let Some(file) = self.own_file(path) {
            match std::fs::read_to_string(&file) {
                Ok(text) => return Ok(Some(text)),
                Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
                Err(error) => {
                    return Err(FixturesError::File { path: file.display().to_string(), reason: error.to_string() });
                }
            }
        }
        let area = path.split('/').next().unwrap_or_default();
        if REPLACED.contains(&area) && self.has_own(area) {
            return Ok(None);
        }
        Ok(built_in(path))
    }

    /// The names of the files in `area` (`targets`, `scopes`, …) that end with `ending`, without the ending.
    ///
    /// # Errors
    /// When the folder exists and cannot be read.
    pub fn names(&self, area: &str, ending: &str) -> Result<Vec<String>, FixturesError> {
        let mut names = BTreeSet::new();
        if !(REPLACED.contains(&area) && self.has_own(area)) {
            let built_in = built_in_paths(area)
                .filter_map(|path| Some(path.strip_prefix(area)?.strip_prefix('/')?.strip_suffix(ending)?.to_owned()));
            names.extend(built_in);
        }
        if let Some(folder) = self.area_folder(area).filter(|folder| folder.exists()) {
            let failed = |error: io::Error| FixturesError::File {
                path: folder.display().to_string(),
                reason: error.to_string(),
            };
            if area == SNAPSHOTS {
                names.extend(files_below(&folder, ending));
                return Ok(names.into_iter().collect());
            }
            for entry in std::fs::read_dir(&folder).map_err(failed)? {
                let name = entry.map_err(failed)?.file_name();
                names.extend(name.to_str().and_then(|name| name.strip_suffix(ending)).map(str::to_owned));
            }
        }
        Ok(names.into_iter().collect())
    }

    /// Whether the folder has files of this area.
    fn has_own(&self, area: &str) -> bool {
        let endings = AREAS.iter().find(|(name, _)| *name == area).map_or(&[][..], |(_, endings)| endings);
        if area == SNAPSHOTS && self.snapshots.is_some() {
            return true;
        }
        let own = self.area_folder(area);
        own.is_some_and(|folder| contains(&folder, endings) || area == SNAPSHOTS && has_folders(&folder))
    }
}

/// Whether a folder has folders.
fn has_folders(folder: &Path) -> bool {
    std::fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| entry.path().is_dir())
}

/// The files in a folder and the folders below it that have this ending, without it, with `/` between folders, in order.
#[must_use]
pub fn files_below(folder: &Path, ending: &str) -> Vec<String> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        if entry.path().is_dir() {
            names.extend(files_below(&entry.path(), ending).into_iter().map(|below| format!("{name}/{below}")));
        } else {
            names.extend(name.strip_suffix(ending).map(str::to_owned));
        }
    }
    names.into_iter().collect()
}

/// A selection of token requests, where the harness read it before 0.1.
const FORMER_SELECTION: &str = "claims/matrix.toml";

/// Refuses files that look like the harness's own and would not be read, so that the built-in ones would run in their place.
fn misplaced(folder: &Path) -> Result<(), FixturesError> {
    let former = folder.join(FORMER_SELECTION);
    if former.exists() {
        let reason = format!("the selection of token requests is read from {SNAPSHOTS}/snapshots.toml: move it there");
        return Err(FixturesError::File { path: former.display().to_string(), reason });
    }
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let areas = AREAS.iter().map(|(area, _)| *area);
        let Some(meant) = nearest(&name, areas).filter(|area| *area != name) else { continue };
        let endings = AREAS.iter().find(|(area, _)| *area == meant).map_or(&[] as &[&str], |(_, endings)| endings);
        if contains(&entry.path(), endings) {
            let reason = format!("the harness does not read this folder; did you mean {meant:?}?");
            return Err(FixturesError::File { path: entry.path().display().to_string(), reason });
        }
    }
    Ok(())
}

/// Whether a folder has a file of any area.
fn has_any(folder: &Path) -> bool {
    folder.join(DIVERGENCES).exists() || AREAS.iter().any(|(area, endings)| contains(&folder.join(area), endings))
}

/// Whether a folder has a file with one of these endings.
fn contains(folder: &Path, endings: &[&str]) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .any(|name| endings.iter().any(|e| name.ends_with(e)))
}

fn built_in(path: &str) -> Option<String> {
    if let Some((_, text)) = SINGLE.iter().find(|(name, _)| *name == path) {
        return Some((*text).to_owned());
    }
    let folders = [Targets::get, SignIn::get, Scopes::get, BuiltInSnapshots::get];
    let file = folders.into_iter().find_map(|get| get(path))?;
    String::from_utf8(file.data.into_owned()).ok()
}

fn built_in_paths(area: &str) -> Box<dyn Iterator<Item = Cow<'static, str>>> {
    match area {
        "targets" => Box::new(Targets::iter()),
        "sign_in" => Box::new(SignIn::iter()),
        "scopes" => Box::new(Scopes::iter()),
        SNAPSHOTS => Box::new(BuiltInSnapshots::iter()),
        _ => Box::new(std::iter::empty()),
    }
}
