//! The documented functions, one table per family.
//!
//! A function is a row: its name, the number of its arguments, its implementation, and one line of documentation. The parser
//! checks names and numbers of arguments; [`FunctionCall`](super::function::FunctionCall) checks types of arguments.

mod arrays;
mod convert;
mod groups;
mod iso3166;
mod related;
mod string;
mod time;
mod time_pattern;
mod time_value;

use super::function::Function;

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
