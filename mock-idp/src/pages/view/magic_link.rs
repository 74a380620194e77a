//! What the page of a link in an email shows.

use mock_idp_core::ledger::OpenedLink;
use serde::Serialize;

use super::frame::Frame;

/// The page that a link in an email leads to.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MagicLinkView {
    pub frame: Frame,
    #[serde(skip_serializing)]
    pub result: LinkResult,
    /// The code, where the sign-in goes on elsewhere.
    pub code: Option<String>,
}

/// What has become of the link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LinkResult {
    Verified,
    /// The sign-in goes on in another browser.
    Code,
    Expired,
    Replaced,
}

impl MagicLinkView {
    pub(crate) fn new(opened: OpenedLink, frame: Frame) -> Self {
        let (result, code) = match opened {
            OpenedLink::Verified => (LinkResult::Verified, None),
            OpenedLink::Code(code) => (LinkResult::Code, Some(code)),
            OpenedLink::Expired => (LinkResult::Expired, None),
            OpenedLink::Replaced => (LinkResult::Replaced, None),
        };
        Self { frame, result, code }
    }
}
