//! Signed request objects. RFC 9101, OIDC Core 6.1; Okta: the `request` parameter.
//!
//! Parameters inside the object take precedence over those beside it. They are not used before the signature is verified, so
//! until then errors go where the parameters outer say, or are shown.

use serde_json::Value;

use super::error::AuthorizationError;
use super::redirect::{self, early_error};
use super::request_uri::check_outer;
use crate::endpoint::client_authentication::{KeySource, key_source, keys};
use crate::ledger::SingleUse;
use crate::model::{App, RequestObjectAlgorithm};
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::jose::{Algorithm, Fetched, Jws, KeyProblem};
use crate::protocol::{ErrorId, OAuthError, Parameters};

/// Okta: a request object expires within an hour.
const MAX_LIFETIME: i64 = 3600;
/// Claims about the object itself, which are not parameters.
const OBJECT_CLAIMS: [&str; 7] = ["iss", "sub", "aud", "exp", "iat", "nbf", "jti"];

/// A request object whose signature has not been verified.
#[derive(Debug)]
pub struct RequestObject<'a> {
    client: &'a App,
    outer: &'a Parameters,
    object: Jws,
}

/// The parameters of a verified request object, merged with those beside it.
#[derive(Clone, Debug)]
pub struct VerifiedRequestObject {
    pub parameters: Parameters,
    /// The object's `jti`, which can be used once.
    pub single_use: Option<SingleUse>,
    /// How it is signed, for the trace.
    pub signature_info: String,
}

/// The request object of a request, if it has one.
///
/// # Errors
/// The client is unknown, or the object is not a JWT.
pub fn request_object<'a>(
    org: &'a Org,
    urls: &Urls,
    outer: &'a Parameters,
) -> Result<Option<RequestObject<'a>>, AuthorizationError> {
    let Some(text) = outer.get("request") else { return Ok(None) };
    let early = |error| early_error(org, urls, outer, error);
    check_outer(outer).map_err(early)?;
    let client = redirect::client(org, outer.get("client_id")).map_err(early)?;
    let object = Jws::parse(text).ok_or_else(|| {
        early(OAuthError::new(ErrorId::RequestObjectInvalid, "the request object is not a signed JWT"))
    })?;
    Ok(Some(RequestObject { client, outer, object }))
}

/// RFC 9101 10.5: a client can register that all its requests are signed.
///
/// # Errors
/// The client has, and this request has no request object.
pub fn check_unsigned(
    org: &Org,
    server: &CompiledServer,
    urls: &Urls,
    parameters: &Parameters,
) -> Result<(), AuthorizationError> {
    let client = parameters.get("client_id").and_then(|id| org.client(id));
    let signs = client.is_some_and(|client| client.oauth().require_signed_request_object);
    // An unknown request_uri has an error of its own.
    if signs && parameters.get("request_uri").is_none() && server.behavior.requires_signed_requests() {
        let error = OAuthError::new(ErrorId::InvalidRequest, "the client has registered that its requests are signed");
        return Err(early_error(org, urls, parameters, error));
    }
    Ok(())
}

impl RequestObject<'_> {
    /// Where the client's keys have to be fetched from; `None` when none have to be fetched.
    #[must_use]
    pub fn key_source(&self) -> Option<KeySource<'_>> {
        key_source(self.client, &self.object)
    }

    /// Verifies it. `fetched` are the keys from the [`KeySource`], if there is one.
    ///
    /// # Errors
    /// Okta's errors.
    pub fn verify(
        &self,
        org: &Org,
        server: &CompiledServer,
        urls: &Urls,
        fetched: Option<&Fetched>,
        now: i64,
    ) -> Result<VerifiedRequestObject, AuthorizationError> {
        let verified = || {
            self.check_signature(server, fetched)?;
            if server.behavior.restricts_algorithms() {
                self.check_start(now)?;
            }
            let single_use = self.check_claims(server, &urls.issuer(server), now)?;
            let signature_info = self.object.signature_info();
            Ok(VerifiedRequestObject { parameters: self.merged()?, single_use, signature_info })
        };
        verified().map_err(|error| early_error(org, urls, self.outer, error))
    }

    fn check_signature(&self, server: &CompiledServer, fetched: Option<&Fetched>) -> Result<(), OAuthError> {
        let Self { client, object, .. } = self;
        let secret = client.credentials.oauth_client.client_secret.as_deref();
        // Okta: the same error for unsigned objects and for clients that cannot sign.
        let unsigned = matches!(object.header_text("alg"), None | Some("none"));
        let registered = client.oauth().request_object_signing_alg;
        let may_be_unsigned = matches!(registered, None | Some(RequestObjectAlgorithm::Unsigned(_)));
        if unsigned && may_be_unsigned && is_lenient(server) {
            return Ok(());
        }
        let keyless = secret.is_none() && client.oauth().jwks.is_none() && client.oauth().jwks_uri.is_none();
        if unsigned || keyless {
            let reason =
                if unsigned { "the request object is not signed" } else { "the client has neither secret nor keys" };
            // RFC 9101 6.2: invalid_request_object, where signed objects are supported.
            let strict = server.behavior.restricts_algorithms();
            let id = if strict { ErrorId::InvalidRequestObject } else { ErrorId::RequestObjectsNotSupported };
            return Err(OAuthError::new(id, reason));
        }
        let algorithm = object.algorithm().ok_or_else(|| {
            let reason = format!("alg is {:?}", object.header_text("alg"));
            OAuthError::new(ErrorId::RequestObjectInvalidSignatureAlgorithm, reason)
        })?;
        // FAPI 2 Security Profile 5.4.
        if server.behavior.restricts_algorithms() && algorithm != Algorithm::Es256 {
            let reason = format!("alg is {}, the profile allows ES256", algorithm.name());
            return Err(OAuthError::new(ErrorId::RequestObjectInvalidSignatureAlgorithm, reason));
        }
        // Okta: `request_object_signing_alg` of the app.
        if let Some(own) = registered.filter(|own| *own != RequestObjectAlgorithm::Signed(algorithm)) {
            let own = match own {
                RequestObjectAlgorithm::Signed(own) => own.name(),
                RequestObjectAlgorithm::Unsigned(_) => "none",
            };
            let reason = format!("the app is configured for {own}, the object is signed with {}", algorithm.name());
            return Err(OAuthError::new(ErrorId::RequestObjectHeaderAlgoMismatch, reason));
        }
        let signed = if algorithm.is_symmetric() {
            let secret = secret.ok_or_else(|| {
                OAuthError::new(ErrorId::RequestObjectNoClientSecret, format!("{} without a secret", algorithm.name()))
            })?;
            if secret.len() < algorithm.shortest_secret() {
                let reason =
                    format!("{} needs a secret of {} characters", algorithm.name(), algorithm.shortest_secret());
                return Err(OAuthError::new(ErrorId::RequestObjectInvalidSecretLength, reason));
            }
            object.is_signed_by_secret(algorithm, secret)
        } else {
            self.is_signed_by_key(algorithm, fetched)?
        };
        if signed {
            Ok(())
        } else {
            Err(OAuthError::new(
                ErrorId::RequestObjectBadSignature,
                "the signature does not match the keys of the client",
            ))
        }
    }

    fn is_signed_by_key(&self, algorithm: Algorithm, fetched: Option<&Fetched>) -> Result<bool, OAuthError> {
        let keys = keys::of(self.client, &self.object, fetched)?.ok_or_else(|| {
            OAuthError::new(ErrorId::RequestObjectJwksNotConfigured, format!("{} without keys", algorithm.name()))
        })?;
        if fetched.is_some() && !keys.keys.iter().any(|key| key.key().is_ok_and(|key| key.fits(algorithm))) {
            return Err(OAuthError::new(
                ErrorId::JwksUriAlgorithmRequired,
                format!("no key supports {}", algorithm.name()),
            ));
        }
        let key = keys.choose(&self.object, algorithm).map_err(|problem| match problem {
            KeyProblem::Kid(reason) => OAuthError::new(ErrorId::RequestObjectInvalidKid, reason),
            KeyProblem::NotForSigning => {
                OAuthError::new(ErrorId::RequestObjectJwtNotSignedWithSigningKey, "the key is for encryption")
            }
            KeyProblem::Use(key_use) => keys::unknown_use(&key_use),
            KeyProblem::Algorithm(reason) => OAuthError::new(ErrorId::RequestObjectInvalidSignatureAlgorithm, reason),
            KeyProblem::Unusable(unusable) => OAuthError::new(ErrorId::RequestObjectInvalidJwks, unusable.to_string()),
        })?;
        Ok(self.object.is_signed_by(algorithm, &key))
    }

    /// FAPI 2 Message Signing 5.3.1: nbf is there, and no longer than an hour ago.
    fn check_start(&self, now: i64) -> Result<(), OAuthError> {
        match self.object.time("nbf") {
            Some(start) if start >= now - MAX_LIFETIME => Ok(()),
            Some(_) => Err(OAuthError::new(ErrorId::InvalidRequestObject, "nbf is more than an hour ago")),
            None => Err(OAuthError::new(ErrorId::InvalidRequestObject, "nbf is missing or not a number")),
        }
    }

    /// Okta: issued by this client, for this server, and not expired. OIDC Core 6.1: as far as it says so. Returns its `jti`.
    fn check_claims(&self, server: &CompiledServer, issuer: &str, now: i64) -> Result<Option<SingleUse>, OAuthError> {
        let Self { client, object, .. } = self;
        let (client_id, skew) = (client.client_id(), server.behavior.clock_skew());
        let is_left_out = |name: &str| is_lenient(server) && !object.claims().contains_key(name);
        if object.text("iss") != Some(client_id) && !is_left_out("iss") {
            let reason = format!("iss is {:?}, the client is {client_id}", object.text("iss"));
            return Err(OAuthError::new(ErrorId::RequestObjectInvalidIssuer, reason));
        }
        // RFC 9101 4: aud is the issuer.
        if !object.audiences().any(|audience| audience == issuer) && !is_left_out("aud") {
            let reason = format!("aud is {:?}, expected {issuer}", object.audiences().collect::<Vec<_>>());
            return Err(OAuthError::new(ErrorId::RequestObjectAudienceMismatch, reason));
        }
        let expires = object
            .time("exp")
            .or_else(|| is_left_out("exp").then_some(now + MAX_LIFETIME))
            .ok_or_else(|| OAuthError::new(ErrorId::InvalidRequestObject, "exp is missing or not a number"))?;
        if expires <= now {
            let reason = format!("expired {} s ago", now.saturating_sub(expires));
            return Err(OAuthError::new(ErrorId::RequestObjectJwtExpired, reason));
        }
        if expires > now + MAX_LIFETIME {
            let reason = format!("expires in {} s", expires.saturating_sub(now));
            return Err(OAuthError::new(ErrorId::RequestObjectJwtExpirationTooLong, reason));
        }
        for (name, id) in [("nbf", ErrorId::RequestObjectBeforeNbf), ("iat", ErrorId::RequestObjectIssuedInFuture)] {
            if object.time(name).is_some_and(|time| time > now + skew) {
                return Err(OAuthError::new(id, format!("{name} is in the future")));
            }
        }
        let once = |jti| SingleUse::new("request_object", client_id, jti, expires, ErrorId::RequestObjectAlreadyUsed);
        Ok(object.text("jti").map(once))
    }

    /// OIDC Core 6.1: parameters inside supersede those outside.
    fn merged(&self) -> Result<Parameters, OAuthError> {
        let claims = self.object.claims();
        let invalid = |reason: String| OAuthError::new(ErrorId::InvalidRequestObject, reason);
        // RFC 9101 4: no request object inside another.
        if let Some(name) = ["request", "request_uri"].into_iter().find(|name| claims.contains_key(*name)) {
            return Err(invalid(format!("the object contains `{name}`")));
        }
        // OIDC Core 6.1: these two are the same inside and outside.
        for name in ["client_id", "response_type"] {
            if let (Some(inside), Some(outer)) = (claims.get(name), self.outer.get(name))
                && inside.as_str() != Some(outer)
            {
                return Err(invalid(format!("{name} is {inside} inside and `{outer}` outside")));
            }
        }
        let inside = claims.iter().filter(|(name, value)| !OBJECT_CLAIMS.contains(&name.as_str()) && !value.is_null());
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let outer = self.outer.iter().filter(|(name, _)| *name != "request" && claims.get(*name).is_none());
        let outer = outer.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(outer.chain(inside.map(|(name, value)| (name.clone(), text(value)))).collect())
    }
}

/// OIDC Core 6.1: a request object may be unsigned, and its claims about itself are optional.
fn is_lenient(server: &CompiledServer) -> bool {
    server.behavior.accepts_unsigned_objects() && !server.behavior.restricts_algorithms()
}
