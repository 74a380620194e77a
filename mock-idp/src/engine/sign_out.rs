//! Sign-out by a client.

use mock_idp_core::endpoint::logout::{self, Destination};
use mock_idp_core::protocol::{Parameters, Refusal};
use mock_idp_core::sign_in::view::{Frame, PageView, SignedOutView};
use mock_idp_core::tokens::{Audience, verify_id_token};

use super::authorization::error_view;
use super::{Call, Explained};
use crate::journal::Explanation;

/// What a browser gets when it signs out.
#[derive(Debug)]
pub enum SignedOut {
    Redirect(String),
    Page(Box<PageView>),
    /// Nothing was signed out.
    Refused(Box<PageView>),
}

impl Call {
    /// Ends the browser's session.
    pub async fn sign_out(&self, parameters: &Parameters, session: Option<&str>, frame: Frame) -> Explained<SignedOut> {
        let mut explanation = Explanation::default();
        let result = match self.end_session(parameters, session, &mut explanation).await {
            Ok((Destination::Redirect(location), _)) => SignedOut::Redirect(location),
            Ok((Destination::SignedOutPage, was_signed_in)) => {
                SignedOut::Page(Box::new(PageView::SignedOut(SignedOutView { frame, was_signed_in })))
            }
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
    ) -> Result<(Destination, bool), Refusal> {
        let held = self.instance.keys(&self.server).await?;
        let hint = parameters.get("id_token_hint").and_then(|token| verify_id_token(token, &held.keys, Audience::Any));
        let authentication = self.instance.authentication(session).await;
        let signed_in = authentication.as_ref().map(|known| known.user_id.as_str());
        explanation.client = hint.as_ref().and_then(|hint| hint.text("aud")).map(str::to_owned);
        explanation.user = signed_in.and_then(|id| self.org.user(id)).map(|user| user.profile.login.clone());
        let destination = logout::check(&self.org, &self.server, &self.urls, parameters, hint.as_ref(), signed_in)?;
        if let Some(session) = session {
            self.instance.ledger.sessions.take(session, self.instance.clock.now()).await;
        }
        Ok((destination, signed_in.is_some()))
    }
}
