//! The token endpoint: authenticate, redeem in one atomic step, sign outside any lock, commit.

use mock_idp_core::endpoint::token::{
    self, Addition, Admitted, Allowed, Plan, Redeems, Redemption, RedemptionError, TokenRequest,
};
use mock_idp_core::ledger::{RefreshTokenOwner, Revocation, TokenFamily};
use mock_idp_core::moment::Moment;
use mock_idp_core::protocol::{OAuthError, RequestedClaims};
use mock_idp_core::trace::Trace;
use serde_json::{Map, Value};

use super::client::Caller;
use super::{Context, Explained};
use crate::journal::Explanation;

impl Context {
    /// Answers a token request.
    pub async fn token(&self, request: TokenRequest) -> Explained<Result<Map<String, Value>, OAuthError>> {
        let mut trace = Trace::default();
        let mut explanation = Explanation::default();
        let result = self.grant(&request, &mut trace, &mut explanation).await;
        Explained::new(result, trace, explanation)
    }

    async fn grant(
        &self,
        request: &TokenRequest,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Map<String, Value>, OAuthError> {
        let grant_type = request.grant_type()?;
        let caller = self.caller(request.presented(), &request.dpop, "token", trace, explanation).await?;
        let Caller { client, key, spends } = caller;
        let admitted = token::admit(&self.org, request, grant_type, client)?.bound(key.as_deref())?;
        for value in spends {
            self.instance.spend(value).await?;
        }
        if let Some(subject) = admitted.asks_for_assertion(&self.server)? {
            return self.assert_identity(&admitted, &subject, trace, explanation).await;
        }
        if let Some(tokens) = admitted.asks_to_hand_over()? {
            return self.hand_over(&admitted, &tokens, trace, explanation).await;
        }
        let redemption = self.redeem(&admitted, trace).await?;
        let user_id = redemption.authorization.authentication.as_ref().map(|known| known.user_id.as_str());
        explanation.user = user_id.and_then(|id| self.org.user(id)).map(|user| user.profile.login.clone());

        let held = self.instance.keys(&self.server).await?;
        let faults = self.instance.faults.take_token_faults(&redemption.authorization.client_id);
        let mut drafts = self
            .instance
            .ask(trace, |moment| token::draft(&self.org, &self.server, &self.urls, &redemption, moment))?;
        self.instance.fetch_recipients(&mut drafts).await?;
        let body = token::body(&redemption, drafts.sign(&held.keys, &faults)?);
        self.commit(redemption).await;
        Ok(body)
    }

    async fn redeem(&self, admitted: &Admitted<'_>, trace: &mut Trace) -> Result<Redemption, OAuthError> {
        let ledger = &self.instance.ledger;
        let now = self.instance.clock.now();
        let plan = self.instance.ask(trace, Plan::new);
        let redeems = admitted.redeems()?;
        let redeemed = match &redeems {
            Redeems::Code(code) => {
                let change = |record: &mut _| admitted.redeem_code(&self.org, &self.server, record, &plan, now);
                ledger.codes.update(code, now, change).await
            }
            Redeems::RefreshToken(token) => match ledger.refresh_tokens.get(token, now).await {
                None => None,
                Some(RefreshTokenOwner { family: id }) => {
                    let change = |family: &mut TokenFamily| {
                        admitted.redeem_refresh_token(&self.org, &self.server, (&id, family), token, &plan, now)
                    };
                    ledger.families.update(&id, now, change).await
                }
            },
            Redeems::DeviceCode(code) => {
                let change = |record: &mut _| admitted.redeem_polled(&self.server, record, now);
                ledger
                    .devices
                    .update(code, now, change)
                    .await
                    .map(|polled| self.entitle(admitted, polled, &plan, trace))
            }
            Redeems::AuthReqId(id) => {
                let change = |record: &mut _| admitted.redeem_polled(&self.server, record, now);
                ledger
                    .backchannel
                    .update(id, now, change)
                    .await
                    .map(|polled| self.entitle(admitted, polled, &plan, trace))
            }
            Redeems::Exchange(exchange) => Some(self.exchange(admitted, exchange, &plan, trace).await),
            Redeems::Assertion(assertion) => Some(self.redeem_assertion(admitted, assertion, &plan, trace).await),
            Redeems::Nothing => {
                let rule = |moment: &mut Moment<'_>| admitted.grant(&self.org, &self.server, &plan, moment);
                Some(self.instance.ask(trace, rule))
            }
        };
        match redeemed {
            None => Err(token::unknown(&redeems)),
            Some(Ok(redemption)) => Ok(redemption),
            Some(Err(RedemptionError { refusal, revokes })) => {
                if let Some((access_token, family)) = revokes {
                    self.revoke(access_token.as_deref(), family.as_deref()).await;
                }
                Err(refusal)
            }
        }
    }

    /// The user's word has been taken; now the policy has its say.
    fn entitle(
        &self,
        admitted: &Admitted<'_>,
        polled: Result<Allowed, OAuthError>,
        plan: &Plan,
        trace: &mut Trace,
    ) -> Result<Redemption, RedemptionError> {
        let allowed = polled?;
        self.instance.ask(trace, |moment| admitted.entitle(&self.org, &self.server, allowed, plan, moment))
    }

    async fn commit(&self, redemption: Redemption) {
        self.hold_tokens(&redemption).await;
        let ledger = &self.instance.ledger;
        let now = self.instance.clock.now();
        let window = i64::from(redemption.authorization.lifetimes.refresh_token_window_minutes) * 60;
        self.remember_claims(&redemption.access_token_id, redemption.authorization.claims).await;
        if let Addition::DeviceSecret(secret, record) = redemption.addition {
            let ends = record.expires;
            ledger.device_secrets.put(&secret, *record, ends, now).await;
        }
        if let Some((id, family)) = redemption.founds {
            ledger.families.put(&id, family, family_ends(window, now), now).await;
        }
        if let Some((token, family)) = redemption.refresh_token {
            ledger.refresh_tokens.put(&token, RefreshTokenOwner { family }, family_ends(window, now), now).await;
        }
    }

    /// Keeps the claims that an access token is to give at userinfo beyond those of its scopes.
    pub(super) async fn remember_claims(&self, access_token: &str, claims: RequestedClaims) {
        if !claims.userinfo.is_empty() {
            let now = self.instance.clock.now();
            let ends = now + LONGEST_ACCESS_TOKEN;
            self.instance.ledger.requested_claims.put(access_token, claims, ends, now).await;
        }
    }

    /// Makes an access token, a family or both worthless.
    pub(super) async fn revoke(&self, access_token: Option<&str>, family: Option<&str>) {
        let ledger = &self.instance.ledger;
        let now = self.instance.clock.now();
        if let Some(jti) = access_token {
            ledger.revocations.put(jti, Revocation {}, now + LONGEST_ACCESS_TOKEN, now).await;
        }
        if let Some(family) = family {
            ledger.families.update(family, now, |family| family.revoked = true).await;
        }
    }
}

/// Okta: no access token lives longer than a day; a revocation need not be remembered longer.
const LONGEST_ACCESS_TOKEN: i64 = 24 * 3600;

/// A family is remembered for as long as its last access token may live beyond its own window; rules judge the rest. Each use
/// moves the window, so the record outlives many of them.
fn family_ends(window: i64, now: i64) -> i64 {
    now.saturating_add(window.saturating_mul(10)).saturating_add(LONGEST_ACCESS_TOKEN)
}
