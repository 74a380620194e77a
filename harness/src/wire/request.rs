//! A request before it is sent.

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::request_failure::WireError;

/// A request's body.
#[derive(Clone, Debug)]
pub enum Body {
    None,
    Form(Vec<(String, String)>),
    Json(serde_json::Value),
    /// A text; its type is a header of the request.
    Text(String),
}

impl Body {
    pub(super) const fn content_type(&self) -> Option<&'static str> {
        match self {
            Self::None | Self::Text(_) => None,
            Self::Form(_) => Some("application/x-www-form-urlencoded"),
            Self::Json(_) => Some("application/json"),
        }
    }
}

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Body,
}

impl Request {
    /// A request with this method.
    #[must_use]
    pub fn new(method: Method, url: Url, body: Body) -> Self {
        Self { method, url, headers: HeaderMap::new(), body }
    }

    /// A GET request.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url, Body::None)
    }

    /// A POST request with a form.
    #[must_use]
    pub fn form(url: Url, pairs: Vec<(String, String)>) -> Self {
        Self::new(Method::POST, url, Body::Form(pairs))
    }

    /// Sets a header.
    ///
    /// # Errors
    /// When the name or value is not valid in a header.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, WireError> {
        let bad = || WireError::Header(name.to_owned());
        let name = HeaderName::try_from(name).map_err(|_| bad())?;
        self.headers.insert(name, HeaderValue::from_str(value).map_err(|_| bad())?);
        Ok(self)
    }

    /// Adds a header, even if it is present already.
    ///
    /// # Errors
    /// When the name or value is not valid in a header.
    pub fn also(mut self, name: &str, value: &str) -> Result<Self, WireError> {
        let bad = || WireError::Header(name.to_owned());
        let name = HeaderName::try_from(name).map_err(|_| bad())?;
        self.headers.append(name, HeaderValue::from_str(value).map_err(|_| bad())?);
        Ok(self)
    }

    /// Sets a bearer token (RFC 6750 2.1).
    ///
    /// # Errors
    /// When the token is not valid in a header.
    pub fn bearer(self, token: &str) -> Result<Self, WireError> {
        self.header(AUTHORIZATION.as_str(), &format!("Bearer {token}"))
    }
}
