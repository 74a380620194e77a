//! The arguments, and the variables `MOCK_IDP_*` that replace them.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use mock_idp::{Behavior, Builder, IssuerUrl, LogFormat, MockIdp, StartError};

use super::snapshot::SnapshotArgs;

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
    /// Print the settings that an app needs.
    Env(EnvArgs),
    /// Start a mock on a free port, run a command with the settings of `env`, stop, and return its exit code.
    Exec(ExecArgs),
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

/// Settings of a mock.
#[derive(Debug, Args)]
struct MockArgs {
    /// Org document to serve instead of the built-in org, - for standard input; repeatable.
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_ORG")]
    org: Vec<PathBuf>,
    /// Address to listen on; with any but loopback, other machines can connect.
    #[arg(long, default_value = "localhost", env = "MOCK_IDP_HOST")]
    host: String,
    /// Port for http and https; 0 takes any free one. Default: 7801, or the next free one.
    #[arg(long, env = "MOCK_IDP_PORT", value_parser = port)]
    port: Option<u16>,
    /// Pin the issuer to this scheme, host and port, instead of following each request.
    #[arg(long, value_name = "URL", env = "MOCK_IDP_ISSUER_URL")]
    issuer_url: Option<IssuerUrl>,
    /// Host name to answer to, besides localhost; repeatable.
    #[arg(long, value_name = "NAME", env = "MOCK_IDP_ALLOW_HOST", value_delimiter = ',')]
    allow_host: Vec<String>,
    #[command(flatten)]
    state: StateArgs,
    /// Do not show the user picker on the sign-in page.
    #[arg(long, env = "MOCK_IDP_NO_PICKER", value_parser = clap::builder::FalseyValueParser::new())]
    no_picker: bool,
    /// Show a sign-in page like that of Okta's Classic Engine: one page, with the names username and password.
    #[arg(long, env = "MOCK_IDP_CLASSIC_SIGN_IN", value_parser = clap::builder::FalseyValueParser::new())]
    classic_sign_in: bool,
    /// What to follow where Okta deviates from OpenID Connect: okta, openid or fapi2 (FAPI 2 Security Profile). Overrides the org documents.
    #[arg(long, value_name = "WHOSE", env = "MOCK_IDP_BEHAVIOR")]
    behavior: Option<Behavior>,
    /// Bearer token for the control API; without it, the API is closed if --host lets other machines connect.
    #[arg(long, value_name = "TOKEN", env = "MOCK_IDP_CONTROL_TOKEN", hide_env_values = true)]
    control_token: Option<String>,
    /// Let the mock fetch keys and send logout notices to private addresses too.
    #[arg(long, env = "MOCK_IDP_ALLOW_PRIVATE_NETWORKS", value_parser = clap::builder::FalseyValueParser::new())]
    allow_private_networks: bool,
    /// Largest number of connections at a time. Default: 4096, or what the process may open.
    #[arg(long, value_name = "N", env = "MOCK_IDP_MAX_CONNECTIONS", value_parser = count)]
    max_connections: Option<usize>,
    /// Derive ids, codes, tokens and keys from this number and stop the clock, so that runs have equal results.
    #[arg(long, value_name = "N", env = "MOCK_IDP_SEED")]
    seed: Option<u64>,
    /// Largest number of sandboxes (POST /_mock/orgs) at a time. Default: 1000.
    #[arg(long, value_name = "N", env = "MOCK_IDP_MAX_SANDBOXES")]
    max_sandboxes: Option<usize>,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The folder of the document; it is created if it does not exist. Default: the current folder.
    #[arg(value_name = "DIR", default_value = ".")]
    pub(super) dir: PathBuf,
}

/// The state directory.
#[derive(Debug, Args)]
pub(super) struct StateArgs {
    /// Directory of the certificate authority. Default: $XDG_STATE_HOME/mock-idp or ~/.local/state/mock-idp.
    #[arg(long, value_name = "DIR", env = "MOCK_IDP_STATE_DIR")]
    state_dir: Option<PathBuf>,
}

impl StateArgs {
    pub(super) fn dir(&self) -> Option<PathBuf> {
        self.state_dir.clone().or_else(MockIdp::default_state_dir)
    }
}

/// Arguments of `token`.
#[derive(Debug, Args)]
pub(super) struct TokenArgs {
    #[command(flatten)]
    pub(super) question: QuestionArgs,
    /// The org document. Default: the built-in org.
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_ORG")]
    pub(super) org: Option<PathBuf>,
    /// Base URL of the mock. Default: http://localhost:7801.
    #[arg(long, value_name = "URL", env = "MOCK_IDP_ISSUER_URL")]
    pub(super) url: Option<IssuerUrl>,
    /// Show the reasons too: policies, scopes, lifetimes, and each claim.
    #[arg(long)]
    pub(super) why: bool,
    /// Print everything as one JSON object.
    #[arg(long)]
    pub(super) json: bool,
}

/// A token request in the parameters of `/_mock/explain`.
#[derive(Debug, Args)]
pub(super) struct QuestionArgs {
    /// Client id or label.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    client: String,
    /// Login or id; none for a client without a user.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    user: Option<String>,
    /// Scopes, separated by spaces. Default: the default scopes of the server.
    #[arg(long)]
    scope: Option<String>,
    /// authorization_code, implicit, refresh_token, client_credentials, password, device_code, ciba or token-exchange. Default: the one that fits the user.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    grant: Option<String>,
    /// default, org, or an authorization server's name or id.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    server: Option<String>,
    /// code, token, id_token, or several.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    response_type: Option<String>,
    /// As in the authorization request.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    nonce: Option<String>,
    /// As in the authorization request.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    acr_values: Option<String>,
    /// As in the authorization request.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    prompt: Option<String>,
    /// Seconds, as in the authorization request.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    max_age: Option<String>,
    /// Time of the sign-in, in seconds since 1970. Default: now.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    auth_time: Option<String>,
    /// Authentication methods, separated by spaces. Default: pwd.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    amr: Option<String>,
    /// given or missing.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    consent: Option<String>,
    /// DPoP proof: proved or missing. Default: proved if the app requires it.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    dpop: Option<String>,
}

impl QuestionArgs {
    /// The parameters by name.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        [
            ("client", Some(&self.client)),
            ("user", self.user.as_ref()),
            ("scope", self.scope.as_ref()),
            ("grant", self.grant.as_ref()),
            ("server", self.server.as_ref()),
            ("response_type", self.response_type.as_ref()),
            ("nonce", self.nonce.as_ref()),
            ("acr_values", self.acr_values.as_ref()),
            ("prompt", self.prompt.as_ref()),
            ("max_age", self.max_age.as_ref()),
            ("auth_time", self.auth_time.as_ref()),
            ("amr", self.amr.as_ref()),
            ("consent", self.consent.as_ref()),
            ("dpop", self.dpop.as_ref()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?.as_str())))
    }
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// Value of the answer's `x-okta-request-id`.
    pub(super) request_id: String,
    /// Base URL of the mock, with `/_org/NAME` for an org other than its first.
    #[arg(long, default_value = "http://localhost:7801")]
    pub(super) url: String,
    /// Bearer token of its control API, if it needs one.
    #[arg(long, value_name = "TOKEN", env = "MOCK_IDP_CONTROL_TOKEN", hide_env_values = true)]
    pub(super) control_token: Option<String>,
    /// Print the whole entry as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// Org document before.
    #[arg(value_name = "ORG-A")]
    pub(super) before: PathBuf,
    /// Org document after.
    #[arg(value_name = "ORG-B")]
    pub(super) after: PathBuf,
    /// Only for this client, by id or label.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    client: Option<String>,
    /// Only for this user, by login or id.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    user: Option<String>,
    /// Only these scopes together, separated by spaces; "": the default scopes of the server.
    #[arg(long)]
    scope: Option<String>,
    /// Only this grant, named as in `mock-idp token`.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    grant: Option<String>,
    /// Only this server: default, org, or an authorization server's name or id.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    server: Option<String>,
    /// text, markdown (a comment for a pull request), or json (every case).
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    format: DiffFormat,
    /// The same as --format json.
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

/// Forms of a difference.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum DiffFormat {
    Text,
    Markdown,
    Json,
}

impl DiffArgs {
    /// The form of the output.
    pub(super) fn format(&self) -> DiffFormat {
        if self.json { DiffFormat::Json } else { self.format }
    }

    /// What the comparison is narrowed to, by the names of a token request's parameters.
    pub(super) fn selection(&self) -> impl Iterator<Item = (&str, &str)> {
        [
            ("client", self.client.as_ref()),
            ("user", self.user.as_ref()),
            ("scope", self.scope.as_ref()),
            ("grant", self.grant.as_ref()),
            ("server", self.server.as_ref()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?.as_str())))
    }
}

/// Arguments of `env`.
#[derive(Debug, Args)]
pub(super) struct EnvArgs {
    /// Form of the output: a list of settings, or a complete file for a stack.
    #[arg(long = "for", value_enum, default_value = "shell")]
    pub(super) form: EnvForm,
    /// The org document of the mock. Default: the built-in org.
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_ORG")]
    pub(super) org: Option<PathBuf>,
    /// Port of the mock.
    #[arg(long, default_value_t = MockIdp::DEFAULT_PORT, env = "MOCK_IDP_PORT", value_parser = port)]
    pub(super) port: u16,
    /// Base URL of the mock, if it is not http://localhost:PORT.
    #[arg(long, value_name = "URL", env = "MOCK_IDP_ISSUER_URL")]
    pub(super) url: Option<IssuerUrl>,
    /// Settings for https, also in forms that work with http.
    #[arg(long)]
    pub(super) https: bool,
    #[command(flatten)]
    pub(super) state: StateArgs,
}

/// Forms of settings.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum EnvForm {
    /// Lines for `eval "$(mock-idp env)"`.
    Shell,
    /// One JSON object.
    Json,
    /// A .env file.
    Dotenv,
    /// Token and introspection of a service: a shell script.
    Curl,
    /// Node.js with openid-client.
    Node,
    /// Express with openid-client.
    Express,
    /// Next.js with next-auth.
    Next,
    /// React with okta-auth-js.
    React,
    /// Vue with okta-auth-js.
    Vue,
    /// Angular with angular-oauth2-oidc.
    Angular,
    /// Flask with Authlib.
    Flask,
    /// Django with Authlib.
    Django,
    /// FastAPI with Authlib.
    Fastapi,
    /// Spring Boot: application.properties.
    Spring,
    /// ASP.NET Core: appsettings.json.
    Dotnet,
    /// Go with coreos/go-oidc.
    Go,
    /// Rust with openidconnect and axum.
    Rust,
    /// oauth2-proxy: its configuration file.
    #[value(name = "oauth2-proxy")]
    Oauth2Proxy,
    /// A test that signs in with Playwright.
    Playwright,
    /// A test that signs in with Cypress.
    Cypress,
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

impl ExecArgs {
    /// The builder for these arguments. Without a port it is any free one, so that commands can run side by side.
    pub(super) fn builder(&self) -> Result<Builder, StartError> {
        Ok(self.mock.builder()?.log(self.log))
    }
}

impl MockArgs {
    fn builder(&self) -> Result<Builder, StartError> {
        let mut builder = MockIdp::builder()
            .host(self.host.as_str())
            .picker(!self.no_picker)
            .classic_sign_in(self.classic_sign_in)
            .allow_private_networks(self.allow_private_networks);
        if let Some(behavior) = self.behavior {
            builder = builder.behavior(behavior);
        }
        if let Some(port) = self.port {
            builder = builder.port(port);
        }
        if self.org.iter().filter(|path| path.as_os_str() == "-").count() > 1 {
            return Err(StartError::Setting("--org - is given twice, but standard input is read only once".to_owned()));
        }
        for path in &self.org {
            builder = builder.org_file(path)?;
        }
        if let Some(max) = self.max_connections {
            builder = builder.max_connections(max);
        }
        if let Some(seed) = self.seed {
            builder = builder.seed(seed);
        }
        if let Some(max) = self.max_sandboxes {
            builder = builder.max_sandboxes(max);
        }
        for name in &self.allow_host {
            builder = builder.allow_host(name.as_str());
        }
        if let Some(url) = &self.issuer_url {
            builder = builder.issuer_url(url.clone());
        }
        if let Some(token) = &self.control_token {
            builder = builder.control_token(token.as_str());
        }
        if let Some(dir) = self.state.dir() {
            builder = builder.state_dir(dir);
        }
        Ok(builder)
    }
}

fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| format!("a port is a number from 0 to {}", u16::MAX))
}

fn count(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| "expected a whole number from 1 on".to_owned())
}
