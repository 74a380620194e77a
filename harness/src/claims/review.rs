//! Review of pending snapshots.

use std::io::{BufRead, Write};
use std::path::PathBuf;

use super::diff::diff;
use super::snapshots::{Snapshots, path_of};

/// A pending snapshot.
#[derive(Clone, Debug)]
pub struct Pending {
    pub name: String,
    /// The accepted snapshot; empty if there is none yet.
    pub known: String,
    /// The snapshot of the last run.
    pub found: String,
    file: PathBuf,
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
    #[error("no fixtures folder to write to: run in the repository or set --fixtures")]
    NoFolder,
    #[error("{path}: {reason}")]
    File { path: String, reason: String },
    #[error("the terminal: {0}")]
    Terminal(#[from] std::io::Error),
}

/// The pending snapshots, by name.
#[must_use]
pub fn pending(snapshots: &Snapshots) -> Vec<Pending> {
    let entries = std::fs::read_dir(snapshots.pending_folder()).into_iter().flatten().flatten();
    let mut pending: Vec<Pending> = entries
        .filter_map(|entry| {
            let name = entry.file_name().to_str()?.strip_suffix(".json")?.to_owned();
            let found = std::fs::read_to_string(entry.path()).ok()?;
            let known = snapshots.fixtures().read(&path_of(&name)).unwrap_or_default();
            Some(Pending { name, known, found, file: entry.path() })
        })
        .collect();
    pending.sort_by(|one, other| one.name.cmp(&other.name));
    pending
}

/// Accepts, rejects or skips each pending snapshot, as `decide` returns. Returns the number of skipped ones.
///
/// # Errors
/// In CI, without a folder to write to, or when a file can't be written.
pub fn review(
    snapshots: &Snapshots,
    in_ci: bool,
    output: &mut dyn Write,
    mut decide: impl FnMut(&Pending, &mut dyn Write) -> std::io::Result<ReviewDecision>,
) -> Result<usize, ReviewError> {
    if in_ci {
        return Err(ReviewError::InCi);
    }
    let folder = snapshots.fixtures().folder().ok_or(ReviewError::NoFolder)?.join("claims");
    let mut skipped = 0;
    for pending in pending(snapshots) {
        let failed = |path: &std::path::Path, error: std::io::Error| ReviewError::File {
            path: path.display().to_string(),
            reason: error.to_string(),
        };
        let verb = match decide(&pending, output)? {
            ReviewDecision::Accept => {
                let target = folder.join(format!("{}.json", pending.name));
                std::fs::create_dir_all(&folder).map_err(|error| failed(&folder, error))?;
                std::fs::write(&target, &pending.found).map_err(|error| failed(&target, error))?;
                std::fs::remove_file(&pending.file).map_err(|error| failed(&pending.file, error))?;
                "accepted"
            }
            ReviewDecision::Reject => {
                std::fs::remove_file(&pending.file).map_err(|error| failed(&pending.file, error))?;
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

/// Asks for a decision on the terminal.
///
/// # Errors
/// When the terminal can't be read or written.
pub fn ask(pending: &Pending, input: &mut dyn BufRead, output: &mut dyn Write) -> std::io::Result<ReviewDecision> {
    writeln!(output, "\n{}{}\n", pending.name, if pending.known.is_empty() { "  (new)" } else { "" })?;
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
