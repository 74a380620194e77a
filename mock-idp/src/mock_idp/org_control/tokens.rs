//! Tokens: those of a sign-in, minted ones, and what is different about the next ones.

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ControlFailure, OrgControl, RemovedCount, owned};

/// A sign-in whose tokens are wanted.
#[derive(Clone, Debug, Serialize)]
pub struct LoginSpec {
    client: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr_values: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<bool>,
}

impl LoginSpec {
    /// At this client: its id or label. It needs no secret here.
    #[must_use]
    pub fn at(client: impl Into<String>) -> Self {
        let (client, scopes) = (client.into(), Vec::new());
        let (user, server, grant, nonce, acr_values, consent) = (None, None, None, None, None, None);
        Self { client, user, scopes, server, grant, nonce, acr_values, consent }
    }

    /// The user: login or id. Without one the grant is `client_credentials`.
    #[must_use]
    pub fn user(self, user: impl Into<String>) -> Self {
        Self { user: Some(user.into()), ..self }
    }

    /// The scopes that are asked for; the server's default ones without it.
    #[must_use]
    pub fn scopes(self, scopes: &[&str]) -> Self {
        Self { scopes: owned(scopes), ..self }
    }

    /// `org`, or the id of an authorization server; `default` without it.
    #[must_use]
    pub fn server(self, server: impl Into<String>) -> Self {
        Self { server: Some(server.into()), ..self }
    }

    /// `authorization_code`, `implicit`, `password` or `client_credentials`; what fits the user without it.
    #[must_use]
    pub fn grant(self, grant: impl Into<String>) -> Self {
        Self { grant: Some(grant.into()), ..self }
    }

    /// The nonce of the ID token.
    #[must_use]
    pub fn nonce(self, nonce: impl Into<String>) -> Self {
        Self { nonce: Some(nonce.into()), ..self }
    }

    /// How the user has to sign in.
    #[must_use]
    pub fn acr_values(self, values: impl Into<String>) -> Self {
        Self { acr_values: Some(values.into()), ..self }
    }

    /// The user has not allowed anything.
    #[must_use]
    pub fn without_consent(self) -> Self {
        Self { consent: Some(false), ..self }
    }
}

/// The tokens that a client gets.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct LoginTokens {
    pub access_token: Option<String>,
    pub id_token: Option<String>,
    pub refresh_token: Option<String>,
    /// The granted scopes, separated by spaces.
    pub scope: Option<String>,
    /// Seconds.
    pub expires_in: Option<i64>,
    /// All other members of the answer.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct LoginResult {
    tokens: LoginTokens,
}

/// A token to sign without asking a policy.
#[derive(Clone, Debug, Serialize)]
pub struct MintSpec {
    kind: &'static str,
    client: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    claims: Map<String, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    drop: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifetime: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faults: Vec<String>,
}

impl MintSpec {
    /// An access token for this client (id or label). Without a user it is one of `client_credentials`.
    #[must_use]
    pub fn access_token(client: impl Into<String>) -> Self {
        Self::new("access_token", client.into(), None)
    }

    /// An ID token about a user (login or id).
    #[must_use]
    pub fn id_token(client: impl Into<String>, user: impl Into<String>) -> Self {
        Self::new("id_token", client.into(), Some(user.into()))
    }

    /// An ID-JAG: the token by which an agent gets access to another authorization server.
    #[must_use]
    pub fn id_jag(client: impl Into<String>, user: impl Into<String>) -> Self {
        Self::new("id_jag", client.into(), Some(user.into()))
    }

    /// A token of Native to Web SSO.
    #[must_use]
    pub fn interclient_token(client: impl Into<String>, user: impl Into<String>) -> Self {
        Self::new("interclient_token", client.into(), Some(user.into()))
    }

    /// A logout token.
    #[must_use]
    pub fn logout_token(client: impl Into<String>, user: impl Into<String>) -> Self {
        Self::new("logout_token", client.into(), Some(user.into()))
    }

    fn new(kind: &'static str, client: String, user: Option<String>) -> Self {
        let (server, nonce, lifetime) = (None, None, None);
        let (scopes, drop, faults, claims) = (Vec::new(), Vec::new(), Vec::new(), Map::new());
        Self { kind, client, user, server, scopes, nonce, claims, drop, lifetime, faults }
    }

    /// The user that an access token is about: login or id.
    #[must_use]
    pub fn user(self, user: impl Into<String>) -> Self {
        Self { user: Some(user.into()), ..self }
    }

    /// `org`, or the id of an authorization server; `default` without it. For an ID-JAG the server that it is for.
    #[must_use]
    pub fn server(self, server: impl Into<String>) -> Self {
        Self { server: Some(server.into()), ..self }
    }

    /// The scopes.
    #[must_use]
    pub fn scopes(self, scopes: &[&str]) -> Self {
        Self { scopes: owned(scopes), ..self }
    }

    /// The nonce of an ID token.
    #[must_use]
    pub fn nonce(self, nonce: impl Into<String>) -> Self {
        Self { nonce: Some(nonce.into()), ..self }
    }

    /// Adds a claim, or gives it another value.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// Removes a claim.
    #[must_use]
    pub fn drop_claim(mut self, name: impl Into<String>) -> Self {
        self.drop.push(name.into());
        self
    }

    /// Seconds from `iat` to `exp`.
    #[must_use]
    pub fn lifetime(self, seconds: i64) -> Self {
        Self { lifetime: Some(seconds), ..self }
    }

    /// Adds a fault of tokens, without its kind: `bad-signature`, `wrong-issuer`, …
    #[must_use]
    pub fn fault(mut self, name: impl Into<String>) -> Self {
        self.faults.push(name.into());
        self
    }
}

/// A signed token, and what is in it.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct MintedToken {
    pub token: String,
    /// Null for an encrypted token.
    #[serde(default)]
    pub header: Value,
    /// Null for an encrypted token.
    #[serde(default)]
    pub claims: Value,
}

/// What is different about the next tokens.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NextTokenSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    always: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tokens: Vec<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    claims: Map<String, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    drop: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifetime: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_description: Option<String>,
}

impl NextTokenSpec {
    /// An error of Okta's catalogue in place of the tokens: the public error or the id.
    #[must_use]
    pub fn error(error: impl Into<String>) -> Self {
        Self { error: Some(error.into()), ..Self::default() }
    }

    /// The description of the error, if not Okta's.
    #[must_use]
    pub fn error_description(self, description: impl Into<String>) -> Self {
        Self { error_description: Some(description.into()), ..self }
    }

    /// Only tokens for this client: its id or label.
    #[must_use]
    pub fn client(self, client: impl Into<String>) -> Self {
        Self { client: Some(client.into()), ..self }
    }

    /// Only tokens of this user: login or id.
    #[must_use]
    pub fn user(self, user: impl Into<String>) -> Self {
        Self { user: Some(user.into()), ..self }
    }

    /// For so many answers; 1 without it.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Until it is removed.
    #[must_use]
    pub fn always(self) -> Self {
        Self { always: true, ..self }
    }

    /// Only tokens of these kinds: `access_token`, `id_token`, `id_jag`, `interclient_token`, `logout_token`.
    #[must_use]
    pub fn tokens(self, kinds: &[&str]) -> Self {
        Self { tokens: owned(kinds), ..self }
    }

    /// Adds a claim, or gives it another value.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// Removes a claim.
    #[must_use]
    pub fn drop_claim(mut self, name: impl Into<String>) -> Self {
        self.drop.push(name.into());
        self
    }

    /// Seconds from `iat` to `exp`. Of an access token also `expires_in`.
    #[must_use]
    pub fn lifetime(self, seconds: i64) -> Self {
        Self { lifetime: Some(seconds), ..self }
    }
}

/// What is different about the next tokens, as it is listed.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[non_exhaustive]
pub struct NextToken {
    /// By which it is removed.
    pub id: String,
    pub client_id: Option<String>,
    /// Login.
    pub user: Option<String>,
    /// How many times more; `None`: until it is removed.
    #[serde(default)]
    pub times: Option<u32>,
    #[serde(default)]
    pub tokens: Vec<String>,
    #[serde(default)]
    pub claims: Map<String, Value>,
    #[serde(default)]
    pub drop: Vec<String>,
    #[serde(default)]
    pub lifetime: Option<i64>,
    #[serde(default)]
    pub error: Option<String>,
    #[serde(default)]
    pub error_description: Option<String>,
}

impl OrgControl {
    /// The tokens of a complete sign-in. Policies apply.
    ///
    /// # Errors
    /// The org refuses it (status 403): the error has the reason.
    pub async fn login(&self, login: &LoginSpec) -> Result<LoginTokens, ControlFailure> {
        let result: LoginResult = self.request(Method::POST, "/_mock/login", login).await?;
        Ok(result.tokens)
    }

    /// Signs a token with the claims of the org and those that are given. No policy is asked.
    pub async fn mint(&self, token: &MintSpec) -> Result<MintedToken, ControlFailure> {
        self.request(Method::POST, "/_mock/tokens", token).await
    }

    /// What will be different about the next tokens.
    pub async fn next_tokens(&self) -> Result<Vec<NextToken>, ControlFailure> {
        self.request(Method::GET, "/_mock/next-tokens", &()).await
    }

    /// Changes claims or the lifetime of the next tokens, or returns an error in place of them.
    pub async fn add_next_token(&self, change: &NextTokenSpec) -> Result<NextToken, ControlFailure> {
        self.request(Method::POST, "/_mock/next-tokens", change).await
    }

    /// Removes one change of the next tokens, by its id.
    pub async fn remove_next_token(&self, id: &str) -> Result<(), ControlFailure> {
        self.request::<RemovedCount>(Method::DELETE, &format!("/_mock/next-tokens/{id}"), &()).await.map(drop)
    }

    /// Removes all changes of the next tokens; how many.
    pub async fn clear_next_tokens(&self) -> Result<usize, ControlFailure> {
        let cleared: RemovedCount = self.request(Method::DELETE, "/_mock/next-tokens", &()).await?;
        Ok(cleared.removed)
    }
}
