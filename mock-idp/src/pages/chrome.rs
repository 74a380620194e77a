//! The frame of every page: brand, label, warnings, stylesheet.

use crate::pages::view::Frame;
use mock_idp_core::protocol::Language;

use super::assets;
use super::words::Words;

/// The frame as the base template reads it.
#[derive(Debug)]
pub(super) struct Chrome<'a> {
    pub(super) frame: &'a Frame,
    language: Language,
    pub(super) words: &'static Words,
    /// The document's title.
    pub(super) title: String,
    /// The page shows a problem; screen readers announce that first.
    pub(super) problem: bool,
}

impl<'a> Chrome<'a> {
    /// The document's title is this and the org's name.
    pub(super) fn new(frame: &'a Frame, title: &str) -> Self {
        Self::titled(frame, format!("{title} – {}", frame.org_name))
    }

    /// This is the whole title.
    pub(super) fn titled(frame: &'a Frame, title: String) -> Self {
        let (language, words) = (frame.language, Words::of(frame.language));
        Self { frame, language, words, title, problem: false }
    }

    /// A page that has no texts in other languages.
    pub(super) fn in_english(self) -> Self {
        Self { language: Language::English, words: Words::of(Language::English), ..self }
    }

    pub(super) fn with_problem(self, problem: bool) -> Self {
        Self { problem, ..self }
    }

    /// The tag of the page's language.
    pub(super) fn lang(&self) -> &'static str {
        self.language.tag()
    }

    pub(super) fn is_right_to_left(&self) -> bool {
        self.language.is_right_to_left()
    }

    /// The attributes of a part that is in English on a page that is not. WCAG 3.1.2.
    pub(super) fn english_part(&self) -> &'static str {
        if self.language == Language::English { "" } else { " lang=\"en\" dir=\"ltr\"" }
    }

    /// The address of an asset, below the org's own prefix.
    pub(super) fn asset(&self, file: &str) -> String {
        format!("{}/_mock/assets/{}", self.frame.path_prefix, assets::public_name(file))
    }
}

/// An address, if a browser opens it as a page; not `javascript:`, `data:` and the like.
pub(super) fn web_link(uri: Option<&String>) -> Option<&str> {
    let uri = uri?.as_str();
    let parsed = url::Url::parse(uri).ok()?;
    matches!(parsed.scheme(), "http" | "https").then_some(uri)
}

/// The party that a redirect URI leads to, short enough for a sentence: `shop.example:8443` or `com.example.app`.
pub(super) fn destination(redirect_uri: &str) -> String {
    match url::Url::parse(redirect_uri) {
        Ok(parsed) => match (parsed.host_str(), parsed.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (Some(host), None) if !host.is_empty() => host.to_owned(),
            _ => parsed.scheme().to_owned(),
        },
        Err(_) => redirect_uri.to_owned(),
    }
}
