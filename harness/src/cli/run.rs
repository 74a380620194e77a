//! `harness run`.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use super::args::{Colour, RunArgs};
use super::environment::is_set;
use super::error::CommandError;
use crate::exit::Exit;
use crate::issuer_target::fixtures::Fixtures;
use crate::report;
use crate::run::{self, Event, Filter, Options, RunError, Runner};

/// Runs scenarios and writes the reports.
pub(super) fn run(args: RunArgs, fixtures: Fixtures, reports: PathBuf) -> Result<Exit, CommandError> {
    let mut filter = Filter::new(&args.ids, &args.not, &args.tag).map_err(RunError::from)?.of_plans(&args.plan);
    if args.failed {
        filter = filter.failed_in(&report::last_run(&reports)).map_err(RunError::from)?;
    }
    let options = Options {
        target: args.target,
        fixtures,
        filter,
        behavior: args.behavior,
        drivers: args.driver,
        require_browser: args.require_browser,
        jobs: args.jobs,
        reports: reports.clone(),
    };
    let on_terminal = io::stdout().is_terminal();
    let colour = match args.color {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => on_terminal && !is_set("NO_COLOR"),
    };
    let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(80);
    let mut terminal = report::Terminal::new(on_terminal && !is_set("CI"), colour, width);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let run_all = async {
        let runner = Runner::open(options).await?;
        let record = runner
            .run(|event| {
                if let Event::Finished { scenario, done, total } = event {
                    // The reports are written even if the pipe is closed.
                    let _ = terminal.finished(&mut io::stdout().lock(), scenario, done, total);
                }
            })
            .await;
        Ok::<_, CommandError>(record)
    };
    let record = runtime.block_on(async {
        tokio::select! {
            record = run_all => record,
            () = interrupted() => Err(CommandError(Exit::Interrupted, "interrupted".to_owned())),
        }
    })?;
    // Stops the browsers before the reports are written.
    drop(runtime);
    let files = report::write(&record, &reports)?;
    write!(io::stdout(), "{}", report::summary(&record, &files))?;
    Ok(run::exit(&record))
}

/// Returns on SIGINT or SIGTERM.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
