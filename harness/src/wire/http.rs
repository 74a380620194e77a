//! HTTP with a notebook: every exchange is recorded, no redirect is followed behind anyone's back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::cookie::{CookieStore as _, Jar};
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE,
};
use reqwest::{Method, redirect};
use serde::de::DeserializeOwned;
use url::{Url, form_urlencoded};

use crate::record::{Exchange, Recorder};

/// The longest that any answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What can go wrong on the way to an answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// No answer: refused, reset, timed out.
    #[error("no answer from {url}: {reason}")]
    NoAnswer { url: String, reason: String },
    /// An answer that can't be read as what it should be.
    #[error("{url} answered with something that is not {wanted}: {reason}")]
    Unreadable { url: String, wanted: &'static str, reason: String },
    /// An address that can't be used.
    #[error("not a usable address: {0}")]
    Address(#[from] url::ParseError),
    /// A header that can't be sent.
    #[error("not a usable header: {0}")]
    Header(String),
    /// The HTTP client can't be built.
    #[error("the HTTP client can't be built: {0}")]
    Client(String),
}

/// Sends requests and records them. Clones share connections and cookies.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
    jar: Option<Arc<Jar>>,
    recorder: Recorder,
}

impl Http {
    /// A client that trusts the system's roots, or only `ca_pem`, and keeps no cookies.
    ///
    /// # Errors
    /// When the certificate can't be read or TLS can't be set up.
    pub fn new(ca_pem: Option<&str>, recorder: Recorder) -> Result<Self, WireError> {
        // Someone else may have been first: any provider will do.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let failed = |error: reqwest::Error| WireError::Client(describe(&error));
        let mut builder = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(PATIENCE)
            .user_agent(concat!("harness/", env!("CARGO_PKG_VERSION")))
            .no_proxy();
        if let Some(pem) = ca_pem {
            builder = builder.tls_certs_only([reqwest::Certificate::from_pem(pem.as_bytes()).map_err(failed)?]);
        }
        Ok(Self { client: builder.build().map_err(failed)?, jar: None, recorder })
    }

    /// The same connections, another notebook, no cookies.
    #[must_use]
    pub fn recorded_by(&self, recorder: Recorder) -> Self {
        Self { client: self.client.clone(), jar: None, recorder }
    }

    /// The same connections and notebook with an empty cookie jar of its own: another browser.
    #[must_use]
    pub fn with_cookies(&self) -> Self {
        Self { jar: Some(Arc::default()), ..self.clone() }
    }

    /// The notebook.
    #[must_use]
    pub const fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// When there is no answer, or the request can't be formed.
    pub async fn send(&self, call: Call) -> Result<Reply, WireError> {
        let Call { method, url, mut headers, body } = call;
        if let Some(cookies) = self.jar.as_ref().and_then(|jar| jar.cookies(&url)) {
            headers.insert(COOKIE, cookies);
        }
        let text = match &body {
            Body::None => String::new(),
            Body::Form(pairs) => form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish(),
            Body::Json(value) => value.to_string(),
        };
        if let Some(kind) = body.content_type() {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(kind));
        }
        let started = Instant::now();
        let failed = |error: reqwest::Error| WireError::NoAnswer {
            url: self.recorder.scrubber().url(url.as_str()),
            reason: describe(&error),
        };
        let mut request = self.client.request(method.clone(), url.clone()).headers(headers.clone());
        if !matches!(body, Body::None) {
            // An empty body would otherwise go out without its length, and servers ask for one.
            request = request.header(CONTENT_LENGTH, text.len()).body(text.clone());
        }
        let response = match request.send().await.map_err(failed) {
            Ok(response) => response,
            Err(error) => {
                self.recorder.note(error.to_string());
                return Err(error);
            }
        };
        let (status, answer) = (response.status().as_u16(), response.headers().clone());
        if let Some(jar) = &self.jar {
            jar.set_cookies(&mut answer.get_all(SET_COOKIE).iter(), &url);
        }
        let bytes = response.bytes().await.map_err(failed)?;
        let reply = Reply { status, headers: answer, body: String::from_utf8_lossy(&bytes).into_owned(), url };
        self.record(&method, &headers, &text, &reply, started.elapsed());
        Ok(reply)
    }

    /// Fetches an address as a program does.
    ///
    /// # Errors
    /// See [`Http::send`].
    pub async fn get(&self, url: &Url) -> Result<Reply, WireError> {
        self.send(Call::get(url.clone()).header(ACCEPT.as_str(), "application/json")?).await
    }

    fn record(&self, method: &Method, headers: &HeaderMap, body: &str, reply: &Reply, took: Duration) {
        let scrubber = self.recorder.scrubber();
        let pairs = |headers: &HeaderMap| -> Vec<(String, String)> {
            headers
                .iter()
                .map(|(name, value)| {
                    let value = scrubber.header(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
                    (name.as_str().to_owned(), value)
                })
                .collect()
        };
        // The answer first: what it reveals to be a secret is then known when the request is written down.
        let response_headers = pairs(&reply.headers);
        let response_body = scrubber.body(reply.content_type(), &reply.body);
        let request_headers = pairs(headers);
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let request_body = scrubber.body(kind, body);
        let url = scrubber.url(reply.url.as_str());
        let curl = curl(method.as_str(), &url, &request_headers, &request_body);
        self.recorder.exchange(Exchange {
            method: method.as_str().to_owned(),
            url,
            request_headers,
            request_body,
            status: reply.status,
            response_headers,
            response_body,
            millis: took.as_secs_f64() * 1000.0,
            curl,
        });
    }
}

/// The errors under an error, in one line: reqwest's own text names only the top.
fn describe(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

fn curl(method: &str, url: &str, headers: &[(String, String)], body: &str) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let mut line = format!("curl -sS -i -X {method} {}", quoted(url));
    for (name, value) in headers {
        line.push_str(&format!(" -H {}", quoted(&format!("{name}: {value}"))));
    }
    if !body.is_empty() {
        line.push_str(&format!(" --data {}", quoted(body)));
    }
    line
}

/// A request's body.
#[derive(Clone, Debug)]
pub enum Body {
    None,
    Form(Vec<(String, String)>),
    Json(serde_json::Value),
}

impl Body {
    const fn content_type(&self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Form(_) => Some("application/x-www-form-urlencoded"),
            Self::Json(_) => Some("application/json"),
        }
    }
}

/// A request to be sent.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Body,
}

impl Call {
    /// A request with that method.
    #[must_use]
    pub fn new(method: Method, url: Url, body: Body) -> Self {
        Self { method, url, headers: HeaderMap::new(), body }
    }

    /// GET.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url, Body::None)
    }

    /// POST of a form.
    #[must_use]
    pub fn form(url: Url, pairs: Vec<(String, String)>) -> Self {
        Self::new(Method::POST, url, Body::Form(pairs))
    }

    /// With one more header.
    ///
    /// # Errors
    /// When name or value can't be a header.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, WireError> {
        let bad = || WireError::Header(name.to_owned());
        let name = HeaderName::try_from(name).map_err(|_| bad())?;
        self.headers.insert(name, HeaderValue::from_str(value).map_err(|_| bad())?);
        Ok(self)
    }

    /// With that header once more, even if it is there already.
    ///
    /// # Errors
    /// When name or value can't be a header.
    pub fn also(mut self, name: &str, value: &str) -> Result<Self, WireError> {
        let bad = || WireError::Header(name.to_owned());
        let name = HeaderName::try_from(name).map_err(|_| bad())?;
        self.headers.append(name, HeaderValue::from_str(value).map_err(|_| bad())?);
        Ok(self)
    }

    /// With a bearer token (RFC 6750 2.1).
    ///
    /// # Errors
    /// When the token can't be a header.
    pub fn bearer(self, token: &str) -> Result<Self, WireError> {
        self.header(AUTHORIZATION.as_str(), &format!("Bearer {token}"))
    }
}

/// An answer, read to the end.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
    /// The address that was asked.
    pub url: Url,
}

impl Reply {
    /// A header's value, or nothing.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The content type, or nothing.
    #[must_use]
    pub fn content_type(&self) -> &str {
        self.header("content-type").unwrap_or_default()
    }

    /// Whether the body is a page.
    #[must_use]
    pub fn is_page(&self) -> bool {
        self.content_type().starts_with("text/html")
    }

    /// Where a redirect leads, resolved against the address that was asked.
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
    /// When it isn't `wanted`.
    pub fn json<T: DeserializeOwned>(&self, wanted: &'static str) -> Result<T, WireError> {
        serde_json::from_str(&self.body).map_err(|error| WireError::Unreadable {
            url: self.url.to_string(),
            wanted,
            reason: format!("{error} (status {}, content type {})", self.status, self.content_type()),
        })
    }
}
