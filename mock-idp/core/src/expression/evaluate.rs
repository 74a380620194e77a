//! The evaluator. It has two limits: a number of steps, and a number of bytes for all values.

use std::cmp::Ordering;

use indexmap::IndexMap;

use super::error::EvaluationError;
use super::function::{Evaluator, Failure, Function, FunctionCall};
use super::operators::{compute, condition, fail, matches, member, negate, order};
use super::parse;
use super::roots::Roots;
use super::syntax::{Binary, GROUP, NameSet, Node, NodeKind, ReceiverMode};
use super::value::Value;
use crate::trace::{self, EvaluationStep};

const MAX_STEPS: usize = 100_000;
/// Room for the groups of a user who is in thousands.
const MAX_BYTES: usize = 32 * 1024 * 1024;
/// How many parts of one expression are recorded.
const MAX_RECORDED: usize = 32;

/// One evaluation, with what is left of its limits.
pub(super) struct Evaluation<'a> {
    roots: &'a dyn Roots,
    /// The current element inside `.![…]`.
    element: Option<Value>,
    /// The current group inside the format of `getFilteredGroups`.
    group: Option<Value>,
    steps: usize,
    bytes: usize,
    /// The values of the parts, if they are to be recorded.
    recorded: Option<Vec<EvaluationStep>>,
}

type Evaluated = Result<Value, EvaluationError>;

impl<'a> Evaluation<'a> {
    pub(super) fn new(roots: &'a dyn Roots) -> Self {
        Self { roots, element: None, group: None, steps: MAX_STEPS, bytes: MAX_BYTES, recorded: None }
    }

    /// Evaluates a whole expression and records the values of its parts.
    pub(super) fn run_recorded(mut self, node: &Node, steps: &mut Vec<EvaluationStep>) -> Evaluated {
        self.recorded = Some(Vec::new());
        let result = self.run(node);
        let whole = (node.span.0, node.span.1);
        // The value of the whole is that of the claim.
        steps.extend(self.recorded.into_iter().flatten().filter(|step| (step.start, step.end) != whole));
        result
    }

    /// Records a part, unless it is trivial: a literal, a root as a whole, one element of many.
    fn record(&mut self, node: &Node, value: &Value) {
        let of_interest = !matches!(node.kind, NodeKind::Literal(_) | NodeKind::Root(_) | NodeKind::Element(_));
        let evaluated_once = self.element.is_none() && self.group.is_none();
        if let Some(recorded) =
            self.recorded.as_mut().filter(|recorded| of_interest && evaluated_once && recorded.len() < MAX_RECORDED)
        {
            let value = trace::shortened(&value.clone().into());
            recorded.push(EvaluationStep { start: node.span.0, end: node.span.1, value });
        }
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
            if self.recorded.is_some() {
                self.record(at, &value);
            }
            let waiting = waiting.pop();
            self.reserve(value.size()).map_err(|Failure(reason)| fail(waiting.unwrap_or(node), reason))?;
            let Some(waiting) = waiting else { return Ok(value) };
            at = waiting;
            next = self.resume(waiting, value)?;
        }
    }

    /// The part of a node that is evaluated before the rest of it, or the value of a node that has no such part.
    fn enter<'n>(&mut self, node: &'n Node) -> Result<Next<'n>, EvaluationError> {
        Ok(Next::Value(match &node.kind {
            NodeKind::Literal(value) => (**value).clone(),
            NodeKind::Root(name) => self.root(name),
            NodeKind::Element(name) => self.element(node, name)?,
            NodeKind::List(items) => Value::List(items.iter().map(|item| self.run(item)).collect::<Result<_, _>>()?),
            NodeKind::Map(entries) => self.map(entries)?,
            NodeKind::Property { of, name, .. } => match self.root_of(of) {
                Some(root) => self.root_property(root, name),
                None => return Ok(Next::Evaluate(of)),
            },
            NodeKind::Call { function, arguments, receiver } => match arguments.first() {
                Some(first) if *receiver != ReceiverMode::None => return Ok(Next::Evaluate(first)),
                _ => self.call(node, function, Vec::new(), arguments)?,
            },
            NodeKind::Index { of, .. } | NodeKind::Projection { of, .. } | NodeKind::Not(of) | NodeKind::Negate(of) => {
                return Ok(Next::Evaluate(of));
            }
            NodeKind::Binary(_, operands) | NodeKind::Elvis(operands) => return Ok(Next::Evaluate(&operands.0)),
            NodeKind::Ternary(parts) => return Ok(Next::Evaluate(&parts.0)),
        }))
    }

    /// The rest of a node, once its first part has a value.
    fn resume<'n>(&mut self, node: &'n Node, first: Value) -> Result<Next<'n>, EvaluationError> {
        Ok(Next::Value(match &node.kind {
            NodeKind::Property { null_safe: true, .. } if first == Value::Null => Value::Null,
            NodeKind::Property { name, .. } => member(node, &first, name)?,
            NodeKind::Index { index, .. } => self.index(node, first, index)?,
            NodeKind::Projection { each, .. } => self.projection(node, first, each)?,
            NodeKind::Call { receiver: ReceiverMode::NullSafe, .. } if first == Value::Null => Value::Null,
            // SpEL: a method cannot be called on null.
            NodeKind::Call { function, .. } if first == Value::Null => {
                return Err(fail(node, format!("{}() is called on null", function.name)));
            }
            NodeKind::Call { function, arguments, .. } => {
                self.call(node, function, vec![first], arguments.get(1..).unwrap_or_default())?
            }
            NodeKind::Not(operand) => Value::Bool(!condition(operand, &first)?),
            NodeKind::Negate(_) => negate(node, &first)?,
            NodeKind::Binary(operator, operands) => self.binary(node, *operator, first, operands)?,
            NodeKind::Ternary(parts) => {
                return Ok(Next::Evaluate(if condition(&parts.0, &first)? { &parts.1 } else { &parts.2 }));
            }
            // Okta: the default replaces null and the empty string.
            NodeKind::Elvis(parts) if first.is_blank() => return Ok(Next::Evaluate(&parts.1)),
            NodeKind::Elvis(_) => first,
            NodeKind::Literal(_) | NodeKind::Root(_) | NodeKind::Element(_) | NodeKind::List(_) | NodeKind::Map(_) => {
                first
            }
        }))
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
            NodeKind::Root(root) if *root != GROUP => Some(root),
            // Identity Engine writes `user.profile.x` for what the classic language calls `user.x`.
            NodeKind::Property { of: user, name: profile, .. }
                if matches!(user.kind, NodeKind::Root("user"))
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
        let result = (function.evaluate)(&mut FunctionCall { arguments: values, evaluation: self });
        result.map_err(|Failure(reason)| fail(node, format!("{}: {reason}", function.name)))
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

impl Evaluator for Evaluation<'_> {
    fn roots(&self) -> &dyn Roots {
        self.roots
    }

    fn reserve(&mut self, bytes: usize) -> Result<(), Failure> {
        self.bytes = self.bytes.checked_sub(bytes).ok_or("the result is too large")?;
        Ok(())
    }

    fn format_groups(&mut self, format: &str, groups: Vec<Value>) -> Result<Vec<Value>, Failure> {
        let format = parse::parse(format, NameSet::RootsAndGroup)
            .map_err(|error| format!("the group expression does not parse: {error}"))?;
        if self.group.is_some() && !groups.is_empty() {
            return Err("a group expression cannot filter groups itself".into());
        }
        let mut formatted = Vec::with_capacity(groups.len());
        for group in groups {
            self.group = Some(group);
            let value = self.run(&format);
            self.group = None;
            formatted.push(value.map_err(|error| Failure(format!("the group expression fails: {error}")))?);
        }
        Ok(formatted)
    }
}

/// The state of an evaluation.
enum Next<'n> {
    /// Before this node.
    Evaluate(&'n Node),
    /// Behind a node with this value.
    Value(Value),
}
