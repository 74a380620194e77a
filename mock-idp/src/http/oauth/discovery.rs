//! The discovery documents.

use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use mock_idp_core::endpoint::discovery::{self, Kind};

use crate::http::extract::{AtServer, Query};
use crate::http::layers::okta_headers;
use crate::http::respond::api_error::ApiError;

/// Okta: cached for a day, and told so twice.
const CACHE: HeaderValue = HeaderValue::from_static("max-age=86400, must-revalidate");

pub(super) async fn openid(call: AtServer, query: Query) -> Response {
    document(Kind::OpenidConfiguration, &call, &query)
}

pub(super) async fn oauth(call: AtServer, query: Query) -> Response {
    document(Kind::OauthAuthorizationServer, &call, &query)
}

fn document(kind: Kind, AtServer(call): &AtServer, Query(query): &Query) -> Response {
    // Okta: `?client_id=` must name a client.
    if let Some(client_id) = query.get("client_id")
        && call.org.client(client_id).is_none()
    {
        let error =
            ApiError::new(StatusCode::BAD_REQUEST, "invalid_client", "Invalid value for 'client_id' parameter.");
        return error.because(format!("no client has the id `{client_id}`"));
    }
    let mut response = json(discovery::document(kind, &call.server, &call.urls).to_string().into());
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, CACHE);
    headers.insert(header::EXPIRES, call.instance.clock.http_dates().tomorrow);
    response
}

/// A JSON answer from text that is written already.
pub(super) fn json(body: Bytes) -> Response {
    let mut response = Response::new(body.into());
    // Room for Okta's headers, which come to nearly every answer.
    response.headers_mut().reserve(okta_headers::COUNT);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
