//! The tree that the parser builds and the evaluator walks.

use super::function::Function;
use super::value::Value;

/// One part of an expression.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The position for errors, in bytes from the start of the source.
    pub(super) offset: usize,
    /// Its range in the source, with parentheses and receiver, possibly with white space at the end.
    pub(super) span: (usize, usize),
    pub(super) kind: NodeKind,
}

#[derive(Clone, Debug)]
pub(super) enum NodeKind {
    Literal(Box<Value>),
    /// `user`, `appuser`, …: what the caller's [`Roots`](super::Roots) supply.
    Root(&'static str),
    /// A bare name inside a projection: a property of the current element.
    Element(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
    Property {
        of: Box<Node>,
        name: String,
        null_safe: bool,
    },
    Index {
        of: Box<Node>,
        index: Box<Node>,
    },
    /// `list.![each]`.
    Projection {
        of: Box<Node>,
        each: Box<Node>,
    },
    /// A function, or a method with its receiver as the first argument.
    Call {
        function: &'static Function,
        arguments: Vec<Node>,
        receiver: ReceiverMode,
    },
    Not(Box<Node>),
    Negate(Box<Node>),
    Binary(Binary, Box<(Node, Node)>),
    /// Condition, value if true, value if false.
    Ternary(Box<(Node, Node, Node)>),
    /// Value, replacement if it is null or an empty string.
    Elvis(Box<(Node, Node)>),
}

/// How a call treats a receiver that is null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReceiverMode {
    /// `String.len(x)`: no receiver, the function decides what null means.
    None,
    /// `x.length()`: null is an error.
    Required,
    /// `x?.length()`: null makes the result null.
    NullSafe,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// Deprecated by Okta, still supported: the whole text matches a regular expression.
    Matches,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// The bare names that an expression may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameSet {
    /// The roots of [`ROOTS`].
    Roots,
    /// The roots and `group`, in the format of `getFilteredGroups`.
    RootsAndGroup,
    /// Inside `.![…]`: properties of the element.
    Element,
}

/// The roots that Okta's references document.
pub(super) const ROOTS: &[&str] = &[
    "access",
    "accessRequest",
    "app",
    "appuser",
    "device",
    "idpuser",
    "login",
    "org",
    "security",
    "session",
    "source",
    "user",
];

pub(super) const GROUP: &str = "group";
