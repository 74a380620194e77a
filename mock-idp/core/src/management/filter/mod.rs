//! Filters and searches. RFC 7644 3.4.2.2, as far as Okta supports it.

mod parse;
mod sort;
mod syntax;
#[cfg(test)]
mod tests;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub use sort::sort;
pub use syntax::{Filter, FilterLiteral, FilterOperator};

use super::ApiError;

/// A value of an attribute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AttributeValue<'a> {
    Text(&'a str),
    Number(f64),
    Boolean(bool),
}

/// Calls back with each value of an attribute: all elements of a list.
pub type AttributeReader<'a> = dyn Fn(&str, &mut dyn FnMut(AttributeValue<'_>)) + 'a;

impl Filter {
    /// Parses a filter.
    ///
    /// # Errors
    /// Okta's error for a text that is not a filter.
    pub fn parse(text: &str) -> Result<Self, ApiError> {
        parse::filter(text).map_err(|reason| ApiError::invalid_search(format!("`{text}`: {reason}")))
    }

    /// Whether an object satisfies the filter.
    #[must_use]
    pub fn accepts(&self, read: &AttributeReader<'_>) -> bool {
        match self {
            Self::And(left, right) => left.accepts(read) && right.accepts(read),
            Self::Or(left, right) => left.accepts(read) || right.accepts(read),
            Self::Not(inner) => !inner.accepts(read),
            Self::Present(path) => has_value(read, path),
            Self::Compare(path, FilterOperator::Equal, FilterLiteral::Null) => !has_value(read, path),
            Self::Compare(path, FilterOperator::NotEqual, FilterLiteral::Null) => has_value(read, path),
            Self::Compare(path, FilterOperator::NotEqual, literal) => {
                !any(read, path, |value| literal.compares(FilterOperator::Equal, value))
            }
            Self::Compare(path, operator, literal) => any(read, path, |value| literal.compares(*operator, value)),
        }
    }

    /// The attributes that the filter names.
    pub fn attributes(&self) -> Vec<&str> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                let mut all = left.attributes();
                all.extend(right.attributes());
                all
            }
            Self::Not(inner) => inner.attributes(),
            Self::Present(path) | Self::Compare(path, ..) => vec![path],
        }
    }
}

fn has_value(read: &AttributeReader<'_>, path: &str) -> bool {
    any(read, path, |_| true)
}

fn any(read: &AttributeReader<'_>, path: &str, accepts: impl Fn(AttributeValue<'_>) -> bool) -> bool {
    let mut found = false;
    read(path, &mut |value| found = found || accepts(value));
    found
}

impl FilterLiteral {
    fn compares(&self, operator: FilterOperator, value: AttributeValue<'_>) -> bool {
        match (self, value) {
            (Self::Text(wanted), AttributeValue::Text(text)) => compare_texts(operator, text, wanted),
            (Self::Number(wanted), AttributeValue::Number(number)) => match operator {
                FilterOperator::Equal => number == *wanted,
                FilterOperator::Greater => number > *wanted,
                FilterOperator::GreaterOrEqual => number >= *wanted,
                FilterOperator::Less => number < *wanted,
                FilterOperator::LessOrEqual => number <= *wanted,
                _ => false,
            },
            (Self::Boolean(wanted), AttributeValue::Boolean(value)) => {
                operator == FilterOperator::Equal && value == *wanted
            }
            // Okta: numbers and booleans may be written as strings.
            (Self::Text(wanted), AttributeValue::Number(_)) => {
                wanted.parse().is_ok_and(|wanted| Self::Number(wanted).compares(operator, value))
            }
            (Self::Text(wanted), AttributeValue::Boolean(_)) => {
                wanted.parse().is_ok_and(|wanted| Self::Boolean(wanted).compares(operator, value))
            }
            _ => false,
        }
    }
}

/// Okta: the case of strings does not count. Times are compared as times.
fn compare_texts(operator: FilterOperator, text: &str, wanted: &str) -> bool {
    let ordering = || {
        let time = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
        match (time(text), time(wanted)) {
            (Some(time), Some(wanted)) => time.cmp(&wanted),
            _ => text.to_lowercase().cmp(&wanted.to_lowercase()),
        }
    };
    match operator {
        FilterOperator::Equal => text.eq_ignore_ascii_case(wanted) || ordering().is_eq(),
        FilterOperator::NotEqual => ordering().is_ne(),
        FilterOperator::Greater => ordering().is_gt(),
        FilterOperator::GreaterOrEqual => ordering().is_ge(),
        FilterOperator::Less => ordering().is_lt(),
        FilterOperator::LessOrEqual => ordering().is_le(),
        FilterOperator::StartsWith => text.to_lowercase().starts_with(&wanted.to_lowercase()),
        FilterOperator::EndsWith => text.to_lowercase().ends_with(&wanted.to_lowercase()),
        FilterOperator::Contains => text.to_lowercase().contains(&wanted.to_lowercase()),
    }
}

/// Reads the attributes of a JSON object: `profile.name`, and the elements of lists.
pub fn read_json(object: &serde_json::Value, path: &str, visit: &mut dyn FnMut(AttributeValue<'_>)) {
    use serde_json::Value;
    match (object, path.split_once('.')) {
        (Value::Array(elements), _) => elements.iter().for_each(|element| read_json(element, path, visit)),
        (Value::Object(members), _) if members.contains_key(path) => read_value(&members[path], visit),
        (Value::Object(members), Some((first, rest))) => {
            if let Some(inner) = members.get(first) {
                read_json(inner, rest, visit);
            }
        }
        _ => {}
    }
}

/// The value of an attribute, or each element of a list.
pub fn read_value(value: &serde_json::Value, visit: &mut dyn FnMut(AttributeValue<'_>)) {
    use serde_json::Value;
    match value {
        Value::String(text) => visit(AttributeValue::Text(text)),
        Value::Bool(value) => visit(AttributeValue::Boolean(*value)),
        Value::Number(number) => visit(AttributeValue::Number(number.as_f64().unwrap_or_default())),
        Value::Array(elements) => elements.iter().for_each(|element| read_value(element, visit)),
        Value::Null | Value::Object(_) => {}
    }
}
