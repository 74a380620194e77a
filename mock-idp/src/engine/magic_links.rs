//! Magic links: links in emails that confirm the code beside them.

use std::sync::Arc;

use mock_idp_core::ledger::{LedgerError, MagicLink, OneTimeToken, OpenedLink, OutgoingMessage};
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::sign_in::SentLink;
use mock_idp_core::trace::NoteStatus;

use super::browser::{Browser, BrowserRequest, BrowserResponse, Destination, answer_browser};
use super::{Context, OrgInstance};
use crate::journal::Explained;
use crate::ledger::Batch;
use crate::pages::view::{Frame, MagicLinkView, PageView};

/// The page that a link leads to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MagicLinkPage<'o>(&'o Arc<OrgInstance>);

impl<'o> MagicLinkPage<'o> {
    #[must_use]
    pub(crate) fn new(instance: &'o Arc<OrgInstance>) -> Self {
        Self(instance)
    }

    /// Opens a link.
    pub(crate) async fn open(self, token: &str, cookies: Browser, frame: Frame) -> Explained<BrowserResponse> {
        answer_browser!(self.0, self.0.clock.now(), cookies, frame, |request| self.page(token, request))
    }

    async fn page(self, token: &str, request: &mut BrowserRequest) -> Result<Destination, OAuthError> {
        let now = request.now;
        let browser = request.cookies.id.clone();
        let open = |link: &mut MagicLink| (link.open(token, browser.as_deref(), now), link.user_id.clone());
        let opened = self.0.ledger.at(now).magic_links().update(&OneTimeToken::hash(token), open).await?;
        let (opened, user_id) = opened.map_or((OpenedLink::Expired, None), |(opened, user_id)| (opened, Some(user_id)));
        let org = self.0.org();
        let user = user_id.and_then(|id| org.user(&id));
        request.explanation.user = user.map(|user| user.profile.login.clone());
        let (status, because) = match &opened {
            OpenedLink::Verified => (NoteStatus::Matched, "it was opened in the browser of the sign-in"),
            OpenedLink::Code(_) => (NoteStatus::PassedOver, "another browser has begun the sign-in: the code is shown"),
            OpenedLink::Expired => (NoteStatus::Refused, "it is unknown, used or too old"),
            OpenedLink::Replaced => (NoteStatus::Refused, "another one was sent after it"),
        };
        request.trace.note(status, "link in an email", because);
        let view = MagicLinkView::new(opened, request.frame.clone());
        Ok(Destination::page(PageView::MagicLink(view)))
    }
}

/// Adds a link to a batch. Its message.
pub(super) fn store<'c>(
    context: &'c Context,
    batch: &mut Batch<'c>,
    sent: SentLink,
    client_id: Option<&str>,
) -> OutgoingMessage {
    let app = client_id.and_then(|id| context.org.client(id)).map(|client| client.id.as_str()).unwrap_or_default();
    let url = format!("{}/email/verify/{app}?token={}", context.urls.issuer_base, sent.secret);
    let expires = sent.link.expires + MagicLink::KEPT;
    batch.put(context.ledger().magic_links(), &OneTimeToken::hash(&sent.secret), sent.link, expires);
    let text = format!("{} Or open this link in the browser in which you sign in: {url}", sent.message.text);
    OutgoingMessage { text, link: Some(url), ..sent.message }
}

/// The link with this key.
pub(super) async fn find(context: &Context, key: &str) -> Result<Option<MagicLink>, LedgerError> {
    context.ledger().magic_links().get(key).await
}
