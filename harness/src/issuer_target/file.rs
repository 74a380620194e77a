//! Target files: `fixtures/targets/*.toml`. Secrets come from the environment; only the mock's, which are public, are
//! written in a file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::client::AuthMethod;
use super::kind::{Behavior, TargetKind};
use super::name::{AccountName, ClientName};
use super::server::ServerKind;

/// A value that is written in the file or read from the environment.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Text {
    Plain(String),
    Variable {
        /// The variable's name.
        env: String,
        /// Whether the client, server or account is left out when the variable is not set, instead of an error.
        #[serde(default)]
        optional: bool,
    },
}

/// A target file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetFile {
    pub name: String,
    pub kind: TargetKind,
    /// Start the issuer in this process.
    #[serde(default)]
    pub embedded: bool,
    /// The behavior, if neither the command line nor the mock states one. Default: `okta` for the mock and Okta, `openid` for
    /// any other provider.
    pub behavior: Option<Behavior>,
    pub servers: BTreeMap<ServerKind, ServerFile>,
    pub redirect_uri: String,
    pub signed_out_uri: String,
    /// Names of sign-in scripts, in the order in which they are tried.
    pub sign_in: Vec<String>,
    #[serde(default)]
    pub clients: BTreeMap<ClientName, ClientFile>,
    /// An API token of an administrator.
    pub api_token: Option<Text>,
    #[serde(default)]
    pub accounts: BTreeMap<AccountName, AccountFile>,
    /// A file with certificates of authorities to trust besides those of the system, relative to this file.
    pub ca: Option<PathBuf>,
    /// Where the file comes from.
    #[serde(skip)]
    pub source: Source,
}

/// Where a target file comes from.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The path for messages.
    pub path: String,
    /// The folder of the file, if it is not built in.
    pub folder: Option<PathBuf>,
}

/// An authorization server. `{base}`, `{issuer}` and `{origin}` are filled in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerFile {
    pub issuer: Text,
    pub audience: Option<String>,
    /// Claims that the org's configuration adds to every ID token.
    #[serde(default)]
    pub own_claims: Vec<String>,
}

/// A client.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientFile {
    pub id: Text,
    pub secret: Option<Text>,
    /// The file under `keys/` that holds its private key.
    pub key: Option<String>,
    pub auth: AuthMethod,
    #[serde(default)]
    pub pkce_required: bool,
    pub scopes: Vec<String>,
    pub consent_scope: Option<String>,
    /// The response types that the client may use. By default the issuer is asked.
    pub response_types: Option<Vec<String>>,
    /// The grant types that the client may use. By default the issuer is asked.
    pub grant_types: Option<Vec<String>>,
}

/// An account.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountFile {
    pub login: Text,
    pub password: Text,
}

impl TargetFile {
    /// Reads a target file.
    ///
    /// # Errors
    /// A syntax error, an unknown key or a missing key, with its line.
    pub fn parse(text: &str, source: Source) -> Result<Self, toml::de::Error> {
        Ok(Self { source, ..toml::from_str(text)? })
    }
}
