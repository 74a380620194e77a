//! `String.*`, the deprecated bare forms, and the methods of strings.
//!
//! Positions and lengths count UTF-16 units, as in Java. Null in gives null out, except where a row says otherwise.

use std::borrow::Cow;

use crate::expression::function::{Arity, Failure, Function, FunctionCall, FunctionResult};
use crate::expression::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "String.append",
        arity: Arity::exactly(2),
        evaluate: append,
        doc: "String.append(string, suffix): both, one after the other; null counts as empty",
    },
    Function {
        name: "String.join",
        arity: Arity::at_least(1),
        evaluate: join,
        doc: "String.join(separator, string, …): the strings with the separator between them; null counts as empty",
    },
    Function {
        name: "String.len",
        arity: Arity::exactly(1),
        evaluate: length,
        doc: "String.len(string): number of characters; 0 for null",
    },
    Function {
        name: "String.removeSpaces",
        arity: Arity::exactly(1),
        evaluate: remove_spaces,
        doc: "String.removeSpaces(string): the string without white space",
    },
    Function {
        name: "String.replace",
        arity: Arity::exactly(3),
        evaluate: replace,
        doc: "String.replace(string, match, replacement): every match replaced",
    },
    Function {
        name: "String.replaceFirst",
        arity: Arity::exactly(3),
        evaluate: replace_first,
        doc: "String.replaceFirst(string, match, replacement): the first match replaced",
    },
    Function {
        name: "String.startsWith",
        arity: Arity::exactly(2),
        evaluate: starts_with,
        doc: "String.startsWith(string, start): whether the string begins so",
    },
    Function {
        name: "String.stringContains",
        arity: Arity::exactly(2),
        evaluate: string_contains,
        doc: "String.stringContains(string, search): whether the string contains the other",
    },
    Function {
        name: "String.stringSwitch",
        arity: Arity::at_least(2),
        evaluate: string_switch,
        doc: "String.stringSwitch(string, default, key, value, …): the value of the first key that the string contains",
    },
    Function {
        name: "String.substring",
        arity: Arity::between(2, 3),
        evaluate: substring,
        doc: "String.substring(string, start, end): from start up to, not including, end",
    },
    Function {
        name: "String.substringAfter",
        arity: Arity::exactly(2),
        evaluate: substring_after,
        doc: "String.substringAfter(string, search): what follows the first match; empty without a match",
    },
    Function {
        name: "String.substringBefore",
        arity: Arity::exactly(2),
        evaluate: substring_before,
        doc: "String.substringBefore(string, search): what precedes the first match; all of it without a match",
    },
    Function {
        name: "String.toUpperCase",
        arity: Arity::exactly(1),
        evaluate: to_upper_case,
        doc: "String.toUpperCase(string): in capitals",
    },
    Function {
        name: "String.toLowerCase",
        arity: Arity::exactly(1),
        evaluate: to_lower_case,
        doc: "String.toLowerCase(string): in small letters",
    },
    Function {
        name: "toUpperCase",
        arity: Arity::exactly(1),
        evaluate: to_upper_case,
        doc: "toUpperCase(string): deprecated form of String.toUpperCase",
    },
    Function {
        name: "toLowerCase",
        arity: Arity::exactly(1),
        evaluate: to_lower_case,
        doc: "toLowerCase(string): deprecated form of String.toLowerCase",
    },
    Function {
        name: "substringBefore",
        arity: Arity::exactly(2),
        evaluate: substring_before,
        doc: "substringBefore(string, search): deprecated form of String.substringBefore",
    },
    Function {
        name: "substringAfter",
        arity: Arity::exactly(2),
        evaluate: substring_after,
        doc: "substringAfter(string, search): deprecated form of String.substringAfter",
    },
    Function {
        name: "substring",
        arity: Arity::between(2, 3),
        evaluate: substring,
        doc: "substring(string, start, end): deprecated form of String.substring",
    },
];

pub(super) const METHODS: &[Function] = &[
    Function {
        name: "toUpperCase",
        arity: Arity::exactly(0),
        evaluate: to_upper_case,
        doc: "string.toUpperCase(): in capitals",
    },
    Function {
        name: "toLowerCase",
        arity: Arity::exactly(0),
        evaluate: to_lower_case,
        doc: "string.toLowerCase(): in small letters",
    },
    Function {
        name: "substring",
        arity: Arity::between(1, 2),
        evaluate: substring,
        doc: "string.substring(start, end): from start up to, not including, end",
    },
    Function {
        name: "replace",
        arity: Arity::exactly(2),
        evaluate: replace,
        doc: "string.replace(match, replacement): every match replaced",
    },
    Function {
        name: "replaceFirst",
        arity: Arity::exactly(2),
        evaluate: replace_first,
        doc: "string.replaceFirst(match, replacement): the first match replaced",
    },
    Function {
        name: "length",
        arity: Arity::exactly(0),
        evaluate: length,
        doc: "string.length(): number of characters",
    },
    Function {
        name: "removeSpaces",
        arity: Arity::exactly(0),
        evaluate: remove_spaces,
        doc: "string.removeSpaces(): the string without white space",
    },
    Function {
        name: "substringBefore",
        arity: Arity::exactly(1),
        evaluate: substring_before,
        doc: "string.substringBefore(search): what precedes the first match",
    },
    Function {
        name: "substringAfter",
        arity: Arity::exactly(1),
        evaluate: substring_after,
        doc: "string.substringAfter(search): what follows the first match",
    },
    Function {
        name: "versionGreaterThan",
        arity: Arity::exactly(1),
        evaluate: version_greater_than,
        doc: "string.versionGreaterThan(version): whether a dotted version is newer than another",
    },
    Function {
        name: "versionLessThan",
        arity: Arity::exactly(1),
        evaluate: version_less_than,
        doc: "string.versionLessThan(version): whether a dotted version is older than another",
    },
];

fn append(call: &mut FunctionCall<'_>) -> FunctionResult {
    let mut text = call.text(0)?.unwrap_or_default().into_owned();
    text.push_str(&call.text(1)?.unwrap_or_default());
    Ok(text.into())
}

fn join(call: &mut FunctionCall<'_>) -> FunctionResult {
    let separator = call.text(0)?.unwrap_or_default().into_owned();
    let strings = (1..call.count())
        .map(|index| Ok(call.text(index)?.unwrap_or_default().into_owned()))
        .collect::<Result<Vec<_>, Failure>>()?;
    let length = strings.iter().map(|string| string.len() + separator.len()).sum();
    call.evaluation.reserve(length)?;
    Ok(strings.join(&separator).into())
}

fn length(call: &mut FunctionCall<'_>) -> FunctionResult {
    let units = call.text(0)?.map_or(0, |text| text.encode_utf16().count());
    Ok(Value::Int(i64::try_from(units).unwrap_or(i64::MAX)))
}

fn remove_spaces(call: &mut FunctionCall<'_>) -> FunctionResult {
    on_text(call, |text| text.split_whitespace().collect())
}

fn to_upper_case(call: &mut FunctionCall<'_>) -> FunctionResult {
    on_text(call, str::to_uppercase)
}

fn to_lower_case(call: &mut FunctionCall<'_>) -> FunctionResult {
    on_text(call, str::to_lowercase)
}

fn on_text(call: &FunctionCall<'_>, change: impl FnOnce(&str) -> String) -> FunctionResult {
    Ok(call.text(0)?.map(|text| change(&text)).into())
}

fn replace(call: &mut FunctionCall<'_>) -> FunctionResult {
    let Some((text, search, replacement)) = replacing(call)? else { return Ok(call.take(0)) };
    // The one function that can multiply its input: look before it is built.
    call.evaluation.reserve(text.matches(&search).count().saturating_mul(replacement.len()))?;
    Ok(text.replace(&search, &replacement).into())
}

fn replace_first(call: &mut FunctionCall<'_>) -> FunctionResult {
    let Some((text, search, replacement)) = replacing(call)? else { return Ok(call.take(0)) };
    Ok(text.replacen(&search, &replacement, 1).into())
}

/// Text, match and replacement; `None` leaves the text alone: there is none, or nothing to look for.
fn replacing(call: &FunctionCall<'_>) -> Result<Option<(String, String, String)>, Failure> {
    let (Some(text), Some(search)) = (call.text(0)?, call.text(1)?) else { return Ok(None) };
    if search.is_empty() {
        return Ok(None);
    }
    Ok(Some((text.into_owned(), search.into_owned(), call.text(2)?.unwrap_or_default().into_owned())))
}

fn starts_with(call: &mut FunctionCall<'_>) -> FunctionResult {
    on_pair(call, |text, start| text.starts_with(start))
}

fn string_contains(call: &mut FunctionCall<'_>) -> FunctionResult {
    on_pair(call, |text, search| text.contains(search))
}

/// A predicate on two strings; false if either is null.
fn on_pair(call: &FunctionCall<'_>, question: impl FnOnce(&str, &str) -> bool) -> FunctionResult {
    Ok(Value::Bool(match (call.text(0)?, call.text(1)?) {
        (Some(text), Some(other)) => question(&text, &other),
        _ => false,
    }))
}

fn string_switch(call: &mut FunctionCall<'_>) -> FunctionResult {
    if !call.count().is_multiple_of(2) {
        return Err("each key needs a value after it".into());
    }
    let text = call.text(0)?.unwrap_or_default();
    for key in (2..call.count()).step_by(2) {
        // Okta: the first key wins, and a part of the text is enough.
        if call.text(key)?.is_some_and(|key| text.contains(&*key)) {
            return Ok(call.text(key + 1)?.map(Cow::into_owned).into());
        }
    }
    Ok(call.text(1)?.map(Cow::into_owned).into())
}

fn substring(call: &mut FunctionCall<'_>) -> FunctionResult {
    let start = call.integer(1)?;
    let end = if call.count() > 2 { call.integer(2)? } else { i64::MAX };
    on_text(call, |text| {
        let units: Vec<u16> = text.encode_utf16().collect();
        // Positions past an end mean that end: the reference uses `substring(user.lastName, 0, 6)` as a limit.
        let within = |position: i64| usize::try_from(position.max(0)).unwrap_or(usize::MAX).min(units.len());
        let (start, end) = (within(start), within(end));
        String::from_utf16_lossy(units.get(start..end).unwrap_or_default())
    })
}

fn substring_after(call: &mut FunctionCall<'_>) -> FunctionResult {
    let search = call.text(1)?.unwrap_or_default().into_owned();
    on_text(call, |text| text.split_once(&*search).map_or(String::new(), |(_, after)| after.to_owned()))
}

fn substring_before(call: &mut FunctionCall<'_>) -> FunctionResult {
    let search = call.text(1)?.map(Cow::into_owned);
    on_text(call, |text| {
        let before = search.and_then(|search| text.split_once(&*search).map(|(before, _)| before.to_owned()));
        before.unwrap_or_else(|| text.to_owned())
    })
}

fn version_greater_than(call: &mut FunctionCall<'_>) -> FunctionResult {
    on_pair(call, |text, other| version(text) > version(other))
}

fn version_less_than(call: &mut FunctionCall<'_>) -> FunctionResult {
    on_pair(call, |text, other| version(text) < version(other))
}

/// The numbers of a dotted version, without zeros at the end: 1.2 and 1.2.0 are the same.
fn version(text: &str) -> Vec<u64> {
    let mut parts: Vec<u64> = text.split('.').map(|part| part.trim().parse().unwrap_or(0)).collect();
    while parts.last() == Some(&0) {
        parts.pop();
    }
    parts
}
