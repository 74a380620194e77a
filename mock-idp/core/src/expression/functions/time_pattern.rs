//! Joda time patterns (`yyyy-MM-dd HH:mm:ss`), translated to format descriptions of the `time` crate.

use time::error::{Parse, ParseFromDescription};
use time::format_description::{self, OwnedFormatItem};
use time::parsing::Parsed;
use time::{Date, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use crate::expression::function::Failure;

/// What a pattern is made for: numbers are padded when written and taken with or without padding when read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Write,
    Read,
}

enum Part {
    Literal(String),
    Field(OwnedFormatItem),
    Special(char, usize),
}

/// Writes a time as the pattern says; `zone` is its id, if it has one.
pub(super) fn write(pattern: &str, at: OffsetDateTime, zone: Option<&str>) -> Result<String, Failure> {
    let mut text = String::new();
    for part in compile(pattern, Purpose::Write)? {
        match part {
            Part::Literal(literal) => text.push_str(&literal),
            Part::Field(field) => {
                text.push_str(
                    &at.format(&field).map_err(|error| Failure(format!("the time has no such part: {error}")))?,
                );
            }
            Part::Special(letter, length) => text.push_str(&special(letter, length, at, zone)?),
        }
    }
    Ok(text)
}

/// Fields that the `time` crate does not write.
fn special(letter: char, length: usize, at: OffsetDateTime, zone: Option<&str>) -> Result<String, Failure> {
    Ok(match letter {
        'G' => (if at.year() > 0 { "AD" } else { "BC" }).to_owned(),
        'C' => format!("{:0length$}", at.year() / 100),
        'K' => format!("{:0length$}", at.hour() % 12),
        'k' => format!("{:0length$}", if at.hour() == 0 { 24 } else { at.hour() }),
        _ => match zone {
            Some(zone) => zone.to_owned(),
            None if at.offset().is_utc() => "UTC".to_owned(),
            None => write("ZZ", at, None)?,
        },
    })
}

/// Reads a time as the pattern says. What the pattern leaves out is the first of its kind, the offset is UTC.
pub(super) fn read(pattern: &str, text: &str) -> Result<OffsetDateTime, Failure> {
    let mismatch = |error: ParseFromDescription| Failure(format!("{text:?} does not fit {pattern:?}: {error}"));
    let mut parsed = Parsed::new();
    let mut rest = text.as_bytes();
    for part in compile(pattern, Purpose::Read)? {
        rest = match part {
            Part::Literal(literal) => rest
                .strip_prefix(literal.as_bytes())
                .ok_or_else(|| Failure(format!("{text:?} does not fit {pattern:?}: {literal:?} is missing")))?,
            Part::Field(field) => parsed.parse_item(rest, &field).map_err(mismatch)?,
            Part::Special(letter, _) => return Err(format!("the letter {letter:?} cannot be read").into()),
        };
    }
    if !rest.is_empty() {
        return Err(format!("{text:?} goes on after {pattern:?}").into());
    }
    complete(parsed).map_err(|error| Failure(format!("{text:?} is not a time: {error}")))
}

fn complete(mut parsed: Parsed) -> Result<OffsetDateTime, Parse> {
    if let (None, Some(last_two)) = (parsed.year(), parsed.year_last_two()) {
        parsed.set_year(2000 + i32::from(last_two));
    }
    if parsed.ordinal().is_none() {
        parsed.month().or_else(|| parsed.set_month(time::Month::January).and(None));
        parsed.day().or_else(|| parsed.set_day(std::num::NonZero::<u8>::MIN).and(None));
    }
    let date = Date::try_from(parsed)?;
    let hour = match (parsed.hour_24(), parsed.hour_12(), parsed.hour_12_is_pm()) {
        (Some(hour), ..) => hour,
        (None, Some(hour), afternoon) => hour.get() % 12 + if afternoon == Some(true) { 12 } else { 0 },
        (None, None, _) => 0,
    };
    let (minute, second) = (parsed.minute().unwrap_or(0), parsed.second().unwrap_or(0));
    let time = Time::from_hms_nano(hour, minute, second, parsed.subsecond().unwrap_or(0))
        .map_err(time::error::TryFromParsed::from)?;
    let (hours, minutes) = (parsed.offset_hour().unwrap_or(0), parsed.offset_minute_signed().unwrap_or(0));
    let offset = UtcOffset::from_hms(hours, minutes, 0).map_err(time::error::TryFromParsed::from)?;
    Ok(PrimitiveDateTime::new(date, time).assume_offset(offset))
}

fn compile(pattern: &str, purpose: Purpose) -> Result<Vec<Part>, Failure> {
    let mut parts = Vec::new();
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\'' {
            parts.push(Part::Literal(quoted(&mut characters)));
        } else if character.is_ascii_alphabetic() {
            let mut length = 1;
            while characters.next_if_eq(&character).is_some() {
                length += 1;
            }
            parts.push(field(character, length, purpose)?);
        } else {
            parts.push(Part::Literal(character.to_string()));
        }
    }
    Ok(parts)
}

/// Text up to the next quote; two quotes are one.
fn quoted(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    if characters.next_if_eq(&'\'').is_some() {
        return "'".to_owned();
    }
    let mut literal = String::new();
    while let Some(character) = characters.next() {
        match character {
            '\'' if characters.next_if_eq(&'\'').is_none() => break,
            other => literal.push(other),
        }
    }
    literal
}

fn field(letter: char, length: usize, purpose: Purpose) -> Result<Part, Failure> {
    let padding = if length < 2 || purpose == Purpose::Read { " padding:none" } else { "" };
    let text = if length < 4 { "repr:short" } else { "repr:long" };
    let case = if purpose == Purpose::Read { " case_sensitive:false" } else { "" };
    let description = match (letter, length) {
        // Joda: y is the year of the calendar, Y the year of the era; they differ only before year 1.
        ('y' | 'Y', 2) => "[year repr:last_two]".to_owned(),
        ('y' | 'Y', _) => "[year]".to_owned(),
        ('x', 2) => "[year base:iso_week repr:last_two]".to_owned(),
        ('x', _) => "[year base:iso_week]".to_owned(),
        ('M', 1 | 2) => format!("[month{padding}]"),
        ('M', _) => format!("[month {text}{case}]"),
        ('w', _) => format!("[week_number{padding}]"),
        ('d', _) => format!("[day{padding}]"),
        ('D', _) => format!("[ordinal{padding}]"),
        ('e', _) => "[weekday repr:monday]".to_owned(),
        ('E', _) => format!("[weekday {text}{case}]"),
        ('a', _) => format!("[period{case}]"),
        ('H', _) => format!("[hour{padding}]"),
        ('h', _) => format!("[hour repr:12{padding}]"),
        ('m', _) => format!("[minute{padding}]"),
        ('s', _) => format!("[second{padding}]"),
        ('S', 1..=9) => format!("[subsecond digits:{length}]"),
        ('Z', 1) => "[offset_hour sign:mandatory][offset_minute]".to_owned(),
        ('Z', 2) => "[offset_hour sign:mandatory]:[offset_minute]".to_owned(),
        ('Z' | 'z', _) | ('G' | 'C' | 'K' | 'k', _) => return Ok(Part::Special(letter, length.min(9))),
        _ => return Err(format!("the pattern letter {letter:?} is unknown").into()),
    };
    format_description::parse_owned::<2>(&description)
        .map(Part::Field)
        .map_err(|error| Failure(format!("the pattern letter {letter:?} cannot be used here: {error}")))
}
