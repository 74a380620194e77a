//! The way of a browser through the issuer's pages.

use url::Url;

use super::authorization::Callback;
use super::page::HtmlPage;

/// What the user was asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Prompt {
    SignIn,
    Consent,
}

/// The end of a journey.
#[derive(Clone, Debug)]
pub enum Arrival {
    /// At the landing URL: the redirect URI or the post-logout redirect URI.
    Landed(Callback),
    /// On a page of the issuer.
    Stopped(HtmlPage),
    /// At another URL than the landing URL, with an authorization response.
    Astray(Url),
}

/// The way from a URL of the issuer to its end.
#[derive(Clone, Debug)]
pub struct Journey {
    pub arrival: Arrival,
    pub prompts: Vec<Prompt>,
}

impl Journey {
    /// The parameters at the landing URL.
    #[must_use]
    pub const fn callback(&self) -> Option<&Callback> {
        match &self.arrival {
            Arrival::Landed(callback) => Some(callback),
            Arrival::Stopped(_) | Arrival::Astray(_) => None,
        }
    }

    /// The last page of the issuer.
    #[must_use]
    pub const fn page(&self) -> Option<&HtmlPage> {
        match &self.arrival {
            Arrival::Landed(_) | Arrival::Astray(_) => None,
            Arrival::Stopped(page) => Some(page),
        }
    }

    /// Whether the user was asked.
    #[must_use]
    pub fn asked(&self, prompt: Prompt) -> bool {
        self.prompts.contains(&prompt)
    }

    /// A summary for reports.
    #[must_use]
    pub fn summary(&self) -> String {
        match &self.arrival {
            Arrival::Landed(callback) => callback.summary(),
            Arrival::Stopped(page) => page.summary(),
            Arrival::Astray(url) => format!("sent to {url}"),
        }
    }
}
