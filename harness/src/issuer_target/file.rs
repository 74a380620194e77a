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
    /// Any names. The server `org` is the org's own, all others are custom ones.
    pub servers: BTreeMap<String, ServerFile>,
    pub redirect_uri: String,
    pub signed_out_uri: String,
    /// Sign-in scripts, in the order in which they are tried: names in the fixtures, or paths relative to this file.
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
    /// By default `org` for the server of that name, and `custom` for all others.
    pub kind: Option<ServerKind>,
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
    /// The client of the market org in whose place scenarios use this one. By default one that fits.
    pub role: Option<ClientName>,
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
    /// The account of the market org in whose place scenarios use this one. By default the first account is `buyer`.
    pub role: Option<AccountName>,
    pub login: Text,
    pub password: Text,
    /// The key of the user's authenticator app, Base32.
    pub totp_key: Option<Text>,
    /// The answer to the user's security question.
    pub security_answer: Option<Text>,
}

impl TargetFile {
    /// Reads a target file.
    ///
    /// # Errors
    /// A syntax error, an unknown key or a missing key, with its line.
    pub fn parse(text: &str, source: Source) -> Result<Self, toml::de::Error> {
        Ok(Self { source, ..toml::from_str(text)? })
    }

    /// The servers of that kind, by name.
    pub fn servers_of(&self, kind: ServerKind) -> impl Iterator<Item = (&str, &ServerFile)> {
        let of_kind = move |name: &str, server: &ServerFile| {
            let by_name = if name == ServerKind::Org.word() { ServerKind::Org } else { ServerKind::Custom };
            server.kind.unwrap_or(by_name) == kind
        };
        self.servers
            .iter()
            .map(|(name, server)| (name.as_str(), server))
            .filter(move |(name, server)| of_kind(name, server))
    }

    /// The environment variables of the file: the variable, what it is for, and whether the target opens without it.
    #[must_use]
    pub fn variables(&self) -> Vec<(&str, String, bool)> {
        let servers = self
            .servers
            .iter()
            .map(|(name, server)| (Some(&server.issuer), format!("the issuer of the server {name}")));
        let clients = self.clients.iter().flat_map(|(name, client)| {
            [
                (Some(&client.id), format!("the id of the client {name}")),
                (client.secret.as_ref(), format!("the secret of the client {name}")),
            ]
        });
        let accounts = self.accounts.iter().flat_map(|(name, account)| {
            [
                (Some(&account.login), format!("the login of the account {name}")),
                (Some(&account.password), format!("the password of the account {name}")),
            ]
        });
        let token = [(self.api_token.as_ref(), "the API token".to_owned())];
        servers
            .chain(clients)
            .chain(accounts)
            .chain(token)
            .filter_map(|(text, what)| match text? {
                Text::Variable { env, optional } => Some((env.as_str(), what, *optional)),
                Text::Plain(_) => None,
            })
            .collect()
    }
}
