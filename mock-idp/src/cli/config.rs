//! The arguments, and the variables `MOCK_IDP_*` that replace them.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use mock_idp::{Builder, IssuerUrl, LogFormat, MockIdp, StartError};

use super::env::args::EnvArgs;
use super::explain::args::{DiffArgs, ExplainArgs, TokenArgs};
use super::export::ExportArgs;
use super::import::args::ImportArgs;
use super::mock_args::{MockArgs, StateArgs, port};
use super::snapshot::SnapshotArgs;
use super::state::StateCommand;

/// A local mock of an Okta org: issuer, sign-in pages, policies. Not Okta; test use only.
#[derive(Debug, Parser)]
#[command(
    name = "mock-idp",
    version,
    args_conflicts_with_subcommands = true,
    max_term_width = 80,
    after_help = AFTER_HELP
)]
pub(super) struct Config {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeArgs,
}

const AFTER_HELP: &str = "Without a command it serves. \
    Exit codes: 0 success, 1 the token is refused, or tokens differ, 2 invalid argument or org document, 4 port taken, 5 something of this machine is missing.";

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Serve until Ctrl-C (the default).
    Serve(ServeArgs),
    /// Write an org document to start from, as okta.yaml.
    Init(InitArgs),
    /// Write an org document from a live org, a Terraform state, or answers of the API.
    Import(Box<ImportArgs>),
    /// Write an org as a document, or as a Terraform configuration.
    Export(ExportArgs),
    /// Print the settings that an app needs.
    Env(EnvArgs),
    /// Start a mock on a free port, run a command with the settings of `env`, stop, and return its exit code.
    Exec(ExecArgs),
    /// Serve the control API to coding agents: the Model Context Protocol over standard input and output.
    Mcp(McpArgs),
    /// Ask whether a mock is ready: exit code 0 if it is, else 1.
    Health(HealthArgs),
    /// Show the outcome of a token request, without a running mock.
    Token(Box<TokenArgs>),
    /// Explain an answer of a running mock.
    Explain(ExplainArgs),
    /// List the tokens that differ between two org documents.
    Diff(DiffArgs),
    /// Write the tokens of an org as files, or compare them with the files.
    Snapshot(SnapshotArgs),
    /// Save, load or compare the state of an org, of a running mock or in a directory.
    #[command(subcommand)]
    State(StateCommand),
    /// List where Okta deviates from OpenID Connect, and what `--behavior openid` changes.
    Behavior(BehaviorArgs),
    /// The local certificate authority: its path, its certificate, and how programs trust it.
    #[command(subcommand)]
    Ca(CaCommand),
    /// Print a script that completes the arguments in a shell.
    Completions {
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Write the manual pages into a folder.
    Man {
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
}

impl Config {
    pub(super) fn command(self) -> Command {
        self.command.unwrap_or(Command::Serve(self.serve))
    }
}

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    mock: MockArgs,
    /// Format of the request log on stderr; MOCK_IDP_LOG filters it.
    #[arg(long, value_enum, default_value = "text", env = "MOCK_IDP_LOG_FORMAT")]
    pub(super) log: LogFormat,
    /// File to write the READY line to once requests are served; removed at the end.
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_READY_FILE")]
    pub(super) ready_file: Option<PathBuf>,
    /// Read the org files again when they change, as on SIGHUP.
    #[arg(long, requires = "org", env = "MOCK_IDP_WATCH", value_parser = clap::builder::FalseyValueParser::new())]
    pub(super) watch: bool,
    /// Seconds for which requests are still answered after SIGTERM or Ctrl-C, while /readyz says that the mock is stopping.
    #[arg(long, value_name = "SECONDS", default_value_t = 0, env = "MOCK_IDP_DRAIN")]
    pub(super) drain: u32,
    /// Check the org documents and exit.
    #[arg(long)]
    pub(super) check: bool,
}

/// Arguments of `exec`.
#[derive(Debug, Args)]
pub(super) struct ExecArgs {
    #[command(flatten)]
    mock: MockArgs,
    /// Format of the request log on stderr; MOCK_IDP_LOG filters it.
    #[arg(long, value_enum, default_value = "off")]
    log: LogFormat,
    /// The command and its arguments.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(super) command: Vec<OsString>,
}

/// Arguments of `mcp`.
#[derive(Debug, Args)]
pub(super) struct McpArgs {
    #[command(flatten)]
    mock: MockArgs,
    /// Base URL of a running mock; without it, one is started.
    #[arg(long, value_name = "URL", conflicts_with = "org")]
    pub(super) url: Option<String>,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The folder of the document; it is created if it does not exist. Default: the current folder.
    #[arg(value_name = "DIR", default_value = ".")]
    pub(super) dir: PathBuf,
}

/// Arguments of `health`. The variables are those of `serve`, so that a container needs no arguments.
#[derive(Debug, Args)]
pub(super) struct HealthArgs {
    /// Base URL of the mock. Default: from --host and --port.
    #[arg(value_name = "URL", conflicts_with = "url")]
    pub(super) base: Option<String>,
    /// The same.
    #[arg(long, value_name = "URL")]
    pub(super) url: Option<String>,
    /// The --host that the mock was started with.
    #[arg(long, default_value = "localhost", env = "MOCK_IDP_HOST")]
    pub(super) host: String,
    /// Port of the mock. Default: 7801.
    #[arg(long, env = "MOCK_IDP_PORT", value_parser = port)]
    pub(super) port: Option<u16>,
}

/// Arguments of `behavior`.
#[derive(Debug, Args)]
pub(super) struct BehaviorArgs {
    /// As a JSON array.
    #[arg(long)]
    pub(super) json: bool,
}

/// Commands of `ca`.
#[derive(Debug, Subcommand)]
pub(super) enum CaCommand {
    /// Print the path of its certificate.
    Path(StateArgs),
    /// Print its certificate.
    Print(StateArgs),
    /// Print how Node, Python, Java, .NET, curl and browsers trust it.
    Hint(HintArgs),
}

/// Arguments of `ca hint`.
#[derive(Debug, Args)]
pub(super) struct HintArgs {
    #[command(flatten)]
    state: StateArgs,
    /// Port of the mock.
    #[arg(long, default_value_t = MockIdp::DEFAULT_PORT, env = "MOCK_IDP_PORT")]
    port: u16,
    /// Base URL of the mock, if it is not https://localhost:PORT.
    #[arg(long, value_name = "URL", env = "MOCK_IDP_ISSUER_URL")]
    url: Option<IssuerUrl>,
}

impl HintArgs {
    /// The base URL of the mock, for https.
    pub(super) fn base(&self) -> String {
        match &self.url {
            Some(url) => url.as_str().replacen("http://", "https://", 1),
            None => format!("https://localhost:{}", self.port),
        }
    }
}

impl CaCommand {
    pub(super) fn state(&self) -> &StateArgs {
        match self {
            Self::Path(state) | Self::Print(state) => state,
            Self::Hint(hint) => &hint.state,
        }
    }
}

impl ServeArgs {
    /// The builder for these arguments.
    pub(super) fn builder(&self) -> Result<Builder, StartError> {
        let builder = self.mock.builder()?.log(self.log);
        Ok(if self.mock.port.is_none() { builder.prefer_port(MockIdp::DEFAULT_PORT) } else { builder })
    }
}

impl McpArgs {
    /// The builder of the mock that is started.
    pub(super) fn builder(&self) -> Result<Builder, StartError> {
        let builder = self.mock.builder()?.log(LogFormat::Off);
        Ok(if self.mock.port.is_none() { builder.prefer_port(MockIdp::DEFAULT_PORT) } else { builder })
    }

    pub(super) fn control_token(&self) -> Option<&str> {
        self.mock.control_token()
    }
}

impl ExecArgs {
    /// The builder for these arguments. Without a port it is any free one, so that commands can run side by side.
    pub(super) fn builder(&self) -> Result<Builder, StartError> {
        Ok(self.mock.builder()?.log(self.log))
    }
}
