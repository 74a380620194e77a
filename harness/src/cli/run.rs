//! `harness run`.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::args::{Colour, RunArgs};
use super::doctor;
use super::environment::{is_set, width};
use super::error::CommandError;
use crate::doctor::{LineState, before_run};
use crate::exit::Exit;
use crate::issuer_target::fixtures::Fixtures;
use crate::record::run::RunRecord;
use crate::record::shell_quoted;
use crate::report;
use crate::run::{self, Drivers, Event, Filter, Options, RunError, Runner};

/// Runs scenarios and writes the reports.
pub(super) fn run(args: RunArgs, fixtures: Fixtures, reports: PathBuf) -> Result<Exit, CommandError> {
    writable(&reports)?;
    let (jobs, colour, check) = (args.jobs, args.color, !args.no_doctor);
    let options = if args.failed {
        let last = last_run(&reports)?;
        if let Some(exit) = nothing_to_repeat(&last)? {
            return Ok(exit);
        }
        repeating(args, fixtures, reports.clone(), &last)?
    } else {
        options(args, fixtures, reports.clone())?
    };
    let on_terminal = io::stdout().is_terminal();
    let colour = match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => on_terminal && !is_set("NO_COLOR"),
    };
    let mut terminal = report::Terminal::new(on_terminal && !is_set("CI"), colour, width(), options.invocation());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let record = runtime.block_on(async {
        let stop = interrupted();
        tokio::pin!(stop);
        let mut record: Option<RunRecord> = None;
        for options in of_servers(&options)? {
            let runner = tokio::select! {
                runner = opened(Options { jobs, ..options }, check) => runner?,
                () = &mut stop => return Err(CommandError(Exit::Interrupted, "interrupted".to_owned())),
            };
            for note in runner.notes() {
                let _ = writeln!(io::stdout(), "Note: {note}");
            }
            let on_event = |event: Event<'_>| {
                if let Event::Finished { scenario, done, total } = event {
                    // The reports are written even if the pipe is closed.
                    let _ = terminal.finished(&mut io::stdout().lock(), scenario, done, total);
                }
            };
            let part = runner.run_until(&mut stop, on_event).await;
            match &mut record {
                Some(record) => record.append(part),
                None => record = Some(part),
            }
            if record.as_ref().is_some_and(|record| record.interrupted) {
                break;
            }
        }
        let mut record = record.ok_or_else(|| CommandError(Exit::Internal, "the target has no server".to_owned()))?;
        record.invocation = options.invocation();
        record.verdict = run::verdict(&record);
        Ok(record)
    })?;
    // Stops the browsers before the reports are written.
    drop(runtime);
    let files = report::write(&record, &reports).map_err(|error| not_writable(&reports, &error))?;
    // The exit code says how the run ended, even if the summary cannot be written.
    let _ = write!(io::stdout(), "{}", report::summary(&record, &files));
    Ok(run::exit(&record))
}

/// The options of the run with each custom server of the target file.
fn of_servers(options: &Options) -> Result<Vec<Options>, RunError> {
    let servers = if options.server.is_none() { run::servers(options)? } else { Vec::new() };
    if servers.is_empty() {
        return Ok(vec![options.clone()]);
    }
    let of =
        |(index, server): (usize, String)| Options { server: Some(server), continuing: index > 0, ..options.clone() };
    Ok(servers.into_iter().enumerate().map(of).collect())
}

/// A runner whose target is configured as the scenarios need it. What is wrong with it is said in one line each.
async fn opened(options: Options, check: bool) -> Result<Runner, CommandError> {
    let runner = match Runner::open(options.clone()).await {
        Ok(runner) => runner,
        Err(error) => {
            let exit = error.exit();
            let reason = error.to_string();
            let problems = match exit {
                Exit::Unreachable | Exit::Configuration => doctor::problems(&options).await,
                _ => Vec::new(),
            };
            let others = problems.into_iter().filter(|line| !line.contains(&reason));
            let lines: Vec<String> = std::iter::once(reason.clone()).chain(others).collect();
            return Err(CommandError(exit, lines.join("\n")));
        }
    };
    let problems = if check { before_run(&runner).await } else { Vec::new() };
    let exit = problems.iter().find_map(|line| match line.state {
        LineState::Problem { exit, .. } => Some(exit),
        LineState::Sound | LineState::Note => None,
    });
    let Some(exit) = exit else { return Ok(runner) };
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let target = shell_quoted(&options.target);
    Err(CommandError(
        exit,
        format!(
            "no scenario was run, because the target is not configured as its file says:\n{}\n\
             All checks: harness doctor --target {target}. To run anyway: --no-doctor",
            lines.join("\n")
        ),
    ))
}

fn options(args: RunArgs, fixtures: Fixtures, reports: PathBuf) -> Result<Options, CommandError> {
    Ok(Options {
        target: args.target.unwrap_or_else(|| "mock".to_owned()),
        fixtures,
        server: args.server,
        continuing: false,
        filter: Filter::new(&args.ids, &args.not, &args.tag).map_err(RunError::from)?.of_plans(&args.plan),
        behavior: args.behavior,
        drivers: args.driver.unwrap_or(Drivers::Auto),
        require_browser: args.require_browser,
        ca: args.ca,
        jobs: args.jobs,
        reports,
    })
}

/// The options of the last run, unless the command line has others.
fn repeating(args: RunArgs, fixtures: Fixtures, reports: PathBuf, last: &RunRecord) -> Result<Options, CommandError> {
    let before = &last.invocation;
    let other_target = args.target.as_ref().is_some_and(|target| *target != before.target);
    let fixtures = match (&before.fixtures, fixtures.folder()) {
        (Some(folder), None) => {
            let snapshots = fixtures.own_snapshots().map(Path::to_path_buf);
            let found = Fixtures::find(Some(PathBuf::from(folder))).map_err(RunError::from)?;
            found.with_snapshots(snapshots).map_err(RunError::from)?
        }
        _ => fixtures,
    };
    let fixtures = match (&before.snapshots, fixtures.own_snapshots()) {
        (Some(folder), None) => fixtures.with_snapshots(Some(PathBuf::from(folder))).map_err(RunError::from)?,
        _ => fixtures,
    };
    let args = RunArgs {
        target: args.target.or_else(|| Some(before.target.clone())),
        server: args.server.or_else(|| before.server.clone().filter(|_| !other_target)),
        behavior: args.behavior.or_else(|| value(before.behavior.as_deref()).filter(|_| !other_target)),
        driver: args.driver.or_else(|| value(Some(&before.driver))),
        ca: args.ca.or_else(|| before.ca.as_ref().map(PathBuf::from).filter(|_| !other_target)),
        require_browser: args.require_browser || before.require_browser,
        ..args
    };
    let options = options(args, fixtures, reports)?;
    Ok(Options { filter: options.filter.failed_in(last), ..options })
}

/// The value of an option that a record names.
fn value<T: ValueEnum>(word: Option<&str>) -> Option<T> {
    T::from_str(word?, false).ok()
}

/// The exit code if no scenario of the last run failed.
fn nothing_to_repeat(last: &RunRecord) -> Result<Option<Exit>, CommandError> {
    if last.totals.bad() > 0 {
        return Ok(None);
    }
    if last.interrupted || last.totals.ran() == 0 {
        let reason =
            format!("--failed: no scenario of the last run failed, but that run tested too little: {}", last.verdict);
        return Err(CommandError(Exit::NothingSelected, reason));
    }
    writeln!(io::stdout(), "No scenario of the last run failed ({}): nothing to repeat.", last.started)?;
    Ok(Some(Exit::Expected))
}

fn last_run(reports: &Path) -> Result<RunRecord, CommandError> {
    let file = report::last_run(reports);
    let failed = |reason: String| {
        CommandError(Exit::Usage, format!("--failed needs the record of an earlier run: {}: {reason}", file.display()))
    };
    let text = std::fs::read_to_string(&file).map_err(|error| failed(error.to_string()))?;
    report::read(&text).map_err(failed)
}

/// Checks that reports can be written before anything runs.
fn writable(reports: &Path) -> Result<(), CommandError> {
    let probe = reports.join(".writable");
    std::fs::create_dir_all(reports)
        .and_then(|()| std::fs::write(&probe, ""))
        .and_then(|()| std::fs::remove_file(&probe))
        .map_err(|error| not_writable(reports, &error))
}

fn not_writable(reports: &Path, error: &io::Error) -> CommandError {
    RunError::Reports { folder: reports.display().to_string(), reason: error.to_string() }.into()
}

/// Returns on SIGINT or SIGTERM.
pub(super) async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
