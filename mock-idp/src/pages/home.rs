//! The page of the user who is signed in.

use askama::Template;

use super::chrome::{Chrome, web_link};
use super::words::Words;
use crate::pages::view::{HomeApp, HomeView};

#[derive(Debug, Template)]
#[template(path = "home.html")]
pub(super) struct HomePage<'a> {
    chrome: Chrome<'a>,
    view: &'a HomeView,
}

impl<'a> HomePage<'a> {
    pub(super) fn new(view: &'a HomeView) -> Self {
        Self { chrome: Chrome::new(&view.frame, Words::of(view.frame.language).home.title), view }
    }

    fn link(app: &HomeApp) -> Option<&str> {
        web_link(app.href.as_ref())
    }
}
