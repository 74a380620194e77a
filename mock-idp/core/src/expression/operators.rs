//! Operators on values.

use std::cmp::Ordering;

use super::error::EvaluationError;
use super::syntax::{Binary, Node};
use super::value::Value;
use crate::java_regex::JavaRegex;

const OVERFLOW: &str = "the number is too large";

pub(super) fn fail(node: &Node, message: impl Into<String>) -> EvaluationError {
    EvaluationError { offset: node.offset, message: message.into() }
}

pub(super) fn condition(node: &Node, value: &Value) -> Result<bool, EvaluationError> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        other => Err(fail(node, format!("a condition must be a Boolean, not {}", other.kind()))),
    }
}

pub(super) fn negate(node: &Node, value: &Value) -> Result<Value, EvaluationError> {
    match value {
        Value::Int(number) => number.checked_neg().map(Value::Int).ok_or_else(|| fail(node, OVERFLOW)),
        Value::Float(number) => Ok(Value::Float(-number)),
        other => Err(fail(node, format!("only a number can be negated, not {}", other.kind()))),
    }
}

pub(super) fn member(node: &Node, value: &Value, name: &str) -> Result<Value, EvaluationError> {
    match value {
        Value::Map(entries) => Ok(entries.get(name).cloned().unwrap_or_default()),
        other => Err(fail(node, format!("{} has no property {name:?}", other.kind()))),
    }
}

pub(super) fn order(
    node: &Node,
    left: &Value,
    right: &Value,
    accepts: fn(Ordering) -> bool,
) -> Result<Value, EvaluationError> {
    match left.order(right) {
        Some(order) => Ok(Value::Bool(accepts(order))),
        None => Err(fail(node, format!("{} and {} cannot be compared", left.kind(), right.kind()))),
    }
}

pub(super) fn matches(node: &Node, left: &Value, right: &Value) -> Result<Value, EvaluationError> {
    let (text, pattern) = match (left, right) {
        (Value::Null, Value::String(_)) => return Ok(Value::Bool(false)),
        (Value::String(text), Value::String(pattern)) => (text, pattern),
        _ => return Err(fail(node, format!("matches compares two strings, not {} and {}", left.kind(), right.kind()))),
    };
    let regex = JavaRegex::new(pattern).map_err(|error| fail(node, error.to_string()))?;
    let matches = regex.matches(text).map_err(|error| fail(node, error.to_string()))?;
    Ok(Value::Bool(matches))
}

pub(super) fn compute(node: &Node, operator: Binary, left: &Value, right: &Value) -> Result<Value, EvaluationError> {
    if let (Value::Int(left), Value::Int(right)) = (left, right) {
        let result = match operator {
            Binary::Add => left.checked_add(*right),
            Binary::Subtract => left.checked_sub(*right),
            Binary::Multiply => left.checked_mul(*right),
            Binary::Divide | Binary::Remainder if *right == 0 => return Err(fail(node, "division by zero")),
            Binary::Divide => left.checked_div(*right),
            _ => left.checked_rem(*right),
        };
        return result.map(Value::Int).ok_or_else(|| fail(node, OVERFLOW));
    }
    let (Some(a), Some(b)) = (left.number(), right.number()) else {
        return Err(fail(node, format!("{} and {} cannot be combined", left.kind(), right.kind())));
    };
    let result = match operator {
        Binary::Add => a + b,
        Binary::Subtract => a - b,
        Binary::Multiply => a * b,
        Binary::Divide => a / b,
        _ => a % b,
    };
    if result.is_finite() { Ok(Value::Float(result)) } else { Err(fail(node, OVERFLOW)) }
}
