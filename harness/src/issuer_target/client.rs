//! Clients and user accounts that scenarios use.

use serde::Deserialize;

use super::name::{AccountName, ClientName};

/// How a client authenticates (OIDC Core 9).
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    ClientSecretBasic,
    ClientSecretPost,
    ClientSecretJwt,
    PrivateKeyJwt,
    None,
}

/// A registered client.
#[derive(Clone, Debug)]
pub struct Client {
    pub name: ClientName,
    pub id: String,
    pub secret: Option<String>,
    /// The private key that it signs with, PEM.
    pub key: Option<String>,
    pub auth: AuthMethod,
    /// Whether the issuer refuses this client without PKCE.
    pub pkce_required: bool,
    /// The scopes of an ordinary sign-in with this client.
    pub scopes: Vec<String>,
    /// A scope that needs the user's consent for this client.
    pub consent_scope: Option<String>,
}

/// The account of a user.
#[derive(Clone, Debug)]
pub struct Account {
    pub name: AccountName,
    pub login: String,
    pub password: String,
}
