//! What takes the place of a damaged state.

use std::path::PathBuf;

use super::dir::{StateDir, copy_of};
use super::error::DiskError;
use super::file::DiskFile;
use super::salvage::Salvage;

impl StateDir {
    /// Puts what can be read of a damaged file in its place. Returns where the damaged file is, and what could be read.
    ///
    /// # Errors
    /// Nothing can be read, or the new file cannot be written.
    pub(crate) fn salvage(&self) -> Result<(PathBuf, String), DiskError> {
        let found = Salvage::read(&self.file()).ok_or_else(|| self.unusable("nothing of it can be read"))?;
        let restored = self.file().with_extension("new");
        DiskFile::write_salvaged(&restored, &found).map_err(|error| self.unusable(error))?;
        Ok((self.replace_file(&restored)?, found.summary()))
    }

    /// Puts the copy of the last start in the place of a damaged file, which is kept; where that is.
    ///
    /// # Errors
    /// There is no copy, or it cannot be copied.
    pub(crate) fn recover(&self) -> Result<PathBuf, DiskError> {
        let restored = self.file().with_extension("new");
        std::fs::copy(copy_of(&self.file()), &restored).map_err(|error| self.unusable(error))?;
        self.replace_file(&restored)
    }
}
