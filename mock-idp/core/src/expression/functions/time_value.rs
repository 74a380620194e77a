//! Times as expressions represent them: ISO 8601 text, with the id of the zone in brackets behind it after `toZone`.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use time::format_description::well_known::Iso8601;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

use crate::expression::function::{Failure, FunctionCall};

/// Seconds from 1601-01-01, where Windows counts from, to 1970-01-01.
pub(super) const WINDOWS_EPOCH: i128 = 11_644_473_600;

/// Abbreviations that Java still maps to places, as `Time.now("EST")` in the reference shows by its summer time.
const OLD_ZONES: &[(&str, &str)] = &[
    ("AST", "America/Anchorage"),
    ("CST", "America/Chicago"),
    ("EST", "America/New_York"),
    ("HST", "Pacific/Honolulu"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("MST", "America/Denver"),
    ("PST", "America/Los_Angeles"),
];

/// A time, its zone if it has one, and whether it is written with milliseconds.
pub(super) struct TimeValue {
    pub(super) at: OffsetDateTime,
    pub(super) zone: Option<String>,
    pub(super) fraction: bool,
}

impl TimeValue {
    pub(super) fn now(call: &FunctionCall<'_>) -> Result<Self, Failure> {
        Self::from_millis(i128::from(call.evaluation.roots().now_millis()))
    }

    fn from_millis(millis: i128) -> Result<Self, Failure> {
        let at = millis.checked_mul(1_000_000).and_then(|nanos| OffsetDateTime::from_unix_timestamp_nanos(nanos).ok());
        Ok(Self { at: at.ok_or("the time is out of range")?, zone: None, fraction: true })
    }

    pub(super) fn from_unix(text: &str) -> Result<Self, Failure> {
        Self::from_millis(digits(text)?)
    }

    pub(super) fn from_windows(text: &str) -> Result<Self, Failure> {
        let millis = digits(text)? / 10_000;
        Self::from_millis(millis.checked_sub(WINDOWS_EPOCH * 1000).ok_or("the time is out of range")?)
    }

    /// ISO 8601 text. Without an offset it is UTC, without a time of day it is midnight.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let (text, zone) = match text.strip_suffix(']').and_then(|text| text.rsplit_once('[')) {
            Some((text, zone)) => (text, Some(zone.to_owned())),
            None => (text, None),
        };
        let whole = if text.contains('T') { Cow::Borrowed(text) } else { Cow::Owned(format!("{text}T00:00:00")) };
        let at = OffsetDateTime::parse(&whole, &Iso8601::PARSING)
            .or_else(|_| PrimitiveDateTime::parse(&whole, &Iso8601::PARSING).map(PrimitiveDateTime::assume_utc))
            .map_err(|error| Failure(format!("{text:?} is not an ISO 8601 time: {error}")))?;
        Ok(Self { at, zone, fraction: text.contains('.') })
    }

    pub(super) fn in_zone(self, zone: &TimeZone) -> Result<Self, Failure> {
        let offset = Timestamp::from_second(self.at.unix_timestamp()).ok().map(|at| zone.to_offset(at).seconds());
        let offset = offset.and_then(|seconds| UtcOffset::from_whole_seconds(seconds).ok());
        let at = offset.and_then(|offset| self.at.checked_to_offset(offset)).ok_or("the time is out of range")?;
        Ok(Self { at, ..self })
    }

    pub(super) fn nanos(&self) -> i128 {
        self.at.unix_timestamp_nanos()
    }
}

impl std::fmt::Display for TimeValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
        f.write_str(&self.at.format(seconds).map_err(|_| std::fmt::Error)?)?;
        if self.fraction || self.at.millisecond() != 0 {
            write!(f, ".{:03}", self.at.millisecond())?;
        }
        let offset = self.at.offset();
        if offset.is_utc() {
            f.write_str("Z")?;
        } else {
            let (hours, minutes, _) = offset.as_hms();
            let sign = if offset.is_negative() { '-' } else { '+' };
            write!(f, "{sign}{:02}:{:02}", hours.unsigned_abs(), minutes.unsigned_abs())?;
        }
        self.zone.as_ref().map_or(Ok(()), |zone| write!(f, "[{zone}]"))
    }
}

fn digits(text: &str) -> Result<i128, Failure> {
    let number: i64 = text.trim().parse().map_err(|_| format!("{text:?} is not a timestamp"))?;
    Ok(i128::from(number))
}

pub(super) fn find_zone(id: &str) -> Result<TimeZone, Failure> {
    let current = OLD_ZONES.iter().find(|(old, _)| *old == id).map_or(id, |(_, place)| *place);
    let zone = TimeZoneDatabase::bundled().get(current).ok();
    // The database ignores case; Okta's does not.
    zone.filter(|zone| zone.iana_name() == Some(current))
        .ok_or_else(|| Failure(format!("the time zone {id:?} is unknown")))
}
