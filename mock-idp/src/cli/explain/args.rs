//! The arguments of `token`, `explain` and `diff`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use mock_idp::IssuerUrl;

/// Arguments of `token`.
#[derive(Debug, Args)]
pub(in crate::cli) struct TokenArgs {
    #[command(flatten)]
    pub(in crate::cli) question: QuestionArgs,
    /// The org document. Default: the built-in org.
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_ORG")]
    pub(in crate::cli) org: Option<PathBuf>,
    /// Base URL of the mock. Default: http://localhost:7801.
    #[arg(long, value_name = "URL", env = "MOCK_IDP_ISSUER_URL")]
    pub(in crate::cli) url: Option<IssuerUrl>,
    /// Show the reasons too: policies, scopes, lifetimes, and each claim.
    #[arg(long)]
    pub(in crate::cli) why: bool,
    /// Print everything as one JSON object.
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// A token request in the parameters of `/_mock/explain`.
#[derive(Debug, Args)]
pub(in crate::cli) struct QuestionArgs {
    /// Client id or label.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    client: String,
    /// Login or id; none for a client without a user.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    user: Option<String>,
    /// Scopes, separated by spaces. Default: the default scopes of the server.
    #[arg(long)]
    scope: Option<String>,
    /// authorization_code, implicit, refresh_token, client_credentials, password, device_code, ciba or token-exchange. Default: the one that
    /// fits the user.
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
    pub(in crate::cli) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
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
pub(in crate::cli) struct ExplainArgs {
    /// Value of the answer's `x-okta-request-id`.
    pub(in crate::cli) request_id: String,
    /// Base URL of the mock, with `/_org/NAME` for an org other than its first.
    #[arg(long, default_value = "http://localhost:7801")]
    pub(in crate::cli) url: String,
    /// Bearer token of its control API, if it needs one.
    #[arg(long, value_name = "TOKEN", env = "MOCK_IDP_CONTROL_TOKEN", hide_env_values = true)]
    pub(in crate::cli) control_token: Option<String>,
    /// Print the whole entry as JSON.
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub(in crate::cli) struct DiffArgs {
    /// Org document before.
    #[arg(value_name = "ORG-A")]
    pub(in crate::cli) before: PathBuf,
    /// Org document after.
    #[arg(value_name = "ORG-B")]
    pub(in crate::cli) after: PathBuf,
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
pub(in crate::cli) enum DiffFormat {
    Text,
    Markdown,
    Json,
}

impl DiffArgs {
    /// The form of the output.
    pub(in crate::cli) fn format(&self) -> DiffFormat {
        if self.json { DiffFormat::Json } else { self.format }
    }

    /// What the comparison is narrowed to, by the names of a token request's parameters.
    pub(in crate::cli) fn selection(&self) -> impl Iterator<Item = (&str, &str)> {
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
