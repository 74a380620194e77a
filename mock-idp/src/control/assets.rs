//! `/_mock/assets`: what pages link to. Served without faults, so that a page about a fault is complete.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};

use crate::pages;
use crate::routing::PathParameters;

pub(super) async fn get(path: PathParameters) -> Response {
    match pages::asset(&path.get("name")) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(asset) => {
            let mut response = Response::new(asset.body.into_owned().into());
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(asset.cache_control));
            headers.insert(header::ETAG, HeaderValue::from_static(asset.etag));
            response
        }
    }
}
