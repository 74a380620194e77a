//! The token endpoint: authenticates the client, redeems the grant, signs, and stores the grant's change and what was issued in one
//! batch.

use mock_idp_core::endpoint::token::{self, Extra, GrantRequest, PassedOnToken, Redeemed, Redemption, TokenRequest};
use mock_idp_core::ledger::LedgerError;
use mock_idp_core::protocol::{ErrorId, OAuthError, RequestedClaims};
use mock_idp_core::trace::Trace;
use serde_json::{Map, Value};

use super::client_authentication::{ProvenClient, authenticate_with_key};
use super::redemption::{self, RedeemedGrant};
use super::revocations::MAX_ACCESS_TOKEN_LIFETIME;
use super::single_use::consume;
use super::{Context, issued_tokens, refresh_tokens, signing, token_hooks};
use crate::faults::IssuedTo;
use crate::journal::{Explained, Explanation, FlowPart};
use crate::ledger::Batch;

/// The token endpoint of a server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TokenEndpoint<'c>(&'c Context);

impl<'c> TokenEndpoint<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// Answers a token request.
    pub(crate) async fn respond(self, request: TokenRequest) -> Explained<Result<Map<String, Value>, OAuthError>> {
        let (mut trace, mut explanation) = (Trace::default(), Explanation::in_flow(FlowPart::Redeems));
        let result = self.issue(&request, &mut trace, &mut explanation).await;
        if let Err(error) = &result {
            let client = explanation.client.as_deref().and_then(|id| self.0.org.client(id));
            let grant_type = token::grant_type(&request).ok();
            self.0.log([token::events::refused(&self.0.server, client, grant_type, error)]);
        }
        Explained::new(result, trace, explanation)
    }

    async fn issue(
        self,
        request: &TokenRequest,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Map<String, Value>, OAuthError> {
        let context = self.0;
        let Context { org, server, urls, .. } = context;
        token::grant_type(request)?;
        let ProvenClient { client, key, single_use } =
            authenticate_with_key(context, request.credential_sources(), &request.dpop, "token", trace, explanation)
                .await?;
        let grant = token::admit(org, server, urls, client, request, key.as_deref())?;
        for value in single_use {
            consume(context, value).await?;
        }
        if let Some(username) = grant.username()
            && context.instance.refuses_sign_in(username)
        {
            let reason = "more than 4 sign-ins of the user in a second (rateLimits: enforced)";
            return Err(OAuthError::new(ErrorId::UserRateLimited, reason));
        }
        self.redeem(&grant, trace, explanation).await
    }

    /// Redeems the grant, and stores what is issued for it. If another request has changed one of the records in the meantime, it is
    /// decided again.
    async fn redeem(
        self,
        grant: &GrantRequest<'_>,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Map<String, Value>, OAuthError> {
        let context = self.0;
        let Context { org, .. } = context;
        let (notes, logged) = (trace.notes.len(), context.logged());
        loop {
            trace.notes.truncate(notes);
            context.keep_logged(logged);
            let RedeemedGrant { redeemed, mut batch } = redemption::redeem(context, grant, trace).await?;
            explanation.user = redeemed.user_id().and_then(|id| org.user(id)).map(|user| user.profile.login.clone());
            let unsigned = context.decide(trace, |moment| token::unsigned_tokens(grant, &redeemed, moment))?;
            let unsigned = token_hooks::apply(context, unsigned, trace).await?;
            let events = token::events::granted(grant, &redeemed, &unsigned);
            let to = IssuedTo { client_id: grant.client.client_id(), user_id: redeemed.user_id() };
            let issued = signing::issue(context, unsigned, to).await?;
            let body = token::body(&redeemed, issued);
            match redeemed {
                Redeemed::Tokens(redemption) => self.add(&mut batch, *redemption),
                Redeemed::PassedOn(token) => self.add_passed_on(&mut batch, *token),
            }
            match batch.commit().await {
                Err(LedgerError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
                Ok(()) => {
                    context.log(events);
                    return Ok(body);
                }
            }
        }
    }

    fn add_passed_on(self, batch: &mut Batch<'c>, token: PassedOnToken) {
        if let Some((jti, record)) = token.record {
            batch.put(self.0.ledger().interclient_grants(), &jti, record, self.0.now + token.lifetime);
        }
    }

    /// Adds everything that was issued to the batch.
    fn add(self, batch: &mut Batch<'c>, redemption: Redemption) {
        let context = self.0;
        if let Some(known) = &redemption.authorization.authentication {
            issued_tokens::record(context, batch, &known.user_id, issued_tokens::of_redemption(&redemption));
        }
        record_requested_claims(context, batch, &redemption.access_token_id, redemption.authorization.claims);
        if let Extra::DeviceSecret(secret, record) = redemption.extra {
            let expires = record.expires;
            batch.put(context.ledger().device_secrets(), &secret, *record, expires);
        }
        if let Some(new) = redemption.refresh_token {
            refresh_tokens::add_new(context, batch, new);
        }
    }
}

/// Stores the claims that an access token gives at userinfo in addition to those of its scopes.
pub(super) fn record_requested_claims<'c>(
    context: &'c Context,
    batch: &mut Batch<'c>,
    access_token: &str,
    claims: RequestedClaims,
) {
    if !claims.userinfo.is_empty() {
        let expires = context.now + MAX_ACCESS_TOKEN_LIFETIME;
        batch.put(context.ledger().requested_claims(), access_token, claims, expires);
    }
}
