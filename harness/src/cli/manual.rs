//! Shell completions and manual pages, from the definition of the command line.

use std::io::{self, Write as _};
use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::args::Cli;
use super::error::CommandError;
use crate::exit::Exit;

/// Prints the completion script of a shell.
pub(super) fn completions(shell: Shell) -> Result<Exit, CommandError> {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(Exit::Expected)
}

/// Writes one page for the program and one for each of its commands: `harness.1`, `harness-run.1`, …
pub(super) fn pages(dir: &Path) -> Result<Exit, CommandError> {
    let written = std::fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(Cli::command(), dir));
    let failed = |error| CommandError(Exit::Configuration, format!("cannot write to {}: {error}", dir.display()));
    written.map(|()| Exit::Expected).map_err(failed)
}
