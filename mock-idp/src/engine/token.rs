//! The token endpoint: authenticates the client, redeems the grant in one atomic step, signs, and commits what was issued.

use mock_idp_core::endpoint::token::{self, Extra, NewRefreshToken, PassedOnToken, Redeemed, Redemption, TokenRequest};
use mock_idp_core::ledger::{Code, CodeState, LedgerError, RefreshTokenOwner};
use mock_idp_core::protocol::{ErrorId, OAuthError, RequestedClaims};
use mock_idp_core::trace::Trace;
use serde_json::{Map, Value};

use super::client_authentication::{ProvenClient, authenticate_with_key};
use super::revocations::LONGEST_ACCESS_TOKEN;
use super::single_use::consume;
use super::{Context, issued_tokens, redemption, signing};
use crate::journal::{Explained, Explanation};
use crate::ledger::Batch;

/// The token endpoint of a server.
#[derive(Clone, Copy, Debug)]
pub struct TokenEndpoint<'c>(&'c Context);

impl<'c> TokenEndpoint<'c> {
    #[must_use]
    pub fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// Answers a token request.
    pub async fn respond(self, request: TokenRequest) -> Explained<Result<Map<String, Value>, OAuthError>> {
        let (mut trace, mut explanation) = (Trace::default(), Explanation::default());
        let result = self.issue(&request, &mut trace, &mut explanation).await;
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
        let redeemed = redemption::redeem(context, &grant, trace).await?;
        explanation.user = redeemed.user_id().and_then(|id| org.user(id)).map(|user| user.profile.login.clone());
        let unsigned = context.decide(trace, |moment| token::unsigned_tokens(org, server, urls, &redeemed, moment))?;
        let issued = signing::issue(context, unsigned, client.client_id()).await?;
        let body = token::body(&redeemed, issued);
        match redeemed {
            Redeemed::Tokens(redemption) => self.commit(*redemption, redemption::code(&token::lookup(&grant)?)).await?,
            Redeemed::PassedOn(token) => self.commit_passed_on(*token).await?,
        }
        Ok(body)
    }

    async fn commit_passed_on(self, token: PassedOnToken) -> Result<(), LedgerError> {
        let Some((jti, record)) = token.record else { return Ok(()) };
        self.0.ledger().interclient_grants().put(&jti, record, self.0.now + token.lifetime).await
    }

    /// Writes everything that was issued, unless the code that was redeemed for it has been revoked in the meantime.
    async fn commit(self, redemption: Redemption, code: Option<&str>) -> Result<(), OAuthError> {
        let context = self.0;
        let ledger = context.ledger();
        let mut batch = ledger.batch();
        if let Some(code) = code {
            let is_redeemed = |record: &Code| matches!(record.state, CodeState::Redeemed { .. });
            batch.require(ledger.codes(), code, is_redeemed);
        }
        if let Some(known) = &redemption.authorization.authentication {
            issued_tokens::record(context, &mut batch, &known.user_id, issued_tokens::of_redemption(&redemption));
        }
        let window = i64::from(redemption.authorization.lifetimes.refresh_token_window_minutes) * 60;
        record_requested_claims(context, &mut batch, &redemption.access_token_id, redemption.authorization.claims);
        if let Extra::DeviceSecret(secret, record) = redemption.extra {
            let expires = record.expires;
            batch.put(ledger.device_secrets(), &secret, *record, expires);
        }
        let expires = family_expires(window, context.now);
        let refresh_token = redemption.refresh_token.map(|token| match token {
            NewRefreshToken::First { family_id, family } => {
                let token = family.current.clone();
                batch.put(ledger.families(), &family_id, *family, expires);
                (token, family_id)
            }
            NewRefreshToken::Further { family_id, token } => (token, family_id),
        });
        if let Some((token, family)) = refresh_token {
            batch.put(ledger.refresh_tokens(), &token, RefreshTokenOwner { family }, expires);
        }
        batch.commit().await.map_err(|error| match error {
            LedgerError::Conflict { .. } => {
                OAuthError::new(ErrorId::InvalidAuthorizationCode, "the code was revoked while it was redeemed")
            }
            LedgerError::Unavailable(_) => error.into(),
        })
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
        let expires = context.now + LONGEST_ACCESS_TOKEN;
        batch.put(context.ledger().requested_claims(), access_token, claims, expires);
    }
}

/// A family's record lives as long as its last access token may live beyond the family's window; the rules judge the rest. Each
/// use moves the window, so the record lives through many uses.
fn family_expires(window: i64, now: i64) -> i64 {
    now.saturating_add(window.saturating_mul(10)).saturating_add(LONGEST_ACCESS_TOKEN)
}
