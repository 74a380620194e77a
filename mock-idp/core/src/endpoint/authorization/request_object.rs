//! Signed request objects. RFC 9101, OIDC Core 6.1; Okta: the `request` parameter.
//!
//! What is inside wins over what is outside. Nothing inside is heeded before the signature is the client's, so errors go
//! where the parameters outside say, or are shown.

use serde_json::Value;

use super::{NotBegun, refused};
use crate::endpoint::client_authentication::{KeySource, key_source, keys};
use crate::ledger::SingleUse;
use crate::model::App;
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::jose::{Algorithm, Fetched, Jws, KeyProblem};
use crate::protocol::{ErrorId, OAuthError, Parameters};

/// Okta: a request object expires within an hour.
const LONGEST: i64 = 3600;
/// Claims about the object itself, which are no parameters.
const ABOUT_ITSELF: [&str; 7] = ["iss", "sub", "aud", "exp", "iat", "nbf", "jti"];

/// A request object, still closed.
#[derive(Debug)]
pub struct Sealed<'a> {
    client: &'a App,
    outside: &'a Parameters,
    object: Jws,
}

/// What was inside a request object, put over what came beside it.
#[derive(Clone, Debug)]
pub struct Opened {
    pub parameters: Parameters,
    /// The object's `jti`, which counts once.
    pub spends: Option<SingleUse>,
    /// How it was signed, for people.
    pub signed: String,
}

/// The request object of a request, if it has one.
///
/// # Errors
/// The client is unknown, or the object is no JWT.
pub fn sealed<'a>(org: &'a Org, urls: &Urls, outside: &'a Parameters) -> Result<Option<Sealed<'a>>, NotBegun> {
    let Some(text) = outside.get("request") else { return Ok(None) };
    let refuse = |refusal| refused(org, urls, outside, refusal);
    outer(outside).map_err(refuse)?;
    let client = super::checks::client(org, outside.get("client_id")).map_err(refuse)?;
    let object = Jws::parse(text)
        .ok_or_else(|| refuse(OAuthError::new(ErrorId::RequestObjectInvalid, "the request object is no signed JWT")))?;
    Ok(Some(Sealed { client, outside, object }))
}

/// What stands beside a request object, or names a pushed request: once each, and not both of them.
pub(super) fn outer(outside: &Parameters) -> Result<(), OAuthError> {
    let twice = outside.duplicates();
    if !twice.is_empty() {
        return Err(OAuthError::with(ErrorId::IllegalDuplicatedParameters, twice.join(", "), "duplicate parameters"));
    }
    // RFC 9101 5: request and request_uri must not be used together.
    if outside.get("request").is_some() && outside.get("request_uri").is_some() {
        return Err(OAuthError::new(ErrorId::AuthorizeRequestObjectAndRequestUri, "request beside request_uri"));
    }
    Ok(())
}

impl Sealed<'_> {
    /// Where the keys come from that the object is judged by.
    #[must_use]
    pub fn key_source(&self) -> Option<KeySource<'_>> {
        key_source(self.client, &self.object)
    }

    /// Opens it. `fetched` is what was found at the [`KeySource`], if there is one.
    ///
    /// # Errors
    /// Okta's literal refusals.
    pub fn open(
        &self,
        org: &Org,
        server: &CompiledServer,
        urls: &Urls,
        fetched: Option<&Fetched>,
        now: i64,
    ) -> Result<Opened, NotBegun> {
        let opened = || {
            self.is_signed_by_client(fetched)?;
            let spends = self.is_meant(&urls.issuer(server), now, server.behavior.clock_skew())?;
            Ok(Opened { parameters: self.merged()?, spends, signed: self.object.signed_how() })
        };
        opened().map_err(|refusal| refused(org, urls, self.outside, refusal))
    }

    fn is_signed_by_client(&self, fetched: Option<&Fetched>) -> Result<(), OAuthError> {
        let Self { client, object, .. } = self;
        let secret = client.credentials.oauth_client.client_secret.as_deref();
        // OIDC Core 6.1: an unsigned object is one of a kind that is not served; so is any from a client without keys.
        let unsigned = matches!(object.header_text("alg"), None | Some("none"));
        let keyless = secret.is_none() && client.oauth().jwks.is_none() && client.oauth().jwks_uri.is_none();
        if unsigned || keyless {
            let reason = if unsigned { "it is not signed" } else { "the client has neither secret nor keys" };
            return Err(OAuthError::new(ErrorId::RequestObjectsNotSupported, reason));
        }
        let algorithm = object.algorithm().ok_or_else(|| {
            let reason = format!("alg is {:?}", object.header_text("alg"));
            OAuthError::new(ErrorId::RequestObjectInvalidSignatureAlgorithm, reason)
        })?;
        // Okta: `request_object_signing_alg` of the app.
        if let Some(own) = client.oauth().request_object_signing_alg.filter(|own| *own != algorithm) {
            let reason = format!("the app is set to {}, the object is {}", own.name(), algorithm.name());
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
            Err(OAuthError::new(ErrorId::RequestObjectBadSignature, "the signature is not the client's"))
        }
    }

    fn is_signed_by_key(&self, algorithm: Algorithm, fetched: Option<&Fetched>) -> Result<bool, OAuthError> {
        let keys = keys::of(self.client, &self.object, fetched)?.ok_or_else(|| {
            OAuthError::new(ErrorId::RequestObjectJwksNotConfigured, format!("{} without keys", algorithm.name()))
        })?;
        if fetched.is_some() && !keys.keys.iter().any(|key| key.key().is_ok_and(|key| key.fits(algorithm))) {
            return Err(OAuthError::new(
                ErrorId::JwksUriAlgorithmRequired,
                format!("no key makes {}", algorithm.name()),
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

    /// Okta: from this client, for this server, now, once.
    fn is_meant(&self, issuer: &str, now: i64, skew: i64) -> Result<Option<SingleUse>, OAuthError> {
        let Self { client, object, .. } = self;
        let client_id = client.client_id();
        if object.text("iss") != Some(client_id) {
            let reason = format!("iss is {:?}, the client is {client_id}", object.text("iss"));
            return Err(OAuthError::new(ErrorId::RequestObjectInvalidIssuer, reason));
        }
        // RFC 9101 4: aud is the issuer.
        if !object.audiences().any(|audience| audience == issuer) {
            let reason = format!("aud is {:?}, this is {issuer}", object.audiences().collect::<Vec<_>>());
            return Err(OAuthError::new(ErrorId::RequestObjectAudienceMismatch, reason));
        }
        let expires = object
            .time("exp")
            .ok_or_else(|| OAuthError::new(ErrorId::InvalidRequestObject, "exp is missing or no number"))?;
        if expires <= now {
            let reason = format!("expired {} s ago", now.saturating_sub(expires));
            return Err(OAuthError::new(ErrorId::RequestObjectJwtExpired, reason));
        }
        if expires > now + LONGEST {
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

    /// OIDC Core 6.1: what is inside supersedes what is outside.
    fn merged(&self) -> Result<Parameters, OAuthError> {
        let claims = self.object.claims();
        let invalid = |reason: String| OAuthError::new(ErrorId::InvalidRequestObject, reason);
        // RFC 9101 4: no object inside another.
        if let Some(name) = ["request", "request_uri"].into_iter().find(|name| claims.contains_key(*name)) {
            return Err(invalid(format!("it holds a `{name}`")));
        }
        // OIDC Core 6.1: these two say the same inside and outside.
        for name in ["client_id", "response_type"] {
            if let (Some(inside), Some(outside)) = (claims.get(name), self.outside.get(name))
                && inside.as_str() != Some(outside)
            {
                return Err(invalid(format!("{name} is {inside} inside and `{outside}` outside")));
            }
        }
        let inside = claims.iter().filter(|(name, value)| !ABOUT_ITSELF.contains(&name.as_str()) && !value.is_null());
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let outside = self.outside.iter().filter(|(name, _)| *name != "request" && claims.get(*name).is_none());
        let outside = outside.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(outside.chain(inside.map(|(name, value)| (name.clone(), text(value)))).collect())
    }
}
