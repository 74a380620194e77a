//! Form requests and client authentication (RFC 6749 2.3.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{ACCEPT, AUTHORIZATION, ORIGIN};
use url::{Url, form_urlencoded};

use crate::issuer_target::{AuthMethod, Client};
use crate::wire::{Http, Reply, Request, WireError};

/// A POST request with a form.
#[derive(Clone, Debug)]
pub struct FormRequest {
    url: Url,
    pairs: Vec<(String, String)>,
    headers: Vec<(&'static str, String)>,
}

impl FormRequest {
    /// An empty form.
    #[must_use]
    pub fn new(url: &Url) -> Self {
        Self { url: url.clone(), pairs: Vec::new(), headers: vec![(ACCEPT.as_str(), "application/json".to_owned())] }
    }

    /// The URL.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.pairs.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Replaces a parameter.
    #[must_use]
    pub fn replacing(self, name: &str, value: &str) -> Self {
        self.without(name).with(name, value)
    }

    /// Removes a parameter.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.pairs.retain(|(known, _)| known != name);
        self
    }

    /// Adds a parameter to the query.
    #[must_use]
    pub fn in_query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// Adds the client authentication of the registration.
    #[must_use]
    pub fn as_client(self, client: &Client) -> Self {
        match (&client.secret, client.auth) {
            (Some(secret), AuthMethod::ClientSecretBasic) => self.basic(&client.id, secret),
            (Some(secret), AuthMethod::ClientSecretPost) => self.secret_in_body(&client.id, secret),
            (None, _) | (_, AuthMethod::None | AuthMethod::ClientSecretJwt | AuthMethod::PrivateKeyJwt) => {
                self.with("client_id", &client.id)
            }
        }
    }

    /// `client_secret_basic`. RFC 6749 2.3.1: both halves are form-encoded first.
    #[must_use]
    pub fn basic(self, id: &str, secret: &str) -> Self {
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let credentials = STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret)));
        self.with_header(AUTHORIZATION.as_str(), &format!("Basic {credentials}"))
    }

    /// `client_secret_post`.
    #[must_use]
    pub fn secret_in_body(self, id: &str, secret: &str) -> Self {
        self.with("client_id", id).with("client_secret", secret)
    }

    /// RFC 7523 2.2: adds a client assertion.
    #[must_use]
    pub fn asserted(self, assertion: &str) -> Self {
        self.with("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            .with("client_assertion", assertion)
    }

    /// Sets the Origin header.
    #[must_use]
    pub fn from_origin(self, origin: &str) -> Self {
        self.with_header(ORIGIN.as_str(), origin)
    }

    /// Sets a header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Sends the request.
    ///
    /// # Errors
    /// When there is no response.
    pub async fn send(&self, http: &Http) -> Result<Reply, WireError> {
        http.send(self.request()?).await
    }

    /// The request.
    ///
    /// # Errors
    /// When a value is not valid in a header.
    pub fn request(&self) -> Result<Request, WireError> {
        let mut request = Request::form(self.url.clone(), self.pairs.clone());
        for (name, value) in &self.headers {
            request = request.header(name, value)?;
        }
        Ok(request)
    }
}
