//! Drivers: given an authorization URL and a person, what arrives at the redirect URI?

mod browser;
mod chromedriver;
mod http;
mod listener;

use url::Url;

pub use browser::BrowserDriver;
pub use chromedriver::{Chromedriver, Missing};
pub use http::HttpDriver;
pub use listener::Listener;

use crate::issuer_target::Account;
use crate::wire::journey::Journey;
use crate::wire::page::Consent;
use crate::wire::{Call, WireError};

/// The person in front of the browser.
#[derive(Clone, Copy, Debug)]
pub struct Visitor<'a> {
    /// Who it is; nobody stops at the sign-in page.
    pub account: Option<&'a Account>,
    pub consent: Consent,
}

impl<'a> Visitor<'a> {
    /// Somebody who agrees to everything.
    #[must_use]
    pub const fn agreeing(account: &'a Account) -> Self {
        Self { account: Some(account), consent: Consent::Allow }
    }

    /// Nobody: whatever is asked stays unanswered.
    #[must_use]
    pub const fn nobody() -> Self {
        Self { account: None, consent: Consent::Deny }
    }
}

/// Why a journey could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DriverError {
    #[error(transparent)]
    Wire(#[from] WireError),
    /// The page can't be used without a script engine.
    #[error("the sign-in page needs a browser (--driver browser): {0}")]
    NeedsScript(String),
    #[error("the journey did not end after {0} pages")]
    Endless(usize),
    #[error("the browser: {0}")]
    Browser(String),
    /// The browser is gone in the middle of a session. Nothing that the issuer sent is to blame.
    #[error("the browser crashed: {0}")]
    Crashed(String),
}

/// Signs people in.
#[derive(Debug)]
pub enum Driver {
    Http(HttpDriver),
    Browser(Box<BrowserDriver>),
}

impl Driver {
    /// Walks from `start` until `landing` is reached or a page stays.
    ///
    /// # Errors
    /// When the issuer doesn't answer, or the browser breaks.
    pub async fn walk(&mut self, start: &Url, landing: &Url, visitor: Visitor<'_>) -> Result<Journey, DriverError> {
        match self {
            Self::Http(driver) => driver.walk(start, landing, visitor).await,
            Self::Browser(driver) => driver.walk(start, landing, visitor).await,
        }
    }

    /// Begins with a request that a browser's address bar can't make, and walks on from its answer.
    ///
    /// # Errors
    /// When the issuer doesn't answer, or this is a real browser.
    pub async fn follow(&mut self, first: Call, landing: &Url, visitor: Visitor<'_>) -> Result<Journey, DriverError> {
        match self {
            Self::Http(driver) => driver.follow(first, landing, visitor).await,
            Self::Browser(_) => Err(DriverError::Browser("its first request is always a GET".to_owned())),
        }
    }

    /// Ends the browser session, if there is one. To be called in every outcome.
    pub async fn close(&mut self) {
        if let Self::Browser(driver) = self {
            driver.close().await;
        }
    }

    /// The word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Http(_) => "http",
            Self::Browser(_) => "browser",
        }
    }
}
