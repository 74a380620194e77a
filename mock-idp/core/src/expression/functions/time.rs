//! `Time.*`, `DateTime.now` and the methods of times. A time is ISO 8601 text, with the zone's id in brackets behind it
//! after `toZone`.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use time::format_description::well_known::Iso8601;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime, UtcOffset};

use super::time_pattern;
use crate::expression::function::{Arity, Failure, Function, FunctionCall, FunctionResult};
use crate::expression::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "Time.now",
        arity: Arity::between(0, 2),
        evaluate: now,
        doc: "Time.now(timeZone, format): the current time; both arguments may be left out",
    },
    Function {
        name: "DateTime.now",
        arity: Arity::exactly(0),
        evaluate: now,
        doc: "DateTime.now(): the current time in UTC",
    },
    Function {
        name: "Time.fromWindowsToIso8601",
        arity: Arity::exactly(1),
        evaluate: |call| Ok(Moment::from_windows(&call.required_text(0)?)?.to_string().into()),
        doc: "Time.fromWindowsToIso8601(time): 100 ns ticks since 1601, as ISO 8601",
    },
    Function {
        name: "Time.fromUnixToIso8601",
        arity: Arity::exactly(1),
        evaluate: |call| Ok(Moment::from_unix(&call.required_text(0)?)?.to_string().into()),
        doc: "Time.fromUnixToIso8601(time): milliseconds since 1970, as ISO 8601",
    },
    Function {
        name: "Time.fromStringToIso8601",
        arity: Arity::exactly(2),
        evaluate: |call| {
            let at = time_pattern::read(&call.required_text(1)?, &call.required_text(0)?)?;
            Ok(Moment { at, zone: None, fraction: true }.to_string().into())
        },
        doc: "Time.fromStringToIso8601(time, format): a time in a Joda pattern, as ISO 8601",
    },
    Function {
        name: "Time.fromIso8601ToWindows",
        arity: Arity::exactly(1),
        evaluate: to_windows,
        doc: "Time.fromIso8601ToWindows(time): 100 ns ticks since 1601",
    },
    Function {
        name: "Time.fromIso8601ToUnix",
        arity: Arity::exactly(1),
        evaluate: to_unix,
        doc: "Time.fromIso8601ToUnix(time): milliseconds since 1970",
    },
    Function {
        name: "Time.fromIso8601ToString",
        arity: Arity::exactly(2),
        evaluate: to_string,
        doc: "Time.fromIso8601ToString(time, format): the time in a Joda pattern",
    },
];

pub(super) const METHODS: &[Function] = &[
    Function {
        name: "parseWindowsTime",
        arity: Arity::exactly(0),
        evaluate: |call| Ok(Moment::from_windows(&call.required_text(0)?)?.to_string().into()),
        doc: "string.parseWindowsTime(): the time of 100 ns ticks since 1601",
    },
    Function {
        name: "parseUnixTime",
        arity: Arity::exactly(0),
        evaluate: |call| Ok(Moment::from_unix(&call.required_text(0)?)?.to_string().into()),
        doc: "string.parseUnixTime(): the time of milliseconds since 1970",
    },
    Function {
        name: "parseStringTime",
        arity: Arity::between(0, 1),
        evaluate: parse_string,
        doc: "string.parseStringTime(format): the time that ISO 8601 text, or text in a Joda pattern, names",
    },
    Function {
        name: "toWindows",
        arity: Arity::exactly(0),
        evaluate: to_windows,
        doc: "time.toWindows(): 100 ns ticks since 1601, as text",
    },
    Function {
        name: "toUnix",
        arity: Arity::exactly(0),
        evaluate: to_unix,
        doc: "time.toUnix(): milliseconds since 1970, as text",
    },
    Function {
        name: "toString",
        arity: Arity::between(0, 1),
        evaluate: to_string,
        doc: "time.toString(format): the time as ISO 8601 or in a Joda pattern",
    },
    Function {
        name: "toZone",
        arity: Arity::exactly(1),
        evaluate: |call| {
            let id = call.required_text(1)?;
            let moment = Moment::parse(&call.required_text(0)?)?.in_zone(&find_zone(&id)?)?;
            Ok(Moment { zone: Some(id.into_owned()), ..moment }.to_string().into())
        },
        doc: "time.toZone(timeZone): the same time on the clocks of a zone",
    },
    Function {
        name: "plusDays",
        arity: Arity::exactly(1),
        evaluate: |call| shift(call, DAY),
        doc: "time.plusDays(days): so many days later",
    },
    Function {
        name: "plusHours",
        arity: Arity::exactly(1),
        evaluate: |call| shift(call, HOUR),
        doc: "time.plusHours(hours): so many hours later",
    },
    Function {
        name: "plusMinutes",
        arity: Arity::exactly(1),
        evaluate: |call| shift(call, MINUTE),
        doc: "time.plusMinutes(minutes): so many minutes later",
    },
    Function {
        name: "plusSeconds",
        arity: Arity::exactly(1),
        evaluate: |call| shift(call, SECOND),
        doc: "time.plusSeconds(seconds): so many seconds later",
    },
    Function {
        name: "minusDays",
        arity: Arity::exactly(1),
        evaluate: |call| shift(call, -DAY),
        doc: "time.minusDays(days): so many days earlier",
    },
    Function {
        name: "minusHours",
        arity: Arity::exactly(1),
        evaluate: |call| shift(call, -HOUR),
        doc: "time.minusHours(hours): so many hours earlier",
    },
    Function {
        name: "minusMinutes",
        arity: Arity::exactly(1),
        evaluate: |call| shift(call, -MINUTE),
        doc: "time.minusMinutes(minutes): so many minutes earlier",
    },
    Function {
        name: "minusSeconds",
        arity: Arity::exactly(1),
        evaluate: |call| shift(call, -SECOND),
        doc: "time.minusSeconds(seconds): so many seconds earlier",
    },
    Function {
        name: "withinDays",
        arity: Arity::exactly(1),
        evaluate: |call| within(call, DAY),
        doc: "time.withinDays(days): whether the time is at most so many days from now",
    },
    Function {
        name: "withinHours",
        arity: Arity::exactly(1),
        evaluate: |call| within(call, HOUR),
        doc: "time.withinHours(hours): whether the time is at most so many hours from now",
    },
    Function {
        name: "withinMinutes",
        arity: Arity::exactly(1),
        evaluate: |call| within(call, MINUTE),
        doc: "time.withinMinutes(minutes): whether the time is at most so many minutes from now",
    },
    Function {
        name: "withinSeconds",
        arity: Arity::exactly(1),
        evaluate: |call| within(call, SECOND),
        doc: "time.withinSeconds(seconds): whether the time is at most so many seconds from now",
    },
];

const SECOND: i64 = 1;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Seconds from 1601-01-01, where Windows counts from, to 1970-01-01.
const WINDOWS_EPOCH: i128 = 11_644_473_600;

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

/// A time, the zone it was moved to, and whether it is written with milliseconds.
struct Moment {
    at: OffsetDateTime,
    zone: Option<String>,
    fraction: bool,
}

impl Moment {
    fn now(call: &FunctionCall<'_>) -> Result<Self, Failure> {
        Self::from_millis(i128::from(call.evaluation.roots().now_millis()))
    }

    fn from_millis(millis: i128) -> Result<Self, Failure> {
        let at = millis.checked_mul(1_000_000).and_then(|nanos| OffsetDateTime::from_unix_timestamp_nanos(nanos).ok());
        Ok(Self { at: at.ok_or("the time is out of range")?, zone: None, fraction: true })
    }

    fn from_unix(text: &str) -> Result<Self, Failure> {
        Self::from_millis(digits(text)?)
    }

    fn from_windows(text: &str) -> Result<Self, Failure> {
        let millis = digits(text)? / 10_000;
        Self::from_millis(millis.checked_sub(WINDOWS_EPOCH * 1000).ok_or("the time is out of range")?)
    }

    /// ISO 8601 text. Without an offset it is UTC, without a time of day it is midnight.
    fn parse(text: &str) -> Result<Self, Failure> {
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

    fn in_zone(self, zone: &TimeZone) -> Result<Self, Failure> {
        let offset = Timestamp::from_second(self.at.unix_timestamp()).ok().map(|at| zone.to_offset(at).seconds());
        let offset = offset.and_then(|seconds| UtcOffset::from_whole_seconds(seconds).ok());
        let at = offset.and_then(|offset| self.at.checked_to_offset(offset)).ok_or("the time is out of range")?;
        Ok(Self { at, ..self })
    }

    fn nanos(&self) -> i128 {
        self.at.unix_timestamp_nanos()
    }
}

impl std::fmt::Display for Moment {
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

fn find_zone(id: &str) -> Result<TimeZone, Failure> {
    let current = OLD_ZONES.iter().find(|(old, _)| *old == id).map_or(id, |(_, place)| *place);
    let zone = TimeZoneDatabase::bundled().get(current).ok();
    // The database does not mind the case; Okta's does.
    zone.filter(|zone| zone.iana_name() == Some(current))
        .ok_or_else(|| Failure(format!("the time zone {id:?} is unknown")))
}

fn now(call: &mut FunctionCall<'_>) -> FunctionResult {
    let mut moment = Moment::now(call)?;
    let zone = call.text(0)?;
    if let Some(zone) = &zone {
        moment = moment.in_zone(&find_zone(zone)?)?;
    }
    Ok(match call.text(1)? {
        Some(pattern) => time_pattern::write(&pattern, moment.at, zone.as_deref())?,
        None => moment.to_string(),
    }
    .into())
}

fn parse_string(call: &mut FunctionCall<'_>) -> FunctionResult {
    let text = call.required_text(0)?;
    let moment = match call.text(1)? {
        Some(pattern) => Moment { at: time_pattern::read(&pattern, &text)?, zone: None, fraction: false },
        None => Moment::parse(&text)?,
    };
    Ok(moment.to_string().into())
}

fn to_windows(call: &mut FunctionCall<'_>) -> FunctionResult {
    let moment = Moment::parse(&call.required_text(0)?)?;
    Ok((moment.nanos() / 100 + WINDOWS_EPOCH * 10_000_000).to_string().into())
}

fn to_unix(call: &mut FunctionCall<'_>) -> FunctionResult {
    let moment = Moment::parse(&call.required_text(0)?)?;
    Ok((moment.nanos() / 1_000_000).to_string().into())
}

fn to_string(call: &mut FunctionCall<'_>) -> FunctionResult {
    let moment = Moment::parse(&call.required_text(0)?)?;
    Ok(match call.text(1)? {
        Some(pattern) => time_pattern::write(&pattern, moment.at, moment.zone.as_deref())?,
        // Java writes a time without a fraction of zero.
        None => Moment { fraction: false, ..moment }.to_string(),
    }
    .into())
}

fn shift(call: &FunctionCall<'_>, unit: i64) -> FunctionResult {
    let moment = Moment::parse(&call.required_text(0)?)?;
    let seconds = call.integer(1)?.checked_mul(unit).ok_or("the number is too large")?;
    let at = moment.at.checked_add(Duration::seconds(seconds)).ok_or("the time is out of range")?;
    Ok(Moment { at, ..moment }.to_string().into())
}

fn within(call: &FunctionCall<'_>, unit: i64) -> FunctionResult {
    let moment = Moment::parse(&call.required_text(0)?)?;
    let seconds = call.integer(1)?.checked_mul(unit).ok_or("the number is too large")?;
    let distance = (Moment::now(call)?.nanos() - moment.nanos()).abs();
    Ok(Value::Bool(distance <= i128::from(seconds) * 1_000_000_000))
}
