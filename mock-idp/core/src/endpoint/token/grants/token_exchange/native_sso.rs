//! Token exchange by a device secret: another app on the same device signs the user in. OpenID Connect Native SSO 4.

use subtle::ConstantTimeEq;

use super::super::super::entitlement::{UserGrant, entitle};
use super::super::super::grant::GrantRequest;
use super::super::super::lookup::PresentedDeviceSecret;
use super::super::super::redemption::{Extra, Redeemed, Redemption, TokenIds};
use super::super::super::subject_token::{check_not_expired, client_of, expired, issued_here, user_of};
use super::target::{check_server, requested_scopes, resolve};
use crate::moment::Moment;
use crate::policy::scope_rules;
use crate::protocol::{ErrorId, OAuthError};
use crate::tokens::half_hash;
use crate::trace::NoteStatus;

pub(super) fn redeem(
    request: &GrantRequest<'_>,
    presented: PresentedDeviceSecret<'_>,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, OAuthError> {
    let PresentedDeviceSecret { id_token, secret, record, session_active } = presented;
    let GrantRequest { org, server, urls, client, .. } = *request;
    check_server(request)?;
    let claims = issued_here(id_token, server, urls)?;
    check_not_expired(claims, moment.now)?;
    let invalid = |reason: &str| OAuthError::new(ErrorId::InvalidActorToken, reason);
    let record = record
        .filter(|record| record.is_active(moment.now))
        .ok_or_else(|| invalid("the device secret is unknown, expired or revoked"))?;
    if record.server != server.id {
        return Err(invalid("the device secret was issued by another server"));
    }
    // Native SSO 4.2: the ID token has to be the one that the secret was issued with, or a later one of the same sign-in.
    let bound = claims.text("ds_hash").is_some_and(|hash| hash.as_bytes().ct_eq(half_hash(secret).as_bytes()).into());
    if !bound || claims.text("sid") != Some(record.authentication.sid().as_str()) {
        return Err(invalid("the ID token is not bound to this device secret"));
    }
    if !session_active {
        return Err(expired("the session of the device secret has ended"));
    }
    let first_client = client_of(org, claims.text("aud"))?;
    let user = user_of(org, client, claims.text("sub"))?;
    let because = format!("the device on which {} signed in to {}", user.profile.login, first_client.client_id());
    moment.trace.note(NoteStatus::Matched, "device secret", because);
    let scopes = resolve(request, &requested_scopes(request))?;
    scope_rules::check_openid(&scopes, false)?;
    let user_grant = UserGrant {
        authentication: record.authentication.clone(),
        scopes,
        device_secret_hash: Some(half_hash(secret)),
    };
    let ids = TokenIds::new(moment);
    let redemption = entitle(request, user_grant, &ids, moment)?;
    Ok(Redeemed::Tokens(Box::new(Redemption { extra: Extra::TokenExchange { claims: None }, ..redemption })))
}
