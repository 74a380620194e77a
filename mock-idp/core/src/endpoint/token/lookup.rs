//! What a grant has to be given before it can decide: the caller loads it.

use super::direct_records::{DirectNames, DirectRecords};
use crate::endpoint::client_authentication::KeySource;
use crate::ledger::{Code, DeviceSecret, PolledRequest, TokenFamily};
use crate::model::TrustedIssuer;
use crate::org::CompiledServer;
use crate::protocol::jose::{Fetched, Jws};
use crate::protocol::{ErrorId, OAuthError};
use crate::tokens::Verified;

/// What has to be loaded.
#[derive(Clone, Debug)]
pub enum Lookup<'a> {
    Nothing,
    /// What a sign-in at the token endpoint depends on.
    Direct(DirectNames<'a>),
    Code(&'a str),
    InteractionCode(&'a str),
    RefreshToken(&'a str),
    DeviceCode(&'a str),
    AuthReqId(&'a str),
    /// The claims of an access token of this org.
    AccessToken(&'a str),
    /// A device secret, and the claims of the ID token that was issued with it.
    DeviceSecret {
        id_token: &'a str,
        device_secret: &'a str,
    },
    /// The claims of an ID token of this org.
    IdToken(&'a str),
    /// The family of a refresh token, which is not used up.
    TokenFamily(&'a str),
    /// The claims of both tokens.
    OwnTokens {
        id_token: &'a str,
        access_token: &'a str,
    },
    /// Whether the issuer of an ID-JAG has signed it.
    IdJag {
        token: &'a str,
        assertion: Box<Jws>,
        issuer: IdJagIssuer<'a>,
    },
}

/// What was loaded.
#[derive(Debug)]
pub enum LoadedRecord<'a> {
    /// There is no such record, or the grant needs none.
    None,
    Direct(&'a mut DirectRecords),
    Code(&'a mut Code),
    RefreshToken {
        token: &'a str,
        family_id: &'a str,
        family: &'a mut TokenFamily,
    },
    Polled(&'a mut PolledRequest),
    AccessToken {
        /// If a server of the org has signed them.
        claims: Option<&'a Verified>,
        revoked: bool,
    },
    DeviceSecret(PresentedDeviceSecret<'a>),
    /// The claims, and the server of the org that has signed them.
    IdToken(Option<(&'a CompiledServer, &'a Verified)>),
    TokenFamily(Option<&'a TokenFamily>),
    OwnTokens(PresentedOwnTokens<'a>),
    IdJag {
        assertion: &'a Jws,
        issuer: IdJagIssuer<'a>,
        /// If the issuer has not signed it: why it counts as not signed.
        signature: Result<(), String>,
    },
}

/// A device secret, and the ID token that it was presented with.
#[derive(Clone, Copy, Debug)]
pub struct PresentedDeviceSecret<'a> {
    /// The claims, if this server has signed them.
    pub id_token: Option<&'a Verified>,
    pub secret: &'a str,
    pub record: Option<&'a DeviceSecret>,
    /// Whether the session that the secret was issued in is still active.
    pub session_active: bool,
}

/// The ID token and the access token that an app presents of its own sign-in.
#[derive(Clone, Copy, Debug)]
pub struct PresentedOwnTokens<'a> {
    /// The claims, if a server of the org has signed them.
    pub id_token: Option<&'a Verified>,
    pub access_token: Option<&'a Verified>,
    pub access_token_revoked: bool,
}

impl LoadedRecord<'_> {
    /// The error for a record that the grant did not ask for.
    pub(super) fn unexpected() -> OAuthError {
        OAuthError::new(ErrorId::ServerError, "the record does not belong to the grant")
    }
}

/// Whose keys verify an ID-JAG.
#[derive(Clone, Copy, Debug)]
pub enum IdJagIssuer<'a> {
    /// This org's own org authorization server.
    ThisOrg,
    Trusted(&'a TrustedIssuer),
}

/// The URL to fetch the keys of a trusted issuer from.
#[must_use]
pub fn issuer_key_source<'a>(issuer: &'a TrustedIssuer, assertion: &'a Jws) -> Option<KeySource<'a>> {
    issuer.jwks_uri.as_deref().map(|uri| KeySource { uri, kid: assertion.kid() })
}

/// Whether a trusted issuer has signed the assertion.
///
/// # Errors
/// Why not: no keys, no suitable key, or a wrong signature.
pub fn check_issuer_signature(
    issuer: &TrustedIssuer,
    assertion: &Jws,
    fetched: Option<&Fetched>,
) -> Result<(), String> {
    let keys = match (&issuer.jwks, fetched) {
        (Some(keys), _) => keys,
        (None, Some(Ok(keys))) => keys,
        (None, Some(Err(reason))) => return Err(format!("the keys of {}: {reason}", issuer.issuer)),
        (None, None) => return Err(format!("the keys of {} have not been fetched", issuer.issuer)),
    };
    let algorithm = assertion.algorithm().filter(|algorithm| !algorithm.is_symmetric());
    let algorithm = algorithm.ok_or_else(|| format!("signed {}", assertion.signature_info()))?;
    let key = keys.choose(assertion, algorithm).map_err(|problem| format!("{problem:?}"))?;
    if assertion.is_signed_by(algorithm, &key) {
        Ok(())
    } else {
        Err("the signature does not match the key".to_owned())
    }
}
