//! Middleware for every request: checks `Host` against DNS rebinding and adds security headers.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{Method, StatusCode};
use url::Host;

/// The allowed host and the content security policy.
#[derive(Debug)]
pub(crate) struct RequestGuard {
    /// The app's URL. Pages requested under another of its names redirect there, because cookies belong to one name.
    url: String,
    own_host: String,
    /// The app is reachable from other machines, so any name is allowed.
    open: bool,
    policy: HeaderValue,
}

impl RequestGuard {
    /// `authority` is host and port of `url`.
    pub(crate) fn new(url: &str, authority: &str, issuer_origin: &str, open: bool) -> Self {
        // Sign-in and sign-out are forms that end in a redirect to the issuer; browsers apply form-action to it too.
        let policy = format!(
            "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; \
             form-action 'self' {issuer_origin}; base-uri 'none'; frame-ancestors 'none'"
        );
        let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
        Self { url: url.to_owned(), own_host: authority.to_owned(), open, policy }
    }

    fn allows(&self, host: &str) -> bool {
        self.open || host == self.own_host || names_loopback(host)
    }
}

fn names_loopback(authority: &str) -> bool {
    let Ok(url) = url::Url::parse(&format!("http://{authority}/")) else { return false };
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// The middleware function.
pub(crate) async fn check(State(guard): State<Arc<RequestGuard>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned();
    if !guard.allows(&host) {
        return (StatusCode::MISDIRECTED_REQUEST, "This app does not answer under that host name.\n").into_response();
    }
    let path = request.uri().path();
    // A port may be missing or forwarded; only the name matters, because cookies ignore ports.
    let other_name = name_of(&host) != name_of(&guard.own_host);
    let is_page =
        !path.starts_with("/api/") && !path.starts_with("/assets/") && path != "/healthz" && !path.ends_with(".json");
    if other_name && is_page && !guard.open && request.method() == Method::GET {
        let rest = request.uri().path_and_query().map_or("/", |it| it.as_str());
        return Redirect::temporary(&format!("{}{rest}", guard.url)).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, guard.policy.clone());
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // Not `no-referrer`: that would make browsers send `Origin: null` with our own forms.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn name_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|it| it.is_ascii_digit()) => name,
        _ => authority,
    }
}
