//! Proof of possession. RFC 9449; Okta: "Demonstrating Proof-of-Possession", nonces included.

mod nonce;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub use nonce::NonceKey;

use crate::ledger::SingleUse;
use crate::protocol::jose::{Jwk, Jws};
use crate::protocol::{ErrorId, OAuthError};

/// Okta: a proof is good for five minutes.
const LONGEST: i64 = 300;

/// What makes a proof belong to this request and no earlier one.
#[derive(Clone, Copy, Debug)]
pub enum Freshness<'a> {
    /// RFC 9449 8: the authorization server hands out nonces.
    Nonce(&'a NonceKey),
    /// RFC 9449 7: a resource server sees the access token. Okta: no nonce there.
    AccessToken(&'a str),
}

/// A request that a proof has to be about.
#[derive(Clone, Copy)]
pub struct Proven<'a> {
    /// HTTP method.
    pub method: &'a str,
    /// Whether a URI, without query and fragment, is one of the addresses of what was called.
    pub is_uri: &'a dyn Fn(&str) -> bool,
    /// By how many seconds the proof may be ahead.
    pub skew: i64,
    pub freshness: Freshness<'a>,
}

impl std::fmt::Debug for Proven<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proven").field("method", &self.method).finish_non_exhaustive()
    }
}

/// A proof that holds, once it is spent.
#[derive(Clone, Debug)]
pub struct Proof {
    /// RFC 9449 6: `jkt`, the thumbprint of the key that was proved.
    pub thumbprint: String,
    /// The proof's `jti`, which counts once.
    pub spends: SingleUse,
}

/// Checks the proof of a request, if it brought one; `headers` are the values of its `DPoP` headers.
///
/// # Errors
/// Okta's literal refusals.
pub fn check(headers: &[String], request: Proven<'_>, now: i64) -> Result<Option<Proof>, OAuthError> {
    let refuse = |id, reason: &str| OAuthError::new(id, reason);
    // RFC 9449 4.3 step 1: not more than one header.
    let text = match headers {
        [] => return Ok(None),
        [only] => only,
        _ => return Err(refuse(ErrorId::DpopMultipleHeaders, "more than one DPoP header")),
    };
    // Step 2: one well-formed JWT.
    let proof = Jws::parse(text.trim()).ok_or_else(|| refuse(ErrorId::DpopInvalidJwt, "the proof is no signed JWT"))?;
    // Step 4.
    if proof.header_text("typ") != Some("dpop+jwt") {
        let reason = format!("typ is {:?}", proof.header_text("typ"));
        return Err(OAuthError::new(ErrorId::DpopInvalidType, reason));
    }
    let thumbprint = signer(&proof)?;
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
    // Step 3: jti is there.
    let jti = proof
        .text("jti")
        .filter(|jti| !jti.is_empty())
        .ok_or_else(|| refuse(ErrorId::DpopInvalidJti, "jti is missing or no text"))?;
    let made = made_lately(&proof, now, request.skew)?;
    match request.freshness {
        // Step 10.
        Freshness::Nonce(nonces) => match proof.text("nonce") {
            None => return Err(refuse(ErrorId::UseDpopNonce, "the proof has no nonce")),
            Some(nonce) if nonces.knows(nonce, now) => {}
            Some(_) => return Err(refuse(ErrorId::UseDpopNonce, "the nonce is not ours, or older than three days")),
        },
        // Step 12: ath is the hash of the access token.
        Freshness::AccessToken(token) => {
            let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(token));
            let same = proof.text("ath").is_some_and(|ath| ath.as_bytes().ct_eq(hash.as_bytes()).into());
            if !same {
                return Err(refuse(ErrorId::DpopInvalidAth, "ath is not the hash of the access token"));
            }
        }
    }
    // RFC 9449 11.1: remembered for as long as it could be used again.
    let spends = SingleUse::new("dpop", &thumbprint, jti, made + LONGEST + 1, ErrorId::DpopProofAlreadyUsed);
    Ok(Some(Proof { thumbprint, spends }))
}

/// The thumbprint of the key that has made the signature: RFC 9449 4.3 steps 5 to 7.
fn signer(proof: &Jws) -> Result<String, OAuthError> {
    let algorithm = proof.algorithm().filter(|algorithm| !algorithm.is_symmetric()).ok_or_else(|| {
        OAuthError::new(ErrorId::DpopInvalidSignatureAlgorithm, format!("alg is {:?}", proof.header_text("alg")))
    })?;
    let invalid = |reason: String| OAuthError::new(ErrorId::InvalidDpopProof, reason);
    let jwk: Jwk = proof
        .header("jwk")
        .cloned()
        .and_then(|jwk: Value| serde_json::from_value(jwk).ok())
        .ok_or_else(|| invalid("jwk is missing or no key".to_owned()))?;
    let key = jwk.key().map_err(|unusable| invalid(format!("jwk: {unusable}")))?;
    if !key.fits(algorithm) {
        let reason = format!("a key of type {} makes no {} signature", jwk.kty, algorithm.name());
        return Err(OAuthError::new(ErrorId::DpopInvalidSignatureAlgorithm, reason));
    }
    if !proof.is_signed_by(algorithm, &key) {
        return Err(OAuthError::new(ErrorId::DpopInvalidSignature, "the signature is not that of the proof's own key"));
    }
    jwk.thumbprint().map_err(|unusable| invalid(format!("jwk: {unusable}")))
}

/// Step 11. Okta: at most five minutes ago.
fn made_lately(proof: &Jws, now: i64, skew: i64) -> Result<i64, OAuthError> {
    let made =
        proof.time("iat").ok_or_else(|| OAuthError::new(ErrorId::DpopInvalidIat, "iat is missing or no number"))?;
    if proof.time("exp").is_some_and(|expires| expires <= now) {
        return Err(OAuthError::new(ErrorId::DpopJwtExpired, "exp is over"));
    }
    if made > now + skew {
        return Err(OAuthError::new(ErrorId::DpopJwtIssuedInFuture, "iat is in the future"));
    }
    if now - made.max(0) > LONGEST {
        return Err(OAuthError::new(ErrorId::DpopJwtTooOld, format!("made {} s ago", now.saturating_sub(made))));
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 9449 7.1: an access token, and the proof that its holder sends along.
    const TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
    const PROOF: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
    const MADE: i64 = 1_562_262_618;

    fn judge(proof: &str, token: &str, now: i64) -> Result<Option<Proof>, ErrorId> {
        let is_uri = |uri: &str| uri == "https://resource.example.org/protectedresource";
        let request = Proven { method: "GET", is_uri: &is_uri, skew: 0, freshness: Freshness::AccessToken(token) };
        check(&[proof.to_owned()], request, now).map_err(|refusal| refusal.id)
    }

    #[test]
    fn the_example_of_the_rfc_holds_for_its_token_and_five_minutes() {
        let proof = judge(PROOF, TOKEN, MADE + 300).unwrap().unwrap();
        // RFC 9449 6.1.
        assert_eq!(proof.thumbprint, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
        assert_eq!(proof.spends.ends, MADE + 301);
        assert_eq!(judge(PROOF, TOKEN, MADE + 301).unwrap_err(), ErrorId::DpopJwtTooOld);
        assert_eq!(judge(PROOF, TOKEN, MADE - 1).unwrap_err(), ErrorId::DpopJwtIssuedInFuture);
        assert_eq!(judge(PROOF, "another", MADE).unwrap_err(), ErrorId::DpopInvalidAth);
        let forged = PROOF.replace(".2oW9", ".2oW8");
        assert_eq!(judge(&forged, TOKEN, MADE).unwrap_err(), ErrorId::DpopInvalidSignature);
    }
}
