//! OAuth 2.0 Form Post Response Mode: the response is a form that the browser submits automatically.
//!
//! Scrapers read the hidden inputs by pattern, so their shape is fixed: `type`, then `name`, then `value`, then `/>`.
//! Okta's page also has the id of the user, in a script; here it is data, and nothing runs.

use crate::pages::view::FormPostView;
use askama::Template;

use super::chrome::{Chrome, destination};
use super::javascript;
use super::words::Words;

#[derive(Debug, Template)]
#[template(path = "form_post.html")]
pub(super) struct FormPostPage<'a> {
    chrome: Chrome<'a>,
    view: &'a FormPostView,
    destination: String,
}

impl<'a> FormPostPage<'a> {
    pub(super) fn new(view: &'a FormPostView) -> Self {
        let title = Words::of(view.frame.language).sign_out.returning;
        Self { chrome: Chrome::new(&view.frame, title), view, destination: destination(&view.action) }
    }

    fn literal(value: &str) -> String {
        javascript::literal(value)
    }
}
