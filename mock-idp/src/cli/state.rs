//! `mock-idp state`: saves, loads and compares the state of an org, of a running mock or in a directory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use http::Method;
use mock_idp::MockIdp;
use serde_json::Value;
#[cfg(feature = "disk")]
use tokio::runtime::Runtime;

use super::failure::Failure;
use super::http_client::{Exchange, send};
use super::output::{CommandOutput, brief};
use super::written_file::replace_private;

/// Commands of `state`.
#[derive(Debug, Subcommand)]
pub(super) enum StateCommand {
    /// Write the state of an org as JSON: its document, keys, sessions, tokens. It has secrets.
    Save(SaveArgs),
    /// Replace the state of an org by a saved one.
    Load(FileArgs),
    /// List what differs between a saved state and that of an org; exit code 1 if anything does.
    Diff(FileArgs),
    /// Replace a damaged state, which is kept, by that of the last start or by what can be read of it.
    #[cfg(feature = "disk")]
    Recover {
        #[arg(long, value_name = "DIR", env = "MOCK_IDP_STATE")]
        state: PathBuf,
        /// The state of the last start, or the records of the damaged state that can be read.
        #[arg(long, value_name = "SOURCE", value_enum, default_value = "last-start")]
        from: RecoverySource,
    },
}

/// What takes the place of a damaged state.
#[cfg(feature = "disk")]
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum RecoverySource {
    LastStart,
    Damaged,
}

/// Which state.
#[derive(Debug, Args)]
struct PlaceArgs {
    /// Base URL of a running mock; below /_org/NAME for another org than the default one. Default: http://localhost:7801.
    #[arg(long, value_name = "URL", conflicts_with = "state")]
    url: Option<String>,
    /// Bearer token for its control API.
    #[arg(long, value_name = "TOKEN", env = "MOCK_IDP_CONTROL_TOKEN", hide_env_values = true)]
    control_token: Option<String>,
    /// Directory of a state that no mock uses.
    #[cfg(feature = "disk")]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Org document that the state in the directory belongs to. Default: the built-in org.
    #[cfg(feature = "disk")]
    #[arg(long, value_name = "FILE", requires = "state")]
    org: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct SaveArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// File to write. Default: stdout.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct FileArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// File that `state save` has written; - is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(command: &StateCommand) -> Result<CommandOutput, Failure> {
    match command {
        StateCommand::Save(args) => save(args),
        StateCommand::Load(args) => {
            let body = read(&args.file)?;
            args.place.ask(Method::PUT, "/_mock/state", Some(body))?;
            Ok(positive("the state is loaded\n".to_owned()))
        }
        StateCommand::Diff(args) => {
            let body = read(&args.file)?;
            let difference = args.place.ask(Method::POST, "/_mock/state/diff", Some(body))?;
            let equal = difference["equal"] == true;
            let text = if equal { "equal\n".to_owned() } else { lines(&difference["changes"]) };
            Ok(CommandOutput { text, positive: equal })
        }
        #[cfg(feature = "disk")]
        StateCommand::Recover { state, from } => {
            let (damaged, contents) = match from {
                RecoverySource::LastStart => (MockIdp::recover_state(state)?, "is that of the last start".to_owned()),
                RecoverySource::Damaged => {
                    let (damaged, read) = MockIdp::salvage_state(state)?;
                    (damaged, format!("has {read}"))
                }
            };
            Ok(positive(format!("the state {contents}; the damaged file is {}\n", damaged.display())))
        }
    }
}

fn positive(text: String) -> CommandOutput {
    CommandOutput { text, positive: true }
}

fn save(args: &SaveArgs) -> Result<CommandOutput, Failure> {
    let state = args.place.ask(Method::GET, "/_mock/state", None)?;
    let text = serde_json::to_string_pretty(&state).map_err(Failure::machine)? + "\n";
    let Some(path) = &args.file else { return Ok(positive(text)) };
    replace_private(path, &text).map_err(|error| Failure::machine(format!("{}: {error}", path.display())))?;
    Ok(positive(String::new()))
}

/// One line for each difference.
fn lines(changes: &Value) -> String {
    let line = |change: &Value| {
        let text = |name: &str| change[name].as_str().unwrap_or_default().to_owned();
        let values = match (change.get("before"), change.get("after")) {
            (None, None) => String::new(),
            (before, after) => {
                let value = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), brief);
                format!(": {} -> {}", value(before), value(after))
            }
        };
        format!("{} {}{values}\n", text("change"), text("path"))
    };
    changes.as_array().into_iter().flatten().map(line).collect()
}

fn read(path: &Path) -> Result<String, Failure> {
    let text = if path.as_os_str() == "-" { io::read_to_string(io::stdin()) } else { fs::read_to_string(path) };
    text.map_err(|error| Failure::invalid(format!("{}: {error}", path.display())))
}

impl PlaceArgs {
    /// Asks the control API of the mock. For a state in a directory, one is started for the moment.
    fn ask(&self, method: Method, path: &str, body: Option<String>) -> Result<Value, Failure> {
        #[cfg(feature = "disk")]
        if let Some(dir) = &self.state {
            let mut builder = MockIdp::builder().state(dir);
            if let Some(org) = &self.org {
                builder = builder.org_file(org)?;
            }
            let runtime = Runtime::new().map_err(Failure::machine)?;
            let mock = runtime.block_on(builder.start())?;
            let answer = exchange(&Exchange { method, url: format!("{}{path}", mock.url()), token: None, body });
            runtime.block_on(mock.stop());
            return answer;
        }
        let base = self.url.clone().unwrap_or_else(|| format!("http://localhost:{}", MockIdp::DEFAULT_PORT));
        let url = format!("{}{path}", base.trim_end_matches('/'));
        exchange(&Exchange { method, url, token: self.control_token.as_deref(), body })
    }
}

fn exchange(exchange: &Exchange<'_>) -> Result<Value, Failure> {
    let (status, answer) = send(exchange)?;
    if status == 200 {
        return Ok(answer);
    }
    let error = answer["error"].as_str().unwrap_or("no mock-idp answers there");
    Err(Failure::invalid(format!("{} answered {status}: {error}", exchange.url)))
}
