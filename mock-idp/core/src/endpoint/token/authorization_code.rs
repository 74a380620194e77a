//! `authorization_code`. RFC 6749 4.1.3, RFC 7636 4.5.

use super::{Addition, Admitted, Plan, Redemption, RedemptionError, family_of, made_of, still_entitled};
use crate::ledger::{Authorization, Code, CodeState, DeviceSecret};
use crate::org::{CompiledServer, Org};
use crate::protocol::{ErrorId, OAuthError, pkce};
use crate::tokens::half_hash;

pub(super) fn redeem(
    admitted: &Admitted<'_>,
    org: &Org,
    server: &CompiledServer,
    code: &mut Code,
    plan: &Plan,
    now: i64,
) -> Result<Redemption, RedemptionError> {
    let client = admitted.client;
    // RFC 6749 4.1.3: the code was issued to this client. Another client's attempt leaves it as it is.
    if code.authorization.client_id != client.client_id() {
        let reason = format!("the code is {}'s, not {}'s", code.authorization.client_id, client.client_id());
        return Err(OAuthError::new(ErrorId::MismatchedClient, reason).into());
    }
    if code.authorization.server != server.id {
        let reason = format!("the code is from server {}", code.authorization.server);
        return Err(OAuthError::new(ErrorId::MismatchedAuthorizationServer, reason).into());
    }
    if code.state != CodeState::Issued {
        // RFC 6749 4.1.2: a second use should revoke what the first one gave. Okta: not documented, and not seen.
        let refusal = OAuthError::new(ErrorId::InvalidAuthorizationCode, "the code has been used before");
        let revokes = made_of(&code.state).filter(|_| org.behavior().replay_revokes());
        return Err(RedemptionError { refusal, revokes });
    }
    // Whatever happens from here on, the code is used up: a verifier cannot be guessed at.
    code.state = CodeState::Spent;
    check_redirect_uri(admitted, code)?;
    check_verifier(admitted, code)?;
    check_key(admitted, code)?;
    still_entitled(org, server, client, &code.authorization)
        .map_err(|reason| OAuthError::new(ErrorId::InvalidAuthorizationCode, reason))?;

    let mut authorization = code.authorization.clone();
    let addition = device_secret(&mut authorization, plan, now);
    let founds = family_of(admitted, &authorization, plan, now);
    let family = founds.as_ref().map(|(id, _)| id.clone());
    let access_token_id = plan.access_token_id_in(family.as_deref());
    code.state = CodeState::Redeemed { access_token: access_token_id.clone(), family: family.clone() };
    Ok(Redemption {
        scopes: authorization.scopes.clone(),
        authorization,
        nonce: code.nonce.clone(),
        access_token_id,
        bound_to: admitted.thumbprint(),
        founds,
        refresh_token: family.map(|family| (plan.refresh_token.clone(), family)),
        addition,
    })
}

/// Native SSO 3.2: who asked for `device_sso` gets a secret, and an ID token that is tied to it. Okta: it lives as long as a
/// refresh token that is not used.
fn device_secret(authorization: &mut Authorization, plan: &Plan, now: i64) -> Addition {
    let Some(authentication) = &authorization.authentication else { return Addition::Nothing };
    if !authorization.scopes.contains("device_sso") {
        return Addition::Nothing;
    }
    let window = i64::from(authorization.lifetimes.refresh_token_window_minutes) * 60;
    let record = DeviceSecret {
        server: authorization.server.clone(),
        authentication: authentication.clone(),
        expires: now + window,
        revoked: false,
        minted: Vec::new(),
    };
    authorization.device_secret_hash = Some(half_hash(&plan.device_secret));
    Addition::DeviceSecret(plan.device_secret.clone(), Box::new(record))
}

/// RFC 6749 4.1.3: identical to the one of the authorization request.
fn check_redirect_uri(admitted: &Admitted<'_>, code: &Code) -> Result<(), OAuthError> {
    let received = admitted.request.required("redirect_uri")?;
    if received == code.redirect_uri {
        return Ok(());
    }
    let reason = format!("the code was sent to `{}`, the request says `{received}`", code.redirect_uri);
    Err(OAuthError::new(ErrorId::MismatchedRedirectUri, reason))
}

/// RFC 9449 10: the key that the authorization request named.
fn check_key(admitted: &Admitted<'_>, code: &Code) -> Result<(), OAuthError> {
    match (code.dpop_jkt.as_deref(), admitted.bound_to) {
        (None, _) => Ok(()),
        (Some(named), Some(proved)) if named == proved => Ok(()),
        (Some(_), None) => Err(OAuthError::new(ErrorId::DpopMissingHeader, "the code is bound to a key")),
        (Some(_), Some(_)) => {
            Err(OAuthError::new(ErrorId::InvalidDpopProof, "the code is bound to another key than the proof's"))
        }
    }
}

/// RFC 7636 4.6; a verifier without a challenge is refused too, against downgrades (RFC 9700 2.1.1).
fn check_verifier(admitted: &Admitted<'_>, code: &Code) -> Result<(), OAuthError> {
    match (&code.code_challenge, admitted.request.get("code_verifier")) {
        (None, None) => Ok(()),
        (Some(_), None) => Err(OAuthError::new(ErrorId::PkceMissingVerifier, "code_verifier is missing")),
        (None, Some(_)) => Err(OAuthError::new(
            ErrorId::PkceMissingChallengeVerifierPresent,
            "a verifier came for a request without a challenge",
        )),
        (Some(challenge), Some(verifier)) if pkce::well_formed(verifier) && pkce::verify(challenge, verifier) => Ok(()),
        (Some(_), Some(_)) => {
            Err(OAuthError::new(ErrorId::PkceVerificationFailed, "the verifier does not match the challenge"))
        }
    }
}
