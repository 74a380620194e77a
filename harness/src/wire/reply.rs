//! A response.

use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use url::Url;

use super::request_failure::WireError;

/// A response with its whole body.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
    /// The URL of the request.
    pub url: Url,
}

impl Reply {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The content type, or an empty string.
    #[must_use]
    pub fn content_type(&self) -> &str {
        self.header("content-type").unwrap_or_default()
    }

    /// The media type without its parameters.
    #[must_use]
    pub fn media_type(&self) -> &str {
        self.content_type().split(';').next().unwrap_or_default().trim()
    }

    /// Whether the media type is `application/json`, in lower case as the conformance suite demands.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.media_type() == "application/json"
    }

    /// Whether the body is HTML.
    #[must_use]
    pub fn is_page(&self) -> bool {
        self.content_type().starts_with("text/html")
    }

    /// The target of a redirect, resolved against the URL of the request.
    #[must_use]
    pub fn location(&self) -> Option<Url> {
        if !(300..400).contains(&self.status) {
            return None;
        }
        self.url.join(self.header("location")?).ok()
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// When it isn't the `wanted` type.
    pub fn json<T: DeserializeOwned>(&self, wanted: &'static str) -> Result<T, WireError> {
        serde_json::from_str(&self.body).map_err(|error| WireError::Unreadable {
            url: self.url.to_string(),
            wanted,
            reason: format!("{error} (status {}, content type {})", self.status, self.content_type()),
        })
    }
}
