//! A session token that a program sends the browser with. Okta: `/login/sessionCookieRedirect`.

use mock_idp_core::protocol::{ErrorId, OAuthError};

use super::browser::{Browser, BrowserRequest, BrowserResponse, Destination, answer_browser};
use super::{Context, authn};
use crate::journal::Explained;
use crate::pages::view::Frame;

/// Begins a session with a session token, and redirects the browser.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionRedirect<'c>(&'c Context);

impl<'c> SessionRedirect<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// Redirects to a URL of the org or of an origin that is trusted for redirects.
    pub(crate) async fn respond(
        self,
        token: &str,
        redirect_url: &str,
        cookies: Browser,
        frame: Frame,
    ) -> Explained<BrowserResponse> {
        answer_browser!(&self.0.instance, self.0.now, cookies, frame, |request| self.destination(
            token,
            redirect_url,
            request
        ))
    }

    async fn destination(
        self,
        token: &str,
        redirect_url: &str,
        request: &mut BrowserRequest,
    ) -> Result<Destination, OAuthError> {
        let Context { org, urls, .. } = self.0;
        let own = urls.is_below(redirect_url);
        let refused = |reason: &str| OAuthError::new(ErrorId::InvalidRequest, reason);
        let parsed = url::Url::parse(redirect_url).map_err(|_| refused("redirectUrl is not a URL"))?;
        if !own && !org.trusts_redirect_to(&parsed.origin().ascii_serialization()) {
            return Err(refused("redirectUrl is neither of the org nor of an origin that is trusted for redirects"));
        }
        let known = authn::redeem_session_token(self.0, token, request).await?;
        request.explanation.user =
            known.as_ref().and_then(|known| org.user(&known.user_id)).map(|user| user.profile.login.clone());
        // Okta: without a valid token the user signs in first, which a page of the org asks for by itself.
        if known.is_none() && !own {
            return Err(refused("the session token is unknown, used or too old"));
        }
        Ok(Destination::Redirect(redirect_url.to_owned()))
    }
}
