//! The org's clock: real time, moved or stopped on request, so that a test does not have to wait until a token expires.
//!
//! Reading the time takes no lock: it happens several times in every request.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use http::HeaderValue;
use mock_idp_core::ledger::ClockSetting;
use parking_lot::Mutex;
use schemars::JsonSchema;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// Seconds.
const DAY: i64 = 86_400;

/// `frozen_at` while the clock runs.
const RUNNING: i64 = i64::MIN;

/// The largest distance of a clock from 1970: the last second of the year 9999.
const LIMIT_SECONDS: i64 = 253_402_300_799;

/// A clock that follows the machine's, may be moved by an offset, and may be stopped.
#[derive(Debug)]
pub(crate) struct Clock {
    offset_millis: AtomicI64,
    frozen_at: AtomicI64,
    /// How it is set after a reset.
    start: ClockSetting,
    step_millis: AtomicI64,
    /// Locked while the clock is moved; readers do not lock it.
    moving: Mutex<()>,
    written: Mutex<HttpDates>,
}

/// A time, and the time a day later, as header values.
#[derive(Clone, Debug)]
pub(crate) struct HttpDates {
    seconds: i64,
    pub(crate) now: HeaderValue,
    pub(crate) tomorrow: HeaderValue,
}

impl HttpDates {
    fn of(seconds: i64) -> Self {
        let write = |seconds| HeaderValue::from_str(&http_date(seconds)).unwrap_or(HeaderValue::from_static(""));
        Self { seconds, now: write(seconds), tomorrow: write(seconds + DAY) }
    }
}

/// The state of a clock, for the control API and the banner.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub(crate) struct ClockState {
    /// The org's time, RFC 3339.
    pub now: String,
    /// Seconds by which it differs from the machine's.
    pub offset: i64,
    /// Whether it is stopped.
    pub frozen: bool,
    /// Seconds by which each request moves it.
    #[serde(skip_serializing_if = "is_zero")]
    #[schemars(default)]
    pub step: i64,
}

impl Default for Clock {
    fn default() -> Self {
        Self::from(ClockSetting::default())
    }
}

/// The clock is set like this, now and after each reset.
impl From<ClockSetting> for Clock {
    fn from(setting: ClockSetting) -> Self {
        let (offset_millis, frozen_at) = (AtomicI64::new(0), AtomicI64::new(RUNNING));
        let (step_millis, written) = (AtomicI64::new(0), Mutex::new(HttpDates::of(0)));
        let clock = Self { offset_millis, frozen_at, start: setting, step_millis, moving: Mutex::new(()), written };
        clock.follow(setting);
        clock
    }
}

impl Clock {
    /// Seconds since 1970.
    #[must_use]
    pub(crate) fn now(&self) -> i64 {
        self.now_millis().div_euclid(1000)
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub(crate) fn now_millis(&self) -> i64 {
        match self.frozen_at.load(Ordering::Acquire) {
            RUNNING => machine_millis().saturating_add(self.offset_millis.load(Ordering::Acquire)),
            frozen => frozen,
        }
    }

    /// The time in HTTP's format: formatted once a second, not for each response.
    pub(crate) fn http_dates(&self) -> HttpDates {
        let seconds = self.now();
        let mut written = self.written.lock();
        if written.seconds != seconds {
            *written = HttpDates::of(seconds);
        }
        written.clone()
    }

    /// Moves the clock by so many seconds; backwards when negative.
    pub(crate) fn advance(&self, seconds: i64) {
        let _moving = self.moving.lock();
        let shown = self.now_millis();
        let moved = limited(shown.saturating_add(seconds.saturating_mul(1000)));
        match self.frozen_at.load(Ordering::Acquire) {
            // By this exactly: many changes add up to their sum.
            RUNNING => _ = self.offset_millis.fetch_add(moved - shown, Ordering::AcqRel),
            _ => self.show(moved),
        }
    }

    /// Lets each request move the clock by so many seconds; 0 ends it.
    pub(crate) fn set_step(&self, seconds: i64) {
        self.step_millis.store(seconds.saturating_mul(1000), Ordering::Release);
    }

    /// Whether each request moves the clock.
    pub(crate) fn steps(&self) -> bool {
        self.step_millis.load(Ordering::Acquire) != 0
    }

    /// Moves the clock as a request does.
    pub(crate) fn step(&self) {
        self.advance(self.step_millis.load(Ordering::Acquire) / 1000);
    }

    /// Stops the clock at the time that it shows.
    pub(crate) fn freeze(&self) {
        let _moving = self.moving.lock();
        self.frozen_at.store(self.now_millis(), Ordering::Release);
    }

    /// Starts a stopped clock from the time that it shows.
    pub(crate) fn run(&self) {
        let _moving = self.moving.lock();
        let shown = self.now_millis();
        self.offset_millis.store(shown.saturating_sub(machine_millis()), Ordering::Release);
        self.frozen_at.store(RUNNING, Ordering::Release);
    }

    /// Sets the clock to `seconds` since 1970. A stopped clock stays stopped.
    pub(crate) fn set(&self, seconds: i64) {
        let _moving = self.moving.lock();
        self.show(seconds.saturating_mul(1000));
    }

    /// Back to how it was at the start: the machine's time, running, unless the org has a seed.
    pub(crate) fn reset(&self) {
        self.follow(self.start);
    }

    /// How it is set after a reset.
    #[must_use]
    pub(crate) fn start(&self) -> ClockSetting {
        self.start
    }

    /// A clock with the same start that is set like this.
    #[must_use]
    pub(crate) fn with_setting(&self, setting: ClockSetting) -> Self {
        let clock = Self::from(self.start);
        clock.follow(setting);
        clock
    }

    /// How the clock is set.
    #[must_use]
    pub(crate) fn setting(&self) -> ClockSetting {
        let frozen_at = Some(self.frozen_at.load(Ordering::Acquire)).filter(|millis| *millis != RUNNING);
        let (offset, step) = (&self.offset_millis, &self.step_millis);
        ClockSetting {
            offset_millis: offset.load(Ordering::Acquire),
            frozen_at,
            step_millis: step.load(Ordering::Acquire),
        }
    }

    /// Sets the clock as another one is set.
    pub(crate) fn follow(&self, setting: ClockSetting) {
        let _moving = self.moving.lock();
        self.offset_millis.store(setting.offset_millis, Ordering::Release);
        self.frozen_at.store(setting.frozen_at.unwrap_or(RUNNING), Ordering::Release);
        self.step_millis.store(setting.step_millis, Ordering::Release);
    }

    /// The state of the clock.
    #[must_use]
    pub(crate) fn state(&self) -> ClockState {
        let now = self.now_millis();
        let frozen = self.frozen_at.load(Ordering::Acquire) != RUNNING;
        let offset = now.saturating_sub(machine_millis());
        // Rounded, so that the time between two readings of the machine's clock is not part of it.
        let offset = offset.saturating_add(500).div_euclid(1000);
        ClockState { now: rfc3339(now), offset, frozen, step: self.step_millis.load(Ordering::Acquire) / 1000 }
    }

    /// `moving` must be locked.
    fn show(&self, millis: i64) {
        let millis = limited(millis);
        self.offset_millis.store(millis.saturating_sub(machine_millis()), Ordering::Release);
        if self.frozen_at.load(Ordering::Acquire) != RUNNING {
            self.frozen_at.store(millis, Ordering::Release);
        }
    }
}

fn limited(millis: i64) -> i64 {
    millis.clamp(-LIMIT_SECONDS * 1000, LIMIT_SECONDS * 1000)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn is_zero(seconds: &i64) -> bool {
    *seconds == 0
}

/// Milliseconds since 1970 in the format of RFC 3339, with milliseconds, as Okta formats times.
#[must_use]
pub(crate) fn rfc3339(millis: i64) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_else(|| millis.to_string())
}

/// The time of day of milliseconds since 1970, in UTC: `12:30:05.123`.
#[must_use]
pub(crate) fn time_of_day(millis: i64) -> String {
    const FORMAT: &[BorrowedFormatItem<'_>] = format_description!("[hour]:[minute]:[second].[subsecond digits:3]");
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
        .ok()
        .and_then(|time| time.format(FORMAT).ok())
        .unwrap_or_else(|| millis.to_string())
}

/// Seconds since 1970 in HTTP's format. RFC 9110 5.6.7.
#[must_use]
fn http_date(seconds: i64) -> String {
    const FORMAT: &[BorrowedFormatItem<'_>] =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    OffsetDateTime::from_unix_timestamp(seconds.min(LIMIT_SECONDS))
        .ok()
        .and_then(|time| time.format(FORMAT).ok())
        .unwrap_or_default()
}

/// The only place that reads the machine's wall clock.
#[expect(clippy::disallowed_methods, reason = "all other clocks are derived from it")]
pub(crate) fn machine_millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_shows_the_time_it_was_set_to() {
        let clock = Clock::default();
        clock.freeze();
        clock.set(1_700_000_000);
        assert_eq!(clock.now(), 1_700_000_000);
        clock.advance(3_600);
        assert_eq!(clock.now(), 1_700_003_600);
        clock.advance(-7_200);
        assert_eq!(clock.now(), 1_699_996_400);
        let state = clock.state();
        assert_eq!(state.now, "2023-11-14T21:13:20Z");
        assert!(state.frozen);
    }

    #[test]
    fn a_stopped_clock_continues_from_the_time_it_showed() {
        let clock = Clock::default();
        clock.freeze();
        clock.set(1_700_000_000);
        clock.run();
        assert!((1_700_000_000..1_700_000_060).contains(&clock.now()));
        assert!(!clock.state().frozen);
    }

    #[test]
    fn reset_restores_the_machines_time() {
        let clock = Clock::default();
        clock.advance(1_000_000);
        assert_eq!(clock.state().offset, 1_000_000);
        clock.freeze();
        clock.reset();
        assert_eq!(clock.state().offset, 0);
        assert!(!clock.state().frozen);
    }

    #[test]
    fn a_clock_that_follows_a_setting_shows_the_same_time() {
        let clock = Clock::from(ClockSetting::frozen(1_700_000_000));
        assert_eq!(clock.now(), 1_700_000_000);
        let other = Clock::default();
        other.follow(clock.setting());
        assert_eq!(other.state(), clock.state());
    }

    #[test]
    fn http_dates_have_the_format_of_rfc_9110() {
        // RFC 9110 5.6.7.
        assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http_date(LIMIT_SECONDS + 1), "Fri, 31 Dec 9999 23:59:59 GMT");
    }

    #[test]
    fn a_jump_beyond_the_year_9999_is_limited_to_it() {
        let clock = Clock::default();
        clock.freeze();
        clock.advance(i64::MAX);
        assert_eq!(clock.now(), LIMIT_SECONDS);
        assert_eq!(clock.state().now, "9999-12-31T23:59:59Z");
    }
}
