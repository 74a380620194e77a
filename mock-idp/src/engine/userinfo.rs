//! The userinfo endpoint.

use mock_idp_core::endpoint::userinfo;
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::tokens::dpop::{Freshness, ProvenRequest};
use mock_idp_core::tokens::resource;
use mock_idp_core::trace::Trace;
use serde_json::{Map, Value};

use super::explained::explained;
use super::single_use::consume;
use super::{Context, signing, token_lookup};
use crate::faults::IssuedTo;
use crate::journal::{Explained, Explanation};

/// A successful answer. OIDC Core 5.3.2.
#[derive(Clone, Debug)]
pub(crate) enum UserinfoAnswer {
    Claims(Map<String, Value>),
    /// A signed JWT.
    Signed(String),
}

/// The userinfo endpoint of a server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UserinfoEndpoint<'c>(&'c Context);

impl<'c> UserinfoEndpoint<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// Claims about the user of an access token; `method` is that of the request, `dpop` are its `DPoP` headers.
    pub(crate) async fn respond(
        self,
        method: &str,
        presented: userinfo::TokenSources<'_>,
        dpop: &[String],
    ) -> Explained<Result<UserinfoAnswer, OAuthError>> {
        explained(Explanation::default(), async |trace, explanation| {
            let claims = self.claims(method, presented, dpop, trace, explanation).await?;
            self.signed(claims, explanation.client.as_deref()).await
        })
        .await
    }

    /// The claims, or a token with them if the client asks for one.
    async fn signed(self, claims: Map<String, Value>, client_id: Option<&str>) -> Result<UserinfoAnswer, OAuthError> {
        let Context { org, server, urls, .. } = self.0;
        let client_id = client_id.unwrap_or_default();
        match userinfo::signed(org, server, urls, client_id, &claims) {
            Some(token) => {
                let to = IssuedTo { client_id, user_id: claims.get("sub").and_then(Value::as_str) };
                Ok(UserinfoAnswer::Signed(signing::issue_one(self.0, server, token, to).await?))
            }
            None => Ok(UserinfoAnswer::Claims(claims)),
        }
    }

    async fn claims(
        self,
        method: &str,
        presented: userinfo::TokenSources<'_>,
        dpop: &[String],
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Map<String, Value>, OAuthError> {
        let Context { org, server, urls, now, .. } = self.0;
        let (scheme, token) = userinfo::access_token(presented)?;
        let (verified, revoked) = token_lookup::access_token_and_revoked(self.0, token).await?;
        explanation.client = verified.as_ref().and_then(|token| token.text("cid")).map(str::to_owned);
        explanation.user = verified.as_ref().and_then(|token| token.text("sub")).map(str::to_owned);
        if let Some(verified) = &verified
            && self.0.instance.scratch.is_none()
        {
            let is_uri = |uri: &str| urls.is_endpoint(server, "userinfo", uri);
            let behavior = server.behavior;
            let request = ProvenRequest { method, is_uri: &is_uri, behavior, freshness: Freshness::AccessToken(token) };
            consume(self.0, resource::check_possession(scheme, verified, dpop, request, *now)?).await?;
        }
        let requested = match verified.as_ref().and_then(|token| token.text("jti")) {
            Some(jti) => self.0.ledger().requested_claims().get(jti).await?,
            None => None,
        };
        let requested = requested.unwrap_or_default().userinfo;
        self.0.decide(trace, |moment| {
            userinfo::answer(org, server, urls, verified.as_deref(), &requested, revoked, moment)
        })
    }
}
