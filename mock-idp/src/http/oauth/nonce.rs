//! The nonce for the next DPoP proof. RFC 9449 8.2.

use axum::response::Response;
use http::{HeaderName, HeaderValue};

use crate::engine::Context;

const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// Tells it to a client that has come with a proof. Okta: with every answer, good or bad.
pub(super) fn tell(call: &Context, dpop: &[String], response: &mut Response) {
    // base64url is always a legal header.
    if !dpop.is_empty()
        && let Ok(nonce) = HeaderValue::from_str(&call.instance.dpop_nonce())
    {
        response.headers_mut().insert(DPOP_NONCE, nonce);
    }
}
