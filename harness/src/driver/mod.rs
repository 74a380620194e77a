//! Drivers: open an authorization URL, sign a user in and return what arrives at the redirect URI.

mod browser;
mod chromedriver;
mod error;
mod http;
mod listener;
mod user;

use url::Url;

pub use browser::{BrowserDriver, Trust};
pub use chromedriver::{BrowserVersions, Chromedriver, Missing, browser_versions};
pub use error::DriverError;
pub use http::HttpDriver;
pub use listener::Listener;
pub use user::User;

use crate::wire::Request;
use crate::wire::journey::Journey;

/// Signs users in.
#[derive(Debug)]
pub enum Driver {
    Http(HttpDriver),
    Browser(Box<BrowserDriver>),
}

impl Driver {
    /// Opens `start` and follows pages until `landing` is reached or a page needs something that `user` does not have.
    ///
    /// # Errors
    /// When the issuer does not respond, or the browser fails.
    pub async fn walk(&mut self, start: &Url, landing: &Url, user: User<'_>) -> Result<Journey, DriverError> {
        match self {
            Self::Http(driver) => driver.walk(start, landing, user).await,
            Self::Browser(driver) => driver.walk(start, landing, user).await,
        }
    }

    /// Like [`Driver::walk`], but starts with any request, for example a POST.
    ///
    /// # Errors
    /// When the issuer does not respond, or the driver is a browser.
    pub async fn follow(&mut self, first: Request, landing: &Url, user: User<'_>) -> Result<Journey, DriverError> {
        match self {
            Self::Http(driver) => driver.follow(first, landing, user).await,
            Self::Browser(_) => Err(DriverError::Browser("the first request must be a GET".to_owned())),
        }
    }

    /// Loads `frame` in a page at `landing`, sends it a message and returns its answer.
    ///
    /// # Errors
    /// When the browser fails, or the driver is not a browser.
    pub async fn ask_frame(&mut self, frame: &Url, landing: &Url, message: &str) -> Result<String, DriverError> {
        match self {
            Self::Http(_) => Err(DriverError::Browser("a frame needs a browser".to_owned())),
            Self::Browser(driver) => driver.ask_frame(frame, landing, message).await,
        }
    }

    /// Ends the browser session, if there is one. It must always be called.
    pub async fn close(&mut self) {
        if let Self::Browser(driver) = self {
            driver.close().await;
        }
    }

    /// The name in reports.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Http(_) => "http",
            Self::Browser(_) => "browser",
        }
    }
}
