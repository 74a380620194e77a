//! Cross-origin requests: the headers that let scripts of other origins read an answer. They are on every answer that its route
//! shares, also on faults and on refusals before the endpoint.

use http::{HeaderMap, HeaderValue, header};

use crate::engine::OrgInstance;
use crate::routing::Readers;

/// The headers that scripts may read.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "DPoP-Nonce, WWW-Authenticate, X-Okta-Request-Id, X-Rate-Limit-Limit, X-Rate-Limit-Remaining, X-Rate-Limit-Reset",
);
const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("Content-Type");

/// The origin of the page that sends a request, if the browser names one.
pub(crate) fn origin(request: &HeaderMap) -> Option<&HeaderValue> {
    // RFC 6454 6.2: ASCII. It is echoed, so nothing else is accepted.
    request.get(header::ORIGIN).filter(|origin| origin.to_str().is_ok())
}

/// Lets scripts of `origin` read an answer, if its readers include them.
pub(crate) fn fill(headers: &mut HeaderMap, readers: Readers, origin: Option<&HeaderValue>, org: &OrgInstance) {
    if readers == Readers::SameOrigin {
        return;
    }
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = origin else { return };
    if matches!(readers, Readers::TrustedOrigins | Readers::TrustedOriginsOfApi) {
        if !origin.to_str().is_ok_and(|origin| org.org().trusts_origin(origin)) {
            return;
        }
        // Okta: on every answer of this API, as recorded.
        headers.entry(header::ACCESS_CONTROL_ALLOW_HEADERS).or_insert(CONTENT_TYPE);
    }
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
}
