//! Who calls: one way to authenticate a client, for every endpoint that clients call, and the keys that clients prove.

use mock_idp_core::endpoint::client_authentication::{
    self, AuthenticatedClient, CalledEndpoint, CredentialSources, KeySource,
};
use mock_idp_core::ledger::{SingleUse, Used};
use mock_idp_core::model::App;
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::protocol::jose::Fetched;
use mock_idp_core::tokens::UnsignedTokens;
use mock_idp_core::tokens::dpop::{self, Freshness, Proof, ProvenRequest};
use mock_idp_core::trace::{NoteStatus, Trace};

use super::{Context, OrgInstance};
use crate::journal::Explanation;

/// A client that has proved who it is, once its proofs are spent.
#[derive(Debug)]
pub(super) struct Caller<'a> {
    pub(super) client: &'a App,
    /// Thumbprint of the key that it has proved.
    pub(super) key: Option<String>,
    /// What counts once of its assertion, and of its DPoP proof.
    pub(super) spends: [Option<SingleUse>; 2],
}

impl Context {
    /// Authenticates the client of a request at this server's endpoint of that name: the part of its path behind `/v1/`.
    ///
    /// # Errors
    /// Okta's literal refusals; an unknown client is refused in the API's shape.
    pub(super) async fn client(&self, presented: CredentialSources<'_>, endpoint: &str) -> Result<&App, OAuthError> {
        let authenticated = self.authenticated(presented, endpoint).await?;
        self.instance.spend(authenticated.single_use).await?;
        Ok(authenticated.client)
    }

    /// The same, together with the key that the client proves. Nothing is used up yet: clients whose proof is refused, for want
    /// of a nonce for instance, send the same assertion again.
    ///
    /// # Errors
    /// Okta's literal refusals.
    pub(super) async fn caller(
        &self,
        presented: CredentialSources<'_>,
        dpop: &[String],
        endpoint: &str,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Caller<'_>, OAuthError> {
        let AuthenticatedClient { client, single_use, signature_info } =
            self.authenticated(presented, endpoint).await?;
        explanation.client = Some(client.client_id().to_owned());
        if let Some(signature_info) = signature_info {
            trace.note(NoteStatus::Matched, "client assertion", signature_info);
        }
        // Okta: some of its SDKs send a proof with every request; apps that do not ask for bound tokens get plain ones.
        let asks = client.oauth().dpop_bound_access_tokens;
        if !asks && !dpop.is_empty() {
            trace.note(NoteStatus::PassedOver, "DPoP proof", "the app does not ask for bound tokens");
        }
        let dpop = if asks { dpop } else { &[] };
        let proof = self.proof(dpop, "POST", endpoint, Freshness::Nonce(&self.instance.nonces))?;
        let (key, proof) = proof.map(|Proof { thumbprint, single_use }| (thumbprint, single_use)).unzip();
        if let Some(key) = &key {
            trace.note(NoteStatus::Matched, "DPoP proof", format!("the client holds the key {key}"));
        }
        Ok(Caller { client, key, spends: [single_use, proof] })
    }

    async fn authenticated(
        &self,
        presented: CredentialSources<'_>,
        endpoint: &str,
    ) -> Result<AuthenticatedClient<'_>, OAuthError> {
        let attempt = client_authentication::identify(&self.org, presented)?;
        let fetched = self.instance.fetch_keys(attempt.key_source()).await;
        let called = CalledEndpoint { urls: &self.urls, server: &self.server, endpoint };
        attempt.verify(called, fetched.as_ref(), self.instance.clock.now())
    }

    fn proof(
        &self,
        dpop: &[String],
        method: &str,
        endpoint: &str,
        freshness: Freshness<'_>,
    ) -> Result<Option<Proof>, OAuthError> {
        let is_uri = |uri: &str| self.urls.is_endpoint(&self.server, endpoint, uri);
        let skew = self.server.behavior.clock_skew();
        let request = ProvenRequest { method, is_uri: &is_uri, skew, freshness };
        dpop::check(dpop, request, self.instance.clock.now())
    }
}

impl OrgInstance {
    /// The nonce that proofs are to hold from now on.
    #[must_use]
    pub fn dpop_nonce(&self) -> String {
        self.nonces.current(self.clock.now())
    }

    /// The keys that a client keeps elsewhere.
    pub(super) async fn fetch_keys(&self, source: Option<KeySource<'_>>) -> Option<Fetched> {
        let KeySource { uri, kid } = source?;
        Some(self.key_sets.of(uri, kid, self.clock.now()).await)
    }

    /// Fetches the keys that tokens are to be encrypted with, as far as they are kept elsewhere.
    ///
    /// # Errors
    /// There is not one such key.
    pub(super) async fn fetch_recipients(&self, tokens: &mut UnsignedTokens) -> Result<(), OAuthError> {
        for recipient in tokens.recipients() {
            let source = recipient.key_uri().map(|uri| KeySource { uri, kid: None });
            if let Some(fetched) = self.fetch_keys(source).await {
                recipient.set_fetched(&fetched)?;
            }
        }
        Ok(())
    }

    /// Uses a value up.
    ///
    /// # Errors
    /// It has been used before.
    pub(super) async fn spend(&self, value: Option<SingleUse>) -> Result<(), OAuthError> {
        let Some(value) = value else { return Ok(()) };
        let first = self.ledger.used.put_if_absent(&value.key, Used {}, value.ends, self.clock.now()).await;
        if first { Ok(()) } else { Err(value.refusal()) }
    }
}
