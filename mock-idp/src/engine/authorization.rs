//! The authorization endpoint.

use crate::pages::view::{self, Frame};
use mock_idp_core::endpoint::authorization::AuthorizationError;
use mock_idp_core::endpoint::idx;
use mock_idp_core::ledger::{AuthorizationRequest, CurrentUser, Purpose};
use mock_idp_core::protocol::{ErrorId, Language, OAuthError, Parameters};

use super::authorization_request::{self, SignInToken};
use super::browser::{Browser, BrowserRequest, BrowserResponse, Destination, answer_browser};
use super::{Context, authn, authorization_response, interclient, provider_visits, sessions, sign_in_flow};
use crate::journal::{Explained, FlowPart};

/// The authorization endpoint of a server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AuthorizationEndpoint<'c>(&'c Context);

impl<'c> AuthorizationEndpoint<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// Answers an authorization request, or begins the sign-in that it needs.
    pub(crate) async fn respond(
        self,
        parameters: &Parameters,
        cookies: Browser,
        frame: Frame,
    ) -> Explained<BrowserResponse> {
        answer_browser!(&self.0.instance, self.0.now, cookies, frame, |request| self.destination(parameters, request))
    }

    async fn destination(
        self,
        parameters: &Parameters,
        request: &mut BrowserRequest,
    ) -> Result<Destination, OAuthError> {
        let context = self.0;
        request.explanation.flow = Some(FlowPart::Authorizes);
        // Also for the page of an error; the checked request has it again.
        request.prefer_language(parameters.get("ui_locales").and_then(Language::of_ui_locales));
        if let Some((handle, provider)) = parameters.get("request_uri").and_then(idx::provider_of_request_uri) {
            return provider_visits::leave(&context.instance, &context.urls, &provider, &handle, request).await;
        }
        match authorization_request::read(context, parameters, request).await {
            Err(AuthorizationError::Shown { error: refusal, client_id, redirect_uri }) => {
                request.explanation.client = client_id;
                Ok(self.error_page(&refusal, redirect_uri.as_deref(), request))
            }
            Err(AuthorizationError::Redirected { error: refusal, target, client_id }) => {
                request.explanation.client = Some(client_id);
                Ok(authorization_response::fail(context, &target, &refusal, request))
            }
            Ok((wanted, token)) => match self.current_user(&wanted, token, request).await {
                Ok(user) => sign_in_flow::proceed(context, Purpose::Authorize(Box::new(wanted)), user, request).await,
                Err(error) => {
                    request.explanation.client = Some(wanted.client_id);
                    Ok(authorization_response::fail(context, &wanted.target, &error, request))
                }
            },
        }
    }

    /// The user, by the token of an earlier sign-in or by the browser's session.
    async fn current_user(
        self,
        wanted: &AuthorizationRequest,
        token: SignInToken,
        request: &mut BrowserRequest,
    ) -> Result<Option<CurrentUser>, OAuthError> {
        let context = self.0;
        match token {
            SignInToken::Interclient(token) => return interclient::sign_in(context, wanted, &token, request).await,
            SignInToken::Session(token) => {
                if let Some(authentication) = authn::redeem_session_token(context, &token, request).await? {
                    return Ok(Some(CurrentUser::SignedIn(authentication)));
                }
                // Okta: an invalid token leaves the browser's session as it is.
            }
            SignInToken::None => {}
        }
        let session = sessions::authentication(&context.instance, request.session(), context.now).await?;
        Ok(session.map(CurrentUser::HasSession))
    }

    fn error_page(self, error: &OAuthError, redirect_uri: Option<&str>, request: &mut BrowserRequest) -> Destination {
        let client = request.explanation.client.as_deref().and_then(|id| self.0.org.client(id));
        let mismatch = client
            .filter(|_| error.id == ErrorId::IllegalRedirectUri)
            .map(|client| view::redirect_uri_help(client, redirect_uri.unwrap_or_default(), &self.0.urls));
        request.error_page(error, mismatch)
    }
}
