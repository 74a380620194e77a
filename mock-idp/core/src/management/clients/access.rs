//! Access to registrations by standard clients. RFC 7591 3, RFC 7592 3; Okta: not offered.
//!
//! A registration access token is a keyed hash of the client's id: it need not be stored, and ends with the client.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use subtle::ConstantTimeEq;

use super::super::access::Credential;
use crate::org::{Org, Urls};
use crate::tokens::resource::Scheme;

/// The key for the registration access tokens of an org.
pub struct RegistrationKey(hmac::Key);

impl std::fmt::Debug for RegistrationKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RegistrationKey")
    }
}

impl RegistrationKey {
    /// A key from random bytes.
    #[must_use]
    pub fn new(random: [u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &random))
    }

    /// Adds what the client needs to manage its registration. RFC 7592 3.
    pub fn add_to(&self, registration: &mut Value, client_id: &str, urls: &Urls) {
        registration["registration_access_token"] = self.token(client_id).into();
        let uri = format!("{}/oauth2/v1/clients/{client_id}", urls.endpoint_base);
        registration["registration_client_uri"] = uri.into();
    }

    /// Whether this is the registration access token of an existing client.
    #[must_use]
    pub fn admits(&self, org: &Org, credential: Credential<'_>, client_id: &str) -> bool {
        let Credential::AccessToken(Scheme::Bearer, token) = credential else { return false };
        org.client(client_id).is_some() && token.as_bytes().ct_eq(self.token(client_id).as_bytes()).into()
    }

    fn token(&self, client_id: &str) -> String {
        // Nonces are hashes of eight bytes with the same key: the prefix keeps the two apart.
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, format!("registration of {client_id}").as_bytes()))
    }
}

/// Whether the caller may register a client: RFC 7591 3 leaves the initial access token to the server. One that is sent has to be an
/// API token of the org.
#[must_use]
pub fn may_register(org: &Org, credential: Credential<'_>) -> bool {
    match credential {
        Credential::Nothing => true,
        Credential::AccessToken(Scheme::Bearer, token) => org.api_tokens().iter().any(|known| known.is(token)),
        Credential::AccessToken(Scheme::Dpop, _) | Credential::ApiToken(_) => false,
    }
}
