//! The command line.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::claims::{self, Answer, Snapshots};
use crate::exit::Exit;
use crate::issuer_target::Behavior;
use crate::issuer_target::fixtures::Fixtures;
use crate::record::Entry;
use crate::record::run::State;
use crate::report;
use crate::run::{self, Drivers, Event, Filter, Options, RunError, Runner};
use crate::scenario::{Plan, Scenario, catalogue, checks};

const EXAMPLES: &str = "\
Examples:
  harness                                   everything against the mock, started in this process
  harness run 'code.pkce' --driver both     one family, without and with a real browser
  harness run --tag session --not '*.org'   by tag, but not the org server
  harness run --plan basic --behavior openid  the modules of a certification plan
  harness run --failed                      what failed last time
  harness run --target okta                 a real org: OKTA_ISSUER, OKTA_CLIENT_ID, OKTA_CLIENT_SECRET
  harness run --target https://issuer.example
  harness show code.reuse
  harness review                            settle changed claim snapshots";

#[derive(Debug, Parser)]
#[command(
    name = "harness",
    version,
    about = "Drives OpenID Connect flows against an issuer and judges what comes back."
)]
#[command(after_help = format!("{EXAMPLES}\n\nExit codes:\n{}", Exit::table()))]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Where targets, sign-in scripts, scope tables and snapshots are [default: ./fixtures, else the built-in copy]
    #[arg(long, global = true, value_name = "DIR")]
    fixtures: Option<PathBuf>,
    /// Where reports and pending snapshots go
    #[arg(long, global = true, value_name = "DIR", default_value = "target/harness/last")]
    report_dir: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run scenarios (what `harness` alone does)
    Run(RunArgs),
    /// List scenarios
    List(ListArgs),
    /// Show one scenario: steps, citations, needs
    Show {
        /// The scenario's id
        id: String,
    },
    /// Accept or reject changed claim snapshots
    Review(ReviewArgs),
}

#[derive(Debug, Args)]
struct RunArgs {
    /// Scenario ids or patterns; a stem takes all below it [default: all]
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// mock, okta, another file in fixtures/targets, or an issuer's address
    #[arg(long, default_value = "mock")]
    target: String,
    /// Only scenarios with this tag
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Only the modules of this certification plan
    #[arg(long, value_enum, value_name = "PLAN")]
    plan: Vec<Plan>,
    /// What the built-in mock does where Okta departs from OpenID conformance [default: okta]
    #[arg(long, value_enum)]
    behavior: Option<Behavior>,
    /// Without these ids or patterns
    #[arg(long, value_name = "ID")]
    not: Vec<String>,
    /// Only what failed in the last run
    #[arg(long)]
    failed: bool,
    /// How people are signed in
    #[arg(long, value_enum, default_value = "auto")]
    driver: Drivers,
    /// A missing browser is a failure, not a skip
    #[arg(long)]
    require_browser: bool,
    /// Scenarios at a time
    #[arg(long, default_value_t = 4)]
    jobs: usize,
    /// Colours
    #[arg(long, value_enum, default_value = "auto")]
    color: Colour,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Scenario ids or patterns [default: all]
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Only scenarios with this tag
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Only the modules of this certification plan
    #[arg(long, value_enum, value_name = "PLAN")]
    plan: Vec<Plan>,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// List checks instead of scenarios
    #[arg(long)]
    checks: bool,
}

#[derive(Debug, Args)]
struct ReviewArgs {
    #[command(subcommand)]
    command: Option<ReviewCommand>,
    /// Accept everything that waits
    #[arg(long)]
    accept_all: bool,
}

#[derive(Debug, Subcommand)]
enum ReviewCommand {
    /// Only list what waits
    Pending,
}

/// A command that can't be carried out: what to tell, and how to end.
struct Refusal(Exit, String);

impl From<RunError> for Refusal {
    fn from(error: RunError) -> Self {
        Self(error.exit(), error.to_string())
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Self(Exit::Internal, error.to_string())
    }
}

/// Reads the command line, does what it says, and tells how it ended.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Expected.into() };
        }
    };
    // A bug must be told from a failed check by its exit code.
    let ended = std::panic::catch_unwind(|| perform(cli));
    match ended {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(Refusal(_, reason))) if reason.contains("Broken pipe") => Exit::Expected.into(),
        Ok(Err(Refusal(exit, reason))) => {
            let _ = writeln!(io::stderr(), "harness: {reason}");
            exit.into()
        }
        Err(_) => Exit::Internal.into(),
    }
}

fn perform(cli: Cli) -> Result<Exit, Refusal> {
    let fixtures = Fixtures::find(cli.fixtures);
    let reports = cli.report_dir;
    match cli.command {
        None => {
            let alone = Cli::try_parse_from(["harness", "run"]).map(|cli| cli.command);
            match alone {
                Ok(Some(Command::Run(args))) => run(args, fixtures, reports),
                _ => Err(Refusal(Exit::Internal, "the default command can't be read".to_owned())),
            }
        }
        Some(Command::Run(args)) => run(args, fixtures, reports),
        Some(Command::List(args)) => list(&args, &fixtures),
        Some(Command::Show { id }) => show(&id, &fixtures),
        Some(Command::Review(args)) => review(&args, &Snapshots::new(fixtures, &reports)),
    }
}

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

fn run(args: RunArgs, fixtures: Fixtures, reports: PathBuf) -> Result<Exit, Refusal> {
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
    let work = async {
        let runner = Runner::open(options).await?;
        let record = runner
            .run(|event| {
                if let Event::Finished { scenario, done, total } = event {
                    // A closed pipe is no reason to stop: the report is still wanted.
                    let _ = terminal.finished(&mut io::stdout().lock(), scenario, done, total);
                }
            })
            .await;
        Ok::<_, Refusal>(record)
    };
    let record = runtime.block_on(async {
        tokio::select! {
            record = work => record,
            () = interrupted() => Err(Refusal(Exit::Interrupted, "interrupted; browsers are stopped".to_owned())),
        }
    })?;
    // Whatever still holds a browser lets go of it before the report is written.
    drop(runtime);
    let files = report::write(&record, &reports)?;
    write!(io::stdout(), "{}", report::summary(&record, &files))?;
    Ok(run::exit(&record))
}

/// Ends when somebody asks the process to stop.
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

fn selected(args: &ListArgs, fixtures: &Fixtures) -> Result<Vec<Scenario>, Refusal> {
    let filter = Filter::new(&args.ids, &[], &args.tag).map_err(RunError::from)?.of_plans(&args.plan);
    let mut scenarios = catalogue(fixtures).map_err(RunError::from)?;
    scenarios.retain(|scenario| filter.takes(scenario));
    if scenarios.is_empty() { Err(RunError::NothingSelected.into()) } else { Ok(scenarios) }
}

fn list(args: &ListArgs, fixtures: &Fixtures) -> Result<Exit, Refusal> {
    let mut output = io::stdout().lock();
    if args.checks {
        return list_checks(&mut output, args.json);
    }
    let scenarios = selected(args, fixtures)?;
    if args.json {
        let json: Vec<serde_json::Value> = scenarios.iter().map(described).collect();
        writeln!(output, "{}", serde_json::Value::from(json))?;
        return Ok(Exit::Expected);
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_header(["id", "title", "tags"]);
    for scenario in &scenarios {
        table.add_row([&*scenario.id, &*scenario.title, &scenario.tags.join(" ")]);
    }
    writeln!(output, "{table}\n{} scenarios", scenarios.len())?;
    Ok(Exit::Expected)
}

fn list_checks(output: &mut dyn io::Write, json: bool) -> Result<Exit, Refusal> {
    if json {
        let checks: Vec<serde_json::Value> = checks()
            .map(|check| {
                serde_json::json!({
                    "id": check.id, "says": check.says, "severity": check.severity.word(), "citations": check.cites
                })
            })
            .collect();
        writeln!(output, "{}", serde_json::Value::from(checks))?;
        return Ok(Exit::Expected);
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_header(["id", "severity", "says", "citations"]);
    for check in checks() {
        table.add_row([check.id, check.severity.word(), check.says, &check.cites.join("; ")]);
    }
    writeln!(output, "{table}\n{} checks", checks().count())?;
    Ok(Exit::Expected)
}

fn described(scenario: &Scenario) -> serde_json::Value {
    serde_json::json!({
        "id": scenario.id,
        "title": scenario.title,
        "area": scenario.area(),
        "plan": scenario.plan().map(Plan::word),
        "module": scenario.module(),
        "tags": scenario.tags,
        "citations": scenario.citations,
        "needs": scenario.needs.iter().map(|need| need.description()).collect::<Vec<_>>(),
    })
}

fn show(id: &str, fixtures: &Fixtures) -> Result<Exit, Refusal> {
    let scenarios = catalogue(fixtures).map_err(RunError::from)?;
    let Some(scenario) = scenarios.iter().find(|scenario| scenario.id == id) else {
        return Err(Refusal(Exit::NothingSelected, format!("no scenario is called {id:?}: harness list")));
    };
    let mut output = io::stdout().lock();
    writeln!(output, "{}\n{}\n", scenario.id, scenario.title)?;
    show_record(&mut output, id, fixtures)?;
    if let (Some(plan), Some(module)) = (scenario.plan(), scenario.module()) {
        writeln!(output, "\nMirrors\n  {module} of the plan {}", plan.certification())?;
    }
    writeln!(output, "\nCitations\n  {}\n\nNeeds", scenario.citations.join("\n  "))?;
    for need in &scenario.needs {
        writeln!(output, "  {}", need.description())?;
    }
    writeln!(output, "\nTags  {}\nRun   harness run '{}'", scenario.tags.join(" "), scenario.id)?;
    Ok(Exit::Expected)
}

/// Shows the steps and checks of a run against the built-in mock.
fn show_record(output: &mut dyn io::Write, id: &str, fixtures: &Fixtures) -> Result<(), Refusal> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let record = match runtime.block_on(run::recorded(id, fixtures)) {
        Ok(Some(record)) if record.state != State::Skip => record,
        Ok(record) => {
            let reason = record.and_then(|record| record.reason).unwrap_or_default();
            return Ok(writeln!(output, "Steps\n  not run: {reason}")?);
        }
        Err(error) => return Ok(writeln!(output, "Steps\n  not run: {error}")?),
    };
    let steps = record.entries.iter().filter_map(|entry| match entry {
        Entry::Step { text } => Some(text),
        _ => None,
    });
    writeln!(output, "Steps (recorded with the built-in mock)")?;
    for (index, step) in steps.enumerate() {
        writeln!(output, "  {}. {step}", index + 1)?;
    }
    writeln!(output, "\nChecks")?;
    let mut shown = BTreeSet::new();
    for finding in record.findings().filter(|finding| shown.insert(finding.check.as_str())) {
        writeln!(output, "  {}  {}", finding.check, finding.says)?;
    }
    Ok(())
}

fn review(args: &ReviewArgs, snapshots: &Snapshots) -> Result<Exit, Refusal> {
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
            return Ok(Answer::Accept);
        }
        claims::ask(pending, &mut io::stdin().lock(), output)
    });
    match reviewed {
        Ok(0) => Ok(Exit::Expected),
        Ok(_) => Ok(Exit::SnapshotsPending),
        Err(error) => Err(Refusal(Exit::Usage, error.to_string())),
    }
}
