//! Shell completions and the manual page, from the definition of the command line.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_complete::Shell;
use demo_app::Cli;

/// Prints the completion script of a shell.
pub(crate) fn completions(shell: Shell) -> anyhow::Result<()> {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    Ok(std::io::stdout().lock().write_all(&script)?)
}

/// Writes `demo-app.1`.
pub(crate) fn pages(dir: &Path) -> anyhow::Result<()> {
    let written = std::fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(Cli::command(), dir));
    written.with_context(|| format!("cannot write to {}", dir.display()))
}
