//! Where the answers of the API come from.

use mock_idp_core::transfer::ApiList;

use super::folder::Folder;
use super::found::FoundList;
use super::live::Live;
use crate::cli::failure::Failure;

/// A live org or a folder.
#[derive(Debug)]
pub(super) enum Source {
    Live(Live),
    Folder(Folder),
}

impl Source {
    pub(super) fn pages(&mut self, list: &ApiList, path: &str) -> Result<FoundList, Failure> {
        match self {
            Self::Live(live) => live.pages(path, list.query),
            Self::Folder(folder) => Ok(folder.pages(path)),
        }
    }

    /// Whether reading takes so long that progress is shown.
    pub(super) fn is_live(&self) -> bool {
        matches!(self, Self::Live(_))
    }
}
