//! Which token requests of an org have snapshots.

use std::path::Path;

use mock_idp_core::org::Org;
use mock_idp_core::preview::{Cases, NoCase, Selection};

use super::selection_file::{BadSelectionFile, SELECTION_FILE, SelectionFile};

/// The most cases that are taken without a file that selects them.
pub const MOST_CASES: usize = 1_000;

/// Why the requests of an org cannot be selected.
#[derive(Debug, thiserror::Error)]
pub enum SelectionError {
    #[error(transparent)]
    File(#[from] BadSelectionFile),
    #[error("{0}")]
    NoCase(#[from] NoCase),
    /// There is no selection, and too many cases; the text says how to select.
    #[error("{0}")]
    TooMany(String),
}

/// What the selection file of a folder selects; without the file, every request of the org.
///
/// # Errors
/// The file is wrong, or it is missing and the org has more than [`MOST_CASES`] requests.
pub fn selections(org: &Org, file: Option<&SelectionFile>, folder: &Path) -> Result<Vec<Selection>, SelectionError> {
    if let Some(file) = file {
        return Ok(file.selections(org)?);
    }
    let everything = vec![Selection::default()];
    let cases = Cases::new([org], &everything)?;
    match cases.len() {
        count if count > MOST_CASES => Err(SelectionError::TooMany(too_many(org, &cases, folder))),
        _ => Ok(everything),
    }
}

fn too_many(org: &Org, cases: &Cases<'_, 1>, folder: &Path) -> String {
    let (count, users, clients) = (cases.len(), org.users().count(), org.clients().count());
    let servers = org.servers().len();
    let file = folder.join(SELECTION_FILE);
    let mut requests = cases.iter().map(|(case, _)| case);
    let example = requests.find(|case| case.user.is_some() && case.server != "org" && case.scope.is_some());
    let example = example.map(|case| SelectionFile::example(&case)).unwrap_or_default();
    format!(
        "the org has {count} token requests ({users} users, {clients} clients, {servers} authorization servers, with all grants and \
         scopes), which is more than {MOST_CASES}.\nSelect some of them in {}, for example:\n\n{example}\n\
         Each [[cases]] stands for all combinations of its lists. A list that is left out stands for everything that the org has.",
        file.display()
    )
}
