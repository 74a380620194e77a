//! Keys: of clients, and of the APIs behind authorization servers.

use std::collections::HashSet;

use super::check::Check;
use crate::model::{App, ApplicationType, AuthMethod, AuthorizationServer};
use crate::protocol::jose::{EncryptionKey, JwkSet, KeyEncryptionAlgorithm};

impl Check<'_> {
    /// A client's public keys.
    pub(super) fn keys(&mut self, path: &str, app: &App) {
        let oauth = app.oauth();
        if oauth.jwks.is_some() && oauth.jwks_uri.is_some() {
            self.problem(format!("{path}/jwks_uri"), "a client has either `jwks` or `jwks_uri`");
        }
        // RFC 6749 4.4.
        if app.auth_method() == AuthMethod::None && oauth.application_type == ApplicationType::Service {
            self.problem(path, "a service app authenticates: `token_endpoint_auth_method` cannot be `none`");
        }
        if app.auth_method() == AuthMethod::PrivateKeyJwt && oauth.jwks.is_none() && oauth.jwks_uri.is_none() {
            self.problem(
                path,
                "a client with `token_endpoint_auth_method: private_key_jwt` needs `jwks` or `jwks_uri`",
            );
        }
        if let Some(uri) = &oauth.jwks_uri {
            self.http_uri(format!("{path}/jwks_uri"), uri);
        }
        if let Some(set) = &oauth.jwks {
            self.key_set(&format!("{path}/jwks/keys"), set, &["sig", "enc"]);
        }
        if let Some(algorithm) = oauth.id_token_encrypted_response_alg {
            let path = format!("{path}/id_token_encrypted_response_alg");
            self.encryption(&path, algorithm, oauth.jwks.as_ref(), oauth.jwks_uri.as_deref());
        }
    }

    /// Keys of the API behind a server.
    pub(super) fn server_keys(&mut self, path: &str, server: &AuthorizationServer) {
        if server.jwks.is_some() && server.jwks_uri.is_some() {
            self.problem(format!("{path}/jwksUri"), "an authorization server has either `jwks` or `jwksUri`");
        }
        if let Some(uri) = &server.jwks_uri {
            self.http_uri(format!("{path}/jwksUri"), uri);
        }
        if let Some(set) = &server.jwks {
            self.key_set(&format!("{path}/jwks/keys"), set, &["enc"]);
        }
        if let Some(algorithm) = server.access_token_encrypted_response_algorithm {
            let path = format!("{path}/accessTokenEncryptedResponseAlgorithm");
            self.encryption(&path, algorithm, server.jwks.as_ref(), server.jwks_uri.as_deref());
        }
    }

    fn key_set(&mut self, path: &str, set: &JwkSet, uses: &[&str]) {
        let mut kids = HashSet::new();
        for (index, key) in set.keys.iter().enumerate() {
            let path = format!("{path}/{index}");
            // Okta: a key without its curve is stored, and no signature fits it.
            let incomplete = key.kty == "EC" && key.crv.is_none() && !key.private;
            if let Err(unusable) = key.key()
                && !incomplete
            {
                self.problem(&path, format!("not a usable public key: {unusable}"));
            }
            if let Some(other) = key.key_use.as_deref().filter(|key_use| !uses.contains(key_use)) {
                let expected = uses.join("` or `");
                let message = format!("`{other}` is not a use of a key: expected `{expected}`");
                self.problem(format!("{path}/use"), message);
            }
            if !kids.insert(key.kid.as_deref()) {
                self.problem(&path, "two keys have the same `kid`, or none");
            }
        }
        if set.keys.is_empty() {
            self.problem(path, "a key set has at least one key");
        }
        // Okta: a key for encryption that is activated deactivates the one before.
        if set.keys.iter().filter(|key| key.is_for_encryption() && key.status.is_active()).count() > 1 {
            self.problem(path, "more than one key with `use: enc` is active: give the others `status: INACTIVE`");
        }
    }

    /// Tokens that are to be encrypted. Okta: that no key is active is an error of the token request, not of the settings.
    fn encryption(&mut self, path: &str, algorithm: KeyEncryptionAlgorithm, keys: Option<&JwkSet>, uri: Option<&str>) {
        if keys.is_none() && uri.is_none() {
            let depends_on = sibling_keys(path);
            let message = "encryption needs a key with `use: enc`, in a key set or at the URI of one";
            self.problem_of(path.to_owned(), depends_on, message);
        }
        for key in keys.iter().flat_map(|set| &set.keys).filter(|key| key.is_for_encryption()) {
            if let Err(unusable) = EncryptionKey::new(key, algorithm) {
                let kid = key.kid.as_deref().unwrap_or_default();
                let message = format!("the key `{kid}` cannot be used: {unusable}");
                self.problem_of(path.to_owned(), sibling_keys(path), message);
            }
        }
    }
}

/// Where the keys are that a setting needs.
fn sibling_keys(setting: &str) -> Vec<String> {
    let object = setting.rsplit_once('/').map(|(object, _)| object).unwrap_or_default();
    ["jwks", "jwks_uri", "jwksUri"].map(|key| format!("{object}/{key}")).to_vec()
}
