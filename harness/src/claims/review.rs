//! Review of pending snapshots.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use super::diff::diff;
use super::snapshots::{Snapshots, path_of};
use crate::issuer_target::fixtures::{FixturesError, SNAPSHOTS, files_below};

/// A pending snapshot.
#[derive(Clone, Debug)]
pub struct Pending {
    pub name: String,
    /// The accepted snapshot; empty if there is none yet.
    pub known: String,
    /// The snapshot of the last run; empty if no scenario compares the accepted one any more.
    pub found: String,
    file: Option<PathBuf>,
}

impl Pending {
    /// What is unusual about it.
    #[must_use]
    pub const fn remark(&self) -> &'static str {
        match (self.known.is_empty(), self.file.is_none()) {
            (true, _) => "  (new)",
            (_, true) => "  (no scenario compares it: accepting removes it)",
            _ => "",
        }
    }
}

/// The decision of the reviewer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReviewDecision {
    Accept,
    Reject,
    Skip,
}

/// Why a review fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReviewError {
    #[error("snapshots can't be accepted if the environment variable CI is set")]
    InCi,
    #[error("no folder to write to: run in the repository, or set --snapshots or --fixtures")]
    NoFolder,
    #[error(transparent)]
    Fixtures(#[from] FixturesError),
    #[error("{path}: {reason}")]
    File { path: String, reason: String },
    #[error("the terminal: {0}")]
    Terminal(#[from] std::io::Error),
}

/// The pending snapshots, by name, and after them those that none of `scenarios` compares.
///
/// # Errors
/// When a snapshot cannot be read.
pub fn pending<'a>(
    snapshots: &Snapshots,
    scenarios: impl Iterator<Item = &'a str>,
) -> Result<Vec<Pending>, ReviewError> {
    let mut pending = Vec::new();
    let known = |name: &str| snapshots.fixtures().read(&path_of(name)).map(Option::unwrap_or_default);
    let folder = snapshots.pending_folder();
    for name in files_below(folder, ".json") {
        let file = folder.join(format!("{name}.json"));
        let found = std::fs::read_to_string(&file).map_err(|error| failed(&file, error))?;
        pending.push(Pending { known: known(&name)?, name, found, file: Some(file) });
    }
    pending.sort_by(|one, other| one.name.cmp(&other.name));
    for name in snapshots.orphans(scenarios)? {
        let known = known(&name)?;
        pending.push(Pending { name, known, found: String::new(), file: None });
    }
    Ok(pending)
}

fn failed(path: &Path, error: std::io::Error) -> ReviewError {
    ReviewError::File { path: path.display().to_string(), reason: error.to_string() }
}

/// Accepts, rejects or skips each pending snapshot, as `decide` returns. Returns the number of skipped ones.
///
/// # Errors
/// In CI, without a folder to write to, or when a file can't be written.
pub fn review(
    snapshots: &Snapshots,
    pending: &[Pending],
    in_ci: bool,
    output: &mut dyn Write,
    mut decide: impl FnMut(&Pending, &mut dyn Write) -> std::io::Result<ReviewDecision>,
) -> Result<usize, ReviewError> {
    if in_ci {
        return Err(ReviewError::InCi);
    }
    let folder = snapshots.fixtures().area_folder(SNAPSHOTS).ok_or(ReviewError::NoFolder)?;
    let mut skipped = 0;
    for pending in pending {
        let verb = match decide(pending, output)? {
            ReviewDecision::Accept => {
                accept(&folder, pending)?;
                "accepted"
            }
            ReviewDecision::Reject => {
                pending.file.as_deref().map(remove).transpose()?;
                "rejected"
            }
            ReviewDecision::Skip => {
                skipped += 1;
                "skipped"
            }
        };
        writeln!(output, "{verb} {}", pending.name)?;
    }
    Ok(skipped)
}

/// Makes a pending snapshot the accepted one. One that no scenario compares is removed.
fn accept(folder: &Path, pending: &Pending) -> Result<(), ReviewError> {
    let target = folder.join(format!("{}.json", pending.name));
    let Some(file) = &pending.file else { return remove(&target) };
    let parent = target.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
    std::fs::write(&target, &pending.found).map_err(|error| failed(&target, error))?;
    remove(file)
}

fn remove(file: &Path) -> Result<(), ReviewError> {
    std::fs::remove_file(file).map_err(|error| failed(file, error))
}

/// Asks for a decision on the terminal.
///
/// # Errors
/// When the terminal can't be read or written.
pub fn ask(pending: &Pending, input: &mut dyn BufRead, output: &mut dyn Write) -> std::io::Result<ReviewDecision> {
    writeln!(output, "\n{}{}\n", pending.name, pending.remark())?;
    write!(output, "{}", diff(&pending.known, &pending.found))?;
    loop {
        write!(output, "\n[a]ccept  [r]eject  [s]kip > ")?;
        output.flush()?;
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return Ok(ReviewDecision::Skip);
        }
        match line.trim() {
            "a" | "accept" => return Ok(ReviewDecision::Accept),
            "r" | "reject" => return Ok(ReviewDecision::Reject),
            "s" | "skip" => return Ok(ReviewDecision::Skip),
            _ => {}
        }
    }
}
