//! What an authorization request says, wherever it says it: in its own parameters, in a request object, or in what the client
//! has pushed before.

use mock_idp_core::endpoint::authorization::{self, AuthorizationError};
use mock_idp_core::endpoint::client_authentication::CredentialSources;
use mock_idp_core::ledger::{Authentication, AuthorizationRequest, PushedRequest};
use mock_idp_core::protocol::{OAuthError, Parameters};
use mock_idp_core::tokens::{Audience, verify_id_token};
use mock_idp_core::trace::{NoteStatus, Trace};
use serde_json::{Value, json};

use super::authorization::Passage;
use super::client::Caller;
use super::{Context, Explained};
use crate::journal::Explanation;

/// What an authorization request brings of a sign-in that was made elsewhere.
pub(super) enum Brought {
    Nothing,
    /// Okta: what a program got for a name and a password.
    SessionToken(String),
    /// Okta: what another app got for its own tokens.
    InterclientToken(String),
}

impl Context {
    /// Reads and checks an authorization request. What it brings of an earlier sign-in comes beside it.
    pub(super) async fn begin(
        &self,
        parameters: &Parameters,
        trace: &mut Trace,
    ) -> Result<(AuthorizationRequest, Brought), AuthorizationError> {
        let pushed = self.redeem_pushed(parameters).await?;
        if pushed.is_some() {
            trace.note(NoteStatus::Matched, "pushed request", "what the client has pushed counts, and nothing else");
        }
        let parameters = pushed.as_ref().unwrap_or(parameters);
        let opened = self.open_request_object(parameters, trace).await?;
        let parameters = opened.as_ref().unwrap_or(parameters);
        let mut request = authorization::begin(&self.org, &self.server, &self.urls, parameters)?;
        request.hinted_user = self.hinted_user(parameters).await;
        let token = |name: &str| parameters.get(name).map(str::to_owned);
        let brought = match (token("interclient_token"), token("sessionToken")) {
            (Some(token), _) => Brought::InterclientToken(token),
            (None, Some(token)) => Brought::SessionToken(token),
            (None, None) => Brought::Nothing,
        };
        Ok((request, brought))
    }

    /// Who the user is, by what the request brings or by the browser's session.
    pub(super) async fn authentication_of(
        &self,
        request: &AuthorizationRequest,
        brought: Brought,
        session: Option<&str>,
        passage: &mut Passage,
    ) -> Result<Option<Authentication>, OAuthError> {
        match brought {
            Brought::InterclientToken(token) => return self.take_over(request, &token, session, passage).await,
            Brought::SessionToken(token) => {
                let authentication = self.redeem_session_token(&token, session, passage).await;
                if authentication.is_some() {
                    return Ok(authentication);
                }
                // Okta: a token that is good for nothing leaves the browser as it was.
            }
            Brought::Nothing => {}
        }
        Ok(self.instance.authentication(session).await)
    }

    /// What the client has pushed under the request's `request_uri`; it is gone with this.
    async fn redeem_pushed(&self, parameters: &Parameters) -> Result<Option<Parameters>, AuthorizationError> {
        let pushed = &self.instance.ledger.pushed_requests;
        let now = self.instance.clock.now();
        let Some(name) = parameters.get("request_uri") else { return Ok(None) };
        let Some(found) = pushed.get(name, now).await else { return Ok(None) };
        authorization::check_pushed_request(&self.server, parameters, &found)?;
        // Another request may have been faster: then the name stands for nothing any more.
        Ok(pushed.take(name, now).await.map(|found| found.parameters))
    }

    pub(super) async fn open_request_object(
        &self,
        parameters: &Parameters,
        trace: &mut Trace,
    ) -> Result<Option<Parameters>, AuthorizationError> {
        let Self { instance, org, server, urls } = self;
        let Some(sealed) = authorization::request_object(org, urls, parameters)? else { return Ok(None) };
        let fetched = instance.fetch_keys(sealed.key_source()).await;
        let opened = sealed.verify(org, server, urls, fetched.as_ref(), instance.clock.now())?;
        let spent = instance.spend(opened.single_use).await;
        spent.map_err(|refusal| authorization::early_error(org, urls, parameters, refusal))?;
        trace.note(
            NoteStatus::Matched,
            "request object",
            format!("signed {}: what is inside counts", opened.signature_info),
        );
        Ok(Some(opened.parameters))
    }

    /// The user that the request's `id_token_hint` is about. OIDC Core 3.1.2.1; Okta: ignored. So is one that is not ours.
    async fn hinted_user(&self, parameters: &Parameters) -> Option<String> {
        let hint = parameters.get("id_token_hint").filter(|_| self.server.behavior.checks_id_token_hint())?;
        let held = self.instance.keys(&self.server).await.ok()?;
        verify_id_token(hint, &held.keys, Audience::Any)?.text("sub").map(str::to_owned)
    }

    /// Takes a request from a client, to be redeemed by name at the authorization endpoint.
    pub async fn push(
        &self,
        authorization: Option<&str>,
        query: &Parameters,
        body: &Parameters,
        dpop: &[String],
    ) -> Explained<Result<Value, OAuthError>> {
        let mut trace = Trace::default();
        let mut explanation = Explanation::default();
        let presented = CredentialSources { authorization, query, body };
        let result = self.keep_pushed(presented, dpop, &mut trace, &mut explanation).await;
        Explained::new(result, trace, explanation)
    }

    async fn keep_pushed(
        &self,
        presented: CredentialSources<'_>,
        dpop: &[String],
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Value, OAuthError> {
        let Caller { client, key, spends } = self.caller(presented, dpop, "par", trace, explanation).await?;
        for value in spends {
            self.instance.spend(value).await?;
        }
        let parameters = authorization::pushed_parameters(client, presented.body)?;
        let opened =
            self.open_request_object(&parameters, trace).await.map_err(AuthorizationError::into_oauth_error)?;
        let parameters = authorization::bind_to_key(opened.unwrap_or(parameters), key.as_deref())?;
        // RFC 9126 2.1 step 3: as at the authorization endpoint.
        authorization::begin(&self.org, &self.server, &self.urls, &parameters)
            .map_err(AuthorizationError::into_oauth_error)?;
        let name = self.instance.ask(trace, authorization::request_uri);
        let now = self.instance.clock.now();
        let (server, client_id) = (self.server.id.clone(), client.client_id().to_owned());
        let pushed = PushedRequest { server, client_id, parameters };
        self.instance.ledger.pushed_requests.put(&name, pushed, now + PushedRequest::LIFETIME, now).await;
        Ok(json!({"request_uri": name, "expires_in": PushedRequest::LIFETIME}))
    }
}
