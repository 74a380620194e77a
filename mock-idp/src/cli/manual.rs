//! Shell completions and manual pages, from the definition of the command line.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use super::config::Config;
use super::failure::Failure;
use super::output::print;

/// Prints the completion script of a shell.
pub(super) fn completions(shell: Shell) -> Result<(), Failure> {
    let mut command = <Config as CommandFactory>::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    print(&String::from_utf8_lossy(&script))
}

/// Writes one page for the program and one for each of its commands: `mock-idp.1`, `mock-idp-serve.1`, …
pub(super) fn pages(dir: &Path) -> Result<(), Failure> {
    let written = std::fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(<Config as CommandFactory>::command(), dir));
    written.map_err(|error| Failure::machine(format!("cannot write to {}: {error}", dir.display())))
}
