//! Sign-in by a program: name and password for a session token, which a browser then brings to the authorization endpoint.
//! Okta: `/api/v1/authn`, `sessionToken`.

use mock_idp_core::ledger::{Authentication, FailedSignIns, LedgerError, SignedIn};
use mock_idp_core::management::{ApiError, ApiErrorId};
use mock_idp_core::sign_in::{self, SignInProblem, SignInProblemKind, primary};
use mock_idp_core::trace::{NoteStatus, Trace};
use serde_json::Value;

use super::browser::BrowserRequest;
use super::{Context, failed_sign_ins, sessions};
use crate::clock::rfc3339;
use crate::journal::{Explained, Explanation};

/// The authentication API of an org.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Authn<'c>(&'c Context);

impl<'c> Authn<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// Exchanges name and password for a session token. Okta: the error is the same for unknown users and for users who may not
    /// sign in.
    pub(crate) async fn sign_in(self, username: &str, password: &str) -> Explained<Result<Value, ApiError>> {
        let (mut trace, mut explanation) = (Trace::default(), Explanation::default());
        let result = self.session_token(username, password, &mut trace, &mut explanation).await;
        if let Err(error) = &result {
            explanation.reason = Some(error.to_string());
        }
        explanation.notes = trace.notes;
        Explained { result, explanation }
    }

    async fn session_token(
        self,
        username: &str,
        password: &str,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Value, ApiError> {
        let context = self.0;
        if context.instance.refuses_sign_in(username) {
            let reason = "more than 4 sign-ins of the user in a second (rateLimits: enforced)";
            return Err(ApiError::new(ApiErrorId::TooManyRequests, reason));
        }
        let proof = match self.verify(username.trim(), password, trace).await? {
            Ok(proof) => proof,
            // Okta: only where the password policy shows lockouts.
            Err(problem) if problem.okta_code == "E0000069" => {
                explanation.reason = Some(problem.reason);
                return Ok(primary::locked_out(&context.urls.endpoint_base));
            }
            Err(problem) => return Err(ApiError::authentication_failed(problem.reason)),
        };
        let user = context.org.user(&proof.user_id);
        let user = user.ok_or_else(|| ApiError::authentication_failed("the user has been removed"))?;
        explanation.user = Some(user.profile.login.clone());
        let expires = context.now + primary::SESSION_TOKEN_LIFETIME;
        let token: String =
            context.decide(trace, |moment| (moment.token() + &moment.token()).chars().take(50).collect());
        let token = format!("20111{token}");
        context.ledger().session_tokens().put(&token, proof, expires).await?;
        let expires = rfc3339(expires * 1_000).replace('Z', ".000Z");
        Ok(primary::success(user, &token, &expires, &context.urls.endpoint_base))
    }

    /// Checks a password, and counts wrong ones.
    async fn verify(
        self,
        identifier: &str,
        password: &str,
        trace: &mut Trace,
    ) -> Result<Result<SignedIn, SignInProblem>, LedgerError> {
        let Context { org, .. } = self.0;
        let verify = |failed: &mut FailedSignIns, trace: &mut Trace| {
            let if_wrong = SignInProblemKind::AuthenticationFailed;
            self.0.decide(trace, |moment| sign_in::verify_password(org, identifier, password, if_wrong, failed, moment))
        };
        let Some(user) = org.user_by_identifier(identifier) else {
            return Ok(verify(&mut FailedSignIns::default(), trace));
        };
        let counting = |failed: &mut FailedSignIns| {
            let mut step = Trace::default();
            (verify(failed, &mut step), step)
        };
        match failed_sign_ins::update(self.0, &user.id, counting).await? {
            Some((verified, step)) => {
                trace.notes.extend(step.notes);
                Ok(verified)
            }
            None => Ok(verify(&mut FailedSignIns::default(), trace)),
        }
    }
}

/// Begins a session with a session token. Each counts once.
pub(super) async fn redeem_session_token(
    context: &Context,
    token: &str,
    request: &mut BrowserRequest,
) -> Result<Option<Authentication>, LedgerError> {
    let Some(proof) = context.ledger().session_tokens().take(token).await? else {
        request.trace.note(NoteStatus::PassedOver, "sessionToken", "it is unknown, used or too old");
        return Ok(None);
    };
    request.trace.note(NoteStatus::Matched, "sessionToken", "it signs the user in");
    Ok(Some(sessions::begin(context, proof, request).await?))
}
