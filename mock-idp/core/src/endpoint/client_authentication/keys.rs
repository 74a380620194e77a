//! A client's keys: in the org document, or fetched from its `jwks_uri`.

use std::collections::HashSet;

use crate::model::App;
use crate::protocol::jose::{Fetched, JwkSet, Jws};
use crate::protocol::{ErrorId, OAuthError};

/// Keys that have to be fetched.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KeySource<'a> {
    pub uri: &'a str,
    /// The id of the key: a cached set without it may be out of date.
    pub kid: Option<&'a str>,
}

/// Where the keys for a signed object of this client have to be fetched from; `None` when none have to be fetched.
#[must_use]
pub fn key_source<'a>(client: &'a App, object: &'a Jws) -> Option<KeySource<'a>> {
    let asymmetric = object.algorithm().is_some_and(|algorithm| !algorithm.is_symmetric());
    let uri = client.oauth().jwks_uri.as_deref().filter(|_| asymmetric)?;
    Some(KeySource { uri, kid: object.kid() })
}

/// The client's keys; `None` when it has none.
///
/// # Errors
/// The keys could not be fetched, or the fetched set is unusable.
pub(crate) fn of<'a>(
    client: &'a App,
    object: &Jws,
    fetched: Option<&'a Fetched>,
) -> Result<Option<&'a JwkSet>, OAuthError> {
    let Some(uri) = client.oauth().jwks_uri.as_deref() else { return Ok(client.oauth().jwks.as_ref()) };
    // RFC 7515 4.1.2: `jku` names a key set; only the registered one is accepted.
    if let Some(jku) = object.header_text("jku").filter(|jku| *jku != uri) {
        return Err(OAuthError::new(ErrorId::JwksUriJkuMismatch, format!("jku is `{jku}`, jwks_uri is `{uri}`")));
    }
    let set = match fetched {
        Some(Ok(set)) => set,
        Some(Err(reason)) => return Err(OAuthError::new(ErrorId::JwksUriError, format!("{uri}: {reason}"))),
        None => return Err(OAuthError::new(ErrorId::JwksUriError, format!("{uri} has not been fetched"))),
    };
    if set.keys.is_empty() {
        return Err(OAuthError::new(ErrorId::JwksUriNoKey, format!("{uri} contains no keys")));
    }
    let mut kids = HashSet::new();
    if set.keys.len() > 1 && !set.keys.iter().all(|key| kids.insert(key.kid.as_deref())) {
        return Err(OAuthError::new(
            ErrorId::JwksUriAmbiguousKeys,
            format!("several keys at {uri} have the same kid, or none"),
        ));
    }
    Ok(Some(set))
}

/// Okta names the values that `use` may have.
pub(crate) fn unknown_use(key_use: &str) -> OAuthError {
    OAuthError::with(ErrorId::JwksUriInvalidKeyUse, "[sig, enc]", format!("the key's `use` is `{key_use}`"))
}
