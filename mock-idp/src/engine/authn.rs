//! Sign-in by a program: name and password for a session token, which a browser then brings to the authorization endpoint.
//! Okta: `/api/v1/authn`, `sessionToken`.

use mock_idp_core::ledger::{Authentication, LedgerError};
use mock_idp_core::management::ApiError;
use mock_idp_core::trace::{NoteStatus, Trace};
use serde_json::Value;

use super::authn_factors::{AuthnFactors, FactorAction};
use super::authn_recovery::{AuthnRecoveries, AuthnRecovery, RecoveryResult};
use super::authn_steps::{AuthnSteps, SignInProgram};
use super::browser::BrowserRequest;
use super::{Context, sessions};
use crate::journal::{Explained, Explanation};

/// What a program does in the authentication API.
#[derive(Clone, Copy)]
pub(crate) enum AuthnAction<'a> {
    SignIn {
        username: &'a str,
        password: &'a str,
        program: SignInProgram<'a>,
    },
    /// Asks for the state of a transaction.
    Introspect {
        state_token: &'a str,
    },
    /// A step of a user who has proved something.
    Factor {
        state_token: &'a str,
        action: FactorAction<'a>,
        /// Whether the user is not to be asked for a second factor on this device again.
        remember: bool,
    },
    ChangePassword {
        state_token: &'a str,
        old: &'a str,
        new: &'a str,
    },
    Cancel {
        state_token: &'a str,
    },
    Recover(AuthnRecovery<'a>),
}

/// The authentication API of an org.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Authn<'c>(&'c Context);

impl<'c> Authn<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// Performs an action. Okta: the error is the same for unknown users and for users who may not sign in.
    pub(crate) async fn respond(self, action: AuthnAction<'_>) -> Explained<Result<Value, ApiError>> {
        let (mut trace, mut explanation) = (Trace::default(), Explanation::default());
        let steps = AuthnSteps(self.0);
        let result = match action {
            AuthnAction::SignIn { username, password, program } => {
                steps.sign_in((username, password), program, &mut trace, &mut explanation).await
            }
            AuthnAction::Introspect { state_token } => steps.introspect(state_token).await,
            AuthnAction::ChangePassword { state_token, old, new } => {
                steps.change_password(state_token, old, new, &mut trace, &mut explanation).await
            }
            AuthnAction::Cancel { state_token } => steps.cancel(state_token).await,
            AuthnAction::Factor { state_token, action, remember } => {
                AuthnFactors { steps, state_token, remember }.respond(action, &mut trace, &mut explanation).await
            }
            AuthnAction::Recover(action) => self.recover(action, &mut trace, &mut explanation).await,
        };
        if let Err(error) = &result {
            explanation.reason = Some(error.to_string());
        }
        explanation.notes = trace.notes;
        Explained { result, explanation }
    }

    async fn recover(
        self,
        action: AuthnRecovery<'_>,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Value, ApiError> {
        match AuthnRecoveries::new(self.0).perform(action, trace, explanation).await? {
            RecoveryResult::State(state) => Ok(state),
            RecoveryResult::Finished { transaction, state_token, session_token } => {
                // The recovery has given the user a password.
                let latest = self.0.on_latest_snapshot();
                let steps = AuthnSteps(latest.as_ref().unwrap_or(self.0));
                steps.go_on(Some(&state_token), Some(session_token), *transaction, trace, explanation).await
            }
        }
    }
}

/// Begins a session with a session token. Each counts once.
pub(super) async fn redeem_session_token(
    context: &Context,
    token: &str,
    request: &mut BrowserRequest,
) -> Result<Option<Authentication>, LedgerError> {
    let tokens = context.ledger().session_tokens();
    let Some(proof) = tokens.get(token).await? else {
        request.trace.note(NoteStatus::PassedOver, "sessionToken", "it is unknown, used or too old");
        return Ok(None);
    };
    request.trace.note(NoteStatus::Matched, "sessionToken", "it signs the user in");
    // A program has no option for it: the policy alone decides.
    let remember = std::mem::replace(&mut request.remember, true);
    let begun = sessions::begin(context, proof, request).await;
    request.remember = remember;
    if let Ok(Some(_)) = begun {
        let mut batch = context.ledger().batch();
        batch.require(tokens, token, |_| true);
        batch.delete(tokens, token);
        request.write(batch);
    }
    begun
}
