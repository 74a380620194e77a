//! The HTTP client: records every exchange and follows no redirects.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::cookie::{CookieStore as _, Jar};
use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HeaderValue, SET_COOKIE};
use reqwest::redirect;
use reqwest::tls::TlsInfo;
use rustls::pki_types::CertificateDer;
use rustls::server::ParsedCertificate;
use sha2::{Digest as _, Sha256};
use url::{Url, form_urlencoded};

use super::connection_failure::Obstacle;
use super::proxies::Proxies;
use super::recording::record;
use super::reply::Reply;
use super::request::{Body, Request};
use super::request_failure::WireError;
use crate::record::Recorder;

/// How long a response may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Sends requests and records them. Clones share connections and cookies.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
    jar: Option<Arc<Jar>>,
    recorder: Recorder,
}

impl Http {
    /// A client that trusts the system's root certificates and those in `ca_pem`, and keeps no cookies.
    ///
    /// # Errors
    /// When the certificate can't be read or TLS can't be set up.
    pub fn new(ca_pem: Option<&str>, recorder: Recorder) -> Result<Self, WireError> {
        // Another part of the process may have installed a provider already; any will do.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let failed = |error: reqwest::Error| WireError::Client(describe(&error));
        let mut builder = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(TIMEOUT)
            .user_agent(concat!("harness/", env!("CARGO_PKG_VERSION")))
            .tls_info(true)
            .no_proxy();
        for proxy in Proxies::of_environment().for_client().map_err(failed)? {
            builder = builder.proxy(proxy);
        }
        if let Some(pem) = ca_pem {
            builder = builder.tls_certs_merge(reqwest::Certificate::from_pem_bundle(pem.as_bytes()).map_err(failed)?);
        }
        Ok(Self { client: builder.build().map_err(failed)?, jar: None, recorder })
    }

    /// A client with the same connections, this recorder and no cookies.
    #[must_use]
    pub fn recorded_by(&self, recorder: Recorder) -> Self {
        Self { client: self.client.clone(), jar: None, recorder }
    }

    /// A client with the same connections and recorder, and an empty cookie jar.
    #[must_use]
    pub fn with_cookies(&self) -> Self {
        Self { jar: Some(Arc::default()), ..self.clone() }
    }

    /// The recorder.
    #[must_use]
    pub const fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Sends a request and reads the whole response.
    ///
    /// # Errors
    /// When there is no response.
    pub async fn send(&self, request: Request) -> Result<Reply, WireError> {
        let Request { method, url, mut headers, body } = request;
        if let Some(cookies) = self.jar.as_ref().and_then(|jar| jar.cookies(&url)) {
            headers.insert(COOKIE, cookies);
        }
        let text = match &body {
            Body::None => String::new(),
            Body::Form(pairs) => form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish(),
            Body::Json(value) => value.to_string(),
            Body::Text(text) => text.clone(),
        };
        if let Some(kind) = body.content_type() {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(kind));
        }
        let started = Instant::now();
        let failed = |error: reqwest::Error| WireError::NoResponse {
            url: self.recorder.scrubber().url(url.as_str()),
            reason: describe(&error),
            obstacle: Obstacle::of(&error),
        };
        let mut request = self.client.request(method.clone(), url.clone()).headers(headers.clone());
        if !matches!(body, Body::None) {
            // An empty body would otherwise be sent without a length, which servers require.
            request = request.header(CONTENT_LENGTH, text.len()).body(text.clone());
        }
        let response = match request.send().await.map_err(failed) {
            Ok(response) => response,
            Err(error) => {
                self.recorder.note(error.to_string());
                return Err(error);
            }
        };
        let (status, response_headers) = (response.status().as_u16(), response.headers().clone());
        if let Some(jar) = &self.jar {
            jar.set_cookies(&mut response_headers.get_all(SET_COOKIE).iter(), &url);
        }
        let bytes = response.bytes().await.map_err(failed)?;
        let reply =
            Reply { status, headers: response_headers, body: String::from_utf8_lossy(&bytes).into_owned(), url };
        record(&self.recorder, (&method, &headers, &text), &reply, started.elapsed());
        Ok(reply)
    }

    /// The hash of the public key of the server's certificate, which must be valid: SHA-256 of its
    /// `SubjectPublicKeyInfo`, as base64 (RFC 7469 2.4).
    ///
    /// # Errors
    /// When there is no response, or the server has no certificate.
    pub async fn public_key_hash(&self, url: &Url) -> Result<String, WireError> {
        let failed = |reason| WireError::NoResponse { url: url.to_string(), reason, obstacle: Obstacle::Certificate };
        let response = self.client.get(url.clone()).send().await.map_err(|error| WireError::NoResponse {
            url: url.to_string(),
            reason: describe(&error),
            obstacle: Obstacle::of(&error),
        })?;
        let certificate = response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate);
        let certificate = CertificateDer::from(certificate.ok_or_else(|| failed("no certificate".to_owned()))?);
        let parsed = ParsedCertificate::try_from(&certificate).map_err(|error| failed(error.to_string()))?;
        Ok(STANDARD.encode(Sha256::digest(parsed.subject_public_key_info())))
    }

    /// Sends a GET request that accepts JSON.
    ///
    /// # Errors
    /// See [`Http::send`].
    pub async fn get(&self, url: &Url) -> Result<Reply, WireError> {
        self.send(Request::get(url.clone()).header(ACCEPT.as_str(), "application/json")?).await
    }
}

/// An error and its causes in one line: reqwest's own text names only the first.
fn describe(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
