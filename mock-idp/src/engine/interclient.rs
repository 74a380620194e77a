//! Native to Web SSO: an app signs a user in at the authorization endpoint with an interclient token that another app got.

use mock_idp_core::endpoint::authorization;
use mock_idp_core::ledger::{AuthorizationRequest, CurrentUser, InterclientGrant};
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::trace::NoteStatus;

use super::browser::BrowserRequest;
use super::{Context, sessions, token_lookup};

/// Begins a session of the user of an interclient token, whose sign-in may be some time ago.
pub(super) async fn sign_in(
    context: &Context,
    wanted: &AuthorizationRequest,
    token: &str,
    request: &mut BrowserRequest,
) -> Result<Option<CurrentUser>, OAuthError> {
    let Context { instance, org, server, urls, now, .. } = context;
    let interclient_grants = context.ledger().interclient_grants();
    let claims = token_lookup::interclient_token(context, token).await?;
    let jti = authorization::check_interclient_token(org, server, urls, wanted, claims.as_ref(), *now)?;
    let found = interclient_grants.get(jti).await?.ok_or_else(authorization::unknown_interclient_token)?;
    let revoked = token_lookup::is_revoked_by_id(context, &found.access_token).await?;
    let take = |record: &mut InterclientGrant| authorization::redeem_interclient_token(org, wanted, record, revoked);
    let proof = interclient_grants.update(jti, take).await?.ok_or_else(authorization::unknown_interclient_token)??;
    let origin = found.client_id;
    request.trace.note(NoteStatus::Matched, "interclient_token", format!("it was issued to {origin}"));
    let Some(begun) = sessions::begin(context, proof, request).await? else { return Ok(None) };
    request.commit(instance).await?;
    // As an earlier sign-in of this browser: it counts if its session is not over.
    Ok(sessions::authentication(instance, Some(&begun.session_id), *now).await?.map(CurrentUser::HasSession))
}
