//! Functions and their calls: what the parser, the evaluator and the functions themselves share.

use std::borrow::Cow;
use std::fmt;

use super::roots::Roots;
use super::value::Value;
use crate::java_regex::{JavaRegexError, TooManySteps};

/// One function or method.
pub(super) struct Function {
    /// `String.len`, `isMemberOfGroup`, `user.getGroups`; a method has the bare name, `length`.
    pub(super) name: &'static str,
    pub(super) arity: Arity,
    pub(super) evaluate: fn(&mut FunctionCall<'_>) -> FunctionResult,
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

pub(super) type FunctionResult = Result<Value, Failure>;

/// Why a function has no result. The evaluator adds its name and position.
#[derive(Debug)]
pub(super) struct Failure(pub(super) String);

impl From<JavaRegexError> for Failure {
    fn from(error: JavaRegexError) -> Self {
        Self(error.to_string())
    }
}

impl From<TooManySteps> for Failure {
    fn from(error: TooManySteps) -> Self {
        Self(error.to_string())
    }
}

impl From<&str> for Failure {
    fn from(message: &str) -> Self {
        Self(message.to_owned())
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self(message)
    }
}

/// A call of a function: its arguments (a method's receiver is the first) and the evaluation that it is part of.
pub(super) struct FunctionCall<'c> {
    pub(super) arguments: Vec<Value>,
    pub(super) evaluation: &'c mut dyn Evaluator,
}

impl FunctionCall<'_> {
    pub(super) fn count(&self) -> usize {
        self.arguments.len()
    }

    /// An argument as it is; null if it is absent.
    pub(super) fn take(&mut self, index: usize) -> Value {
        self.arguments.get_mut(index).map(std::mem::take).unwrap_or_default()
    }

    /// An argument as text, `None` if it is null. SpEL converts numbers and Booleans to text.
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

/// What functions use of the evaluation.
pub(super) trait Evaluator {
    fn roots(&self) -> &dyn Roots;

    /// Takes bytes from the budget, before a large value is built.
    fn reserve(&mut self, bytes: usize) -> Result<(), Failure>;

    /// Evaluates an expression once for each group: the format of `getFilteredGroups`.
    fn format_groups(&mut self, format: &str, groups: Vec<Value>) -> Result<Vec<Value>, Failure>;
}
