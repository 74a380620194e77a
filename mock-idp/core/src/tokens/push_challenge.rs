//! What an app that is an authenticator gets to ask its user. Okta: `PushNotificationChallengeRequestJwt`.

use serde_json::{Map, Value};

use super::keys::ServerKeys;
use crate::protocol::{ErrorId, OAuthError};

/// The type of a challenge and of its answer.
pub const PUSH_TYPE: &str = "okta-pushbind+jwt";

/// Signs the claims of a challenge. Its `jti` has none of the prefixes of tokens, so that it cannot be used as one.
///
/// # Errors
/// The cryptography fails.
pub fn sign_push_challenge(claims: Map<String, Value>, keys: &ServerKeys) -> Result<String, OAuthError> {
    let header = [("kid", Value::Null), ("typ", PUSH_TYPE.into()), ("alg", Value::Null)];
    let header = header.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let signed = keys.published.sign_token(header, claims, &[]);
    signed.map_err(|_| OAuthError::new(ErrorId::ServerError, "signing a push challenge failed"))
}
