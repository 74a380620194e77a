//! Filters of event hooks: expressions about an event. Okta: "Okta Expression Language and event hooks", for instance
//! `event.target.?[type eq 'UserGroup'].size()>0 && event.target.?[displayName eq 'Sales'].size()>0`.

use serde_json::Value;

/// A parsed filter.
#[derive(Clone, Debug, PartialEq)]
pub struct EventFilter(Expression);

#[derive(Clone, Debug, PartialEq)]
enum Expression {
    Or(Box<Expression>, Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Not(Box<Expression>),
    Compare(Box<Expression>, Comparison, Box<Expression>),
    Literal(Value),
    /// `event`, or a member of the element that is selected.
    Name(String),
    Member(Box<Expression>, String),
    /// `.?[…]`: the elements of a list for which this holds.
    Select(Box<Expression>, Box<Expression>),
    /// `.size()`.
    Size(Box<Expression>),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Comparison {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// Deeper nesting is refused, so that a hostile filter cannot exhaust the stack.
const MAX_NESTING: usize = 40;

/// Longer filters are refused.
const MAX_LENGTH: usize = 4_096;

/// The symbols and words of operators, longer symbols first.
const COMPARISONS: [(&str, Comparison); 12] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    (">=", Comparison::GreaterOrEqual),
    ("<=", Comparison::LessOrEqual),
    (">", Comparison::Greater),
    ("<", Comparison::Less),
    ("eq", Comparison::Equal),
    ("ne", Comparison::NotEqual),
    ("ge", Comparison::GreaterOrEqual),
    ("le", Comparison::LessOrEqual),
    ("gt", Comparison::Greater),
    ("lt", Comparison::Less),
];

impl EventFilter {
    /// Parses an expression.
    ///
    /// # Errors
    /// Where it is not an expression, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MAX_LENGTH {
            return Err(format!("it is longer than {MAX_LENGTH} bytes"));
        }
        let mut parser = Parser { rest: text, nested: 0 };
        let expression = parser.or()?;
        parser.skip_blanks();
        if parser.rest.is_empty() { Ok(Self(expression)) } else { Err(format!("unexpected `{}`", parser.rest)) }
    }

    /// Whether an event satisfies the filter.
    #[must_use]
    pub fn accepts(&self, event: &Value) -> bool {
        evaluate(&self.0, event, None) == Value::Bool(true)
    }
}

fn evaluate(expression: &Expression, event: &Value, element: Option<&Value>) -> Value {
    let of = |inner: &Expression| evaluate(inner, event, element);
    let holds = |inner: &Expression| of(inner) == Value::Bool(true);
    match expression {
        Expression::Or(left, right) => (holds(left) || holds(right)).into(),
        Expression::And(left, right) => (holds(left) && holds(right)).into(),
        Expression::Not(inner) => (!holds(inner)).into(),
        Expression::Compare(left, comparison, right) => compare(&of(left), *comparison, &of(right)).into(),
        Expression::Literal(value) => value.clone(),
        Expression::Name(name) => match element {
            Some(element) => element.get(name).cloned().unwrap_or_default(),
            None if name == "event" => event.clone(),
            None => Value::Null,
        },
        Expression::Member(object, name) => of(object).get(name).cloned().unwrap_or_default(),
        Expression::Select(list, condition) => match of(list) {
            Value::Array(elements) => {
                let fits = |element: &Value| evaluate(condition, event, Some(element)) == Value::Bool(true);
                elements.into_iter().filter(fits).collect()
            }
            _ => Value::Array(Vec::new()),
        },
        Expression::Size(list) => match of(list) {
            Value::Array(elements) => elements.len().into(),
            Value::String(text) => text.chars().count().into(),
            Value::Object(members) => members.len().into(),
            _ => 0.into(),
        },
    }
}

fn compare(left: &Value, comparison: Comparison, right: &Value) -> bool {
    let ordering = match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64().partial_cmp(&right.as_f64()),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    };
    match comparison {
        Comparison::Equal => left == right || ordering.is_some_and(std::cmp::Ordering::is_eq),
        Comparison::NotEqual => left != right && ordering.is_none_or(std::cmp::Ordering::is_ne),
        Comparison::Greater => ordering.is_some_and(std::cmp::Ordering::is_gt),
        Comparison::GreaterOrEqual => ordering.is_some_and(std::cmp::Ordering::is_ge),
        Comparison::Less => ordering.is_some_and(std::cmp::Ordering::is_lt),
        Comparison::LessOrEqual => ordering.is_some_and(std::cmp::Ordering::is_le),
    }
}

struct Parser<'a> {
    rest: &'a str,
    nested: usize,
}

impl<'a> Parser<'a> {
    fn or(&mut self) -> Result<Expression, String> {
        self.nested += 1;
        if self.nested > MAX_NESTING {
            return Err(format!("more than {MAX_NESTING} nested parts"));
        }
        let mut left = self.and()?;
        while self.takes_symbol("||") || self.takes_word("or") {
            left = Expression::Or(Box::new(left), Box::new(self.and()?));
        }
        self.nested -= 1;
        Ok(left)
    }

    fn and(&mut self) -> Result<Expression, String> {
        let mut left = self.not()?;
        while self.takes_symbol("&&") || self.takes_word("and") {
            left = Expression::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Expression, String> {
        let mut negations = 0_usize;
        while !self.rest.trim_start().starts_with("!=") && (self.takes_symbol("!") || self.takes_word("not")) {
            negations += 1;
        }
        let inner = self.comparison()?;
        Ok(if negations.is_multiple_of(2) { inner } else { Expression::Not(Box::new(inner)) })
    }

    fn comparison(&mut self) -> Result<Expression, String> {
        let left = self.value()?;
        for (sign, comparison) in COMPARISONS {
            let is_word = sign.starts_with(char::is_alphabetic);
            if if is_word { self.takes_word(sign) } else { self.takes_symbol(sign) } {
                return Ok(Expression::Compare(Box::new(left), comparison, Box::new(self.value()?)));
            }
        }
        Ok(left)
    }

    fn value(&mut self) -> Result<Expression, String> {
        self.skip_blanks();
        if self.takes_symbol("(") {
            let inner = self.or()?;
            self.expect(")")?;
            return self.path(inner);
        }
        if let Some(quote) = self.rest.chars().next().filter(|letter| matches!(letter, '\'' | '"')) {
            let (text, rest) = self.rest[1..].split_once(quote).ok_or("a string is not closed")?;
            self.rest = rest;
            return Ok(Expression::Literal(text.into()));
        }
        let word = self.word();
        match word {
            "" => Err(if self.rest.is_empty() {
                "a value is missing".into()
            } else {
                format!("unexpected `{}`", self.rest)
            }),
            "true" => Ok(Expression::Literal(true.into())),
            "false" => Ok(Expression::Literal(false.into())),
            "null" => Ok(Expression::Literal(Value::Null)),
            number if number.starts_with(|letter: char| letter.is_ascii_digit()) => {
                let number: i64 = number.parse().map_err(|_| format!("`{number}` is not a number"))?;
                Ok(Expression::Literal(number.into()))
            }
            name => self.path(Expression::Name(name.to_owned())),
        }
    }

    /// Members, selections and sizes behind a value.
    fn path(&mut self, mut value: Expression) -> Result<Expression, String> {
        let mut parts = 0;
        loop {
            parts += 1;
            if parts > MAX_NESTING {
                return Err(format!("a path of more than {MAX_NESTING} parts"));
            }
            if self.takes_symbol(".?[") || self.takes_symbol("?.?[") {
                let condition = self.or()?;
                self.expect("]")?;
                value = Expression::Select(Box::new(value), Box::new(condition));
            } else if self.takes_symbol(".") || self.takes_symbol("?.") {
                match self.word() {
                    "" => return Err("a name is missing behind a dot".to_owned()),
                    "size" if self.takes_symbol("(") => {
                        self.expect(")")?;
                        value = Expression::Size(Box::new(value));
                    }
                    name => value = Expression::Member(Box::new(value), name.to_owned()),
                }
            } else {
                return Ok(value);
            }
        }
    }

    fn word(&mut self) -> &'a str {
        self.skip_blanks();
        let end = self.rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn takes_word(&mut self, wanted: &str) -> bool {
        let before = self.rest;
        let found = self.word().eq_ignore_ascii_case(wanted);
        if !found {
            self.rest = before;
        }
        found
    }

    fn takes_symbol(&mut self, symbol: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(symbol);
        if let Some(rest) = rest {
            self.rest = rest;
        }
        rest.is_some()
    }

    fn expect(&mut self, symbol: &str) -> Result<(), String> {
        if self.takes_symbol(symbol) { Ok(()) } else { Err(format!("`{symbol}` is missing")) }
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn accepts(filter: &str) -> bool {
        let event = json!({
            "eventType": "group.user_membership.add",
            "actor": { "alternateId": "admin@example.test" },
            "target": [
                { "type": "User", "displayName": "Ada" },
                { "type": "UserGroup", "displayName": "Sales" },
            ],
        });
        EventFilter::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}")).accepts(&event)
    }

    #[test]
    fn selections_comparisons_and_operators_are_evaluated() {
        for (filter, expected) in [
            ("event.target.?[type eq 'UserGroup'].size()>0 && event.target.?[displayName eq 'Sales'].size()>0", true),
            ("event.target.?[type eq 'UserGroup' && displayName eq 'Support'].size() > 0", false),
            ("event.actor.alternateId == \"admin@example.test\"", true),
            ("event.actor.alternateId ne 'admin@example.test' OR event.target.size() == 2", true),
            ("!(event.eventType eq 'x') AND NOT (event.target.size() >= 3)", true),
            ("event.missing.deeper == null", true),
            ("event.missing.?[type eq 'a'].size() != 0", false),
            ("event.target", false),
        ] {
            assert_eq!(accepts(filter), expected, "{filter}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for filter in
            ["", "event.", "event.target.?[", "event.a eq", "event.a eq 'b", "event.a eq 'b' event", "(event.a", "1x"]
        {
            assert!(EventFilter::parse(filter).is_err(), "{filter}");
        }
        assert!(EventFilter::parse(&"(".repeat(1_000)).is_err());
        assert!(EventFilter::parse(&"!".repeat(4_000)).is_err());
    }
}
