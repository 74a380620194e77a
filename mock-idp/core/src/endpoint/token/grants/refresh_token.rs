//! `refresh_token`. RFC 6749 6; Okta: "Refresh tokens", rotation, grace period and reuse detection.

use super::super::entitlement::{check_still_entitled, without_refresh_token};
use super::super::grant::{Grant, GrantRequest};
use super::super::lookup::{LoadedRecord, Lookup};
use super::super::redemption::{NewRefreshToken, Redeemed, Redemption, RedemptionError, RevokedTokens, TokenIds};
use crate::ledger::{FamilyState, ReusedRefreshToken, TokenFamily};
use crate::model::RotationType;
use crate::moment::Moment;
use crate::protocol::{ErrorId, GrantType, OAuthError, Scopes};

pub(super) const GRANT: Grant = Grant {
    grant_type: GrantType::RefreshToken,
    supported: true,
    lookup: |request| Ok(Lookup::RefreshToken(request.required("refresh_token")?)),
    redeem,
};

fn redeem(
    request: &GrantRequest<'_>,
    record: LoadedRecord<'_>,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, RedemptionError> {
    let LoadedRecord::RefreshToken { token, family_id, family } = record else {
        return Err(invalid("no such refresh token").into());
    };
    check_family(request, family, moment.now)?;
    check_key(request, family)?;
    let scopes = requested_scopes(request, family)?;
    let ids = TokenIds::new(moment);
    let replacement = match request.client.refresh_rotation().rotation_type {
        RotationType::Static => None,
        RotationType::Rotate => Some(ids.refresh_token.as_str()),
    };
    let ends = use_token(request, (family_id, family), token, replacement, moment.now)?;
    let refresh_token = replacement.map(|token| NewRefreshToken::Further {
        family_id: family_id.to_owned(),
        token: token.to_owned(),
        ends,
    });
    Ok(Redeemed::Tokens(Box::new(Redemption {
        scopes,
        // OIDC Core 12.2: no nonce at a refresh.
        nonce: None,
        access_token_id: ids.access_token(Some(family_id)),
        refresh_token,
        ..without_refresh_token(request, family.authorization.clone(), &ids)
    })))
}

fn invalid(reason: &str) -> OAuthError {
    OAuthError::new(ErrorId::InvalidRefreshToken, reason)
}

fn check_family(request: &GrantRequest<'_>, family: &TokenFamily, now: i64) -> Result<(), OAuthError> {
    // RFC 6749 6: bound to the client it was issued to.
    if family.authorization.client_id != request.client.client_id() {
        return Err(invalid("the refresh token was issued to another client"));
    }
    if family.authorization.server != request.server.id {
        let reason = "the refresh token was issued by another server";
        return Err(OAuthError::new(ErrorId::MismatchedAuthorizationServer, reason));
    }
    if family.is_revoked() {
        return Err(invalid("the token family has been revoked"));
    }
    // Okta: the absolute lifetime is inherited, the idle window restarts with each use.
    if family.refresh_tokens(now).is_none() {
        return Err(invalid("the lifetime or the idle window of the refresh token has ended"));
    }
    check_still_entitled(request, &family.authorization).map_err(|reason| invalid(&reason))
}

/// RFC 9449 5: bound to the key that was proved when it was issued.
fn check_key(request: &GrantRequest<'_>, family: &TokenFamily) -> Result<(), OAuthError> {
    let Some(bound_to) = &family.bound_to else { return Ok(()) };
    match request.proved_key {
        None => Err(OAuthError::new(ErrorId::DpopMissingHeader, "the refresh token is bound to a key")),
        Some(proved) if proved != bound_to => {
            let reason = "the refresh token is bound to another key than that of the proof";
            Err(OAuthError::new(ErrorId::DpopInvalidPublicKeyBinding, reason))
        }
        Some(_) => Ok(()),
    }
}

/// RFC 6749 6: no scope beyond those granted at first.
fn requested_scopes(request: &GrantRequest<'_>, family: &TokenFamily) -> Result<Scopes, OAuthError> {
    let granted = &family.authorization.scopes;
    let Some(requested) = request.get("scope").map(Scopes::parse) else { return Ok(granted.clone()) };
    let denied = requested.without(granted);
    if denied.is_empty() {
        Ok(requested)
    } else {
        Err(OAuthError::with(ErrorId::RefreshScopesDenied, denied.listed(), "scopes beyond those granted at first"))
    }
}

/// Uses the token, and rotates it if there is a replacement. Returns when the family ends if it is not used again.
fn use_token(
    request: &GrantRequest<'_>,
    (family_id, family): (&str, &mut TokenFamily),
    token: &str,
    replacement: Option<&str>,
    now: i64,
) -> Result<i64, RedemptionError> {
    let grace_period = i64::from(request.client.refresh_rotation().leeway);
    // The family stays revoked unless the token is accepted.
    let tokens = match std::mem::replace(&mut family.state, FamilyState::Revoked) {
        FamilyState::Active(tokens) => tokens.redeem(token, replacement, grace_period, now),
        FamilyState::Revoked => Err(ReusedRefreshToken),
    };
    let Ok(mut tokens) = tokens else {
        // RFC 9700 4.14.2; Okta: reuse revokes the whole family.
        let error = invalid("a refresh token that has been rotated was used again");
        let revokes = RevokedTokens { access_token: None, family: Some(family_id.to_owned()) };
        return Err(RedemptionError { error, revokes: Some(revokes) });
    };
    tokens.idle_until = now + i64::from(family.authorization.lifetimes.refresh_token_window_minutes) * 60;
    let ends = family.ends(&tokens);
    family.state = FamilyState::Active(tokens);
    Ok(ends)
}
