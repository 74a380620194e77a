//! A journey of the browser through the issuer's pages: where it began is known, here is where it ended.

use url::Url;

use super::authorization::Callback;
use super::page::Page;

/// What the person was asked on the way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Prompt {
    SignIn,
    Consent,
}

/// Where a journey ended.
#[derive(Clone, Debug)]
pub enum Arrival {
    /// At the landing address: the redirect URI or the post-logout redirect URI.
    Landed(Callback),
    /// On a page of the issuer.
    Stopped(Page),
    /// Sent with a response to an address that is not the landing address.
    Astray(Url),
}

/// A journey from an address of the issuer to where it ends.
#[derive(Clone, Debug)]
pub struct Journey {
    pub arrival: Arrival,
    pub prompts: Vec<Prompt>,
}

impl Journey {
    /// What arrived at the landing address.
    #[must_use]
    pub const fn callback(&self) -> Option<&Callback> {
        match &self.arrival {
            Arrival::Landed(callback) => Some(callback),
            Arrival::Stopped(_) | Arrival::Astray(_) => None,
        }
    }

    /// The page that it stopped at.
    #[must_use]
    pub const fn page(&self) -> Option<&Page> {
        match &self.arrival {
            Arrival::Landed(_) | Arrival::Astray(_) => None,
            Arrival::Stopped(page) => Some(page),
        }
    }

    /// Whether the person had to sign in.
    #[must_use]
    pub fn asked(&self, prompt: Prompt) -> bool {
        self.prompts.contains(&prompt)
    }

    /// How it ended, for a report's *actual*.
    #[must_use]
    pub fn summary(&self) -> String {
        match &self.arrival {
            Arrival::Landed(callback) => callback.summary(),
            Arrival::Stopped(page) => page.summary(),
            Arrival::Astray(url) => format!("sent to {url}"),
        }
    }
}
