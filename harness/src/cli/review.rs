//! `harness review`.

use std::io::{self, Write as _};

use super::args::{ReviewArgs, ReviewCommand};
use super::environment::is_set;
use super::error::CommandError;
use crate::claims::{self, ReviewDecision, ReviewError, Snapshots};
use crate::exit::Exit;
use crate::run::RunError;
use crate::scenario::catalogue;

/// Lists or settles pending snapshots.
pub(super) fn review(args: &ReviewArgs, snapshots: &Snapshots) -> Result<Exit, CommandError> {
    let mut output = io::stdout().lock();
    let scenarios = catalogue(snapshots.fixtures()).map_err(RunError::from)?;
    let waiting = claims::pending(snapshots, scenarios.iter().map(|scenario| &*scenario.id))
        .map_err(|error| CommandError(Exit::Configuration, error.to_string()))?;
    if matches!(args.command, Some(ReviewCommand::Pending)) {
        for pending in &waiting {
            writeln!(output, "{}{}", pending.name, pending.remark())?;
        }
        return Ok(if waiting.is_empty() { Exit::Expected } else { Exit::SnapshotsPending });
    }
    let accept_all = args.accept_all;
    let reviewed = claims::review(snapshots, &waiting, is_set("CI"), &mut output, |pending, output| {
        if accept_all {
            return Ok(ReviewDecision::Accept);
        }
        claims::ask(pending, &mut io::stdin().lock(), output)
    });
    match reviewed {
        Ok(0) => Ok(Exit::Expected),
        Ok(_) => Ok(Exit::SnapshotsPending),
        Err(error @ (ReviewError::InCi | ReviewError::NoFolder)) => Err(CommandError(Exit::Usage, error.to_string())),
        Err(error) => Err(CommandError(Exit::Configuration, error.to_string())),
    }
}
