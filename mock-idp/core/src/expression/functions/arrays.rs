//! `Arrays.*` and the methods of arrays.

use crate::expression::function::{Arity, Function, FunctionCall, FunctionResult};
use crate::expression::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "Arrays.add",
        arity: Arity::exactly(2),
        evaluate: add,
        doc: "Arrays.add(array, value): the array with the value at its end",
    },
    Function {
        name: "Arrays.remove",
        arity: Arity::exactly(2),
        evaluate: remove,
        doc: "Arrays.remove(array, value): the array without the first such value",
    },
    Function {
        name: "Arrays.clear",
        arity: Arity::exactly(1),
        evaluate: clear,
        doc: "Arrays.clear(array): an empty array",
    },
    Function {
        name: "Arrays.get",
        arity: Arity::exactly(2),
        evaluate: get,
        doc: "Arrays.get(array, position): the element at a position counted from 0",
    },
    Function {
        name: "Arrays.flatten",
        arity: Arity::at_least(1),
        evaluate: flatten,
        doc: "Arrays.flatten(value, …): the values and the elements of arrays among them, as one array",
    },
    Function {
        name: "Arrays.contains",
        arity: Arity::exactly(2),
        evaluate: contains,
        doc: "Arrays.contains(array, value): whether the array holds the value",
    },
    Function {
        name: "Arrays.size",
        arity: Arity::exactly(1),
        evaluate: size,
        doc: "Arrays.size(array): number of elements; 0 for null",
    },
    Function {
        name: "Arrays.isEmpty",
        arity: Arity::exactly(1),
        evaluate: is_empty,
        doc: "Arrays.isEmpty(array): whether there is no element; true for null",
    },
    Function {
        name: "Arrays.toCsvString",
        arity: Arity::exactly(1),
        evaluate: to_csv_string,
        doc: "Arrays.toCsvString(array): the elements with commas between them",
    },
];

pub(super) const METHODS: &[Function] = &[
    Function {
        name: "contains",
        arity: Arity::exactly(1),
        evaluate: contains_in_receiver,
        doc: "array.contains(value), string.contains(search): whether the array or string holds it",
    },
    Function { name: "size", arity: Arity::exactly(0), evaluate: size, doc: "array.size(): number of elements" },
    Function {
        name: "isEmpty",
        arity: Arity::exactly(0),
        evaluate: is_empty,
        doc: "array.isEmpty(): whether there is no element",
    },
    Function {
        name: "add",
        arity: Arity::exactly(1),
        evaluate: add,
        doc: "array.add(value): the array with the value at its end",
    },
    Function {
        name: "remove",
        arity: Arity::exactly(1),
        evaluate: remove,
        doc: "array.remove(value): the array without the first such value",
    },
    Function {
        name: "flatten",
        arity: Arity::exactly(0),
        evaluate: flatten,
        doc: "array.flatten(): arrays inside it replaced by their elements",
    },
];

fn add(call: &mut FunctionCall<'_>) -> FunctionResult {
    let mut items = call.list(0);
    items.push(call.take(1));
    Ok(Value::List(items))
}

fn remove(call: &mut FunctionCall<'_>) -> FunctionResult {
    let mut items = call.list(0);
    let unwanted = call.take(1);
    if let Some(position) = items.iter().position(|item| item.equals(&unwanted)) {
        items.remove(position);
    }
    Ok(Value::List(items))
}

fn clear(_: &mut FunctionCall<'_>) -> FunctionResult {
    Ok(Value::List(Vec::new()))
}

fn get(call: &mut FunctionCall<'_>) -> FunctionResult {
    let position = call.integer(1)?;
    let items = call.list(0);
    let size = items.len();
    usize::try_from(position)
        .ok()
        .and_then(|position| items.into_iter().nth(position))
        .ok_or_else(|| format!("position {position} is outside an array of {size}").into())
}

fn flatten(call: &mut FunctionCall<'_>) -> FunctionResult {
    let mut flat = Vec::new();
    for index in 0..call.count() {
        for item in call.list(index) {
            spill(item, &mut flat);
        }
    }
    Ok(Value::List(flat))
}

fn spill(item: Value, into: &mut Vec<Value>) {
    match item {
        Value::List(items) => items.into_iter().for_each(|item| spill(item, into)),
        other => into.push(other),
    }
}

fn contains(call: &mut FunctionCall<'_>) -> FunctionResult {
    let wanted = call.take(1);
    Ok(Value::Bool(call.list(0).iter().any(|item| item.equals(&wanted))))
}

fn contains_in_receiver(call: &mut FunctionCall<'_>) -> FunctionResult {
    if let Some(Value::String(text)) = call.arguments.first() {
        return Ok(Value::Bool(text.contains(&*call.required_text(1)?)));
    }
    contains(call)
}

fn size(call: &mut FunctionCall<'_>) -> FunctionResult {
    Ok(Value::Int(i64::try_from(call.list(0).len()).unwrap_or(i64::MAX)))
}

fn is_empty(call: &mut FunctionCall<'_>) -> FunctionResult {
    Ok(Value::Bool(call.list(0).is_empty()))
}

fn to_csv_string(call: &mut FunctionCall<'_>) -> FunctionResult {
    // An array that is a string already keeps its spaces.
    match call.take(0) {
        Value::List(items) => Ok(Value::String(Value::List(items).to_string())),
        Value::Null => Ok(Value::Null),
        other => Ok(Value::String(other.to_string())),
    }
}
