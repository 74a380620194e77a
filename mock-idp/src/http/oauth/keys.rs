//! The key set.

use axum::response::Response;
use http::{HeaderValue, header};

use super::cors::{self, Origin};
use super::discovery;
use crate::http::extract::AtServer;
use crate::http::respond::oauth_error;

/// Okta: cacheable until the next planned rotation. None is planned here, so the documented sample of about 44 days stands.
const CACHE: HeaderValue = HeaderValue::from_static("max-age=3832304, must-revalidate");

pub(super) async fn get(AtServer(call): AtServer, origin: Origin) -> Response {
    match call.instance.key_set(&call.server).await {
        Ok(document) => {
            let mut response = discovery::json(document);
            response.headers_mut().insert(header::CACHE_CONTROL, CACHE);
            cors::allow_anyone(&origin, &mut response);
            response
        }
        Err(refusal) => oauth_error::render(&refusal),
    }
}
