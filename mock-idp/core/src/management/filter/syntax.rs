//! Filters as trees.

/// A parsed filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    /// The attribute has a value.
    Present(String),
    Compare(String, FilterOperator, FilterLiteral),
}

/// The operators that compare an attribute with a value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FilterOperator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    StartsWith,
    EndsWith,
    Contains,
}

/// A value in a filter.
#[derive(Clone, Debug, PartialEq)]
pub enum FilterLiteral {
    Text(String),
    Number(f64),
    Boolean(bool),
    Null,
}
