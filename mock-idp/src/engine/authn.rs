//! Signing in by a program: name and password for a session token, which a browser then brings to the authorization endpoint.
//! Okta: `/api/v1/authn`, `sessionToken`.

use mock_idp_core::ledger::{Authentication, SignedIn, Stage};
use mock_idp_core::management::ApiError;
use mock_idp_core::sign_in::{self, Advance, Input, primary};
use mock_idp_core::trace::{NoteStatus, Trace};
use serde_json::Value;

use super::authorization::Passage;
use super::{Context, Explained};
use crate::clock::rfc3339;
use crate::journal::Explanation;

impl Context {
    /// Trades name and password for a session token. Okta: who may not sign in is told no more than who is unknown.
    pub async fn authn(&self, username: &str, password: &str) -> Explained<Result<Value, ApiError>> {
        let mut trace = Trace::default();
        let mut explanation = Explanation::default();
        let input = Input::Both { identifier: username, password };
        let advance =
            self.instance.ask(&mut trace, |moment| sign_in::advance(&self.org, &Stage::Identify, input, moment));
        let result = match advance {
            Advance::SignedIn { user_id, amr } => {
                let user = self.org.user(&user_id);
                explanation.user = user.map(|user| user.profile.login.clone());
                let now = self.instance.clock.now();
                let ends = now + primary::SESSION_TOKEN_LIFETIME;
                let token: String = self
                    .instance
                    .ask(&mut trace, |moment| (moment.token() + &moment.token()).chars().take(50).collect());
                let token = format!("20111{token}");
                let proof = SignedIn { user_id, auth_time: now, amr };
                self.instance.ledger.session_tokens.put(&token, proof, ends, now).await;
                let expires = rfc3339(ends * 1_000).replace('Z', ".000Z");
                user.map(|user| primary::success(user, &token, &expires, &self.urls.endpoint_base))
                    .ok_or_else(|| ApiError::authentication_failed("the user has been removed"))
            }
            Advance::Ask { problem, .. } => {
                let reason = problem.map_or_else(|| "more is needed".to_owned(), |problem| problem.reason);
                Err(ApiError::authentication_failed(reason))
            }
        };
        explanation.reason = result.as_ref().err().map(ToString::to_string);
        explanation.notes = trace.notes;
        Explained { result, explanation }
    }

    /// Makes a session of a session token. Each counts once.
    pub(super) async fn redeem_session_token(
        &self,
        token: &str,
        earlier: Option<&str>,
        passage: &mut Passage,
    ) -> Option<Authentication> {
        let now = self.instance.clock.now();
        let Some(proof) = self.instance.ledger.session_tokens.take(token, now).await else {
            passage.trace.note(NoteStatus::PassedOver, "sessionToken", "it is unknown, used or too old");
            return None;
        };
        passage.trace.note(NoteStatus::Matched, "sessionToken", "it signs the user in");
        Some(self.begin_session(proof, earlier, passage).await)
    }
}
