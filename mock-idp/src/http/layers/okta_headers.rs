//! The headers that Okta puts on every answer, unless the handler sets its own.
//!
//! Strict-Transport-Security, which Okta sends, is left out: a browser ignores it over http, and over https it would
//! pin `localhost` to https for every port of this machine, for years.

use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering};

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

/// The one-minute windows of an org, one for each class.
#[derive(Debug, Default)]
pub(crate) struct RateWindows {
    windows: [RateWindow; RateClass::LIMITED],
    /// The number of resets of the org that have been seen.
    resets: AtomicU64,
}

#[derive(Debug, Default)]
struct RateWindow {
    ends: AtomicI64,
    used: AtomicU32,
}

/// A request as its window has counted it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct RateCount {
    limit: u32,
    /// The requests of the window, this one included.
    used: u32,
    /// When the window ends.
    reset: i64,
}

impl RateCount {
    /// Whether the request is beyond the limit.
    pub(crate) fn is_exceeded(self) -> bool {
        self.used > self.limit
    }

    /// Sets the headers. `enforced`: whether requests beyond the limit are refused.
    pub(crate) fn fill(self, headers: &mut HeaderMap, enforced: bool) {
        let remaining = self.limit.saturating_sub(self.used);
        headers.insert(RATE_LIMIT, self.limit.into());
        // Some clients pause when they read 0, which would be wrong if the next request is answered.
        headers.insert(RATE_REMAINING, if enforced { remaining } else { remaining.max(1) }.into());
        headers.insert(RATE_RESET, self.reset.into());
    }
}

impl RateWindows {
    /// Counts a request. `resets` is the number of resets of the org: each begins new windows. `None` for a class without limit.
    pub(crate) fn count(&self, class: RateClass, now: i64, resets: u64) -> Option<RateCount> {
        let limit = class.limit()?;
        if self.resets.swap(resets, Ordering::Relaxed) != resets {
            self.windows.iter().for_each(|window| window.ends.store(0, Ordering::Relaxed));
        }
        let window = &self.windows[class as usize];
        let ends = window.ends.load(Ordering::Relaxed);
        // Okta: a window is a minute long and not aligned to the clock. A clock that was set back begins a new one too.
        if now >= ends || ends > now + WINDOW {
            let begun = window.ends.compare_exchange(ends, now + WINDOW, Ordering::Relaxed, Ordering::Relaxed);
            if begun.is_ok() {
                window.used.store(0, Ordering::Relaxed);
            }
        }
        let used = window.used.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        Some(RateCount { limit, used, reset: window.ends.load(Ordering::Relaxed) })
    }
}

/// Adds the headers that the handler did not set. `count` counts the request for its rate limit, unless that has been done.
pub(crate) fn fill(
    headers: &mut HeaderMap,
    status: StatusCode,
    class: RateClass,
    count: impl FnOnce() -> Option<RateCount>,
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
            && let Some(count) = count()
        {
            count.fill(headers, false);
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
        let windows = RateWindows::default();
        fill(&mut headers, StatusCode::OK, class, || windows.count(class, clock.now(), 0), &clock);
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
        let count = |class, now| {
            let count = windows.count(class, now, 0).unwrap();
            (count.limit, count.used, count.reset)
        };
        assert_eq!(count(RateClass::Token, 1_000), (150, 1, 1_060));
        assert_eq!(count(RateClass::Token, 1_059), (150, 2, 1_060));
        assert_eq!(count(RateClass::Authn, 1_059), (600, 1, 1_119));
        assert_eq!(count(RateClass::Token, 1_060), (150, 1, 1_120));
        assert_eq!(count(RateClass::Token, 500), (150, 1, 560));
        assert_eq!(windows.count(RateClass::Unlimited, 502, 0), None);
    }

    #[test]
    fn a_reset_begins_new_windows() {
        let windows = RateWindows::default();
        let used = |resets| windows.count(RateClass::Token, 1_000, resets).unwrap().used;
        assert_eq!([used(0), used(0), used(1), used(1)], [1, 2, 1, 2]);
    }

    #[test]
    fn the_headers_show_0_only_if_the_limit_is_enforced() {
        for (used, enforced, remaining, exceeded) in
            [(149, false, "1", false), (150, false, "1", false), (150, true, "0", false), (151, true, "0", true)]
        {
            let count = RateCount { limit: 150, used, reset: 60 };
            let mut headers = HeaderMap::new();
            count.fill(&mut headers, enforced);
            assert_eq!(
                (&headers[RATE_REMAINING], count.is_exceeded()),
                (&HeaderValue::from_static(remaining), exceeded)
            );
        }
    }
}
