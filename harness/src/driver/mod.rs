//! Drivers: open an authorization URL, sign a user in and return what arrives at the redirect URI.

mod browser;
mod chromedriver;
mod error;
mod http;
mod listener;
mod user;

use url::Url;

pub use browser::BrowserDriver;
pub use chromedriver::{Chromedriver, Missing};
pub use error::DriverError;
pub use http::HttpDriver;
pub use listener::Listener;
pub use user::User;

use crate::wire::Request;
use crate::wire::journey::Journey;

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
    pub async fn walk(&mut self, start: &Url, landing: &Url, user: User<'_>) -> Result<Journey, DriverError> {
        match self {
            Self::Http(driver) => driver.walk(start, landing, user).await,
            Self::Browser(driver) => driver.walk(start, landing, user).await,
        }
    }

    /// Begins with a request that a browser's address bar can't make, and walks on from its answer.
    ///
    /// # Errors
    /// When the issuer doesn't answer, or this is a real browser.
    pub async fn follow(&mut self, first: Request, landing: &Url, user: User<'_>) -> Result<Journey, DriverError> {
        match self {
            Self::Http(driver) => driver.follow(first, landing, user).await,
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
