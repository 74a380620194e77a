//! Token exchange on behalf of a user: a service exchanges the access token that it has received for one of its own.
//! Okta: "Set up OAuth 2.0 On-Behalf-Of Token Exchange"; RFC 8693.

use serde_json::{Value, json};

use super::super::super::entitlement::{EarlierSignIn, delegate, without_refresh_token};
use super::super::super::grant::GrantRequest;
use super::super::super::redemption::{Extra, Redeemed, Redemption, TokenIds};
use super::super::super::subject_token::{client_of, expired, issued_here, user_of};
use super::target::{check_server, requested_scopes, resolve};
use crate::model::App;
use crate::moment::Moment;
use crate::protocol::{ErrorId, OAuthError, OIDC_SCOPES};
use crate::tokens::{DelegatedClaims, Verified};
use crate::trace::NoteStatus;

/// Okta: a chain has at most five actors.
const MAX_ACTORS: usize = 5;

pub(super) fn redeem(
    request: &GrantRequest<'_>,
    claims: Option<&Verified>,
    revoked: bool,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, OAuthError> {
    let GrantRequest { org, client, .. } = *request;
    check_server(request)?;
    let claims = issued_by_trusted_server(request, claims)?;
    if revoked || claims.expired(moment.now) {
        return Err(expired("the access token is expired or revoked"));
    }
    let first_client = client_of(org, claims.text("cid"))?;
    let user = user_of(org, first_client, claims.text("uid"))?;
    let actor = actor(client, claims)?;
    let because = format!("an access token of {} about {}", first_client.client_id(), user.profile.login);
    moment.trace.note(NoteStatus::Matched, "subject token", because);
    let requested = requested_scopes(request);
    if requested.iter().any(|scope| OIDC_SCOPES.contains(&scope)) {
        let reason = format!("requested {}", requested.listed());
        return Err(OAuthError::new(ErrorId::OpenidNotAllowedTokenExchange, reason));
    }
    let scopes = resolve(request, &requested)?;
    let sign_in = EarlierSignIn { auth_time: claims.number("auth_time"), acr: claims.text("acr").map(str::to_owned) };
    let authorization = delegate(request, user, scopes, sign_in, moment)?;
    let delegated = DelegatedClaims {
        subject_name: Some(claims.text("sub").unwrap_or(&user.profile.login).to_owned()),
        actor: Some(actor),
        ..DelegatedClaims::default()
    };
    let ids = TokenIds::new(moment);
    Ok(Redeemed::Tokens(Box::new(Redemption {
        extra: Extra::TokenExchange { claims: Some(delegated) },
        ..without_refresh_token(request, authorization, &ids)
    })))
}

/// Okta: a service may exchange tokens of this server, and of the servers of the org that this one is associated with.
fn issued_by_trusted_server<'a>(
    request: &GrantRequest<'_>,
    claims: Option<&'a Verified>,
) -> Result<&'a Verified, OAuthError> {
    let GrantRequest { org, server, urls, .. } = *request;
    let issuer = claims.and_then(|claims| claims.text("iss"));
    let others = org.servers().iter().filter(|other| !other.is_org() && other.id != server.id);
    match (others.into_iter().find(|other| issuer == Some(urls.issuer(other).as_str())), claims) {
        (Some(other), Some(claims)) if server.associated_servers.contains(&other.id) => Ok(claims),
        (Some(other), _) => {
            let reason = format!("{} is not associated with {}", other.name, server.name);
            Err(OAuthError::new(ErrorId::AssociatedServerNotTrusted, reason))
        }
        (None, claims) => issued_here(claims, server, urls),
    }
}

/// RFC 8693 4.1: the current actor, with the earlier ones nested inside.
fn actor(client: &App, subject: &Verified) -> Result<Value, OAuthError> {
    let mut actor = json!({ "sub": client.client_id() });
    let Some(earlier) = subject.0.get("act") else { return Ok(actor) };
    let depth = std::iter::successors(Some(earlier), |actor| actor.get("act")).count();
    if depth >= MAX_ACTORS {
        let reason = format!("{depth} services have exchanged it before");
        return Err(OAuthError::new(ErrorId::InvalidSubjectTokenActClaimDepth, reason));
    }
    actor["act"] = earlier.clone();
    Ok(actor)
}
