//! The documented functions, one table per family.
//!
//! A function is a row: its name, how many arguments it takes, what computes it, and one line of documentation. Names
//! and numbers of arguments are checked once, by the parser; kinds of arguments by [`Call`], with one wording.

mod arrays;
mod convert;
mod groups;
mod iso3166;
mod related;
mod string;
mod time;
mod time_pattern;

use std::borrow::Cow;
use std::fmt;

use super::evaluate::Evaluation;
use super::value::Value;
pub(super) use groups::whole_match;

/// One function or method.
pub(super) struct Function {
    /// `String.len`, `isMemberOfGroup`, `user.getGroups`; a method has the bare name, `length`.
    pub(super) name: &'static str,
    pub(super) arity: Arity,
    pub(super) evaluate: fn(&mut Call<'_, '_>) -> Outcome,
    /// How it is written, and what it gives.
    pub(super) doc: &'static str,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// How many arguments a function takes; a method's receiver is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arity {
    least: usize,
    most: usize,
}

impl Arity {
    pub(super) const fn exactly(number: usize) -> Self {
        Self { least: number, most: number }
    }

    pub(super) const fn between(least: usize, most: usize) -> Self {
        Self { least, most }
    }

    pub(super) const fn at_least(least: usize) -> Self {
        Self { least, most: usize::MAX }
    }

    pub(super) fn admits(self, number: usize) -> bool {
        (self.least..=self.most).contains(&number)
    }
}

impl fmt::Display for Arity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (0, 0) => f.write_str("no argument"),
            (1, 1) => f.write_str("1 argument"),
            (least, most) if least == most => write!(f, "{least} arguments"),
            (least, usize::MAX) => write!(f, "{least} or more arguments"),
            (least, most) => write!(f, "{least} to {most} arguments"),
        }
    }
}

pub(super) type Outcome = Result<Value, Failure>;

/// Why a function has no result; the evaluator adds its name and place.
#[derive(Debug)]
pub(super) struct Failure(pub(super) String);

impl<T: Into<String>> From<T> for Failure {
    fn from(message: T) -> Self {
        Self(message.into())
    }
}

/// One call under evaluation: the arguments (a method's receiver is the first) and the evaluation around it.
pub(super) struct Call<'c, 'a> {
    pub(super) arguments: Vec<Value>,
    pub(super) evaluation: &'c mut Evaluation<'a>,
}

impl Call<'_, '_> {
    pub(super) fn count(&self) -> usize {
        self.arguments.len()
    }

    /// An argument as it is; null if it is absent.
    pub(super) fn take(&mut self, index: usize) -> Value {
        self.arguments.get_mut(index).map(std::mem::take).unwrap_or_default()
    }

    /// An argument as text, `None` if it is null. SpEL turns numbers and flags into text where text is asked for.
    pub(super) fn text(&self, index: usize) -> Result<Option<Cow<'_, str>>, Failure> {
        match self.arguments.get(index) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(Cow::Borrowed(text))),
            Some(value @ (Value::Bool(_) | Value::Int(_) | Value::Float(_))) => Ok(Some(Cow::Owned(value.to_string()))),
            Some(other) => Err(self.mismatch(index, "a string", other)),
        }
    }

    /// An argument as text that must not be null.
    pub(super) fn required_text(&self, index: usize) -> Result<Cow<'_, str>, Failure> {
        self.text(index)?.ok_or_else(|| self.mismatch(index, "a string", &Value::Null))
    }

    /// An argument as a whole number; SpEL reads digits in text as one.
    pub(super) fn integer(&self, index: usize) -> Result<i64, Failure> {
        match self.arguments.get(index) {
            Some(Value::Int(number)) => Ok(*number),
            Some(text @ Value::String(digits)) => {
                digits.trim().parse().map_err(|_| self.mismatch(index, "an integer", text))
            }
            other => Err(self.mismatch(index, "an integer", other.unwrap_or(&Value::Null))),
        }
    }

    /// An argument as an array. Okta: comma-separated text is an array to all `Arrays` functions; null is empty.
    pub(super) fn list(&mut self, index: usize) -> Vec<Value> {
        match self.take(index) {
            Value::Null => Vec::new(),
            Value::List(items) => items,
            Value::String(text) if text.trim().is_empty() => Vec::new(),
            Value::String(text) => text.split(',').map(|item| Value::from(item.trim())).collect(),
            other => vec![other],
        }
    }

    fn mismatch(&self, index: usize, wanted: &str, value: &Value) -> Failure {
        Failure(format!("argument {} must be {wanted}, not {}", index + 1, value.kind()))
    }
}

const FUNCTIONS: [&[Function]; 7] = [
    string::FUNCTIONS,
    arrays::FUNCTIONS,
    convert::FUNCTIONS,
    iso3166::FUNCTIONS,
    groups::FUNCTIONS,
    related::FUNCTIONS,
    time::FUNCTIONS,
];

const METHODS: [&[Function]; 5] = [string::METHODS, arrays::METHODS, convert::METHODS, iso3166::METHODS, time::METHODS];

/// The function of this full name.
pub(super) fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.into_iter().flatten().find(|function| function.name == name)
}

/// The method of this name, whatever it is called on.
pub(super) fn method(name: &str) -> Option<&'static Function> {
    METHODS.into_iter().flatten().find(|function| function.name == name)
}

/// Whether functions are written `name.something(…)`.
pub(super) fn is_namespace(name: &str) -> bool {
    function_names().any(|function| function.split_once('.').is_some_and(|(namespace, _)| namespace == name))
}

pub(super) fn function_names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.into_iter().flatten().map(|function| function.name)
}

pub(super) fn method_names() -> impl Iterator<Item = &'static str> {
    METHODS.into_iter().flatten().map(|function| function.name)
}

/// Every function and method that expressions may call, as one line each: how it is written and what it gives.
pub fn functions() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.into_iter().flatten().chain(METHODS.into_iter().flatten()).map(|function| function.doc)
}
