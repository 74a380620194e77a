//! The key set.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};

use super::{cors, discovery};
use crate::http::extract::AtServer;
use crate::http::respond::oauth_error;

/// Okta: cacheable until the next planned rotation. None is planned here, so the documented sample of about 44 days stands.
const CACHE: HeaderValue = HeaderValue::from_static("max-age=3832304, must-revalidate");

pub(super) async fn get(AtServer(call): AtServer, headers: HeaderMap) -> Response {
    match call.instance.keys(&call.server).await {
        Ok(keys) => {
            let document = mock_idp_core::endpoint::keys::document(&keys);
            let mut response = discovery::json(Bytes::from(document.to_string()));
            response.headers_mut().insert(header::CACHE_CONTROL, CACHE);
            cors::allow_anyone(&headers, &mut response);
            response
        }
        Err(refusal) => oauth_error::render(&refusal).into_response(),
    }
}
