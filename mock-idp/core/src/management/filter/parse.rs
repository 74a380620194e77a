//! The grammar of filters, as a recursive descent parser.

use super::syntax::{Filter, FilterLiteral, FilterOperator};

/// Deeper nesting is refused, so that a hostile filter cannot exhaust the stack.
const MAX_NESTING: usize = 40;
/// The same for chains of `and` and `or`, which nest to the left.
const MAX_TERMS: usize = 400;

const OPERATORS: [(&str, FilterOperator); 9] = [
    ("eq", FilterOperator::Equal),
    ("ne", FilterOperator::NotEqual),
    ("gt", FilterOperator::Greater),
    ("ge", FilterOperator::GreaterOrEqual),
    ("lt", FilterOperator::Less),
    ("le", FilterOperator::LessOrEqual),
    ("sw", FilterOperator::StartsWith),
    ("ew", FilterOperator::EndsWith),
    ("co", FilterOperator::Contains),
];

pub(super) fn filter(text: &str) -> Result<Filter, String> {
    let mut parser = Parser { rest: text, nested: 0, terms: 0 };
    let filter = parser.or()?;
    parser.skip_blanks();
    if parser.rest.is_empty() { Ok(filter) } else { Err(format!("unexpected `{}`", parser.rest)) }
}

struct Parser<'a> {
    rest: &'a str,
    nested: usize,
    terms: usize,
}

impl<'a> Parser<'a> {
    fn or(&mut self) -> Result<Filter, String> {
        let mut left = self.and()?;
        while self.takes_word("or") {
            left = Filter::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Filter, String> {
        let mut left = self.term()?;
        while self.takes_word("and") {
            left = Filter::And(Box::new(left), Box::new(self.term()?));
        }
        Ok(left)
    }

    fn term(&mut self) -> Result<Filter, String> {
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(format!("more than {MAX_TERMS} terms"));
        }
        let before = self.rest;
        if self.takes_word("not") && self.next_is('(') {
            return Ok(Filter::Not(Box::new(self.parenthesis()?)));
        }
        self.rest = before;
        if self.next_is('(') { self.parenthesis() } else { self.comparison() }
    }

    fn parenthesis(&mut self) -> Result<Filter, String> {
        self.nested += 1;
        if self.nested > MAX_NESTING {
            return Err(format!("more than {MAX_NESTING} nested parentheses"));
        }
        self.rest = &self.rest[1..];
        let inner = self.or()?;
        if !self.next_is(')') {
            return Err("a parenthesis is not closed".to_owned());
        }
        self.rest = &self.rest[1..];
        self.nested -= 1;
        Ok(inner)
    }

    fn comparison(&mut self) -> Result<Filter, String> {
        let path = self.word();
        if path.is_empty() {
            return Err("an attribute is missing".to_owned());
        }
        let name = self.word();
        if name.eq_ignore_ascii_case("pr") {
            return Ok(Filter::Present(path.to_owned()));
        }
        let operator =
            OPERATORS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, operator)| *operator);
        let operator = operator.ok_or_else(|| format!("`{name}` is not an operator"))?;
        Ok(Filter::Compare(path.to_owned(), operator, self.literal()?))
    }

    fn literal(&mut self) -> Result<FilterLiteral, String> {
        self.skip_blanks();
        if self.rest.starts_with('"') {
            return self.string().map(FilterLiteral::Text);
        }
        match self.word() {
            "true" => Ok(FilterLiteral::Boolean(true)),
            "false" => Ok(FilterLiteral::Boolean(false)),
            "null" => Ok(FilterLiteral::Null),
            "" => Err("a value is missing".to_owned()),
            number => number.parse().map(FilterLiteral::Number).map_err(|_| format!("`{number}` is not a value")),
        }
    }

    /// A JSON string.
    fn string(&mut self) -> Result<String, String> {
        let mut escaped = false;
        let end = self.rest.char_indices().skip(1).find(|(_, letter)| {
            let ends = *letter == '"' && !escaped;
            escaped = *letter == '\\' && !escaped;
            ends
        });
        let (end, _) = end.ok_or("a string is not closed")?;
        let (text, rest) = self.rest.split_at(end + 1);
        self.rest = rest;
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// Letters up to a blank or parenthesis.
    fn word(&mut self) -> &'a str {
        self.skip_blanks();
        let end = self.rest.find(|letter: char| letter.is_whitespace() || matches!(letter, '(' | ')' | '"'));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
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

    fn next_is(&mut self, letter: char) -> bool {
        self.skip_blanks();
        self.rest.starts_with(letter)
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }
}
