//! Snapshots of an org's tokens: taken by previews, kept as files, and compared with them.

mod check;
mod folder;
mod selection_file;
mod selections;
mod taken;

pub use check::{AddedCase, RemovedCase, SnapshotCheck};
pub use folder::{FolderError, SnapshotFolder, StoredSnapshot};
pub use selection_file::{BadSelectionFile, SELECTION_FILE, SelectionFile};
pub use selections::{MOST_CASES, SelectionError, selections};
pub use taken::{Snapshots, TakenSnapshot};
