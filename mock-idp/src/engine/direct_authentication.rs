//! The endpoints of direct authentication: a client has codes and notifications sent to its user.

use mock_idp_core::endpoint::client_authentication::CredentialSources;
use mock_idp_core::endpoint::direct_authentication::{self, Challenged, StartedChallenge};
use mock_idp_core::ledger::{FailedSignIns, LedgerError};
use mock_idp_core::model::User;
use mock_idp_core::protocol::{ErrorId, OAuthError};
use mock_idp_core::trace::Trace;
use serde_json::{Map, Value};

use super::client_authentication::authenticate;
use super::{Context, pushes};
use crate::journal::{Explained, Explanation, FlowPart};

/// The endpoint for a first proof.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PrimaryAuthenticationEndpoint<'c>(&'c Context);

impl<'c> PrimaryAuthenticationEndpoint<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// Asks the user of a client. `name`: the part of the path behind `/v1/`, which assertions of clients are for.
    pub(crate) async fn respond(
        self,
        presented: CredentialSources<'_>,
        name: &str,
    ) -> Explained<Result<Map<String, Value>, OAuthError>> {
        let (mut trace, mut explanation) = (Trace::default(), Explanation::in_flow(FlowPart::Begins));
        let result = self.begin(presented, name, &mut trace, &mut explanation).await;
        Explained::new(result, trace, explanation)
    }

    async fn begin(
        self,
        presented: CredentialSources<'_>,
        name: &str,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Map<String, Value>, OAuthError> {
        let context = self.0;
        let Context { org, server, .. } = context;
        let client = authenticate(context, presented, name).await?;
        explanation.client = Some(client.client_id().to_owned());
        let user = direct_authentication::user(org, presented.body);
        // Unknown users count as well, so that the limit does not distinguish them.
        limit(context, presented.body.get("login_hint").unwrap_or_default())?;
        explanation.user = user.map(|user| user.profile.login.clone());
        let failed = failed_sign_ins(context, user).await?;
        let started = context.decide(trace, |moment| {
            direct_authentication::begin(org, server, client, presented.body, &failed, moment)
        })?;
        let answer = started.answer();
        send(context, started).await?;
        Ok(answer)
    }
}

/// The endpoint for a further proof.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChallengeEndpoint<'c>(&'c Context);

impl<'c> ChallengeEndpoint<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// Asks the user of a client for what the policies demand.
    pub(crate) async fn respond(
        self,
        presented: CredentialSources<'_>,
    ) -> Explained<Result<Map<String, Value>, OAuthError>> {
        let (mut trace, mut explanation) = (Trace::default(), Explanation::default());
        let result = self.challenge(presented, &mut trace, &mut explanation).await;
        Explained::new(result, trace, explanation)
    }

    async fn challenge(
        self,
        presented: CredentialSources<'_>,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Map<String, Value>, OAuthError> {
        let context = self.0;
        let Context { org, server, .. } = context;
        let client = authenticate(context, presented, "challenge").await?;
        explanation.client = Some(client.client_id().to_owned());
        let mfa_token = direct_authentication::mfa_token(client, presented.body)?;
        let sign_in = context.ledger().direct_sign_ins().get(mfa_token).await?;
        let user = sign_in.as_ref().and_then(|sign_in| org.user(&sign_in.user_id));
        explanation.user = user.map(|user| user.profile.login.clone());
        if let Some(user) = user {
            limit(context, &user.profile.login)?;
        }
        let failed = failed_sign_ins(context, user).await?;
        let challenged = context.decide(trace, |moment| {
            direct_authentication::challenge(org, server, client, presented.body, (sign_in.as_ref(), &failed), moment)
        })?;
        let answer = challenged.answer();
        if let Challenged::OutOfBand(started) = challenged {
            send(context, *started).await?;
        }
        Ok(answer)
    }
}

/// Each request of a program to sign a user in counts, whatever it sends.
fn limit(context: &Context, login: &str) -> Result<(), OAuthError> {
    if context.instance.refuses_sign_in(login) {
        let reason = "more than 4 sign-ins of the user in a second (rateLimits: enforced)";
        return Err(OAuthError::new(ErrorId::UserRateLimited, reason));
    }
    Ok(())
}

/// The wrong passwords and codes of a user.
async fn failed_sign_ins(context: &Context, user: Option<&User>) -> Result<FailedSignIns, LedgerError> {
    match user {
        Some(user) => Ok(context.ledger().failed_sign_ins().get(&user.id).await?.unwrap_or_default()),
        None => Ok(FailedSignIns::default()),
    }
}

/// Stores a challenge, and sends what belongs to it.
async fn send(context: &Context, started: StartedChallenge) -> Result<(), LedgerError> {
    let StartedChallenge { oob_code, challenge, push, message } = started;
    let ledger = context.ledger();
    let mut batch = ledger.batch();
    let expires = challenge.expires;
    batch.put(ledger.oob_challenges(), &oob_code, challenge, expires);
    if let Some(push) = push {
        pushes::store(context, &mut batch, push);
    }
    batch.commit().await?;
    if let Some(message) = message {
        context.instance.send(message).await?;
    }
    Ok(())
}
