//! What the page of a link in an email shows.

use mock_idp_core::ledger::OpenedLink;
use serde::Serialize;

use super::frame::Frame;

/// The page that a link in an email leads to.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MagicLinkView {
    pub frame: Frame,
    /// Okta's text.
    #[serde(skip_serializing)]
    pub text: &'static str,
    /// Whether the link cannot be used.
    pub is_problem: bool,
    /// The code, where the sign-in goes on elsewhere.
    pub code: Option<String>,
}

impl MagicLinkView {
    pub(crate) fn new(opened: OpenedLink, frame: Frame) -> Self {
        let (text, is_problem, code) = match opened {
            OpenedLink::Verified => ("Please return to the original tab.", false, None),
            OpenedLink::Code(code) => ("Enter the OTP in your original browser or device.", false, Some(code)),
            OpenedLink::Expired => {
                ("This email link has expired. To resend it, return to the screen where you requested it.", true, None)
            }
            OpenedLink::Replaced => {
                ("This email link is out of date. Return to the screen where you requested it.", true, None)
            }
        };
        Self { frame, text, is_problem, code }
    }
}
