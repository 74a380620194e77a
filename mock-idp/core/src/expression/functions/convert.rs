//! `Convert.*`, `toInteger` and `toNumber`.

use crate::expression::function::{Arity, Failure, Function, FunctionCall, FunctionResult};
use crate::expression::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "Convert.toInt",
        arity: Arity::exactly(1),
        evaluate: to_int,
        doc: "Convert.toInt(string or number): the nearest integer of 32 bits",
    },
    Function {
        name: "Convert.toNum",
        arity: Arity::exactly(1),
        evaluate: to_number,
        doc: "Convert.toNum(string): the number that the string spells",
    },
];

pub(super) const METHODS: &[Function] = &[
    Function {
        name: "toInteger",
        arity: Arity::exactly(0),
        evaluate: to_integer,
        doc: "string.toInteger(), number.toInteger(): the nearest integer, wrapped to 32 bits",
    },
    Function {
        name: "toNumber",
        arity: Arity::exactly(0),
        evaluate: to_number,
        doc: "string.toNumber(): the number that the string spells",
    },
];

fn to_int(call: &mut FunctionCall<'_>) -> FunctionResult {
    match call.take(0) {
        Value::Null => Ok(Value::Null),
        // Okta: text must spell a number that fits; only a number that is one already wraps around.
        Value::String(text) => {
            let number = round(spelled(&text)?)?;
            i32::try_from(number).map_err(|_| format!("{number} does not fit an integer of 32 bits"))?;
            Ok(Value::Int(number))
        }
        other => wrapped(&other),
    }
}

fn to_integer(call: &mut FunctionCall<'_>) -> FunctionResult {
    match call.take(0) {
        Value::String(text) => wrapped(&Value::Float(spelled(&text)?)),
        other => wrapped(&other),
    }
}

/// The nearest integer, halves up, wrapped to 32 bits as Java does.
fn wrapped(number: &Value) -> FunctionResult {
    let whole = match number {
        Value::Int(whole) => *whole,
        other => round(other.number().ok_or_else(|| format!("{} is not a number", other.kind()))?)?,
    };
    #[expect(clippy::cast_possible_truncation, reason = "Okta's reference documents the overflow")]
    Ok(Value::Int(i64::from(whole as i32)))
}

fn round(number: f64) -> Result<i64, Failure> {
    let rounded = (number + 0.5).floor();
    if rounded.abs() < 9.0e18 {
        #[expect(clippy::cast_possible_truncation, reason = "in range")]
        Ok(rounded as i64)
    } else {
        Err(format!("{number} is too large for an integer").into())
    }
}

fn to_number(call: &mut FunctionCall<'_>) -> FunctionResult {
    match call.take(0) {
        Value::String(text) => Ok(Value::Float(spelled(&text)?)),
        Value::Null => Ok(Value::Null),
        other => other.number().map(Value::Float).ok_or_else(|| format!("{} is not a number", other.kind()).into()),
    }
}

fn spelled(text: &str) -> Result<f64, Failure> {
    text.trim()
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
        .ok_or_else(|| format!("{text:?} does not spell a number").into())
}
