//! Client assertions: `client_secret_jwt` and `private_key_jwt`. RFC 7523 3, OIDC Core 9; Okta: "Client authentication methods".

use super::keys;
use super::sources::CalledEndpoint;
use crate::ledger::SingleUse;
use crate::model::{App, AuthMethod};
use crate::protocol::jose::{Algorithm, Fetched, Jws, KeyProblem};
use crate::protocol::{ErrorId, OAuthError};

/// Okta: an assertion expires within an hour.
const MAX_LIFETIME: i64 = 3600;

/// The client that an assertion names as its issuer.
pub(super) fn claimed_client<'a>(
    assertion: &Jws,
    client_id: Option<&str>,
    find: impl Fn(&str) -> Option<&'a App>,
) -> Result<&'a App, OAuthError> {
    // RFC 7523 3 step 1: iss is the client.
    let issuer = assertion.text("iss").unwrap_or_default();
    let client = find(issuer).ok_or_else(|| {
        OAuthError::new(ErrorId::ClientAssertionInvalidIssuer, format!("no active client has the id `{issuer}` of iss"))
    })?;
    // RFC 7521 4.2: a client_id beside the assertion names the same client.
    if let Some(other) = client_id.filter(|other| *other != issuer) {
        let reason = format!("client_id is `{other}`, iss is `{issuer}`");
        return Err(OAuthError::new(ErrorId::ClientAssertionInvalidIssuer, reason));
    }
    // RFC 7523 3 step 2B: sub is the client too.
    if assertion.text("sub") != Some(issuer) {
        let reason = format!("sub is {:?}, iss is `{issuer}`", assertion.text("sub"));
        return Err(OAuthError::new(ErrorId::ClientAssertionInvalidSubject, reason));
    }
    Ok(client)
}

/// Checks the assertion. Returns its `jti`, which has to be consumed.
pub(super) fn check(
    client: &App,
    assertion: &Jws,
    called: CalledEndpoint<'_>,
    fetched: Option<&Fetched>,
    now: i64,
) -> Result<Option<SingleUse>, OAuthError> {
    // RFC 7523 3 step 9. The algorithm has to fit the client's own settings.
    let algorithm = assertion.algorithm().ok_or_else(|| {
        let reason = format!("alg is {:?}", assertion.header_text("alg"));
        OAuthError::new(ErrorId::ClientAssertionInvalidSignatureAlgorithm, reason)
    })?;
    // FAPI 2 Security Profile 5.4.
    if called.server.behavior.restricts_algorithms() && algorithm != Algorithm::Es256 {
        let reason = format!("alg is {}, the profile allows ES256", algorithm.name());
        return Err(OAuthError::new(ErrorId::ClientAssertionInvalidSignatureAlgorithm, reason));
    }
    let method = if algorithm.is_symmetric() {
        signed_by_secret(client, assertion, algorithm)?;
        AuthMethod::ClientSecretJwt
    } else {
        signed_by_key(client, assertion, algorithm, fetched)?;
        AuthMethod::PrivateKeyJwt
    };
    if client.auth_method() != method {
        let reason = format!("{} is not configured for {} assertions", client.client_id(), algorithm.name());
        return Err(OAuthError::new(ErrorId::InvalidTokenEndpointAuthMethod, reason));
    }
    let expires = expiry(assertion, now)?;
    check_audience(assertion, called)?;
    // RFC 7523 3 steps 5 and 6.
    let latest = now + called.server.behavior.clock_skew();
    if let Some(name) = ["iat", "nbf"].into_iter().find(|name| assertion.time(name).is_some_and(|time| time > latest)) {
        return Err(OAuthError::new(ErrorId::ClientAssertionIssuedAtInFuture, format!("{name} is in the future")));
    }
    // RFC 7523 3 step 7. Okta: jti is optional; a value can be used once.
    Ok(assertion.text("jti").map(|jti| {
        SingleUse::new("client_assertion", client.client_id(), jti, expires, ErrorId::ClientAssertionAlreadyUsed)
    }))
}

/// RFC 7523 3 step 3. Okta: the called endpoint, not the issuer.
fn check_audience(assertion: &Jws, called: CalledEndpoint<'_>) -> Result<(), OAuthError> {
    let CalledEndpoint { urls, server, endpoint } = called;
    let issuer = urls.issuer(server);
    let is_accepted = |audience: &str| {
        urls.is_endpoint(server, endpoint, audience)
            || (server.behavior.accepts_assertions_for_issuer() && audience == issuer)
    };
    // FAPI 2 Security Profile 5.3.2.1: the issuer alone, as a string.
    let accepted = if server.behavior.requires_client_keys() {
        assertion.text("aud") == Some(issuer.as_str())
    } else {
        assertion.audiences().any(is_accepted)
    };
    if accepted {
        return Ok(());
    }
    let audiences = assertion.audiences().collect::<Vec<_>>();
    let reason = format!("aud is {audiences:?}, the endpoint is {}/v1/{endpoint}", urls.endpoints(server));
    Err(OAuthError::new(ErrorId::ClientAssertionInvalidAudience, reason))
}

fn signed_by_secret(client: &App, assertion: &Jws, algorithm: Algorithm) -> Result<(), OAuthError> {
    let mut secrets = client.credentials.oauth_client.active_secrets().peekable();
    if secrets.peek().is_none() {
        let reason = format!("{} has no secret, the assertion is {}", client.client_id(), algorithm.name());
        return Err(OAuthError::new(ErrorId::ClientAssertionInvalidNoSecret, reason));
    }
    let mut long_enough = secrets.filter(|secret| secret.len() >= algorithm.shortest_secret()).peekable();
    if long_enough.peek().is_none() {
        let reason = format!("{} needs a secret of {} characters", algorithm.name(), algorithm.shortest_secret());
        return Err(OAuthError::new(ErrorId::ClientAssertionInvalidSecretLength, reason));
    }
    let signed = long_enough.any(|secret| assertion.is_signed_by_secret(algorithm, secret));
    if signed { Ok(()) } else { Err(bad_signature(client)) }
}

fn signed_by_key(
    client: &App,
    assertion: &Jws,
    algorithm: Algorithm,
    fetched: Option<&Fetched>,
) -> Result<(), OAuthError> {
    let keys = keys::of(client, assertion, fetched)?.ok_or_else(|| {
        let reason = format!("{} has neither jwks nor jwks_uri", client.client_id());
        OAuthError::new(ErrorId::ClientAssertionJwksNotConfigured, reason)
    })?;
    let key = keys.choose(assertion, algorithm).map_err(|problem| match problem {
        KeyProblem::Kid(reason) => OAuthError::new(ErrorId::ClientAssertionInvalidKid, reason),
        KeyProblem::NotForSigning => {
            OAuthError::new(ErrorId::ClientAssertionNotSignedWithSigningKey, "the key is for encryption")
        }
        KeyProblem::Use(key_use) => keys::unknown_use(&key_use),
        KeyProblem::Algorithm(reason) => OAuthError::new(ErrorId::ClientAssertionInvalidSignatureAlgorithm, reason),
        KeyProblem::Unusable(unusable) => OAuthError::new(ErrorId::ClientAssertionInvalidJwks, unusable.to_string()),
    })?;
    if assertion.is_signed_by(algorithm, &key) { Ok(()) } else { Err(bad_signature(client)) }
}

fn bad_signature(client: &App) -> OAuthError {
    let reason = format!("the signature does not match the keys of {}", client.client_id());
    OAuthError::new(ErrorId::ClientAssertionInvalidSignature, reason)
}

/// RFC 7523 3 step 4; Okta: within an hour.
fn expiry(assertion: &Jws, now: i64) -> Result<i64, OAuthError> {
    let expires = assertion
        .time("exp")
        .ok_or_else(|| OAuthError::new(ErrorId::ClientAssertionExpirationRequired, "exp is missing or not a number"))?;
    if expires <= now {
        return Err(OAuthError::new(
            ErrorId::ClientAssertionExpiredToken,
            format!("expired {} s ago", now.saturating_sub(expires)),
        ));
    }
    if expires > now + MAX_LIFETIME {
        let reason = format!("expires in {} s", expires.saturating_sub(now));
        return Err(OAuthError::new(ErrorId::ClientAssertionExpiresTooFarInFuture, reason));
    }
    Ok(expires)
}
