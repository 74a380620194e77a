//! The key set.

use axum::response::Response;
use http::{HeaderValue, header};

use super::discovery;
use crate::http::extract::AtServer;
use crate::http::respond::oauth_error;

/// Okta: cacheable until the next planned rotation. Where none is planned the documented sample of about 44 days stands.
const UNPLANNED: i64 = 3_832_304;

pub(super) async fn get(AtServer(call): AtServer) -> Response {
    match call.instance.key_set(&call.server).await {
        Ok((document, lasts)) => {
            let mut response = discovery::json(document);
            let cache = format!("max-age={}, must-revalidate", lasts.unwrap_or(UNPLANNED));
            if let Ok(cache) = HeaderValue::from_str(&cache) {
                response.headers_mut().insert(header::CACHE_CONTROL, cache);
            }
            response
        }
        Err(refusal) => oauth_error::render(&refusal),
    }
}
