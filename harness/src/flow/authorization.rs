//! The authorization request (RFC 6749 4.1.1, OIDC Core 3.1.2.1).

use url::Url;

use super::pkce::{Pkce, random_text};
use crate::issuer_target::{Client, Target};

/// An authorization request. It is valid at first, and a scenario can change every part.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    params: Vec<(String, String)>,
    pkce: Option<Pkce>,
}

impl AuthorizationRequest {
    /// A code flow request with the client's scopes, a new state and nonce, and PKCE if the client has no secret or
    /// requires it.
    #[must_use]
    pub fn of(target: &Target, client: &Client) -> Self {
        let request = Self { params: Vec::new(), pkce: None }
            .with("client_id", &client.id)
            .with("redirect_uri", target.redirect_uri.as_str())
            .with("response_type", "code")
            .with("scope", &client.scopes.join(" "))
            .with("state", &random_text(12))
            .with("nonce", &random_text(12));
        if client.pkce_required || client.secret.is_none() { request.with_pkce() } else { request }
    }

    /// Sets a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        match self.params.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => value.clone_into(known),
            None => self.params.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// Adds a parameter, even if it is present already.
    #[must_use]
    pub fn repeating(mut self, name: &str, value: &str) -> Self {
        self.params.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Removes a parameter.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.params.retain(|(known, _)| known != name);
        self
    }

    /// Reverses the order of the parameters, which has no meaning.
    #[must_use]
    pub fn turned(mut self) -> Self {
        self.params.reverse();
        self
    }

    /// Sets the scopes.
    #[must_use]
    pub fn scopes(self, scopes: &str) -> Self {
        self.with("scope", scopes)
    }

    /// RFC 7636 4.3: sets a new code challenge.
    #[must_use]
    pub fn with_pkce(self) -> Self {
        let pkce = Pkce::fresh();
        let mut request = self.with("code_challenge", &pkce.challenge).with("code_challenge_method", "S256");
        request.pkce = Some(pkce);
        request
    }

    /// Removes the code challenge.
    #[must_use]
    pub fn without_pkce(self) -> Self {
        let mut request = self.without("code_challenge").without("code_challenge_method");
        request.pkce = None;
        request
    }

    /// The verifier and challenge, if it has them.
    #[must_use]
    pub const fn pkce(&self) -> Option<&Pkce> {
        self.pkce.as_ref()
    }

    /// A parameter's value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All parameters, in order.
    #[must_use]
    pub fn params(&self) -> &[(String, String)] {
        &self.params
    }

    /// The URL of the request.
    #[must_use]
    pub fn url(&self, endpoint: &Url) -> Url {
        let mut url = endpoint.clone();
        url.query_pairs_mut().extend_pairs(&self.params);
        url
    }
}
