//! The logout endpoint: a client signs its user out, and all clients of the session that want a logout notice get one.

use crate::pages::view::{Frame, PageView, SignOutView, SignedOutView};
use mock_idp_core::endpoint::logout::{self, Destination};
use mock_idp_core::ledger::{Authentication, LedgerError};
use mock_idp_core::protocol::{Language, OAuthError, Parameters};

use super::browser::error_view;
use super::{Context, revocations, session_end, sessions, token_lookup};
use crate::journal::{Explained, Explanation};

/// What a browser gets when it signs out.
#[derive(Debug)]
pub(crate) enum LogoutResponse {
    Redirect(String),
    Page(Box<PageView>),
    /// A page that asks whether to sign out: nothing has been signed out.
    Question(Box<PageView>),
    /// An error page: nothing has been signed out.
    Refused(Box<PageView>),
    /// An error in the shape of Okta's APIs, also for browsers.
    RefusedAsJson(OAuthError),
}

/// The logout endpoint of a server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogoutEndpoint<'c>(&'c Context);

/// A sign-out that has happened.
struct SignOut {
    destination: Destination,
    was_signed_in: bool,
    /// The front-channel logout notices.
    frames: Vec<String>,
}

impl<'c> LogoutEndpoint<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// Ends the browser's session.
    pub(crate) async fn respond(
        self,
        parameters: &Parameters,
        session: Option<&str>,
        frame: Frame,
    ) -> Explained<LogoutResponse> {
        let mut explanation = Explanation::default();
        // RP-Initiated Logout 1.0 section 2.
        let language = parameters.get("ui_locales").and_then(Language::of_ui_locales).unwrap_or(frame.language);
        let frame = Frame { language, ..frame };
        let result = match self.sign_out(parameters, session, &mut explanation).await {
            Ok(sign_out) => sign_out.response(frame, self.0.urls.endpoints(&self.0.server)),
            Err(error) => {
                explanation.reason = Some(error.to_string());
                if error.is_api_shaped() {
                    return Explained { result: LogoutResponse::RefusedAsJson(error), explanation };
                }
                LogoutResponse::Refused(Box::new(PageView::Error(error_view(&error, None, frame))))
            }
        };
        Explained { result, explanation }
    }

    async fn sign_out(
        self,
        parameters: &Parameters,
        session: Option<&str>,
        explanation: &mut Explanation,
    ) -> Result<SignOut, OAuthError> {
        let Context { instance, org, server, urls, now, .. } = self.0;
        let hint = token_lookup::own_id_token(self.0, parameters.get("id_token_hint")).await?;
        let authentication = sessions::authentication(instance, session, *now).await?;
        let signed_in = authentication.as_ref().map(|known| known.user_id.as_str());
        explanation.client = hint.as_ref().and_then(|hint| hint.text("aud")).map(str::to_owned);
        explanation.user = signed_in.and_then(|id| org.user(id)).map(|user| user.profile.login.clone());
        let destination = logout::check(org, server, urls, parameters, hint.as_ref(), authentication.as_ref())?;
        if let Destination::Question(_) = destination {
            return Ok(SignOut { destination, was_signed_in: true, frames: Vec::new() });
        }
        // Okta: signing out of Native SSO. The secret itself shows that the app is on the device.
        let frames = self.end(authentication.as_ref(), parameters.get("device_secret")).await?;
        Ok(SignOut { destination, was_signed_in: authentication.is_some(), frames })
    }

    /// Ends the session and revokes the device secret at once. Returns the front-channel logout notices.
    async fn end(
        self,
        session: Option<&Authentication>,
        device_secret: Option<&str>,
    ) -> Result<Vec<String>, OAuthError> {
        loop {
            let mut batch = self.0.ledger().batch();
            if let Some(device_secret) = device_secret {
                revocations::revoke_device_secret(self.0, &mut batch, device_secret).await?;
            }
            let ended = match session {
                Some(session) => session_end::add(self.0, &mut batch, &session.session_id).await?,
                None => None,
            };
            match batch.commit().await {
                // The session or the secret has been used in the meantime.
                Err(LedgerError::Conflict { .. }) => {}
                committed => {
                    committed?;
                    return match ended {
                        Some(ended) => ended.notify(self.0).await,
                        None => Ok(Vec::new()),
                    };
                }
            }
        }
    }
}

impl SignOut {
    /// `endpoints` is the address of the server's endpoints.
    fn response(self, frame: Frame, endpoints: String) -> LogoutResponse {
        let Self { destination, was_signed_in, frames } = self;
        let next = match destination {
            Destination::Redirect(location) if frames.is_empty() => return LogoutResponse::Redirect(location),
            Destination::Redirect(location) => Some(location),
            Destination::SignedOutPage => None,
            Destination::Question(confirmation) => {
                let view = SignOutView { frame, action: format!("{endpoints}/v1/logout"), confirmation };
                return LogoutResponse::Question(Box::new(PageView::SignOut(view)));
            }
        };
        LogoutResponse::Page(Box::new(PageView::SignedOut(SignedOutView { frame, was_signed_in, frames, next })))
    }
}
