//! The directory of a state: its lock, and its files.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::error::DiskError;

/// The directory of a state. No other process uses it as long as this exists.
#[derive(Debug)]
pub(crate) struct StateDir {
    path: PathBuf,
    _lock: File,
}

impl StateDir {
    /// The name of the file with the state.
    pub(crate) const FILE: &str = "state.redb";

    /// The file that is locked. It is not the one with the state, which can be replaced by another.
    const LOCK: &str = "state.lock";

    /// Locks a directory, which is made if it is missing.
    ///
    /// # Errors
    /// Another process uses it, or it cannot be written.
    pub(crate) fn lock(dir: &Path) -> Result<Self, DiskError> {
        let path = dir.join(Self::LOCK);
        let unusable = |error: io::Error| DiskError::Io { path: path.clone(), error: error.to_string() };
        let lock = create_private_dir(dir).and_then(|()| create_private(&path)).map_err(unusable)?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => Err(DiskError::InUse { path }),
            // Where there are no locks, nothing can be in use.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self { path: dir.to_owned(), _lock: lock }),
        }
    }

    /// The same for a directory that has a state.
    ///
    /// # Errors
    /// It has none, another process uses it, or it cannot be written.
    pub(crate) fn lock_existing(dir: &Path) -> Result<Self, DiskError> {
        let path = dir.join(Self::FILE);
        let missing = |error: io::Error| DiskError::Io { path: path.clone(), error: error.to_string() };
        std::fs::metadata(&path).map_err(missing)?;
        Self::lock(dir)
    }

    /// The file with the state.
    pub(super) fn file(&self) -> PathBuf {
        self.path.join(Self::FILE)
    }

    /// Moves the file aside, so that the next one is empty; where it is then, if there was one.
    ///
    /// # Errors
    /// It cannot be renamed.
    pub(crate) fn set_aside(&self) -> Result<Option<PathBuf>, DiskError> {
        let path = self.file();
        let name = |number| self.path.join(format!("{}.old-{number}", Self::FILE));
        let aside = (1..).map(name).find(|aside| !aside.exists());
        let Some(aside) = aside.filter(|_| path.exists()) else { return Ok(None) };
        std::fs::rename(&path, &aside).map_err(|error| self.unusable(error))?;
        Ok(Some(aside))
    }

    /// Puts another file in the place of the one with the state, which is kept; where that is.
    ///
    /// # Errors
    /// There is none, or it cannot be renamed.
    pub(super) fn replace_file(&self, by: &Path) -> Result<PathBuf, DiskError> {
        let aside = self.set_aside()?.ok_or_else(|| self.unusable("it is missing"))?;
        std::fs::rename(by, self.file()).map_err(|error| self.unusable(error))?;
        Ok(aside)
    }

    pub(super) fn unusable(&self, error: impl std::fmt::Display) -> DiskError {
        DiskError::Io { path: self.file(), error: error.to_string() }
    }
}

/// The copy that is made at each start.
pub(super) fn copy_of(path: &Path) -> PathBuf {
    path.with_extension("last-start")
}

fn create_private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// Opens a file for this user only. It is made if it is missing.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    // The entry of a new file has to survive a loss of power as its contents do.
    #[cfg(unix)]
    if let Some(dir) = path.parent() {
        File::open(dir)?.sync_all()?;
    }
    Ok(file)
}
