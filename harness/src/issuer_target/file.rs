//! Target files: `fixtures/targets/*.toml`. Secrets come only from the environment, except those of the mock,
//! which are no secrets.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{AuthMethod, Behavior, ClientRole, Kind, Role, ServerRole};

/// A value that stands in the file or in the environment.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Text {
    Plain(String),
    Variable {
        /// The variable's name.
        env: String,
        /// Without it, what it belongs to is left out rather than the run refused.
        #[serde(default)]
        optional: bool,
    },
}

/// A target file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetFile {
    pub name: String,
    pub kind: Kind,
    /// Start the issuer in this process.
    #[serde(default)]
    pub embedded: bool,
    /// As Okta answers where Okta departs from conformance, unless another is asked for or the issuer is anybody's.
    pub behavior: Option<Behavior>,
    pub servers: BTreeMap<ServerRole, ServerFile>,
    pub redirect_uri: String,
    pub signed_out_uri: String,
    /// Names of sign-in scripts, the likeliest first.
    pub sign_in: Vec<String>,
    #[serde(default)]
    pub clients: BTreeMap<ClientRole, ClientFile>,
    /// An administrator's token for the issuer's management.
    pub api_token: Option<Text>,
    #[serde(default)]
    pub accounts: BTreeMap<Role, AccountFile>,
}

/// An authorization server. `{base}`, `{issuer}` and `{origin}` are filled in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerFile {
    pub issuer: Text,
    pub audience: Option<String>,
    /// Claims that the org's own configuration adds to every ID token.
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
    /// When it isn't one, with the line that is wrong.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}
