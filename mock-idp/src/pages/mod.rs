//! The hosted pages.
//!
//! A page is an HTML document made from a view ([`view`]). It decides on words and structure only: it looks nothing up and knows
//! no HTTP. The structure (names, ids, `data-se` marks) is the one that end-to-end suites of Okta's customers select by; design
//! and words are our own.
//!
//! Every page works without script, has no inline script or style, and shows the label "Local mock – not Okta". The exception
//! is `okta_post_message`, which is a script.

mod about;
mod activation;
mod assets;
mod backchannel;
mod check_session;
mod chrome;
mod consent;
mod console;
mod error;
mod form_post;
mod home;
mod javascript;
mod keep_signed_in;
mod magic_link;
mod post_message;
mod proofs;
mod recovery;
mod security_policy;
mod sign_in;
mod sign_in_problem;
mod sign_out;
mod signed_out;
mod uri_difference;
pub(crate) mod view;
mod words;

#[cfg(test)]
mod tests;

use crate::pages::view::{ConsoleView, PageView};
use askama::Template;

pub(crate) use assets::asset;
pub(crate) use security_policy::{CONSOLE_POLICY, content_security_policy};

/// The whole HTML document of a page.
///
/// If a template fails, which is a bug, the result is a minimal page; the reason is logged.
pub(crate) fn render(view: &PageView) -> String {
    let rendered = match view {
        PageView::SignIn(view) => sign_in::SignInPage::new(view).render(),
        PageView::Proofs(view) => proofs::ProofPage::new(view).render(),
        PageView::KeepMeSignedIn(view) => keep_signed_in::KeepMeSignedInPage::new(view).render(),
        PageView::Consent(view) => consent::ConsentPage::new(view).render(),
        PageView::Error(view) => error::ErrorPage::new(view).render(),
        PageView::SignOut(view) => sign_out::SignOutPage::new(view).render(),
        PageView::MagicLink(view) => magic_link::MagicLinkPage::new(view).render(),
        PageView::SignedOut(view) => signed_out::SignedOutPage::new(view).render(),
        PageView::FormPost(view) => form_post::FormPostPage::new(view).render(),
        PageView::CheckSession(view) => check_session::CheckSessionPage::new(view).render(),
        PageView::PostMessage(view) => post_message::PostMessagePage::new(view).render(),
        PageView::Backchannel(view) => backchannel::BackchannelPage::new(view).render(),
        PageView::Home(view) => home::HomePage::new(view).render(),
        PageView::Recovery(view) => recovery::RecoveryPage::new(view).render(),
        PageView::Activation(view) => activation::ActivationPage::new(view).render(),
    };
    or_minimal(rendered)
}

/// The whole HTML document of a page of the console.
pub(crate) fn render_console(view: &ConsoleView) -> String {
    or_minimal(console::render(view))
}

fn or_minimal(rendered: askama::Result<String>) -> String {
    rendered.unwrap_or_else(|error| {
        tracing::error!(%error, "a page could not be rendered");
        NO_PAGE.to_owned()
    })
}

const NO_PAGE: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Page not available</title>\n\
    <h1>Page not available</h1>\n<p>Local mock – not Okta. This page could not be rendered; the reason is in the log of the mock.</p>\n";
