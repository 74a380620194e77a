//! Native to Web SSO: an app signs a user in at the authorization endpoint with an interclient token that another app got.

use mock_idp_core::endpoint::authorization;
use mock_idp_core::ledger::{AuthorizationRequest, CurrentUser};
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::trace::NoteStatus;

use super::browser::BrowserRequest;
use super::{Context, sessions, token_lookup};
use crate::ledger::Versioned;

/// Begins a session of the user of an interclient token, whose sign-in may be some time ago.
pub(super) async fn sign_in(
    context: &Context,
    wanted: &AuthorizationRequest,
    token: &str,
    request: &mut BrowserRequest,
) -> Result<Option<CurrentUser>, OAuthError> {
    let Context { org, server, urls, now, .. } = context;
    let interclient_grants = context.ledger().interclient_grants();
    let claims = token_lookup::interclient_token(context, token).await?;
    let jti = authorization::check_interclient_token(org, server, urls, wanted, claims.as_ref(), *now)?;
    let found = interclient_grants.get_versioned(jti).await?;
    let Versioned { value: mut grant, version } = found.ok_or_else(authorization::unknown_interclient_token)?;
    let revoked = token_lookup::is_revoked_by_id(context, &grant.access_token).await?;
    let proof = authorization::redeem_interclient_token(org, wanted, &mut grant, revoked)?;
    let because = format!("it was issued to {}", grant.client_id);
    request.trace.note(NoteStatus::Matched, "interclient_token", because);
    // If another request is faster, this one is decided again: then the token has been used.
    let mut batch = context.ledger().batch();
    batch.replace(interclient_grants, jti, version, grant);
    request.write(batch);
    let begun = sessions::begin_session(context, proof, request).await?;
    // As an earlier sign-in of this browser: it counts if its session is not over.
    let active = begun.filter(|(_, session)| session.is_active_at(*now));
    Ok(active.map(|(session_id, session)| CurrentUser::HasSession(session.authentication(&session_id))))
}
