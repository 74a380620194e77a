//! `harness doctor`.

use std::io::{self, Write as _};
use std::path::PathBuf;

use super::args::DoctorArgs;
use super::error::CommandError;
use crate::doctor::{self, DoctorLine, LineState};
use crate::exit::Exit;
use crate::issuer_target::fixtures::Fixtures;
use crate::record::shell_quoted;
use crate::run::{Drivers, Filter, Options};

/// Checks a target and prints one line for each check.
pub(super) fn doctor(args: DoctorArgs, fixtures: Fixtures, reports: PathBuf) -> Result<Exit, CommandError> {
    let options = Options {
        target: args.target.unwrap_or_else(|| "mock".to_owned()),
        fixtures,
        server: args.server,
        continuing: false,
        filter: Filter::default(),
        behavior: None,
        drivers: args.driver.unwrap_or(Drivers::Auto),
        require_browser: false,
        ca: args.ca,
        jobs: 1,
        reports,
    };
    let mut problems = 0;
    let mut on_line = |line: &DoctorLine| {
        problems += usize::from(matches!(line.state, LineState::Problem { .. }));
        let _ = writeln!(io::stdout(), "{line}");
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let exit = runtime.block_on(doctor::examine(&options, &mut on_line));
    let verdict = match problems {
        0 => format!("No problem found. Next: harness run --target {}", shell_quoted(&options.target)),
        1 => "1 problem found.".to_owned(),
        more => format!("{more} problems found."),
    };
    writeln!(io::stdout(), "{verdict}")?;
    Ok(exit)
}

/// The problems of a target, one line each, for a run that cannot start.
pub(super) async fn problems(options: &Options) -> Vec<String> {
    let mut problems = Vec::new();
    let mut on_line = |line: &DoctorLine| {
        if matches!(line.state, LineState::Problem { .. }) {
            problems.push(line.to_string());
        }
    };
    doctor::examine(options, &mut on_line).await;
    problems
}
