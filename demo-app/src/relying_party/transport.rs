//! The back channel: sends `openidconnect`'s requests with reqwest and records each with secrets masked.

use std::future::Future;
use std::pin::Pin;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::time::Instant;

use crate::session::Exchange;

/// Longest response body in a record; a JWKS or discovery document is shorter.
const MAX_ANSWER_LENGTH: usize = 12_000;

/// Parameters and members whose values are credentials.
const SECRET_NAMES: &[&str] =
    &["access_token", "client_secret", "code", "code_verifier", "id_token", "id_token_hint", "refresh_token", "token"];

/// An HTTP client that records its requests.
#[derive(Debug)]
pub(super) struct Recorder {
    http: reqwest::Client,
    title: &'static str,
    exchanges: Mutex<Vec<Exchange>>,
    last_body: Mutex<Vec<u8>>,
}

/// The request could not be sent or its response could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum TransportError {
    #[error("{}", crate::outbound::error_chain(.0))]
    Http(#[from] reqwest::Error),
    #[error(transparent)]
    Body(#[from] crate::body::BodyError),
    #[error(transparent)]
    Answer(#[from] http::Error),
}

impl Recorder {
    pub(super) fn new(http: reqwest::Client, title: &'static str) -> Self {
        Self { http, title, exchanges: Mutex::default(), last_body: Mutex::default() }
    }

    /// The recorded requests.
    pub(super) fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges.lock().clone()
    }

    /// The last response's JSON, unmasked.
    pub(super) fn last_json(&self) -> Option<Value> {
        serde_json::from_slice(&self.last_body.lock()).ok()
    }

    /// The last response's `x-okta-request-id`.
    pub(super) fn last_request_id(&self) -> Option<String> {
        self.exchanges.lock().last().and_then(|exchange| exchange.request_id.clone())
    }

    /// Sends one request and records it.
    pub(super) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let started = Instant::now();
        let mut exchange = record_of(self.title, &request);
        let result = self.execute(request).await;
        exchange.milliseconds = u64::try_from(started.elapsed().as_millis()).ok();
        match &result {
            Ok(answer) => {
                exchange.status = Some(answer.status().as_u16());
                exchange.request_id =
                    answer.headers().get("x-okta-request-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
                exchange.answer = masked_answer(answer.body());
                *self.last_body.lock() = answer.body().clone();
            }
            Err(error) => exchange.answer = error.to_string(),
        }
        self.exchanges.lock().push(exchange);
        result
    }

    async fn execute(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let answer = self.http.execute(request.try_into()?).await?;
        let mut response = http::Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            headers.clone_from(answer.headers());
        }
        Ok(response.body(crate::body::read(answer).await?)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Recorder {
    type Error = TransportError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, TransportError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// The record of a request, with secrets masked.
fn record_of(title: &str, request: &HttpRequest) -> Exchange {
    let form = url::form_urlencoded::parse(request.body());
    let parameters = form.map(|(name, value)| masked_pair(&name, &value)).collect();
    let headers = request
        .headers()
        .iter()
        .map(|(name, value)| {
            let value = value.to_str().unwrap_or("(not text)");
            // The scheme is shown, the credentials are masked.
            let shown = match (name == http::header::AUTHORIZATION, value.split_once(' ')) {
                (true, Some((scheme, credentials))) => format!("{scheme} {}", mask(credentials)),
                _ => value.to_owned(),
            };
            (name.to_string(), shown)
        })
        .collect();
    Exchange {
        title: title.to_owned(),
        channel: "back".to_owned(),
        method: request.method().to_string(),
        url: request.uri().to_string(),
        parameters,
        headers,
        status: None,
        answer: String::new(),
        milliseconds: None,
        request_id: None,
    }
}

/// A parameter, masked if it is a secret.
pub(super) fn masked_pair(name: &str, value: &str) -> (String, String) {
    let shown = if SECRET_NAMES.contains(&name) { mask(value) } else { value.to_owned() };
    (name.to_owned(), shown)
}

fn masked_answer(body: &[u8]) -> String {
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(mut members)) => {
            for (name, value) in &mut members {
                if let (true, Value::String(secret)) = (SECRET_NAMES.contains(&name.as_str()), &*value) {
                    *value = Value::String(mask(secret));
                }
            }
            serde_json::to_string_pretty(&members).unwrap_or_default()
        }
        Ok(other) => other.to_string(),
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    text.chars().take(MAX_ANSWER_LENGTH).collect()
}

/// A replacement that shows the length of a secret only.
fn mask(secret: &str) -> String {
    format!("‹hidden, {} characters›", secret.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_contains_no_secrets() {
        let request = http::Request::builder()
            .method("POST")
            .uri("http://localhost/token")
            .header("authorization", "Basic c2VjcmV0")
            .body(b"grant_type=authorization_code&code=the-code&code_verifier=the-verifier".to_vec())
            .unwrap();
        let shown = format!("{:?}", record_of("Token", &request));
        assert!(shown.contains("grant_type") && shown.contains("authorization_code"));
        for secret in ["c2VjcmV0", "the-code", "the-verifier"] {
            assert!(!shown.contains(secret), "{secret} is shown in {shown}");
        }
        assert!(!masked_answer(br#"{"access_token":"eyJ","scope":"openid"}"#).contains("eyJ"));
    }
}
