//! The headers that Okta puts on every answer, unless the handler sets its own.
//!
//! Strict-Transport-Security, which Okta sends, is left out: a browser ignores it over http, and over https it would
//! pin `localhost` to https for every port of this machine, for years.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use http::header::{CACHE_CONTROL, DATE, EXPIRES, PRAGMA, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_XSS_PROTECTION};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::clock::Clock;
use crate::routing::RateClass;

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

/// The largest number of headers of an answer: those of [`fill`], of the handler and of the server.
pub(crate) const COUNT: usize = 18;

/// Seconds of a rate-limit window.
const WINDOW: i64 = 60;

/// The one-minute windows of an org, one for each class. They count requests and never refuse one: tests that need 429 use
/// the fault.
#[derive(Debug, Default)]
pub(crate) struct RateWindows([RateWindow; RateClass::LIMITED]);

#[derive(Debug, Default)]
struct RateWindow {
    ends: AtomicI64,
    used: AtomicU32,
}

impl RateWindows {
    /// Counts a request; returns the limit, what remains of it, and when the window ends. `None` for a class without limit.
    fn count(&self, class: RateClass, now: i64) -> Option<(u32, u32, i64)> {
        let limit = class.limit()?;
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
        // Never 0: some clients pause when they read it.
        let remaining = limit.saturating_sub(used).max(1);
        Some((limit, remaining, window.ends.load(Ordering::Relaxed)))
    }
}

/// Adds the headers that the handler did not set.
pub(crate) fn fill(
    headers: &mut HeaderMap,
    status: StatusCode,
    class: RateClass,
    windows: &RateWindows,
    clock: &Clock,
) {
    headers.reserve(COUNT);
    // By the org's clock: clients compute the end of rate-limit windows and the age of cached answers from it.
    headers.insert(DATE, clock.http_dates().now);
    // A handler that sets Cache-Control has decided about caching as a whole.
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, NO_STORE);
        headers.insert(PRAGMA, NO_CACHE);
        headers.insert(EXPIRES, EXPIRED);
    }
    if class != RateClass::Unlimited {
        if !headers.contains_key(RATE_LIMIT)
            && let Some((limit, remaining, reset)) = windows.count(class, clock.now())
        {
            headers.insert(RATE_LIMIT, limit.into());
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

    fn filled(class: RateClass, own: &[(HeaderName, &'static str)]) -> Vec<String> {
        let mut headers: HeaderMap =
            own.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        let clock = Clock::default();
        clock.freeze();
        clock.set(1_700_000_000);
        fill(&mut headers, StatusCode::OK, class, &RateWindows::default(), &clock);
        let mut lines: Vec<_> =
            headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        lines.sort();
        lines
    }

    #[test]
    fn a_token_answer_has_the_recorded_headers() {
        assert_eq!(
            filled(RateClass::Token, &[]),
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
    fn cache_control_of_the_handler_is_kept_and_unlimited_routes_are_not_counted() {
        let own = [(CACHE_CONTROL, "max-age=86400, must-revalidate")];
        assert_eq!(
            filled(RateClass::Unlimited, &own),
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
    fn a_window_lasts_a_minute_from_its_first_request() {
        let windows = RateWindows::default();
        let count = |class, now| windows.count(class, now).unwrap();
        assert_eq!(count(RateClass::Token, 1_000), (150, 149, 1_060));
        assert_eq!(count(RateClass::Token, 1_059), (150, 148, 1_060));
        assert_eq!(count(RateClass::Authn, 1_059), (600, 599, 1_119));
        assert_eq!(count(RateClass::Token, 1_060), (150, 149, 1_120));
        assert_eq!(count(RateClass::Token, 500), (150, 149, 560));
        for _ in 0..200 {
            count(RateClass::Token, 501);
        }
        assert_eq!(count(RateClass::Token, 502), (150, 1, 560));
        assert_eq!(windows.count(RateClass::Unlimited, 502), None);
    }
}
