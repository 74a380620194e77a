//! What happens to tokens after they were issued: userinfo, introspection, revocation.

use std::sync::Arc;

use mock_idp_core::endpoint::client_authentication::CredentialSources;
use mock_idp_core::endpoint::introspection::{self, IntrospectedToken};
use mock_idp_core::endpoint::revocation::{self, Revokes};
use mock_idp_core::endpoint::userinfo;
use mock_idp_core::ledger::TokenFamily;
use mock_idp_core::org::CompiledServer;
use mock_idp_core::protocol::{OAuthError, Parameters};
use mock_idp_core::tokens::dpop::{Freshness, ProvenRequest};
use mock_idp_core::tokens::{Audience, Verified, family_of, resource, verify_id_token};
use mock_idp_core::trace::Trace;
use serde_json::{Map, Value};

use super::{Context, Explained};
use crate::journal::Explanation;
use crate::keys::Held;

impl Context {
    /// Claims about the user of an access token; `method` is that of the request, `dpop` are its `DPoP` headers.
    pub async fn userinfo(
        &self,
        method: &str,
        presented: userinfo::TokenSources<'_>,
        dpop: &[String],
    ) -> Explained<Result<Map<String, Value>, OAuthError>> {
        let mut trace = Trace::default();
        let mut explanation = Explanation::default();
        let result = self.claims(method, presented, dpop, &mut trace, &mut explanation).await;
        Explained::new(result, trace, explanation)
    }

    async fn claims(
        &self,
        method: &str,
        presented: userinfo::TokenSources<'_>,
        dpop: &[String],
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Map<String, Value>, OAuthError> {
        let (scheme, token) = userinfo::access_token(presented)?;
        let held = self.instance.keys(&self.server).await?;
        let verified = self.access_token(&held, token);
        let revoked = match &verified {
            Some(verified) => self.is_revoked(verified).await,
            None => false,
        };
        explanation.client = verified.as_ref().and_then(|token| token.text("cid")).map(str::to_owned);
        explanation.user = verified.as_ref().and_then(|token| token.text("sub")).map(str::to_owned);
        if let Some(verified) = &verified {
            let is_uri = |uri: &str| self.urls.is_endpoint(&self.server, "userinfo", uri);
            let skew = self.server.behavior.clock_skew();
            let request = ProvenRequest { method, is_uri: &is_uri, skew, freshness: Freshness::AccessToken(token) };
            let spends = resource::check_possession(scheme, verified, dpop, request, self.instance.clock.now())?;
            self.instance.spend(spends).await?;
        }
        let asked = match verified.as_ref().and_then(|token| token.text("jti")) {
            Some(jti) => self.instance.ledger.requested_claims.get(jti, self.instance.clock.now()).await,
            None => None,
        };
        let asked = asked.unwrap_or_default().userinfo;
        self.instance.ask(trace, |moment| {
            userinfo::answer(&self.org, &self.server, &self.urls, verified.as_deref(), &asked, revoked, moment)
        })
    }

    /// The claims of an access token of this server or, so that it can be told apart from garbage, of another server of the org.
    pub(super) fn access_token(&self, held: &Held, token: &str) -> Option<Arc<Verified>> {
        let elsewhere = || {
            let others = self.org.servers().iter().filter(|server| server.id != self.server.id);
            others.filter_map(|server| self.instance.keys.used(server)).find_map(|held| held.access_token(token))
        };
        held.access_token(token).or_else(elsewhere)
    }

    /// An ID token of a server of the org, with that server.
    pub(super) fn id_token(&self, token: &str) -> Option<(&CompiledServer, Verified)> {
        let signed_by = |server: &Arc<CompiledServer>| {
            let held = self.instance.keys.used(server)?;
            verify_id_token(token, &held.keys, Audience::Any)
        };
        self.org.servers().iter().find_map(|server| Some((&**server, signed_by(server)?)))
    }

    /// The same, with whether it has been revoked.
    pub(super) async fn access_token_and_revoked(&self, held: &Held, token: &str) -> (Option<Arc<Verified>>, bool) {
        let claims = self.access_token(held, token);
        let revoked = match &claims {
            Some(claims) => self.is_revoked(claims).await,
            None => false,
        };
        (claims, revoked)
    }

    /// What a token is worth.
    pub async fn introspect(
        &self,
        authorization: Option<&str>,
        query: &Parameters,
        body: &Parameters,
    ) -> Explained<Result<Value, OAuthError>> {
        let mut explanation = Explanation::default();
        let result = async {
            let client = self.client(CredentialSources { authorization, query, body }, "introspect").await?;
            explanation.client = Some(client.client_id().to_owned());
            self.inspect(introspection::token(body)?).await
        };
        let result = result.await;
        Explained::new(result, Trace::default(), explanation)
    }

    async fn inspect(&self, token: &str) -> Result<Value, OAuthError> {
        let held = self.instance.keys(&self.server).await?;
        let now = self.instance.clock.now();
        let answer =
            |token: IntrospectedToken<'_>| introspection::answer(&self.org, &self.server, &self.urls, token, now);
        if let Some(claims) = held.access_token(token) {
            let revoked = self.is_revoked(&claims).await;
            return Ok(answer(IntrospectedToken::AccessToken { claims: &claims, revoked }));
        }
        if let Some(claims) = verify_id_token(token, &held.keys, Audience::Any) {
            return Ok(answer(IntrospectedToken::IdToken { claims: &claims }));
        }
        if let Some((_, family)) = self.family_of(token).await {
            return Ok(answer(IntrospectedToken::RefreshToken { token, family: &family }));
        }
        if let Some(record) = self.instance.ledger.device_secrets.get(token, now).await {
            return Ok(answer(IntrospectedToken::DeviceSecret { record: &record }));
        }
        Ok(answer(IntrospectedToken::Unknown))
    }

    /// Makes a token worthless. RFC 7009 2.2: an unknown token is no error.
    pub async fn revocation(
        &self,
        authorization: Option<&str>,
        query: &Parameters,
        body: &Parameters,
    ) -> Explained<Result<(), OAuthError>> {
        let mut explanation = Explanation::default();
        let result = async {
            let client = self.client(CredentialSources { authorization, query, body }, "revoke").await?;
            explanation.client = Some(client.client_id().to_owned());
            let token = introspection::token(body)?;
            if let Some((id, family)) = self.family_of(token).await {
                if revocation::of_refresh_token(client, &family) == Revokes::Family {
                    self.revoke(None, Some(&id)).await;
                }
                return Ok(());
            }
            // Any app on the device holds the secret, and may end what it stands for.
            if self.revoke_device_secret(token).await {
                return Ok(());
            }
            let held = self.instance.keys(&self.server).await?;
            if let Some(claims) = held.access_token(token)
                && let Revokes::AccessToken(jti) = revocation::of_access_token(client, &claims)
            {
                self.revoke(Some(&jti), None).await;
            }
            Ok(())
        };
        let result = result.await;
        Explained::new(result, Trace::default(), explanation)
    }

    pub(super) async fn family_of(&self, refresh_token: &str) -> Option<(String, TokenFamily)> {
        let ledger = &self.instance.ledger;
        let now = self.instance.clock.now();
        let owner = ledger.refresh_tokens.get(refresh_token, now).await?;
        let family = ledger.families.get(&owner.family, now).await?;
        Some((owner.family, family))
    }

    /// An access token falls by itself or with its family.
    pub(super) async fn is_revoked(&self, token: &Verified) -> bool {
        match token.text("jti") {
            Some(jti) => self.is_revoked_by_id(jti).await,
            None => false,
        }
    }

    /// The same of one that is known by its `jti` only.
    pub(super) async fn is_revoked_by_id(&self, jti: &str) -> bool {
        let ledger = &self.instance.ledger;
        let now = self.instance.clock.now();
        if ledger.revocations.get(jti, now).await.is_some() {
            return true;
        }
        match family_of(jti) {
            Some(family) => ledger.families.update(family, now, |family| family.revoked).await.unwrap_or(true),
            None => false,
        }
    }
}
