//! Snapshots of an org's tokens: taken by previews, kept as files, and compared with them.

mod check;
mod current;
mod folder;
mod selection_file;
mod selections;

pub use check::{AddedCase, RemovedCase, SnapshotCheck};
pub use current::{Snapshots, TakenSnapshot};
pub use folder::{FolderError, SnapshotFolder, StoredSnapshot};
pub use selection_file::{BadSelectionFile, SELECTION_FILE, SelectionFile};
pub use selections::{MOST_CASES, SelectionError, selections};
