//! Names, literals and symbols, and errors about them.

use winnow::LocatingSlice;
use winnow::combinator::opt;
use winnow::error::{ErrMode, ParserError};
use winnow::prelude::*;
use winnow::stream::{AsChar, Location, Stateful};
use winnow::token::{one_of, take_while};

use crate::expression::syntax::NameSet;
use crate::expression::value::Value;
use crate::text::nearest;

pub(super) type Input<'s> = Stateful<LocatingSlice<&'s str>, State>;
pub(super) type Parsed<T> = winnow::Result<T, ErrMode<SyntaxFailure>>;

#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) names: NameSet,
    pub(super) depth: usize,
}

/// Where and why parsing stopped.
#[derive(Clone, Debug)]
pub(super) struct SyntaxFailure {
    pub(super) offset: usize,
    pub(super) message: Option<String>,
}

impl ParserError<Input<'_>> for SyntaxFailure {
    type Inner = Self;

    fn from_input(input: &Input<'_>) -> Self {
        Self { offset: input.current_token_start(), message: None }
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

/// An error at a known position. No alternative is tried.
pub(super) fn wrong(offset: usize, message: impl Into<String>) -> ErrMode<SyntaxFailure> {
    ErrMode::Cut(SyntaxFailure { offset, message: Some(message.into()) })
}

pub(super) fn expected(input: &Input<'_>, what: &str) -> ErrMode<SyntaxFailure> {
    let found = match input.input.chars().next() {
        Some('=') => "'=' (equality is written ==, and nothing can be assigned)".to_owned(),
        Some(character) => format!("{character:?}"),
        None => "the end".to_owned(),
    };
    wrong(input.current_token_start(), format!("expected {what}, found {found}"))
}

pub(super) fn space(input: &mut Input<'_>) -> Parsed<()> {
    take_while(0.., char::is_whitespace).void().parse_next(input)
}

/// A symbol after white space, if it is next.
pub(super) fn symbol(text: &'static str, input: &mut Input<'_>) -> Parsed<bool> {
    space(input)?;
    Ok(opt(text).parse_next(input)?.is_some())
}

/// A symbol that must come next.
pub(super) fn require(text: &'static str, after: &str, input: &mut Input<'_>) -> Parsed<()> {
    if symbol(text, input)? { Ok(()) } else { Err(expected(input, &format!("'{text}' {after}"))) }
}

/// Text up to its quote. SpEL: a quote is written twice inside; a backslash is a character like any other.
pub(super) fn quoted(quote: char, offset: usize, input: &mut Input<'_>) -> Parsed<String> {
    let mut text = String::new();
    loop {
        text.push_str(take_while(0.., |character| character != quote).parse_next(input)?);
        if opt(quote).parse_next(input)?.is_none() {
            return Err(wrong(offset, format!("the string has no closing {quote}")));
        }
        if opt(quote).parse_next(input)?.is_none() {
            return Ok(text);
        }
        text.push(quote);
    }
}

pub(super) fn number(offset: usize, input: &mut Input<'_>) -> Parsed<Value> {
    let digits = |input: &mut Input<'_>| take_while(1.., AsChar::is_dec_digit).void().parse_next(input);
    let exponent = (one_of(['e', 'E']), opt(one_of(['+', '-'])), digits).void();
    let spelled = (digits, opt(('.', digits)), opt(exponent)).take().parse_next(input)?;
    if spelled.contains(['.', 'e', 'E']) {
        return match spelled.parse() {
            Ok(number) if f64::is_finite(number) => Ok(Value::Float(number)),
            _ => Err(wrong(offset, "the number is too large")),
        };
    }
    // SpEL: `L` marks a long; every whole number here is one.
    opt(one_of(['l', 'L'])).void().parse_next(input)?;
    spelled.parse().map(Value::Int).map_err(|_| wrong(offset, "the number is too large"))
}

pub(super) fn identifier<'s>(input: &mut Input<'s>) -> Parsed<&'s str> {
    let starts = one_of(starts_identifier);
    (starts, take_while(0.., continues_identifier)).take().parse_next(input)
}

pub(super) fn starts_identifier(character: char) -> bool {
    character.is_alphabetic() || matches!(character, '_' | '$')
}

pub(super) fn continues_identifier(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
}

pub(super) fn unknown(
    offset: usize,
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'static str>,
) -> ErrMode<SyntaxFailure> {
    wrong(
        offset,
        match nearest(name, known) {
            Some(nearest) => format!("unknown {what} {name:?}, did you mean {nearest:?}?"),
            None => format!("unknown {what} {name:?}"),
        },
    )
}
