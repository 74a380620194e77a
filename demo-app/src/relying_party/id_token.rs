//! Verifies an ID token (OIDC Core 3.1.3.7).

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use openidconnect::core::CoreIdToken;
use openidconnect::{ClaimsVerificationError, Nonce, SignatureVerificationError};

use super::error::SignInError;
use super::provider::Provider;
use super::state::RelyingParty;
use crate::token::Jwt;
use crate::token::check::{Check, first_failure};
use crate::token::verify::{self, ISSUED_AHEAD_SECONDS, IdTokenRules, MAX_AGE_SKEW_SECONDS};

/// Verifies the ID token with `openidconnect` *and* with the checks that the page shows; both must accept it. For an
/// unknown key the issuer's keys are fetched again, because they may have been rotated.
pub(super) async fn verified_subject(
    app: &RelyingParty,
    provider: &Arc<Provider>,
    raw: &str,
    rules: IdTokenRules<'_>,
) -> Result<String, SignInError> {
    let now = app.clock.now().await;
    match verify_once(provider, raw, rules, now) {
        Err(RejectedIdToken { error: Some(error), .. }) if is_unknown_key(&error) => {
            let newer = app.providers.newer_than(provider).await?;
            verify_once(&newer, raw, rules, now).map_err(RejectedIdToken::into_error)
        }
        result => result.map_err(RejectedIdToken::into_error),
    }
}

/// For `openidconnect`, which would read the machine's clock.
fn time_of(now: i64) -> SystemTime {
    let seconds = Duration::from_secs(now.unsigned_abs());
    if now < 0 { SystemTime::UNIX_EPOCH - seconds } else { SystemTime::UNIX_EPOCH + seconds }
}

/// Why an ID token was rejected.
struct RejectedIdToken {
    error: Option<ClaimsVerificationError>,
    reason: String,
    checks: Vec<Check>,
}

impl RejectedIdToken {
    fn into_error(self) -> SignInError {
        SignInError::IdToken { reason: self.reason, checks: self.checks }
    }
}

fn is_unknown_key(error: &ClaimsVerificationError) -> bool {
    matches!(error, ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey))
}

fn verify_once(provider: &Provider, raw: &str, rules: IdTokenRules<'_>, now: i64) -> Result<String, RejectedIdToken> {
    let rejected =
        |error: Option<ClaimsVerificationError>, reason: String, checks| RejectedIdToken { error, reason, checks };
    let jwt = Jwt::read(raw).map_err(|invalid| rejected(None, format!("It {invalid}."), Vec::new()))?;
    let checks = verify::id_token(&jwt, &provider.keys, rules, now);

    let token = CoreIdToken::from_str(raw).map_err(|error| rejected(None, error.to_string(), checks.clone()))?;
    let verifier = provider
        .client
        .id_token_verifier()
        .set_time_fn(move || time_of(now).into())
        .set_issue_time_verifier_fn(move |iat| match iat.timestamp() <= now + ISSUED_AHEAD_SECONDS {
            true => Ok(()),
            false => Err(format!("iat {} is in the future", iat.timestamp())),
        })
        .set_auth_time_verifier_fn(move |auth_time| match (rules.max_age, auth_time) {
            (None, _) => Ok(()),
            (Some(max), Some(at)) if now - at.timestamp() <= max + MAX_AGE_SKEW_SECONDS => Ok(()),
            (Some(_), _) => Err("max_age was requested, and auth_time is missing or older".to_owned()),
        });
    let nonce = rules.nonce.map(|nonce| Nonce::new(nonce.to_owned()));
    let verified = match &nonce {
        Some(nonce) => token.claims(&verifier, nonce),
        // OIDC Core 12.2: after a refresh the nonce should be absent.
        None => token.claims(&verifier, |_: Option<&Nonce>| Ok(())),
    };
    match (verified, first_failure(&checks)) {
        (Ok(claims), None) => Ok(claims.subject().to_string()),
        (Ok(_), Some(failure)) => {
            let reason = format!("check \u{201c}{}\u{201d}, {}", failure.title, failure.citation);
            Err(rejected(None, reason, checks))
        }
        (Err(error), _) => {
            let reason = crate::outbound::error_chain(&error);
            Err(rejected(Some(error), reason, checks))
        }
    }
}
