//! The folder that snapshots are kept in: one file per case, `CLIENT/USER/SERVER.GRANT.SCOPES.json`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use mock_idp_core::preview::{Changed, TokenCase};
use serde_json::{Map, Value};

use super::current::{Snapshots, TakenSnapshot};
use super::selection_file::{BadSelectionFile, SELECTION_FILE, SelectionFile};

/// A folder of snapshots, as it was read.
#[derive(Clone, Debug)]
pub struct SnapshotFolder {
    dir: PathBuf,
    stored: BTreeMap<String, StoredSnapshot>,
    selection: Option<SelectionFile>,
}

/// A snapshot in a file.
#[derive(Clone, Debug)]
pub struct StoredSnapshot {
    case: Map<String, Value>,
    pub(super) result: Map<String, Value>,
}

/// Why a folder of snapshots cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("{path}: {source}")]
    File { path: PathBuf, source: io::Error },
    /// A file at the place of a snapshot that is none.
    #[error("{path} is not a snapshot: {reason}")]
    NotASnapshot { path: PathBuf, reason: String },
    #[error("{}: {bad}", dir.display())]
    Selection { dir: PathBuf, bad: BadSelectionFile },
}

/// How deep the files are.
const DEPTH: usize = 3;

impl SnapshotFolder {
    /// Reads a folder; one that does not exist is empty.
    ///
    /// # Errors
    /// A file cannot be read, is not a snapshot, or is a wrong `snapshots.toml`.
    pub fn read(dir: &Path) -> Result<Self, FolderError> {
        let mut stored = BTreeMap::new();
        read_dir(dir, &mut Vec::new(), &mut stored)?;
        let file = dir.join(SELECTION_FILE);
        let selection = match fs::read_to_string(&file) {
            Ok(text) => Some(
                SelectionFile::parse(&text).map_err(|bad| FolderError::Selection { dir: dir.to_path_buf(), bad })?,
            ),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(FolderError::File { path: file, source }),
        };
        Ok(Self { dir: dir.to_path_buf(), stored, selection })
    }

    /// The files, by path below the folder, with `/` between its parts.
    #[must_use]
    pub fn snapshots(&self) -> &BTreeMap<String, StoredSnapshot> {
        &self.stored
    }

    /// Its `snapshots.toml`, if it has one.
    #[must_use]
    pub fn selection(&self) -> Option<&SelectionFile> {
        self.selection.as_ref()
    }

    /// Writes the snapshots that have no file.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn add(&self, snapshots: &Snapshots) -> Result<(), FolderError> {
        let missing = snapshots.taken.iter().filter(|taken| !self.stored.contains_key(&taken.path));
        missing.into_iter().try_for_each(|taken| self.write(taken))
    }

    /// Makes the files what the snapshots are: writes new and changed ones, and removes those without a case.
    ///
    /// # Errors
    /// A file cannot be written or removed.
    pub fn accept(&self, snapshots: &Snapshots) -> Result<(), FolderError> {
        let mut others = self.stored.clone();
        for taken in &snapshots.taken {
            others.remove(&taken.path);
            self.write(taken)?;
        }
        for path in others.keys() {
            let file = self.file(path);
            fs::remove_file(&file).map_err(|source| FolderError::File { path: file.clone(), source })?;
            // A folder that has nothing left is removed; one that has stays.
            for folder in file.ancestors().skip(1).take(DEPTH - 1) {
                let _ = fs::remove_dir(folder);
            }
        }
        Ok(())
    }

    fn write(&self, taken: &TakenSnapshot) -> Result<(), FolderError> {
        let (file, text) = (self.file(&taken.path), taken.snapshot.text());
        if fs::read_to_string(&file).is_ok_and(|known| known == text) {
            return Ok(());
        }
        let folder = file.parent().unwrap_or(&self.dir);
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&file, text));
        written.map_err(|source| FolderError::File { path: file.clone(), source })
    }

    fn file(&self, path: &str) -> PathBuf {
        path.split('/').fold(self.dir.clone(), |file, part| file.join(part))
    }
}

impl StoredSnapshot {
    fn parse(text: &str) -> Result<Self, String> {
        let Value::Object(mut members) = serde_json::from_str(text).map_err(|error| error.to_string())? else {
            return Err("it is not a JSON object".to_owned());
        };
        match (members.shift_remove("case"), members.get("outcome")) {
            (Some(Value::Object(case)), Some(Value::String(_))) => Ok(Self { case, result: members }),
            _ => Err("it has no case and outcome".to_owned()),
        }
    }

    /// The ids that are other than in the file: its path has names.
    pub(super) fn changed_ids(&self, case: &TokenCase) -> Vec<Changed> {
        let ids = [("client_id", Some(&case.client_id)), ("user_id", case.user_id.as_ref())];
        let changed = |(name, id): (&str, Option<&String>)| {
            let (before, after) = (self.case.get(name).cloned().unwrap_or_default(), Value::from(id.cloned()));
            (before != after).then(|| Changed {
                what: format!("case.{name}"),
                is_claim: false,
                before,
                after,
                cause: "the id in the org document".to_owned(),
            })
        };
        ids.into_iter().filter_map(changed).collect()
    }
}

fn read_dir(
    folder: &Path,
    parents: &mut Vec<String>,
    stored: &mut BTreeMap<String, StoredSnapshot>,
) -> Result<(), FolderError> {
    let failed = |path: &Path, source| FolderError::File { path: path.to_path_buf(), source };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && parents.is_empty() => return Ok(()),
        entries => entries.map_err(|error| failed(folder, error))?,
    };
    for entry in entries {
        let entry = entry.map_err(|error| failed(folder, error))?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let is_dir = entry.file_type().map_err(|error| failed(&path, error))?.is_dir();
        if is_dir && parents.len() + 1 < DEPTH && !name.starts_with('.') {
            parents.push(name);
            read_dir(&path, parents, stored)?;
            parents.pop();
        } else if !is_dir && parents.len() + 1 == DEPTH && name.ends_with(".json") {
            let text = fs::read_to_string(&path).map_err(|error| failed(&path, error))?;
            let snapshot = StoredSnapshot::parse(&text).map_err(|reason| FolderError::NotASnapshot { path, reason })?;
            stored.insert(format!("{}/{name}", parents.join("/")), snapshot);
        }
    }
    Ok(())
}
