//! The control API of the mock, for an issuer that is the mock. Other issuers are asked once whether they are.

use std::time::Duration;

use http::header::DATE;
use serde_json::Value;
use tokio::sync::OnceCell;

/// The product's name in the answer of the mock's `/healthz`, which everybody may read.
const PRODUCT: &str = "mock-idp";

/// A page waits for this answer, and the mock is on this machine or near it.
const TIME_LIMIT: Duration = Duration::from_secs(3);

/// A client of the control API.
#[derive(Debug)]
pub(crate) struct ControlApi {
    http: reqwest::Client,
    origin: String,
    /// The issuer without the path of the authorization server.
    base: String,
    is_mock: OnceCell<bool>,
}

/// An answer of the control API.
#[derive(Debug)]
pub(crate) struct ControlAnswer {
    /// `None` if the API is closed, or has no such object.
    pub(crate) body: Option<Value>,
    /// The `Date` header, which follows the clock of the org.
    pub(crate) date: Option<String>,
}

impl ControlApi {
    pub(crate) fn new(http: reqwest::Client, issuer_origin: &str, base: &str) -> Self {
        Self { http, origin: issuer_origin.to_owned(), base: base.to_owned(), is_mock: OnceCell::new() }
    }

    /// Whether the issuer is the mock. Asked again until the issuer answers.
    pub(crate) async fn is_mock(&self) -> bool {
        self.is_mock.get_or_try_init(|| self.probe()).await.copied().unwrap_or(false)
    }

    /// The body of an answer. `None` if the issuer is not the mock, or gives no such answer.
    pub(crate) async fn get(&self, path_and_query: &str) -> Option<Value> {
        self.answer(path_and_query).await?.body
    }

    /// The same with the `Date` header. `None` if the issuer is not the mock, or does not answer.
    pub(crate) async fn answer(&self, path_and_query: &str) -> Option<ControlAnswer> {
        if !self.is_mock().await {
            return None;
        }
        let response = self.send(&self.address(path_and_query)).await.ok()?;
        let date = response.headers().get(DATE).and_then(|date| date.to_str().ok()).map(str::to_owned);
        let body = if response.status().is_success() {
            crate::body::read(response).await.ok().and_then(|body| serde_json::from_slice(&body).ok())
        } else {
            None
        };
        Some(ControlAnswer { body, date })
    }

    /// The URL of a path, for links.
    pub(crate) fn address(&self, path_and_query: &str) -> String {
        format!("{}/_mock/{path_and_query}", self.base)
    }

    /// `Err` if there is no answer.
    async fn probe(&self) -> Result<bool, reqwest::Error> {
        let response = self.send(&format!("{}/healthz", self.origin)).await?;
        let body = crate::body::read(response).await.unwrap_or_default();
        let health: Value = serde_json::from_slice(&body).unwrap_or_default();
        Ok(health.get("product").and_then(Value::as_str) == Some(PRODUCT))
    }

    async fn send(&self, url: &str) -> Result<reqwest::Response, reqwest::Error> {
        self.http.get(url).timeout(TIME_LIMIT).send().await
    }
}
