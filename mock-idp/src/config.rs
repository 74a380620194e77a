//! The command line, and the variables `MOCK_IDP_*` that stand in for it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use mock_idp::{Behavior, Builder, IssuerUrl, LogFormat, MockIdp, StartError, ca};

/// A local mock of an Okta org: issuer, sign-in pages, policies. Not Okta; test use only.
#[derive(Debug, Parser)]
#[command(name = "mock-idp", version, args_conflicts_with_subcommands = true, after_help = AFTER_HELP)]
pub(crate) struct Config {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeArgs,
}

const AFTER_HELP: &str = "Without a command it serves. \
    Exit codes: 0 done, 1 the token is refused or the orgs differ, 2 wrong argument or org document, 4 port taken, 5 something of this machine is missing.";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve until Ctrl-C (what happens without a command, too).
    Serve(ServeArgs),
    /// Print the settings that an app needs.
    Env(EnvArgs),
    /// Say what a token request would come to, without a running mock.
    Token(Box<TokenArgs>),
    /// Say why a running mock answered a request as it did.
    Explain(ExplainArgs),
    /// List every token that two org documents decide differently.
    Diff(DiffArgs),
    /// List where Okta departs from OpenID Connect, and what `--behavior openid` changes.
    Behavior(BehaviorArgs),
    /// The local certificate authority: where it is, and how programs are told to trust it.
    #[command(subcommand)]
    Ca(CaCommand),
}

impl Config {
    pub(crate) fn command(self) -> Command {
        self.command.unwrap_or(Command::Serve(self.serve))
    }
}

/// How to serve.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Org document to serve instead of the built-in org; given again, further orgs beside the first.
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_ORG")]
    org: Vec<PathBuf>,
    /// Address to listen on; anything but this machine's own loopback lets others in.
    #[arg(long, default_value = "localhost", env = "MOCK_IDP_HOST")]
    host: String,
    /// Port for http and https; 0 takes any free one. Without: 7801, or the next free one.
    #[arg(long, env = "MOCK_IDP_PORT")]
    port: Option<u16>,
    /// Pin the issuer to this scheme, host and port, instead of following each request.
    #[arg(long, value_name = "URL", env = "MOCK_IDP_ISSUER_URL")]
    issuer_url: Option<IssuerUrl>,
    /// Host name to answer to, beside localhost; may be given again.
    #[arg(long, value_name = "NAME", env = "MOCK_IDP_ALLOW_HOST", value_delimiter = ',')]
    allow_host: Vec<String>,
    #[command(flatten)]
    state: StateArgs,
    /// Do not offer users to pick on the sign-in page.
    #[arg(long, env = "MOCK_IDP_NO_PICKER", value_parser = clap::builder::FalseyValueParser::new())]
    no_picker: bool,
    /// Ask for name and password on one page, as Okta's first generation does.
    #[arg(long, env = "MOCK_IDP_CLASSIC_SIGN_IN", value_parser = clap::builder::FalseyValueParser::new())]
    classic_sign_in: bool,
    /// Whose way to follow where Okta departs from OpenID Connect: okta or openid, whatever the org documents say.
    #[arg(long, value_name = "WHOSE", env = "MOCK_IDP_BEHAVIOR")]
    behavior: Option<Behavior>,
    /// How requests are logged on stderr; MOCK_IDP_LOG filters.
    #[arg(long, value_enum, default_value = "text", env = "MOCK_IDP_LOG_FORMAT")]
    log: LogFormat,
    /// File to write the READY line to once requests are answered; removed at the end.
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_READY_FILE")]
    pub(crate) ready_file: Option<PathBuf>,
    /// Bearer token to ask for at the control API; without, it is closed when --host lets others in.
    #[arg(long, value_name = "TOKEN", env = "MOCK_IDP_CONTROL_TOKEN", hide_env_values = true)]
    control_token: Option<String>,
    /// Check the org documents and leave.
    #[arg(long)]
    pub(crate) check: bool,
}

/// Where state is kept.
#[derive(Debug, Args)]
pub(crate) struct StateArgs {
    /// Directory that keeps the certificate authority. Without: $XDG_STATE_HOME/mock-idp or ~/.local/state/mock-idp.
    #[arg(long, value_name = "DIR", env = "MOCK_IDP_STATE_DIR")]
    state_dir: Option<PathBuf>,
}

impl StateArgs {
    pub(crate) fn dir(&self) -> Option<PathBuf> {
        self.state_dir.clone().or_else(ca::default_state_dir)
    }
}

/// Which token request, of which org.
#[derive(Debug, Args)]
pub(crate) struct TokenArgs {
    #[command(flatten)]
    pub(crate) question: QuestionArgs,
    /// The org document; without, the built-in org.
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_ORG")]
    pub(crate) org: Option<PathBuf>,
    /// Base of the mock that would answer; without, http://localhost:7801.
    #[arg(long, value_name = "URL", env = "MOCK_IDP_ISSUER_URL")]
    pub(crate) url: Option<IssuerUrl>,
    /// Say what decided, too: policies, scopes, lifetimes, and each claim.
    #[arg(long)]
    pub(crate) why: bool,
    /// Print everything as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A token request in the parameters of `/_mock/explain`.
#[derive(Debug, Args)]
pub(crate) struct QuestionArgs {
    /// Client id or label.
    #[arg(long)]
    client: String,
    /// Login or id; none for a client that acts for itself.
    #[arg(long)]
    user: Option<String>,
    /// Scopes, with spaces between; none: the server's default ones.
    #[arg(long)]
    scope: Option<String>,
    /// authorization_code, implicit, refresh_token, client_credentials, password, device_code or ciba; without, what fits the user.
    #[arg(long)]
    grant: Option<String>,
    /// default, org, or an authorization server's id.
    #[arg(long)]
    server: Option<String>,
    /// code, token, id_token, or several.
    #[arg(long)]
    response_type: Option<String>,
    /// As in the authorization request.
    #[arg(long)]
    nonce: Option<String>,
    /// As in the authorization request.
    #[arg(long)]
    acr_values: Option<String>,
    /// As in the authorization request.
    #[arg(long)]
    prompt: Option<String>,
    /// Seconds, as in the authorization request.
    #[arg(long)]
    max_age: Option<String>,
    /// When the session was signed in to, in seconds since 1970; without, now.
    #[arg(long)]
    auth_time: Option<String>,
    /// How, with spaces between; without, pwd.
    #[arg(long)]
    amr: Option<String>,
    /// given or missing.
    #[arg(long)]
    consent: Option<String>,
    /// Whether the client proves its key: proved or missing; without, proved where the app asks for it.
    #[arg(long)]
    dpop: Option<String>,
}

impl QuestionArgs {
    /// The parameters by name.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
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

/// Which request, of which mock.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Value of the answer's `x-okta-request-id`.
    pub(crate) request_id: String,
    /// Where the mock is, with `/_org/NAME` for another org than its first.
    #[arg(long, default_value = "http://localhost:7801")]
    pub(crate) url: String,
    /// Bearer token of its control API, if it wants one.
    #[arg(long, value_name = "TOKEN", env = "MOCK_IDP_CONTROL_TOKEN", hide_env_values = true)]
    pub(crate) control_token: Option<String>,
    /// Print the whole entry as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which two orgs.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// Org document before.
    #[arg(value_name = "ORG-A")]
    pub(crate) before: PathBuf,
    /// Org document after.
    #[arg(value_name = "ORG-B")]
    pub(crate) after: PathBuf,
    /// Only for this user, by login.
    #[arg(long)]
    pub(crate) user: Option<String>,
    /// Only for this client, by id.
    #[arg(long)]
    pub(crate) client: Option<String>,
    /// Print every case as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which settings to print, and how.
#[derive(Debug, Args)]
pub(crate) struct EnvArgs {
    /// Form of the output.
    #[arg(long = "for", value_enum, default_value = "shell")]
    pub(crate) form: EnvForm,
    /// The org document that the mock serves; without, the built-in org.
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_ORG")]
    pub(crate) org: Option<PathBuf>,
    /// Port of the mock.
    #[arg(long, default_value_t = MockIdp::DEFAULT_PORT, env = "MOCK_IDP_PORT")]
    pub(crate) port: u16,
    /// Base of the mock, where it is not http://localhost:PORT.
    #[arg(long, value_name = "URL", env = "MOCK_IDP_ISSUER_URL")]
    pub(crate) url: Option<IssuerUrl>,
    /// Settings for https, where the form does not ask for it anyway.
    #[arg(long)]
    pub(crate) https: bool,
    #[command(flatten)]
    pub(crate) state: StateArgs,
}

/// A form that settings come in.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum EnvForm {
    /// Lines for `eval "$(mock-idp env)"`.
    Shell,
    /// One JSON object.
    Json,
    /// A .env file.
    Dotenv,
    /// Node.js with openid-client.
    Node,
    /// Spring Boot: application.properties.
    Spring,
    /// Flask with Authlib.
    Flask,
    /// ASP.NET Core: appsettings.json.
    Dotnet,
    /// React with okta-auth-js.
    React,
    /// Go with coreos/go-oidc.
    Go,
}

/// How the departures are printed.
#[derive(Debug, Args)]
pub(crate) struct BehaviorArgs {
    /// As a JSON array.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What about the certificate authority.
#[derive(Debug, Subcommand)]
pub(crate) enum CaCommand {
    /// Print the path of its certificate.
    Path(StateArgs),
    /// Print its certificate.
    Print(StateArgs),
    /// Print how Node, Python, Java, .NET, curl and browsers are told to trust it.
    Hint(StateArgs),
}

impl CaCommand {
    pub(crate) fn state(&self) -> &StateArgs {
        match self {
            Self::Path(state) | Self::Print(state) | Self::Hint(state) => state,
        }
    }
}

impl ServeArgs {
    /// The mock that these arguments ask for.
    pub(crate) fn builder(&self) -> Result<Builder, StartError> {
        let mut builder = MockIdp::builder()
            .host(self.host.as_str())
            .picker(!self.no_picker)
            .classic_sign_in(self.classic_sign_in)
            .log(self.log);
        if let Some(behavior) = self.behavior {
            builder = builder.behavior(behavior);
        }
        builder = match self.port {
            Some(port) => builder.port(port),
            None => builder.prefer_port(MockIdp::DEFAULT_PORT),
        };
        for path in &self.org {
            builder = builder.org_file(path)?;
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
