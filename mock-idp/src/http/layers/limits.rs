//! What Okta's edge refuses before any endpoint sees it: bodies of unknown or excessive length, and blocked addresses.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest as _};
use axum::response::{Html, IntoResponse as _, Response};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, Request, StatusCode, header};
use mock_idp_core::management::ApiError;
use mock_idp_core::org::Org;
use mock_idp_core::system_log::{EventEntity, EventOutcome, EventType, LogEvent};

use crate::current_request::CurrentRequest;
use crate::http::respond::api_error;
use crate::journal::Explained;
use crate::routing::{Access, Decided, FromHead as _, Matched};

/// Largest body, in bytes. The largest one that clients send is a form with a signed request object.
const MAX_BODY: usize = 64 * 1024;

/// Largest body of the management API, and largest one with a file. Okta: a logo is smaller than one MB. A schema with all its
/// attributes is sent back whole.
const MAX_LONG_BODY: usize = 1024 * 1024;

/// Time limit for a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// The refusal of a request whose body has no length, or is too long.
pub(crate) fn check(request: &Request<Body>, matched: &Matched) -> Option<Decided> {
    let headers = request.headers();
    match headers.get(header::CONTENT_LENGTH) {
        Some(length) => {
            let length = length.to_str().ok().and_then(|text| text.parse::<usize>().ok());
            let limit = if is_multipart(headers) { MAX_LONG_BODY } else { of_route(matched) };
            length.is_none_or(|length| length > limit).then(|| too_long(limit))
        }
        // Limited while it is read.
        None if headers.contains_key(header::TRANSFER_ENCODING) => None,
        // Okta: POST and PUT without a Content-Length header are answered with 411.
        None if matches!(*request.method(), Method::POST | Method::PUT) => {
            Some(refuse(StatusCode::LENGTH_REQUIRED, "the request has no Content-Length"))
        }
        None => None,
    }
}

fn is_multipart(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media_type.trim_start().to_ascii_lowercase().starts_with("multipart/form-data")
}

/// The largest body that a route accepts.
fn of_route(matched: &Matched) -> usize {
    match matched.route().map(|route| route.access) {
        Some(Access::Management(_) | Access::Registration(_)) => MAX_LONG_BODY,
        _ => MAX_BODY,
    }
}

/// A whole body.
///
/// # Errors
/// It is too long, too slow, or ends early.
pub(crate) async fn read(body: Body) -> Result<Bytes, Decided> {
    read_up_to(body, MAX_BODY).await
}

/// A whole body for the route of a request.
///
/// # Errors
/// The same as [`read`].
pub(crate) async fn read_for(head: &Parts, body: Body) -> Result<Bytes, Decided> {
    read_up_to(body, of_route(&Matched::from_head(head)?)).await
}

/// A whole body with a file.
///
/// # Errors
/// The same as [`read`].
pub(crate) async fn read_file(body: Body) -> Result<Bytes, Decided> {
    read_up_to(body, MAX_LONG_BODY).await
}

async fn read_up_to(body: Body, limit: usize) -> Result<Bytes, Decided> {
    let mut request = Request::new(body);
    DefaultBodyLimit::max(limit).apply(&mut request);
    let Ok(read) = tokio::time::timeout(BODY_TIMEOUT, Bytes::from_request(request, &())).await else {
        return Err(refuse(StatusCode::REQUEST_TIMEOUT, "the body did not arrive within 10 s"));
    };
    read.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            return too_long(limit);
        }
        api_error::render(&ApiError::not_well_formed(rejection.to_string()))
    })
}

fn too_long(limit: usize) -> Decided {
    refuse(StatusCode::PAYLOAD_TOO_LARGE, &format!("the body is longer than {} KiB", limit / 1024))
}

/// The refusal of a request from an address that a network zone blocks, with its event. Okta: status 403, at all URLs of the org.
pub(crate) fn check_address(org: &Org, request: &CurrentRequest) -> Option<Decided> {
    let zone = org.blocking_zone(request.address)?;
    let (address, name) = (request.address, zone.name());
    let reason = format!("the network zone {name} blocks the address {address}");
    let target = EventEntity::new("NetworkZone", &zone.id, name);
    let event =
        LogEvent::new(EventType::RequestBlocked).on(target).with_outcome(EventOutcome::Deny(reason.clone().into()));
    request.log([event]);
    Some(refuse(StatusCode::FORBIDDEN, &reason))
}

/// The edge answers with HTML, whatever the request prefers.
fn refuse(status: StatusCode, reason: &str) -> Decided {
    Explained::refused(page(status), reason)
}

fn page(status: StatusCode) -> Response {
    let title = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default());
    let page = format!("<html>\n<head><title>{title}</title></head>\n<body><h1>{title}</h1></body>\n</html>\n");
    (status, Html(page)).into_response()
}
