//! The command line.

mod args;
mod doctor;
mod environment;
mod error;
mod init;
mod list;
mod manual;
mod record;
mod replay;
mod review;
mod run;
mod show;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;

use self::args::{Cli, Command};
use self::error::CommandError;
use crate::claims::Snapshots;
use crate::exit::Exit;
use crate::issuer_target::fixtures::Fixtures;
use crate::run::RunError;

/// Parses the command line, runs the command and returns the exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Expected.into() };
        }
    };
    // A panic has an exit code of its own.
    let result = std::panic::catch_unwind(|| perform(cli));
    match result {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(CommandError(Exit::Expected, _))) => Exit::Expected.into(),
        Ok(Err(CommandError(exit, reason))) => {
            let _ = writeln!(io::stderr(), "harness: {reason}");
            exit.into()
        }
        Err(_) => Exit::Internal.into(),
    }
}

fn perform(cli: Cli) -> Result<Exit, CommandError> {
    let fixtures = Fixtures::find(cli.fixtures).map_err(RunError::from)?;
    let fixtures = fixtures.with_snapshots(cli.snapshots).map_err(RunError::from)?;
    let reports = cli.report_dir;
    match cli.command {
        None => {
            let alone = Cli::try_parse_from(["harness", "run"]).map(|cli| cli.command);
            match alone {
                Ok(Some(Command::Run(args))) => run::run(args, fixtures, reports),
                _ => Err(CommandError(Exit::Internal, "the default command is invalid".to_owned())),
            }
        }
        Some(Command::Run(args)) => run::run(args, fixtures, reports),
        Some(Command::Init(args)) => init::init(&args, &fixtures),
        Some(Command::Doctor(args)) => doctor::doctor(args, fixtures, reports),
        Some(Command::Record(args)) => record::record(&args),
        Some(Command::Replay(args)) => replay::run(&args, &fixtures, &reports),
        Some(Command::List(args)) => list::list(&args, &fixtures),
        Some(Command::Show { id }) => show::show(&id, &fixtures),
        Some(Command::Completions { shell }) => manual::completions(shell),
        Some(Command::Man { dir }) => manual::pages(&dir),
        Some(Command::Review(args)) => review::review(&args, &Snapshots::new(fixtures, &reports)),
    }
}
