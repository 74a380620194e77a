//! Arguments of `import`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use url::Url;

/// Arguments of `import`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("source").required(true).args(["url", "state", "answers"]))]
pub(in crate::cli) struct ImportArgs {
    /// Base URL of a live org, such as https://example.okta.com. It is only read.
    #[arg(long, value_name = "URL")]
    pub(super) url: Option<Url>,
    /// API token of a read-only administrator, or an access token with okta.*.read scopes.
    #[arg(long, value_name = "TOKEN", env = "OKTA_API_TOKEN", hide_env_values = true)]
    pub(super) token: Option<String>,
    /// File with the token.
    #[arg(long, value_name = "FILE", conflicts_with = "token")]
    pub(super) token_file: Option<PathBuf>,
    /// Terraform state, or the output of `terraform show -json`; - for standard input.
    #[arg(long, value_name = "FILE")]
    pub(super) state: Option<PathBuf>,
    /// Folder with answers of the API: api/v1/users.json and so on, or tapes as *.jsonl.
    #[arg(long, value_name = "DIR")]
    pub(super) answers: Option<PathBuf>,
    /// File for the org document; it must not exist. Default: standard output.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// File for the list of what is not imported, as JSON.
    #[arg(long, value_name = "FILE")]
    pub(super) report: Option<PathBuf>,
    /// Password of all users that have one: no source has passwords.
    #[arg(long, value_name = "PASSWORD")]
    pub(super) password: Option<String>,
    /// Value of an API token for the document: 42 characters that start with 00. An administrator is added if there is none.
    #[arg(long, value_name = "TOKEN")]
    pub(super) api_token: Option<String>,
    /// Subdomain of the org, if the source does not have it.
    #[arg(long, value_name = "NAME")]
    pub(super) subdomain: Option<String>,
}
