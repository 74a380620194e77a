//! The parser. It also checks names and numbers of arguments.
//!
//! Operator precedence is `winnow`'s Pratt parser; the conditional and elvis operators are above it, prefixes and
//! the chain of properties, positions, calls and projections below. Every nesting passes through [`nested`], which
//! bounds the depth.

mod lexical;

use lexical::{
    Input, Parsed, State, SyntaxFailure, expected, identifier, number, quoted, require, space, starts_identifier,
    symbol, unknown, wrong,
};
use winnow::LocatingSlice;
use winnow::combinator::{Infix, alt, expression, fail, opt, peek};
use winnow::error::ErrMode;
use winnow::prelude::*;
use winnow::stream::{AsChar, Location, Stream};
use winnow::token::{any, one_of, take_while};

use super::error::ParseError;
use super::function::Function;
use super::functions;
use super::syntax::{Binary, GROUP, NameSet, Node, NodeKind, ROOTS, ReceiverMode};
use super::value::Value;

/// The longest expression in characters. Okta: a claim's `value` has at most 1024.
pub const MAX_LENGTH: usize = 1024;
/// How deep parentheses, brackets, braces, calls and prefixes may nest. Chains (`a + b + …`, `a.b.…`, `a ? b : c ? …`)
/// do not nest.
pub const MAX_DEPTH: usize = 32;

pub(super) fn parse(source: &str, names: NameSet) -> Result<Node, ParseError> {
    let error = |offset: usize, message: String| {
        let column = source.get(..offset).map_or(0, |before| before.chars().count()) + 1;
        ParseError { offset, column, message }
    };
    let length = source.chars().count();
    if length > MAX_LENGTH {
        return Err(error(0, format!("the expression has {length} characters, at most {MAX_LENGTH} are allowed")));
    }
    let mut input = Input { input: LocatingSlice::new(source), state: State { names, depth: 0 } };
    whole.parse_next(&mut input).map_err(|mode| match mode {
        ErrMode::Backtrack(fault) | ErrMode::Cut(fault) => {
            error(fault.offset, fault.message.unwrap_or_else(|| "this is not an expression".to_owned()))
        }
        ErrMode::Incomplete(_) => error(source.len(), "the expression is not complete".to_owned()),
    })
}

fn whole(input: &mut Input<'_>) -> Parsed<Node> {
    let node = nested(input)?;
    space(input)?;
    if input.eof_offset() > 0 {
        return Err(expected(input, "an operator or the end of the expression"));
    }
    Ok(node)
}

/// A whole expression, one level deeper.
fn nested(input: &mut Input<'_>) -> Parsed<Node> {
    deeper(conditional, input)
}

fn deeper(parser: fn(&mut Input<'_>) -> Parsed<Node>, input: &mut Input<'_>) -> Parsed<Node> {
    if input.state.depth >= MAX_DEPTH {
        return Err(wrong(input.current_token_start(), format!("the expression nests more than {MAX_DEPTH} deep")));
    }
    input.state.depth += 1;
    let node = parser(input)?;
    input.state.depth -= 1;
    Ok(node)
}

/// `a ? b : c`, `a ?: b`. A chain of them is read in a loop, so that it may be longer than the depth allows.
fn conditional(input: &mut Input<'_>) -> Parsed<Node> {
    let mut cases = Vec::new();
    let otherwise = loop {
        space(input)?;
        let condition = operators(input)?;
        if symbol("?:", input)? {
            cases.push((condition, None));
        } else if symbol("?", input)? {
            let value = nested(input)?;
            require(":", "and the value for the other case", input)?;
            cases.push((condition, Some(value)));
        } else {
            break condition;
        }
    };
    Ok(cases.into_iter().rev().fold(otherwise, |otherwise, (condition, value)| Node {
        offset: condition.offset,
        span: (condition.span.0, otherwise.span.1),
        kind: match value {
            Some(value) => NodeKind::Ternary(Box::new((condition, value, otherwise))),
            None => NodeKind::Elvis(Box::new((condition, otherwise))),
        },
    }))
}

fn operators(input: &mut Input<'_>) -> Parsed<Node> {
    expression(prefixed).infix(infix).parse_next(input)
}

type Fold<'s> = Infix<Input<'s>, Node, ErrMode<SyntaxFailure>>;

macro_rules! fold {
    ($operator:ident) => {
        |_, left, right| Ok(binary(Binary::$operator, left, right))
    };
}

fn infix<'s>(input: &mut Input<'s>) -> Parsed<Fold<'s>> {
    space(input)?;
    let symbols = alt(["||", "&&", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%"]);
    let operator = alt((symbols, identifier)).parse_next(input)?;
    // SpEL: operators can also be words in any case; comparisons do not chain.
    Ok(match operator.to_ascii_lowercase().as_str() {
        "||" | "or" => Infix::Left(1, fold!(Or)),
        "&&" | "and" => Infix::Left(2, fold!(And)),
        "==" | "eq" => Infix::Neither(3, fold!(Equal)),
        "!=" | "ne" => Infix::Neither(3, fold!(NotEqual)),
        "<" | "lt" => Infix::Neither(3, fold!(Less)),
        "<=" | "le" => Infix::Neither(3, fold!(LessOrEqual)),
        ">" | "gt" => Infix::Neither(3, fold!(Greater)),
        ">=" | "ge" => Infix::Neither(3, fold!(GreaterOrEqual)),
        "matches" => Infix::Neither(3, fold!(Matches)),
        "+" => Infix::Left(4, fold!(Add)),
        "-" => Infix::Left(4, fold!(Subtract)),
        "*" => Infix::Left(5, fold!(Multiply)),
        "/" | "div" => Infix::Left(5, fold!(Divide)),
        "%" | "mod" => Infix::Left(5, fold!(Remainder)),
        _ => return fail(input),
    })
}

fn binary(operator: Binary, left: Node, right: Node) -> Node {
    let span = (left.span.0, right.span.1);
    Node { offset: left.offset, span, kind: NodeKind::Binary(operator, Box::new((left, right))) }
}

/// `!a`, `-a`, `NOT a`, or a chain without a prefix.
fn prefixed(input: &mut Input<'_>) -> Parsed<Node> {
    space(input)?;
    let offset = input.current_token_start();
    let mut prefix = opt(alt((
        one_of(['!', '-']),
        (
            take_while(3, AsChar::is_alpha).verify(|word: &str| word.eq_ignore_ascii_case("not")),
            peek(one_of((' ', '('))),
        )
            .value('!'),
    )));
    let Some(prefix) = prefix.parse_next(input)? else { return chain(input) };
    let operand = Box::new(deeper(prefixed, input)?);
    let span = (offset, operand.span.1);
    Ok(Node { offset, span, kind: if prefix == '!' { NodeKind::Not(operand) } else { NodeKind::Negate(operand) } })
}

/// A primary and what follows it: `.name`, `?.name`, `.name(…)`, `[…]`, `.![…]`.
fn chain(input: &mut Input<'_>) -> Parsed<Node> {
    let mut node = primary(input)?;
    loop {
        let (offset, start) = (node.offset, node.span.0);
        if symbol("[", input)? {
            let index = Box::new(nested(input)?);
            require("]", "after the position", input)?;
            let span = (start, input.current_token_start());
            node = Node { offset, span, kind: NodeKind::Index { of: Box::new(node), index } };
        } else if symbol(".![", input)? || symbol("?.![", input)? {
            node = projection(node, input)?;
        } else if symbol("?.", input)? {
            node = member(node, true, input)?;
        } else if symbol(".", input)? {
            node = member(node, false, input)?;
        } else {
            return Ok(node);
        }
    }
}

fn projection(of: Node, input: &mut Input<'_>) -> Parsed<Node> {
    let outer = std::mem::replace(&mut input.state.names, NameSet::Element);
    let each = Box::new(nested(input)?);
    input.state.names = outer;
    require("]", "after the projection", input)?;
    let span = (of.span.0, input.current_token_start());
    Ok(Node { offset: of.offset, span, kind: NodeKind::Projection { of: Box::new(of), each } })
}

fn member(of: Node, null_safe: bool, input: &mut Input<'_>) -> Parsed<Node> {
    space(input)?;
    let start = input.current_token_start();
    let Some(name) = opt(identifier).parse_next(input)? else { return Err(expected(input, "a name after the dot")) };
    let end = input.current_token_start();
    if !symbol("(", input)? {
        return Ok(Node {
            offset: of.offset,
            span: (of.span.0, end),
            kind: NodeKind::Property { of: Box::new(of), name: name.to_owned(), null_safe },
        });
    }
    if let NodeKind::Root(root) = of.kind
        && let Some(function) = functions::function(&format!("{root}.{name}"))
    {
        return call(function, (start, of.span.0), Vec::new(), ReceiverMode::None, input);
    }
    let Some(method) = functions::method(name) else {
        let known =
            functions::method_names().chain(functions::function_names().filter_map(|name| name.strip_prefix("user.")));
        return Err(unknown(start, "method", name, known));
    };
    call(
        method,
        (start, of.span.0),
        vec![of],
        if null_safe { ReceiverMode::NullSafe } else { ReceiverMode::Required },
        input,
    )
}

/// The arguments of a call, after its opening parenthesis. Errors point to the name, the call spans its receiver too.
fn call(
    function: &'static Function,
    (offset, start): (usize, usize),
    mut arguments: Vec<Node>,
    receiver: ReceiverMode,
    input: &mut Input<'_>,
) -> Parsed<Node> {
    let received = arguments.len();
    if !symbol(")", input)? {
        loop {
            arguments.push(nested(input)?);
            if symbol(")", input)? {
                break;
            }
            require(",", "or ')' after an argument", input)?;
        }
    }
    let given = arguments.len() - received;
    if !function.arity.admits(given) {
        let Function { name, arity, doc, .. } = function;
        return Err(wrong(offset, format!("{name} takes {arity}, not {given}: {doc}")));
    }
    let span = (start, input.current_token_start());
    Ok(Node { offset, span, kind: NodeKind::Call { function, arguments, receiver } })
}

fn primary(input: &mut Input<'_>) -> Parsed<Node> {
    space(input)?;
    let offset = input.current_token_start();
    let kind = match input.input.chars().next() {
        Some('(') => {
            any.void().parse_next(input)?;
            let inner = nested(input)?;
            require(")", "to close the parenthesis", input)?;
            return Ok(Node { span: (offset, input.current_token_start()), ..inner });
        }
        Some('{') => {
            any.void().parse_next(input)?;
            braces(input)?
        }
        Some(quote @ ('"' | '\'')) => {
            any.void().parse_next(input)?;
            literal(quoted(quote, offset, input)?)
        }
        Some('0'..='9') => literal(number(offset, input)?),
        Some(character) if starts_identifier(character) => return name(offset, input),
        _ => return Err(expected(input, "a value")),
    };
    Ok(Node { offset, span: (offset, input.current_token_start()), kind })
}

fn literal(value: impl Into<Value>) -> NodeKind {
    NodeKind::Literal(Box::new(value.into()))
}

/// What follows `{`: an array or an object.
fn braces(input: &mut Input<'_>) -> Parsed<NodeKind> {
    if symbol("}", input)? {
        return Ok(NodeKind::List(Vec::new()));
    }
    if symbol(":", input)? {
        require("}", "to close the empty object", input)?;
        return Ok(NodeKind::Map(Vec::new()));
    }
    if let Some(key) = opt(key).parse_next(input)? {
        let mut entries = vec![(key, nested(input)?)];
        while !symbol("}", input)? {
            require(",", "or '}' after an entry", input)?;
            let Some(key) = opt(self::key).parse_next(input)? else { return Err(expected(input, "a key and ':'")) };
            entries.push((key, nested(input)?));
        }
        return Ok(NodeKind::Map(entries));
    }
    let mut items = vec![nested(input)?];
    while !symbol("}", input)? {
        require(",", "or '}' after an element", input)?;
        items.push(nested(input)?);
    }
    Ok(NodeKind::List(items))
}

/// The key of an object's entry with its colon.
fn key(input: &mut Input<'_>) -> Parsed<String> {
    space(input)?;
    let offset = input.current_token_start();
    let key = match opt(one_of(['"', '\''])).parse_next(input)? {
        Some(quote) => quoted(quote, offset, input)?,
        None => identifier(input)?.to_owned(),
    };
    (space, ':').void().parse_next(input)?;
    Ok(key)
}

/// An identifier in the place of a value: a constant, a function, or a name.
fn name(offset: usize, input: &mut Input<'_>) -> Parsed<Node> {
    let name = identifier(input)?;
    let span = (offset, input.current_token_start());
    let node = |kind| Ok(Node { offset, span, kind });
    if symbol("(", input)? {
        let Some(function) = functions::function(name) else {
            return Err(unknown(offset, "function", name, functions::function_names()));
        };
        return call(function, (offset, offset), Vec::new(), ReceiverMode::None, input);
    }
    match name.to_ascii_lowercase().as_str() {
        "true" => return node(literal(true)),
        "false" => return node(literal(false)),
        "null" => return node(literal(Value::Null)),
        _ => {}
    }
    if functions::is_namespace(name) && !ROOTS.contains(&name) {
        return namespaced(name, offset, input);
    }
    let names = input.state.names;
    match names {
        NameSet::Element => node(NodeKind::Element(name.to_owned())),
        NameSet::RootsAndGroup if name == GROUP => node(NodeKind::Root(GROUP)),
        NameSet::Roots | NameSet::RootsAndGroup => match ROOTS.iter().find(|root| **root == name) {
            Some(root) => node(NodeKind::Root(root)),
            None => {
                let group = (names == NameSet::RootsAndGroup).then_some(GROUP);
                let namespaces = functions::function_names().filter_map(|name| name.split_once('.')).map(|pair| pair.0);
                Err(unknown(offset, "name", name, ROOTS.iter().copied().chain(group).chain(namespaces)))
            }
        },
    }
}

/// `String.len(…)`, after `String`.
fn namespaced(namespace: &str, offset: usize, input: &mut Input<'_>) -> Parsed<Node> {
    require(".", &format!("and a function of {namespace}"), input)?;
    space(input)?;
    let Some(name) = opt(identifier).parse_next(input)? else {
        return Err(expected(input, &format!("a function of {namespace}")));
    };
    let full = format!("{namespace}.{name}");
    let Some(function) = functions::function(&full) else {
        return Err(unknown(offset, "function", &full, functions::function_names()));
    };
    require("(", &format!("after {full}"), input)?;
    call(function, (offset, offset), Vec::new(), ReceiverMode::None, input)
}
