//! Proof of possession. RFC 9449; Okta: "Demonstrating Proof-of-Possession", nonces included.

mod nonce;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub use nonce::NonceKey;

use crate::behavior::Behavior;
use crate::ledger::SingleUse;
use crate::protocol::jose::{Algorithm, Jwk, Jws};
use crate::protocol::{ErrorId, OAuthError};

/// Okta: a proof can be used for five minutes.
const MAX_AGE: i64 = 300;

/// What binds a proof to this request.
#[derive(Clone, Copy, Debug)]
pub enum Freshness<'a> {
    /// RFC 9449 8: the authorization server issues nonces.
    Nonce(&'a NonceKey),
    /// RFC 9449 7: a resource server has the access token. Okta: it does not use nonces.
    AccessToken(&'a str),
}

/// The request that a proof has to match.
#[derive(Clone, Copy)]
pub struct ProvenRequest<'a> {
    /// HTTP method.
    pub method: &'a str,
    /// Whether a URI, without query and fragment, is an address of the endpoint.
    pub is_uri: &'a dyn Fn(&str) -> bool,
    /// How far the proof may be in the future, and which algorithms it may be signed with.
    pub behavior: Behavior,
    pub freshness: Freshness<'a>,
}

impl std::fmt::Debug for ProvenRequest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProvenRequest").field("method", &self.method).finish_non_exhaustive()
    }
}

/// A valid proof. Its `jti` has to be consumed still.
#[derive(Clone, Debug)]
pub struct Proof {
    /// RFC 9449 6: `jkt`, the thumbprint of the key that was proved.
    pub thumbprint: String,
    /// The proof's `jti`, which can be used once.
    pub single_use: SingleUse,
}

/// Checks the proof of a request, if it has one; `headers` are the values of its `DPoP` headers.
///
/// # Errors
/// Okta's errors.
pub fn check(headers: &[String], request: ProvenRequest<'_>, now: i64) -> Result<Option<Proof>, OAuthError> {
    let error = |id, reason: &str| OAuthError::new(id, reason);
    // RFC 9449 4.3 step 1: not more than one header.
    let text = match headers {
        [] => return Ok(None),
        [only] => only,
        _ => return Err(error(ErrorId::DpopMultipleHeaders, "more than one DPoP header")),
    };
    // Step 2: one well-formed JWT.
    let proof =
        Jws::parse(text.trim()).ok_or_else(|| error(ErrorId::DpopInvalidJwt, "the proof is not a signed JWT"))?;
    // Step 4.
    if proof.header_text("typ") != Some("dpop+jwt") {
        let reason = format!("typ is {:?}", proof.header_text("typ"));
        return Err(OAuthError::new(ErrorId::DpopInvalidType, reason));
    }
    let thumbprint = signer(&proof, request.behavior)?;
    // Step 8.
    if proof.text("htm") != Some(request.method) {
        let reason = format!("htm is {:?}, the method {}", proof.text("htm"), request.method);
        return Err(OAuthError::new(ErrorId::DpopInvalidHtm, reason));
    }
    // Step 9: without query and fragment, normalised.
    let uri = proof.text("htu").and_then(|uri| url::Url::parse(uri).ok()).map(|mut uri| {
        uri.set_query(None);
        uri.set_fragment(None);
        uri
    });
    if !uri.is_some_and(|uri| (request.is_uri)(uri.as_str())) {
        return Err(OAuthError::new(ErrorId::DpopInvalidHtu, format!("htu is {:?}", proof.text("htu"))));
    }
    // Step 3: jti is present.
    let jti = proof
        .text("jti")
        .filter(|jti| !jti.is_empty())
        .ok_or_else(|| error(ErrorId::DpopInvalidJti, "jti is missing or not a string"))?;
    let made = check_time(&proof, now, request.behavior.clock_skew())?;
    match request.freshness {
        // Step 10.
        Freshness::Nonce(nonces) => match proof.text("nonce") {
            None => return Err(error(ErrorId::UseDpopNonce, "the proof has no nonce")),
            Some(nonce) if nonces.is_valid(nonce, now) => {}
            Some(_) => {
                return Err(error(
                    ErrorId::UseDpopNonce,
                    "the nonce was not issued by this org, or is older than three days",
                ));
            }
        },
        // Step 12: ath is the hash of the access token.
        Freshness::AccessToken(token) => {
            let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(token));
            let matches = proof.text("ath").is_some_and(|ath| ath.as_bytes().ct_eq(hash.as_bytes()).into());
            if !matches {
                return Err(error(ErrorId::DpopInvalidAth, "ath is not the hash of the access token"));
            }
        }
    }
    // RFC 9449 11.1: remembered for as long as the proof could be used again.
    let single_use = SingleUse::new("dpop", &thumbprint, jti, made + MAX_AGE + 1, ErrorId::DpopProofAlreadyUsed);
    Ok(Some(Proof { thumbprint, single_use }))
}

/// The thumbprint of the key that has made the signature: RFC 9449 4.3 steps 5 to 7.
fn signer(proof: &Jws, behavior: Behavior) -> Result<String, OAuthError> {
    // FAPI 2 Security Profile 5.4.
    let allowed = |algorithm: &Algorithm| !behavior.restricts_algorithms() || *algorithm == Algorithm::Es256;
    let algorithm =
        proof.algorithm().filter(|algorithm| !algorithm.is_symmetric()).filter(allowed).ok_or_else(|| {
            OAuthError::new(ErrorId::DpopInvalidSignatureAlgorithm, format!("alg is {:?}", proof.header_text("alg")))
        })?;
    let invalid = |reason: String| OAuthError::new(ErrorId::InvalidDpopProof, reason);
    let jwk: Jwk = proof
        .header("jwk")
        .cloned()
        .and_then(|jwk: Value| serde_json::from_value(jwk).ok())
        .ok_or_else(|| invalid("jwk is missing or not a key".to_owned()))?;
    let key = jwk.key().map_err(|unusable| invalid(format!("jwk: {unusable}")))?;
    if !key.fits(algorithm) {
        let reason = format!("a key of type {} does not make {} signatures", jwk.kty, algorithm.name());
        return Err(OAuthError::new(ErrorId::DpopInvalidSignatureAlgorithm, reason));
    }
    if !proof.is_signed_by(algorithm, &key) {
        return Err(OAuthError::new(
            ErrorId::DpopInvalidSignature,
            "the signature does not match the key in the proof",
        ));
    }
    jwk.thumbprint().map_err(|unusable| invalid(format!("jwk: {unusable}")))
}

/// Step 11. Okta: at most five minutes old. Returns `iat`.
fn check_time(proof: &Jws, now: i64, skew: i64) -> Result<i64, OAuthError> {
    let made =
        proof.time("iat").ok_or_else(|| OAuthError::new(ErrorId::DpopInvalidIat, "iat is missing or not a number"))?;
    if proof.time("exp").is_some_and(|expires| expires <= now) {
        return Err(OAuthError::new(ErrorId::DpopJwtExpired, "the proof has expired"));
    }
    if made > now + skew {
        return Err(OAuthError::new(ErrorId::DpopJwtIssuedInFuture, "iat is in the future"));
    }
    if now - made.max(0) > MAX_AGE {
        return Err(OAuthError::new(ErrorId::DpopJwtTooOld, format!("made {} s ago", now.saturating_sub(made))));
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 9449 7.1: an access token and its proof.
    const TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
    const PROOF: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
    const MADE: i64 = 1_562_262_618;

    fn check_at(proof: &str, token: &str, now: i64) -> Result<Option<Proof>, ErrorId> {
        let is_uri = |uri: &str| uri == "https://resource.example.org/protectedresource";
        let request = ProvenRequest {
            method: "GET",
            is_uri: &is_uri,
            behavior: Behavior::Okta,
            freshness: Freshness::AccessToken(token),
        };
        check(&[proof.to_owned()], request, now).map_err(|error| error.id)
    }

    #[test]
    fn the_proof_of_rfc_9449_7_1_is_accepted_for_five_minutes_with_its_token() {
        let proof = check_at(PROOF, TOKEN, MADE + 300).unwrap().unwrap();
        // RFC 9449 6.1.
        assert_eq!(proof.thumbprint, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
        assert_eq!(proof.single_use.ends, MADE + 301);
        assert_eq!(check_at(PROOF, TOKEN, MADE + 301).unwrap_err(), ErrorId::DpopJwtTooOld);
        assert_eq!(check_at(PROOF, TOKEN, MADE - 1).unwrap_err(), ErrorId::DpopJwtIssuedInFuture);
        assert_eq!(check_at(PROOF, "another", MADE).unwrap_err(), ErrorId::DpopInvalidAth);
        let forged = PROOF.replace(".2oW9", ".2oW8");
        assert_eq!(check_at(&forged, TOKEN, MADE).unwrap_err(), ErrorId::DpopInvalidSignature);
    }
}
