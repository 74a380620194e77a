//! Cross-app access: an ID token for an ID-JAG, an ID-JAG for an access token.

use std::sync::Arc;

use mock_idp_core::endpoint::token::{
    self, Admitted, Asserted, AssertedBy, Identity, Plan, Redemption, RedemptionError, SubjectToken, jwt_bearer,
};
use mock_idp_core::org::CompiledServer;
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::tokens::{Audience, Verified, is_signed_id_jag, verify_id_token};
use mock_idp_core::trace::Trace;
use serde_json::{Map, Value};

use super::Context;
use crate::journal::Explanation;

impl Context {
    /// Answers with an ID-JAG for whom the subject token is about.
    pub(super) async fn assert_identity(
        &self,
        admitted: &Admitted<'_>,
        subject: &SubjectToken,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Map<String, Value>, OAuthError> {
        let Self { instance, org, server, urls } = self;
        let held = instance.keys(server).await?;
        let assertion = match subject {
            SubjectToken::IdToken(token) => {
                let identity = Identity::IdToken(self.id_token(token));
                instance.ask(trace, |moment| admitted.assert_identity(org, server, urls, identity, moment))
            }
            SubjectToken::RefreshToken(token) => {
                let family = self.family_of(token).await.map(|(_, family)| family);
                let identity = Identity::RefreshToken(family.as_ref());
                instance.ask(trace, |moment| admitted.assert_identity(org, server, urls, identity, moment))
            }
        }?;
        explanation.user = Some(assertion.user.clone());
        token::answer(assertion, &held.keys)
    }

    /// An ID token of a server of the org, with that server.
    pub(super) fn id_token(&self, token: &str) -> Option<(&CompiledServer, Verified)> {
        let signed_by = |server: &Arc<CompiledServer>| {
            let held = self.instance.keys.used(server)?;
            verify_id_token(token, &held.keys, Audience::Any)
        };
        self.org.servers().iter().find_map(|server| Some((&**server, signed_by(server)?)))
    }

    /// Redeems an ID-JAG, which counts once.
    pub(super) async fn redeem_assertion(
        &self,
        admitted: &Admitted<'_>,
        text: &str,
        plan: &Plan,
        trace: &mut Trace,
    ) -> Result<Redemption, RedemptionError> {
        let Self { instance, org, server, urls } = self;
        let assertion = jwt_bearer::read(text)?;
        let by = admitted.asserted_by(server, urls, &assertion)?;
        let signed = match by {
            AssertedBy::Org => {
                let held = instance.keys(org.org_server()).await?;
                is_signed_id_jag(text, &held.keys)
                    .then_some(())
                    .ok_or_else(|| "no key of the org's has signed it".to_owned())
            }
            AssertedBy::Elsewhere(issuer) => {
                let fetched = instance.fetch_keys(jwt_bearer::key_source(issuer, &assertion)).await;
                jwt_bearer::signed_by(issuer, &assertion, fetched.as_ref())
            }
        };
        let asserted = Asserted { by, assertion: &assertion, signed: &signed };
        let (redemption, spends) =
            instance.ask(trace, |moment| admitted.redeem_assertion(org, server, urls, asserted, plan, moment))?;
        instance.spend(Some(spends)).await?;
        Ok(redemption)
    }
}
