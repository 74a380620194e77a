//! The command line.

mod banner;
mod behavior;
mod ca;
mod changes;
mod config;
mod env;
mod exec;
mod explain;
mod export;
mod failure;
mod health;
mod http_client;
mod import;
mod init;
mod manual;
mod mcp;
mod mock_args;
mod output;
mod preview_inputs;
mod ready_file;
mod serve;
mod signals;
mod snapshot;
mod state;
mod watch;
mod wrap;
mod written_file;

use std::process::ExitCode;

use clap::Parser as _;

use config::{Command, Config};
use failure::{Failure, NEGATIVE};
use output::{CommandOutput, print, print_error};

/// Runs the command of the command line.
pub(crate) fn main() -> ExitCode {
    let result = match Config::parse().command() {
        Command::Token(args) => return finish(explain::token(&args)),
        Command::Diff(args) => return finish(explain::diff(&args)),
        Command::Explain(args) => return finish(explain::explain(&args)),
        Command::Snapshot(args) => return finish(snapshot::run(&args)),
        Command::State(command) => return finish(state::run(&command)),
        Command::Serve(args) if args.check => serve::check(&args),
        Command::Serve(args) => serve::serve(args),
        Command::Health(args) => health::run(&args),
        Command::Exec(args) => return exec::run(&args).unwrap_or_else(|failure| fail(&failure)),
        Command::Mcp(args) => mcp::run(&args),
        Command::Init(args) => init::run(&args.dir),
        Command::Import(args) => import::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Env(args) => env::run(&args),
        Command::Behavior(args) => print(&behavior::render(args.json)),
        Command::Ca(command) => ca::run(&command),
        Command::Completions { shell } => manual::completions(shell),
        Command::Man { dir } => manual::pages(&dir),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(&failure),
    }
}

/// Prints a result; the exit code depends on whether it is positive.
fn finish(result: Result<CommandOutput, Failure>) -> ExitCode {
    match result.and_then(|output| print(&output.text).map(|()| output.positive)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(NEGATIVE),
        Err(failure) => fail(&failure),
    }
}

fn fail(failure: &Failure) -> ExitCode {
    print_error(&format!("mock-idp: {}\n", failure.text));
    ExitCode::from(failure.code)
}
