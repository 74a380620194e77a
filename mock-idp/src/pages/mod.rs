//! The hosted pages: what a person sees when the mock needs an answer from them.
//!
//! Data in (`mock_idp_core::sign_in::view`), one HTML document out. A page decides on words and structure and on nothing
//! else: it looks nothing up, follows no redirect, and knows no HTTP. The structure (names, ids, `data-se` marks) is the
//! one that the end-to-end suites of Okta's customers already select by; the drawing and the words are our own.
//!
//! Every page works without script, carries no inline script and no inline style, and bears the label
//! "Local mock – not Okta". One is the exception: `okta_post_message` is made of script.

mod about;
mod activation;
mod assets;
mod backchannel;
mod chrome;
mod consent;
mod console;
mod error;
mod form_post;
mod post_message;
mod security_policy;
mod sign_in;
mod signed_out;
mod uri_difference;

#[cfg(test)]
mod tests;

use askama::Template;
use mock_idp_core::preview::view::ConsoleView;
use mock_idp_core::sign_in::view::PageView;

pub(crate) use assets::asset;
pub(crate) use security_policy::{CONSOLE_POLICY, content_security_policy};

/// The whole HTML document of a page.
///
/// A template that fails is a defect of ours, so the caller gets a minimal page and the log gets the reason.
pub(crate) fn render(view: &PageView) -> String {
    let rendered = match view {
        PageView::SignIn(view) => sign_in::SignInPage::new(view).render(),
        PageView::Consent(view) => consent::ConsentPage::new(view).render(),
        PageView::Error(view) => error::ErrorPage::new(view).render(),
        PageView::SignedOut(view) => signed_out::SignedOutPage::new(view).render(),
        PageView::FormPost(view) => form_post::FormPostPage::new(view).render(),
        PageView::PostMessage(view) => post_message::PostMessagePage::new(view).render(),
        PageView::Backchannel(view) => backchannel::BackchannelPage::new(view).render(),
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
    <h1>Page not available</h1>\n<p>Local mock – not Okta. This page could not be drawn; the log of the mock says why.</p>\n";
