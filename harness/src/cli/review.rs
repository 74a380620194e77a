//! `harness review`.

use std::io::{self, Write as _};

use super::args::{ReviewArgs, ReviewCommand};
use super::environment::is_set;
use super::error::CommandError;
use crate::claims::{self, ReviewDecision, Snapshots};
use crate::exit::Exit;

/// Lists or settles pending snapshots.
pub(super) fn review(args: &ReviewArgs, snapshots: &Snapshots) -> Result<Exit, CommandError> {
    let mut output = io::stdout().lock();
    let waiting = claims::pending(snapshots);
    if matches!(args.command, Some(ReviewCommand::Pending)) {
        for pending in &waiting {
            writeln!(output, "{}{}", pending.name, if pending.known.is_empty() { "  (new)" } else { "" })?;
        }
        return Ok(if waiting.is_empty() { Exit::Expected } else { Exit::SnapshotsPending });
    }
    let accept_all = args.accept_all;
    let reviewed = claims::review(snapshots, is_set("CI"), &mut output, |pending, output| {
        if accept_all {
            return Ok(ReviewDecision::Accept);
        }
        claims::ask(pending, &mut io::stdin().lock(), output)
    });
    match reviewed {
        Ok(0) => Ok(Exit::Expected),
        Ok(_) => Ok(Exit::SnapshotsPending),
        Err(error) => Err(CommandError(Exit::Usage, error.to_string())),
    }
}
