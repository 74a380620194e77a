//! Response headers and CORS.

use super::checks;
use crate::record::Recorder;
use crate::wire::Reply;

checks! {
    REQUEST_ID = Must "headers.request-id", "The response has a request id of 32 hexadecimal digits", ["Okta: request debugging"];
    NOT_STORED = Must "headers.not-stored", "The response must not be stored", ["RFC 6749 5.1", "Okta: recorded traffic"];
    RATE_LIMIT = Must "headers.rate-limit", "The response has rate limit headers", ["Okta: rate limit response headers"];
    NO_RATE_LIMIT = Should "headers.no-rate-limit", "Discovery and keys are not rate limited", ["Okta: rate limits"];
    NO_SNIFF = Should "headers.no-sniff", "The response forbids content sniffing", ["Okta: recorded traffic"];
    NO_REFERRER = Should "headers.referrer-policy", "Codes and tokens do not leak in the Referer header", ["RFC 9700 4.2", "Okta: /authorize"];
    NOT_FRAMED = Must "headers.not-framed", "The sign-in page cannot be framed by another site", ["RFC 9700 4.16"];
    CACHED = Should "headers.cached", "The discovery document may be cached for a day", ["Okta: recorded traffic"];
    PREFLIGHT_STATUS = Must "cors.preflight", "The response to a preflight of the token endpoint is 204", ["Fetch 3.3", "Okta: /token, OPTIONS"];
    ALLOW_ORIGIN = Must "cors.origin", "The origin is allowed by name", ["Fetch 3.3.3", "Okta: enable CORS"];
    ALLOW_METHOD = Must "cors.method", "POST is allowed", ["Fetch 3.3.3", "Okta: /token, OPTIONS"];
    VARY = Should "cors.vary", "The response varies with the origin", ["Fetch 3.3.3"];
}

/// Checks the headers of a response that must not be stored.
pub fn back_channel(recorder: &Recorder, reply: &Reply) {
    request_id(recorder, reply);
    let control = reply.header("cache-control").unwrap_or_default();
    NOT_STORED.holds(
        recorder,
        control.contains("no-store") && control.contains("no-cache"),
        "no-cache, no-store",
        control,
    );
    let number = |name: &str| reply.header(name).and_then(|value| value.parse::<u64>().ok());
    let (limit, left, reset) =
        (number("x-rate-limit-limit"), number("x-rate-limit-remaining"), number("x-rate-limit-reset"));
    RATE_LIMIT.holds(
        recorder,
        limit.is_some() && left <= limit && left.is_some() && reset.is_some(),
        "limit, remaining and reset as numbers",
        format!("{limit:?} {left:?} {reset:?}"),
    );
    NO_SNIFF.equals(recorder, "nosniff", reply.header("x-content-type-options"));
}

/// Checks the request id.
pub fn request_id(recorder: &Recorder, reply: &Reply) {
    let id = reply.header("x-okta-request-id").unwrap_or_default();
    let shaped = id.len() == 32 && id.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
    REQUEST_ID.holds(recorder, shaped, "32 hexadecimal digits", id);
}

/// Checks the headers of a discovery document.
pub fn discovery(recorder: &Recorder, reply: &Reply) {
    request_id(recorder, reply);
    let control = reply.header("cache-control").unwrap_or_default();
    CACHED.equals(recorder, "max-age=86400, must-revalidate", Some(control));
    NO_RATE_LIMIT.absent(recorder, "x-rate-limit-limit", reply.header("x-rate-limit-limit"));
    NO_SNIFF.equals(recorder, "nosniff", reply.header("x-content-type-options"));
}

/// Checks the headers of the sign-in page.
pub fn sign_in_page(recorder: &Recorder, reply: &Reply) {
    let policy = reply.header("content-security-policy").unwrap_or_default();
    let framed = reply.header("x-frame-options").unwrap_or_default();
    let closed =
        policy.contains("frame-ancestors") || matches!(framed.to_ascii_uppercase().as_str(), "DENY" | "SAMEORIGIN");
    let actual = format!("X-Frame-Options: {framed}; Content-Security-Policy: {policy}");
    NOT_FRAMED.holds(recorder, closed, "frame-ancestors or X-Frame-Options", actual);
}

/// Checks a redirect that carries a code.
pub fn redirect(recorder: &Recorder, reply: &Reply) {
    NO_REFERRER.equals(recorder, "no-referrer", reply.header("referrer-policy"));
    let control = reply.header("cache-control").unwrap_or_default();
    NOT_STORED.holds(recorder, control.contains("no-store"), "no-store", control);
}

/// Checks the response to a preflight.
pub fn preflight(recorder: &Recorder, reply: &Reply, origin: &str) {
    PREFLIGHT_STATUS.holds(recorder, reply.status == 204, 204, reply.status);
    cross_origin(recorder, reply, origin);
    let methods = reply.header("access-control-allow-methods").unwrap_or_default();
    ALLOW_METHOD.holds(recorder, methods.contains("POST"), "POST", methods);
}

/// Checks the response to a script on another origin.
pub fn cross_origin(recorder: &Recorder, reply: &Reply, origin: &str) {
    ALLOW_ORIGIN.equals(recorder, origin, reply.header("access-control-allow-origin"));
    let vary = reply.header("vary").unwrap_or_default();
    VARY.holds(recorder, vary.to_ascii_lowercase().contains("origin"), "Vary: Origin", vary);
}
