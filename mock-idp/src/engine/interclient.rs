//! Native to Web SSO: an app hands its user over at the token endpoint, another one takes them over at the authorization endpoint.

use std::sync::Arc;

use mock_idp_core::endpoint::authorization;
use mock_idp_core::ledger::{Authentication, AuthorizationRequest, HandOver};
use mock_idp_core::org::CompiledServer;
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::tokens::{Verified, verify_interclient_token};
use mock_idp_core::trace::NoteStatus;

use super::Context;
use super::authorization::Passage;

impl Context {
    /// Gives the browser a session of the user whom another app hands over, who need not have signed in just now.
    pub(super) async fn take_over(
        &self,
        request: &AuthorizationRequest,
        token: &str,
        earlier: Option<&str>,
        passage: &mut Passage,
    ) -> Result<Option<Authentication>, OAuthError> {
        let Self { instance, org, server, urls } = self;
        let hand_overs = &instance.ledger.hand_overs;
        let now = instance.clock.now();
        let claims = self.interclient_token(token);
        let jti = authorization::check_interclient_token(org, server, urls, request, claims.as_ref(), now)?;
        let found = hand_overs.get(jti, now).await.ok_or_else(authorization::unknown_interclient_token)?;
        let revoked = self.is_revoked_by_id(&found.access_token).await;
        let take = |record: &mut HandOver| authorization::redeem_interclient_token(org, request, record, revoked);
        let proof = hand_overs.update(jti, now, take).await.ok_or_else(authorization::unknown_interclient_token)??;
        let origin = found.client_id;
        passage.trace.note(NoteStatus::Matched, "interclient_token", format!("{origin} hands its user over"));
        let session = self.begin_session(proof, earlier, passage).await.session_id;
        // As an earlier sign-in of this browser would count, if it is not over.
        Ok(instance.authentication(Some(&session)).await)
    }

    /// An interclient token of this server or, so that it can be told apart from garbage, of another server of the org.
    fn interclient_token(&self, token: &str) -> Option<Verified> {
        let signed_by = |server: &Arc<CompiledServer>| {
            let held = self.instance.keys.used(server)?;
            verify_interclient_token(token, &held.keys)
        };
        self.org.servers().iter().find_map(signed_by)
    }
}
