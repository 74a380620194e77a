//! The clock by which tokens are checked: the machine's, or the mock's if it is the issuer, because tests move that.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

use crate::control_api::{ControlAnswer, ControlApi};
use crate::timestamp;

/// A difference that is due to the rounding of times.
const ROUNDING: i64 = 1;

/// The issuer's clock.
#[derive(Debug)]
pub(crate) struct Clock {
    control: Arc<ControlApi>,
    /// Seconds by which the mock's clock was ahead when it was last read.
    offset: AtomicI64,
}

/// A time that was read, and how it differs from the machine's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Reading {
    /// Seconds since 1970-01-01 00:00:00 UTC.
    pub(crate) now: i64,
    /// Seconds by which it is ahead of the machine's clock.
    offset: i64,
    /// The clock is stopped.
    frozen: bool,
}

impl Clock {
    pub(crate) fn new(control: Arc<ControlApi>) -> Self {
        Self { control, offset: AtomicI64::new(0) }
    }

    /// Seconds since 1970-01-01 00:00:00 UTC.
    pub(crate) async fn now(&self) -> i64 {
        self.read().await.now
    }

    /// Asks the mock each time: its clock may be moved at any time. While it does not answer, its last offset counts.
    pub(crate) async fn read(&self) -> Reading {
        let read = self.control.answer("clock").await.and_then(|answer| Reading::new(&answer, machine_now()));
        match read {
            Some(reading) => {
                self.offset.store(reading.offset, Ordering::Relaxed);
                reading
            }
            None => {
                let offset = self.offset.load(Ordering::Relaxed);
                Reading { now: machine_now() + offset, offset, frozen: false }
            }
        }
    }
}

impl Reading {
    /// Where the control API is closed, the `Date` header has the time of the org too.
    fn new(answer: &ControlAnswer, machine: i64) -> Option<Self> {
        let member = |name: &str| answer.body.as_ref().and_then(|body| body.get(name));
        let now = match (member("now").and_then(Value::as_str), &answer.date) {
            (Some(now), _) => OffsetDateTime::parse(now, &Rfc3339),
            (None, Some(date)) => OffsetDateTime::parse(date, &Rfc2822),
            (None, None) => return None,
        };
        let now = now.ok()?.unix_timestamp();
        let frozen = member("frozen").and_then(Value::as_bool).unwrap_or(false);
        let offset = if (now - machine).abs() <= ROUNDING && !frozen { 0 } else { now - machine };
        Some(Self { now, offset, frozen })
    }

    /// How the mock's clock differs from the machine's, if it does.
    pub(crate) fn difference(self) -> Option<String> {
        let distance = timestamp::span(self.offset.abs());
        match (self.frozen, self.offset) {
            (true, _) => Some(format!("The mock's clock is stopped at {}", timestamp::utc(self.now))),
            (false, 0) => None,
            (false, 1..) => Some(format!("The mock's clock is {distance} ahead, at {}", timestamp::utc(self.now))),
            (false, _) => Some(format!("The mock's clock is {distance} behind, at {}", timestamp::utc(self.now))),
        }
    }
}

/// The machine's clock, in seconds since 1970-01-01 00:00:00 UTC: for ages that have nothing to do with tokens.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
pub(crate) fn machine_now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const MACHINE: i64 = 1_700_000_000;

    fn reading(body: Option<Value>, date: Option<&str>) -> Option<Reading> {
        Reading::new(&ControlAnswer { body, date: date.map(str::to_owned) }, MACHINE)
    }

    #[test]
    fn the_mocks_clock_is_read_from_the_body_or_from_the_date() {
        let ahead = json!({"now": "2023-11-15T00:13:20.5Z", "offset": 7200, "frozen": false});
        assert_eq!(reading(Some(ahead), None), Some(Reading { now: MACHINE + 7200, offset: 7200, frozen: false }));
        let closed = reading(None, Some("Tue, 14 Nov 2023 21:13:20 GMT"));
        assert_eq!(closed, Some(Reading { now: MACHINE - 3600, offset: -3600, frozen: false }));
        assert_eq!(reading(None, None), None);
        assert_eq!(reading(Some(json!({"now": "soon"})), None), None);
    }

    #[test]
    fn a_clock_that_differs_is_described() {
        let of = |offset, frozen| Reading { now: MACHINE + offset, offset, frozen }.difference();
        assert_eq!(of(0, false), None);
        assert_eq!(of(7200, false).unwrap(), "The mock's clock is 2 h ahead, at 2023-11-15 00:13:20 UTC");
        assert_eq!(of(-60, false).unwrap(), "The mock's clock is 60 s behind, at 2023-11-14 22:12:20 UTC");
        assert_eq!(of(0, true).unwrap(), "The mock's clock is stopped at 2023-11-14 22:13:20 UTC");
        let rounded = reading(Some(json!({"now": "2023-11-14T22:13:21Z", "frozen": false})), None);
        assert_eq!(rounded.unwrap().difference(), None);
    }
}
