//! `Time.*`, `DateTime.now` and the methods of times.

use time::Duration;

use super::time_pattern;
use super::time_value::{TimeValue, WINDOWS_EPOCH, find_zone};
use crate::expression::function::{Arity, Function, FunctionCall, FunctionResult};
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
        evaluate: |call| Ok(TimeValue::from_windows(&call.required_text(0)?)?.to_string().into()),
        doc: "Time.fromWindowsToIso8601(time): 100 ns ticks since 1601, as ISO 8601",
    },
    Function {
        name: "Time.fromUnixToIso8601",
        arity: Arity::exactly(1),
        evaluate: |call| Ok(TimeValue::from_unix(&call.required_text(0)?)?.to_string().into()),
        doc: "Time.fromUnixToIso8601(time): milliseconds since 1970, as ISO 8601",
    },
    Function {
        name: "Time.fromStringToIso8601",
        arity: Arity::exactly(2),
        evaluate: |call| {
            let at = time_pattern::read(&call.required_text(1)?, &call.required_text(0)?)?;
            Ok(TimeValue { at, zone: None, fraction: true }.to_string().into())
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
        evaluate: |call| Ok(TimeValue::from_windows(&call.required_text(0)?)?.to_string().into()),
        doc: "string.parseWindowsTime(): the time of 100 ns ticks since 1601",
    },
    Function {
        name: "parseUnixTime",
        arity: Arity::exactly(0),
        evaluate: |call| Ok(TimeValue::from_unix(&call.required_text(0)?)?.to_string().into()),
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
            let time = TimeValue::parse(&call.required_text(0)?)?.in_zone(&find_zone(&id)?)?;
            Ok(TimeValue { zone: Some(id.into_owned()), ..time }.to_string().into())
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

fn now(call: &mut FunctionCall<'_>) -> FunctionResult {
    let mut time = TimeValue::now(call)?;
    let zone = call.text(0)?;
    if let Some(zone) = &zone {
        time = time.in_zone(&find_zone(zone)?)?;
    }
    Ok(match call.text(1)? {
        Some(pattern) => time_pattern::write(&pattern, time.at, zone.as_deref())?,
        None => time.to_string(),
    }
    .into())
}

fn parse_string(call: &mut FunctionCall<'_>) -> FunctionResult {
    let text = call.required_text(0)?;
    let time = match call.text(1)? {
        Some(pattern) => TimeValue { at: time_pattern::read(&pattern, &text)?, zone: None, fraction: false },
        None => TimeValue::parse(&text)?,
    };
    Ok(time.to_string().into())
}

fn to_windows(call: &mut FunctionCall<'_>) -> FunctionResult {
    let time = TimeValue::parse(&call.required_text(0)?)?;
    Ok((time.nanos() / 100 + WINDOWS_EPOCH * 10_000_000).to_string().into())
}

fn to_unix(call: &mut FunctionCall<'_>) -> FunctionResult {
    let time = TimeValue::parse(&call.required_text(0)?)?;
    Ok((time.nanos() / 1_000_000).to_string().into())
}

fn to_string(call: &mut FunctionCall<'_>) -> FunctionResult {
    let time = TimeValue::parse(&call.required_text(0)?)?;
    Ok(match call.text(1)? {
        Some(pattern) => time_pattern::write(&pattern, time.at, time.zone.as_deref())?,
        // Java writes a time without a fraction of zero.
        None => TimeValue { fraction: false, ..time }.to_string(),
    }
    .into())
}

fn shift(call: &FunctionCall<'_>, unit: i64) -> FunctionResult {
    let time = TimeValue::parse(&call.required_text(0)?)?;
    let seconds = call.integer(1)?.checked_mul(unit).ok_or("the number is too large")?;
    let at = time.at.checked_add(Duration::seconds(seconds)).ok_or("the time is out of range")?;
    Ok(TimeValue { at, ..time }.to_string().into())
}

fn within(call: &FunctionCall<'_>, unit: i64) -> FunctionResult {
    let time = TimeValue::parse(&call.required_text(0)?)?;
    let seconds = call.integer(1)?.checked_mul(unit).ok_or("the number is too large")?;
    let distance = (TimeValue::now(call)?.nanos() - time.nanos()).abs();
    Ok(Value::Bool(distance <= i128::from(seconds) * 1_000_000_000))
}
