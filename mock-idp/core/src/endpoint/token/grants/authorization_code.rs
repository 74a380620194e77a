//! `authorization_code`. RFC 6749 4.1.3, RFC 7636 4.5.

use super::super::browser;
use super::super::entitlement::{check_still_entitled, with_refresh_token};
use super::super::grant::{Grant, GrantRequest};
use super::super::lookup::{LoadedRecord, Lookup};
use super::super::redemption::{Extra, Redeemed, Redemption, RedemptionError, RevokedTokens, TokenIds};
use crate::ledger::{Authorization, Code, CodeState, DeviceSecret};
use crate::moment::Moment;
use crate::protocol::{ErrorId, GrantType, OAuthError, pkce};
use crate::tokens::half_hash;

pub(super) const GRANT: Grant = Grant {
    grant_type: GrantType::AuthorizationCode,
    supported: true,
    lookup: |request| Ok(Lookup::Code(request.required("code")?)),
    redeem,
};

fn redeem(
    request: &GrantRequest<'_>,
    record: LoadedRecord<'_>,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, RedemptionError> {
    let LoadedRecord::Code(code) = record else {
        return Err(OAuthError::new(ErrorId::InvalidAuthorizationCode, "no such code, or it has expired").into());
    };
    check_issued_to(request, code)?;
    browser::check_scopes(request, Some(&code.authorization.scopes))?;
    if code.state != CodeState::Issued {
        return Err(used_before(request, code));
    }
    // The code is used up even if the request fails below: a client cannot try several verifiers.
    code.state = CodeState::Consumed;
    check_redirect_uri(request, code)?;
    check_verifier(request, code)?;
    check_key(request, code)?;
    check_still_entitled(request, &code.authorization)
        .map_err(|reason| OAuthError::new(ErrorId::InvalidAuthorizationCode, reason))?;

    let ids = TokenIds::new(moment);
    let mut authorization = code.authorization.clone();
    let extra = device_secret(&mut authorization, &ids, moment.now);
    let redemption = with_refresh_token(request, authorization, &ids, moment.now);
    code.state = CodeState::Redeemed {
        access_token: redemption.access_token_id.clone(),
        family: redemption.refresh_token.as_ref().map(|_| ids.family.clone()),
    };
    Ok(Redeemed::Tokens(Box::new(Redemption { nonce: code.nonce.clone(), extra, ..redemption })))
}

/// RFC 6749 4.1.3: the code was issued to this client. The attempt of another client does not change the code.
pub(super) fn check_issued_to(request: &GrantRequest<'_>, code: &Code) -> Result<(), OAuthError> {
    let Code { authorization, .. } = code;
    if authorization.client_id != request.client.client_id() {
        let reason =
            format!("the code was issued to {}, not to {}", authorization.client_id, request.client.client_id());
        return Err(OAuthError::new(ErrorId::MismatchedClient, reason));
    }
    if authorization.server != request.server.id {
        let reason = format!("the code was issued by server {}", authorization.server);
        return Err(OAuthError::new(ErrorId::MismatchedAuthorizationServer, reason));
    }
    Ok(())
}

/// RFC 6749 4.1.2: a second use should revoke the tokens of the first. Okta: not documented, and not observed.
fn used_before(request: &GrantRequest<'_>, code: &Code) -> RedemptionError {
    let revokes = match &code.state {
        CodeState::Redeemed { access_token, family } if request.org.behavior().replay_revokes() => {
            Some(RevokedTokens { access_token: Some(access_token.clone()), family: family.clone() })
        }
        _ => None,
    };
    let error = OAuthError::new(ErrorId::InvalidAuthorizationCode, "the code has been used before");
    RedemptionError { error, revokes }
}

/// Native SSO 3.2: the scope `device_sso` gives a device secret, and an ID token that is bound to it. Okta: it lives as long as
/// an unused refresh token.
pub(super) fn device_secret(authorization: &mut Authorization, ids: &TokenIds, now: i64) -> Extra {
    let Some(authentication) = &authorization.authentication else { return Extra::Nothing };
    if !authorization.scopes.contains("device_sso") {
        return Extra::Nothing;
    }
    let window = i64::from(authorization.lifetimes.refresh_token_window_minutes) * 60;
    let record = DeviceSecret::new(authorization.server.clone(), authentication.clone(), now + window);
    authorization.device_secret_hash = Some(half_hash(&ids.device_secret));
    Extra::DeviceSecret(ids.device_secret.clone(), Box::new(record))
}

/// RFC 6749 4.1.3: identical to the one of the authorization request.
fn check_redirect_uri(request: &GrantRequest<'_>, code: &Code) -> Result<(), OAuthError> {
    let received = request.required("redirect_uri")?;
    if received == code.redirect_uri {
        return Ok(());
    }
    let reason = format!("the code was sent to `{}`, redirect_uri is `{received}`", code.redirect_uri);
    Err(OAuthError::new(ErrorId::MismatchedRedirectUri, reason))
}

/// RFC 9449 10: the key that the authorization request named.
pub(super) fn check_key(request: &GrantRequest<'_>, code: &Code) -> Result<(), OAuthError> {
    match (code.dpop_jkt.as_deref(), request.proved_key) {
        (None, _) => Ok(()),
        (Some(named), Some(proved)) if named == proved => Ok(()),
        (Some(_), None) => Err(OAuthError::new(ErrorId::DpopMissingHeader, "the code is bound to a key")),
        (Some(_), Some(_)) => {
            Err(OAuthError::new(ErrorId::InvalidDpopProof, "the code is bound to another key than that of the proof"))
        }
    }
}

/// RFC 7636 4.6; a verifier without a challenge is rejected too, against downgrades (RFC 9700 2.1.1).
pub(super) fn check_verifier(request: &GrantRequest<'_>, code: &Code) -> Result<(), OAuthError> {
    match (&code.code_challenge, request.get("code_verifier")) {
        (None, None) => Ok(()),
        (Some(_), None) => {
            // RFC 7636 4.6: invalid_grant.
            let strict = request.server.behavior.requires_code_challenges();
            let id = if strict { ErrorId::PkceVerificationFailed } else { ErrorId::PkceMissingVerifier };
            Err(OAuthError::new(id, "code_verifier is missing"))
        }
        (None, Some(_)) => Err(OAuthError::new(
            ErrorId::PkceMissingChallengeVerifierPresent,
            "code_verifier is present, but the authorization request had no code_challenge",
        )),
        (Some(challenge), Some(verifier)) if pkce::well_formed(verifier) && pkce::verify(challenge, verifier) => Ok(()),
        (Some(_), Some(_)) => {
            Err(OAuthError::new(ErrorId::PkceVerificationFailed, "code_verifier does not match code_challenge"))
        }
    }
}
