//! Sign-out by a client, and single sign-out: every client of the session that wants to hears of it.

use crate::pages::view::{Frame, PageView, SignedOutView};
use mock_idp_core::endpoint::logout::{self, Destination, LogoutNotices};
use mock_idp_core::protocol::{OAuthError, Parameters};
use mock_idp_core::tokens::{Audience, verify_id_token};

use super::authorization::error_view;
use super::{Context, Explained};
use crate::journal::Explanation;

/// What a browser gets when it signs out.
#[derive(Debug)]
pub enum SignedOut {
    Redirect(String),
    Page(Box<PageView>),
    /// Nothing was signed out.
    Refused(Box<PageView>),
}

/// A session that is over.
struct Ended {
    destination: Destination,
    was_signed_in: bool,
    frames: Vec<String>,
}

impl Context {
    /// Ends the browser's session.
    pub async fn sign_out(&self, parameters: &Parameters, session: Option<&str>, frame: Frame) -> Explained<SignedOut> {
        let mut explanation = Explanation::default();
        let result = match self.end_session(parameters, session, &mut explanation).await {
            Ok(Ended { destination, was_signed_in, frames }) => match destination {
                Destination::Redirect(location) if frames.is_empty() => SignedOut::Redirect(location),
                destination => {
                    let next = match destination {
                        Destination::Redirect(location) => Some(location),
                        Destination::SignedOutPage => None,
                    };
                    SignedOut::Page(Box::new(PageView::SignedOut(SignedOutView { frame, was_signed_in, frames, next })))
                }
            },
            Err(refusal) => {
                explanation.reason = Some(refusal.to_string());
                SignedOut::Refused(Box::new(PageView::Error(error_view(&refusal, None, frame))))
            }
        };
        Explained { result, explanation }
    }

    async fn end_session(
        &self,
        parameters: &Parameters,
        session: Option<&str>,
        explanation: &mut Explanation,
    ) -> Result<Ended, OAuthError> {
        let held = self.instance.keys(&self.server).await?;
        let hint = parameters.get("id_token_hint").and_then(|token| verify_id_token(token, &held.keys, Audience::Any));
        let authentication = self.instance.authentication(session).await;
        let signed_in = authentication.as_ref().map(|known| known.user_id.as_str());
        explanation.client = hint.as_ref().and_then(|hint| hint.text("aud")).map(str::to_owned);
        explanation.user = signed_in.and_then(|id| self.org.user(id)).map(|user| user.profile.login.clone());
        let destination = logout::check(&self.org, &self.server, &self.urls, parameters, hint.as_ref(), signed_in)?;
        // Okta: signing out of Native SSO. The secret itself shows that the app is on the device.
        if let Some(device_secret) = parameters.get("device_secret") {
            self.revoke_device_secret(device_secret).await;
        }
        let frames = match &authentication {
            Some(ended) => self.close_session(&ended.session_id).await,
            None => Vec::new(),
        };
        Ok(Ended { destination, was_signed_in: authentication.is_some(), frames })
    }

    /// Ends a session; which frames a browser has to load, so that the other clients hear of it.
    pub(super) async fn close_session(&self, session_id: &str) -> Vec<String> {
        let now = self.instance.clock.now();
        let ledger = &self.instance.ledger;
        // Whoever takes the session tells the others, once.
        let Some(session) = ledger.sessions.take(session_id, now).await else { return Vec::new() };
        let participants = ledger.participants.take(session_id, now).await.unwrap_or_default();
        let ended = session.authentication(session_id, false);
        let LogoutNotices { frames, back_channel } =
            logout::logout_notices(&self.org, &self.urls, &ended, &participants);
        self.notify(back_channel).await;
        frames
    }
}
