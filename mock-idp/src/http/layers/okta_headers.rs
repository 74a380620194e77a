//! The headers that Okta puts on every answer, filled in where the handler set none of its own.
//!
//! Strict-Transport-Security, which Okta sends, is left out: a browser ignores it over http, and over https it would
//! pin `localhost` to https for every port of this machine, for years.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use http::header::{CACHE_CONTROL, DATE, EXPIRES, PRAGMA, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_XSS_PROTECTION};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::clock::Clock;

const ACCEPT_CH: HeaderName = HeaderName::from_static("accept-ch");
const P3P: HeaderName = HeaderName::from_static("p3p");
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");
pub(crate) const RATE_LIMIT: HeaderName = HeaderName::from_static("x-rate-limit-limit");
pub(crate) const RATE_REMAINING: HeaderName = HeaderName::from_static("x-rate-limit-remaining");
pub(crate) const RATE_RESET: HeaderName = HeaderName::from_static("x-rate-limit-reset");

/// Most of the values, as recorded from Okta in 2026.
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const REFERRER: HeaderValue = HeaderValue::from_static("strict-origin-when-cross-origin");
const NO_XSS_FILTER: HeaderValue = HeaderValue::from_static("0");
const HONK: HeaderValue = HeaderValue::from_static("CP=\"HONK\"");
const CLIENT_HINTS: HeaderValue = HeaderValue::from_static("Sec-CH-UA-Platform-Version");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-cache, no-store");
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");
const EXPIRED: HeaderValue = HeaderValue::from_static("0");
const NO_INDEX: HeaderValue = HeaderValue::from_static("noindex,nofollow");

/// How many headers [`fill`] may add, and a handler and the server beside it.
pub(crate) const COUNT: usize = 18;

/// Seconds of a rate-limit window.
const WINDOW: i64 = 60;

/// Endpoints that Okta counts together. Limits are per minute, those of a developer org.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum EndpointClass {
    Token,
    Authorize,
    OAuth,
    Authn,
    SignIn,
    Management,
}

impl EndpointClass {
    const COUNT: usize = 6;

    /// The class that a path is counted in. Okta: discovery and keys are not rate limited.
    pub(crate) fn of(path: &str) -> Option<Self> {
        if path.starts_with("/oauth2/") {
            return match path.rsplit('/').next() {
                Some("token") => Some(Self::Token),
                Some("authorize") if path.ends_with("/v1/authorize") => Some(Self::Authorize),
                Some("keys" | "openid-configuration" | "oauth-authorization-server") => None,
                _ => Some(Self::OAuth),
            };
        }
        if path.starts_with("/api/v1/authn") {
            Some(Self::Authn)
        } else if path.starts_with("/api/") {
            Some(Self::Management)
        } else if path.starts_with("/idp/") {
            Some(Self::SignIn)
        } else {
            None
        }
    }

    pub(crate) fn limit(self) -> u32 {
        match self {
            // As recorded from a developer org's token endpoint.
            Self::Token => 150,
            // Okta: default limit of a client on /authorize.
            Self::Authorize => 60,
            Self::OAuth => 1_200,
            Self::Authn | Self::SignIn | Self::Management => 600,
        }
    }
}

/// The one-minute windows of an org, one for each class. They count and show; they never refuse: a test that wants 429
/// asks for the fault.
#[derive(Debug, Default)]
pub(crate) struct RateWindows([RateWindow; EndpointClass::COUNT]);

#[derive(Debug, Default)]
struct RateWindow {
    ends: AtomicI64,
    used: AtomicU32,
}

impl RateWindows {
    /// Counts a request; what remains of the limit, and when the window ends.
    fn count(&self, class: EndpointClass, now: i64) -> (u32, i64) {
        let window = &self.0[class as usize];
        let ends = window.ends.load(Ordering::Relaxed);
        // A window is a minute long and not aligned to the clock; a clock that was set back begins a new one too.
        if now >= ends || ends > now + WINDOW {
            let begun = window.ends.compare_exchange(ends, now + WINDOW, Ordering::Relaxed, Ordering::Relaxed);
            if begun.is_ok() {
                window.used.store(0, Ordering::Relaxed);
            }
        }
        let used = window.used.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        // Never nought: some clients hold back on their own when it says so.
        let remaining = class.limit().saturating_sub(used).max(1);
        (remaining, window.ends.load(Ordering::Relaxed))
    }
}

/// Fills in what the handler left out.
pub(crate) fn fill(headers: &mut HeaderMap, status: StatusCode, path: &str, windows: &RateWindows, clock: &Clock) {
    headers.reserve(COUNT);
    // Of the org's clock: clients reckon from it to the end of a rate-limit window, and to the age of what they keep.
    headers.insert(DATE, clock.http_dates().now);
    // A handler that sets Cache-Control has decided about caching as a whole.
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, NO_STORE);
        headers.insert(PRAGMA, NO_CACHE);
        headers.insert(EXPIRES, EXPIRED);
    }
    if let Some(class) = EndpointClass::of(path) {
        if !headers.contains_key(RATE_LIMIT) {
            let (remaining, reset) = windows.count(class, clock.now());
            headers.insert(RATE_LIMIT, class.limit().into());
            headers.insert(RATE_REMAINING, remaining.into());
            headers.insert(RATE_RESET, reset.into());
        }
        if status.is_success() {
            headers.entry(ROBOTS).or_insert(NO_INDEX);
        }
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    headers.entry(REFERRER_POLICY).or_insert(REFERRER);
    headers.insert(X_XSS_PROTECTION, NO_XSS_FILTER);
    headers.insert(P3P, HONK);
    headers.insert(ACCEPT_CH, CLIENT_HINTS);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(path: &str, own: &[(HeaderName, &'static str)]) -> Vec<String> {
        let mut headers: HeaderMap =
            own.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        let clock = Clock::default();
        clock.freeze();
        clock.set(1_700_000_000);
        fill(&mut headers, StatusCode::OK, path, &RateWindows::default(), &clock);
        let mut lines: Vec<_> =
            headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        lines.sort();
        lines
    }

    #[test]
    fn a_token_answer_bears_the_recorded_headers() {
        assert_eq!(
            filled("/oauth2/default/v1/token", &[]),
            [
                "accept-ch: Sec-CH-UA-Platform-Version",
                "cache-control: no-cache, no-store",
                "date: Tue, 14 Nov 2023 22:13:20 GMT",
                "expires: 0",
                "p3p: CP=\"HONK\"",
                "pragma: no-cache",
                "referrer-policy: strict-origin-when-cross-origin",
                "x-content-type-options: nosniff",
                "x-rate-limit-limit: 150",
                "x-rate-limit-remaining: 149",
                "x-rate-limit-reset: 1700000060",
                "x-robots-tag: noindex,nofollow",
                "x-xss-protection: 0",
            ]
        );
    }

    #[test]
    fn discovery_keeps_its_caching_and_is_not_counted() {
        let own = [(CACHE_CONTROL, "max-age=86400, must-revalidate")];
        assert_eq!(
            filled("/oauth2/default/.well-known/openid-configuration", &own),
            [
                "accept-ch: Sec-CH-UA-Platform-Version",
                "cache-control: max-age=86400, must-revalidate",
                "date: Tue, 14 Nov 2023 22:13:20 GMT",
                "p3p: CP=\"HONK\"",
                "referrer-policy: strict-origin-when-cross-origin",
                "x-content-type-options: nosniff",
                "x-xss-protection: 0",
            ]
        );
    }

    #[test]
    fn a_window_lasts_a_minute_and_its_end_stays() {
        let windows = RateWindows::default();
        assert_eq!(windows.count(EndpointClass::Token, 1_000), (149, 1_060));
        assert_eq!(windows.count(EndpointClass::Token, 1_059), (148, 1_060));
        assert_eq!(windows.count(EndpointClass::Authn, 1_059), (599, 1_119));
        assert_eq!(windows.count(EndpointClass::Token, 1_060), (149, 1_120));
        assert_eq!(windows.count(EndpointClass::Token, 500), (149, 560));
        for _ in 0..200 {
            windows.count(EndpointClass::Token, 501);
        }
        assert_eq!(windows.count(EndpointClass::Token, 502), (1, 560));
    }

    #[test]
    fn classes_follow_the_path() {
        let class = EndpointClass::of;
        assert_eq!(class("/oauth2/v1/token"), Some(EndpointClass::Token));
        assert_eq!(class("/oauth2/default/v1/userinfo"), Some(EndpointClass::OAuth));
        assert_eq!(class("/oauth2/v1/keys"), None);
        assert_eq!(class("/.well-known/openid-configuration"), None);
        assert_eq!(class("/api/v1/authn/factors/x/verify"), Some(EndpointClass::Authn));
        assert_eq!(class("/api/v1/users"), Some(EndpointClass::Management));
        assert_eq!(class("/idp/idx/introspect"), Some(EndpointClass::SignIn));
        assert_eq!(class("/login/login.htm"), None);
    }
}
