//! The arguments of the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use url::Url;

use crate::exit::Exit;
use crate::issuer_target::Behavior;
use crate::run::{Drivers, REPORTS};
use crate::scenario::Plan;

const EXAMPLES: &str = "\
Examples:
  harness                                   all scenarios against the built-in mock
  harness run 'code.pkce' --driver both     some scenarios, over HTTP and with a browser
  harness run --tag session --not '*.org'   by tag, without the org server
  harness run --plan basic --behavior openid  the modules of a certification plan
  harness run --failed                      the failed scenarios of the last run
  harness run --target okta                 a real org: OKTA_ISSUER, OKTA_CLIENT_ID, OKTA_CLIENT_SECRET
  harness run --target ./my.toml            your own clients and accounts
  harness run --target https://issuer.example
  harness init --target https://issuer.example my.toml   writes a target file
  harness doctor --target ./my.toml         finds out why a target cannot be tested
  harness show code.reuse
  harness run matrix --snapshots ./snapshots  the files of `mock-idp snapshot` against real flows
  harness review                            accept or reject changed snapshots
  harness record --target https://example.okta.com users.jsonl  records an org's traffic as a tape
  harness replay users.jsonl                replays a tape at the built-in mock";

#[derive(Debug, Parser)]
#[command(name = "harness", version, about = "Tests an OpenID Connect issuer: runs flows and checks the responses.")]
#[command(after_help = format!("{EXAMPLES}\n\nExit codes:\n{}", Exit::table()))]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// Folder of targets, sign-in scripts, scope tables and snapshots [default: ./fixtures, else built-in]
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) fixtures: Option<PathBuf>,
    /// Folder of snapshots, as `mock-idp snapshot` writes them [default: snapshots in the fixtures]
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) snapshots: Option<PathBuf>,
    /// Folder for reports and pending snapshots
    #[arg(long, global = true, value_name = "DIR", default_value = REPORTS)]
    pub(super) report_dir: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run scenarios (the default command)
    Run(RunArgs),
    /// List scenarios
    List(ListArgs),
    /// Show one scenario with its steps, citations and needs, or one check
    Show {
        /// The id of a scenario or a check
        id: String,
    },
    /// Accept or reject changed snapshots
    Review(ReviewArgs),
    /// Write a target file for an issuer, and say what is missing in it
    Init(InitArgs),
    /// Check a target: connection, certificate, discovery, clock, redirect URIs, credentials, sign-in, browser
    Doctor(DoctorArgs),
    /// Write a tape: the requests that pass a proxy, or those of a HAR file
    Record(RecordArgs),
    /// Send the requests of tapes to a target and compare the answers
    Replay(ReplayArgs),
    /// Print a script that completes the arguments in a shell
    Completions {
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Write the manual pages into a folder
    Man {
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// Scenario ids or patterns; a prefix selects all ids below it [default: all]
    #[arg(value_name = "ID")]
    pub(super) ids: Vec<String>,
    /// mock, okta, another name in fixtures/targets, a target file, or the URL of an issuer [default: mock]
    #[arg(long)]
    pub(super) target: Option<String>,
    /// A custom server of the target file [default: all, one after the other]
    #[arg(long, value_name = "NAME")]
    pub(super) server: Option<String>,
    /// Only scenarios with this tag
    #[arg(long, value_name = "TAG")]
    pub(super) tag: Vec<String>,
    /// Only the modules of this certification plan
    #[arg(long, value_enum, value_name = "PLAN")]
    pub(super) plan: Vec<Plan>,
    /// Behavior of the built-in mock where Okta differs from OpenID conformance [default: okta]
    #[arg(long, value_enum)]
    pub(super) behavior: Option<Behavior>,
    /// Without these ids or patterns
    #[arg(long, value_name = "ID")]
    pub(super) not: Vec<String>,
    /// Only the failed scenarios of the last run, with its options unless others are given
    #[arg(long)]
    pub(super) failed: bool,
    /// How users are signed in [default: auto]
    #[arg(long, value_enum)]
    pub(super) driver: Option<Drivers>,
    /// Certificates of authorities to trust besides those of the system, PEM; for the browser too
    #[arg(long, value_name = "FILE")]
    pub(super) ca: Option<PathBuf>,
    /// Fail instead of skip if there is no browser
    #[arg(long)]
    pub(super) require_browser: bool,
    /// Run even if the target is not configured as its file says
    #[arg(long)]
    pub(super) no_doctor: bool,
    /// Number of scenarios that run at the same time
    #[arg(long, default_value = "4", value_parser = jobs)]
    pub(super) jobs: usize,
    /// Colours
    #[arg(long, value_enum, default_value = "auto")]
    pub(super) color: Colour,
}

/// The largest number of scenarios at the same time.
const MAX_JOBS: usize = 64;

fn jobs(text: &str) -> Result<usize, String> {
    let jobs = text.parse().ok().filter(|jobs| (1..=MAX_JOBS).contains(jobs));
    jobs.ok_or_else(|| format!("expected a number from 1 to {MAX_JOBS}"))
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Scenario ids or patterns [default: all]
    #[arg(value_name = "ID")]
    pub(super) ids: Vec<String>,
    /// Only scenarios with this tag
    #[arg(long, value_name = "TAG")]
    pub(super) tag: Vec<String>,
    /// Only the modules of this certification plan
    #[arg(long, value_enum, value_name = "PLAN")]
    pub(super) plan: Vec<Plan>,
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
    /// List checks instead of scenarios
    #[arg(long)]
    pub(super) checks: bool,
}

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The URL of the issuer
    #[arg(long, value_name = "URL")]
    pub(super) target: String,
    /// The file to write
    #[arg(default_value = "target.toml")]
    pub(super) file: PathBuf,
    /// Certificates of authorities to trust besides those of the system, PEM
    #[arg(long, value_name = "FILE")]
    pub(super) ca: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// mock, okta, another name in fixtures/targets, a target file, or the URL of an issuer [default: mock]
    #[arg(long)]
    pub(super) target: Option<String>,
    /// A custom server of the target file [default: the first]
    #[arg(long, value_name = "NAME")]
    pub(super) server: Option<String>,
    /// How users are signed in; http leaves the browser out [default: auto]
    #[arg(long, value_enum)]
    pub(super) driver: Option<Drivers>,
    /// Certificates of authorities to trust besides those of the system, PEM
    #[arg(long, value_name = "FILE")]
    pub(super) ca: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct RecordArgs {
    /// The tape to write; it must not exist
    #[arg(value_name = "TAPE")]
    pub(super) tape: PathBuf,
    /// The base URL of the org; of a HAR file only its requests to this org are taken
    #[arg(long, value_name = "URL", required_unless_present = "har")]
    pub(super) target: Option<Url>,
    /// A HAR file to read instead of starting a proxy
    #[arg(long, value_name = "FILE")]
    pub(super) har: Option<PathBuf>,
    /// The address of the proxy
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7804")]
    pub(super) listen: SocketAddr,
    /// Certificates of authorities to trust besides those of the system, PEM
    #[arg(long, value_name = "FILE")]
    pub(super) ca: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ReplayArgs {
    /// The tapes to replay
    #[arg(value_name = "TAPE", required = true)]
    pub(super) tapes: Vec<PathBuf>,
    /// The base URL of an org; mock is a new built-in one for each tape
    #[arg(long, value_name = "URL", default_value = "mock")]
    pub(super) target: String,
    /// An API token of the org
    #[arg(long, value_name = "TOKEN", env = "OKTA_API_TOKEN", hide_env_values = true)]
    pub(super) token: Option<String>,
    /// A list of known differences, TOML
    #[arg(long, value_name = "FILE")]
    pub(super) expected: Option<PathBuf>,
    /// Report keys that were not recorded too
    #[arg(long)]
    pub(super) extra: bool,
    /// Reset the running mock before each tape
    #[arg(long)]
    pub(super) reset: bool,
    /// Certificates of authorities to trust besides those of the system, PEM
    #[arg(long, value_name = "FILE")]
    pub(super) ca: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ReviewArgs {
    #[command(subcommand)]
    pub(super) command: Option<ReviewCommand>,
    /// Accept all pending snapshots
    #[arg(long)]
    pub(super) accept_all: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum ReviewCommand {
    /// Only list pending snapshots
    Pending,
}
