//! Cross-origin requests: which answers scripts of other origins may read. Filled in on every answer, so that refusals that
//! come before any endpoint, and faults, can be read too.

use http::{HeaderMap, HeaderValue, Method, header};

use crate::engine::OrgInstance;

/// What scripts may read beside the body.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "DPoP-Nonce, WWW-Authenticate, X-Okta-Request-Id, X-Rate-Limit-Limit, X-Rate-Limit-Remaining, X-Rate-Limit-Reset",
);
const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("Content-Type");

/// Whose scripts may read what a path answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Readers {
    /// Documents, and what tokens and client credentials open. Okta: no cookie counts there, so that no origin needs trust.
    Anyone,
    /// What the browser's cookies open. Okta: for trusted origins; another gets the same answer without these headers.
    TrustedOrigins,
}

impl Readers {
    /// `None` where Okta shares nothing: pages, sign-out, the back channel, and most of the management API.
    pub(crate) fn of(method: &Method, path: &str) -> Option<Self> {
        if path.starts_with("/api/v1/authn") {
            return Some(Self::TrustedOrigins);
        }
        let Some(below) = path.strip_prefix("/oauth2/") else {
            return path.starts_with("/.well-known/").then_some(Self::Anyone);
        };
        let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
        // Okta: of the clients, reading one.
        if below.strip_prefix("v1/clients/").is_some_and(|client_id| !client_id.contains('/')) {
            return reads.then_some(Self::Anyone);
        }
        let endpoint = below.strip_prefix("v1/").or_else(|| below.split_once("/v1/").map(|(_, endpoint)| endpoint));
        // Okta: that sign-in goes on with cookies.
        if endpoint == Some("interact") {
            return Some(Self::TrustedOrigins);
        }
        let shared = match endpoint {
            Some(endpoint) => {
                matches!(endpoint, "token" | "par" | "userinfo" | "introspect" | "revoke" | "device/authorize" | "keys")
            }
            None => below.contains("/.well-known/"),
        };
        shared.then_some(Self::Anyone)
    }
}

/// The origin of the page that a request comes from, if a browser says so.
pub(crate) fn origin(request: &HeaderMap) -> Option<&HeaderValue> {
    // RFC 6454 6.2: ASCII. It is echoed, so that nothing else may get in.
    request.get(header::ORIGIN).filter(|origin| origin.to_str().is_ok())
}

/// Lets scripts read an answer.
pub(crate) fn fill(headers: &mut HeaderMap, readers: Readers, origin: Option<&HeaderValue>, org: &OrgInstance) {
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = origin else { return };
    if readers == Readers::TrustedOrigins {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_read_follows_the_path() {
        let of = |path: &str| Readers::of(&Method::POST, path);
        for path in [
            "/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server/oauth2/default",
            "/oauth2/default/.well-known/openid-configuration",
            "/oauth2/v1/token",
            "/oauth2/default/v1/token",
            "/oauth2/nowhere/v1/userinfo",
            "/oauth2/v1/device/authorize",
        ] {
            assert_eq!(of(path), Some(Readers::Anyone), "{path}");
        }
        for path in ["/api/v1/authn/cancel", "/oauth2/default/v1/interact"] {
            assert_eq!(of(path), Some(Readers::TrustedOrigins), "{path}");
        }
        for path in [
            "/oauth2/v1/authorize",
            "/oauth2/default/v1/logout",
            "/oauth2/default/v1/bc/authorize",
            "/oauth2/v1/clients",
            "/oauth2/v1/clients/0oa",
            "/api/v1/authorizationServers/default/credentials/keys",
            "/activate",
        ] {
            assert_eq!(of(path), None, "{path}");
        }
        assert_eq!(Readers::of(&Method::GET, "/oauth2/v1/clients/0oa"), Some(Readers::Anyone));
        assert_eq!(Readers::of(&Method::GET, "/oauth2/v1/clients/0oa/lifecycle/newSecret"), None);
    }
}
