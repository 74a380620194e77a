//! The frame of every page: brand, label, warnings, stylesheet.

use crate::pages::view::Frame;

use super::assets;

/// The frame as the base template reads it.
#[derive(Debug)]
pub(super) struct Chrome<'a> {
    pub(super) frame: &'a Frame,
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
        Self { frame, title, problem: false }
    }

    pub(super) fn with_problem(self, problem: bool) -> Self {
        Self { problem, ..self }
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
