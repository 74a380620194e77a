//! `refresh_token`. RFC 6749 6; Okta: "Refresh tokens", rotation, grace period and reuse detection.

use super::{Addition, Admitted, Plan, Redemption, RedemptionError, still_entitled};
use crate::ledger::TokenFamily;
use crate::model::RotationType;
use crate::org::{CompiledServer, Org};
use crate::protocol::{ErrorId, OAuthError, Scopes};

pub(super) fn redeem(
    admitted: &Admitted<'_>,
    org: &Org,
    server: &CompiledServer,
    (id, family): (&str, &mut TokenFamily),
    token: &str,
    plan: &Plan,
    now: i64,
) -> Result<Redemption, RedemptionError> {
    let client = admitted.client;
    let invalid = |reason: &str| OAuthError::new(ErrorId::InvalidRefreshToken, reason);
    // RFC 6749 6: bound to the client it was issued to.
    if family.authorization.client_id != client.client_id() {
        return Err(invalid("the refresh token is another client's").into());
    }
    if family.authorization.server != server.id {
        return Err(
            OAuthError::new(ErrorId::MismatchedAuthorizationServer, "the refresh token is another server's").into()
        );
    }
    if family.revoked {
        return Err(invalid("the token family has been revoked").into());
    }
    // Okta: the absolute lifetime is inherited, the idle window restarts with each use.
    if family.expires.is_some_and(|expires| now >= expires) || now >= family.idle_until {
        return Err(invalid("the refresh token's lifetime or idle window is over").into());
    }
    still_entitled(org, server, client, &family.authorization).map_err(|reason| invalid(&reason))?;
    // RFC 9449 5: bound to the key that was proved when it was issued.
    if let Some(bound_to) = &family.bound_to {
        match admitted.bound_to {
            None => {
                return Err(OAuthError::new(ErrorId::DpopMissingHeader, "the refresh token is bound to a key").into());
            }
            Some(proved) if proved != bound_to => {
                let reason = "the refresh token is bound to another key than the proof's";
                return Err(OAuthError::new(ErrorId::DpopInvalidPublicKeyBinding, reason).into());
            }
            Some(_) => {}
        }
    }
    let scopes = narrowed(admitted, family)?;

    let rotation = client.refresh_rotation();
    let rotated = match rotation.rotation_type {
        _ if token != family.current => {
            let in_grace = family
                .previous
                .as_ref()
                .is_some_and(|(previous, since)| previous == token && now - since < i64::from(rotation.leeway));
            if !in_grace {
                // RFC 9700 4.14.2; Okta: reuse takes the whole family down.
                family.revoked = true;
                let refusal = invalid("a rotated refresh token was used again");
                return Err(RedemptionError { refusal, revokes: Some((None, Some(id.to_owned()))) });
            }
            Some(family.current.clone())
        }
        RotationType::Static => None,
        RotationType::Rotate => {
            let previous = std::mem::replace(&mut family.current, plan.refresh_token.clone());
            family.previous = Some((previous, now));
            Some(family.current.clone())
        }
    };
    family.idle_until = now + i64::from(family.authorization.lifetimes.refresh_token_window_minutes) * 60;
    Ok(Redemption {
        authorization: family.authorization.clone(),
        scopes,
        // OIDC Core 12.2: no nonce at a refresh.
        nonce: None,
        access_token_id: plan.access_token_id_in(Some(id)),
        bound_to: admitted.thumbprint(),
        founds: None,
        refresh_token: rotated.map(|token| (token, id.to_owned())),
        addition: Addition::Nothing,
    })
}

/// RFC 6749 6: no scope beyond those granted at first.
fn narrowed(admitted: &Admitted<'_>, family: &TokenFamily) -> Result<Scopes, OAuthError> {
    let granted = &family.authorization.scopes;
    let Some(asked) = admitted.request.get("scope").map(Scopes::parse) else { return Ok(granted.clone()) };
    let denied = asked.without(granted);
    if denied.is_empty() {
        Ok(asked)
    } else {
        Err(OAuthError::with(ErrorId::RefreshScopesDenied, denied.listed(), "scopes beyond those granted at first"))
    }
}
