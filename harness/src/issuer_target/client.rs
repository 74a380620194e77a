//! Clients and user accounts that scenarios use.

use std::collections::BTreeMap;

use serde::Deserialize;
use url::Url;

use super::name::{AccountName, ClientName};
use super::sign_in::{Credential, ScriptStep};
use crate::wire::totp::TotpKey;

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

impl AuthMethod {
    /// The name in target files and discovery documents.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }
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
    pub capabilities: Capabilities,
    /// What a registered client manages its registration with. RFC 7592.
    pub registration: Option<RegistrationAccess>,
}

/// What a client may use, as far as it is known. What is not known is taken as allowed.
#[derive(Clone, Debug, Default)]
pub struct Capabilities {
    response_types: Option<Vec<String>>,
    grant_types: Option<Vec<String>>,
    /// What the issuer refuses, with its words.
    refused: BTreeMap<String, String>,
}

impl Capabilities {
    /// The lists of a target file.
    #[must_use]
    pub fn stated(response_types: Option<&[String]>, grant_types: Option<&[String]>) -> Self {
        let response_types = response_types.map(|types| types.iter().map(|value| normalised(value)).collect());
        Self { response_types, grant_types: grant_types.map(<[String]>::to_vec), refused: BTreeMap::new() }
    }

    /// Whether the target file says which response types the client may use.
    #[must_use]
    pub const fn states_response_types(&self) -> bool {
        self.response_types.is_some()
    }

    /// Whether the target file says which grant types the client may use.
    #[must_use]
    pub const fn states_grant_types(&self) -> bool {
        self.grant_types.is_some()
    }

    /// Records that the issuer refuses a response type or a grant type, with its words.
    pub fn refuse(&mut self, value: &str, words: String) {
        self.refused.insert(normalised(value), words);
    }
}

/// The words of a response type in one order: `id_token token` and `token id_token` are the same.
fn normalised(value: &str) -> String {
    let mut words: Vec<&str> = value.split_whitespace().collect();
    words.sort_unstable();
    words.join(" ")
}

impl Client {
    /// Why the client cannot use a response type, if that is known.
    #[must_use]
    pub fn lacks_response_type(&self, value: &str) -> Option<String> {
        self.lacks("response type", value, self.capabilities.response_types.as_deref())
    }

    /// Why the client cannot use a grant type, if that is known.
    #[must_use]
    pub fn lacks_grant_type(&self, value: &str) -> Option<String> {
        self.lacks("grant type", value, self.capabilities.grant_types.as_deref())
    }

    /// Why scenarios that are not about assertions cannot use the client: they send a secret, or nothing.
    #[must_use]
    pub fn lacks_simple_authentication(&self) -> Option<String> {
        let signs = matches!(self.auth, AuthMethod::PrivateKeyJwt | AuthMethod::ClientSecretJwt);
        signs.then(|| {
            let name = self.name;
            format!(
                "needs the {name} client with client_secret_basic, client_secret_post or none: it has {}",
                self.auth.word()
            )
        })
    }

    fn lacks(&self, noun: &str, value: &str, stated: Option<&[String]>) -> Option<String> {
        let wanted = normalised(value);
        let why = match stated {
            Some(stated) if stated.contains(&wanted) => return None,
            Some(_) => "the target file does not list it".to_owned(),
            None => format!("the issuer says {}", self.capabilities.refused.get(&wanted)?),
        };
        Some(format!("needs the {noun} {value} for the {} client: {why}", self.name))
    }
}

/// The URI of a registration, and the token for it. RFC 7592 3.
#[derive(Clone)]
pub struct RegistrationAccess {
    pub uri: Url,
    pub token: String,
}

/// The token stays out of logs.
impl std::fmt::Debug for RegistrationAccess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RegistrationAccess").field("uri", &self.uri).finish_non_exhaustive()
    }
}

/// The account of a user.
#[derive(Clone, Debug)]
pub struct Account {
    pub name: AccountName,
    pub login: String,
    pub password: String,
    /// The key of the user's authenticator app.
    pub totp_key: Option<TotpKey>,
    /// The answer to the user's security question.
    pub security_answer: Option<String>,
}

impl Account {
    /// What the user types for a credential at a time in seconds since 1970, if the account has it.
    #[must_use]
    pub fn typed(&self, credential: Credential, now: i64) -> Option<String> {
        match credential {
            Credential::Login => Some(self.login.clone()),
            Credential::Password => Some(self.password.clone()),
            Credential::TotpCode => self.totp_key.as_ref().map(|key| key.code(now)),
            Credential::SecurityAnswer => self.security_answer.clone(),
        }
    }

    /// Whether the user can take a step of a sign-in script.
    #[must_use]
    pub fn can_take(&self, step: &ScriptStep) -> bool {
        step.needs.or(step.fill).is_none_or(|needed| self.typed(needed, 0).is_some())
    }

    /// Whether it has a second factor that a driver can prove.
    #[must_use]
    pub const fn has_second_factor(&self) -> bool {
        self.totp_key.is_some() || self.security_answer.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issuer_target::market::WEB;

    fn client(capabilities: Capabilities) -> Client {
        Client {
            name: WEB,
            id: "id".to_owned(),
            secret: None,
            key: None,
            auth: AuthMethod::None,
            pkce_required: false,
            scopes: Vec::new(),
            consent_scope: None,
            capabilities,
            registration: None,
        }
    }

    #[test]
    fn what_the_target_file_does_not_list_is_lacking() {
        let types = ["code".to_owned(), "token id_token".to_owned()];
        let client = client(Capabilities::stated(Some(&types), None));
        assert_eq!(client.lacks_response_type("id_token token"), None);
        let reason = client.lacks_response_type("id_token").expect("a reason");
        assert_eq!(reason, "needs the response type id_token for the web client: the target file does not list it");
        assert_eq!(client.lacks_grant_type("password"), None, "nothing is known about grant types");
    }

    #[test]
    fn a_client_that_signs_assertions_does_not_send_a_secret() {
        let client = Client { auth: AuthMethod::PrivateKeyJwt, ..client(Capabilities::default()) };
        let reason = client.lacks_simple_authentication().expect("a reason");
        assert!(reason.ends_with("client_secret_post or none: it has private_key_jwt"), "{reason}");
        assert_eq!(Client { auth: AuthMethod::ClientSecretPost, ..client }.lacks_simple_authentication(), None);
    }

    #[test]
    fn what_the_issuer_refuses_is_lacking_with_its_words() {
        let mut capabilities = Capabilities::default();
        capabilities.refuse("code id_token", "unsupported_response_type".to_owned());
        let client = client(capabilities);
        assert!(
            client
                .lacks_response_type("id_token code")
                .is_some_and(|reason| reason.ends_with("the issuer says unsupported_response_type"))
        );
        assert_eq!(client.lacks_response_type("code"), None);
    }
}
