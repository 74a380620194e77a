//! The nonce for the next DPoP proof. RFC 9449 8.2.

use axum::response::Response;
use http::{HeaderName, HeaderValue};

use crate::engine::Context;

const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// Adds it to an answer if the request has a proof. Okta: also to errors.
pub(super) async fn add(call: &Context, dpop: &[String], response: &mut Response) {
    // base64url is always a valid header.
    if !dpop.is_empty()
        && let Ok(nonce) = call.instance.dpop_nonce().await
        && let Ok(nonce) = HeaderValue::from_str(&nonce)
    {
        response.headers_mut().insert(DPOP_NONCE, nonce);
    }
}
