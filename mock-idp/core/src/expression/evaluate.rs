//! Walks the tree.
//!
//! Bounded twice: by steps, and by the bytes that values take, counted before anything is multiplied.

use std::cmp::Ordering;

use indexmap::IndexMap;

use super::functions::{self, Call, Failure, Function};
use super::syntax::{Binary, GROUP, Kind, Node, Receiver};
use super::value::Value;
use super::{EvaluationError, Expression, Roots};
use crate::trace::{self, EvaluationStep};

const MAX_STEPS: usize = 100_000;
/// Room for the groups of a user who is in thousands.
const MAX_BYTES: usize = 32 * 1024 * 1024;
/// How many parts of one expression are written down.
const MOST_WATCHED: usize = 32;

/// One evaluation: what it sees and what it may still spend.
pub(super) struct Evaluation<'a> {
    roots: &'a dyn Roots,
    /// The element at hand inside `.![…]`.
    element: Option<Value>,
    /// The group at hand inside the format of `getFilteredGroups`.
    group: Option<Value>,
    steps: usize,
    bytes: usize,
    /// What the parts came to, if somebody wants to know.
    watched: Option<Vec<EvaluationStep>>,
}

type Evaluated = Result<Value, EvaluationError>;

impl<'a> Evaluation<'a> {
    pub(super) fn new(roots: &'a dyn Roots) -> Self {
        Self { roots, element: None, group: None, steps: MAX_STEPS, bytes: MAX_BYTES, watched: None }
    }

    /// Evaluates a whole expression and writes down its parts.
    pub(super) fn watched(mut self, node: &Node, steps: &mut Vec<EvaluationStep>) -> Evaluated {
        self.watched = Some(Vec::new());
        let outcome = self.run(node);
        let whole = (node.span.0, node.span.1);
        // The whole is the claim itself.
        steps.extend(self.watched.into_iter().flatten().filter(|step| (step.start, step.end) != whole));
        outcome
    }

    /// Writes a part down, unless it says nothing: a literal, a root as a whole, an element of many.
    fn write_down(&mut self, node: &Node, value: &Value) {
        let telling = !matches!(node.kind, Kind::Literal(_) | Kind::Root(_) | Kind::Element(_));
        let once = self.element.is_none() && self.group.is_none();
        if let Some(watched) = self.watched.as_mut().filter(|watched| telling && once && watched.len() < MOST_WATCHED) {
            let value = trace::shortened(&value.clone().into());
            watched.push(EvaluationStep { start: node.span.0, end: node.span.1, value });
        }
    }

    pub(super) fn roots(&self) -> &'a dyn Roots {
        self.roots
    }

    /// Evaluates a node. Whatever comes first in it (the left side of `+`, the list of a projection, the condition of
    /// `?`) is reached in a loop, as is the chosen branch, so that long chains do not deepen the stack; only what
    /// the parser counts as nesting does.
    pub(super) fn run(&mut self, node: &Node) -> Evaluated {
        let mut waiting: Vec<&Node> = Vec::new();
        let mut next = Next::Evaluate(node);
        let mut at = node;
        loop {
            let value = match next {
                Next::Evaluate(node) => {
                    at = node;
                    self.steps =
                        self.steps.checked_sub(1).ok_or_else(|| fail(node, "the expression takes too many steps"))?;
                    next = self.enter(node)?;
                    if matches!(next, Next::Evaluate(_)) {
                        waiting.push(node);
                    }
                    continue;
                }
                Next::Value(value) => value,
            };
            if self.watched.is_some() {
                self.write_down(at, &value);
            }
            let waiting = waiting.pop();
            self.afford(value.size()).map_err(|Failure(reason)| fail(waiting.unwrap_or(node), reason))?;
            let Some(waiting) = waiting else { return Ok(value) };
            at = waiting;
            next = self.resume(waiting, value)?;
        }
    }

    /// The part of a node that is evaluated before the rest of it, or the value of a node that has no such part.
    fn enter<'n>(&mut self, node: &'n Node) -> Result<Next<'n>, EvaluationError> {
        Ok(Next::Value(match &node.kind {
            Kind::Literal(value) => (**value).clone(),
            Kind::Root(name) => self.root(name),
            Kind::Element(name) => self.element(node, name)?,
            Kind::List(items) => Value::List(items.iter().map(|item| self.run(item)).collect::<Result<_, _>>()?),
            Kind::Map(entries) => self.map(entries)?,
            Kind::Property { of, name, .. } => match self.root_of(of) {
                Some(root) => self.root_property(root, name),
                None => return Ok(Next::Evaluate(of)),
            },
            Kind::Call { function, arguments, receiver } => match arguments.first() {
                Some(first) if *receiver != Receiver::None => return Ok(Next::Evaluate(first)),
                _ => self.call(node, function, Vec::new(), arguments)?,
            },
            Kind::Index { of, .. } | Kind::Projection { of, .. } | Kind::Not(of) | Kind::Negate(of) => {
                return Ok(Next::Evaluate(of));
            }
            Kind::Binary(_, operands) | Kind::Elvis(operands) => return Ok(Next::Evaluate(&operands.0)),
            Kind::Ternary(parts) => return Ok(Next::Evaluate(&parts.0)),
        }))
    }

    /// The rest of a node, once its first part has a value.
    fn resume<'n>(&mut self, node: &'n Node, first: Value) -> Result<Next<'n>, EvaluationError> {
        Ok(Next::Value(match &node.kind {
            Kind::Property { null_safe: true, .. } if first == Value::Null => Value::Null,
            Kind::Property { name, .. } => member(node, &first, name)?,
            Kind::Index { index, .. } => self.index(node, first, index)?,
            Kind::Projection { each, .. } => self.projection(node, first, each)?,
            Kind::Call { receiver: Receiver::NullSafe, .. } if first == Value::Null => Value::Null,
            // SpEL: a method cannot be called on null.
            Kind::Call { function, .. } if first == Value::Null => {
                return Err(fail(node, format!("{}() is called on null", function.name)));
            }
            Kind::Call { function, arguments, .. } => {
                self.call(node, function, vec![first], arguments.get(1..).unwrap_or_default())?
            }
            Kind::Not(operand) => Value::Bool(!condition(operand, &first)?),
            Kind::Negate(_) => negate(node, &first)?,
            Kind::Binary(operator, operands) => self.binary(node, *operator, first, operands)?,
            Kind::Ternary(parts) => {
                return Ok(Next::Evaluate(if condition(&parts.0, &first)? { &parts.1 } else { &parts.2 }));
            }
            // Okta: the default replaces null and the empty string.
            Kind::Elvis(parts) if first.is_blank() => return Ok(Next::Evaluate(&parts.1)),
            Kind::Elvis(_) => first,
            Kind::Literal(_) | Kind::Root(_) | Kind::Element(_) | Kind::List(_) | Kind::Map(_) => first,
        }))
    }

    /// Takes bytes from the budget.
    pub(super) fn afford(&mut self, bytes: usize) -> Result<(), Failure> {
        self.bytes = self.bytes.checked_sub(bytes).ok_or("the result is too large")?;
        Ok(())
    }

    /// Evaluates the format of `getFilteredGroups` for one group.
    pub(super) fn format_group(&mut self, format: &Expression, group: Value) -> Result<Value, Failure> {
        if self.group.is_some() {
            return Err("a group expression cannot filter groups itself".into());
        }
        self.group = Some(group);
        let formatted = self.run(&format.parsed.root);
        self.group = None;
        formatted.map_err(|error| Failure(format!("the group expression fails: {error}")))
    }

    fn root(&self, name: &str) -> Value {
        match &self.group {
            Some(group) if name == GROUP => group.clone(),
            _ => self.roots.root(name).unwrap_or_default(),
        }
    }

    fn element(&self, node: &Node, name: &str) -> Evaluated {
        match &self.element {
            Some(element) => member(node, element, name),
            None => Err(fail(node, "there is no element here")),
        }
    }

    fn map(&mut self, entries: &[(String, Node)]) -> Evaluated {
        let entries = entries.iter().map(|(key, value)| Ok((key.clone(), self.run(value)?)));
        entries.collect::<Result<IndexMap<_, _>, _>>().map(Value::Map)
    }

    /// The root whose property a node's `.name` reads without building the root itself.
    fn root_of(&self, of: &Node) -> Option<&'static str> {
        match &of.kind {
            Kind::Root(root) if *root != GROUP => Some(root),
            // Identity Engine writes `user.profile.x` for what the classic language calls `user.x`.
            Kind::Property { of: user, name: profile, .. }
                if matches!(user.kind, Kind::Root("user"))
                    && profile == "profile"
                    && self.roots.property("user", "profile").unwrap_or_default() == Value::Null =>
            {
                Some("user")
            }
            _ => None,
        }
    }

    /// A property of a root is null when the root has none of that name, or is not there at all.
    fn root_property(&self, root: &str, name: &str) -> Value {
        let own = self.roots.property(root, name).unwrap_or_default();
        if own == Value::Null && root == "user" {
            // Identity Engine: `user.id`, `user.status`, `user.created`, …
            return self.roots.internal_property(name).unwrap_or_default();
        }
        own
    }

    fn index(&mut self, node: &Node, container: Value, index: &Node) -> Evaluated {
        let position = self.run(index)?;
        match (container, position) {
            (Value::List(items), Value::Int(position)) => {
                let size = items.len();
                let item = usize::try_from(position).ok().and_then(|position| items.into_iter().nth(position));
                item.ok_or_else(|| fail(index, format!("position {position} is outside an array of {size}")))
            }
            (Value::String(text), Value::Int(position)) => {
                let character = usize::try_from(position).ok().and_then(|position| text.chars().nth(position));
                let character =
                    character.ok_or_else(|| fail(index, format!("position {position} is outside the string")))?;
                Ok(Value::String(character.to_string()))
            }
            (Value::Map(mut entries), Value::String(key)) => Ok(entries.swap_remove(&key).unwrap_or_default()),
            (container, position) => {
                Err(fail(node, format!("{} has no position given by {}", container.kind(), position.kind())))
            }
        }
    }

    fn projection(&mut self, node: &Node, list: Value, each: &Node) -> Evaluated {
        let items = match list {
            Value::List(items) => items,
            Value::Null => return Ok(Value::Null),
            other => return Err(fail(node, format!("only an array can be projected, not {}", other.kind()))),
        };
        let outer = self.element.take();
        let mut projected = Vec::with_capacity(items.len());
        for item in items {
            self.element = Some(item);
            projected.push(self.run(each)?);
        }
        self.element = outer;
        Ok(Value::List(projected))
    }

    fn call(&mut self, node: &Node, function: &Function, mut values: Vec<Value>, arguments: &[Node]) -> Evaluated {
        for argument in arguments {
            values.push(self.run(argument)?);
        }
        let outcome = (function.evaluate)(&mut Call { arguments: values, evaluation: self });
        outcome.map_err(|Failure(reason)| fail(node, format!("{}: {reason}", function.name)))
    }

    fn binary(&mut self, node: &Node, operator: Binary, left: Value, operands: &(Node, Node)) -> Evaluated {
        let (left_node, right_node) = operands;
        if matches!(operator, Binary::And | Binary::Or) {
            let decided = condition(left_node, &left)? == (operator == Binary::Or);
            let right = if decided { left } else { self.run(right_node)? };
            return condition(right_node, &right).map(Value::Bool);
        }
        let right = self.run(right_node)?;
        match operator {
            Binary::Equal => Ok(Value::Bool(left.equals(&right))),
            Binary::NotEqual => Ok(Value::Bool(!left.equals(&right))),
            Binary::Less => order(node, &left, &right, Ordering::is_lt),
            Binary::LessOrEqual => order(node, &left, &right, Ordering::is_le),
            Binary::Greater => order(node, &left, &right, Ordering::is_gt),
            Binary::GreaterOrEqual => order(node, &left, &right, Ordering::is_ge),
            Binary::Matches => matches(node, &left, &right),
            Binary::Add if matches!(left, Value::String(_)) || matches!(right, Value::String(_)) => {
                Ok(Value::String(left.to_string() + &right.to_string()))
            }
            arithmetic => compute(node, arithmetic, &left, &right),
        }
    }
}

/// Where an evaluation stands.
enum Next<'n> {
    /// Before this node.
    Evaluate(&'n Node),
    /// Behind a node with this value.
    Value(Value),
}

const OVERFLOW: &str = "the number is too large";

fn fail(node: &Node, message: impl Into<String>) -> EvaluationError {
    EvaluationError { offset: node.offset, message: message.into() }
}

fn condition(node: &Node, value: &Value) -> Result<bool, EvaluationError> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        other => Err(fail(node, format!("a condition must be a Boolean, not {}", other.kind()))),
    }
}

fn negate(node: &Node, value: &Value) -> Evaluated {
    match value {
        Value::Int(number) => number.checked_neg().map(Value::Int).ok_or_else(|| fail(node, OVERFLOW)),
        Value::Float(number) => Ok(Value::Float(-number)),
        other => Err(fail(node, format!("only a number can be negated, not {}", other.kind()))),
    }
}

fn member(node: &Node, value: &Value, name: &str) -> Evaluated {
    match value {
        Value::Map(entries) => Ok(entries.get(name).cloned().unwrap_or_default()),
        other => Err(fail(node, format!("{} has no property {name:?}", other.kind()))),
    }
}

fn order(node: &Node, left: &Value, right: &Value, question: fn(Ordering) -> bool) -> Evaluated {
    match left.order(right) {
        Some(order) => Ok(Value::Bool(question(order))),
        None => Err(fail(node, format!("{} and {} cannot be compared", left.kind(), right.kind()))),
    }
}

fn matches(node: &Node, left: &Value, right: &Value) -> Evaluated {
    let (text, pattern) = match (left, right) {
        (Value::Null, Value::String(_)) => return Ok(Value::Bool(false)),
        (Value::String(text), Value::String(pattern)) => (text, pattern),
        _ => return Err(fail(node, format!("matches compares two strings, not {} and {}", left.kind(), right.kind()))),
    };
    let regex = functions::whole_match(pattern).map_err(|Failure(reason)| fail(node, reason))?;
    Ok(Value::Bool(regex.is_match(text)))
}

fn compute(node: &Node, operator: Binary, left: &Value, right: &Value) -> Evaluated {
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
