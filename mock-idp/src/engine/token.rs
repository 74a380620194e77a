//! The token endpoint: authenticate, redeem in one atomic step, sign outside any lock, commit.

use mock_idp_core::endpoint::token::{
    self, Extra, GrantRequest, IdJagIssuer, Lookup, NewRefreshToken, PassedOnToken, PresentedOwnTokens, Record,
    Redeemed, Redemption, RedemptionError, Revokes, TokenRequest,
};
use mock_idp_core::ledger::{RefreshTokenOwner, Revocation, TokenFamily};
use mock_idp_core::protocol::{OAuthError, RequestedClaims};
use mock_idp_core::tokens::is_signed_id_jag;
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
        token::grant_type(request)?;
        let caller = self.caller(request.credential_sources(), &request.dpop, "token", trace, explanation).await?;
        let Caller { client, key, spends } = caller;
        let grant = token::admit(&self.org, &self.server, &self.urls, client, request, key.as_deref())?;
        for value in spends {
            self.instance.spend(value).await?;
        }
        let redeemed = self.redeem(&grant, trace).await?;
        explanation.user = redeemed.user_id().and_then(|id| self.org.user(id)).map(|user| user.profile.login.clone());

        let held = self.instance.keys(&self.server).await?;
        let mut tokens = self
            .instance
            .ask(trace, |moment| token::unsigned_tokens(&self.org, &self.server, &self.urls, &redeemed, moment))?;
        self.instance.fetch_recipients(&mut tokens).await?;
        let faults = self.instance.faults.take_token_faults(client.client_id(), tokens.kinds());
        let body = token::body(&redeemed, tokens.issue(&held.keys, &faults)?);
        match redeemed {
            Redeemed::Tokens(redemption) => self.commit(*redemption).await,
            Redeemed::PassedOn(token) => self.commit_passed_on(*token).await,
        }
        Ok(body)
    }

    async fn redeem(&self, grant: &GrantRequest<'_>, trace: &mut Trace) -> Result<Redeemed, OAuthError> {
        match self.load_and_redeem(grant, trace).await {
            Ok(redeemed) => Ok(redeemed),
            Err(RedemptionError { error, revokes }) => {
                if let Some(Revokes { access_token, family }) = revokes {
                    self.revoke(access_token.as_deref(), family.as_deref()).await;
                }
                Err(error)
            }
        }
    }

    /// Loads what the grant names, and redeems it.
    async fn load_and_redeem(&self, grant: &GrantRequest<'_>, trace: &mut Trace) -> Result<Redeemed, RedemptionError> {
        let Self { instance, org, server, .. } = self;
        let ledger = &instance.ledger;
        let now = instance.clock.now();
        let lookup = token::lookup(grant)?;
        let mut redeem = |record: Record<'_>| instance.ask(trace, |moment| token::redeem(grant, record, moment));
        let redeemed = match lookup {
            Lookup::Nothing => None,
            Lookup::Code(code) => ledger.codes.update(code, now, |record| redeem(Record::Code(record))).await,
            Lookup::RefreshToken(token) => match ledger.refresh_tokens.get(token, now).await {
                None => None,
                Some(RefreshTokenOwner { family: family_id }) => {
                    let change = |family: &mut TokenFamily| {
                        redeem(Record::RefreshToken { token, family_id: &family_id, family })
                    };
                    ledger.families.update(&family_id, now, change).await
                }
            },
            Lookup::DeviceCode(code) => ledger.devices.update(code, now, |record| redeem(Record::Polled(record))).await,
            Lookup::AuthReqId(id) => ledger.backchannel.update(id, now, |record| redeem(Record::Polled(record))).await,
            Lookup::AccessToken(token) => {
                let held = instance.keys(server).await?;
                let (claims, revoked) = self.access_token_and_revoked(&held, token).await;
                Some(redeem(Record::AccessToken { claims: claims.as_deref(), revoked }))
            }
            Lookup::DeviceSecret { id_token, device_secret } => {
                let presented = self.device_secret(id_token, device_secret).await?;
                let redeemed = redeem(Record::DeviceSecret(presented.borrowed(device_secret)))?;
                self.remember_exchange(device_secret, &redeemed).await?;
                Some(Ok(redeemed))
            }
            Lookup::IdToken(token) => {
                let signed = self.id_token(token);
                Some(redeem(Record::IdToken(signed.as_ref().map(|(server, claims)| (*server, claims)))))
            }
            Lookup::TokenFamily(token) => {
                let family = self.family_of(token).await.map(|(_, family)| family);
                Some(redeem(Record::TokenFamily(family.as_ref())))
            }
            Lookup::OwnTokens { id_token, access_token } => {
                let held = instance.keys(server).await?;
                let id_token = self.id_token(id_token).map(|(_, claims)| claims);
                let (access_token, access_token_revoked) = self.access_token_and_revoked(&held, access_token).await;
                let (id_token, access_token) = (id_token.as_ref(), access_token.as_deref());
                Some(redeem(Record::OwnTokens(PresentedOwnTokens { id_token, access_token, access_token_revoked })))
            }
            Lookup::IdJag { token, assertion, issuer } => {
                let signature = match issuer {
                    IdJagIssuer::ThisOrg => {
                        let held = instance.keys(org.org_server()).await?;
                        is_signed_id_jag(token, &held.keys)
                            .then_some(())
                            .ok_or_else(|| "no key of the org has signed it".to_owned())
                    }
                    IdJagIssuer::Trusted(issuer) => {
                        let fetched = instance.fetch_keys(token::issuer_key_source(issuer, &assertion)).await;
                        token::check_issuer_signature(issuer, &assertion, fetched.as_ref())
                    }
                };
                let redeemed = redeem(Record::IdJag { assertion: &assertion, issuer, signature })?;
                if let Redeemed::Tokens(redemption) = &redeemed {
                    instance.spend(redemption.single_use.clone()).await?;
                }
                Some(Ok(redeemed))
            }
        };
        redeemed.unwrap_or_else(|| redeem(Record::None))
    }

    async fn commit_passed_on(&self, token: PassedOnToken) {
        if let Some((jti, record)) = token.record {
            let now = self.instance.clock.now();
            self.instance.ledger.hand_overs.put(&jti, record, now + token.lifetime, now).await;
        }
    }

    async fn commit(&self, redemption: Redemption) {
        self.hold_tokens(&redemption).await;
        let ledger = &self.instance.ledger;
        let now = self.instance.clock.now();
        let window = i64::from(redemption.authorization.lifetimes.refresh_token_window_minutes) * 60;
        self.remember_claims(&redemption.access_token_id, redemption.authorization.claims).await;
        if let Extra::DeviceSecret(secret, record) = redemption.extra {
            let ends = record.expires;
            ledger.device_secrets.put(&secret, *record, ends, now).await;
        }
        let (token, family) = match redemption.refresh_token {
            None => return,
            Some(NewRefreshToken::First { family_id, family }) => {
                let token = family.current.clone();
                ledger.families.put(&family_id, *family, family_ends(window, now), now).await;
                (token, family_id)
            }
            Some(NewRefreshToken::Further { family_id, token }) => (token, family_id),
        };
        ledger.refresh_tokens.put(&token, RefreshTokenOwner { family }, family_ends(window, now), now).await;
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
